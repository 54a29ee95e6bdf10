import pytest

from calls.ingest.tests.says import said, store_at
from calls.models import Call, CapturedVariable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["\\N", "a\\b\tc\nd\re", "\\.", "None", "é\u2028", "'", "\x01\\"])
def test_any_text_is_written_as_it_is(text):
    store_at(0, said(600, ended_reason=text, variables={text: [text, None]}))
    variable = CapturedVariable.objects.get()
    assert (Call.objects.get().ended_reason, variable.name, variable.value) == (text, text, [text, None])

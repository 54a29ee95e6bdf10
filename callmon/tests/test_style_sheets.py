"""The style sheets that others wrote, as they are kept here."""

import pytest
from django.conf import settings

VENDOR = settings.BASE_DIR / "static" / "vendor"


@pytest.mark.parametrize("path", sorted(VENDOR.glob("*.css")), ids=lambda path: path.name)
def test_a_change_of_a_page_does_not_style_all_of_it_anew(path):
    assert ":has(" not in path.read_text()

import pytest
from django.db import connection

from calls import needles, search
from calls.models import Call
from calls.reading import Reading, Span
from calls.tests.factory import make_call


@pytest.mark.parametrize(
    ("spelling", "needle"),
    [
        ("+12025550123", "+12025550123"),
        ("+1 202 555 0123", "+12025550123"),
        ("+1-202-555-0123", "+12025550123"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("(202) 555-0123", "2025550123"),
        ("202-555-0123", "2025550123"),
        ("202.555.0123", "2025550123"),
        ("2025550123", "2025550123"),
        ("1 202 555 0123", "12025550123"),
        ("tel:+12025550123", "+12025550123"),
        ("TEL:+1-202-555-0123", "+12025550123"),
        ("001 202 555 0123", "+12025550123"),
        ("0012025550123", "+12025550123"),
        ("+1202", "+1202"),
        ("+1 202", "+1202"),
        ("0123", "0123"),
        ("555-0123", "5550123"),
        ("555 0123", "5550123"),
        ("  5550123  ", "5550123"),
        ("(+1) 202 555", "+1202555"),
        ("202-555-0123 ext. 7", "2025550123"),
        ("202-555-0123 x7", "2025550123"),
        ("2025550123;ext=7", "2025550123"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("020 7946 0018", "2079460018"),
        ("030 23125000", "3023125000"),
        ("0049 30 23125000", "+493023125000"),
        ("+49/30/23125000", "+493023125000"),
        ("202\u00a0555\u00a00123", "2025550123"),
        ("202–555–0123", "2025550123"),
        ("+１２０２５５５０１２３", "+12025550123"),
        ("٢٠٢٥٥٥٠١٢٣", "2025550123"),
    ],
)
def test_every_spelling_of_a_number_is_understood(spelling, needle):
    assert needles.phone_needle(spelling) == needle


@pytest.mark.parametrize("text", ["", "123", "abc", "12 3", "anonymous", "1-800-FLOWERS", "+"])
def test_what_is_not_a_number_of_4_digits_is_refused(text):
    with pytest.raises(ValueError, match="4 digits or more"):
        needles.phone_needle(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "part", ["(202) 555-0123", "+1202", "0123", "555 01", "+12025550123", "+13035550188", "303555", "0188"]
)
def test_a_part_of_the_number_of_either_side_finds_the_call(part):
    call = make_call(from_number="+12025550123", to_number="+13035550188")
    make_call(from_number="+4916321501", to_number="+4916321502")
    assert list(Call.objects.filter(search.numbers_containing(needles.phone_needle(part)))) == [call]


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["+2025", "01231", "5550123130", "+0123"])
def test_a_number_is_not_found_across_its_ends(part):
    make_call(from_number="+12025550123", to_number="+13035550188")
    assert not Call.objects.filter(search.numbers_containing(needles.phone_needle(part))).exists()


@pytest.mark.django_db
def test_digits_in_another_order_do_not_match():
    make_call(from_number="+1234512346", to_number="")
    assert not Call.objects.filter(search.numbers_containing("1234612345")).exists()


@pytest.mark.django_db
def test_a_changed_number_is_found_by_its_new_digits_only():
    call = make_call(from_number="+12025550123")
    call.from_number = "+12025559999"
    call.save()
    assert not Call.objects.filter(search.numbers_containing("5550123")).exists()
    assert Call.objects.filter(search.numbers_containing("5559999")).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World!", "hello world"),
        ("Zoë's order № 12", "zoe s order no 12"),
        ("STRASSE straße", "strasse strasse"),
        ("snake_case CF-7712", "snake case cf 7712"),
        ("北京 call", "北 京 call"),
        ("<b>bold</b>", "b bold b"),
        ("", ""),
    ],
)
def test_words_are_lower_case_without_accents_or_punctuation(text, words):
    assert needles.words(text) == words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("refund", True),
        ("REFUND", True),
        ("refund order", True),
        ("order refund", True),
        ('"my refund"', True),
        ('"refund my"', False),
        ("refun", False),
        ("-cancel", True),
        ("-refund", False),
        ("refund -order", False),
        ("refund -cancel", True),
        ("café", True),
        ("cafe", True),
        ("o'brien", True),
        ("AND OR NOT", False),
        ('refund "', True),
        ("it's & | ! ( ) : * refund", True),
    ],
)
def test_transcripts_are_found_by_words_phrases_and_exclusions(query, found):
    make_call(transcript="I want my refund for order 12345, says O'Brien of the Café. It's late.")
    condition = search.transcripts_matching(needles.parse_transcript_query(query))
    assert Call.objects.filter(condition).exists() is found


@pytest.mark.django_db
def test_a_search_for_exclusions_only_keeps_calls_without_a_transcript():
    call = make_call()
    assert list(Call.objects.filter(search.transcripts_matching(needles.parse_transcript_query("-refund")))) == [call]


@pytest.mark.parametrize("text", ["", "   ", '""', "-", "!?"])
def test_a_transcript_query_without_a_word_is_refused(text):
    with pytest.raises(ValueError, match="takes words"):
        needles.parse_transcript_query(text)


@pytest.mark.django_db
@pytest.mark.parametrize("many", [-1, 50_000])
@pytest.mark.parametrize("common", [0, 1])
@pytest.mark.parametrize("way", [*Reading, None])
def test_conditions_select_the_same_calls_in_whichever_way_they_are_read(way, common, many, monkeypatch):
    monkeypatch.setattr(search, "MANY", many)
    monkeypatch.setattr(search, "COMMON_SHARE", common)
    way = way or Span(lambda: (0, 10**9))
    for number in ("+12025550123", "+12025550124", "+13035550123"):
        make_call(from_number=number, to_number="", transcript=f"about order {number[-1]}", variables={"n": number[-1]})
    query = needles.parse_transcript_query('"order 3" -foo')
    conditions = [
        search.numbers_containing("2025550", way),
        search.transcripts_matching(query, way),
        search.captured("n", "3", way),
        search.captured("n", None, way),
    ]
    assert [Call.objects.filter(condition).count() for condition in conditions] == [2, 2, 2, 3]


@pytest.mark.django_db
def test_a_span_is_gathered_within_its_calls_only():
    calls = [make_call(from_number="+12025550123", variables={"n": 1}) for _ in range(3)]
    span = Span(lambda: (calls[0].pk, calls[1].pk))
    assert Call.objects.filter(search.captured("n", "1", span)).count() == 2


@pytest.mark.django_db(transaction=True)
def test_installing_again_changes_nothing():
    make_call(from_number="+12025550123")
    search.install(connection)
    assert Call.objects.filter(search.numbers_containing("5550123")).count() == 1

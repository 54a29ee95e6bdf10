"""The invented calls, before they are stored."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from calls.choices import LIVE_STATUSES, Direction, ResponseKind, Speaker, Status
from calls.ingest.demo.facts import Facts, Setting
from calls.ingest.demo.lines import LINES
from calls.ingest.demo.maker import demo_calls
from calls.ingest.demo.people import POOLS, Person, somebody
from calls.ingest.demo.recorded import FOLDER, recordings
from calls.ingest.demo.schedule import bad_day, is_holiday
from calls.ingest.demo.scripts import conversations, perform
from calls.ingest.demo.wording import ordinal

NOW = datetime(2026, 11, 24, 16, 40, 5, tzinfo=UTC)
DAYS = 60
RESERVED = re.compile(
    r"\+1[2-9]\d\d55501\d\d"  # NANPA
    r"|\+441632960\d{3}"  # Ofcom
    r"|\+493023125\d{3}"  # Bundesnetzagentur
    r"|\+3319900\d{4}"  # ARCEP
)
LEFT_OVER = re.compile(r"\$[a-z]|[\[\]|]|  | [.,]")


@pytest.fixture(scope="module")
def demo():
    return list(demo_calls(2000, 1, DAYS, NOW))


@pytest.fixture(scope="module")
def calls(demo):
    return [one.normalised for one in demo]


@pytest.fixture(scope="module")
def talks(calls):
    return [call for call in calls if call.answered_at and call.ended_at]


def test_the_same_seed_gives_the_same_calls():
    assert list(demo_calls(300, 7, DAYS, NOW)) == list(demo_calls(300, 7, DAYS, NOW))


def test_another_seed_gives_other_calls():
    one, other = ({call.normalised.external_id for call in demo_calls(300, seed, DAYS, NOW)} for seed in (1, 2))
    assert not one & other


@pytest.mark.parametrize("later", [timedelta(hours=10), timedelta(days=3)])
def test_ids_do_not_depend_on_the_time(later):
    one, other = (
        [(call.normalised.source, call.normalised.external_id) for call in demo_calls(300, 1, DAYS, now)]
        for now in (NOW, NOW + later)
    )
    assert one == other


@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_a_small_demo_has_as_many_calls_as_asked(count):
    assert len(list(demo_calls(count, 1, 1, NOW))) == count


def test_every_call_has_an_id_of_its_own(calls):
    assert len({(call.source, call.external_id) for call in calls}) == 2000


def test_no_call_is_in_the_future_or_too_old(calls):
    assert all(NOW - timedelta(days=DAYS, hours=1) < call.started_at < NOW for call in calls)
    assert all(call.ended_at < NOW for call in calls if call.ended_at)


def test_all_statuses_occur(calls):
    assert {call.status for call in calls} == set(Status)


def test_outbound_calls_end_as_such_calls_do(calls):
    ended = Counter(call.status for call in calls if call.direction == Direction.OUTBOUND and call.ended_at)
    shares = {status: count / ended.total() for status, count in ended.items()}
    assert shares[Status.UNANSWERED] == pytest.approx(0.25, abs=0.05)
    assert shares[Status.VOICEMAIL] == pytest.approx(0.15, abs=0.04)
    assert shares[Status.BUSY] == pytest.approx(0.05, abs=0.03)


def test_live_calls_began_within_the_last_minutes(calls):
    live = [call for call in calls if call.status in LIVE_STATUSES]
    assert len(live) == 6
    assert all(call.started_at > NOW - timedelta(minutes=5) and call.ended_at is None for call in live)


def test_the_cost_is_exactly_the_sum_of_its_parts(talks):
    for call in talks:
        assert sum((item.amount.value for item in call.cost_items), Decimal(0)) == call.cost.value > 0
        assert {item.amount.unit for item in call.cost_items} == {call.cost.unit}


def test_nothing_is_paid_for_a_call_that_was_not_answered(calls):
    assert {call.cost.value for call in calls if call.ended_at and not call.answered_at} == {Decimal(0)}


def test_turns_follow_each_other_and_end_within_the_call(talks):
    for call in talks:
        clock = 0.0
        for turn in call.transcript:
            assert clock <= turn.start_seconds < turn.end_seconds
            clock = turn.end_seconds
        assert clock * 1000 <= call.duration_ms <= clock * 1000 + 2000


def test_the_length_of_a_call_is_from_its_answer_to_its_end(talks):
    assert all(call.ended_at - call.answered_at == timedelta(milliseconds=call.duration_ms) for call in talks)


def test_the_caller_waits_exactly_as_long_as_the_response_times_say(talks):
    for call in talks:
        ends = {round(turn.end_seconds * 1000) for turn in call.transcript if turn.speaker == Speaker.CALLER}
        starts = {round(turn.start_seconds * 1000) for turn in call.transcript if turn.speaker == Speaker.ASSISTANT}
        for one in call.response_times:
            if one.kind == ResponseKind.TURN:
                assert one.at_ms in ends
                assert one.at_ms + one.duration_ms in starts


def test_tools_take_as_long_as_their_response_times_say(talks):
    for call in talks:
        turns = [turn for turn in call.transcript if turn.speaker == Speaker.TOOL]
        times = [one for one in call.response_times if one.kind == ResponseKind.TOOL]
        assert [(turn.name, round(turn.start_seconds * 1000)) for turn in turns] == [
            (one.name, one.at_ms) for one in times
        ]


def test_tools_are_called_with_json_and_answer_in_json(talks):
    tools = [turn for call in talks for turn in call.transcript if turn.speaker == Speaker.TOOL]
    assert all(isinstance(json.loads(text), dict) for turn in tools for text in (turn.text, turn.result))
    assert any(turn.is_error for turn in tools)


def test_captured_variables_have_all_types_of_json(calls):
    kinds = {type(value) for call in calls for value in call.variables.values()}
    assert kinds == {bool, int, float, str, type(None), list, dict}


def test_numbers_are_reserved_for_fiction(calls):
    numbers = {number for call in calls for number in (call.from_number, call.to_number) if number}
    assert [number for number in numbers if not RESERVED.fullmatch(number)] == []


@pytest.mark.parametrize("pool", POOLS)
def test_every_number_of_a_pool_is_reserved_and_none_is_ours(pool):
    rng, ours = Random(1), {line.number for line in LINES}
    numbers = {somebody(pool, {"en-US": 1}, rng).number for _ in range(5000)}
    assert all(RESERVED.fullmatch(number) for number in numbers)
    assert not numbers & ours


def test_some_people_call_again(calls):
    callers = Counter(call.from_number for call in calls if call.direction == Direction.INBOUND)
    assert max(callers.values()) >= 4


def test_a_number_is_always_the_same_person():
    people = {}
    rng = Random(1)
    for _ in range(2000):
        person = somebody("miami", {"en-US": 1, "es-US": 1}, rng)
        assert people.setdefault(person.number, person) == person


def test_four_languages_are_spoken(calls):
    text = " ".join(turn.text for call in calls for turn in call.transcript)
    assert all(word in text for word in ("Thank you", "Vielen Dank", "Gracias", "Merci"))


def test_campaigns_belong_to_outbound_calls_only(calls):
    names = {call.campaign.name for call in calls if call.campaign}
    assert names == {"Spring renewals", "Win-back", "Recall reminders", "Appointment confirmations", "Parcel survey"}
    assert {call.direction for call in calls if call.campaign} == {Direction.OUTBOUND}


def test_nights_are_quiet_and_weekdays_busy(calls):
    hours = Counter(call.started_at.hour for call in calls)
    days = Counter(call.started_at.weekday() for call in calls)
    assert sum(hours[hour] for hour in range(2, 5)) * 4 < sum(hours[hour] for hour in range(14, 17))
    assert days[6] * 2 < days[2]


def test_one_day_has_many_failures(calls):
    failed = Counter(call.started_at.date() for call in calls if call.status == Status.FAILED)
    [(worst, most), (_, next_most)] = failed.most_common(2)
    assert worst == bad_day(NOW)[0].date()
    assert most > 2 * next_most


def test_public_holidays_are_known():
    days = {"US": datetime(2026, 11, 26, tzinfo=UTC), "GB": datetime(2026, 8, 31, tzinfo=UTC)}
    assert all(is_holiday(country, day.date()) for country, day in days.items())
    assert not is_holiday("US", NOW.date())


def test_the_newest_calls_have_recordings_and_many_statuses(demo):
    newest = sorted(demo, key=lambda one: one.normalised.started_at, reverse=True)[:60]
    assert sum(one.recorded is not None for one in newest) >= 6
    assert len({one.normalised.status for one in newest}) >= 7


def test_a_recorded_call_says_what_its_recording_says(demo):
    recorded = [one for one in demo if one.recorded]
    assert len(recorded) > 40
    for one in recorded:
        said = json.loads((FOLDER / f"{one.recorded.name}.json").read_text(encoding="utf-8"))
        turns = [(turn.speaker, turn.text, turn.start_seconds, turn.end_seconds) for turn in one.normalised.transcript]
        assert turns == [
            (turn["speaker"], turn["text"], turn["start_seconds"], turn["end_seconds"]) for turn in said["turns"]
        ]
        assert one.normalised.duration_ms == said["duration_ms"]
        assert one.normalised.assistant.name == said["assistant"]


def test_only_calls_with_sound_claim_a_recording(demo):
    assert all((one.recorded is None) == (one.normalised.recording is None) for one in demo)


def test_recordings_are_short_small_and_in_several_languages():
    assert {one.locale[:2] for one in recordings()} == {"en", "de", "es", "fr"}
    assert Status.VOICEMAIL in {one.status for one in recordings()}
    assert all(15_000 < one.audio_ms < 45_000 for one in recordings())
    assert all(abs(one.audio_ms - one.timed.end_ms) < 200 for one in recordings())
    assert sum(one.audio.stat().st_size for one in recordings()) < 1_500_000


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_no_conversation_reads_like_a_template(line):
    for locale, file in line.scripts.items():
        for number in range(60):
            person = Person("+12025550123", "Ana", "Díaz", locale)
            moment = NOW + timedelta(hours=number)
            setting = Setting(line.business, line.agent, "Always.", line.country, line.week, moment)
            for one in conversations(file).values():
                performance = perform(one.steps, file, Facts(setting, person, Random(number)), Random(number))
                texts = [spoken.text for spoken in performance.spoken if spoken.speaker != Speaker.TOOL]
                assert not [
                    text for text in [*texts, performance.summary] if re.search(r"\$[a-z]|[\[\]|]|  | [.,]", text)
                ]


def test_every_conversation_ends_with_a_summary():
    for file in {file for line in LINES for file in line.scripts.values()}:
        setting = Setting("Tern Parcels", "Ava", "Always.", "GB", "9999999", NOW)
        for one in conversations(file).values():
            person = Person("+441632960123", "Ann", "Lee", "en-GB")
            if not one.name.startswith("_"):
                assert perform(one.steps, file, Facts(setting, person, Random(1)), Random(1)).summary


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_ordinals(number, text):
    assert ordinal(number) == text

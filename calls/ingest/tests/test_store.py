"""What a delivery does to its call."""

from decimal import Decimal

import pytest
from django.utils import timezone

from calls.choices import Component, RecordingState, Speaker, Status
from calls.ingest.models import Source
from calls.ingest.normalised import Amount, CostPart, RecordingReference, Rejected, Turn
from calls.ingest.tests.says import NOON, at, full, native, said, store_at
from calls.models import Call, Recording, Transcript

pytestmark = pytest.mark.django_db


def stored(call, seconds=0):
    return Call.objects.get(pk=store_at(seconds, call).call.pk)


def test_it_creates_a_call_with_everything_that_was_said():
    call = stored(full())

    assert (call.source, call.external_id, call.status, call.raw_status) == ("vapi", "c-1", "completed", "ended")
    assert (call.ended_reason, call.ended_by, call.direction) == ("customer-ended-call", "caller", "inbound")
    assert (call.assistant.name, call.assistant_name, call.campaign.name) == ("Support line",) * 2 + (
        "Spring renewals",
    )
    assert (call.started_at, call.answered_at, call.ended_at) == (NOON, at(3), at(51))
    assert (call.duration_ms, call.cost, call.recorded) == (48_000, Decimal("5.4900"), True)
    assert call.metadata["queue"] == "east"


def test_the_same_delivery_again_changes_nothing_and_writes_nothing(django_assert_num_queries):
    first = store_at(5, full(), "d1")
    with django_assert_num_queries(4):  # savepoint, rate, call, release
        again = store_at(5, full(), "d1")
    assert (first.result, again.result) == ("created", "unchanged")


def test_a_few_queries_store_a_call(django_assert_max_num_queries):
    store_at(0, full(external_id="another"))
    with django_assert_max_num_queries(13):
        store_at(0, full())


def test_it_says_what_happened():
    assert store_at(0, said(0, status=Status.RINGING)).result == "created"
    assert store_at(1, said(1, status=Status.RINGING)).result == "unchanged"
    assert store_at(2, said(2, status=Status.IN_PROGRESS)).result == "updated"


def test_what_is_not_said_erases_nothing():
    store_at(0, full())
    store_at(300, said(300))
    call = Call.objects.get()
    assert (call.ended_reason, call.cost, call.recorded) == ("customer-ended-call", Decimal("5.49"), True)
    assert Transcript.objects.get().turns


def test_an_older_delivery_adds_what_is_missing_and_overwrites_nothing():
    store_at(0, said(60, status=Status.COMPLETED, ended_reason="late"))
    call = stored(said(10, ended_reason="early", from_number="anonymous"), seconds=1)
    assert (call.ended_reason, call.from_number) == ("late", "anonymous")


class TestStatus:
    def test_a_late_start_never_reopens_an_ended_call(self):
        store_at(0, said(60, status=Status.COMPLETED))
        assert stored(said(90, status=Status.IN_PROGRESS)).status == "completed"

    def test_a_platform_refines_an_end_to_voicemail(self):
        store_at(0, said(60, status=Status.COMPLETED))
        assert stored(said(50, status=Status.VOICEMAIL)).status == "voicemail"

    def test_a_platform_does_not_take_voicemail_back(self):
        store_at(0, said(60, status=Status.VOICEMAIL))
        assert stored(said(70, status=Status.COMPLETED)).status == "voicemail"

    def test_in_the_native_format_the_later_end_counts(self):
        store_at(0, native(status=Status.VOICEMAIL))
        store_at(1, native(status=Status.COMPLETED))
        assert Call.objects.get().status == "completed"

    def test_a_call_without_a_status_is_initiated(self):
        assert stored(said()).status == "initiated"

    def test_a_call_without_a_status_that_ended_is_completed(self):
        assert stored(said(ended_at=at(9))).status == "completed"

    def test_a_delivery_without_a_status_reopens_nothing(self):
        store_at(0, said(60, status=Status.FAILED))
        assert stored(said(90, from_number="1")).status == "failed"

    def test_a_call_that_was_made_otherwise_is_not_reopened(self):
        Call.objects.create(source="vapi", external_id="c-1", status="completed", started_at=NOON)
        assert stored(said(90, status=Status.RINGING)).status == "completed"

    def test_the_platforms_word_goes_with_the_status(self):
        store_at(0, said(60, status=Status.COMPLETED, raw_status="ended"))
        assert stored(said(90, status=Status.RINGING, raw_status="ringing")).raw_status == "ended"


class TestTimes:
    def test_a_call_that_nobody_gave_a_start_began_at_the_first_moment_known(self):
        store_at(0, said(60, status=Status.COMPLETED))
        assert stored(said(20, status=Status.RINGING)).started_at == at(20)

    def test_a_start_that_is_given_wins_over_moments(self):
        store_at(0, said(60, status=Status.COMPLETED))
        assert stored(said(70, started_at=at(65))).started_at == at(65)

    def test_talk_time_follows_from_answer_and_end(self):
        store_at(0, said(0, answered_at=at(3)))
        assert stored(said(51, ended_at=at(51))).duration_ms == 48_000

    def test_talk_time_that_is_given_wins(self):
        store_at(0, said(0, duration_ms=1_000))
        assert stored(said(51, answered_at=at(3), ended_at=at(51))).duration_ms == 1_000

    def test_talk_time_is_never_negative(self):
        assert stored(said(0, answered_at=at(3), ended_at=at(1))).duration_ms == 0


class TestNumbers:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("+1 (202) 555-0123", "+12025550123"),
            ("00442079460018", "+442079460018"),
            ("2025550123", "2025550123"),
            ("+12", "+12"),
            ("anonymous", "anonymous"),
            ("sip:+12025550123@sip.example.com", "sip:+12025550123@sip.example.com"),
            ("  unknown ", "unknown"),
            ("x" * 300, "x" * 120),
        ],
    )
    def test_numbers_are_e164_where_they_are_numbers(self, given, kept):
        assert stored(said(from_number=given)).from_number == kept


class TestMoney:
    def test_dollars_become_credits_at_the_rate_of_the_source(self):
        Source.objects.create(name="vapi", credits_per_usd=Decimal("12.5"))
        call = stored(said(cost=Amount(Decimal("0.0549"), "USD", "message.cost")))
        assert call.cost == Decimal("0.6862")  # 0.68625, half to even
        assert call.metadata["cost_source"] == {
            "amount": "0.0549",
            "unit": "USD",
            "path": "message.cost",
            "credits_per_usd": "12.5",
        }

    def test_cents_are_hundredths_of_dollars(self):
        assert stored(said(cost=Amount(Decimal("12.5"), "USD cents"))).cost == Decimal("12.5")

    def test_credits_stay_as_they_are_and_need_no_other_figure(self):
        call = stored(said(cost=Amount(Decimal("1.25"), "credits")))
        assert (call.cost, call.metadata) == (Decimal("1.25"), {})

    def test_the_figure_behind_credits_moves_along_with_an_export(self):
        figure = {"amount": "0.0125", "unit": "USD"}
        call = stored(native(cost=Amount(Decimal("1.25"), "credits"), metadata={"cost_source": figure}))
        assert call.metadata == {"cost_source": figure}

    def test_a_part_keeps_the_platforms_figure_beside_it(self):
        stored(full())
        item = Call.objects.get().cost_items.get()
        assert (item.component, item.label, item.amount) == ("llm", "llm", Decimal("2.0000"))
        assert (item.raw_amount, item.raw_unit, item.path) == ("0.02", "USD", "message.costBreakdown.llm")

    def test_an_amount_beyond_all_bounds_is_rejected_with_its_place(self):
        with pytest.raises(Rejected, match="message.cost: 1E"):
            store_at(0, said(cost=Amount(Decimal("1E+12"), "USD", "message.cost")))
        assert not Call.objects.exists()


class TestParts:
    def test_a_transcript_keeps_order_and_what_is_known(self):
        stored(full())
        turns = Transcript.objects.get().turns
        assert turns[1] == {"speaker": "caller", "text": "Where is my order?", "start_seconds": 3.1}
        assert [turn["speaker"] for turn in turns] == ["assistant", "caller", "tool"]

    def test_only_what_was_spoken_is_searched(self):
        stored(full())
        assert Transcript.objects.get().words == "hello how can i help where is my order"

    def test_a_newer_transcript_replaces_the_older_as_a_whole(self):
        store_at(0, full())
        store_at(1, said(600, transcript=(Turn(Speaker.CALLER, "Corrected."),)))
        assert Transcript.objects.get().words == "corrected"

    def test_response_times_keep_their_order(self):
        stored(full())
        assert list(Call.objects.get().response_times.values_list("kind", "name", "at_ms", "duration_ms")) == [
            ("llm", "", 3900, 640),
            ("tool", "order_status", 6000, 210),
        ]

    def test_newer_cost_items_replace_the_older(self):
        store_at(0, full())
        part = CostPart(Component.TELEPHONY, Amount(Decimal(1), "credits"))
        store_at(1, said(600, cost_items=(part,)))
        assert [item.component for item in Call.objects.get().cost_items.all()] == ["telephony"]

    def test_variables_merge_by_name_and_keep_their_type(self):
        store_at(0, full())
        store_at(1, said(600, variables={"satisfied": 1, "tries": 2.5}))
        rows = Call.objects.get().variables.values_list("name", "value", "value_text").order_by("name")
        assert list(rows) == [("order_id", "12345", "12345"), ("satisfied", 1, "1"), ("tries", 2.5, "2.5")]
        assert rows[1][1] is not True

    def test_a_captured_null_is_a_value(self):
        stored(said(variables={"email": None}))
        assert Call.objects.get().variables.get().value_text == "null"

    def test_metadata_merges_by_its_keys(self):
        store_at(0, full())
        assert stored(said(600, metadata={"queue": "west", "agent": {"v": 2}})).metadata == {
            "queue": "west",
            "agent": {"v": 2},
            "cost_source": {"amount": "0.0549", "unit": "USD", "path": "message.cost", "credits_per_usd": "100"},
        }


class TestRecording:
    def recording(self, state, url, **fields):
        store_at(0, full())
        Recording.objects.update(state=state, reason="was")
        store_at(1, said(600, recording=RecordingReference(url), **fields))
        return Recording.objects.get()

    def test_a_new_address_is_due_at_once_and_nobody_works_on_it(self):
        store_at(0, full())
        Recording.objects.update(due_at=None, attempts=4, owner="somebody")
        recording = self.recording(RecordingState.FETCHING, "https://media.example.com/stereo.wav")
        assert recording.due_at <= timezone.now()
        assert (recording.state, recording.attempts, recording.owner) == ("pending", 0, "")

    def test_a_recording_waits_to_be_fetched(self):
        stored(full())
        recording = Recording.objects.get()
        assert (recording.state, recording.channels) == ("pending", 2)
        assert recording.url == "https://media.example.com/c-1.wav?signature=1"

    def test_a_new_signature_does_not_fetch_a_file_again(self):
        recording = self.recording(RecordingState.READY, "https://media.example.com/c-1.wav?signature=2")
        assert (recording.state, recording.reason, recording.channels) == ("ready", "was", 2)
        assert recording.url.endswith("signature=2")

    def test_a_new_signature_gives_a_failed_file_another_chance(self):
        recording = self.recording(RecordingState.FAILED, "https://media.example.com/c-1.wav?signature=2")
        assert (recording.state, recording.reason) == ("pending", "")

    def test_another_file_is_fetched(self):
        assert self.recording(RecordingState.READY, "https://media.example.com/stereo.wav").state == "pending"

    def test_what_was_removed_stays_removed(self):
        assert self.recording(RecordingState.REMOVED, "https://media.example.com/stereo.wav").state == "removed"


class TestAudio:
    """Sound that comes in a payload."""

    SOUND = RecordingReference(audio=b"ID3 and so on")

    def test_it_is_kept_and_waits_to_be_examined(self):
        call = stored(said(0, recording=self.SOUND))
        assert (call.recorded, call.recording.state, call.recording.size_bytes) == (True, "ready", 13)
        assert call.recording.file.read() == b"ID3 and so on"
        assert call.recording.due_at <= timezone.now()

    def test_it_tells_that_the_call_is_over_and_no_more(self):
        assert stored(said(9, recording=self.SOUND)).status == Status.COMPLETED
        assert stored(said(5, status=Status.VOICEMAIL)).status == Status.VOICEMAIL
        assert stored(full()).started_at == NOON

    def test_the_same_again_changes_nothing(self):
        store_at(0, said(0, recording=self.SOUND), "d1")
        Recording.objects.update(due_at=None, state=RecordingState.EMPTY)
        assert store_at(0, said(0, recording=self.SOUND), "d1").result == "unchanged"
        assert store_at(9, said(9, recording=self.SOUND), "d2").result == "unchanged"
        assert Recording.objects.get().state == RecordingState.EMPTY

    def test_another_sound_takes_its_place(self):
        store_at(0, said(0, recording=self.SOUND))
        Recording.objects.update(due_at=None, attempts=6, state=RecordingState.FAILED, owner="somebody")
        recording = stored(said(1, recording=RecordingReference(audio=b"another"))).recording
        assert (recording.file.read(), recording.state, recording.attempts) == (b"another", "ready", 0)
        assert recording.due_at
        assert recording.owner == ""

    def test_what_was_removed_does_not_come_back(self):
        store_at(0, said(0, recording=self.SOUND))
        Recording.objects.update(state=RecordingState.REMOVED, file="")
        recording = stored(said(1, recording=RecordingReference(audio=b"another"))).recording
        assert (recording.state, recording.file.name) == ("removed", "")

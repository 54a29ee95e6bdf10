"""Links to test with, their makers, and a call with something to show."""

from datetime import timedelta

from django.core.files.base import ContentFile

from calls.choices import RecordingState
from calls.models import Recording
from calls.shares.models import ShareLink
from calls.tests.factory import NOON, make_call, make_user

SOUND = bytes(number * 7 % 256 for number in range(1000))
TURNS = [
    {"speaker": "system", "text": "You are the secret instructions."},
    {"speaker": "assistant", "text": "Hello!", "start_seconds": 0.0},
    {"speaker": "caller", "text": "<b>My</b> order", "start_seconds": 4.0},
    {"speaker": "tool", "name": "order_status", "text": '{"secret": "argument"}', "start_seconds": 5.0},
    {"speaker": "assistant", "text": "It is on its way", "start_seconds": 8.0},
]


def make_shareable_call(sound=SOUND, content_type="audio/mpeg", **fields):
    call = make_call(**{"transcript": TURNS, "variables": {"order_id": "12345"}} | fields)
    recording = Recording(call=call, state=RecordingState.READY, content_type=content_type)
    recording.file.save("sound.mp3", ContentFile(sound))
    return call


def make_link(call=None, *, lasts=timedelta(days=1), now=NOON, password="", user=None, **fields):
    """A link that shows everything, with its address."""
    fields = {"shows_audio": True, "shows_transcript": True, "shows_variables": True} | fields
    call, user = call or make_shareable_call(), user or make_user(sees_all=True)
    link, token = ShareLink.make(call=call, lasts=lasts, password=password, now=now, created_by=user, **fields)
    return link, f"/share/{token}/"

"""What is done for one recording: its sound is fetched, examined and kept, and the row says what became of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from calls.choices import RecordingState
from calls.models import Recording
from calls.recordings import net
from calls.recordings.audio import NoSound, NotAudio, NotPlayable, Sound, examine, make_playable
from calls.recordings.lease import Holding, Lost, holding, release, take
from calls.recordings.net import NotFetched
from calls.recordings.ranges import Span
from calls.recordings.sources import read, version_of
from calls.sounds import UNKNOWN_SUFFIX, keep, sound_name

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=30)  # each later one is four times as long: two hours before the last
REASON_LENGTH = 300
FOLDER = settings.DATA_DIR / "fetching"

Changes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A file of our own, until it is kept."""

    path: Path
    sha256: str
    size_bytes: int


class MovedFile(File):
    """A storage in a folder moves it instead of copying it, so that it appears there whole or not at all."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def work(pk: int) -> bool:
    """Do what there is to do for the row. False when it was not ours to do."""
    now = timezone.now()
    recording = take(pk, now)
    if recording is None:
        return False
    before = {str(file.name) for file in (recording.file, recording.playable_file) if file}
    try:
        with holding(recording) as held:
            changes = outcome(recording, held)
        release(recording, **changes)
    except Lost:
        log.info("recording of %s: somebody else took over", recording.call.uuid)
        return True
    log.info("recording of %s: %s %s", recording.call.uuid, changes["state"], changes.get("reason", ""))
    if "file" in changes:
        for name in before - {changes["file"], changes["playable_file"]}:
            default_storage.delete(name)
    return True


def outcome(recording: Recording, held: Holding) -> Changes:
    """The row as it should be afterwards. Raises Lost."""
    is_here = recording.state == RecordingState.READY
    if recording.attempts > MOST_ATTEMPTS:
        return failed("the worker was stopped at each attempt")
    try:
        with TemporaryDirectory(dir=FOLDER) as folder:
            received = receive(recording, Path(folder) / "original", held)
            return kept(recording, received, examine(received.path, held.check), held)
    except NotFetched as problem:
        return failed(str(problem)) if problem.is_final else again(recording, str(problem))
    except NoSound:
        return ended(RecordingState.EMPTY, "there is no sound in it")
    except NotAudio as kind:
        return failed(f"it is {kind}, not audio" if is_here else f"the address answered with {kind}, not audio")
    except NotPlayable as problem:
        return ended(RecordingState.UNSUPPORTED, str(problem))
    except Lost:
        raise
    except Exception:  # the storage, the disk, or a fault of ours
        log.exception("recording of %s", recording.call.uuid)
        return again(recording, "it could not be kept here")


def receive(recording: Recording, path: Path, held: Holding) -> Received:
    """The sound as a file of our own. Raises NotFetched and Lost."""
    most_bytes = settings.RECORDING_MAX_MB << 20
    if recording.state == RecordingState.READY:
        pieces = stored(recording.file, most_bytes)
    else:
        pieces = net.fetch(recording.url, most_bytes)
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in pieces:
            held.check()
            digest.update(piece)
            size += file.write(piece)
    return Received(path, digest.hexdigest(), size)


def stored(file: FieldFile, most_bytes: int) -> Iterable[bytes]:
    version = version_of(file)
    if version is None:
        raise NotFetched("its file is gone", is_final=True)
    if version.size > most_bytes:
        raise NotFetched(f"the recording is larger than {most_bytes >> 20} MB", is_final=True)
    return read(file, Span(0, version.size))


def kept(recording: Recording, received: Received, sound: Sound, held: Holding) -> Changes:
    """Put what was received into the storage, and a copy beside it where browsers need one."""
    call, copy = recording.call, received.path.with_name("playable")
    playable_file = ""
    if not sound.is_playable:
        make_playable(received.path, sound.format, copy, held.check)
        playable_file = put(sound_name(call, received.sha256, "-playable.mp3"), copy)
    name = str(recording.file.name)
    if recording.state != RecordingState.READY or name.endswith(UNKNOWN_SUFFIX):
        name = put(sound_name(call, received.sha256, sound.format.suffix), received.path)
    return {
        "state": RecordingState.READY,
        "reason": "",
        "file": name,
        "playable_file": playable_file,
        "sha256": received.sha256,
        "size_bytes": received.size_bytes,
        "content_type": sound.format.content_type,
        "codec": sound.codec,
        "channels": sound.channels,
        "duration_ms": sound.duration_ms,
        "peaks": sound.peaks,
    }


def put(name: str, path: Path) -> str:
    with path.open("rb") as file:
        return keep(name, MovedFile(file, str(path)))


def ended(state: RecordingState, reason: str) -> Changes:
    return {"state": state, "reason": reason[:REASON_LENGTH]}


def failed(reason: str) -> Changes:
    return ended(RecordingState.FAILED, reason)


def again(recording: Recording, reason: str) -> Changes:
    """Later, and at last not any more."""
    if recording.attempts >= MOST_ATTEMPTS:
        return failed(reason)
    is_here = recording.state == RecordingState.READY
    state = RecordingState.READY if is_here else RecordingState.PENDING
    return ended(state, reason) | {"due_at": next_attempt_at(recording.attempts, timezone.now())}


def next_attempt_at(attempts: int, now: datetime) -> datetime:
    return now + FIRST_PAUSE * 4 ** (attempts - 1)

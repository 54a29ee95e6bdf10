"""Which files go: sound that is older than it may become, and what no row knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.storage import default_storage

from calls.choices import RecordingState
from calls.models import Recording

FOLDER = "recordings"
# As calls.sounds names them; any other file is not ours to delete.
OUR_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[0-9a-f]{16}[\w.-]*", re.ASCII)
# Older than any fetch takes to be kept and noted.
ORPHAN_AGE = timedelta(hours=24)
BATCH = 500


def remove_old(now: datetime) -> int:
    """Remove the sound of calls that began more than RECORDING_LIFE_DAYS ago, except what somebody works on now: its
    turn comes later. Returns how many there were."""
    days = settings.RECORDING_LIFE_DAYS
    if not days:
        return 0
    rows = Recording.objects.filter(call__started_at__lt=now - timedelta(days=days), owner="")
    rows = rows.exclude(state=RecordingState.REMOVED)
    return sum(remove(recording, days) for recording in rows.only("file", "playable_file").iterator(BATCH))


def remove(recording: Recording, days: int) -> bool:
    """False when somebody has begun to work on it. The row goes first: a file without it is an orphan, while a row
    without its file would be a player that plays nothing."""
    changes = {"state": RecordingState.REMOVED, "reason": f"recordings are kept for {days} days", "due_at": None}
    sound = {"file": "", "playable_file": "", "peaks": None}
    if not Recording.objects.filter(pk=recording.pk, owner="").update(**changes, **sound):
        return False
    for file in (recording.file, recording.playable_file):
        if file:
            default_storage.delete(str(file.name))
    return True


def delete_orphans(now: datetime) -> int:
    """Delete files that no row knows, left by deleted calls and killed workers. Returns how many there were."""
    orphans = [name for names in stored_names() for name in sorted(set(names) - known(names)) if is_orphan(name, now)]
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)


def is_orphan(name: str, now: datetime) -> bool:
    """Looked at once more, since a worker may have noted it meanwhile."""
    return default_storage.get_modified_time(name) < now - ORPHAN_AGE and not known([name])


def known(names: list[str]) -> set[str]:
    """Those of `names` that belong to a recording."""
    calls = {match[1] for name in names if (match := OUR_NAME.fullmatch(PurePosixPath(name).name))}
    rows = Recording.objects.filter(call__uuid__in=calls)
    return {name for files in rows.values_list("file", "playable_file") for name in files} & set(names)


def stored_names() -> Iterator[list[str]]:
    """Our files, a batch of one month at a time."""
    for year in folders(FOLDER):
        for month in folders(year):
            names = [f"{month}/{name}" for name in default_storage.listdir(month)[1] if OUR_NAME.fullmatch(name)]
            for first in range(0, len(names), BATCH):
                yield names[first : first + BATCH]


def folders(folder: str) -> list[str]:
    try:
        inside, _ = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in inside]

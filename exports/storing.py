"""Where the files are: drafts in a folder of this machine, whole files in the storage."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from exports.jobs import FOLDER
from exports.models import ExportJob

# Older than any export takes to be moved and noted.
ORPHAN_AGE = timedelta(hours=24)


def drafts() -> Path:
    return Path(settings.DATA_DIR) / FOLDER


@contextmanager
def draft_folder() -> Iterator[Path]:
    """A folder of its own, gone afterwards whatever happens but a kill."""
    drafts().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=drafts()) as folder:
        yield Path(folder)


class Draft(File):
    """A file that the storage moves into its place, where it can, and copies otherwise."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__(file, str(path))
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def keep(draft: Path, name: str) -> str:
    """Put a whole file into the storage, under a name that nobody else uses; its name there."""
    try:
        with draft.open("rb") as file:
            return default_storage.save(f"{FOLDER}/{name}", Draft(file, draft))
    except OSError:  # a disk that became full has the beginning of it
        default_storage.delete(f"{FOLDER}/{name}")
        raise


def delete_orphans() -> None:
    """Delete files and drafts that no row knows and that are too old to become known."""
    known = set(ExportJob.objects.exclude(file="").values_list("file", flat=True))
    before = timezone.now() - ORPHAN_AGE
    for name in stored_names():
        if name not in known and default_storage.get_modified_time(name) < before:
            default_storage.delete(name)
    for folder in drafts().glob("*/"):
        if time.time() - folder.stat().st_mtime > ORPHAN_AGE.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)


def stored_names() -> list[str]:
    try:
        _, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [f"{FOLDER}/{file}" for file in files]

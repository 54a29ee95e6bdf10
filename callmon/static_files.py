"""Where pages find style sheets and scripts."""

import functools
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Looks up the address of each file once: a page has a dozen, and while a process runs they do not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = functools.cache(super().url)

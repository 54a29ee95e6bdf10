"""The environment, read strictly: a value that makes no sense stops the start with one line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


class BadEnvironment(Exception):
    """A variable has a value that it does not take; str() is the line for the operator."""


@dataclass(frozen=True)
class Environment:
    """Typed access to environment variables. An empty value counts as not set."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise BadEnvironment(f"{name}={value!r}: takes a whole number from {least} to {most}")
        return int(value)

    def folder(self, name: str, default: str) -> Path:
        return Path(self.text(name, default)).expanduser().resolve()

    def zone(self, name: str, default: str) -> str:
        """An IANA zone name, such as Europe/Berlin."""
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (OSError, ValueError) as error:
            raise BadEnvironment(
                f"{name}={value!r}: takes a name of the IANA time zone database, such as Europe/Berlin"
            ) from error
        return value

    def url(self, name: str, default: str, *, schemes: tuple[str, ...]) -> str:
        """An absolute address with one of `schemes`, without a slash at its end."""
        value = self.text(name, default)
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in schemes or (not parts.netloc and parts.scheme != "sqlite"):
            takes = " or ".join(f"{scheme}://…" for scheme in schemes)
            raise BadEnvironment(f"{name}={value!r}: takes an address such as {takes}")
        return value.rstrip("/") if parts.scheme.startswith("http") else value

"""The environment, read strictly: a value that makes no sense stops the start with one line."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo


class BadEnvironment(Exception):
    """A variable has a value that it does not take; str() is the line for the operator."""


def stop(line: str) -> NoReturn:
    """End the process with one line on standard error and exit code 1."""
    sys.exit(f"callmon: {' '.join(line.split())}")


@dataclass(frozen=True)
class Environment:
    """Typed access to environment variables. An empty value counts as not set."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise BadEnvironment(f"{name}={value!r}: takes a whole number from {least} to {most}")
        return int(value)

    def folder(self, name: str, default: Path) -> Path:
        """A folder that can be written to, made when it is missing. A relative path begins beside the default."""
        path = default.parent.joinpath(Path(self.text(name, str(default))).expanduser()).resolve()
        try:
            make_writable(path)
        except OSError as error:
            raise BadEnvironment(
                f"{name}={str(path)!r}: takes a folder that can be written to ({error.strerror or error})"
            ) from error
        return path

    def zone(self, name: str, default: str) -> str:
        """An IANA zone name, such as Europe/Berlin."""
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError) as error:
            raise BadEnvironment(
                f"{name}={value!r}: takes a name of the IANA time zone database, such as Europe/Berlin"
            ) from error
        return value

    def host(self, name: str, default: str) -> str:
        """A name or an IP address without a port."""
        value = self.text(name, default)
        if not re.fullmatch(r"[A-Za-z0-9._-]+", value) and not is_ip_address(value):
            raise BadEnvironment(f"{name}={value!r}: takes an address of this machine, such as 127.0.0.1 or 0.0.0.0")
        return value

    def origin(self, name: str, default: str) -> str:
        """Scheme, host and port of a site, without a slash at its end."""
        value = self.text(name, default).rstrip("/")
        parts = split(value)
        if not parts or parts.scheme not in ("http", "https") or value != f"{parts.scheme}://{parts.netloc}":
            raise BadEnvironment(
                f"{name}={value!r}: takes an address such as https://calls.example.com, without a path"
            )
        return value

    def url(self, name: str, default: str, *, schemes: tuple[str, ...]) -> str:
        """An address with one of `schemes`; "" when there is neither a value nor a default."""
        value = self.text(name, default)
        parts = split(value)
        if value and (not parts or parts.scheme not in schemes or not (parts.netloc or parts.path.strip("/"))):
            takes = " or ".join(f"{scheme}://…" for scheme in schemes)
            raise BadEnvironment(f"{name}={without_password(value)!r}: takes an address such as {takes}")
        return value

    def nothing(self, name: str, why: str) -> None:
        """A name that is reserved and takes no value yet."""
        if value := self.text(name):
            raise BadEnvironment(f"{name}={without_password(value)!r}: takes no value yet, {why}")


def make_writable(folder: Path) -> None:
    """Make the folder when it is missing. Raises OSError when it cannot be made or written to."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder):
        pass


def in_url(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def split(url: str) -> SplitResult | None:
    """The parts of an address, None when it is none. A name with a port or a user needs a host beside them."""
    try:
        parts = urlsplit(url)
        is_sound = bool(parts.hostname) or not parts.netloc
        # Reading the port checks it.
        return parts if is_sound and parts.port != 0 and not re.search(r"\s", url) else None
    except ValueError:
        return None


def without_password(url: str) -> str:
    """The address as it may be printed."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:…@", url)

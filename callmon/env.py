"""The environment, read strictly: a value that makes no sense stops the start with one line."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
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
        """Scheme, host and port of a site, without a slash at its end; "" when there is no value and no default."""
        value = self.text(name, default).rstrip("/")
        parts = split(value)
        is_origin = parts and parts.scheme in ("http", "https") and value == f"{parts.scheme}://{parts.netloc}"
        if value and not is_origin:
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

    def bucket(self, name: str) -> tuple[str, str]:
        """Bucket and prefix of an address such as s3://bucket/prefix; two empty texts when there is no value."""
        parts = split(self.url(name, "", schemes=("s3",)))
        if not parts or not parts.scheme:
            return "", ""
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc) or parts.query or parts.fragment:
            raise BadEnvironment(
                f"{name}={without_password(parts.geturl())!r}: takes an address such as s3://bucket/prefix"
            )
        return parts.netloc, parts.path.strip("/")

    def hosts(self, name: str) -> list[str]:
        """A comma list of host names, IP addresses and networks such as 10.1.0.0/16."""
        entries = [entry.strip().lower().rstrip(".") for entry in self.text(name).split(",") if entry.strip()]
        for entry in entries:
            if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", entry) and not is_ip_network(entry):
                raise BadEnvironment(
                    f"{name}={entry!r}: takes host names and networks, such as media.example.com,10.1.0.0/16"
                )
        return entries

    def path(self, name: str) -> str:
        """A path on this site with a slash at both ends, "" when there is no value."""
        value = self.text(name)
        if value and not re.fullmatch(r"/([\w.-]+/)+", value, re.ASCII):
            raise BadEnvironment(f"{name}={value!r}: takes a path such as /protected/")
        return value

    def webhook_secrets(self) -> dict[str, list[str]]:
        """The comma lists of WEBHOOK_<PROVIDER>_SECRET, by the provider's name in lower case."""
        found = {}
        for name in self.values:
            if match := re.fullmatch(r"WEBHOOK_([A-Z]+)_SECRET", name):
                found[match[1].lower()] = [secret.strip() for secret in self.text(name).split(",") if secret.strip()]
        return found


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


def is_ip_network(text: str) -> bool:
    """Also a single address."""
    try:
        ip_network(text)
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

"""What a file is, by its first bytes: neither its name nor the Content-Type of others is believed. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """`demuxer` is FFmpeg's name: it is always told, since its guesses include playlists that open other files."""

    name: str
    demuxer: str
    suffix: str
    content_type: str
    # FFmpeg's names of what browsers play in it.
    playable: tuple[str, ...] = ()


WAV = Format("WAV", "wav", ".wav", "audio/wav", ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"))
MP3 = Format("MP3", "mp3", ".mp3", "audio/mpeg", ("mp3", "mp3float"))
OGG = Format("Ogg", "ogg", ".ogg", "audio/ogg", ("opus", "libopus", "vorbis", "libvorbis", "flac"))
FLAC = Format("FLAC", "flac", ".flac", "audio/flac", ("flac",))
MP4 = Format("MP4", "mov", ".m4a", "audio/mp4", ("aac", "mp3", "mp3float", "flac", "opus", "libopus"))
WEBM = Format("WebM", "matroska", ".webm", "audio/webm", ("opus", "libopus", "vorbis", "libvorbis"))
AAC = Format("AAC", "aac", ".aac", "audio/aac", ("aac",))
AMR = Format("AMR", "amr", ".amr", "audio/amr")
AIFF = Format("AIFF", "aiff", ".aiff", "audio/aiff")
AU = Format("AU", "au", ".au", "audio/basic")

# Which come first matters: two bytes say less than eight.
SIGNATURES = (
    (re.compile(rb"(RIFF|RIFX|RF64|BW64).{4}WAVE", re.DOTALL), WAV),
    (re.compile(rb"ID3"), MP3),
    (re.compile(rb"OggS"), OGG),
    (re.compile(rb"fLaC"), FLAC),
    (re.compile(rb".{4}ftyp", re.DOTALL), MP4),
    (re.compile(rb"\x1aE\xdf\xa3"), WEBM),
    (re.compile(rb"#!AMR"), AMR),
    (re.compile(rb"FORM.{4}AIF[FC]", re.DOTALL), AIFF),
    (re.compile(rb"\.snd"), AU),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), AAC),
    # 11 set bits, then a version, layer II or III, and a bit rate.
    (re.compile(rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd][\x10-\xef]"), MP3),
)
BOM = re.compile(rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff")
MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|script|title|meta|div|p|h1|a\s)", re.IGNORECASE)
# Control characters that no text has.
BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def format_of(head: bytes) -> Format | None:
    return next((found for signature, found in SIGNATURES if signature.match(head)), None)


def text_in(head: bytes) -> str:
    """What kind of text it is, in words; "" when it is none."""
    text = BOM.sub(b"", head, count=1).replace(b"\x00", b"").strip()
    if not text or BINARY.search(text):
        return ""
    if MARKUP.match(text) or MARKUP.search(text[:1024]):
        return "a web page"
    if text.startswith(b"<"):
        return "XML"
    if text.startswith((b"{", b"[")):
        return "JSON"
    return "text" if _is_utf8(text) else ""


def _is_utf8(text: bytes) -> bool:
    """Of a text that may be cut off in a character."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start > len(text) - 4
    return True

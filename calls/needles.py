"""What a person looks for: their spelling as the text that both database engines index (see calls.search)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Scripts that are written without spaces: each character is a word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
# The characters of words in lower case, spaces for all others.
ASCII = "".join(char.lower() if char.isalnum() else " " for char in map(chr, range(128)))


def words(text: str) -> str:
    """The words of a text as both engines index them: lower case, without accents, separated by one space."""
    if text.isascii():  # most of them, in a tenth of the time
        return " ".join(text.translate(ASCII).split())
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(WORD.findall(unicodedata.normalize("NFC", plain)))


@dataclass(frozen=True)
class TranscriptQuery:
    """What to find in transcripts: phrases (of one word or more) that must all occur, and those that must not."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    def __str__(self) -> str:
        phrases = [f"“{phrase}”" for phrase in self.wanted] + [f"without “{phrase}”" for phrase in self.unwanted]
        return " and ".join(phrases)


def parse_transcript_query(text: str) -> TranscriptQuery:
    """Read `words "a phrase" -without`. Raises ValueError when there is no word in it."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|([^\s"]+))', text):
        found = words(phrase or word)
        if found:
            (unwanted if minus else wanted).append(found)
    if not wanted and not unwanted:
        raise ValueError('takes words, such as: order "a phrase" -without')
    return TranscriptQuery(tuple(wanted), tuple(unwanted))


def phone_needle(text: str) -> str:
    """The part of a number that a person means, as it stands in E.164: digits, with + when it is the beginning.

    Any spelling: `(415) 555-0100`, `+1 415`, `0049 30 1234567`, `tel:+44 (0)20 7946 0018`, `555-0100 ext. 7`.
    Raises ValueError when it is not a number or has fewer than 4 digits.
    """
    spelling = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("tel:")
    spelling = re.sub(r"(?:;ext=|ext\.?|extension|x|#)\s*\d+$", "", spelling)
    spelling = re.sub(r"\(\s*0\s*\)", "", spelling)
    digits = "".join(str(unicodedata.digit(char)) for char in spelling if char.isdigit())
    if any(char.isalpha() for char in spelling) or len(digits) < 4:
        raise ValueError("takes a phone number or a part of one, 4 digits or more")
    if spelling.lstrip(" (").startswith("+"):
        return f"+{digits}"
    if digits.startswith("00") and len(digits) >= 10:
        return f"+{digits[2:]}"
    if digits.startswith("0") and len(digits) >= 9:
        return digits[1:]  # the trunk prefix of a national spelling, which E.164 leaves out
    return digits

"""Speaks the conversations in audio/*.json into audio/*.mp3, and writes the times of the turns back into the JSON.

    python -m calls.ingest.demo.speak

Run it by hand after a text was changed; the product only reads what it made. It needs espeak-ng and ffmpeg. Every
turn is spoken and measured by itself; the silence between two turns is exactly the response times written beside
them. The assistant is on the left channel, the caller on the right.
"""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from array import array
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from calls.choices import Speaker
from calls.ingest.demo.recorded import FOLDER
from calls.ingest.demo.scripts import Spoken
from calls.ingest.demo.timing import Clock, Pace, Timed

RATE = 22_050  # what espeak-ng speaks in
SILENT = 200  # of 32767: what it adds before and after the words
BITS = "32k"
FILTER = "highpass=f=150,lowpass=f=3800"  # as a telephone sounds
LLM_MS = 420


def main() -> None:
    for path in sorted(FOLDER.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        record(said, path.with_suffix(".mp3"))
        path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{path.stem}: {said['audio_ms'] / 1000:.1f} s\n")


def record(said: dict[str, Any], path: Path) -> None:
    """Speak one conversation into `path`, and put its times into `said`."""
    spoken = [Spoken(Speaker(one["speaker"]), one["text"], one.get("name"), one.get("result")) for one in said["turns"]]
    voices = said["voices"]
    sounds = {one.text: speech(voices[one.speaker], one.text) for one in spoken if one.speaker in voices}
    pace = Pace(said["locale"][:2], LLM_MS, caller_rate=1.0, searches=0, hangs=0)
    timed = Clock(pace, Random(path.stem), lambda one: len(sounds[one.text]) * 1000 // RATE).lay(spoken)  # noqa: S311
    write(timed, sounds, path)
    said["turns"] = [turn_json(turn) for turn in timed.turns]
    said["response_times"] = [
        {"kind": one.kind, "duration_ms": one.duration_ms, "at_ms": one.at_ms, "name": one.name}
        for one in timed.latencies
    ]
    said["duration_ms"], said["audio_ms"] = timed.end_ms, length_ms(path)


def turn_json(turn: Any) -> dict[str, Any]:
    keys = ("speaker", "text", "start_seconds", "end_seconds", "name", "result", "interrupted")
    return {key: value for key in keys if (value := getattr(turn, key)) is not None}


def speech(voice: str, text: str) -> array[int]:
    """The samples of a text, without silence around them. `voice` is a voice and its words a minute: `en-us+f3 165`."""
    name, speed = voice.split()
    command = ["espeak-ng", "-v", name, "-s", speed, "--stdout", text]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(BytesIO(sound)) as file:
        samples = array("h", file.readframes(file.getnframes()))
    loud = [place for place, sample in enumerate(samples) if abs(sample) > SILENT]
    return samples[loud[0] : loud[-1] + 1]


def write(timed: Timed, sounds: dict[str, array[int]], path: Path) -> None:
    frames = array("h", bytes(4 * (timed.end_ms * RATE // 1000)))
    for turn in timed.turns:
        if turn.speaker != Speaker.TOOL:
            start = 2 * round((turn.start_seconds or 0) * RATE) + (turn.speaker == Speaker.CALLER)
            frames[start : start + 2 * len(sounds[turn.text]) : 2] = sounds[turn.text]
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    mp3 = ["-af", FILTER, "-ar", "16000", "-codec:a", "libmp3lame", "-b:a", BITS, "-map_metadata", "-1"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *raw, *mp3, str(path)], check=True, input=frames.tobytes())


def length_ms(path: Path) -> int:
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    return round(float(subprocess.run(command, check=True, capture_output=True).stdout) * 1000)


if __name__ == "__main__":
    main()

"""What a sound file holds, in one pass and in constant memory, and a copy of it that browsers play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from calls.recordings.formats import HEAD_BYTES, Format, format_of, text_in
from calls.recordings.peaks import Peaks
from calls.recordings.resampling import Resampler

# More are not the sides of a call.
MOST_CHANNELS = 8
MP3_BITS_PER_SECOND = 64_000
MP3_RATES = (16_000, 24_000, 44_100)

Alive = Callable[[], None]


class NoSound(Exception):
    """There is nothing to be heard in the file."""


class NotPlayable(Exception):
    """It may be sound, and cannot be decoded here; str() says why."""


class NotAudio(Exception):
    """It is something else; str() is what."""


@dataclass(frozen=True, slots=True)
class Sound:
    """`peaks` as Recording has them; `is_playable` is whether browsers play it."""

    format: Format
    codec: str
    channels: int
    duration_ms: int
    peaks: list[list[int]]
    is_playable: bool


def recognise(head: bytes) -> Format:
    """By the first bytes. Raises NoSound, NotAudio or NotPlayable."""
    if not head:
        raise NoSound
    if found := format_of(head):
        return found
    if text := text_in(head):
        raise NotAudio(text)
    raise NotPlayable("it is in no audio format that is known here")


def head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def examine(path: Path, alive: Alive) -> Sound:
    """Decode it all; `alive` is called now and then. Raises NoSound, NotAudio or NotPlayable."""
    found = recognise(head_of(path))
    with path.open("rb") as file, opened(file, found) as container:
        stream = container.streams.audio[0]
        peaks, samples, rate = Peaks(), 0, 0
        for frame in decoded(container, stream, alive):
            samples, rate = samples + frame.samples, frame.sample_rate
            peaks.add(frame)
        if not samples:
            raise NoSound
        codec, channels = stream.codec_context.name, stream.codec_context.channels
    return Sound(found, codec, channels, samples * 1000 // rate, peaks.take(), codec in found.playable)


def opened(file: BinaryIO, found: Format) -> InputContainer:
    """Raises NoSound or NotPlayable, also when it could not be decoded."""
    try:
        container = av.open(file, "r", format=found.demuxer)
    except (av.FFmpegError, ValueError):
        raise NotPlayable(f"the {found.name} file is damaged") from None
    streams = container.streams.audio
    if streams and 0 < streams[0].codec_context.channels <= MOST_CHANNELS and streams[0].codec_context.name:
        return container
    container.close()
    if not streams:
        raise NotPlayable(f"the {found.name} file has no sound track")
    raise NotPlayable(f"the sound in the {found.name} file cannot be decoded")


def decoded(container: InputContainer, stream: AudioStream, alive: Alive) -> Iterator[AudioFrame]:
    """The frames; what is damaged is left out."""
    packets = container.demux(stream)
    while True:
        alive()
        try:
            packet = next(packets, None)
            if packet is None:
                return
            yield from (frame for frame in packet.decode() if isinstance(frame, AudioFrame))
        except av.EOFError:
            return
        except av.FFmpegError:
            continue


def make_playable(source: Path, found: Format, target: Path, alive: Alive) -> None:
    """An MP3 of at most two channels. Raises NotPlayable."""
    try:
        with source.open("rb") as file, opened(file, found) as container, av.open(target, "w", format="mp3") as output:
            _convert(container, output, alive)
    except av.FFmpegError:
        raise NotPlayable("no copy of it that browsers play could be made") from None


def _convert(container: InputContainer, output: OutputContainer, alive: Alive) -> None:
    stream = container.streams.audio[0]
    rate = next((rate for rate in MP3_RATES if rate >= stream.rate), MP3_RATES[-1])
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    encoder = output.add_stream("libmp3lame", rate=rate, layout=layout)
    encoder.bit_rate = MP3_BITS_PER_SECOND
    resampler = Resampler(encoder.format.name, layout, rate)
    for frame in decoded(container, stream, alive):
        for piece in resampler.take(frame):
            output.mux(encoder.encode(piece))
    for last in [*resampler.finish(), None]:
        output.mux(encoder.encode(last))

"""The shape of a sound for a player to draw: how loud each of a thousand equal parts is, for each channel."""

from __future__ import annotations

from av.audio.frame import AudioFrame

from calls.recordings.resampling import Resampler

PARTS = 1000
LOUDEST = 127
RATE = 8000  # samples a second are enough to draw
MIDDLE = 128  # silence, in samples of 8 bits without a sign
# How many parts are kept until the length is known; from there on each is twice as long.
MOST_PARTS = 4 * PARTS


class Peaks:
    def __init__(self) -> None:
        self._resampler = Resampler("u8p", None, RATE)
        self._channels: list[Channel] = []

    def add(self, frame: AudioFrame) -> None:
        self._add(self._resampler.take(frame))

    def take(self) -> list[list[int]]:
        """For each channel 1,000 numbers from 0 to 127, or one for each sample when there are fewer."""
        self._add(self._resampler.finish())
        return [channel.take() for channel in self._channels]

    def _add(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            if not self._channels:
                self._channels = [Channel() for _ in frame.planes]
            for channel, plane in zip(self._channels, frame.planes, strict=False):
                channel.add(bytes(plane)[: frame.samples])


class Channel:
    def __init__(self) -> None:
        self._parts: list[int] = []
        self._part_samples = 1
        self._left = 1  # samples of the part that is being filled
        self._loudest = 0

    def add(self, samples: bytes) -> None:
        start = 0
        while start < len(samples):
            piece = samples[start : start + self._left]
            self._loudest = max(self._loudest, max(piece) - MIDDLE, MIDDLE - min(piece))
            start, self._left = start + len(piece), self._left - len(piece)
            if not self._left:
                self._close_part()

    def take(self) -> list[int]:
        if self._left < self._part_samples:
            self._parts.append(self._loudest)
        count = min(len(self._parts), PARTS)
        bounds = [number * len(self._parts) // count for number in range(count + 1)] if count else []
        return [min(max(self._parts[start:stop]), LOUDEST) for start, stop in zip(bounds, bounds[1:], strict=False)]

    def _close_part(self) -> None:
        self._parts.append(self._loudest)
        if len(self._parts) == MOST_PARTS:
            self._parts = [max(pair) for pair in zip(self._parts[::2], self._parts[1::2], strict=True)]
            self._part_samples *= 2
        self._loudest, self._left = 0, self._part_samples

"""Frames in one format, whatever format they come in."""

from __future__ import annotations

import av
from av.audio.frame import AudioFrame


class Resampler:
    """`layout` is that of the channels, None as they come. The format of frames may change between two of them."""

    def __init__(self, sample_format: str, layout: str | None, rate: int) -> None:
        self._target = sample_format, layout, rate
        self._source: object = None
        self._resampler: av.AudioResampler | None = None

    def take(self, frame: AudioFrame) -> list[AudioFrame]:
        source, frames = (frame.format.name, frame.layout.name, frame.sample_rate), []
        if source != self._source:
            frames = self.finish()
            sample_format, layout, rate = self._target
            self._source, self._resampler = source, av.AudioResampler(sample_format, layout, rate)
        assert self._resampler  # noqa: S101 - for the type checker
        frame.pts = None  # gaps are no silence
        return frames + self._resampler.resample(frame)

    def finish(self) -> list[AudioFrame]:
        """What is left at the end."""
        left = self._resampler.resample(None) if self._resampler else []
        return [frame for frame in left if frame is not None]

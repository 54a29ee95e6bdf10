"""Small sound files, made as a test needs them."""

import io
import math
import struct
import wave

import av


def sine(seconds=1.0, rate=8000, loudness=0.5, hertz=440):
    """Samples from -1 to 1."""
    return [loudness * math.sin(2 * math.pi * hertz * number / rate) for number in range(int(seconds * rate))]


def wav(*channels, rate=8000):
    """A WAV of 16 bits; without channels it is one without samples."""
    with io.BytesIO() as file:
        with wave.open(file, "wb") as writer:
            writer.setnchannels(len(channels) or 1)
            writer.setsampwidth(2)
            writer.setframerate(rate)
            samples = [sample for moment in zip(*channels, strict=True) for sample in moment]
            writer.writeframes(struct.pack(f"<{len(samples)}h", *(round(32767 * sample) for sample in samples)))
        return file.getvalue()


def encoded(source, container, codec, rate=8000, layout="mono", **options):
    """The WAV in another format."""
    with io.BytesIO() as file:
        with av.open(io.BytesIO(source)) as read, av.open(file, "w", format=container) as written:
            stream = written.add_stream(codec, rate=rate, layout=layout, **options)
            resampler = av.AudioResampler(stream.format.name, layout, rate, frame_size=stream.codec_context.frame_size)
            for frame in read.decode(audio=0):
                for piece in resampler.resample(frame):
                    written.mux(stream.encode(piece))
            for piece in [*resampler.resample(None), None]:
                written.mux(stream.encode(piece))
        return file.getvalue()


def gsm_wav(seconds=1):
    """A WAV of GSM 6.10: two frames of 20 ms in each block of 65 bytes, all of them silent."""
    blocks = bytes(65) * round(seconds * 25)
    head = struct.pack("<HHIIHHHH", 49, 1, 8000, 1625, 65, 0, 2, 320)
    chunks = b"fmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(blocks)) + blocks
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks

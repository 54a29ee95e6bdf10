"""What sound files hold."""

import random
import tracemalloc

import av
import pytest

from calls.recordings.audio import NoSound, NotAudio, NotPlayable, examine, make_playable
from calls.recordings.tests.sounds import encoded, gsm_wav, sine, wav

TONE = wav(sine(2))
STEREO = wav(sine(2, 16000), sine(2, 16000, 0.25), rate=16000)


@pytest.fixture
def examined(tmp_path):
    def examined(content):
        path = tmp_path / "sound"
        path.write_bytes(content)
        return examine(path, lambda: None)

    return examined


def test_peaks_are_the_loudest_sample_of_each_part(examined):
    [peaks] = examined(wav(sine(10, loudness=0.5))).peaks
    assert len(peaks) == 1000
    assert set(peaks) <= {62, 63, 64, 65}


def test_each_channel_has_its_own_peaks(examined):
    sound = examined(STEREO)
    left, right = sound.peaks
    assert (sound.channels, len(left), len(right)) == (2, 1000, 1000)
    assert abs(max(left) - 64) <= 2
    assert abs(max(right) - 32) <= 2


def test_peaks_follow_the_sound(examined):
    quiet, loud = [0.0] * 8000, sine(1, loudness=0.9)
    [peaks] = examined(wav(quiet + loud + quiet + loud)).peaks
    assert max(peaks[:245] + peaks[505:745]) <= 1
    assert min(peaks[255:495] + peaks[755:]) >= 110


@pytest.mark.parametrize("samples", [1, 7, 999])
def test_a_very_short_sound_has_a_peak_for_each_sample(samples, examined):
    assert [len(peaks) for peaks in examined(wav([0.5] * samples)).peaks] == [samples]


@pytest.mark.parametrize("loudness", [1.0, -1.0])
def test_the_loudest_peak_is_127(loudness, examined):
    assert max(examined(wav([loudness] * 4000)).peaks[0]) == 127


def brief(value):
    """The id of a test: not the whole file."""
    return str(value)[:20]


FORMATS = [
    # content, format, codec, whether browsers play it
    (TONE, "WAV", "pcm_s16le", True),
    (STEREO, "WAV", "pcm_s16le", True),
    (encoded(TONE, "wav", "pcm_mulaw"), "WAV", "pcm_mulaw", False),
    (encoded(TONE, "wav", "pcm_alaw"), "WAV", "pcm_alaw", False),
    (gsm_wav(2), "WAV", "gsm_ms", False),
    (encoded(TONE, "mp3", "libmp3lame", 16000), "MP3", "mp3float", True),
    (encoded(TONE, "ogg", "libopus", 48000), "Ogg", "opus", True),
    (encoded(TONE, "flac", "flac"), "FLAC", "flac", True),
    (encoded(TONE, "ipod", "aac"), "MP4", "aac", True),
    (encoded(TONE, "mp4", "aac"), "MP4", "aac", True),
    (encoded(TONE, "webm", "libopus", 48000), "WebM", "opus", True),
    (encoded(TONE, "adts", "aac"), "AAC", "aac", True),
    (encoded(TONE, "amr", "libopencore_amrnb", bit_rate=12200), "AMR", "amrnb", False),
    (encoded(TONE, "aiff", "pcm_s16be"), "AIFF", "pcm_s16be", False),
    (encoded(TONE, "au", "pcm_mulaw"), "AU", "pcm_mulaw", False),
]


@pytest.mark.parametrize(("content", "name", "codec", "is_playable"), FORMATS, ids=brief)
def test_it_knows_the_formats_of_platforms(content, name, codec, is_playable, examined):
    sound = examined(content)
    assert (sound.format.name, sound.codec, sound.is_playable) == (name, codec, is_playable)
    assert sound.duration_ms == pytest.approx(2000, abs=250)
    assert len(sound.peaks) == sound.channels
    if name != "WAV" or codec != "gsm_ms":
        assert max(sound.peaks[0]) == pytest.approx(64, abs=12)


@pytest.mark.parametrize("content", [content for content, *_, is_playable in FORMATS if not is_playable], ids=brief)
def test_what_browsers_do_not_play_gets_a_copy_that_they_do(content, examined, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    sound = examined(content)
    make_playable(source, sound.format, target, lambda: None)
    copy = examined(target.read_bytes())
    assert (copy.format.name, copy.is_playable, copy.channels) == ("MP3", True, sound.channels)
    assert copy.duration_ms == pytest.approx(sound.duration_ms, abs=150)
    assert max(copy.peaks[0]) == pytest.approx(max(sound.peaks[0]), abs=8)


def test_a_copy_of_many_channels_has_two(examined, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(wav(*[sine(0.5, 48000)] * 4, rate=48000))
    make_playable(source, examined(source.read_bytes()).format, target, lambda: None)
    assert examined(target.read_bytes()).channels == 2


@pytest.mark.parametrize(
    "content",
    [b"", wav(), wav()[:40] + b"\xff\xff\xff\xff", encoded(wav(), "flac", "flac")],
    ids=["no bytes", "no samples", "endless without samples", "flac"],
)
def test_what_has_no_samples_is_no_sound(content, examined):
    with pytest.raises(NoSound):
        examined(content)


@pytest.mark.parametrize("length", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
def test_a_wav_that_was_streamed_without_its_length_is_heard(length, examined):
    assert examined(TONE[:40] + length + TONE[44:]).duration_ms == 2000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b"\n\n  <HTML>", "a web page"),
        (b"\xef\xbb\xbf<html>", "a web page"),
        ("<html>".encode("utf-16"), "a web page"),
        (b"<!-- hello --><head><title>x</title>", "a web page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>', "a web page"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML"),
        (b'{"error": "not found"}', "JSON"),
        (b"[]", "JSON"),
        (b"Not found\n", "text"),
        (b"#EXTM3U\nhttp://127.0.0.1/secret.ts\n", "text"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "text"),
        ("é".encode() * 3000, "text"),
    ],
    ids=brief,
)
def test_text_is_no_sound(content, kind, examined):
    with pytest.raises(NotAudio, match=f"^{kind}$"):
        examined(content)


@pytest.mark.parametrize(
    "content",
    [
        *(b"\x89PNG\r\n\x1a\n" + bytes(100), b"%PDF-1.7\n\x00\x01\x02", b"PK\x03\x04" + bytes(100), bytes(1000)),
        *(b"MZ\x90\x00\x03", random.Random(1).randbytes(5000), TONE[44:], encoded(TONE, "wav", "pcm_mulaw")[60:]),
    ],
    ids=brief,
)
def test_what_is_in_no_known_format_cannot_be_played(content, examined):
    with pytest.raises(NotPlayable):
        examined(content)


@pytest.mark.parametrize("head", [b"RIFF\x24\x00\x00\x00WAVE", b"OggS", b"fLaC", b"\x00\x00\x00\x20ftypM4A "])
def test_a_damaged_file_ends_with_a_reason(head, examined):
    with pytest.raises((NotPlayable, NoSound)):
        examined(head + random.Random(2).randbytes(3000))


def test_a_film_without_sound_cannot_be_played(examined, tmp_path):
    path = tmp_path / "film.mp4"
    with av.open(path, "w") as output:
        stream = output.add_stream("mpeg4", rate=10, width=16, height=16, pix_fmt="yuv420p")
        for _ in range(3):
            output.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        output.mux(stream.encode(None))
    with pytest.raises(NotPlayable, match="the MP4 file has no sound track"):
        examined(path.read_bytes())


def test_a_damaged_part_is_left_out(examined):
    content = bytearray(encoded(TONE, "mp3", "libmp3lame", 16000))
    content[3000:4000] = random.Random(3).randbytes(1000)
    assert 1000 < examined(bytes(content)).duration_ms < 2600


def test_a_cut_file_is_heard_to_where_it_was_cut(examined):
    assert examined(TONE[: 44 + 16000]).duration_ms == 1000


def test_it_says_that_it_is_alive(tmp_path):
    path, signs = tmp_path / "sound", []
    path.write_bytes(TONE)
    examine(path, lambda: signs.append(1))
    assert len(signs) > 5


def test_memory_does_not_grow_with_the_length(tmp_path, monkeypatch):
    path = tmp_path / "sound"
    path.write_bytes(wav(sine(1) * 600))
    tracemalloc.start()
    examine(path, lambda: None)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 1_000_000

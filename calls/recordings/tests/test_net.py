"""Fetching from addresses that others gave us. Real hosts are on loopback, and only what is allowed is contacted."""

import gzip
import itertools
import time

import pytest

from calls.recordings import net
from calls.recordings.net import NotFetched, fetch
from calls.recordings.tests.hosts import answer, redirect, serving

MB = 1 << 20
SOUND = bytes(range(256)) * 1000


def fetched(url, most_bytes=MB):
    return b"".join(fetch(url, most_bytes))


def refusal(url, most_bytes=MB):
    with pytest.raises(NotFetched) as problem:
        fetched(url, most_bytes)
    return problem.value


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/a.wav", "https://127.0.0.1/a.wav", "http://127.0.0.1:8000/", "http://127.1/a.wav"),
        *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0/", "http://0.0.0.0/"),
        *("http://localhost/", "http://LOCALHOST./", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/"),
        *("http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/"),
        *("http://10.0.0.1/", "http://172.16.5.5/", "http://192.168.1.1/", "http://100.64.0.1/", "http://[fd00::1]/"),
        *("http://169.254.169.254/latest/meta-data/", "http://metadata.example.com/", "http://inside.example.com/"),
        *("http://six.example.com/", "https://inside.example.com/", "http://user:pass@inside.example.com/"),
        *("http://example.com@127.0.0.1/", "http://224.0.0.1/", "http://255.255.255.255/"),
        # one bad address among good ones
        "http://both.example.com/",
    ],
)
def test_a_forbidden_address_is_refused_before_any_connection(url, contacted, resolved):
    problem = refusal(url)
    assert "inside a private network" in str(problem)
    assert problem.is_final
    assert contacted == []


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://example.com/a.wav", "gopher://example.com/", "data:audio/wav;base64,UklGRg=="),
        *("//example.com/a.wav", "/etc/passwd", "example.com/a.wav", "http://", "http:///a.wav", "", "http://[::1/"),
        *("http://example.com:0/", "http://example.com:99999/", "http://example.com:x/", "http://\u2100.com/"),
        *("jar:http://example.com!/", "HTTP+unix://x/"),
    ],
)
def test_what_is_no_address_on_the_web_is_refused(url, contacted, resolved):
    problem = refusal(url)
    assert str(problem) == "the address is not an http or https address"
    assert problem.is_final
    assert contacted == resolved == []


def test_a_name_that_nobody_knows_is_tried_again(contacted, resolved):
    problem = refusal("http://unknown.example.com/a.wav")
    assert (str(problem), problem.is_final) == ("the name unknown.example.com is not known", False)
    assert contacted == []


@pytest.mark.parametrize(
    "location",
    [
        *("http://10.0.0.1/", "http://inside.example.com/x", "http://169.254.169.254/", "http://[::1]/", "//10.0.0.1/"),
        *("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "data:,x"),
    ],
)
def test_a_redirect_to_what_is_forbidden_is_refused(location, contacted, resolved, allowed, settings):
    with serving(redirect(location)) as host:
        problem = refusal(host.url())
    assert problem.is_final
    assert contacted == ["127.0.0.1"]
    assert len(host.requests) == 1


def test_it_follows_five_redirects(contacted, allowed):
    steps = itertools.count(1)
    with serving(lambda path: redirect("next") if next(steps) <= 5 else answer(SOUND)) as host:
        assert fetched(host.url("/a/b")) == SOUND
    assert [head.split(" ")[1] for head in host.requests] == ["/a/b", *["/a/next"] * 5]


def test_it_does_not_follow_six(allowed):
    with serving(redirect("/again")) as host:
        problem = refusal(host.url())
    assert (str(problem), problem.is_final) == ("the address redirects more than 5 times", True)
    assert len(host.requests) == 6


def test_a_name_is_resolved_once_and_keeps_its_own_header(contacted, resolved, allowed):
    with serving(answer(SOUND)) as host:
        assert fetched(host.url("/a b?x=\u00fc&y=%20", name="media.example.com")) == SOUND
    [head] = host.requests
    assert resolved == ["media.example.com"]
    assert contacted == ["127.0.0.1"]
    assert head.startswith("GET /a%20b?x=%C3%BC&y=%20 HTTP/1.1\r\n")
    assert f"Host: media.example.com:{host.port}\r\n" in head


def test_a_name_of_ones_own_may_be_inside(resolved, settings):
    settings.RECORDING_ALLOWED_HOSTS = ["media.example.com"]
    with serving(answer(SOUND)) as host:
        assert fetched(host.url(name="media.example.com")) == SOUND
        assert "inside a private network" in str(refusal(host.url(name="other.example.com")))


def test_the_proxy_of_the_environment_is_not_used(allowed, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(answer(SOUND)) as host:
        assert fetched(host.url()) == SOUND


@pytest.mark.parametrize("path", ["/a.wav\r\nX-Evil: 1", "/a.wav X-Evil: 1", "/\x00"])
def test_an_address_adds_no_lines_to_the_request(path, allowed):
    with serving(answer(SOUND)) as host:
        fetched(host.url(path))
    assert "\nX-Evil" not in host.requests[0]


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        *(("404 Not Found", False), ("403 Forbidden", False), ("429 Slow", False), ("500 Oops", False)),
        *(("503 Later", False), ("401 Who", True), ("410 Gone", True), ("204 Nothing", True), ("302 Found", True)),
    ],
)
def test_another_answer_than_200_is_a_reason(status, is_final, allowed):
    with serving(answer(b"" if status[0] == "2" else b"no", status=status)) as host:
        problem = refusal(host.url())
    assert (str(problem), problem.is_final) == (f"the address answered {status[:3]}", is_final)


def test_a_length_over_the_limit_is_refused_before_the_body(allowed):
    def pieces():
        yield answer(length=500 * MB)
        time.sleep(20)

    began = time.monotonic()
    with serving(lambda path: pieces()) as host:
        problem = refusal(host.url(), 200 * MB)
    assert (str(problem), problem.is_final) == ("the recording is larger than 200 MB", True)
    assert time.monotonic() - began < 5


def endless(piece, pause_seconds=0.0, head=b"HTTP/1.1 200 OK\r\n\r\n"):
    yield head
    while True:
        time.sleep(pause_seconds)
        yield piece


def test_a_body_without_an_end_is_cut_off(allowed):
    with serving(lambda path: endless(b"x" * 64 * 1024)) as host:
        assert str(refusal(host.url(), 3 * MB)) == "the recording is larger than 3 MB"


def test_what_unpacks_to_more_than_the_limit_is_cut_off(allowed):
    bomb = gzip.compress(bytes(50 * MB))
    with serving(answer(bomb, Content_Encoding="gzip")) as host:
        assert str(refusal(host.url(), 3 * MB)) == "the recording is larger than 3 MB"


def test_a_packed_body_is_unpacked(allowed):
    with serving(answer(gzip.compress(SOUND), Content_Encoding="gzip")) as host:
        assert fetched(host.url()) == SOUND


def test_a_body_in_chunks_is_put_together(allowed):
    chunks = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n", b"4\r\ndefg\r\n", b"0\r\n\r\n"]
    with serving(lambda path: chunks) as host:
        assert fetched(host.url()) == b"abcdefg"


@pytest.mark.parametrize(
    "response",
    [
        answer(b"abc", length=10),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000,
        answer(b"not gzip", Content_Encoding="gzip"),
    ],
)
def test_a_body_that_breaks_off_is_tried_again(response, allowed):
    with serving(response) as host:
        problem = refusal(host.url())
    assert (str(problem), problem.is_final) == ("the connection to 127.0.0.1 failed: it broke off", False)


def test_a_host_that_is_silent_is_given_up(allowed, monkeypatch):
    monkeypatch.setattr(net, "READ_SECONDS", 0.3)
    began = time.monotonic()
    with serving(lambda path: endless(b"", 0.1, head=b"")) as host:
        problem = refusal(host.url())
    assert time.monotonic() - began < 3
    assert str(problem) == "the connection to 127.0.0.1 failed: it did not answer in time"
    assert not problem.is_final


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 302 Found\r\nLocation: ",
    ],
)
def test_a_host_that_sends_a_byte_now_and_then_is_hung_up_on(head, allowed, monkeypatch):
    monkeypatch.setattr(net, "TOTAL_SECONDS", 1.0)
    began = time.monotonic()
    with serving(lambda path: endless(b"x", 0.05, head)) as host:
        problem = refusal(host.url())
    assert (str(problem), problem.is_final) == ("the address took longer than 1 seconds", False)
    assert time.monotonic() - began < 3


def test_a_port_that_nobody_listens_on_is_tried_again(allowed):
    with serving(b"") as host:
        pass
    assert not refusal(host.url()).is_final

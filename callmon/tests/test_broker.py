"""The embedded broker."""

import time
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kombu import Connection


@pytest.fixture
def queue(tmp_path):
    options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    with Connection(
        "filesystem://localhost", transport="callmon.broker:Transport", transport_options=options
    ) as connection:
        # Kombu remembers in the process which queues it declared.
        yield connection.SimpleQueue(tmp_path.name)


def test_it_waits_for_the_time_it_is_told(queue):
    began = time.monotonic()
    with pytest.raises(Empty):
        queue.get(timeout=0.5)
    assert 0.4 < time.monotonic() - began < 2


def take(queue):
    message = queue.get(timeout=5)
    message.ack()
    return message.payload


def test_it_delivers_in_the_order_of_sending(queue):
    for number in range(20):
        queue.put(number)
    assert [take(queue) for _ in range(20)] == list(range(20))


def test_it_delivers_each_message_once(queue):
    queue.put("once")
    take(queue)
    with pytest.raises(Empty):
        queue.get_nowait()


def test_a_message_is_whole_when_it_appears(queue):
    payloads = [f"{number}" * 5000 for number in range(200)]
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(lambda: [queue.put(payload) for payload in payloads])
        assert sorted(take(queue) for _ in payloads) == sorted(payloads)
        sent.result()

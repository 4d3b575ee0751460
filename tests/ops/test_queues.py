"""Queues and readers: order, waiting, closing, and TensorFlow's words."""

from __future__ import annotations

import pathlib
import threading
import time
from typing import Any

import numpy as np
import pytest

import penstock as tf

# What TensorFlow 1.15.5 gave with these seeds.
FIRST_FIVE = [10, 15, 2, 11, 14]
SIXTH = 6
REST = [16, 8, 0, 5, 3, 17, 7, 12, 9, 1, 13, 19, 4, 18]


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default():
        yield


def background(function: Any) -> tuple[threading.Thread, list[Any]]:
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(function())
        except tf.errors.OpError as error:
            found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, found


def test_elements_come_in_order_and_batches_stack() -> None:
    queue = tf.FIFOQueue(5, [tf.int32, tf.string], shapes=[[], []])
    enqueue = queue.enqueue_many([[1, 2, 3], ["x", "y", "z"]])
    one, two = queue.dequeue(), queue.dequeue_many(2)
    with tf.Session() as session:
        session.run(enqueue)
        assert session.run(queue.size()) == 3
        assert session.run(one) == [1, b"x"]
        numbers, texts = session.run(two)
        assert numbers.tolist() == [2, 3] and texts.tolist() == [b"y", b"z"]


def test_shuffling_follows_the_seeds_of_tensorflow() -> None:
    tf.set_random_seed(5)
    queue = tf.RandomShuffleQueue(100, 2, tf.int64, shapes=[], seed=3)
    enqueue, five, one = queue.enqueue_many([np.arange(20)]), queue.dequeue_many(5), queue.dequeue()
    close, rest = queue.close(), queue.dequeue_up_to(20)
    with tf.Session() as session:
        session.run(enqueue)
        assert session.run(five).tolist() == FIRST_FIVE
        assert session.run(one) == SIXTH
        session.run(close)
        assert session.run(rest).tolist() == REST


def test_a_waiting_dequeue_wakes_and_holds_no_lock() -> None:
    queue = tf.FIFOQueue(2, tf.int32, shapes=[])
    value = tf.placeholder(tf.int32)
    enqueue, dequeue, size = queue.enqueue(value), queue.dequeue_many(2), queue.size()
    with tf.Session() as session:
        thread, found = background(lambda: session.run(dequeue))
        time.sleep(0.1)
        assert session.run(size) == 0  # The session works on while the other thread waits.
        session.run(enqueue, {value: 1})
        session.run(enqueue, {value: 2})
        thread.join(20)
        assert found[0].tolist() == [1, 2]


def test_closing_ends_waits_with_tensorflows_words() -> None:
    queue = tf.FIFOQueue(1, tf.int32, shapes=[], name="q")
    enqueue, dequeue, close = queue.enqueue(7), queue.dequeue_many(2), queue.close()
    with tf.Session() as session:
        session.run(enqueue)
        thread, found = background(lambda: session.run(dequeue))
        time.sleep(0.1)
        session.run(close)
        thread.join(20)
        assert isinstance(found[0], tf.errors.OutOfRangeError)
        assert found[0].message.startswith(
            "FIFOQueue '_0_q' is closed and has insufficient elements (requested 2, current size "
        )
        assert session.run(queue.dequeue_up_to(5)).tolist() == [7]
        with pytest.raises(tf.errors.CancelledError, match="FIFOQueue '_0_q' is closed."):
            session.run(enqueue)
        with pytest.raises(tf.errors.CancelledError, match="is already closed"):
            session.run(close)


def test_cancelling_ends_waiting_enqueues() -> None:
    queue = tf.FIFOQueue(1, tf.int32, shapes=[])
    enqueue, cancel = queue.enqueue_many([[1, 2, 3]]), queue.close(cancel_pending_enqueues=True)
    with tf.Session() as session:
        thread, found = background(lambda: session.run(enqueue))
        time.sleep(0.1)
        session.run(cancel)
        thread.join(20)
        assert isinstance(found[0], tf.errors.CancelledError)
        assert found[0].message == "Enqueue operation was cancelled"


def test_closing_the_session_ends_waits() -> None:
    queue = tf.FIFOQueue(1, tf.int32, shapes=[])
    dequeue = queue.dequeue()
    session = tf.Session()
    thread, found = background(lambda: session.run(dequeue))
    time.sleep(0.1)
    session.close()
    thread.join(20)
    assert isinstance(found[0], tf.errors.CancelledError)


def test_padding_and_priority() -> None:
    padding = tf.PaddingFIFOQueue(10, [tf.float32], shapes=[[None]])
    longer, shorter = padding.enqueue([[1.0, 2.0]]), padding.enqueue([[3.0]])
    priority = tf.PriorityQueue(10, [tf.string], shapes=[[]])
    enqueue = priority.enqueue_many([[3, 1, 2], ["c", "a", "b"]])
    with tf.Session() as session:
        session.run(longer)
        session.run(shorter)
        assert session.run(padding.dequeue_many(2)).tolist() == [[1.0, 2.0], [3.0, 0.0]]
        session.run(enqueue)
        assert session.run(priority.dequeue_many(3))[1].tolist() == [b"a", b"b", b"c"]


def test_errors_while_building() -> None:
    with pytest.raises(ValueError, match="All shapes must be fully defined"):
        tf.FIFOQueue(1, tf.int32, shapes=[[None]])
    queue = tf.FIFOQueue(1, [tf.int32], shapes=[[2]], names=["n"])
    with pytest.raises(ValueError, match="You must enqueue a dictionary in a Queue with names"):
        queue.enqueue([[1, 2]])
    with pytest.raises(ValueError, match="Keys in dictionary to enqueue do not match names"):
        queue.enqueue({"m": [1, 2]})
    assert list(queue.dequeue()) == ["n"]


def read_all(reader: Any, names: list[str], session: Any) -> list[tuple[bytes, bytes]]:
    queue = tf.FIFOQueue(10, tf.string, shapes=[])
    session.run(queue.enqueue_many([names]))
    session.run(queue.close())
    record = reader.read(queue)
    found = []
    with pytest.raises(tf.errors.OutOfRangeError):
        while True:
            found.append(tuple(session.run(record)))
    return found


def test_readers(tmp_path: pathlib.Path) -> None:
    lines, records, numbers = (str(tmp_path / n) for n in ("lines", "records", "numbers"))
    pathlib.Path(lines).write_bytes(b"head\r\none\r\n\ntwo")
    pathlib.Path(numbers).write_bytes(b"Habcdefgh")
    with tf.python_io.TFRecordWriter(records) as writer:
        writer.write(b"")
        writer.write(b"xy")
    with tf.Session() as session:
        found = read_all(tf.TextLineReader(skip_header_lines=1), [lines], session)
        assert found == [
            (f"{lines}:2".encode(), b"one"),
            (f"{lines}:3".encode(), b""),
            (f"{lines}:4".encode(), b"two"),
        ]
        found = read_all(tf.TFRecordReader(), [records], session)
        assert found == [(f"{records}:0".encode(), b""), (f"{records}:16".encode(), b"xy")]
        found = read_all(tf.FixedLengthRecordReader(3, header_bytes=1), [numbers], session)
        assert found == [(f"{numbers}:0".encode(), b"abc"), (f"{numbers}:1".encode(), b"def")]
        assert read_all(tf.WholeFileReader(), [numbers], session) == [
            (numbers.encode(), b"Habcdefgh")
        ]
        with pytest.raises(tf.errors.NotFoundError, match="No such file or directory"):
            queue = tf.FIFOQueue(1, tf.string, shapes=[])
            session.run(queue.enqueue(["nowhere"]))
            session.run(tf.TextLineReader().read(queue))

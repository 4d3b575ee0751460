"""Input pipelines of queues, coordinators and queue runners."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import penstock as tf


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default():
        yield


def collect(fetch: Any) -> list[Any]:
    """Everything that a pipeline gives until it ends."""
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        try:
            while not coordinator.should_stop():
                found.append(session.run(fetch))
        except tf.errors.OutOfRangeError:
            pass
        finally:
            coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=20)
        assert not any(thread.is_alive() for thread in threads)
    return found


def test_batches_of_slices() -> None:
    rows = tf.train.slice_input_producer(
        [tf.constant([1, 2, 3, 4, 5]), tf.constant(["a", "b", "c", "d", "e"])],
        num_epochs=1,
        shuffle=False,
    )
    numbers, texts = tf.train.batch(rows, 2, allow_smaller_final_batch=True)
    assert numbers.shape.as_list() == [None]
    found = collect([numbers, texts])
    assert [n.tolist() for n, _ in found] == [[1, 2], [3, 4], [5]]
    assert found[2][1].tolist() == [b"e"]


def test_shuffled_batches_give_every_element_once_an_epoch() -> None:
    number = tf.train.range_input_producer(12, num_epochs=2, seed=1).dequeue()
    batch = tf.train.shuffle_batch([number], 4, capacity=20, min_after_dequeue=6, num_threads=2)
    assert batch.shape.as_list() == [4]
    found = sorted(value for each in collect(batch) for value in each.tolist())
    assert found == sorted(list(range(12)) * 2)


def test_batch_of_a_dictionary_and_dynamic_padding() -> None:
    number = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
    batch = tf.train.batch({"n": number, "row": tf.fill([number], 7)}, 4, dynamic_pad=True)
    (found,) = collect(batch)
    assert found["n"].tolist() == [0, 1, 2, 3]
    assert found["row"].tolist() == [[0, 0, 0], [7, 0, 0], [7, 7, 0], [7, 7, 7]]


def test_maybe_batch_leaves_out() -> None:
    number = tf.train.range_input_producer(6, num_epochs=1, shuffle=False).dequeue()
    batch = tf.train.maybe_batch([number], number % 2 > 0, 3)
    assert [b.tolist() for b in collect(batch)] == [[1, 3, 5]]


def test_an_error_in_a_thread_reaches_join() -> None:
    queue = tf.FIFOQueue(1, tf.int32, shapes=[])
    bad = queue.enqueue(tf.placeholder_with_default(1, []) // tf.constant(0))
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [bad]))
    with tf.Session() as session:
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        with pytest.raises(tf.errors.InvalidArgumentError):
            coordinator.join(threads, stop_grace_period_secs=20)


def test_queue_runner_to_proto_and_back() -> None:
    queue = tf.FIFOQueue(1, tf.int32, shapes=[], name="q")
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1)])
    message = runner.to_proto()
    assert (message.queue_name, list(message.enqueue_op_name)) == ("q", ["q_enqueue"])
    assert (message.close_op_name, message.cancel_op_name) == ("q_Close", "q_Close_1")
    assert tf.train.QueueRunner.from_proto(message).to_proto() == message


def test_coordinator_stops_threads_and_raises_their_error() -> None:
    coordinator = tf.train.Coordinator()

    def work() -> None:
        with coordinator.stop_on_exception():
            raise ValueError("broken")

    waiting = threading.Thread(target=coordinator.wait_for_stop)
    failing = threading.Thread(target=work)
    waiting.start()
    failing.start()
    with pytest.raises(ValueError, match="broken"):
        coordinator.join([waiting, failing])
    coordinator.clear_stop()
    coordinator.request_stop(tf.errors.OutOfRangeError(None, None, "the end"))
    coordinator.join([])


def test_looper_thread_and_stragglers() -> None:
    coordinator = tf.train.Coordinator()
    turns: list[int] = []
    tf.train.LooperThread.loop(coordinator, 0.01, lambda: turns.append(1))
    while len(turns) < 3:
        time.sleep(0.01)
    coordinator.request_stop()
    coordinator.join(stop_grace_period_secs=10)
    asleep = threading.Thread(target=time.sleep, args=(2,), name="asleep", daemon=True)
    asleep.start()
    with pytest.raises(
        RuntimeError, match="Coordinator stopped with threads still running: asleep"
    ):
        coordinator.join([asleep], stop_grace_period_secs=0.05)


def test_programs_of_0_6_know_no_local_variables() -> None:
    number = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    initialize = tf.initialize_all_variables()
    with tf.Session() as session:
        session.run(initialize)
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        assert [session.run(number) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(number)
        coordinator.request_stop()
        coordinator.join(threads)
    with tf.Graph().as_default():
        weight = tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES])
        assert tf.initialize_all_variables().control_inputs == []
        assert tf.initialize_local_variables().control_inputs == [weight.initializer]

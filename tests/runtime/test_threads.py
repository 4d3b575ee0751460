"""Runs from several threads, runs that wait, and what a failed run leaves behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import penstock as tf


@pytest.fixture
def sess() -> Iterator[Any]:
    with tf.Session() as session:
        yield session


def at_once(*functions: Callable[[], Any]) -> None:
    """Calls each function in a thread of its own; raises the first error."""
    found: list[BaseException] = []

    def call(function: Callable[[], Any]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - handed on
            found.append(error)

    threads = [threading.Thread(target=call, args=(f,), daemon=True) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a run doesn't end"
    if found:
        raise found[0]


def test_no_update_is_lost(sess: Any) -> None:
    v = tf.Variable(tf.zeros([100]))
    r = tf.get_variable("r", initializer=0.0, use_resource=True)
    count = tf.Variable(0, dtype=tf.int64)
    updates = tf.group(v.assign_add(tf.ones([100])), r.assign_add(1.0), count.assign_add(1))
    sess.run(tf.global_variables_initializer())
    seen: list[np.ndarray] = []

    def update() -> None:
        for _ in range(100):
            sess.run(updates)

    def read() -> None:
        for _ in range(100):
            seen.append(sess.run(v))

    at_once(update, update, update, read, read)
    assert sess.run(count) == 300
    assert sess.run(r) == 300
    np.testing.assert_array_equal(sess.run(v), np.full(100, 300))
    for value in seen:  # Each read sees the variable between two updates.
        assert np.all(value == value[0])


def test_training_feeding_failing_and_drawing_at_once(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    rows = tf.placeholder(tf.int32, [None])
    w = tf.Variable(tf.zeros([2, 1]))
    table = tf.Variable(tf.zeros([4, 2]))
    step = tf.train.get_or_create_global_step()
    loss = tf.reduce_sum(tf.matmul(x, w)) + tf.reduce_sum(tf.gather(table, rows))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss, step)
    drawn = tf.random_uniform([])
    sess.run(tf.global_variables_initializer())
    numbers: list[float] = []

    def good() -> None:
        for size in range(1, 31):
            sess.run(train, {x: np.ones([size % 3 + 1, 2]), rows: [0]})

    def bad() -> None:
        for _ in range(30):
            with pytest.raises(tf.errors.InvalidArgumentError):
                sess.run(train, {x: np.ones([1, 2]), rows: [9]})

    def draw() -> None:
        for _ in range(30):
            numbers.append(float(sess.run(drawn)))

    at_once(good, bad, draw, good, draw)
    assert sess.run(step) == 60
    np.testing.assert_array_equal(sess.run(w), [[-120.0], [-120.0]])
    np.testing.assert_array_equal(sess.run(table)[0], [-60.0, -60.0])
    assert len(set(numbers)) == 60  # No number is drawn twice.


def test_plans_are_made_once_for_all_threads(sess: Any) -> None:
    n = tf.placeholder(tf.int32, [])
    # The size depends on data: the loop must move to the host when it is first run.
    found = tf.while_loop(
        lambda i, y: i < n,
        lambda i, y: (i + 1, tf.concat([y, tf.unique(y)[0]], 0)),
        [0, tf.constant([1, 1])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )[1]
    results: list[Any] = []

    def run() -> None:
        for _ in range(3):
            results.append(sess.run(found, {n: 2}))

    at_once(run, run, run)
    for result in results:
        np.testing.assert_array_equal(result, [1, 1, 1, 1])


def test_a_failed_run_takes_back_its_own_updates_only(sess: Any) -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def fail(value: Any) -> Any:
        wrote.set()
        go_on.wait(30)
        raise ValueError("no")

    v, w, text = tf.Variable(1.0), tf.Variable(10.0), tf.Variable("old")
    with tf.control_dependencies([v.assign(2.0), w.assign(20.0), text.assign("new")]):
        failing = tf.py_func(fail, [tf.constant(0.0)], tf.float32)
    more = w.assign_add(1.0)
    sess.run(tf.global_variables_initializer())

    def run() -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match="no"):
            sess.run(failing)

    def other() -> None:
        wrote.wait(30)
        sess.run(more)
        go_on.set()

    at_once(run, other)
    assert sess.run(v) == 1.0  # Nobody else has touched it.
    assert sess.run(text) == b"old"
    assert sess.run(w) == 21.0  # The other thread's update was made, and stays.


def test_two_writes_of_a_failed_run_are_taken_back(sess: Any) -> None:
    def fail(value: Any) -> Any:
        raise ValueError("no")

    v = tf.Variable(1.0)
    with tf.control_dependencies([v.assign(2.0)]):
        between = tf.py_func(lambda x: x + 1, [tf.constant(0.0)], tf.float32)
    with tf.control_dependencies([v.assign(between + 2.0)]):
        failing = tf.py_func(fail, [tf.constant(0.0)], tf.float32)
    sess.run(v.initializer)
    with pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(failing)
    assert sess.run(v) == 1.0


# -- runs that wait --------------------------------------------------------------------------------
@pytest.mark.parametrize("first", ["dequeue", "enqueue"])
def test_one_run_fills_and_empties_a_queue(sess: Any, first: str) -> None:
    q = tf.FIFOQueue(2, tf.int32, [[]])
    values = tf.placeholder(tf.int32, [None])
    if first == "dequeue":
        taken, put = q.dequeue_many(3), q.enqueue_many([values])
    else:
        put, taken = q.enqueue_many([values]), q.dequeue_many(3)
    double = taken * 2
    at_once(
        lambda: np.testing.assert_array_equal(
            sess.run([double, put], {values: [1, 2, 3]})[0], [2, 4, 6]
        )
    )
    assert sess.run(q.size()) == 0


def test_a_deadline_ends_a_wait(sess: Any) -> None:
    q = tf.FIFOQueue(2, tf.int32, [[]])
    taken, put = q.dequeue(), q.enqueue(3)
    v = tf.Variable(1.0)
    with tf.control_dependencies([v.assign(2.0)]):
        late = q.dequeue()
    sess.run(v.initializer)
    options = tf.RunOptions(timeout_in_ms=100)
    start = time.monotonic()
    for fetch in (taken, [taken, late], late):
        with pytest.raises(tf.errors.DeadlineExceededError, match="Timed out waiting"):
            sess.run(fetch, options=options)
    assert time.monotonic() - start < 20
    assert sess.run(v) == 1.0
    sess.run(put)
    assert sess.run(taken, options=options) == 3  # The run that was given up took nothing.
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=100)) as limited:
        with pytest.raises(tf.errors.DeadlineExceededError):
            limited.run(taken)


# -- indices out of range ---------------------------------------------------------------------------
OPTIMIZERS = {
    "sgd": lambda: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    "adagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "adam": lambda: tf.train.AdamOptimizer(0.1),
    "rmsprop": lambda: tf.train.RMSPropOptimizer(0.1, centered=True),
    "ftrl": lambda: tf.train.FtrlOptimizer(0.1),
    "adadelta": lambda: tf.train.AdadeltaOptimizer(0.1),
    "proximal": lambda: tf.train.ProximalAdagradOptimizer(0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_that_are_not_there(sess: Any, name: str) -> None:
    rows = tf.placeholder(tf.int32, [None])
    v = tf.get_variable("v", initializer=tf.ones([4, 2]))
    r = tf.get_variable("r", initializer=tf.ones([4, 2]), use_resource=True)
    optimizer = OPTIMIZERS[name]()
    steps = [
        optimizer.apply_gradients([(tf.IndexedSlices(tf.ones([2, 2]), rows), each)])
        for each in (v, r)
    ]
    sess.run(tf.global_variables_initializer())
    everything = tf.global_variables()
    before = sess.run(everything)
    for step in steps:
        for wrong in (7, -1):
            with pytest.raises(
                tf.errors.InvalidArgumentError, match=f"{wrong} .*(is not in|range)"
            ):
                sess.run(step, {rows: [1, wrong]})
    for old, new in zip(before, sess.run(everything), strict=True):
        np.testing.assert_array_equal(new, old)


# -- variables without values -----------------------------------------------------------------------
@pytest.mark.parametrize("resource", [False, True])
def test_assert_variables_initialized(sess: Any, resource: bool) -> None:
    v = tf.get_variable("v", [2], use_resource=resource)
    check = tf.assert_variables_initialized()
    message = "Error while reading resource variable v from" if resource else (
        "Attempting to use uninitialized value v"
    )  # fmt: skip
    for fetch in (check, check.op):
        with pytest.raises(tf.errors.FailedPreconditionError, match=message):
            sess.run(fetch)
    sess.run(v.initializer)
    sess.run(check.op)

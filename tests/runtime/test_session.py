"""What ``Session.run`` promises: fetches, feeds, state, failures, threads."""

from __future__ import annotations

import collections
import threading
from typing import Any

import jax
import numpy as np
import pytest

import penstock as tf


@pytest.fixture
def sess() -> Any:
    with tf.Session() as session:
        yield session


# -- fetches --------------------------------------------------------------------------------------
def test_nested_fetches_keep_their_form(sess: Any) -> None:
    a, b = tf.constant(1.0), tf.constant([1, 2])
    op = tf.no_op()
    pair = collections.namedtuple("pair", "first second")
    got = sess.run(
        {"x": [a, (b, op)], "y": pair(a, "Const_1:0"), "z": collections.OrderedDict(k=b)}
    )
    assert got["x"][0] == 1.0 and got["x"][1][1] is None and isinstance(got["x"][1], tuple)
    np.testing.assert_array_equal(got["y"].second, [1, 2])
    assert type(got["y"]).__name__ == "pair" and isinstance(got["z"], collections.OrderedDict)


def test_scalars_are_numpy_scalars_and_arrays_are_the_callers_own(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [2])
    assert type(sess.run(tf.reduce_sum(x), {x: [1, 2]})) is np.float32
    value = sess.run(x + 1.0, {x: [1, 2]})
    value[0] = 7  # writable, and nobody else's
    np.testing.assert_array_equal(sess.run(x + 1.0, {x: [1, 2]}), [2, 3])
    fed = np.zeros(2, np.float32)
    back = sess.run(x, {x: fed})
    back[0] = 5
    assert fed[0] == 0


def test_fetching_nonsense(sess: Any) -> None:
    tf.constant(1.0)
    with pytest.raises(TypeError, match="Fetch argument None has invalid type"):
        sess.run(None)
    with pytest.raises(TypeError, match="Fetch argument 3 has invalid type"):
        sess.run([3])
    with pytest.raises(ValueError, match="cannot be interpreted as a Tensor"):
        sess.run("nothing:0")
    with tf.Graph().as_default():
        other = tf.constant(2.0)
    with pytest.raises(ValueError, match="not an element of this graph"):
        sess.run(other)


def test_empty_graph_and_closed_session() -> None:
    with tf.Graph().as_default():
        session = tf.Session()
        with pytest.raises(RuntimeError, match="The Session graph is empty"):
            session.run([])
        one = tf.constant(1)
        session.close()
        with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
            session.run(one)


def test_a_fetched_variable_survives_later_updates(sess: Any) -> None:
    v = tf.Variable(np.arange(4, dtype=np.float32))
    step = tf.assign_add(v, tf.ones([4]))
    sess.run(tf.global_variables_initializer())
    first = sess.run(v)
    for _ in range(3):
        sess.run(step.op)
    np.testing.assert_array_equal(first, [0, 1, 2, 3])
    np.testing.assert_array_equal(sess.run(v), [3, 4, 5, 6])


# -- feeds ----------------------------------------------------------------------------------------
def test_any_tensor_can_be_fed(sess: Any) -> None:
    a = tf.constant(2.0)
    b = a * 3.0
    c = b + 1.0
    assert sess.run(c) == 7.0
    assert sess.run(c, {b: 10.0}) == 11.0
    assert sess.run([a, b, c], {a: 1.0}) == [1.0, 3.0, 4.0]
    assert sess.run(b, {"Const:0": 5.0}) == 15.0
    v = tf.Variable(1.0)
    assert sess.run(v.value() + 1.0, {v.value(): 4.0}) == 5.0  # though it has no value


def test_feed_errors_name_tensor_and_shapes(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = x * 2.0
    with pytest.raises(ValueError, match=r"Cannot feed value of shape \(2,\) for Tensor 'x:0', "
                                         r"which has shape '\(\?, 3\)'"):  # fmt: skip
        sess.run(y, {x: [1, 2]})
    with pytest.raises(TypeError, match="Cannot interpret feed_dict key as Tensor"):
        sess.run(y, {"nothing": 1})
    with pytest.raises(TypeError, match="cannot be a tf.Tensor object"):
        sess.run(y, {x: tf.constant([[1.0, 2, 3]])})
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        sess.run(y)
    text = str(caught.value)
    assert (
        "You must feed a value for placeholder tensor 'x' with dtype float and shape [?,3]" in text
    )
    assert 'x = tf.placeholder(tf.float32, [None, 3], name="x")' in text  # the user's own line
    with pytest.raises(TypeError, match="not compatible with Tensor type"):
        sess.run(tf.placeholder(tf.int32, [], name="n"), {"n:0": 2**40})


def test_dynamic_batch_and_shape_values(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    n = tf.placeholder(tf.int32, [])
    rows = tf.shape(x)[0]
    tiled = tf.reshape(tf.tile(x, [1, 2]), [rows * 2, -1])
    for size in (1, 3):
        value = np.arange(size * 2, dtype=np.float32).reshape(size, 2)
        assert sess.run(tiled, {x: value}).shape == (size * 2, 2)
    assert sess.run(tf.range(n) + rows, {n: 3, x: np.zeros((4, 2))}).tolist() == [4, 5, 6]
    filled = tf.fill(tf.stack([rows, n]), 1.5)
    assert sess.run(filled, {n: 3, x: np.zeros((4, 2))}).shape == (4, 3)


def test_shapes_that_depend_on_computed_values(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [None])
    count = tf.cast(tf.reduce_sum(tf.cast(x > 0, tf.float32)), tf.int32)
    ones = tf.ones(tf.stack([count])) * 2.0
    assert sess.run(ones, {x: [1, -1, 3]}).tolist() == [2, 2]
    assert sess.run(ones, {x: [1, 1, 3, 4]}).tolist() == [2, 2, 2, 2]
    positive = tf.boolean_mask(x, x > 0) * 2.0
    assert sess.run(positive, {x: [1, -1, 3]}).tolist() == [2, 6]


# -- state ----------------------------------------------------------------------------------------
def test_sessions_have_their_own_variables() -> None:
    v = tf.Variable(1.0)
    double = tf.assign(v, v * 2.0)
    init = tf.global_variables_initializer()
    first, second = tf.Session(), tf.Session()
    first.run(init)
    second.run(init)
    first.run(double)
    first.run(double)
    assert (first.run(v), second.run(v)) == (4.0, 1.0)
    third = tf.Session()
    with pytest.raises(tf.errors.FailedPreconditionError) as caught:
        third.run(v)
    assert "Attempting to use uninitialized value Variable" in str(caught.value)


def test_reads_see_what_control_dependencies_promise(sess: Any) -> None:
    v = tf.Variable(1.0)
    before = v + 0.0
    with tf.control_dependencies([before]):
        update = tf.assign_add(v, 10.0)
    with tf.control_dependencies([update]):
        after = v.read_value() + 0.0
    sess.run(tf.global_variables_initializer())
    assert sess.run([before, after]) == [1.0, 11.0]
    assert sess.run([before, after]) == [11.0, 21.0]


def test_only_what_is_needed_runs(sess: Any) -> None:
    v = tf.Variable(0)
    bump = tf.assign_add(v, 1)
    sess.run(tf.global_variables_initializer())
    sess.run(tf.constant(1))
    assert sess.run(v) == 0
    sess.run([bump.op, bump])
    assert sess.run(v) == 1  # once per run, however often it is fetched


def test_a_failed_run_changes_nothing(sess: Any) -> None:
    v = tf.Variable([1.0, 2.0])
    index = tf.placeholder(tf.int32, [])
    update = tf.assign_add(v, [1.0, 1.0])
    with tf.control_dependencies([update]):
        checked = tf.gather(v.read_value(), index)
    sess.run(tf.global_variables_initializer())
    assert sess.run(checked, {index: 1}) == 3.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="is not in"):
        sess.run(checked, {index: 7})
    assert sess.run(v).tolist() == [2.0, 3.0]

    def fails(value: Any) -> Any:
        raise ValueError("no")

    with tf.control_dependencies([tf.assign_add(v, [1.0, 1.0])]):
        failing = tf.py_func(fails, [v.read_value()], tf.float32)
    with pytest.raises(Exception, match="no"):
        sess.run(failing)
    assert sess.run(v).tolist() == [2.0, 3.0]


def test_wide_types_are_wide_and_jax_is_left_alone(sess: Any) -> None:
    assert not jax.config.jax_enable_x64
    x = tf.placeholder(tf.int64, [])
    assert sess.run(x * 3, {x: 2**40}) == 3 * 2**40
    y = tf.constant(1.0, tf.float64) / 3
    assert sess.run(y) == 1 / 3 and sess.run(y).dtype == np.float64
    assert jax.numpy.ones(2).dtype == np.float32


def test_many_threads_share_a_session(sess: Any) -> None:
    v = tf.Variable(0)
    bump = tf.assign_add(v, 1)
    sess.run(tf.global_variables_initializer())

    def work() -> None:
        for _ in range(50):
            sess.run(bump.op)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sess.run(v) == 200


def test_make_callable_and_interactive_session() -> None:
    session = tf.InteractiveSession()
    x = tf.placeholder(tf.float32, [])
    twice = session.make_callable([x * 2.0], [x])
    assert twice(4.0) == [8.0]
    assert (x + 1.0).eval({x: 1.0}) == 2.0
    v = tf.Variable(3.0)
    v.initializer.run()
    assert v.eval() == 3.0
    session.close()
    with pytest.raises(ValueError, match="No default session is registered"):
        v.eval()


def test_a_device_that_is_not_there(sess: Any) -> None:
    with tf.device("/gpu:7"):
        a = tf.constant(1.0) + 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device"):
        sess.run(a)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as soft:
        assert soft.run(a) == 2.0
    assert any(d.device_type == "CPU" for d in sess.list_devices())


def test_new_operations_can_be_added_between_runs(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [])
    y = x + 1.0
    assert sess.run(y, {x: 1.0}) == 2.0
    z = y * 2.0
    assert sess.run([y, z], {x: 1.0}) == [2.0, 4.0]
    loop = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
    assert sess.run(loop) == 3 and sess.run(y, {x: 1.0}) == 2.0


def test_a_fed_array_may_be_changed_right_after_the_run(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [700, 700])
    v = tf.Variable(0.0)
    slow = tf.reduce_sum(tf.matmul(tf.sin(x), tf.cos(x))) * 0.0
    step = tf.assign(v, x[0, 0] + slow)
    sess.run(tf.global_variables_initializer())
    fed = np.empty((700, 700), np.float32)
    for _ in range(5):
        fed[:] = 1.0
        sess.run(step.op, {x: fed})
        fed[:] = 5.0
        assert sess.run(v) == 1.0

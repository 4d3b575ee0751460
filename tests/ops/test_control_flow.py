"""Conditionals, loops, tensor arrays and the functions made of them, against TensorFlow 1.15."""

from __future__ import annotations

import pathlib
from typing import Any

import numpy as np
import pytest
from golden_cases import case_tests

import penstock as tf

test_cases = case_tests("control_flow")


def _small_model() -> tuple[Any, Any, Any]:
    x = tf.placeholder(tf.float32, [2], name="x")
    p = tf.placeholder(tf.bool, [], name="p")
    y = tf.cond(p, lambda: tf.cond(x[0] > 0, lambda: x * 2.0, lambda: x), lambda: x + 1.0)
    _, z = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, a: (i + 1, tf.cond(i > 1, lambda: a * y, lambda: a)),
        (0, x),
        maximum_iterations=5,
    )
    return x, p, tf.identity(z, name="z")


@pytest.mark.parametrize("scope", [None, "imported"])
def test_gradients_after_a_meta_graph(tmp_path: pathlib.Path, scope: str | None) -> None:
    x, p, z = _small_model()
    feed = {x: [1.0, 2.0], p: True}
    with tf.Session() as sess:
        wanted = sess.run([z, tf.gradients(z, x)[0]], feed)
    path = str(tmp_path / "model.meta")
    tf.train.export_meta_graph(path)
    tf.reset_default_graph()
    tf.train.import_meta_graph(path, import_scope=scope)
    prefix = f"{scope}/" if scope else ""
    graph = tf.get_default_graph()
    x, p, z = (graph.get_tensor_by_name(f"{prefix}{name}:0") for name in "xpz")
    with tf.Session() as sess:
        got = sess.run([z, tf.gradients(z, x)[0]], {x: [1.0, 2.0], p: True})
    np.testing.assert_allclose(got, wanted)


def test_contexts_as_messages() -> None:
    _small_model()
    conditional = tf.get_collection(tf.GraphKeys.COND_CONTEXT)[0].to_proto()
    assert conditional.context_name == "cond/cond_text"
    assert conditional.pivot_name == "cond/switch_t:0"
    assert conditional.branch == 1
    assert dict(conditional.values_def.external_values) == {
        "cond/pred_id:0": "cond/pred_id:0",
        "x:0": "cond/strided_slice/Switch:1",
    }
    nested = [context.cond_ctxt.context_name for context in conditional.nested_contexts]
    assert nested == ["cond/cond/cond_text", "cond/cond/cond_text_1"]
    loop = tf.get_collection(tf.GraphKeys.WHILE_CONTEXT)[0].to_proto()
    assert loop.context_name == "while/while_context"
    assert loop.maximum_iterations_name == "while/maximum_iterations:0"
    assert loop.pivot_name == "while/LoopCond:0"
    assert list(loop.loop_exit_names) == ["while/Exit:0", "while/Exit_1:0", "while/Exit_2:0"]


def test_second_derivative_of_a_loop_is_refused() -> None:
    x = tf.placeholder(tf.float32, [2])
    _, y = tf.while_loop(lambda i, _: i < 2, lambda i, a: (i + 1, a * x), [0, x])
    with pytest.raises(TypeError, match="Second-order gradient for while loops not supported"):
        tf.gradients(tf.gradients(y, x)[0], x)


def test_gradient_with_respect_to_a_loop_variable() -> None:
    inside = []

    def body(i: Any, a: Any) -> Any:
        inside.append(a)
        return i + 1, a * a

    tf.while_loop(lambda i, _: i < 2, body, [0, tf.ones([2])])
    graph = tf.get_default_graph()
    context = tf.get_collection(tf.GraphKeys.WHILE_CONTEXT)[0]
    context.Enter()
    (gradient,) = tf.gradients(inside[0] * 3.0, inside[0])
    context.Exit()
    assert gradient is not None
    assert graph is gradient.graph


def test_loops_that_have_to_run_on_the_host() -> None:
    x = tf.placeholder(tf.float32, [2])
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    _, _, array = tf.while_loop(
        lambda i, a, _: tf.reduce_sum(a) < 10.0,
        lambda i, a, t: (i + 1, a * 2.0, t.write(i, a)),
        [0, x, array],
    )
    y = array.stack()
    with tf.Session() as sess:
        values, gradient = sess.run([y, tf.gradients(y, x)[0]], {x: [1.0, 0.5]})
    np.testing.assert_allclose(values, [[1, 0.5], [2, 1], [4, 2]])
    np.testing.assert_allclose(gradient, [7, 7])


def test_gradient_of_a_loop_without_a_known_bound() -> None:
    x = tf.placeholder(tf.float64, [])
    root, _ = tf.while_loop(
        lambda a, e: e > 1e-9,
        lambda a, e: (0.5 * (a + x / a), tf.abs(a * a - x)),
        [x, tf.constant(1.0, tf.float64)],
    )
    with tf.Session() as sess:
        value, gradient = sess.run([root, tf.gradients(root, x)[0]], {x: 2.0})
    np.testing.assert_allclose(value, np.sqrt(2))
    np.testing.assert_allclose(gradient, 0.5 / np.sqrt(2))

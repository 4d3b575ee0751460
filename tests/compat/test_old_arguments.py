"""Both generations of argument orders give the same operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import penstock as tf
from penstock import behavior


def ones(*shape: int) -> Any:
    return tf.ones(shape)


def labels(*shape: int) -> Any:
    return tf.ones(shape, tf.int64)


VOLUME, KERNEL3 = (1, 4, 4, 4, 1), (2, 2, 2, 1, 1)
PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "concat": (
        lambda: tf.concat(1, [ones(2, 3), ones(2, 4)]),
        lambda: tf.concat([ones(2, 3), ones(2, 4)], 1),
    ),
    "concat by keyword": (
        lambda: tf.concat(concat_dim=1, values=[ones(2, 3), ones(2, 4)]),
        lambda: tf.concat(axis=1, values=[ones(2, 3), ones(2, 4)]),
    ),
    "split": (lambda: tf.split(1, 3, ones(2, 3)), lambda: tf.split(ones(2, 3), 3, 1)),
    "split a list": (
        lambda: tf.split(0, 2, [1.0, 2.0]),
        lambda: tf.split([1.0, 2.0], 2, 0),
    ),
    "split by keyword": (
        lambda: tf.split(split_dim=1, num_split=3, value=ones(2, 3)),
        lambda: tf.split(axis=1, num_or_size_splits=3, value=ones(2, 3)),
    ),
    "sparse_split": (
        lambda: tf.sparse_split(1, 2, tf.SparseTensor([[0, 1]], [1.0], shape=[2, 4])),
        lambda: tf.sparse_split(
            axis=1, num_split=2, sp_input=tf.SparseTensor([[0, 1]], [1.0], dense_shape=[2, 4])
        ),
    ),
    "softmax": (
        lambda: tf.nn.softmax_cross_entropy_with_logits(ones(2, 3), ones(2, 3), name="x"),
        lambda: tf.nn.softmax_cross_entropy_with_logits(
            logits=ones(2, 3), labels=ones(2, 3), name="x"
        ),
    ),
    "sparse softmax": (
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(ones(2, 3), labels(2)),
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(logits=ones(2, 3), labels=labels(2)),
    ),
    "sigmoid": (
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(ones(2), targets=tf.zeros([2])),
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(logits=ones(2), labels=tf.zeros([2])),
    ),
    "noise contrast": (
        lambda: tf.nn.nce_loss(ones(10, 4), ones(10), ones(3, 4), labels(3, 1), 2, 10),
        lambda: tf.nn.nce_loss(
            ones(10, 4),
            ones(10),
            inputs=ones(3, 4),
            labels=labels(3, 1),
            num_sampled=2,
            num_classes=10,
        ),
    ),
    "conv2d": (
        lambda: tf.nn.conv2d(
            ones(1, 4, 4, 1), ones(2, 2, 1, 1), [1, 1, 1, 1], "SAME", True, "NHWC", "here"
        ),
        lambda: tf.nn.conv2d(ones(1, 4, 4, 1), ones(2, 2, 1, 1), [1, 1, 1, 1], "SAME", name="here"),
    ),
    "conv3d": (
        lambda: tf.nn.conv3d(ones(*VOLUME), ones(*KERNEL3), [1] * 5, "SAME", "here"),
        lambda: tf.nn.conv3d(ones(*VOLUME), ones(*KERNEL3), [1] * 5, "SAME", name="here"),
    ),
    "conv3d of 1.4": (
        lambda: tf.nn.conv3d(ones(*VOLUME), ones(*KERNEL3), [1] * 5, "SAME", "NDHWC", "here"),
        lambda: tf.nn.conv3d(ones(*VOLUME), ones(*KERNEL3), [1] * 5, "SAME", name="here"),
    ),
    "pool": (
        lambda: tf.nn.max_pool3d(ones(*VOLUME), [1] * 5, [1] * 5, "SAME", "here"),
        lambda: tf.nn.max_pool3d(ones(*VOLUME), [1] * 5, [1] * 5, "SAME", name="here"),
    ),
    "arg_max": (
        lambda: tf.arg_max(ones(2, 3), 1, "here"),
        lambda: tf.arg_max(ones(2, 3), 1, name="here"),
    ),
    "scan": (
        lambda: tf.scan(lambda a, x: a + x, ones(3), None, 10, True, False, True, "here"),
        lambda: tf.scan(lambda a, x: a + x, ones(3), name="here"),
    ),
    "convert_to_tensor": (
        lambda: tf.convert_to_tensor([1.0], None, "here", False),
        lambda: tf.convert_to_tensor([1.0], name="here"),
    ),
    "select": (
        lambda: tf.select([True, False], ones(2), tf.zeros([2])),
        lambda: tf.where([True, False], ones(2), tf.zeros([2])),
    ),
    "batch_matrix_inverse": (
        lambda: tf.batch_matrix_inverse(tf.eye(2, batch_shape=[3])),
        lambda: tf.matrix_inverse(tf.eye(2, batch_shape=[3])),
    ),
}


@pytest.mark.parametrize("name", list(PAIRS))
def test_both_orders_build_the_same_graph(name: str) -> None:
    graphs = []
    for build in PAIRS[name]:
        with tf.Graph().as_default() as graph:
            tf.set_random_seed(1)
            build()
        ops = graph.get_operations()
        # The order in which the arguments' own operations are made differs.
        graphs.append(sorted((op.type, len(op.inputs)) for op in ops))
        last = ops[-1]
        graphs.append((last.name, last.type, [str(x.shape) for x in last.inputs]))
    assert graphs[:2] == graphs[2:]


def test_values_of_an_old_call() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        logits, classes = tf.constant([[1.0, 2.0, 4.0]]), tf.constant([2])
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(logits, classes)
        wanted = -np.log(np.exp(4.0) / np.exp([1.0, 2.0, 4.0]).sum())
        np.testing.assert_allclose(session.run(loss), [wanted], rtol=1e-5)


def test_too_many_arguments_of_an_old_call() -> None:
    with tf.Graph().as_default():
        with pytest.raises(TypeError, match="concat_dim, values, name"):
            tf.concat(1, [ones(2, 2)], "here", 3, 4)
        with pytest.raises(TypeError, match="multiple values for argument 'values'"):
            tf.concat(1, [ones(2, 2)], values=3)


def test_shape_of_a_sparse_tensor_by_version() -> None:
    with tf.Graph().as_default():
        sparse = tf.SparseTensor([[0, 0]], [1.0], [2, 2])
        assert sparse.shape.as_list() == [2, 2]
        behavior.set_version("0.12.1")
        try:
            assert sparse.shape is sparse.dense_shape
        finally:
            behavior.set_version(behavior.DEFAULT_VERSION)
    value = tf.SparseTensorValue(indices=[[0, 0]], values=[1.0], shape=[2, 2])
    assert value.dense_shape == value.shape == [2, 2]
    with pytest.raises(TypeError, match="needs one of dense_shape and shape"):
        tf.SparseTensorValue([[0, 0]], [1.0])


def test_arrays_of_tensors_pack_and_unpack() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        array = tf.TensorArray(tf.float32, 3).unpack([1.0, 2.0, 3.0])
        assert session.run(array.pack()).tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tf.enable_eager_execution(), "tf.Session"),
        (lambda: tf.function(lambda: 1), "call the Python function itself"),
        (lambda: tf.GradientTape(), "tf.gradients"),
        (lambda: tf.load_op_library("zero_out.so"), "zero_out.so.*tf.py_func"),
    ],
)
def test_what_needs_eager_execution_says_so(call: Callable[[], Any], words: str) -> None:
    with pytest.raises((RuntimeError, tf.errors.NotFoundError), match=words):
        call()


def test_generated_functions() -> None:
    from penstock.graph import generated

    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant([-1.0, 2.0])
        assert session.run(generated._relu_grad(x, x)).tolist() == [0.0, 2.0]
        assert session.run(tf.raw_ops.MatMul(a=[[2.0]], b=[[3.0]])).tolist() == [[6.0]]
        with pytest.raises(TypeError):
            tf.raw_ops.Relu(x)
    assert generated.python_name("Conv2DBackpropInput") == "conv2d_backprop_input"
    assert generated.python_name("BatchMatMulV2") == "batch_mat_mul_v2"
    with pytest.raises(AttributeError, match=r"tf\.raw_ops\.Rely is not in Penstock"):
        tf.raw_ops.Rely  # noqa: B018

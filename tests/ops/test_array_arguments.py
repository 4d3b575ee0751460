"""Both argument orders of ``concat`` and ``split``, keyword aliases, and errors."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as tf
from penstock import behavior


@pytest.fixture
def old_version() -> object:
    behavior.set_version("0.12.1")
    yield
    behavior.set_version(behavior.DEFAULT_VERSION)


def run(*fetches: object, feed: dict | None = None) -> list:
    with tf.Session() as sess:
        return sess.run(list(fetches), feed)


def test_concat_knows_the_old_order() -> None:
    a, b = tf.constant([[1.0]]), tf.constant([[2.0]])
    new, old, keyword = tf.concat([a, b], 1), tf.concat(1, [a, b]), tf.concat(axis=1, values=[a, b])
    assert [t.op.type for t in (new, old, keyword)] == ["ConcatV2"] * 3
    for value in run(new, old, keyword):
        np.testing.assert_array_equal(value, [[1.0, 2.0]])


def test_concat_of_one_tensor_is_its_identity() -> None:
    tensor = tf.concat(0, tf.constant([[1.0], [2.0]]))
    assert tensor.op.type == "Identity"
    assert tensor.name == "concat/concat:0"


def test_split_knows_the_old_order() -> None:
    x = tf.constant([[1, 2], [3, 4]])
    new, old = tf.split(x, 2, 1), tf.split(1, 2, x)
    for left, right in zip(run(*new), run(*old), strict=True):
        np.testing.assert_array_equal(left, right)


def test_reverse_takes_booleans_before_1_0(old_version: None) -> None:
    tensor = tf.reverse(tf.constant([[1, 2], [3, 4]]), [True, False])
    assert tensor.op.type == "Reverse"
    np.testing.assert_array_equal(run(tensor)[0], [[3, 4], [1, 2]])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x: tf.expand_dims(x), "Must specify an axis argument to tf.expand_dims()"),
        (lambda x: tf.expand_dims(x, 0, dim=1), "Cannot specify both 'axis' and 'dim'"),
        (lambda x: tf.squeeze(x, 0, squeeze_dims=[1]), "Cannot specify both"),
        (lambda x: tf.unstack(x), "Cannot infer num from shape (?, 3)"),
        (lambda x: tf.pad(x, [[0, 0], [0, 0]], "WRAP"), "Unknown padding mode: WRAP"),
        (lambda x: tf.where(x > 0, x), "x and y must both be non-None or both be None."),
        (lambda x: tf.boolean_mask(x, True), "mask cannot be scalar."),
        (lambda x: tf.sequence_mask([1], [2]), "maxlen must be scalar for sequence_mask"),
        (lambda x: tf.searchsorted(x, x, side="up"), "side must be either 'right' or 'left'"),
        (lambda x: x[0, 0, 0], "Index out of range using input dim 2; input has only 2 dims"),
    ],
)
def test_building_errors_say_what_is_wrong(build: object, message: str) -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is looked at below
        build(x)  # type: ignore[operator]
    assert message in str(caught.value)


def test_index_errors_name_the_index() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    i = tf.placeholder(tf.int32, [2])
    gathered = tf.gather(x, i)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(gathered, feed={x: np.zeros((4, 3)), i: [1, 4]})
    assert "indices[1] = 4 is not in [0, 4)" in caught.value.message


def test_gradient_of_a_batched_gather_off_the_batch_axis() -> None:
    """TensorFlow 1.15 gets this one wrong."""
    params = np.random.RandomState(1).randn(2, 3, 4)
    indices = np.array([[3, 0], [1, 1]])
    x = tf.placeholder(tf.float64, params.shape)
    gathered = tf.gather(x, indices, axis=2, batch_dims=1)
    gradient = tf.gradients(gathered, x)[0]
    value, found = run(gathered, gradient, feed={x: params})
    wanted = np.zeros_like(params)
    for b in range(2):
        np.testing.assert_array_equal(value[b], params[b][:, indices[b]])
        for place in indices[b]:
            wanted[b, :, place] += 1.0
    np.testing.assert_array_equal(found, wanted)


def test_patches_transpose() -> None:
    """The gradient of ``extract_image_patches`` adds each pixel's copies up."""
    x = tf.placeholder(tf.float32, [1, 4, 4, 1])
    patches = tf.extract_image_patches(x, [1, 3, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID")
    found = run(tf.gradients(patches, x)[0], feed={x: np.zeros((1, 4, 4, 1))})[0]
    line = np.array([1.0, 2.0, 2.0, 1.0])
    np.testing.assert_array_equal(found[0, :, :, 0], np.outer(line, line))


def test_shape_arithmetic_costs_nothing_in_a_run() -> None:
    """Sizes computed from ``tf.shape`` are known while tracing, whatever the batch size."""
    x = tf.placeholder(tf.float32, [None, 6])
    flat = tf.reshape(x, tf.stack([tf.shape(x)[0] * 2, tf.size(x) // tf.shape(x)[0] // 2]))
    with tf.Session() as sess:
        for batch in (1, 4):
            assert sess.run(flat, {x: np.zeros((batch, 6))}).shape == (2 * batch, 3)


def test_shapes_of_a_list_are_merged_from_its_end():
    for merge in (tf.add_n, tf.stack):
        with pytest.raises(ValueError) as caught:
            merge([tf.constant(1.0), tf.ones([2, 3]), tf.ones([2])], name="a")
        assert str(caught.value).startswith(
            "Shapes must be equal rank, but are 2 and 1\n\tFrom merging shape 1 with other shapes. "
            "for 'a"
        )

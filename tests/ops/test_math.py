"""What the golden cases don't show: old versions, operators, errors, sparse values, costs."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st
import jax
import numpy as np
import pytest

import penstock as tf
from penstock import behavior
from penstock.graph import errors
from penstock.ops import cumulative

SEVENS = np.array([-7, 7, -8, 9], np.int32)
TWOS = np.array([2, -2, 3, -4], np.int32)


@pytest.fixture
def version_0_12():
    """TensorFlow 0.12's behaviour."""
    behavior.set_version("0.12.1")
    yield
    behavior.set_version(behavior.DEFAULT_VERSION)


def run(fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


# -- integer division -----------------------------------------------------------------------------
@pytest.mark.usefixtures("version_0_12")
def test_integer_division_truncates_before_1_0() -> None:
    # As TensorFlow 0.12.1 printed them.
    x, y = tf.constant(SEVENS), tf.constant(TWOS)
    results = run([tf.div(x, y), x // y, tf.floordiv(x, y), x % y, tf.mod(x, y), 7 // y, 7 % y])
    for quotient in results[:3]:
        np.testing.assert_array_equal(quotient, [-3, -3, -2, -2])
    for remainder in results[3:5]:
        np.testing.assert_array_equal(remainder, [-1, 1, -2, 1])
    np.testing.assert_array_equal(results[5], [3, -3, 2, -1])
    np.testing.assert_array_equal(results[6], [1, 1, 1, 3])
    assert (x // y).op.type == "Div" and (x % y).op.type == "Mod"
    assert (x + y).op.type == "Add" and (x / y).op.type == "Div"
    assert (tf.constant(7.0) // 2.0).op.type == "Floor"


def test_integer_division_floors_from_1_0() -> None:
    x, y = tf.constant(SEVENS), tf.constant(TWOS)
    quotient, remainder = run([x // y, x % y])
    np.testing.assert_array_equal(quotient, [-4, -4, -3, -3])
    np.testing.assert_array_equal(remainder, [1, -1, 1, -3])


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(
    st.lists(
        st.tuples(st.integers(-99, 99), st.integers(-9, 9).filter(bool)), min_size=8, max_size=8
    )
)
def test_quotient_and_remainder_fit(pairs: list[tuple[int, int]]) -> None:
    x, y = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    for divide, remain in ((tf.floordiv, tf.floormod), (tf.truncatediv, tf.truncatemod)):
        quotient, remainder = QUOTIENTS(divide, remain, x, y)
        np.testing.assert_array_equal(quotient * y + remainder, x)
        assert np.all(np.abs(remainder) < np.abs(y))


class _Quotients:
    """Keeps one session for each pair of functions, so that it compiles once."""

    def __init__(self) -> None:
        self.built: dict = {}

    def __call__(self, divide, remain, x, y):
        if divide not in self.built:
            graph = tf.Graph()
            with graph.as_default():
                fed = [tf.placeholder(tf.int64, [8]) for _ in range(2)]
                self.built[divide] = fed, [divide(*fed), remain(*fed)], tf.Session(graph=graph)
        fed, fetches, session = self.built[divide]
        return session.run(fetches, dict(zip(fed, (x, y), strict=True)))


QUOTIENTS = _Quotients()


@pytest.fixture(scope="module", autouse=True)
def _close_sessions():
    yield
    for _, _, session in QUOTIENTS.built.values():
        session.close()
    QUOTIENTS.built.clear()


def test_division_by_zero_is_an_error() -> None:
    x = tf.placeholder(tf.int32, [2])
    with pytest.raises(errors.InvalidArgumentError, match="division by zero"):
        run(7 // x, {x: [1, 0]})


# -- operators ------------------------------------------------------------------------------------
def test_equality_is_identity() -> None:
    x, y = tf.constant([1]), tf.constant([1])
    assert x == x and x != y and len({x, y}) == 2


def test_numpy_arrays_leave_the_operator_to_tensors() -> None:
    x = tf.constant([1.0, 2.0])
    assert isinstance(np.ones(2, np.float32) * x, tf.Tensor)
    assert isinstance(np.float32(2) + x, tf.Tensor)


def test_operators_keep_the_scope() -> None:
    with tf.name_scope("layer"):
        x = tf.constant(1.0, name="x")
        assert (x + x).name == "layer/add:0"
        assert (2.0 - x).op.inputs[0].name == "layer/sub/x:0"


def test_mixed_types_say_what_came() -> None:
    with pytest.raises(TypeError, match="type float32 that does not match type int32"):
        tf.constant([1]) + tf.constant([1.0])
    with pytest.raises(TypeError, match="must have the same dtype"):
        tf.constant([1]) / tf.constant([1.0])


def test_shapes_are_checked_while_building_and_while_running() -> None:
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 2 and 3"):
        tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0])
    x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    with pytest.raises(errors.InvalidArgumentError, match=r"Incompatible shapes: \[2\] vs. \[3\]"):
        run(x + y, {x: [1, 2], y: [1, 2, 3]})


def test_matmul_checks_sizes_while_running() -> None:
    x, y = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32, [None, None])
    with pytest.raises(errors.InvalidArgumentError, match="Matrix size-incompatible"):
        run(tf.matmul(x, y), {x: np.ones((2, 3)), y: np.ones((2, 3))})


# -- sparse values --------------------------------------------------------------------------------
def test_functions_of_sparse_tensors_keep_the_places() -> None:
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [4.0, -9.0], [3, 2])
    for function, values in ((tf.abs, [4, 9]), (tf.negative, [-4, 9]), (tf.square, [16, 81]),
                             (tf.sign, [1, -1])):  # fmt: skip
        result = function(sparse)
        assert isinstance(result, tf.SparseTensor) and result.indices is sparse.indices
        np.testing.assert_allclose(run(result.values), values)


def test_slices_are_clipped_by_their_values() -> None:
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([1]), tf.constant([3, 2]))
    clipped, norm = tf.clip_by_global_norm([slices], 1.0)
    assert isinstance(clipped[0], tf.IndexedSlices)
    values, size = run([clipped[0].values, norm])
    np.testing.assert_allclose(values, [[0.6, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(size, 5.0)


# -- gradients of large graphs --------------------------------------------------------------------
def test_known_axes_are_computed_once_in_a_graph() -> None:
    x, y = tf.placeholder(tf.float32, [2, 3]), tf.placeholder(tf.float32, [3])
    tf.gradients((x * y) * y + y, y)
    types = [op.type for op in tf.get_default_graph().get_operations()]
    assert types.count("BroadcastGradientArgs") == 1


def test_matrix_exponential_has_a_gradient() -> None:
    x = tf.placeholder(tf.float64, [3, 3])
    y = tf.reduce_sum(tf.linalg.expm(x) * np.arange(9.0).reshape(3, 3))
    value = np.random.RandomState(0).randn(3, 3) / 2
    direction = np.random.RandomState(1).randn(3, 3)
    with tf.Session() as session:
        slope = session.run(tf.gradients(y, x)[0], {x: value})
        ahead = session.run(y, {x: value + 1e-6 * direction})
        back = session.run(y, {x: value - 1e-6 * direction})
    np.testing.assert_allclose(np.sum(slope * direction), (ahead - back) / 2e-6, rtol=1e-6)


def test_square_root_of_a_matrix() -> None:
    value = np.array([[4.0, 1.0], [1.0, 3.0]])
    x = tf.placeholder(tf.float64, [2, 2])
    root = tf.linalg.sqrtm(x)
    y = tf.reduce_sum(root * [[1.0, 2.0], [3.0, 4.0]])
    direction = np.array([[0.3, -0.2], [0.5, 0.1]])
    with tf.Session() as session:
        result, slope = session.run([root, tf.gradients(y, x)[0]], {x: value})
        ahead = session.run(y, {x: value + 1e-6 * direction})
        back = session.run(y, {x: value - 1e-6 * direction})
    np.testing.assert_allclose(result @ result, value)
    np.testing.assert_allclose(np.sum(slope * direction), (ahead - back) / 2e-6, rtol=1e-6)


def test_diagonals_off_the_main_one() -> None:
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    x = tf.constant(matrix)
    above, band, made, changed = run([
        tf.matrix_diag_part(x, k=1),
        tf.matrix_diag_part(x, k=(-1, 0), padding_value=-9),
        tf.matrix_diag(tf.constant([1.0, 2.0]), k=1),
        tf.matrix_set_diag(x, tf.constant([7.0, 7.0]), k=-1),
    ])  # fmt: skip
    np.testing.assert_array_equal(above, [1, 6, 11])
    np.testing.assert_array_equal(band, [[0, 5, 10], [4, 9, -9]])
    np.testing.assert_array_equal(made, [[0, 1, 0], [0, 0, 2], [0, 0, 0]])
    np.testing.assert_array_equal(changed, [[0, 1, 2, 3], [7, 5, 6, 7], [8, 7, 10, 11]])


# -- costs ----------------------------------------------------------------------------------------
def test_running_sums_take_linear_work() -> None:
    """No reduction over windows, whose cost grows with the square of the length."""
    lower = cumulative.Cumsum.lower.function
    text = str(
        jax.make_jaxpr(lambda x: lower(x, np.int32(0), exclusive=False, reverse=False))(
            np.ones(4096, np.float32)
        )
    )
    assert "reduce_window" not in text and "cumsum" not in text

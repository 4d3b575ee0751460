"""Indexing with everything that an index may be; what reads and writes parts."""

import numpy as np


def indices(tf):
    x = tf.placeholder(tf.float32, [4, None, 3, 2], name="x")
    i = tf.placeholder(tf.int32, [], name="i")
    j = tf.placeholder(tf.int64, [], name="j")
    (
        x[0],
        x[-1],
        x[1:3],
        x[::2],
        x[::-1],
        x[3:0:-2],
        x[...],
        x[..., 0],
        x[:, None],
        x[None, ..., None],
    )
    x[0, 1, 2, 1], x[i], x[i:], x[:i, 1], x[i : i + 1, ::i], x[j], x[j:3], x[:, i, ..., tf.newaxis]
    x[np.int64(1)], x[np.array(2)], x[tf.constant(1) : tf.constant(3)], x[:, -2:, :-1]
    x[1:2, ..., 0:1], x[0:0], x[..., i, :], x[tf.Dimension(1)], x[[1, 2]], x[tf.shape(x)[0] - 1]
    x[: x.shape[0]], x[:, tf.newaxis, 1:, tf.newaxis, 0]


def masks(tf):
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    x[x > 0], x[tf.constant([True, False, True, True])]
    tf.boolean_mask(x, [True, False, False, True])
    tf.boolean_mask(x, [True, False, True], axis=1)
    tf.boolean_mask(x, tf.placeholder(tf.bool, [None]))


def unknown(tf):
    x = tf.placeholder(tf.float32, name="x")
    x[0], x[1:], x[..., -1], x[:, None], tf.shape(x)[0], tf.shape(x)[1:], tf.rank(x), tf.size(x)


def gradients(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = [
        x[0],
        x[1:],
        x[:, 1],
        x[::-1],
        x[..., None],
        tf.slice(x, [0, 1], [-1, 2]),
        tf.gather(x, [0, 2]),
        tf.gather(x, 1, axis=1),
        tf.gather_nd(x, [[0, 1]]),
        tf.strided_slice(x, [0], [2], [1]),
    ]
    tf.gradients(y, x)


def variables(tf):
    v = tf.Variable(tf.zeros([4, 2]), name="v")
    r = tf.get_variable("r", [4, 2], use_resource=True)
    v[0], v[1:, 0], r[0], r[..., 1]
    v[0].assign([1.0, 2.0])
    v[1:3, 1].assign([1.0, 2.0])
    r[::2].assign(tf.ones([2, 2]))
    tf.scatter_update(v, [0, 1], tf.ones([2, 2]))
    tf.scatter_add(r, [0, 1], tf.ones([2, 2]))
    tf.scatter_sub(v, 1, [1.0, 2.0])
    tf.scatter_nd_update(v, [[0], [1]], tf.ones([2, 2]))
    v.scatter_sub(tf.IndexedSlices(tf.ones([1, 2]), tf.constant([1])))
    v.scatter_nd_add([[0]], tf.ones([1, 2]))
    v.assign_add(tf.ones([4, 2]))
    tf.gather(v, [0])
    tf.gather(r, [0])


def arithmetic(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    n = tf.placeholder(tf.int32, [3], name="n")
    c = tf.placeholder(tf.complex64, [2], name="c")
    b = tf.placeholder(tf.bool, [2], name="b")
    (
        x + 1,
        1 + x,
        x - 2.0,
        2 - x,
        x * 3,
        3 * x,
        x / 2,
        2 / x,
        x // 2,
        2 // x,
        x % 2,
        2 % x,
        x**2,
        2**x,
    )
    n + 1, n - 1, 1 - n, n * 2, n / 2, n // 2, n % 2, n**2, -n, abs(n), n < 2, n >= 1, 3 > n
    x < 1, x <= 1.0, x > 0, x >= 0, -x, abs(x), abs(c), -c, c * 2, c / 2, b & b, b | True, b ^ b, ~b
    True & b, False | b, x @ tf.transpose(x), x == x, x != x, tf.div(n, 2), tf.truediv(n, 2)
    tf.realdiv(x, 2.0), tf.truncatediv(n, 2), tf.floordiv(n, 2), tf.mod(n, 2), tf.floormod(n, 2)
    np.float32(2) * x, np.ones([2, 3], np.float32) + x, np.array([1, 2, 3]) + n


def shapes(tf):
    x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
    y = tf.placeholder(tf.float32, [2, 1, 3], name="y")
    tf.reshape(x, [-1, 12]), tf.reshape(x, [tf.shape(x)[0], 12]), tf.reshape(y, tf.shape(y))
    (
        tf.transpose(x),
        tf.transpose(x, [1, 0, 2]),
        tf.expand_dims(x, -1),
        tf.squeeze(y),
        tf.squeeze(y, [1]),
    )
    (
        tf.tile(y, [1, 4, 1]),
        tf.pad(x, [[0, 0], [1, 1], [0, 2]], "REFLECT"),
        tf.pad(x, [[1, 1]] * 3, constant_values=2.0),
    )
    (
        tf.concat([x, x], 0),
        tf.concat([y, y], -1),
        tf.concat([y], 0),
        tf.stack([y, y], 1),
        tf.unstack(y, axis=2),
    )
    (
        tf.split(y, 3, 2),
        tf.split(x, [1, 3], 1),
        tf.split(x, [1, -1], 1),
        tf.fill([2, 3], 1.0),
        tf.fill(tf.shape(x), 1),
    )
    (
        tf.zeros([2]),
        tf.zeros([2], tf.string),
        tf.zeros([3000]),
        tf.ones([2, 2], tf.int64),
        tf.ones(tf.shape(x)),
        tf.zeros([]),
    )
    (
        tf.zeros_like(x),
        tf.ones_like(x),
        tf.zeros_like(y),
        tf.ones_like(y, tf.int32),
        tf.zeros_like(x, optimize=False),
    )
    (
        tf.shape(x),
        tf.shape(y),
        tf.shape(y, out_type=tf.int64),
        tf.size(x),
        tf.size(y),
        tf.rank(x),
        tf.shape_n([x, y]),
    )
    (
        tf.range(5),
        tf.range(1, 10, 2),
        tf.range(0.0, 1.0, 0.25),
        tf.linspace(0.0, 1.0, 5),
        tf.one_hot([1, 2], 3),
    )
    (
        tf.one_hot([1, 2], 3, 2.0, 1.0, axis=0, dtype=tf.float32),
        tf.sequence_mask([1, 2], 4),
        tf.sequence_mask([1, 2]),
    )
    (
        tf.broadcast_to(y, [2, 4, 3]),
        tf.reverse(x, [0]),
        tf.reverse_sequence(x, [1, 2], 1, 0),
        tf.meshgrid([1, 2], [3, 4, 5]),
    )
    (
        tf.space_to_batch_nd(x, [2], [[0, 0]]),
        tf.where(y > 0),
        tf.where(y > 0, y, y),
        tf.unique([1, 1, 2]),
    )
    (
        tf.reduce_sum(x),
        tf.reduce_sum(x, 1),
        tf.reduce_mean(x, [0, 2], keepdims=True),
        tf.reduce_max(x, reduction_indices=[1]),
    )
    (
        tf.reduce_any(x > 0),
        tf.reduce_all(y > 0, -1),
        tf.reduce_logsumexp(x, 1),
        tf.reduce_min(x, axis=tf.constant(1)),
    )
    (
        tf.argmax(x, 1),
        tf.argmin(y),
        tf.argmax(x, 2, output_type=tf.int32),
        tf.cumsum(x, 1, True, True),
        tf.cumprod(y),
    )
    (
        tf.cast(x, tf.int32),
        tf.cast(x, tf.float32),
        tf.to_int64(x),
        tf.bitcast(x, tf.int32),
        tf.saturate_cast(x, tf.uint8),
    )
    (
        tf.matmul(x, y, transpose_b=True),
        tf.tensordot(x, y, [[2], [2]]),
        tf.einsum("bij,bkj->bik", x, y),
        tf.norm(x, axis=1),
    )
    (
        tf.matrix_transpose(x),
        tf.eye(3),
        tf.eye(2, batch_shape=[2]),
        tf.diag([1.0, 2.0]),
        tf.trace(tf.eye(2)),
        tf.lin_space(0.0, 1.0, 3),
    )
    (
        tf.clip_by_value(x, 0, 1),
        tf.maximum(x, 0),
        tf.squared_difference(y, 1.0),
        tf.nn.l2_normalize(x, 2),
        tf.count_nonzero(x, 1),
    )


def values(tf):
    (
        tf.constant(1),
        tf.constant(1.5),
        tf.constant([1, 2, 3]),
        tf.constant([[1.0, 2.0]]),
        tf.constant("text"),
    )
    (
        tf.constant(["a", "b"]),
        tf.constant(True),
        tf.constant(1j),
        tf.constant(3, tf.int64),
        tf.constant(0.0, shape=[2, 3]),
    )
    tf.constant(1, tf.float16), tf.constant([1.5, 2], tf.bfloat16), tf.constant([], tf.float32)
    (
        tf.constant(np.arange(6).reshape(2, 3)),
        tf.constant(np.float64(2)),
        tf.constant(-1, tf.int8),
        tf.constant([3], tf.uint8),
    )
    (
        tf.constant([True, False]),
        tf.constant(np.ones([2, 2], np.complex128)),
        tf.constant(2**40),
        tf.constant(b"\xff\x00"),
    )
    (
        tf.constant([7] * 100),
        tf.constant(np.zeros([50], np.float32)),
        tf.constant(1.0, tf.float64),
        tf.constant([1, 1, 1]),
    )
    (
        tf.placeholder(tf.float32),
        tf.placeholder(tf.int32, []),
        tf.placeholder("float", (None, 3)),
        tf.placeholder_with_default([1, 2], [None]),
    )
    (
        tf.sparse_placeholder(tf.float32),
        tf.SparseTensor([[0, 1]], [1.0], [2, 3]),
        tf.guarantee_const(1.0),
        tf.sparse_placeholder(tf.float32, [2, 3]),
    )
    (
        tf.convert_to_tensor(np.array([1.0])),
        tf.convert_to_tensor([tf.constant(1), 2]),
        tf.identity(3),
        tf.identity_n([1, 2.0]),
    )

"""Sparse tensors."""
import numpy as np

from cases import Family, floats

cases = Family("sparse")
V = floats(3)
B = floats(4, 2)
D = floats(2, 4)


def sparse(tf, values):
    return tf.SparseTensor([[0, 0], [1, 0], [1, 2]], values, [2, 4])


def dense(tf, result):
    return tf.sparse_tensor_to_dense(result, validate_indices=False)


def parts(result):
    return [result.indices, result.values, result.dense_shape]


cases.add("to_dense", lambda tf, v: tf.sparse_to_dense([[0, 1], [1, 0], [1, 1]], [2, 2], v), V)
cases.add("to_dense_vector", lambda tf, v: tf.sparse_to_dense([0, 2, 3], [4], v, 7.0), V, grad=False)
cases.add("to_dense_scalar", lambda tf: tf.sparse_to_dense([1, 3], [4], 1.0, 0.0))
cases.add("tensor_to_dense", lambda tf, v: tf.sparse_tensor_to_dense(sparse(tf, v), default_value=-1.0), V)
cases.add("to_dense_string", lambda tf: tf.sparse_tensor_to_dense(tf.SparseTensor([[1]], ["a"], [3]), default_value="x"))
cases.error("to_dense_order", lambda tf, v: tf.sparse_to_dense([[1, 0], [0, 1], [1, 1]], [2, 2], v), V)
cases.error("to_dense_bounds", lambda tf, v: tf.sparse_to_dense([[0, 0], [0, 1], [2, 1]], [2, 2], v), V)
cases.add("matmul", lambda tf, v, b: tf.sparse_tensor_dense_matmul(sparse(tf, v), b), V, B)
cases.add("matmul_adjoint", lambda tf, v, b: tf.sparse_tensor_dense_matmul(sparse(tf, v), b, adjoint_a=True, adjoint_b=True), V, floats(3, 2))
cases.error("matmul_bad", lambda tf, v, b: tf.sparse_tensor_dense_matmul(sparse(tf, v), b), V, floats(3, 2))
cases.add("reorder", lambda tf, v: parts(tf.sparse_reorder(tf.SparseTensor([[1, 2], [0, 1], [1, 0]], v, [2, 4]))), V)
cases.add("reduce_sum", lambda tf, v: [tf.sparse_reduce_sum(sparse(tf, v)), tf.sparse_reduce_sum(sparse(tf, v), 1), tf.sparse_reduce_sum(sparse(tf, v), [-2], keep_dims=True)], V)
cases.add("reduce_max", lambda tf, v: tf.sparse_reduce_max(sparse(tf, v), 1), V, grad=False)
cases.add("concat", lambda tf, v: parts(tf.sparse_concat(0, [sparse(tf, v), sparse(tf, v)])) + parts(tf.sparse_concat(1, [sparse(tf, v), sparse(tf, v)])), V, grad=False)
cases.add("reshape", lambda tf, v: parts(tf.sparse_reshape(sparse(tf, v), [4, 2])), V)
cases.add("slice", lambda tf, v: parts(tf.sparse_slice(sparse(tf, v), [1, 0], [1, 2])), V)
cases.add("split", lambda tf, v: [p for s in tf.sparse_split(sp_input=sparse(tf, v), num_split=2, axis=1) for p in parts(s)], V, grad=False)
cases.add("add", lambda tf, v: parts(tf.sparse_add(sparse(tf, v), tf.SparseTensor([[0, 0], [0, 3]], v[:2], [2, 4]))), V)
cases.add("add_dense", lambda tf, v, d: tf.sparse_add(sparse(tf, v), d), V, D)
cases.add("times_dense", lambda tf, v, d: (sparse(tf, v) * d).values, V, D)
cases.add("over_dense", lambda tf, v, d: (sparse(tf, v) / d).values, V, D)
cases.add("softmax", lambda tf, v: tf.sparse_softmax(sparse(tf, v)).values, V)
cases.add("retain", lambda tf, v: parts(tf.sparse_retain(sparse(tf, v), [True, False, True])), V)
cases.add("fill_empty", lambda tf, v: parts(tf.sparse_fill_empty_rows(tf.SparseTensor([[0, 0], [2, 0], [2, 1]], v, [4, 2]), 9.0)[0]), V)
cases.add("transpose", lambda tf, v: parts(tf.sparse_transpose(sparse(tf, v), [1, 0])), V)
cases.add("indicator", lambda tf: tf.sparse_to_indicator(tf.SparseTensor([[0, 0], [1, 0]], tf.constant([3, 1], tf.int64), [2, 1]), 4), graph=False)
cases.add("maximum", lambda tf, v: parts(tf.sparse_maximum(sparse(tf, v), tf.SparseTensor([[0, 1]], v[:1], [2, 4]))), V, grad=False, graph=False)
cases.add("mask", lambda tf, v: tf.sparse_mask(tf.IndexedSlices(v, tf.constant([1, 2, 3])), [2]).values, V)
cases.add("from_dense", lambda tf, d: parts(tf.sparse.from_dense(tf.nn.relu(d))), D, grad=False)

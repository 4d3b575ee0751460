"""Gathering, scattering, choosing, parting, moving blocks of space."""
import numpy as np

from cases import Family, floats, ints

cases = Family("gathers")
X = floats(4, 3)
Y = floats(4, 3, seed=8)
V = np.array([3, 1, 3, 2, 1, 1], np.int32)

cases.add("gather", lambda tf, x: tf.gather(x, [2, 0, 2]), X)
cases.add("gather_matrix", lambda tf, x: tf.gather(x, [[0, 1], [3, 0]]), X)
cases.add("gather_axis", lambda tf, x: [tf.gather(x, [2, 0], axis=1), tf.gather(x, [1], axis=-1)], X)
cases.add("gather_fed", lambda tf, x, i: tf.gather(x, i), X, np.array([1, 1, 3], np.int64))
cases.add("gather_scalar", lambda tf, x: tf.gather(x, 1), X)
cases.add("gather_batch", lambda tf, x, i: [tf.gather(x, i, batch_dims=1)], X, ints(4, 2, low=0, high=3))
# TensorFlow 1.15's gradient of this one is wrong; test_gathers.py checks Penstock's numerically.
cases.add("gather_batch_axis", lambda tf, x, i: tf.gather(x, i, axis=2, batch_dims=1), floats(2, 3, 4), ints(2, 2, low=0, high=4), grad=False)
cases.add("gather_int", lambda tf, x: tf.gather(x, [0, 2]), ints(4))
cases.add("gather_string", lambda tf, x: tf.gather(x, [1, 0, 1]), np.array([b"a", b"b"], object))
cases.add("gather_variable", lambda tf: tf.gather(tf.Variable([1.0, 2.0]), [1, 0]), init=True)
cases.add("gather_dense", lambda tf, x: tf.reshape(tf.gather(x, [0, 0, 1]), [9]) * 2.0, X)
cases.error("gather_bad", lambda tf, x: tf.gather(x, [1, 4]), X)
cases.error("gather_fed_bad", lambda tf, x, i: tf.gather(x, i), X, np.array([1, -1], np.int32))
cases.add("batch_gather", lambda tf, x: tf.batch_gather(x, [[0, 1], [1, 2]]), floats(2, 3))
cases.add("gather_nd", lambda tf, x: [tf.gather_nd(x, [[0, 1], [3, 2]]), tf.gather_nd(x, [[[1], [0]]])], X)
cases.add("gather_nd_rows", lambda tf, x: tf.gather_nd(x, [[1], [3]]), X)
cases.add("gather_nd_batch", lambda tf, x, i: tf.gather_nd(x, i, batch_dims=1), X, ints(4, 1, low=0, high=3))
cases.add("gather_nd_string", lambda tf, x: tf.gather_nd(x, [[1], [0]]), np.array([b"a", b"b"], object))
cases.error("gather_nd_bad", lambda tf, x: tf.gather_nd(x, [[0, 3]]), X)
cases.add("scatter_nd", lambda tf, x: tf.scatter_nd([[0], [2], [0]], x, [4, 3]), floats(3, 3))
cases.add("scatter_nd_dynamic", lambda tf, x, y: tf.scatter_nd([[0], [2]], x, tf.shape(y)), floats(2, 3), X)
cases.add("scatter_nd_deep", lambda tf, x: tf.scatter_nd([[0, 1], [2, 0]], x, [4, 3]), floats(2))
cases.error("scatter_nd_bad", lambda tf, x: tf.scatter_nd([[0], [4]], x, [4, 3]), floats(2, 3))
cases.add("tensor_scatter", lambda tf, x, u: [tf.tensor_scatter_update(x, [[0], [2]], u), tf.tensor_scatter_add(x, [[0], [0]], u), tf.tensor_scatter_sub(x, [[1], [1]], u)], X, floats(2, 3))

cases.add("one_hot", lambda tf, i: tf.one_hot(i, 3), np.array([0, 2, -1, 3], np.int32))
cases.add("one_hot_axis", lambda tf, i: [tf.one_hot(i, 3, axis=0), tf.one_hot(i, 3, axis=1, dtype=tf.int32)], ints(2, 2, low=0, high=3))
cases.add("one_hot_values", lambda tf, i: [tf.one_hot(i, 4, on_value=5, off_value=1), tf.one_hot(i, 2, on_value=2.0), tf.one_hot(i, 2, off_value=0.5, name="q"), tf.one_hot(i, 2, True, False)], np.array([0, 1], np.int64))
cases.add("one_hot_uint8", lambda tf, i: tf.one_hot(i, 300), np.array([0, 255], np.uint8))
cases.error("one_hot_types", lambda tf: tf.one_hot([0], 2, on_value=1.0, off_value=0, dtype=tf.float32))
cases.add("where", lambda tf, x, y: tf.where(x > 0, x, y), X, Y)
cases.add("where_rows", lambda tf, x, y: [tf.where([True, False, True, True], x, y), tf.where(True, x, y)], X, Y)
cases.add("where_places", lambda tf, x: tf.where(x > 0), X)
cases.add("where_numbers", lambda tf, x: tf.where(x), ints(3, 3, low=0, high=2))
cases.add("where_v2", lambda tf, x, y: tf.where_v2(x > 0, x, y), X, floats(3))
cases.error("where_half", lambda tf, x: tf.where(x > 0, x), X)
cases.error("where_shapes", lambda tf, x: tf.where(x > 0, x, 1.0), X)
cases.add("boolean_mask", lambda tf, x: tf.boolean_mask(x, [True, False, True, True]), X)
cases.add("boolean_mask_fed", lambda tf, x, y: tf.boolean_mask(x, y[:, 0] > 0), X, Y)
cases.add("boolean_mask_full", lambda tf, x: tf.boolean_mask(x, x > 0), X)
cases.add("boolean_mask_axis", lambda tf, x: tf.boolean_mask(x, [True, False, True], axis=1), X)
cases.error("boolean_mask_scalar", lambda tf, x: tf.boolean_mask(x, True), X)
cases.add("sequence_mask", lambda tf, n: [tf.sequence_mask(n, 3), tf.sequence_mask(n), tf.sequence_mask(n, 4, dtype=tf.float32)], np.array([1, 3, 0], np.int32))
cases.add("sequence_mask_2d", lambda tf, n: tf.sequence_mask(n, 3), np.array([[1], [2]], np.int64))

cases.add("unique", lambda tf, v: list(tf.unique(v)) + list(tf.unique(v, tf.int64)) + list(tf.unique_with_counts(v)), V)
cases.add("unique_string", lambda tf, v: list(tf.unique(v)), np.array([b"b", b"a", b"b"], object))
cases.add("setdiff1d", lambda tf, v: list(tf.setdiff1d(v, [1, 9])), V)
cases.add("searchsorted", lambda tf, x, v: [tf.searchsorted(x, v), tf.searchsorted(x, v, side="right")], np.array([[1, 3, 5], [2, 4, 6]], np.float32), np.array([[0, 3], [6, 7]], np.float32))
cases.add("dynamic_partition", lambda tf, x: tf.dynamic_partition(x, [0, 2, 0, 1], 3), X)
cases.add("dynamic_stitch", lambda tf, x, y: tf.dynamic_stitch([[0, 2, 1, 3], [4, 0, 6, 5]], [x, y]), X, Y, numeric=False)
cases.add("partition_stitch", lambda tf, x, p: tf.dynamic_stitch(
    tf.dynamic_partition(tf.range(tf.shape(x)[0]), p, 2), [2.0 * t for t in tf.dynamic_partition(x, p, 2)]), X, np.array([1, 0, 0, 1], np.int32))
cases.error("dynamic_partition_bad", lambda tf, x: tf.dynamic_partition(x, [0, 2, 0, 1], 2), X)

S = floats(2, 4, 4, 2)
cases.add("space_to_batch", lambda tf, x: [tf.space_to_batch(x, [[0, 0], [2, 0]], 2), tf.space_to_batch_nd(x, [2, 1], [[1, 1], [0, 0]])], S)
cases.add("batch_to_space", lambda tf, x: [tf.batch_to_space(x, [[0, 1], [1, 0]], 2), tf.batch_to_space_nd(x, [4], [[0, 0]])], floats(8, 2, 2, 1))
cases.add("space_to_depth", lambda tf, x: tf.space_to_depth(x, 2), S)
cases.add("depth_to_space", lambda tf, x: tf.depth_to_space(x, 2), floats(1, 2, 3, 8))
cases.error("space_to_depth_bad", lambda tf, x: tf.space_to_depth(x, 3), S)
cases.add("paddings", lambda tf: list(tf.required_space_to_batch_paddings([4, 5], [2, 3])))
for padding in ("VALID", "SAME"):
    cases.add("patches_" + padding, lambda tf, x, padding=padding: tf.extract_image_patches(
        x, [1, 2, 3, 1], [1, 1, 2, 1], [1, 1, 1, 1], padding), floats(2, 4, 5, 2), graph=False)
cases.add("patches_rates", lambda tf, x: tf.extract_image_patches(
    x, ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 2, 2, 1], padding="SAME"), floats(1, 5, 5, 1), graph=False)
cases.add("edit_distance", lambda tf: [
    tf.edit_distance(tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 3], [2, 2]),
                     tf.SparseTensor([[0, 0], [0, 1], [0, 2], [1, 0]], [1, 3, 2, 3], [2, 3]), normalize=n)
    for n in (True, False)])

"""Indexing, joining, parting, padding, tiling and reversing."""
import numpy as np

from cases import Family, bools, floats, ints

cases = Family("slices")
X = floats(4, 3)
Y = floats(4, 3, seed=8)
Z = floats(2, 4, 3)

for name, index in [
    ("int", lambda tf, x: x[1]),
    ("negative", lambda tf, x: x[-1]),
    ("range", lambda tf, x: x[1:3]),
    ("open", lambda tf, x: x[2:]),
    ("to", lambda tf, x: x[:-1]),
    ("step", lambda tf, x: x[::2]),
    ("back", lambda tf, x: x[::-1, 1:]),
    ("back_step", lambda tf, x: x[3:0:-2]),
    ("two", lambda tf, x: x[1, 2]),
    ("columns", lambda tf, x: x[:, 1]),
    ("ellipsis", lambda tf, x: x[..., 0]),
    ("ellipsis_only", lambda tf, x: x[...]),
    ("newaxis", lambda tf, x: x[:, tf.newaxis]),
    ("newaxis_all", lambda tf, x: x[None, ..., None]),
    ("empty", lambda tf, x: x[2:2]),
    ("beyond", lambda tf, x: x[1:100, -100:2]),
    ("list", lambda tf, x: x[[0, 1]]),
    ("int64", lambda tf, x: x[tf.constant(1, tf.int64):3]),
    ("dynamic_end", lambda tf, x: x[: tf.shape(x)[0] - 1]),
    ("tensor_index", lambda tf, x: x[tf.shape(x)[1] - 1, 0]),
    ("mask", lambda tf, x: x[tf.constant([True, False, True, True])]),
]:
    cases.add("getitem_" + name, index, X)
cases.add("getitem_3d", lambda tf, x: [x[0, 1:3, ::2], x[..., 1, :], x[:, -1], x[1, ..., None, 2]], Z)
cases.add("getitem_fed", lambda tf, x, i: [x[i], x[i, 1:], x[:, i]], X, np.int32(2))
cases.add("getitem_fed_negative", lambda tf, x, i: x[i], X, np.int32(-1))
cases.add("getitem_fed_range", lambda tf, x, i: x[i:i + 2], X, np.int32(1))
cases.add("getitem_fed_cut", lambda tf, x, i: x[i * 3:(i + 1) * 3], X, np.int32(1))
cases.add("getitem_string", lambda tf, x: [x[0], x[1:, 0]], np.array([[b"a", b"b"], [b"c", b"d"]], object))
cases.error("getitem_bad", lambda tf, x: x[7], X)
cases.error("getitem_many", lambda tf, x: x[0, 0, 0], X)
cases.error("getitem_float", lambda tf, x: x[1.0], X)
cases.error("getitem_fed_bad", lambda tf, x, i: x[i], X, np.int32(4))
cases.error("iterate", lambda tf, x: list(x), X)
cases.add("loop_index", lambda tf, x: tf.while_loop(
    lambda i, s: i < 4, lambda i, s: (i + 1, s + x[i]), [0, tf.zeros([3])])[1], X, graph=False)
cases.add("loop_range", lambda tf, x: tf.while_loop(
    lambda i, s: i < 2, lambda i, s: (i + 1, s + x[2 * i:2 * i + 2]), [0, tf.zeros([2, 3])])[1], X, graph=False, dynamic=False)
cases.add("slice", lambda tf, x: [tf.slice(x, [1, 0], [2, 2]), tf.slice(x, [0, 1], [-1, 2])], X)
cases.add("slice_fed", lambda tf, x, i: tf.slice(x, [i, 0], [2, -1]), X, np.int32(1))
cases.add("slice_sizes", lambda tf, x: tf.slice(x, [1, 1], tf.shape(x) - 1), X)
cases.error("slice_bad", lambda tf, x: tf.slice(x, [3, 0], [2, 2]), X)
cases.error("slice_fed_bad", lambda tf, x, i: tf.slice(x, [i, 0], [2, 2]), X, np.int32(3))
cases.add("strided_slice", lambda tf, x: [tf.strided_slice(x, [0, 1], [3, 3], [2, 1]), tf.strided_slice(x, [0, 1], [1, 2])], X)
cases.add("strided_slice_masks", lambda tf, x: tf.strided_slice(x, [1, 0], [0, 1], [1, 1], end_mask=1, shrink_axis_mask=2), X)

cases.add("concat", lambda tf, x, y: tf.concat([x, y], 0), X, Y)
cases.add("concat_1", lambda tf, x, y: tf.concat([x, y], 1), X, Y)
cases.add("concat_negative", lambda tf, x, y: tf.concat([x, y, x], axis=-1), X, Y)
cases.add("concat_one", lambda tf, x: [tf.concat([x], 0), tf.concat(x, 1)], X)
cases.add("concat_const", lambda tf, x: tf.concat([x, [[1.0, 2.0, 3.0]]], 0), X)
cases.add("concat_many", lambda tf, x: tf.concat([x] * 17, 1), X, numeric=False)
cases.add("concat_string", lambda tf, x: tf.concat([x, x], 0), np.array([b"a", b"b"], object))
cases.add("concat_sizes", lambda tf, x, y: tf.concat([x, y], 0), X, floats(2, 3))
cases.error("concat_bad", lambda tf, x, y: tf.concat([x, y], 0), X, floats(2, 2))
cases.error("concat_axis", lambda tf, x: tf.concat([x, x], 2), X)
cases.add("concat_gathered", lambda tf, x, y: tf.gather(tf.concat([x, y], 0), [0, 5, 0]), X, Y, numeric=False)
cases.add("concat_gathered_1", lambda tf, x, y: tf.gather(tf.concat([x, y], 1), [0, 2, 0]), X, Y, numeric=False)
cases.add("stack", lambda tf, x, y: [tf.stack([x, y]), tf.stack([x, y], axis=1), tf.stack([x, y], -1)], X, Y)
cases.add("stack_const", lambda tf: [tf.stack([1, 2]), tf.stack([[1, 2], [3, 4]])])
cases.add("stack_mixed", lambda tf, x: tf.stack([x, [1.0, 2.0, 3.0]]), floats(3))
cases.error("stack_bad", lambda tf, x, y: tf.stack([x, y]), X, floats(3, 3))
cases.error("stack_axis", lambda tf, x: tf.stack([x, x], axis=3), X)
cases.add("parallel_stack", lambda tf, x, y: tf.parallel_stack([x, y]), X, Y, grad=False, dynamic=False)
cases.add("packed", lambda tf, x, y: [tf.convert_to_tensor([x, y]), tf.convert_to_tensor([[x, 1.0], [2.0, y]])], floats(), floats(seed=2))
cases.add("unstack", lambda tf, x: tf.unstack(x, 4) + tf.unstack(x, 3, axis=1) + tf.unstack(x, 3, axis=-1), X)
cases.add("unstack_infer", lambda tf, x: tf.unstack(x)[1:3], X, dynamic=False)
cases.add("unstack_one", lambda tf, x: tf.unstack(x, 1), floats(1, 3))
cases.error("unstack_bad", lambda tf, x: tf.unstack(x, axis=2), X)
cases.add("split", lambda tf, x: tf.split(x, 2) + tf.split(x, 3, axis=1), X)
cases.add("split_sizes", lambda tf, x: tf.split(x, [1, 3]) + tf.split(x, [1, -1, 1], 1), X)
cases.add("split_part", lambda tf, x: tf.split(x, 2)[0], X)
cases.add("split_one", lambda tf, x: tf.split(x, 1), X)
cases.error("split_bad", lambda tf, x: tf.split(x, 3), X)
cases.error("split_rank", lambda tf, x: tf.split(x, tf.constant(2)), X)

cases.add("pad", lambda tf, x: tf.pad(x, [[1, 2], [0, 1]]), X)
cases.add("pad_value", lambda tf, x: tf.pad(x, [[1, 2], [0, 1]], constant_values=3.0), X)
cases.add("pad_reflect", lambda tf, x: tf.pad(x, [[1, 3], [2, 1]], "REFLECT"), X)
cases.add("pad_symmetric", lambda tf, x: tf.pad(x, [[4, 1], [0, 3]], mode="symmetric"), X)
cases.add("pad_int", lambda tf, x: tf.pad(x, [[1, 1]]), ints(3))
cases.add("pad_dynamic", lambda tf, x: tf.pad(x, [[0, 5 - tf.shape(x)[0]], [0, 0]]), X)
cases.error("pad_mode", lambda tf, x: tf.pad(x, [[1, 1], [0, 0]], "WRAP"), X)
cases.error("pad_rank", lambda tf, x: tf.pad(x, [[1, 1]]), X)
cases.error("pad_reflect_bad", lambda tf, x: tf.pad(x, [[4, 1], [0, 0]], "REFLECT"), X)
cases.add("tile", lambda tf, x: tf.tile(x, [2, 3]), X)
cases.add("tile_dynamic", lambda tf, x: tf.tile(x, [tf.shape(x)[1], 1]), X)
cases.error("tile_bad", lambda tf, x: tf.tile(x, [2]), X)
cases.add("reverse", lambda tf, x: [tf.reverse(x, [0]), tf.reverse(x, [-1, 0]), tf.reverse(x, [])], X)
cases.add("reverse_bools", lambda tf, x: tf.reverse(x, [True, False]), X)
cases.error("reverse_bad", lambda tf, x: tf.reverse(x, [2]), X)
cases.add("reverse_sequence", lambda tf, x: tf.reverse_sequence(x, [1, 3, 0, 2], seq_axis=1, batch_axis=0), X)
cases.add("reverse_sequence_time", lambda tf, x: tf.reverse_sequence(x, [2, 1, 2, 0], seq_dim=0, batch_dim=1), Z)
cases.error("reverse_sequence_bad", lambda tf, x: tf.reverse_sequence(x, [1, 4, 0, 2], seq_axis=1), X)
cases.add("roll", lambda tf, x: [tf.roll(x, 1, 0), tf.roll(x, [1, -1], [0, 1])], X)
cases.add("meshgrid", lambda tf, x, y: tf.meshgrid(x, y) + tf.meshgrid(x, y, indexing="ij"), floats(3), floats(2))
cases.add("repeat", lambda tf, x: [tf.repeat(x, 2, axis=0), tf.repeat(x, 3)], X, dynamic=False)
cases.add("repeat_each", lambda tf, x: tf.repeat(x, [1, 0, 2, 1], axis=0), X, dynamic=False)
cases.add("roll_bool", lambda tf, x: tf.roll(x, 1, 0), bools(4, 2))

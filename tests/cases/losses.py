"""tf.losses, tf.confusion_matrix and tf.sets."""
import numpy as np

from cases import Family, floats, ints

cases = Family("losses")

P = floats(3, 4)
L = floats(3, 4, seed=2)
W = np.array([[1.0], [0.0], [2.0]], np.float32)
U = floats(3, 4, low=0.1, high=0.9)
B = (floats(3, 4, seed=5) > 0).astype(np.float32)

for name in ("absolute_difference", "mean_squared_error", "huber_loss",
             "mean_pairwise_squared_error"):
    cases.add(name, lambda tf, x, y, n=name: getattr(tf.losses, n)(y, x), P, L, numeric=False)
    cases.add(name + "_weights", lambda tf, x, y, w, n=name: getattr(tf.losses, n)(y, x, w),
              P, L, W, numeric=False)
for reduction in ("NONE", "SUM", "MEAN", "SUM_OVER_BATCH_SIZE"):
    cases.add("reduction_" + reduction.lower(), lambda tf, x, y, w, r=reduction:
              tf.losses.mean_squared_error(y, x, w, reduction=getattr(tf.losses.Reduction, r)),
              P, L, W, numeric=False)
cases.add("log", lambda tf, x, y: tf.losses.log_loss(y, x, scope="mine"), U, B, numeric=False)
cases.add("hinge", lambda tf, x, y: tf.losses.hinge_loss(y, x, 0.5), P, B, numeric=False)
cases.add("cosine", lambda tf, x, y: tf.losses.cosine_distance(y, x, dim=1), P, L, numeric=False)
cases.add("sigmoid", lambda tf, x, y: tf.losses.sigmoid_cross_entropy(y, x), P, B, numeric=False)
cases.add("sigmoid_smooth", lambda tf, x, y: tf.losses.sigmoid_cross_entropy(
    y, x, label_smoothing=0.1), P, B, numeric=False)
cases.add("softmax", lambda tf, x, y: tf.losses.softmax_cross_entropy(y, x), P, U, numeric=False)
cases.add("softmax_smooth", lambda tf, x, y: tf.losses.softmax_cross_entropy(
    y, x, label_smoothing=0.1), P, U, numeric=False)
cases.add("sparse", lambda tf, x: tf.losses.sparse_softmax_cross_entropy([1, 3, 0], x), P,
          numeric=False)
cases.add("sparse_column", lambda tf, x, y, w: tf.losses.sparse_softmax_cross_entropy(y, x, w),
          P, np.array([[1], [3], [0]], np.int64), W, numeric=False)


def total(tf, x, y):
    tf.losses.mean_squared_error(y, x)
    tf.losses.absolute_difference(y, x)
    tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.reduce_sum(x))
    return tf.losses.get_total_loss()


cases.add("total", total, P, L, numeric=False)
cases.add("confusion", lambda tf, x, y: tf.confusion_matrix(x, y),
          ints(6, low=0, high=3), ints(6, low=0, high=3, seed=3))
cases.add("confusion_classes", lambda tf, x, y: tf.confusion_matrix(
    x, y, 5, dtype=tf.float32, weights=[1, 2, 3, 4, 5, 6]),
    ints(6, low=0, high=3), ints(6, low=0, high=3, seed=3), dynamic=False)
cases.error("confusion_negative", lambda tf, x: tf.confusion_matrix(x, x),
            np.array([0, -1], np.int32))
cases.error("confusion_bound", lambda tf, x: tf.confusion_matrix(x, x, 2),
            np.array([0, 3], np.int32))
cases.error("weights_rank", lambda tf, x: tf.losses.mean_squared_error(x, x, [1.0, 2.0]), P)
cases.error("weights_size", lambda tf, x: tf.losses.mean_squared_error(x, x, [[1.0, 2.0]]), P)
for name in ("set_intersection", "set_difference", "set_union"):
    cases.add(name, lambda tf, x, y, n=name: list(
        (lambda s: (s.indices, s.values, s.dense_shape))(getattr(tf.sets, n)(x, y))),
        ints(2, 3, low=0, high=5), ints(2, 4, low=0, high=5, seed=2))
cases.add("set_size", lambda tf, x: tf.sets.set_size(tf.sets.set_union(x, x)),
          ints(2, 2, 5, low=0, high=5))

"""Pools: forward, gradients of first and second order, names."""
import numpy as np

from cases import Family, floats, ints

cases = Family("nn_pool")
X = floats(2, 6, 5, 2)
for kind in ("max_pool", "avg_pool"):
    for padding in ("SAME", "VALID"):
        cases.add(kind + "_" + padding.lower(),
                  lambda tf, x, k=kind, p=padding: getattr(tf.nn, k)(
                      x, [1, 2, 2, 1], [1, 2, 2, 1], p), X)
    cases.add(kind + "_overlap", lambda tf, x, k=kind: getattr(tf.nn, k)(
        x, ksize=[1, 3, 2, 1], strides=[1, 2, 1, 1], padding="SAME", name="p"), X)
    cases.add(kind + "_numbers", lambda tf, x, k=kind: getattr(tf.nn, k)(x, 3, [2], "VALID"), X)
    cases.add(kind + "_second_order", lambda tf, x, k=kind: tf.gradients(
        tf.reduce_sum(tf.square(getattr(tf.nn, k)(x, 3, 2, "SAME"))), x), X)
    cases.add(kind + "1d", lambda tf, x, k=kind: getattr(tf.nn, k + "1d")(x, 2, 2, "SAME"),
              floats(2, 5, 3))
    cases.add(kind + "3d", lambda tf, x, k=kind: getattr(tf.nn, k + "3d")(
        x, 2, [1, 2, 2, 1, 1], "SAME"), floats(1, 3, 4, 3, 2), numeric=kind == "avg_pool")
    cases.add(kind + "3d_second_order", lambda tf, x, k=kind: tf.gradients(
        tf.reduce_sum(tf.square(getattr(tf.nn, k + "3d")(x, 2, 2, "SAME"))), x),
        floats(1, 4, 4, 4, 2), numeric=False, dynamic=False)
    cases.add(kind + "_v2", lambda tf, x, k=kind: getattr(tf.nn, k + "_v2")(x, 2, 1, "VALID"), X,
              dynamic=False)
cases.add("max_pool_ties", lambda tf, x: tf.nn.max_pool(x, 2, 2, "VALID"),
          ints(1, 6, 6, 2, low=0, high=2, dtype=np.float32), numeric=False)
cases.add("max_pool_ints", lambda tf, x: tf.nn.max_pool(x, 2, 2, "VALID"), ints(1, 4, 4, 2))
cases.add("max_pool_depth", lambda tf, x: tf.nn.max_pool(x, [1, 1, 1, 2], [1, 1, 1, 2], "SAME"),
          floats(1, 2, 2, 4), grad=False)
cases.add("max_pool2d", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "VALID"), X)
cases.add("max_pool_double", lambda tf, x: tf.nn.max_pool(x, 2, 2, "VALID"),
          floats(1, 4, 4, 1, dtype="float64"))
cases.add("with_argmax", lambda tf, x: tf.nn.max_pool_with_argmax(
    x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), X)
cases.add("with_argmax_batch", lambda tf, x: tf.nn.max_pool_with_argmax(
    x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME", output_dtype=tf.int64, include_batch_in_index=True), X,
    grad=False)
cases.add("pool_max", lambda tf, x: tf.nn.pool(x, [2, 2], "MAX", "SAME"), X)
cases.add("pool_avg_dilated", lambda tf, x: tf.nn.pool(
    x, [2, 2], "AVG", "VALID", dilation_rate=[2, 2]), X)
cases.add("pool_1d", lambda tf, x: tf.nn.pool(x, [2], "AVG", "SAME", strides=[2]), floats(2, 5, 3))
F = floats(2, 11, 9, 2)
for kind in ("max", "avg"):
    for label, options in [("shuffled", {}), ("pseudo", {"pseudo_random": True}),
                           ("overlapping", {"overlapping": True})]:
        cases.add("fractional_" + kind + "_" + label,
                  lambda tf, x, k=kind, o=options: list(getattr(
                      tf.nn, "fractional_" + k + "_pool")(
                      x, [1.0, 1.4, 1.7, 1.0], deterministic=True, seed=3, seed2=9, **o))[0],
                  F, numeric=kind == "avg", dynamic=kind == "max")
cases.add("fractional_sequences", lambda tf, x: [
    tf.placeholder_with_default(t, [None]) for t in tf.nn.fractional_max_pool(
    x, [1.0, 1.4, 1.7, 1.0], deterministic=True, seed=3)[1:]], F, grad=False, dynamic=False)
for name, build in [
    ("negative", lambda tf, x: tf.nn.max_pool(x, 9, 1, "VALID")),
    ("rank", lambda tf, x: tf.nn.max_pool(x[0], 2, 1, "VALID")),
    ("ksize", lambda tf, x: tf.nn.max_pool(x, [1, 3, 3], 1, "VALID")),
    ("both", lambda tf, x: tf.nn.max_pool(x, 2, 1, "VALID", input=x)),
    ("batch", lambda tf, x: tf.nn.avg_pool(x, [2, 1, 1, 1], 1, "SAME")),
    ("pool_type", lambda tf, x: tf.nn.pool(x, [2, 2], "MIN", "SAME")),
    ("pool_same", lambda tf, x: tf.nn.pool(x, [2, 2], "MAX", "SAME", dilation_rate=[2, 2])),
]:
    cases.error(name, build, X)

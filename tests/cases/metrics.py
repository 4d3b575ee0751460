"""tf.metrics: two updates, then the value."""
import numpy as np

from cases import Family, floats, ints

cases = Family("metrics")

P = floats(8, low=0.0, high=1.0)
L = ints(8, low=0, high=2, seed=3)
G = ints(8, low=0, high=2, seed=4)
W = floats(8, low=0.0, high=2.0, seed=9)
X = floats(4, 3)
Y = floats(4, 3, seed=2)
C = floats(4, 6, seed=8)


PAIRS = {}


def add(name, build, *inputs):
    PAIRS[name] = (build, inputs)

    def update(tf, *tensors):
        # Only the update: the order of the value and the update is open within one run.
        pair = build(tf, *tensors)
        for variable in tf.local_variables():
            tf.add_to_collection(tf.GraphKeys.GLOBAL_VARIABLES, variable)
        return [pair[1]]

    cases.add(name, update, *inputs, grad=False, numeric=False, init=True, runs=2, dynamic=False)


for name in ("accuracy", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error"):
    inputs = (G, L) if name == "accuracy" else (X, Y)
    add(name, lambda tf, x, y, n=name: getattr(tf.metrics, n)(y, x), *inputs)
add("mean", lambda tf, x: tf.metrics.mean(x), X)
add("mean_weights", lambda tf, x, w: tf.metrics.mean(x, w, name="mine"), P, W)
add("mean_column", lambda tf, x: tf.metrics.mean(x, [[1.0], [2.0], [0.0], [1.0]]), X)
add("mean_tensor", lambda tf, x: tf.metrics.mean_tensor(x), X)
add("mean_tensor_weights", lambda tf, x, w: tf.metrics.mean_tensor(x, w), P, W)
add("accuracy_weights", lambda tf, x, y, w: tf.metrics.accuracy(y, x, w), G, L, W)
add("accuracy_columns", lambda tf, x, y: tf.metrics.accuracy(y, x), G.reshape(8, 1), L)
add("cosine", lambda tf, x, y: tf.metrics.mean_cosine_distance(y, x, 1), X, Y)
add("relative", lambda tf, x, y: tf.metrics.mean_relative_error(y, x, y), X, Y)
add("below", lambda tf, x: tf.metrics.percentage_below(x, 0.3), X)
add("per_class", lambda tf, x, y: tf.metrics.mean_per_class_accuracy(y, x, 2), G, L)
add("iou", lambda tf, x, y: tf.metrics.mean_iou(y, x, 2), G, L)
add("iou_weights", lambda tf, x, y, w: tf.metrics.mean_iou(y, x, 2, w), G, L, W)
for name in ("true_positives", "true_negatives", "false_positives", "false_negatives",
             "precision", "recall"):
    add(name, lambda tf, x, y, n=name: getattr(tf.metrics, n)(y, x), G, L)
    add(name + "_weights", lambda tf, x, y, w, n=name: getattr(tf.metrics, n)(y, x, w), G, L, W)
for name in ("true_positives", "true_negatives", "false_positives", "false_negatives",
             "precision", "recall"):
    add(name + "_at_thresholds", lambda tf, x, y, n=name: getattr(
        tf.metrics, n + "_at_thresholds")(y, x, [0.2, 0.5, 0.9]), P, L)
add("auc", lambda tf, x, y: tf.metrics.auc(y, x, num_thresholds=20), P, L)
add("auc_weights", lambda tf, x, y, w: tf.metrics.auc(y, x, w, num_thresholds=20), P, L, W)
for method in ("trapezoidal", "careful_interpolation", "minoring", "majoring"):
    add("auc_pr_" + method, lambda tf, x, y, m=method: tf.metrics.auc(
        y, x, num_thresholds=10, curve="PR", summation_method=m), P, L)
add("sensitivity", lambda tf, x, y: tf.metrics.sensitivity_at_specificity(
    y, x, 0.7, num_thresholds=20), P, L)
add("specificity", lambda tf, x, y: tf.metrics.specificity_at_sensitivity(
    y, x, 0.7, num_thresholds=20), P, L)
for name in ("recall_at_k", "precision_at_k"):
    add(name, lambda tf, x, y, n=name: getattr(tf.metrics, n)(y, x, 2),
        C, ints(4, low=0, high=6, dtype=np.int64))
    add(name + "_several", lambda tf, x, y, n=name: getattr(tf.metrics, n)(y, x, 3),
        C, ints(4, 2, low=0, high=6, dtype=np.int64))
    add(name + "_class", lambda tf, x, y, n=name: getattr(tf.metrics, n)(
        y, x, 3, class_id=2, weights=[1.0, 2.0, 0.0, 1.0]),
        C, ints(4, 2, low=0, high=6, dtype=np.int64))
add("average_precision", lambda tf, x, y: tf.metrics.average_precision_at_k(y, x, 3),
    C, ints(4, 2, low=0, high=6, dtype=np.int64))

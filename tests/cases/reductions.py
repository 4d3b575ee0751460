"""Reductions, argmax, running sums, top-k, segments, histograms, ranges."""
import numpy as np

from cases import Family, bools, complexes, floats, ints

cases = Family("reductions")

S = (2, 3)


def reduction(name, **options):
    return lambda tf, x: getattr(tf, "reduce_" + name)(x, **options)


def several(names, **options):
    """All these reductions of one tensor, in one graph."""
    return lambda tf, x: [getattr(tf, "reduce_" + name)(x, **options) for name in names.split()]


ALL = "sum mean prod max min logsumexp"
for label, options in (
    ("all", {}),
    ("one", {"axis": 1}),
    ("last", {"axis": [-1]}),
    ("first_kept", {"axis": 0, "keepdims": True}),
    ("both", {"axis": [1, 0]}),
    ("none", {"axis": []}),
    ("old_names", {"reduction_indices": 1, "keep_dims": True}),
):
    cases.add(label, several(ALL, **options), floats(*S), numeric=label in ("all", "one"))
cases.add("three", several(ALL, axis=[0, 2]), floats(2, 3, 2), numeric=False)
cases.add("int", several("sum mean prod max min", axis=1), ints(*S), dynamic=False)
cases.add("double", several(ALL), floats(*S, dtype=np.float64), dynamic=False)
cases.add("half", several("sum mean max min"), floats(*S, dtype=np.float16), numeric=False,
          dynamic=False)  # fmt: skip
cases.add("complex", several("sum mean prod", axis=0), complexes(*S), dynamic=False)
cases.add("max_ties", reduction("max"), np.array([1.0, 3, 3, 2], np.float32), numeric=False)
cases.add("prod_zeros", reduction("prod", axis=1),
          np.array([[1.0, 0, 3], [0, 0, 2]], np.float32), numeric=False)  # fmt: skip
cases.add("logical", lambda tf, x: [
    tf.reduce_any(x), tf.reduce_all(x), tf.reduce_any(x, 1), tf.reduce_all(x, 0, keepdims=True)],
          bools(*S), grad=False)  # fmt: skip
cases.add("same_reduction_twice", lambda tf, x: tf.reduce_sum(x, 0) + tf.reduce_sum(x + 1.0, 0),
          floats(*S))  # fmt: skip
cases.add("sum_of_list", lambda tf, x: tf.reduce_sum([1.0, 2.0]) + tf.reduce_sum(x), floats(3))
cases.add("empty", lambda tf, x: [tf.reduce_sum(x, 0), tf.reduce_mean(x, 1), tf.reduce_prod(x, 0)],
          floats(0, 3), grad=False)  # fmt: skip
cases.add("variance", lambda tf, x: [tf.math.reduce_variance(x, 1), tf.math.reduce_std(x)],
          floats(*S))  # fmt: skip
cases.add("euclidean_norm", lambda tf, x: tf.math.reduce_euclidean_norm(x, 1), floats(*S),
          grad=False)  # fmt: skip
cases.add("count_nonzero", lambda tf, x, s: [
    tf.count_nonzero(x), tf.count_nonzero(x, 1, dtype=tf.int32), tf.count_nonzero(s)],
          ints(*S, low=0, high=2), np.array([b"", b"a"]))  # fmt: skip

cases.add("argmax", lambda tf, x: [
    tf.argmax(x), tf.argmax(x, 1), tf.argmin(x, -1), tf.argmax(x, dimension=1),
    tf.argmin(x, 0, output_type=tf.int32), tf.arg_max(x, 0), tf.arg_min(x, 1)],
          floats(3, 4))  # fmt: skip
cases.add("argmax_ties", lambda tf, x: [tf.argmax(x), tf.argmin(x)],
          np.array([1, 3, 3, 1], np.int32))  # fmt: skip


def running(name):
    return lambda tf, x: [getattr(tf, name)(x, 1, exclusive=exclusive, reverse=reverse)
                          for exclusive in (False, True) for reverse in (False, True)]


cases.add("cumsum", running("cumsum"), floats(*S))
cases.add("cumprod", running("cumprod"), floats(*S))
cases.add("running_integers", lambda tf, x: [tf.cumsum(x), tf.cumprod(x)], ints(5, 2))
cases.add("cumulative_logsumexp", lambda tf, x: [
    tf.math.cumulative_logsumexp(x, 1), tf.math.cumulative_logsumexp(x, 0, reverse=True)],
          floats(*S))  # fmt: skip
cases.add("top_k", lambda tf, x: tf.nn.top_k(x, 2), floats(2, 5))
cases.add("top_k_one", lambda tf, x: tf.nn.top_k(x), floats(5))
cases.add("top_k_ties", lambda tf, x: tf.nn.top_k(x, 3), np.array([1, 3, 3, 1, 3], np.int32))
cases.add("in_top_k", lambda tf, p, t: tf.nn.in_top_k(p, t, 2),
          np.array([[0.1, 0.3, 0.2, 0.4], [0.1, 0.2, 0.2, 0.2], [0.5, 0.1, np.inf, 0.2]],
                   np.float32), np.array([1, 3, 0], np.int32), grad=False)  # fmt: skip


def nth_element(tf, x):
    """``tf.contrib.nn.nth_element``, wherever it lives."""
    if tf.__name__.startswith("penstock"):
        from penstock.ops.extremes import nth_element as function
    else:
        function = tf.contrib.nn.nth_element
    return [function(x, 1), function(x, 0, reverse=True)]


cases.add("nth_element", nth_element, floats(2, 5))
cases.add("sort", lambda tf, x: [
    tf.sort(x), tf.sort(x, direction="DESCENDING"), tf.argsort(x), tf.sort(x, axis=0)],
          floats(3, 4), dynamic=False)  # fmt: skip

IDS = np.array([0, 0, 2, 3], np.int32)
LOOSE = np.array([2, 0, 2, -1], np.int32)


def segments(prefix, names, *more):
    return lambda tf, x, ids: [getattr(tf, prefix + n)(x, ids, *more) for n in names.split()]


cases.add("segments", segments("segment_", "sum mean max min"), floats(4, 3), IDS)
cases.add("segment_prod", segments("segment_", "prod"), floats(4, 3), IDS, grad=False)
cases.add("unsorted_segments", segments("unsorted_segment_", "sum mean sqrt_n", 4), floats(4, 3),
          LOOSE, dynamic=False)  # fmt: skip
cases.add("unsorted_segment_extremes", segments("unsorted_segment_", "prod max min", 4),
          floats(4, 3), LOOSE, dynamic=False, numeric=False)  # fmt: skip
cases.add("unsorted_segment_nested", lambda tf, x, ids: tf.unsorted_segment_sum(x, ids, 3),
          floats(2, 2, 3), np.array([[0, 2], [1, 0]], np.int64))  # fmt: skip
for name in ("sum", "mean", "sqrt_n"):
    def chosen(tf, x, name=name):
        f = getattr(tf, "sparse_segment_" + name)
        return [f(x, [0, 2, 2, 3], [0, 0, 1, 3]), f(x, [0, 2, 2], [0, 0, 1], num_segments=3)]

    cases.add("sparse_segment_" + name, chosen, floats(4, 3))
cases.add("bincount", lambda tf, x: [
    tf.bincount(x), tf.bincount(x, minlength=8), tf.bincount(x, maxlength=3),
    tf.bincount(x, weights=[1.0, 2, 3, 4, 5], dtype=tf.float32)],
          np.array([1, 1, 4, 2, 0], np.int32))  # fmt: skip
cases.add("histogram", lambda tf, x: [
    tf.histogram_fixed_width(x, [0.0, 5.0], nbins=5),
    tf.histogram_fixed_width_bins(x, [0.0, 5.0], nbins=5)],
          np.array([-1.0, 0.0, 1.5, 2.0, 5.0, 15], np.float32), grad=False)  # fmt: skip
cases.add("range", lambda tf, n: [
    tf.range(5), tf.range(2, 8), tf.range(3, 18, 3), tf.range(3, 1, -0.5), tf.range(1, 5.0, 2),
    tf.range(0, 10, dtype=tf.float32), tf.range(n), tf.range(1, n + 1, delta=2, name="mine")],
          np.array(4, np.int32))  # fmt: skip
cases.add("linspace", lambda tf, x: [tf.linspace(1.0, 2.0, 5), tf.lin_space(x, 12.0, 3),
                                     tf.linspace(1.0, 2.0, 1)],
          np.array(10.0, np.float32), grad=False)  # fmt: skip

cases.error("both_axis_names", lambda tf, x: tf.reduce_sum(x, 0, reduction_indices=1), floats(2))
cases.error("both_keep_names", lambda tf, x: tf.reduce_sum(x, 0, keepdims=True, keep_dims=True),
            floats(2))  # fmt: skip
cases.error("axis_out_of_range", lambda tf, x: tf.reduce_sum(x, 2), floats(*S))
cases.error("argmax_out_of_range", lambda tf, x: tf.argmax(x, 2), floats(*S))
cases.error("segment_not_sorted", lambda tf, x: tf.segment_sum(x, [1, 0]), floats(2))
cases.error("unsorted_segment_too_large", lambda tf, x: tf.unsorted_segment_sum(x, [1, 5], 2),
            floats(2))  # fmt: skip
cases.error("top_k_too_large", lambda tf, x: tf.nn.top_k(x, 9), floats(*S))

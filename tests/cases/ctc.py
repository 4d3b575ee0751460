"""Connectionist temporal classification: loss, gradient, decoders."""
import numpy as np

from cases import Family, floats

cases = Family("ctc")
X = floats(7, 3, 5) * 2
LENGTHS = np.array([7, 5, 4], np.int32)


def labels(tf, values=(0, 1, 1, 3, 2, 2, 0), rows=((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0),
                                                  (2, 1)), shape=(3, 3)):
    return tf.SparseTensor(np.array(rows, np.int64), np.array(values, np.int32),
                           np.array(shape, np.int64))


OPTIONS = dict(dynamic=False, numeric=False, rtol=1e-4)
cases.add("loss", lambda tf, x, n: tf.nn.ctc_loss(labels(tf), x, n), X, LENGTHS, **OPTIONS)
cases.add("loss_batch_first", lambda tf, x, n: tf.nn.ctc_loss(
    labels=labels(tf), inputs=x, sequence_length=n, time_major=False),
    np.ascontiguousarray(X.transpose(1, 0, 2)), LENGTHS, **OPTIONS)
cases.add("loss_collapse", lambda tf, x, n: tf.nn.ctc_loss(
    labels(tf), x, n, preprocess_collapse_repeated=True), X, LENGTHS, **OPTIONS)
cases.add("loss_no_merge", lambda tf, x, n: tf.nn.ctc_loss(
    labels(tf), x, n, ctc_merge_repeated=False), X, LENGTHS, **OPTIONS)
cases.add("loss_longer", lambda tf, x, n: tf.nn.ctc_loss(
    labels(tf), x, n, ignore_longer_outputs_than_inputs=True), X, np.array([7, 1, 4], np.int32),
    **OPTIONS)
cases.add("loss_zero_length", lambda tf, x, n: tf.nn.ctc_loss(
    labels(tf), x, n, ignore_longer_outputs_than_inputs=True), X, np.array([7, 0, 4], np.int32),
    **OPTIONS)
cases.add("loss_v2_dense", lambda tf, x, n: tf.nn.ctc_loss_v2(
    [[1, 2, 2], [4, 3, 0], [3, 1, 0]], x, [3, 2, 2], n), X, np.array([7, 7, 7], np.int32),
    graph=False, **OPTIONS)
cases.add("loss_v2_sparse", lambda tf, x, n: tf.nn.ctc_loss_v2(
    labels(tf, values=(0, 1, 1, 3, 4, 4, 0)), x, None, n, blank_index=2), X, LENGTHS, graph=False,
    **OPTIONS)
for merge in (True, False):
    cases.add("greedy_" + str(merge), lambda tf, x, n, m=merge: [
        [s.indices, s.values, s.dense_shape, p] for (s,), p in
        [tf.nn.ctc_greedy_decoder(x, n, merge_repeated=m)]], X, LENGTHS, grad=False)
    cases.add("beam_" + str(merge), lambda tf, x, n, m=merge: [
        [[s.indices, s.values, s.dense_shape] for s in found] + [p] for found, p in
        [tf.nn.ctc_beam_search_decoder(x, n, beam_width=6, top_paths=3, merge_repeated=m)]],
        X, LENGTHS, grad=False, rtol=1e-4)
cases.add("beam_wide", lambda tf, x, n: [
    [[s.indices, s.values, s.dense_shape] for s in found] + [p] for found, p in
    [tf.nn.ctc_beam_search_decoder_v2(x, n, top_paths=2)]], X, LENGTHS, grad=False, rtol=1e-4)
cases.add("collapse_repeated", lambda tf, x: tf.nn.collapse_repeated(x, [4, 2]),
          np.array([[1, 1, 2, 2], [3, 4, 4, 4]], np.int32), dynamic=False)
cases.add("unique_labels", lambda tf, x: tf.nn.ctc_unique_labels(x),
          np.array([[1, 1, 2, 2], [3, 4, 5, 4]], np.int32), dynamic=False)
for name, build in [
    ("empty_labels", lambda tf, x, n: tf.nn.ctc_loss(labels(
        tf, values=(0, 1), rows=((0, 0), (1, 0))), x, n)),
    ("label_after_blank", lambda tf, x, n: tf.nn.ctc_loss(labels(
        tf, values=(0, 4, 1, 3, 2, 2, 0)), x, n)),
    ("too_long", lambda tf, x, n: tf.nn.ctc_loss(labels(tf), x, n - 3)),
    ("length", lambda tf, x, n: tf.nn.ctc_loss(labels(tf), x, n + 3)),
    ("dense_labels", lambda tf, x, n: tf.nn.ctc_loss([[1, 2]], x, n)),
    ("many_paths", lambda tf, x, n: list(tf.nn.ctc_beam_search_decoder(x, n, 2, 3))),
    ("blank_index", lambda tf, x, n: tf.nn.ctc_loss_v2(labels(tf), x, None, n)),
]:
    cases.error(name, build, X, LENGTHS)

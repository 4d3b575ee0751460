"""Activations, softmax, losses, normalisation."""
import numpy as np

from cases import Family, floats, ints

cases = Family("nn")
X = floats(3, 4) * 2
for name in ("relu", "relu6", "elu", "selu", "softplus", "softsign", "leaky_relu", "crelu", "swish",
             "sigmoid", "tanh"):
    cases.add(name, lambda tf, x, n=name: getattr(tf.nn, n)(x), X * 2)
    if name not in ("softsign", "swish", "crelu", "sigmoid", "tanh"):
        cases.add(name + "_second_order", lambda tf, x, n=name: tf.gradients(
            tf.reduce_sum(tf.square(getattr(tf.nn, n)(x))), x), X, dynamic=False, rtol=5e-5)
    cases.add(name + "_half", lambda tf, x, n=name: getattr(tf.nn, n)(x),
              floats(3, 4, dtype="float16"), numeric=False, graph=False, dynamic=False, rtol=5e-3)
cases.add("relu_ints", lambda tf, x: [tf.nn.relu(x), tf.nn.relu6(x)], ints(3, 4))
cases.add("relu_special", lambda tf, x: tf.nn.relu(x), np.array([-np.inf, -0.0, np.inf], "f"),
          numeric=False)
cases.add("leaky_relu_ints", lambda tf, x: tf.nn.leaky_relu(x, 0.3), ints(3, 4))
cases.add("l2_loss", lambda tf, x: tf.nn.l2_loss(x), X)
cases.add("bias_add", lambda tf, x, b: tf.nn.bias_add(x, b), X, floats(4))
cases.add("bias_add_images", lambda tf, x, b: tf.nn.bias_add(x, b, name="b"), floats(2, 3, 2, 4),
          floats(4))
cases.add("bias_add_ints", lambda tf, x, b: tf.nn.bias_add(x, b), ints(3, 4), ints(4))
cases.add("bias_add_channels_first", lambda tf, x, b: tf.nn.bias_add(x, b, "NCHW"),
          floats(2, 3, 2, 4), floats(3))
cases.add("bias_add_second_order", lambda tf, x, b: tf.gradients(
    tf.reduce_sum(tf.nn.bias_add(x, b) ** 2), b), X, floats(4), dynamic=False)
cases.add("xw_plus_b", lambda tf, x, w, b: tf.nn.xw_plus_b(x, w, b), X, floats(4, 2), floats(2))
cases.add("relu_layer", lambda tf, x, w, b: tf.nn.relu_layer(x, w, b), X, floats(4, 2), floats(2))
cases.add("lrn", lambda tf, x: tf.nn.lrn(x, 2, 1.0, 0.5, 0.75), floats(2, 2, 2, 6), rtol=1e-4,
          numeric=False)
cases.add("lrn_defaults", lambda tf, x: tf.nn.local_response_normalization(x),
          floats(2, 2, 2, 6), rtol=1e-4, numeric=False)

# -- softmax --------------------------------------------------------------------------------------
for name in ("softmax", "log_softmax"):
    cases.add(name, lambda tf, x, n=name: getattr(tf.nn, n)(x), X)
    cases.add(name + "_3d", lambda tf, x, n=name: getattr(tf.nn, n)(x, name="s"), floats(2, 3, 4))
    cases.add(name + "_axis", lambda tf, x, n=name: getattr(tf.nn, n)(x, 1), floats(2, 3, 4))
    cases.add(name + "_negative_axis", lambda tf, x, n=name: getattr(tf.nn, n)(
        x, dim=-2, name="s"), floats(2, 3, 4), dynamic=False)
    cases.add(name + "_second_order", lambda tf, x, n=name: tf.gradients(
        tf.reduce_sum(tf.square(getattr(tf.nn, n)(x))), x), X, dynamic=False)
    cases.add(name + "_vector", lambda tf, x, n=name: getattr(tf.nn, n)(x), floats(4))
    cases.add(name + "_large", lambda tf, x, n=name: getattr(tf.nn, n)(x), X * 300, numeric=False)
    cases.add(name + "_half", lambda tf, x, n=name: getattr(tf.nn, n)(x),
              floats(3, 4, dtype="float16"), numeric=False, rtol=5e-3)
cases.error("softmax_no_axis", lambda tf, x: tf.nn.softmax(x, 5), X)
cases.error("softmax_scalar", lambda tf, x: tf.nn.softmax(x), floats())
cases.error("softmax_ints", lambda tf: tf.nn.softmax([1, 2]))

# -- cross-entropies ------------------------------------------------------------------------------
P = np.abs(floats(3, 4, seed=2))
P = (P / P.sum(1, keepdims=True)).astype(np.float32)
for suffix in ("", "_v2"):
    name = "softmax_cross_entropy_with_logits" + suffix
    cases.add("softmax_xent" + suffix, lambda tf, x, p, n=name: getattr(tf.nn, n)(
        labels=p, logits=x), X, P)
    cases.add("softmax_xent_named" + suffix, lambda tf, x, p, n=name: getattr(tf.nn, n)(
        logits=x, labels=p, name="loss"), X, P)
    cases.add("softmax_xent_axis" + suffix, lambda tf, x, p, n=name: getattr(tf.nn, n)(
        labels=p, logits=x, dim=1), floats(2, 3, 4), np.abs(floats(2, 3, 4, seed=2)), rtol=1e-4,
        dynamic=False, numeric=False)
    cases.add("softmax_xent_3d" + suffix, lambda tf, x, p, n=name: getattr(tf.nn, n)(
        labels=p, logits=x), floats(2, 3, 4), np.abs(floats(2, 3, 4, seed=2)), rtol=1e-4,
        numeric=False)  # These labels are no distributions, which TensorFlow's gradient assumes.
cases.add("softmax_xent_hessian", lambda tf, x, p: tf.gradients(tf.gradients(
    tf.nn.softmax_cross_entropy_with_logits_v2(labels=p, logits=x), x)[0] * [1.0, 2, 3, 4], x), X,
    P, grad=False, dynamic=False, rtol=1e-4)
cases.add("softmax_xent_half", lambda tf, x, p: tf.nn.softmax_cross_entropy_with_logits_v2(
    labels=p, logits=x), X.astype("float16"), P.astype("float16"), numeric=False, rtol=5e-3)
cases.add("sparse_xent", lambda tf, x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(
    labels=y, logits=x), X, ints(3, low=0, high=4), dynamic=False)
cases.add("sparse_xent_3d", lambda tf, x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(
    labels=y, logits=x, name="loss"), floats(2, 3, 4), ints(2, 3, low=0, high=4, dtype="int64"),
    dynamic=False)
cases.add("sparse_xent_half", lambda tf, x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(
    labels=y, logits=x), X.astype("float16"), ints(3, low=0, high=4), numeric=False, dynamic=False,
    rtol=5e-3)
cases.add("sigmoid_xent", lambda tf, x, y: tf.nn.sigmoid_cross_entropy_with_logits(
    labels=y, logits=x), X * 5, P)
cases.add("weighted_xent", lambda tf, x, y: tf.nn.weighted_cross_entropy_with_logits(y, x, 2.5),
          X, P)
cases.add("weighted_xent_targets", lambda tf, x, y, w: tf.nn.weighted_cross_entropy_with_logits(
    targets=y, logits=x, pos_weight=w, name="w"), X, P, floats(4))
cases.add("log_poisson", lambda tf, x, y: tf.nn.log_poisson_loss(y, x), X, P)
cases.add("log_poisson_full", lambda tf, x, y: tf.nn.log_poisson_loss(y, x, True), X, P * 9,
          rtol=1e-4)
for name, build in [
    ("no_labels", lambda tf, x, p: tf.nn.softmax_cross_entropy_with_logits(logits=x)),
    ("shapes", lambda tf, x, p: tf.nn.softmax_cross_entropy_with_logits(
        logits=x, labels=p[:, :2])),
    ("sigmoid_shapes", lambda tf, x, p: tf.nn.sigmoid_cross_entropy_with_logits(
        logits=x, labels=p[:, :2])),
    ("sparse_rank", lambda tf, x, p: tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=x, labels=[[1]])),
    ("sparse_shape", lambda tf, x, p: tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=x, labels=[1])),
    ("sparse_floats", lambda tf, x, p: tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=x, labels=[1.0, 2.0, 0.0])),
    ("label_range", lambda tf, x, p: tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=x, labels=[1, 9, 0])),
    ("bias_size", lambda tf, x, p: tf.nn.bias_add(x, [1.0, 2.0])),
    ("bias_format", lambda tf, x, p: tf.nn.bias_add(x, p[0], data_format="foo")),
]:
    cases.error(name, build, X, P)

# -- moments and normalisation --------------------------------------------------------------------
I = floats(2, 3, 2, 4)
C = [floats(4, seed=s, low=0.5, high=2.0) for s in range(4)]
cases.add("moments", lambda tf, x: tf.nn.moments(x, [0]), X)
cases.add("moments_images", lambda tf, x: tf.nn.moments(x, [0, 1, 2], keep_dims=True, name="m"), I)
cases.add("moments_half", lambda tf, x: tf.nn.moments(x, [0]), X.astype("float16"), numeric=False,
          rtol=1e-2, dynamic=False)
cases.add("weighted_moments", lambda tf, x, w: tf.nn.weighted_moments(x, [0], w), X,
          floats(3, 1, low=0.5, high=2.0), rtol=1e-4)
cases.add("sufficient_statistics", lambda tf, x: tf.nn.sufficient_statistics(x, [0])[:3], X)
cases.add("sufficient_statistics_shift", lambda tf, x, s: tf.nn.sufficient_statistics(
    x, [0], shift=s, keep_dims=True), X, floats(4))
cases.add("normalize_moments", lambda tf, a, b: tf.nn.normalize_moments(6.0, a, b, 0.5), C[0], C[1])
cases.add("batch_normalization", lambda tf, x, m, v, b, g: tf.nn.batch_normalization(
    x, m, v, b, g, 1e-3), I, *C, rtol=1e-4)
cases.add("batch_normalization_bare", lambda tf, x, m, v: tf.nn.batch_normalization(
    x, m, v, None, None, 1e-3, name="n"), I, *C[:2], rtol=1e-4)
cases.add("global_normalization", lambda tf, x, m, v, b, g:
          tf.nn.batch_norm_with_global_normalization(x, m, v, b, g, 1e-3, True), I, *C, rtol=1e-4)
cases.add("fused_training", lambda tf, x, g, b: tf.nn.fused_batch_norm(x, g, b)[0], I, *C[:2],
          rtol=1e-4, atol=1e-4, numeric=False)
cases.add("fused_moments", lambda tf, x, g, b: tf.nn.fused_batch_norm(x, g, b, name="f"), I, *C[:2],
          rtol=1e-4, atol=1e-4, grad=False)
cases.add("fused_inference", lambda tf, x, g, b, m, v: tf.nn.fused_batch_norm(
    x, g, b, m, v, epsilon=0.01, is_training=False)[0], I, *C, rtol=1e-4, numeric=False)
cases.add("fused_half", lambda tf, x, g, b: tf.nn.fused_batch_norm(x, g, b)[0], I.astype("float16"),
          *C[:2], rtol=2e-2, atol=2e-2, numeric=False, dynamic=False)
for training in (True, False):
    name = "fused_second_order_" + str(training)
    cases.add(name, lambda tf, x, g, b, m, v, t=training: tf.gradients(
        tf.reduce_sum(tf.nn.fused_batch_norm(
            x, g, b, None if t else m, None if t else v, is_training=t)[0] ** 3), [x, g]), I, *C,
        rtol=2e-3, atol=2e-3, numeric=False, dynamic=False, graph=False)
cases.add("l2_normalize", lambda tf, x: [tf.nn.l2_normalize(x), tf.nn.l2_normalize(
    x, [0, 1], name="b"), tf.nn.l2_normalize(x, dim=1, epsilon=1e-3)], X, rtol=5e-5)
cases.add("zero_fraction", lambda tf, x: tf.nn.zero_fraction(x),
          ints(5, 4, low=0, high=3, dtype=np.float32))
cases.add("average_loss", lambda tf, x, w: [tf.nn.compute_average_loss(x, w, 6),
                                            tf.nn.scale_regularization_loss(x)], C[0], C[1])

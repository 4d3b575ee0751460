"""Convolutions: forward, gradients, names; NHWC on the CPU, as TensorFlow has it there."""
from cases import Family, floats

cases = Family("nn_conv")
X, W = floats(2, 6, 5, 3), floats(3, 2, 3, 4, seed=1)
for padding in ("SAME", "VALID"):
    for stride in (1, 2):
        cases.add("conv2d_" + padding.lower() + "_" + str(stride),
                  lambda tf, x, w, p=padding, s=stride: tf.nn.conv2d(x, w, [1, s, s, 1], p), X, W,
                  rtol=1e-4)
cases.add("conv2d_dilated", lambda tf, x, w: tf.nn.conv2d(x, w, 1, "SAME", dilations=[1, 2, 1, 1]),
          X, W, rtol=1e-4, grad=False)
cases.add("conv2d_explicit", lambda tf, x, w: tf.nn.conv2d(
    x, w, [1, 2], [[0, 0], [1, 2], [0, 1], [0, 0]], name="c"), X, W, rtol=1e-4)
cases.add("conv2d_double", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME"),
          floats(1, 3, 3, 2, dtype="float64"), floats(2, 2, 2, 2, dtype="float64"))
cases.add("conv2d_half", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME"),
          floats(1, 3, 3, 2, dtype="float16"), floats(2, 2, 2, 2, dtype="float16"), rtol=1e-2,
          numeric=False)
cases.add("conv2d_keywords", lambda tf, x, w: tf.nn.conv2d(
    input=x, filters=w, strides=2, padding="VALID", use_cudnn_on_gpu=False, name="k"), X, W,
    rtol=1e-4)
cases.add("conv2d_second_order", lambda tf, x, w: tf.gradients(
    tf.reduce_sum(tf.square(tf.nn.conv2d(x, w, [1, 2, 1, 1], "SAME"))), [x, w]), X, W, rtol=5e-4,
    atol=1e-3)
cases.add("backprop_input", lambda tf, w, y: tf.nn.conv2d_backprop_input(
    [2, 6, 5, 3], w, y, [1, 2, 2, 1], "SAME"), W, floats(2, 3, 3, 4), rtol=1e-4, dynamic=False)
cases.add("backprop_filter", lambda tf, x, y: tf.nn.conv2d_backprop_filter(
    x, [3, 2, 3, 4], y, [1, 2, 2, 1], "SAME"), X, floats(2, 3, 3, 4), rtol=1e-4, dynamic=False)
cases.add("transpose", lambda tf, x, w: tf.nn.conv2d_transpose(x, w, [2, 6, 6, 2], [1, 2, 2, 1]),
          floats(2, 3, 3, 3), floats(3, 3, 2, 3, seed=1), rtol=1e-4)
cases.add("transpose_valid", lambda tf, x, w: tf.nn.conv2d_transpose(
    x, w, tf.stack([tf.shape(x)[0], 7, 7, 2]), 2, "VALID", name="up"), floats(2, 3, 3, 3),
    floats(3, 3, 2, 3, seed=1), rtol=1e-4)
cases.add("conv1d", lambda tf, x, w: tf.nn.conv1d(x, w, 2, "SAME"), floats(2, 7, 3),
          floats(3, 3, 2, seed=1), rtol=1e-4)
cases.add("conv1d_transpose", lambda tf, x, w: tf.nn.conv1d_transpose(x, w, [2, 8, 2], 2),
          floats(2, 4, 3), floats(3, 2, 3, seed=1), rtol=1e-4)
cases.add("atrous", lambda tf, x, w: tf.nn.atrous_conv2d(x, w, 2, "SAME"), X, W, rtol=1e-4,
          dynamic=False)
cases.add("atrous_valid", lambda tf, x, w: tf.nn.atrous_conv2d(x, w, 2, "VALID", name="a"), X, W,
          rtol=1e-4)
cases.add("atrous_transpose", lambda tf, x, w: tf.nn.atrous_conv2d_transpose(
    x, w, [1, 6, 6, 2], 2, "SAME"), floats(1, 6, 6, 3), floats(2, 2, 2, 3), rtol=1e-4,
    dynamic=False)
cases.add("convolution_1d", lambda tf, x, w: tf.nn.convolution(
    x, w, "SAME", dilation_rate=[2]), floats(2, 7, 3), floats(3, 3, 2, seed=1), rtol=1e-4,
    dynamic=False)
cases.add("convolution_2d", lambda tf, x, w: tf.nn.convolution(
    x, w, "VALID", strides=[2, 1]), X, W, rtol=1e-4)
cases.add("convolution_3d", lambda tf, x, w: tf.nn.convolution(x, w, "SAME"),
          floats(1, 3, 3, 3, 2), floats(2, 2, 2, 2, 2), rtol=1e-4)
D = floats(3, 2, 3, 2, seed=2)
cases.add("depthwise", lambda tf, x, w: tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME"), X, D,
          rtol=1e-4)
cases.add("depthwise_stride", lambda tf, x, w: tf.nn.depthwise_conv2d_native(
    x, w, [1, 2, 2, 1], "VALID"), X, D, rtol=1e-4)
cases.add("depthwise_rate", lambda tf, x, w: tf.nn.depthwise_conv2d(
    x, w, [1, 1, 1, 1], "SAME", rate=[2, 2], name="d"), X, D, rtol=1e-4, dynamic=False)
cases.add("depthwise_second_order", lambda tf, x, w: tf.gradients(
    tf.reduce_sum(tf.square(tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME"))), [x, w]), X, D,
    rtol=5e-4, atol=1e-3, dynamic=False)
cases.add("separable", lambda tf, x, w, p: tf.nn.separable_conv2d(
    x, w, p, [1, 1, 1, 1], "SAME"), X, D, floats(1, 1, 6, 2), rtol=1e-4)
cases.add("conv3d", lambda tf, x, w: tf.nn.conv3d(x, w, [1, 2, 1, 1, 1], "SAME"),
          floats(1, 4, 3, 3, 2), floats(2, 2, 2, 2, 2), rtol=1e-4)
cases.add("conv3d_second_order", lambda tf, x, w: tf.gradients(
    tf.reduce_sum(tf.square(tf.nn.conv3d(x, w, [1, 1, 1, 1, 1], "VALID"))), [x, w]),
    floats(1, 3, 3, 3, 2), floats(2, 2, 2, 2, 2), rtol=5e-4, atol=1e-3, dynamic=False)
cases.add("conv3d_transpose", lambda tf, x, w: tf.nn.conv3d_transpose(
    x, w, [1, 4, 4, 4, 2], [1, 2, 2, 2, 1]), floats(1, 2, 2, 2, 3), floats(2, 2, 2, 2, 3),
    rtol=1e-4)
cases.add("dilation2d", lambda tf, x, w: tf.nn.dilation2d(
    x, w, [1, 2, 1, 1], [1, 1, 2, 1], "SAME"), X, floats(2, 2, 3), numeric=False)
cases.add("erosion2d", lambda tf, x, w: tf.nn.erosion2d(
    x, w, [1, 1, 1, 1], [1, 1, 1, 1], "VALID"), X, floats(2, 2, 3), numeric=False)
for name, build in [
    ("depth", lambda tf, x, w: tf.nn.conv2d(x, w[:, :, :2], [1, 1, 1, 1], "SAME")),
    ("negative", lambda tf, x, w: tf.nn.conv2d(x[:, :2], w, [1, 1, 1, 1], "VALID")),
    ("rank", lambda tf, x, w: tf.nn.conv2d(x[0], w, [1, 1, 1, 1], "VALID")),
    ("padding", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1], "FULL")),
    ("explicit", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1], "EXPLICIT")),
    ("strides", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 1, 1], "SAME")),
    ("zero_stride", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 0, 0, 1], "SAME")),
    ("no_padding", lambda tf, x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1])),
    ("both", lambda tf, x, w: tf.nn.conv2d(x, w, 1, "SAME", filters=w)),
    ("types", lambda tf, x, w: tf.nn.conv2d(x, tf.cast(w, tf.float64), 1, "SAME")),
    ("rates_and_strides", lambda tf, x, w: tf.nn.convolution(x, w, "SAME", [2, 2], [2, 2])),
    ("rate", lambda tf, x, w: tf.nn.atrous_conv2d(x, w, 0, "SAME")),
    ("transpose_shape", lambda tf, x, w: tf.nn.conv2d_transpose(
        x, tf.transpose(w, [0, 1, 3, 2]), [2, 9, 9, 4], [1, 2, 2, 1])),
]:
    cases.error(name, build, X, W)

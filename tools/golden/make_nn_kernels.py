"""Writes golden values of neural-network kernels: run under TensorFlow 1.15.5.

python tools/golden/make_nn_kernels.py tests/golden/nn_kernels.npz

Every case is stored as `<case>/<i or o><number>`: inputs and outputs. The attributes of a case are
listed beside its comparison in tests/kernels/test_nn_golden.py.
"""

import sys

import numpy as np
import tensorflow as tf

R = tf.raw_ops
rng = np.random.RandomState(7)
out = {}
session = tf.compat.v1.Session()


def normal(*shape):
    """Normal deviates in steps of 1/16, which compress well."""
    return (np.round(rng.standard_normal(shape) * 16) / 16).astype(np.float32)


def ties(*shape):
    """Small integers: every window has ties."""
    return rng.randint(-2, 3, shape).astype(np.float32)


def save(case, inputs, results):
    results = results if isinstance(results, (list, tuple)) else [results]
    for i, value in enumerate(inputs):
        out["%s/i%d" % (case, i)] = np.asarray(value)
    for i, value in enumerate(session.run(list(results))):
        out["%s/o%d" % (case, i)] = value


# Pooling: window, stride, padding.
POOLS = {
    "2s": ((2, 2), (2, 2), "SAME"),
    "2v": ((2, 2), (2, 2), "VALID"),
    "3s": ((3, 3), (2, 2), "SAME"),
    "3v": ((3, 3), (2, 2), "VALID"),
    "32": ((3, 2), (1, 3), "SAME"),
    "11": ((3, 3), (1, 1), "SAME"),
    "gap": ((2, 2), (3, 3), "VALID"),
}
for name, (k, s, pad) in POOLS.items():
    window = dict(ksize=[1] + list(k) + [1], strides=[1] + list(s) + [1], padding=pad)
    x = ties(2, 5, 6, 2)
    y = session.run(R.MaxPool(input=x, **window))
    dy = normal(*y.shape)
    ddx = normal(*x.shape)
    save("max/" + name, [x], R.MaxPool(input=x, **window))
    save(
        "maxgrad/" + name, [x, y, dy], R.MaxPoolGrad(orig_input=x, orig_output=y, grad=dy, **window)
    )
    save(
        "maxgradgrad/" + name,
        [x, y, ddx],
        R.MaxPoolGradGrad(orig_input=x, orig_output=y, grad=ddx, **window),
    )
    for batch in (False, True):
        both = session.run(R.MaxPoolWithArgmax(input=x, include_batch_in_index=batch, **window))
        save("argmax/%s/%d" % (name, batch), [x], list(map(tf.constant, both)))
        grad = R.MaxPoolGradWithArgmax(
            input=x, grad=dy, argmax=both[1], include_batch_in_index=batch, **window
        )
        save("argmaxgrad/%s/%d" % (name, batch), [x, dy, both[1]], grad)
    x = normal(2, 5, 6, 2)
    save("avg/" + name, [x], R.AvgPool(value=x, **window))
    save("avggrad/" + name, [dy], R.AvgPoolGrad(orig_input_shape=x.shape, grad=dy, **window))
x = ties(1, 1, 1, 6)
window = dict(ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2], padding="SAME")
save("max/depth", [x], R.MaxPool(input=x, **window))
x = np.array([[np.nan, 1, 3], [2, np.nan, 1], [-np.inf, -np.inf, -np.inf]], np.float32)
x = x.reshape(1, 3, 3, 1)
window = dict(ksize=[1, 1, 3, 1], strides=[1, 1, 1, 1], padding="SAME")
save("max/special", [x], R.MaxPool(input=x, **window))
x = ties(2, 5, 4, 3, 2)
window = dict(ksize=[1, 3, 2, 2, 1], strides=[1, 2, 2, 1, 1], padding="SAME")
y = session.run(R.MaxPool3D(input=x, **window))
dy = normal(*y.shape)
save("max3d", [x], R.MaxPool3D(input=x, **window))
save("max3dgrad", [x, y, dy], R.MaxPool3DGrad(orig_input=x, orig_output=y, grad=dy, **window))
save("avg3d", [x], R.AvgPool3D(input=x, **window))
save("avg3dgrad", [dy], R.AvgPool3DGrad(orig_input_shape=x.shape, grad=dy, **window))
save(
    "maxhalf",
    [x[0].astype(np.float16)],
    R.MaxPool(
        input=tf.constant(x[0].astype(np.float16)), ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"
    ),
)

# Convolutions: data, filter, stride, dilation, padding.
CONVS = {
    "s1": ((2, 7, 6, 3), (3, 3, 3, 4), (1, 1), (1, 1), "SAME"),
    "s2": ((2, 8, 7, 3), (3, 3, 3, 4), (2, 2), (1, 1), "SAME"),
    "v": ((2, 8, 7, 3), (4, 3, 3, 4), (3, 2), (1, 1), "VALID"),
    "one": ((3, 9, 9, 1), (5, 5, 1, 6), (1, 1), (1, 1), "SAME"),
    "wide": ((1, 6, 6, 32), (3, 3, 32, 5), (2, 2), (1, 1), "SAME"),
    "big": ((1, 19, 19, 3), (11, 11, 3, 4), (4, 4), (1, 1), "SAME"),
    "unused": ((1, 8, 8, 2), (2, 2, 2, 3), (3, 3), (1, 1), "VALID"),
    "1x1": ((2, 5, 5, 4), (1, 1, 4, 3), (2, 2), (1, 1), "SAME"),
}
for name, (xs, ws, s, d, pad) in CONVS.items():
    x, w = normal(*xs), normal(*ws)
    at = dict(strides=[1] + list(s) + [1], padding=pad, dilations=[1] + list(d) + [1])
    y = session.run(R.Conv2D(input=x, filter=w, **at))
    dy = normal(*y.shape)
    save("conv/" + name, [x, w], R.Conv2D(input=x, filter=w, **at))
    save(
        "convin/" + name,
        [w, dy],
        R.Conv2DBackpropInput(input_sizes=xs, filter=w, out_backprop=dy, **at),
    )
    save(
        "convfilter/" + name,
        [x, dy],
        R.Conv2DBackpropFilter(input=x, filter_sizes=ws, out_backprop=dy, **at),
    )
x, w = normal(2, 9, 8, 3), normal(3, 2, 3, 4)
at = dict(strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 2, 3, 1])
save("conv/dilated", [x, w], R.Conv2D(input=x, filter=w, **at))
at = dict(strides=[1, 2, 1, 1], padding="EXPLICIT", explicit_paddings=[0, 0, 1, 2, 0, 3, 0, 0])
save("conv/explicit", [x, w], R.Conv2D(input=x, filter=w, **at))
at = dict(strides=[1, 2, 1, 2, 1], padding="SAME")
x, w = normal(2, 5, 4, 6, 2), normal(3, 2, 3, 2, 3)
y = session.run(R.Conv3D(input=x, filter=w, **at))
dy = normal(*y.shape)
save("conv3d", [x, w], tf.constant(y))
save(
    "conv3din",
    [w, dy],
    R.Conv3DBackpropInputV2(input_sizes=x.shape, filter=w, out_backprop=dy, **at),
)
save(
    "conv3dfilter",
    [x, dy],
    R.Conv3DBackpropFilterV2(input=x, filter_sizes=w.shape, out_backprop=dy, **at),
)
for name, s, pad in (("s1", 1, "SAME"), ("s2", 2, "SAME"), ("v", 2, "VALID")):
    x, w = normal(2, 7, 6, 3), normal(3, 2, 3, 2)
    at = dict(strides=[1, s, s, 1], padding=pad)
    y = session.run(R.DepthwiseConv2dNative(input=x, filter=w, **at))
    dy = normal(*y.shape)
    save("depthwise/" + name, [x, w], tf.constant(y))
    save(
        "depthwisein/" + name,
        [w, dy],
        R.DepthwiseConv2dNativeBackpropInput(input_sizes=x.shape, filter=w, out_backprop=dy, **at),
    )
    save(
        "depthwisefilter/" + name,
        [x, dy],
        R.DepthwiseConv2dNativeBackpropFilter(input=x, filter_sizes=w.shape, out_backprop=dy, **at),
    )
    x, w = ties(2, 7, 6, 3), ties(3, 2, 3)
    at = dict(strides=[1, s, s, 1], rates=[1, 2, 1, 1], padding=pad)
    y = session.run(R.Dilation2D(input=x, filter=w, **at))
    dy = normal(*y.shape)
    save("dilation/" + name, [x, w], tf.constant(y))
    save(
        "dilationin/" + name,
        [x, w, dy],
        R.Dilation2DBackpropInput(input=x, filter=w, out_backprop=dy, **at),
    )
    save(
        "dilationfilter/" + name,
        [x, w, dy],
        R.Dilation2DBackpropFilter(input=x, filter=w, out_backprop=dy, **at),
    )

# Local response normalisation: radius, bias, alpha, beta.
for name, (radius, bias, alpha, beta) in {
    "default": (5, 1.0, 1.0, 0.5),
    "alexnet": (2, 1.0, 1e-4, 0.75),
    "one": (1, 2.0, 0.3, 1.0),
    "odd": (3, 1.5, 0.2, 0.6),
    "wide": (12, 1.0, 0.1, 0.75),
}.items():
    x, dy = normal(2, 3, 2, 17), normal(2, 3, 2, 17)
    at = dict(depth_radius=radius, bias=bias, alpha=alpha, beta=beta)
    y = session.run(R.LRN(input=x, **at))
    save("lrn/" + name, [x], tf.constant(y))
    save(
        "lrngrad/" + name,
        [dy, x, y],
        R.LRNGrad(input_grads=dy, input_image=x, output_image=y, **at),
    )

# Fused batch normalisation.
x, dy, scale, offset = normal(3, 4, 5, 3) + 2, normal(3, 4, 5, 3), normal(3), normal(3)
mean, variance = normal(3), rng.uniform(0.5, 2, 3).astype(np.float32)
r = session.run(
    R.FusedBatchNormV3(
        x=x, scale=scale, offset=offset, mean=[], variance=[], epsilon=1e-3, is_training=True
    )
)
save("bn/train", [x, scale, offset], [tf.constant(v) for v in r[:5]])
save(
    "bngrad/train",
    [dy, x, scale, r[3], r[4]],
    R.FusedBatchNormGradV3(
        y_backprop=dy,
        x=x,
        scale=scale,
        reserve_space_1=r[3],
        reserve_space_2=r[4],
        reserve_space_3=[0.0],
        epsilon=1e-3,
        is_training=True,
    )[:3],
)
tf.compat.v1.reset_default_graph()
session = tf.compat.v1.Session()
held = [
    tf.compat.v1.placeholder_with_default(v, v.shape) for v in (x, scale, offset, mean, variance)
]
r = R.FusedBatchNormV2(
    x=held[0],
    scale=held[1],
    offset=held[2],
    mean=held[3],
    variance=held[4],
    epsilon=1e-3,
    is_training=False,
)
save("bn/infer", [x, scale, offset, mean, variance], [r.y])
save(
    "bngrad/infer",
    [dy, x, scale, mean, variance],
    R.FusedBatchNormGradV2(
        y_backprop=dy,
        x=x,
        scale=scale,
        reserve_space_1=mean,
        reserve_space_2=variance,
        epsilon=1e-3,
        is_training=False,
    )[:3],
)

# Softmax and cross-entropies.
x, labels = normal(5, 7) * 20, tf.nn.softmax(normal(5, 7))
labels = session.run(labels)
save("softmax", [x], R.Softmax(logits=x))
save("logsoftmax", [x], R.LogSoftmax(logits=x))
save("xent", [x, labels], R.SoftmaxCrossEntropyWithLogits(features=x, labels=labels))
save("xent/row", [x[:1], labels], R.SoftmaxCrossEntropyWithLogits(features=x[:1], labels=labels))
save("xent/labels", [x, labels[:1]], R.SoftmaxCrossEntropyWithLogits(features=x, labels=labels[:1]))
number = np.array([0, 6, 3, 3, 1], np.int64)
save("sparse", [x, number], R.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=number))
save(
    "xent/half",
    [x.astype(np.float16), labels.astype(np.float16)],
    R.SoftmaxCrossEntropyWithLogits(
        features=x.astype(np.float16), labels=labels.astype(np.float16)
    ),
)

np.savez_compressed(sys.argv[1], **out)

"""Functions of ``keras.backend``."""

import numpy as np

OPERATIONS = False


def _r(*shape):
    return np.random.RandomState(len(shape)).randn(*shape).astype("float32")


def _show(tf, out, *values):
    K = tf.keras.backend
    for value in values:
        out(np.asarray(K.eval(value)))


def elementwise(tf, out):
    K = tf.keras.backend
    x, y = K.constant(_r(3, 4)), K.constant(np.abs(_r(4, 3).T) + 0.5)
    for name in ("abs cos elu exp hard_sigmoid round sigmoid sign sin softmax softplus softsign "
                 "square tanh relu").split():  # fmt: skip
        _show(tf, out, getattr(K, name)(x))
    for name in ("log", "sqrt"):
        _show(tf, out, getattr(K, name)(y))
    for name in "equal greater greater_equal less less_equal maximum minimum not_equal".split():
        _show(tf, out, getattr(K, name)(x, y))
    _show(
        tf, out, K.sqrt(x), K.pow(y, 3), K.clip(x, -0.5, 0.5), K.clip(x, 0.5, -0.5), K.elu(x, 0.3)
    )
    _show(tf, out, K.relu(x, alpha=0.2), K.relu(x, max_value=0.7), K.relu(x, threshold=0.4),
          K.relu(x, alpha=0.2, threshold=0.4), K.relu(x, 0.1, 0.8, 0.2), K.relu(x, max_value=6))  # fmt: skip
    _show(tf, out, K.softmax(x, axis=0), K.softmax(K.constant(_r(2, 3, 4)), axis=1))
    _show(tf, out, K.l2_normalize(x), K.l2_normalize(x, axis=1))
    _show(tf, out, K.cast(x, "int32"), K.cast(x, "float64"))
    out(K.cast_to_floatx(np.arange(3)).dtype, K.dtype(x), K.dtype(K.variable(1.0)))


def reductions(tf, out):
    K = tf.keras.backend
    x = K.constant(_r(2, 3, 4))
    for name in "max min mean sum prod std var".split():
        function = getattr(K, name)
        _show(tf, out, function(x), function(x, axis=1), function(x, axis=[0, 2], keepdims=True))
    flags = K.greater(x, 0.0)
    for name in ("any", "all"):
        _show(tf, out, getattr(K, name)(flags), getattr(K, name)(flags, axis=1, keepdims=True))
    _show(tf, out, K.mean(flags), K.any(x, axis=-1))
    _show(tf, out, K.argmax(x), K.argmin(x, axis=0), K.cumsum(x, axis=1), K.cumprod(x, axis=2))


def shapes(tf, out):
    K = tf.keras.backend
    x = K.constant(_r(2, 3, 4))
    _show(tf, out, K.reshape(x, (4, -1)), K.permute_dimensions(x, (2, 0, 1)), K.transpose(x))
    _show(tf, out, K.expand_dims(x), K.expand_dims(x, 1), K.squeeze(K.expand_dims(x, 1), 1))
    _show(
        tf, out, K.flatten(x), K.batch_flatten(x), K.repeat_elements(x, 2, 1), K.tile(x, (1, 2, 1))
    )
    _show(tf, out, K.repeat(K.constant(_r(2, 3)), 3), K.reverse(x, 1), K.reverse(x, (0, 2)))
    _show(tf, out, K.concatenate([x, x]), K.concatenate([x, x], axis=0), K.stack([x, x], axis=1))
    _show(tf, out, K.gather(x, [1, 0, 1]), K.one_hot(K.constant([[1, 2]], dtype="int32"), 4))
    _show(
        tf, out, K.arange(5), K.arange(2, 9, 3), K.arange(-3), K.arange(0, 1, 0.25, dtype="float32")
    )
    _show(
        tf,
        out,
        K.eye(3),
        K.zeros((2, 3)),
        K.ones((2,), dtype="int32"),
        K.zeros_like(x),
        K.ones_like(x),
    )
    _show(tf, out, K.shape(x), K.temporal_padding(x, (2, 1)))
    _show(tf, out, K.spatial_2d_padding(K.constant(_r(1, 2, 2, 1)), ((1, 0), (2, 1))))
    _show(tf, out, K.spatial_2d_padding(K.constant(_r(1, 1, 2, 2)), data_format="channels_first"))
    _show(tf, out, K.spatial_3d_padding(K.constant(_r(1, 2, 2, 1, 1)), ((1, 0), (0, 1), (1, 1))))
    out(K.int_shape(x), K.ndim(x), K.count_params(K.variable(_r(3, 4))), K.is_sparse(x))
    p = K.placeholder(ndim=3)
    out(
        K.int_shape(p),
        K.int_shape(K.batch_flatten(p)),
        K.int_shape(K.placeholder((None, 3), dtype="int32")),
    )


def products(tf, out):
    K = tf.keras.backend
    _show(tf, out, K.dot(K.constant(_r(2, 3)), K.constant(_r(3, 4))))
    _show(tf, out, K.dot(K.constant(_r(2, 3, 4)), K.constant(_r(4, 5))))
    _show(tf, out, K.dot(K.constant(_r(2, 3, 4)), K.constant(_r(3, 4, 5))))
    a, b = K.constant(_r(2, 3, 4)), K.constant(_r(2, 4, 5))
    _show(tf, out, K.batch_dot(a, b), K.batch_dot(a, b, axes=(2, 1)), K.batch_dot(a, a, axes=2))
    _show(tf, out, K.batch_dot(a, a, axes=1), K.batch_dot(a, K.constant(_r(2, 4)), axes=(2, 1)))
    c = K.constant(_r(3, 5))
    _show(
        tf,
        out,
        K.batch_dot(c, c, axes=1),
        K.batch_dot(K.constant(_r(3, 5)), K.constant(_r(3, 5, 2)), axes=(1, 1)),
    )
    _show(
        tf,
        out,
        K.bias_add(a, K.constant(_r(4))),
        K.bias_add(a, K.constant(_r(3)), "channels_first"),
    )
    _show(tf, out, K.bias_add(a, K.constant(_r(3, 4))))
    out.error(lambda: K.bias_add(a, K.constant(_r(3, 4, 1, 1))))


def convolutions(tf, out):
    K = tf.keras.backend
    _show(tf, out, K.conv1d(K.constant(_r(2, 7, 3)), K.constant(_r(3, 3, 2))))
    _show(
        tf,
        out,
        K.conv1d(
            K.constant(_r(2, 7, 3)), K.constant(_r(3, 3, 2)), padding="causal", dilation_rate=2
        ),
    )
    x = K.constant(_r(1, 5, 6, 2))
    k = K.constant(_r(2, 3, 2, 3))
    _show(
        tf,
        out,
        K.conv2d(x, k),
        K.conv2d(x, k, (2, 1), "same"),
        K.conv2d(x, k, dilation_rate=(2, 1)),
    )
    _show(tf, out, K.conv2d_transpose(K.constant(_r(1, 3, 3, 3)), k, (1, 6, 6, 2), (2, 2), "same"))
    _show(tf, out, K.conv3d(K.constant(_r(1, 3, 4, 4, 1)), K.constant(_r(2, 2, 2, 1, 2))))
    _show(
        tf,
        out,
        K.separable_conv2d(
            x, K.constant(_r(3, 3, 2, 1)), K.constant(_r(1, 1, 2, 4)), padding="same"
        ),
    )
    for mode in ("max", "avg"):
        _show(tf, out, K.pool2d(x, (2, 2), (1, 2), "same", pool_mode=mode))
        _show(
            tf,
            out,
            K.pool3d(K.constant(_r(1, 3, 4, 4, 1)), (2, 2, 2), padding="same", pool_mode=mode),
        )
    _show(tf, out, K.local_conv1d(K.constant(_r(2, 7, 3)), K.constant(_r(3, 9, 2)), (3,), (2,)))
    _show(tf, out, K.local_conv2d(x, K.constant(_r(20, 8, 3)), (2, 2), (1, 1), (4, 5)))
    _show(tf, out, K.resize_images(x, 2, 3, "channels_last"))
    _show(tf, out, K.resize_images(x, 2, 1, "channels_last", interpolation="bilinear"))
    _show(tf, out, K.resize_volumes(K.constant(_r(1, 2, 2, 2, 1)), 2, 1, 3, "channels_last"))
    out.error(lambda: K.pool2d(x, (2, 2), pool_mode="sum"))
    out.error(lambda: K.conv2d(x, k, padding="full"))
    out.error(lambda: K.conv2d(x, k, data_format="last"))


def probabilities(tf, out):
    K = tf.keras.backend
    p = np.abs(_r(3, 4)) + 0.1
    p = K.constant(p / p.sum(-1, keepdims=True))
    hot = K.constant(np.eye(4)[[0, 2, 3]])
    _show(
        tf,
        out,
        K.categorical_crossentropy(hot, p),
        K.categorical_crossentropy(hot, p, from_logits=True),
    )
    _show(tf, out, K.categorical_crossentropy(K.transpose(hot), K.transpose(p), axis=0))
    numbers = K.constant([0, 2, 3])
    _show(tf, out, K.sparse_categorical_crossentropy(numbers, p))
    _show(tf, out, K.sparse_categorical_crossentropy(numbers, p, from_logits=True))
    _show(tf, out, K.binary_crossentropy(hot, p), K.binary_crossentropy(hot, p, from_logits=True))
    _show(tf, out, K.sparse_categorical_crossentropy(numbers, K.softmax(p)))
    _show(tf, out, K.binary_crossentropy(hot, K.sigmoid(p)))
    _show(tf, out, K.in_top_k(p, K.constant([0, 1, 2], dtype="int32"), 2))


def normalization(tf, out):
    K = tf.keras.backend
    x = K.constant(_r(2, 3, 4))
    mean, var = K.mean(x, axis=[0, 1]), K.var(x, axis=[0, 1])
    g, b = K.constant(_r(4)), K.constant(_r(4) + 1)
    _show(tf, out, K.batch_normalization(x, mean, var, b, g))
    _show(tf, out, K.batch_normalization(x, mean, var, b, g, epsilon=0.1))
    for value in K.normalize_batch_in_training(x, g, b, [0, 1]):
        _show(tf, out, value)
    v, u = K.constant(_r(3)), K.constant(_r(3) * 2)
    for value in K.normalize_batch_in_training(x, v, u, [0, 2]):
        _show(tf, out, value)


def state(tf, out):
    K = tf.keras.backend
    v = K.variable(_r(2, 3), name="v")
    out(v.name, v.dtype, K.int_shape(v))
    out(K.get_value(v))
    K.set_value(v, np.ones((2, 3)))
    out(K.get_value(v))
    K.get_session().run([K.update_add(v, 2 * K.ones_like(v))])
    out(K.get_value(v))
    K.get_session().run([K.update_sub(v, K.ones_like(v))])
    moved = K.moving_average_update(v, K.zeros_like(v), 0.9)
    K.get_session().run(tf.variables_initializer(tf.global_variables()[-2:]))
    K.get_session().run(moved)
    K.get_session().run(moved)
    out(K.get_value(v))
    K.get_session().run([K.update(v, K.zeros_like(v))])
    out(K.get_value(v))
    K.batch_set_value([(v, np.full((2, 3), 4.0))])
    for value in K.batch_get_value([v, v]):
        out(value)
    out(K.zeros((2,), name="z").name, K.variable(3, dtype="int32").dtype)
    x = K.placeholder((None, 2))
    f = K.function([x], [K.sum(x), x * 2], updates=[K.update_add(v, K.ones_like(v))])
    for value in f([np.ones((3, 2))]):
        out(np.asarray(value))
    out(K.get_value(v))
    for value in K.get_session().run(K.gradients(K.sum(K.square(v)), [v])):
        out(value)
    out(K.get_uid("thing"), K.get_uid("thing"), K.get_uid("other"))
    K.reset_uids()
    out(K.get_uid("thing"))


def choices(tf, out):
    K = tf.keras.backend
    x, y = K.constant(_r(3, 2)), K.constant(_r(2, 3).T * 9)
    _show(tf, out, K.switch(K.constant(True), x, y), K.switch(K.greater(x, 0), x, y))
    _show(tf, out, K.switch(K.constant([True, False, True]), lambda: x, lambda: y))
    _show(tf, out, K.in_train_phase(x, y, training=True), K.in_test_phase(x, y, training=False))
    phase = K.learning_phase()
    chosen = K.in_train_phase(x, y)
    for flag in (0, 1):
        out(K.get_session().run(chosen, {phase: flag}))
    _show(tf, out, K.foldl(lambda a, b: a + b, x), K.foldr(lambda a, b: a - b, x))
    _show(tf, out, K.map_fn(lambda a: a * 2, x), K.dropout(x, 0.0), K.stop_gradient(x))
    out(str(phase.dtype), phase.name)
    K.set_learning_phase(1)
    out(K.learning_phase())
    out.error(lambda: K.set_learning_phase(2))
    out.error(lambda: K.set_image_data_format("last"))
    out(K.floatx(), K.epsilon(), K.image_data_format(), K.backend())


def recurrences(tf, out):
    K = tf.keras.backend

    def step(inputs, states):
        new = inputs + 0.5 * states[0]
        return new * 2, [new]

    x = K.constant(_r(2, 4, 3))
    mask = K.constant(np.array([[1, 1, 0, 1], [1, 0, 0, 1]]), dtype="bool")
    for options in (
        dict(), dict(go_backwards=True), dict(unroll=True), dict(mask=mask),
        dict(mask=mask, unroll=True), dict(mask=mask, go_backwards=True),
        dict(mask=mask, zero_output_for_mask=True), dict(input_length=4),
    ):  # fmt: skip
        last, outputs, states = K.rnn(step, x, [K.zeros_like(x[:, 0])], **options)
        _show(tf, out, last, outputs, *states)
    turned = K.permute_dimensions(x, (1, 0, 2))
    last, outputs, states = K.rnn(step, turned, [K.zeros_like(turned[0])], time_major=True)
    _show(tf, out, last, outputs, *states)

"""tf.layers: operations, variables, collections and values."""
import numpy as np

FLAT = np.linspace(-1.0, 1.0, 3 * 5).reshape(3, 5).astype(np.float32)
IMAGES = np.linspace(-1.0, 1.0, 2 * 6 * 5 * 3).reshape(2, 6, 5, 3).astype(np.float32)
LINES = np.linspace(-1.0, 1.0, 2 * 6 * 3).reshape(2, 6, 3).astype(np.float32)
VOLUMES = np.linspace(-1.0, 1.0, 2 * 4 * 3 * 4 * 2).reshape(2, 4, 3, 4, 2).astype(np.float32)


def _finish(tf, out, *outputs):
    out([v.name for v in tf.global_variables()])
    out([v.name for v in tf.trainable_variables()])
    out([x.name for x in tf.get_collection(tf.GraphKeys.UPDATE_OPS)])
    out([x.name for x in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)])
    for output in outputs:
        out(output)
    total = tf.add_n([tf.reduce_sum(o * o) for o in outputs])
    grads = [g for g in tf.gradients(total, tf.trainable_variables()) if g is not None]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(list(outputs) + grads):
            out(value)


def dense(tf, out):
    tf.set_random_seed(1)
    x = tf.placeholder_with_default(FLAT, [None, 5])
    h = tf.layers.dense(x, 4, activation=tf.nn.relu)
    h = tf.layers.dense(h, 3, tf.nn.tanh, use_bias=False, name="second")
    h = tf.layers.dense(inputs=h, units=2)
    _finish(tf, out, h)


def dense_options(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(LINES)
    h = tf.layers.dense(
        x, 4, activation="sigmoid", kernel_initializer=tf.truncated_normal_initializer(stddev=0.1),
        bias_initializer=tf.constant_initializer(0.3),
        kernel_regularizer=lambda w: 0.1 * tf.reduce_sum(w * w),
        bias_regularizer=tf.nn.l2_loss, activity_regularizer=lambda y: tf.reduce_sum(y),
        kernel_constraint=lambda w: tf.clip_by_value(w, -1.0, 1.0))
    _finish(tf, out, h)


def reuse(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(FLAT)
    with tf.variable_scope("model"):
        a = tf.layers.dense(x, 4, name="fc")
    with tf.variable_scope("model", reuse=True):
        b = tf.layers.dense(x, 4, name="fc")
    c = tf.layers.dense(x, 4, name="fc")
    d = tf.layers.dense(x, 4, name="fc", reuse=True)
    layer = tf.layers.Dense(4)
    e, f = layer(x), layer.apply(x + 1)
    out(layer.name, layer.scope_name, layer.built, layer.dtype, layer.trainable)
    out([v.name for v in layer.variables], layer.kernel.name, layer.bias.name)
    out(layer.count_params(), layer.units, layer.use_bias)
    out([v.name for v in layer.trainable_weights], layer.non_trainable_variables)
    out.error(tf.layers.dense, x, 4, name="fc")
    with tf.variable_scope("auto", reuse=tf.AUTO_REUSE):
        g = tf.layers.dense(x, 4, name="fc")
        h = tf.layers.dense(x, 4, name="fc")
    _finish(tf, out, a, b, c, d, e, f, g, h)


def frozen(tf, out):
    x = tf.constant(FLAT)
    layer = tf.layers.Dense(2, trainable=False, name="frozen",
                            kernel_initializer=tf.ones_initializer())
    y = layer(x)
    out([v.name for v in layer.variables], layer.trainable_variables)
    z = tf.layers.dense(y, 2, kernel_initializer="ones")
    _finish(tf, out, z)


def errors(tf, out):
    out.error(tf.layers.dense, tf.placeholder(tf.float32, [None]), 3)
    out.error(tf.layers.dense, tf.placeholder(tf.float32, [None, None]), 3)
    out.error(tf.layers.dense, tf.placeholder(tf.float32), 3)
    out.error(tf.layers.conv2d, tf.constant(FLAT), 3, 3)
    out.error(tf.layers.conv2d, tf.placeholder(tf.float32, [None, 4, 4, None]), 3, 3)
    out.error(tf.layers.conv2d, tf.constant(IMAGES), 3, [3, 3, 3])
    out.error(tf.layers.conv2d, tf.constant(IMAGES), 3, 3, padding="none")
    out.error(tf.layers.conv2d, tf.constant(IMAGES), 3, 3, data_format="other")
    out.error(tf.layers.max_pooling2d, tf.constant(FLAT), 2, 2)
    out.error(tf.layers.dense, tf.constant(FLAT), 3, "unknown")
    layer = tf.layers.Dense(3)
    out.error(lambda: layer.scope_name)
    layer(tf.constant(FLAT))
    out.error(layer, tf.zeros([2, 4]))


def conv2d(tf, out):
    tf.set_random_seed(1)
    x = tf.placeholder_with_default(IMAGES, [None, 6, 5, 3])
    h = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    h = tf.layers.max_pooling2d(h, 2, 2)
    h = tf.layers.conv2d(h, 2, [2, 1], strides=(1, 2), name="last")
    y = tf.layers.flatten(h)
    _finish(tf, out, h, y)


def conv2d_options(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(IMAGES)
    h = tf.layers.conv2d(x, 4, 2, dilation_rate=2, use_bias=False,
                         kernel_regularizer=lambda w: tf.reduce_sum(w * w))
    g = tf.layers.conv2d(x, 2, (3, 3), (2, 2), "SAME", bias_initializer=tf.ones_initializer())
    _finish(tf, out, h, g)


def conv1d(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(LINES)
    h = tf.layers.conv1d(x, 4, 3, padding="same", activation=tf.nn.relu)
    g = tf.layers.conv1d(x, 2, 2, strides=2)
    f = tf.layers.conv1d(x, 2, 2, dilation_rate=2)
    _finish(tf, out, h, g, f)


def conv3d(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(VOLUMES)
    h = tf.layers.conv3d(x, 3, 2, padding="same", activation=tf.nn.relu)
    g = tf.layers.conv3d(x, 2, [2, 1, 2], strides=2)
    _finish(tf, out, h, g)


def separable(tf, out):
    tf.set_random_seed(1)
    h = tf.layers.separable_conv2d(tf.constant(IMAGES), 4, 3, depth_multiplier=2)
    g = tf.layers.separable_conv1d(tf.constant(LINES), 4, 3, padding="same",
                                   activation=tf.nn.relu)
    _finish(tf, out, h, g)


def transposed(tf, out):
    tf.set_random_seed(1)
    x = tf.placeholder_with_default(IMAGES, [None, 6, 5, 3])
    h = tf.layers.conv2d_transpose(x, 2, 3, strides=2, padding="same")
    g = tf.layers.conv2d_transpose(tf.constant(IMAGES), 2, (2, 3), activation=tf.nn.relu,
                                   use_bias=False)
    _finish(tf, out, h, g)


def transposed3d(tf, out):
    tf.set_random_seed(1)
    h = tf.layers.conv3d_transpose(tf.constant(VOLUMES), 2, 2, strides=(2, 2, 2))
    _finish(tf, out, h)


def pooling(tf, out):
    x = tf.constant(IMAGES)
    v = tf.Variable(1.0)
    a = tf.layers.max_pooling2d(x * v, [2, 2], 2, padding="same", name="pool")
    b = tf.layers.average_pooling2d(x * v, 3, 1)
    c = tf.layers.max_pooling1d(LINES * v, 2, 2)
    d = tf.layers.average_pooling1d(LINES * v, 3, 2, padding="same")
    e = tf.layers.max_pooling3d(VOLUMES * v, 2, 2)
    f = tf.layers.average_pooling3d(VOLUMES * v, 2, 1)
    _finish(tf, out, a, b, c, d, e, f)


def dropout(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(np.ones([4, 6], np.float32))
    v = tf.Variable(1.0)
    a = tf.layers.dropout(x * v)
    b = tf.layers.dropout(x * v, 0.3, training=True)
    c = tf.layers.dropout(x * v, 0.3, training=tf.placeholder_with_default(True, []))
    d = tf.layers.dropout(x * v, rate=0.4, noise_shape=[4, 1], seed=2, training=True, name="d")
    _finish(tf, out, a, b, c, d)


def flatten(tf, out):
    v = tf.Variable(1.0)
    a = tf.layers.flatten(tf.constant(IMAGES) * v)
    b = tf.layers.flatten(tf.placeholder_with_default(IMAGES, [None, 6, None, 3]) * v)
    c = tf.layers.flatten(tf.constant(FLAT) * v, name="f")
    d = tf.layers.flatten(tf.constant(FLAT[0]) * v)
    _finish(tf, out, a, b, c, d)


def _trained(tf, out, y, x=None):
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(2):
            sess.run(updates)
        for value in sess.run(tf.global_variables() + [y]):
            out(value)


def batch_norm(tf, out):
    y = tf.layers.batch_normalization(tf.constant(IMAGES), training=True)
    _finish(tf, out, y)
    _trained(tf, out, y)


def batch_norm_inference(tf, out):
    y = tf.layers.batch_normalization(tf.constant(IMAGES), name="bn")
    _finish(tf, out, y)


def batch_norm_placeholder(tf, out):
    training = tf.placeholder_with_default(True, [])
    y = tf.layers.batch_normalization(tf.constant(IMAGES), training=training)
    _finish(tf, out, y)
    _trained(tf, out, y)


def batch_norm_flat(tf, out):
    y = tf.layers.batch_normalization(tf.constant(FLAT), training=True, momentum=0.9)
    _finish(tf, out, y)
    _trained(tf, out, y)


def batch_norm_flat_inference(tf, out):
    y = tf.layers.batch_normalization(tf.constant(FLAT), center=False)
    z = tf.layers.batch_normalization(tf.constant(LINES), axis=1, scale=False, training=False)
    _finish(tf, out, y, z)


def batch_norm_flat_placeholder(tf, out):
    training = tf.placeholder_with_default(True, [])
    y = tf.layers.batch_normalization(tf.constant(FLAT), training=training)
    _finish(tf, out, y)
    _trained(tf, out, y)


def batch_norm_options(tf, out):
    y = tf.layers.batch_normalization(
        tf.constant(IMAGES), axis=-1, momentum=0.5, epsilon=0.1, scale=False, center=False,
        training=True)
    z = tf.layers.batch_normalization(
        tf.constant(IMAGES), fused=False, training=True, gamma_regularizer=tf.nn.l2_loss,
        beta_initializer=tf.ones_initializer())
    _finish(tf, out, y, z)
    _trained(tf, out, z)


def batch_norm_renorm(tf, out):
    y = tf.layers.batch_normalization(
        tf.constant(FLAT), training=True, renorm=True,
        renorm_clipping={"rmax": 3.0, "rmin": 0.3, "dmax": 5.0})
    _finish(tf, out, y)
    _trained(tf, out, y)


def batch_norm_training(tf, out):
    tf.set_random_seed(1)
    x = tf.constant(IMAGES)
    h = tf.layers.conv2d(x, 3, 3, use_bias=False)
    h = tf.nn.relu(tf.layers.batch_normalization(h, training=True))
    loss = tf.reduce_mean(tf.square(tf.layers.dense(tf.layers.flatten(h), 1) - 1.0))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(step)
        out(sess.run(loss))
        for value in sess.run(tf.global_variables()):
            out(value)


def own_layer(tf, out):
    tf.set_random_seed(1)

    class Scale(tf.layers.Layer):
        def build(self, shape):
            self.scale = self.add_variable("scale", [int(shape[-1])],
                                           initializer=tf.ones_initializer())
            self.offset = self.add_weight("offset", [], trainable=False)
            self.built = True

        def call(self, inputs):
            self.add_loss(tf.reduce_sum(inputs), inputs=inputs)
            self.add_update(tf.assign_add(self.offset, 1.0))
            return inputs * self.scale + self.offset

    layer = Scale(name="mine")
    y = layer(tf.constant(FLAT))
    out(layer.name, [v.name for v in layer.weights], layer.losses, len(layer.updates))
    other = Scale()
    other(y)
    out(other.name, other.scope_name)
    _finish(tf, out, y)

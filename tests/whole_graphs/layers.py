"""``tf.layers`` and ``tf.contrib.layers`` with losses and optimizers."""


def dense(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    y = tf.layers.dense(x, 5, tf.nn.relu, kernel_regularizer=lambda w: tf.nn.l2_loss(w) * 0.1)
    y = tf.layers.dropout(y, 0.3, training=tf.placeholder_with_default(False, []))
    y = tf.layers.dense(y, 2, use_bias=False, name="out")
    tf.train.AdamOptimizer().minimize(tf.reduce_mean(y) + tf.losses.get_regularization_loss())


def convolutional(tf):
    x = tf.placeholder(tf.float32, [None, 28, 28, 1], name="x")
    y = tf.layers.conv2d(x, 4, 5, padding="same", activation=tf.nn.relu)
    y = tf.layers.max_pooling2d(y, 2, 2)
    y = tf.layers.batch_normalization(y, training=True)
    y = tf.layers.separable_conv2d(y, 3, 3)
    y = tf.layers.conv2d_transpose(y, 2, 3, 2)
    y = tf.layers.average_pooling2d(y, 2, 2)
    y = tf.layers.flatten(y)
    y = tf.layers.dense(y, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(tf.placeholder(tf.int32, [None]), y)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss, tf.train.get_or_create_global_step())


def channels_first(tf):
    x = tf.placeholder(tf.float32, [2, 3, 8, 8], name="x")
    y = tf.layers.conv2d(x, 4, 3, data_format="channels_first")
    y = tf.layers.batch_normalization(y, axis=1, training=False)
    y = tf.layers.max_pooling2d(y, 2, 2, data_format="channels_first")
    tf.layers.conv1d(tf.zeros([2, 5, 3]), 2, 3, padding="same")
    tf.layers.conv3d(tf.zeros([1, 4, 4, 4, 1]), 2, 2)
    tf.layers.flatten(y, data_format="channels_first")


def batch_norm(tf):
    training = tf.placeholder(tf.bool, [], name="training")
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    z = tf.placeholder(tf.float32, [None, 4, 4, 6], name="z")
    y = tf.layers.batch_normalization(x, training=training)
    w = tf.layers.batch_normalization(z, training=training, momentum=0.9, epsilon=1e-5, name="bn")
    v = tf.layers.batch_normalization(z, training=True, fused=False, scale=False)
    with tf.variable_scope("again", reuse=tf.AUTO_REUSE):
        tf.layers.batch_normalization(x, training=False, name="bn")
        tf.layers.batch_normalization(x, training=False, name="bn", reuse=True)
    tf.gradients([y, w, v], tf.trainable_variables())


def contrib(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    with tf.contrib.framework.arg_scope(
        [layers.conv2d], weights_regularizer=layers.l2_regularizer(0.1)
    ):
        y = layers.conv2d(x, 4, [3, 3], normalizer_fn=layers.batch_norm)
        y = layers.conv2d(y, 2, 1, activation_fn=None, scope="last")
    y = layers.max_pool2d(y, 2)
    y = layers.flatten(y)
    y = layers.fully_connected(y, 3, scope="fc")
    y = layers.dropout(y, 0.5, is_training=True)
    y = layers.layer_norm(y)
    layers.summarize_activation(y)
    loss = tf.reduce_sum(y)
    layers.optimize_loss(loss, tf.train.get_or_create_global_step(), 0.1, "SGD", clip_gradients=1.0)


def slim(tf):
    slim = tf.contrib.slim
    x = tf.placeholder(tf.float32, [None, 16, 16, 3], name="x")
    y = slim.repeat(x, 2, slim.conv2d, 4, [3, 3], scope="conv")
    y = slim.stack(slim.flatten(y), slim.fully_connected, [6, 5], scope="fc")
    loss = tf.losses.softmax_cross_entropy(tf.placeholder(tf.float32, [None, 5]), y)
    slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1))

"""tf.contrib.layers and tf.contrib.framework."""
import numpy as np

FLAT = np.linspace(-1.0, 1.0, 3 * 5).reshape(3, 5).astype(np.float32)
IMAGES = np.linspace(-1.0, 1.0, 2 * 6 * 5 * 3).reshape(2, 6, 5, 3).astype(np.float32)


def _finish(tf, out, *outputs):
    out([v.name for v in tf.global_variables()])
    out([v.name for v in tf.contrib.framework.get_model_variables()])
    out([x.name for x in tf.get_collection(tf.GraphKeys.UPDATE_OPS)])
    out([x.name for x in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(list(outputs)):
            out(value)


def dense(tf, out):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    h = layers.fully_connected(tf.constant(FLAT), 4)
    h = layers.fully_connected(h, 3, activation_fn=None, scope="second",
                               weights_regularizer=layers.l2_regularizer(0.1),
                               outputs_collections="outs", variables_collections=["vars"])
    h = layers.linear(h, 2)
    out([v.name for v in tf.get_collection("vars")], tf.get_collection("outs"))
    _finish(tf, out, h)


def convs(tf, out):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    with tf.contrib.framework.arg_scope(
            [layers.conv2d, layers.fully_connected], activation_fn=tf.nn.elu,
            weights_initializer=tf.truncated_normal_initializer(stddev=0.1)):
        with tf.contrib.framework.arg_scope([layers.conv2d], padding="VALID") as scope:
            h = layers.conv2d(tf.constant(IMAGES), 4, [3, 3])
        h = layers.max_pool2d(h, 2)
        h = layers.conv2d(h, 2, 1, scope="one", normalizer_fn=layers.batch_norm)
        y = layers.flatten(h)
        y = layers.dropout(y, 0.7, is_training=True)
        y = layers.fully_connected(y, 2)
    with tf.contrib.framework.arg_scope(scope):
        z = layers.conv2d(tf.constant(IMAGES), 1, 3)
    a = layers.avg_pool2d(z, [2, 2], stride=1, padding="SAME", scope="avg")
    t = layers.conv2d_transpose(z, 2, 2, stride=2)
    s = layers.separable_conv2d(tf.constant(IMAGES), 2, 3, depth_multiplier=2)
    d = layers.separable_conv2d(tf.constant(IMAGES), None, 3, 2)
    _finish(tf, out, h, y, z, a, t, s, d)


def batch_norms(tf, out):
    layers = tf.contrib.layers
    x = tf.constant(IMAGES)
    a = layers.batch_norm(x)
    b = layers.batch_norm(x, is_training=False, scale=True, scope="mine")
    c = layers.batch_norm(x, updates_collections=None, decay=0.9)
    d = layers.batch_norm(tf.constant(FLAT), is_training=tf.placeholder_with_default(True, []))
    e = layers.batch_norm(tf.constant(FLAT), fused=False)
    f = layers.batch_norm(x, fused=False, updates_collections=None, activation_fn=tf.nn.relu)
    _finish(tf, out, a, b, c, d, e, f)


def norms(tf, out):
    layers = tf.contrib.layers
    x = tf.constant(IMAGES)
    a = layers.layer_norm(x)
    b = layers.instance_norm(x)
    d = layers.softmax(x)
    e = layers.maxout(tf.constant(FLAT[:, :4]), 2)
    _finish(tf, out, a, b, d, e)


def composites(tf, out):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    a = layers.repeat(tf.constant(IMAGES), 2, layers.conv2d, 2, 3)
    b = layers.stack(tf.constant(FLAT), layers.fully_connected, [3, 2], scope="fc")
    c = layers.embed_sequence([[1, 2], [0, 1]], vocab_size=3, embed_dim=2)
    d = layers.one_hot_encoding([0, 2, 1], 3)
    e = layers.bias_add(tf.constant(FLAT))
    _finish(tf, out, a, b, c, d, e)


def optimize(tf, out):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    step = tf.contrib.framework.get_or_create_global_step()
    y = layers.fully_connected(tf.constant(FLAT), 1, activation_fn=None)
    loss = tf.reduce_mean(tf.square(y - 1.0))
    train = layers.optimize_loss(loss, step, 0.1, "SGD", clip_gradients=1.0)
    out([t.name for t in tf.get_collection(tf.GraphKeys.SUMMARIES)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(2):
            sess.run(train)
        out(sess.run(loss)), out(sess.run(step))


def finding_variables(tf, out):
    framework = tf.contrib.framework
    with tf.variable_scope("a"):
        framework.model_variable("w", [2], initializer=tf.ones_initializer())
        framework.variable("b", [], initializer=tf.zeros_initializer(), trainable=False)
    with tf.variable_scope("b"):
        tf.get_variable("w", [1])
        framework.local_variable(1.0, name="l")
    for found in (framework.get_variables("a"), framework.get_variables(suffix="w"),
                  framework.get_model_variables(), framework.get_local_variables(),
                  framework.get_trainable_variables(), framework.get_variables_by_name("w"),
                  framework.get_variables_by_suffix("b"),
                  framework.get_variables_to_restore(exclude=["b"]),
                  framework.get_variables_to_restore(include=["b"])):
        out([v.name for v in found])
    out(framework.get_unique_variable("a/w").name)
    out.error(framework.get_unique_variable, "nothing")
    assign, feed = framework.assign_from_values({"a/w": np.array([3.0, 4.0])})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(assign, feed)
        out(sess.run("a/w:0"))

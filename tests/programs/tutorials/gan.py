"""A generative adversarial network on one-dimensional data, with variable scopes."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(8)
rng = np.random.RandomState(8)


def generator(z, hidden=8):
    with tf.variable_scope("G"):
        w1 = tf.get_variable("w1", [1, hidden], initializer=tf.random_normal_initializer())
        b1 = tf.get_variable("b1", [hidden], initializer=tf.constant_initializer(0.0))
        w2 = tf.get_variable("w2", [hidden, 1], initializer=tf.random_normal_initializer())
        return tf.matmul(tf.nn.softplus(tf.matmul(z, w1) + b1), w2)


def discriminator(x, hidden=8, reuse=False):
    with tf.variable_scope("D") as scope:
        if reuse:
            scope.reuse_variables()
        w1 = tf.get_variable("w1", [1, hidden], initializer=tf.contrib.layers.xavier_initializer()
                             if False else tf.glorot_uniform_initializer())
        b1 = tf.get_variable("b1", [hidden], initializer=tf.zeros_initializer())
        w2 = tf.get_variable("w2", [hidden, 1])
        return tf.matmul(tf.tanh(tf.matmul(x, w1) + b1), w2)


z = tf.placeholder(tf.float32, [None, 1])
x = tf.placeholder(tf.float32, [None, 1])
fake = generator(z)
real_logits, fake_logits = discriminator(x), discriminator(fake, reuse=True)
d_loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
    logits=real_logits, labels=tf.ones_like(real_logits))) + tf.reduce_mean(
    tf.nn.sigmoid_cross_entropy_with_logits(
        logits=fake_logits, labels=tf.zeros_like(fake_logits)))
g_loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
    logits=fake_logits, labels=tf.ones_like(fake_logits)))
theta_d = [v for v in tf.trainable_variables() if v.name.startswith("D/")]
theta_g = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="G")
d_train = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(d_loss, var_list=theta_d)
g_train = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(g_loss, var_list=theta_g)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(12):
        xs = rng.normal(4, 0.5, [16, 1]).astype(np.float32)
        zs = rng.uniform(-1, 1, [16, 1]).astype(np.float32)
        _, dl = sess.run([d_train, d_loss], {x: xs, z: zs})
        _, gl = sess.run([g_train, g_loss], {z: zs})
        if step % 4 == 3:
            print("%d: %.4f\t%.4f" % (step, dl, gl))
print([v.name for v in theta_d + theta_g])

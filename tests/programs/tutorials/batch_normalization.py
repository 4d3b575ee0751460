"""Batch normalization from moments, with moving averages and a training switch."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(15)
data = np.random.RandomState(15).randn(40, 6).astype(np.float32) * 3 + 1
x = tf.placeholder(tf.float32, [None, 6])
is_training = tf.placeholder(tf.bool)
h = tf.matmul(x, tf.Variable(tf.random_normal([6, 4])))
beta, gamma = tf.Variable(tf.zeros([4])), tf.Variable(tf.ones([4]))
mean, variance = tf.nn.moments(h, [0])
ema = tf.train.ExponentialMovingAverage(decay=0.9)


def update():
    with tf.control_dependencies([ema.apply([mean, variance])]):
        return tf.identity(mean), tf.identity(variance)


m, v = tf.cond(is_training, update, lambda: (ema.average(mean), ema.average(variance)))
out = tf.nn.batch_normalization(h, m, v, beta, gamma, 1e-3)
loss = tf.reduce_mean(tf.square(out - 0.5))
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(6):
        _, value = sess.run([train, loss], {x: data, is_training: True})
        print(i, "%.5f" % value)
    print("%.5f" % sess.run(loss, {x: data[:10], is_training: False}))
    print(sess.run([beta, gamma]))

"""A small convolutional network with names, scopes and global_step."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(7)
rng = np.random.RandomState(7)
images = rng.rand(32, 64).astype(np.float32)
labels = rng.randint(0, 3, 32)


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1), name="W")


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape), name="b")


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding='SAME')


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')


x = tf.placeholder(tf.float32, [None, 64], name="x")
y_ = tf.placeholder(tf.int64, [None], name="y")
image = tf.reshape(x, [-1, 8, 8, 1])
with tf.name_scope("conv1"):
    h1 = max_pool_2x2(tf.nn.relu(conv2d(image, weight_variable([3, 3, 1, 4])) + bias_variable([4])))
with tf.name_scope("conv2"):
    h2 = max_pool_2x2(tf.nn.relu(conv2d(h1, weight_variable([3, 3, 4, 8])) + bias_variable([8])))
flat = tf.reshape(h2, [-1, 2 * 2 * 8])
with tf.name_scope("out"):
    logits = tf.nn.xw_plus_b(flat, weight_variable([32, 3]), bias_variable([3]))
loss = tf.reduce_mean(
    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y_, logits=logits))
global_step = tf.Variable(0, trainable=False, name="global_step")
rate = tf.train.exponential_decay(0.01, global_step, 5, 0.5, staircase=True)
train = tf.train.AdamOptimizer(rate).minimize(loss, global_step=global_step)
accuracy = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, y_, 1), tf.float32))
print([v.name for v in tf.trainable_variables()])
print(image, h1, flat, logits, loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(10):
        _, value, step, lr = sess.run([train, loss, global_step, rate], {x: images, y_: labels})
        if i % 3 == 0:
            print(step, round(float(lr), 6), round(float(value), 4))
    print(accuracy.eval({x: images, y_: labels}))

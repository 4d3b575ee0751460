"""A Gaussian-kernel support vector machine, in the way of the cookbooks."""
import numpy as np
import tensorflow as tf
from tensorflow.python.framework import ops

ops.reset_default_graph()
np.random.seed(17)
tf.set_random_seed(17)
x_vals = np.random.randn(40, 2)
y_vals = np.where((x_vals ** 2).sum(1) > 1.2, 1.0, -1.0)
sess = tf.Session()
x_data = tf.placeholder(shape=[None, 2], dtype=tf.float32)
y_target = tf.placeholder(shape=[None, 1], dtype=tf.float32)
grid = tf.placeholder(shape=[None, 2], dtype=tf.float32)
b = tf.Variable(tf.random_normal(shape=[1, 40]))
gamma = tf.constant(-10.0)
sq = tf.multiply(2., tf.matmul(x_data, tf.transpose(x_data)))
my_kernel = tf.exp(tf.multiply(gamma, tf.abs(sq)))
first_term = tf.reduce_sum(b)
b_cross = tf.matmul(tf.transpose(b), b)
y_cross = tf.matmul(y_target, tf.transpose(y_target))
second_term = tf.reduce_sum(tf.multiply(my_kernel, tf.multiply(b_cross, y_cross)))
loss = tf.negative(tf.subtract(first_term, second_term))
rA = tf.reshape(tf.reduce_sum(tf.square(x_data), 1), [-1, 1])
rB = tf.reshape(tf.reduce_sum(tf.square(grid), 1), [-1, 1])
pred_sq_dist = tf.add(tf.subtract(rA, tf.multiply(2., tf.matmul(x_data, tf.transpose(grid)))),
                      tf.transpose(rB))
pred_kernel = tf.exp(tf.multiply(gamma, tf.abs(pred_sq_dist)))
prediction_output = tf.matmul(tf.multiply(tf.transpose(y_target), b), pred_kernel)
prediction = tf.sign(prediction_output - tf.reduce_mean(prediction_output))
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.squeeze(prediction), tf.squeeze(y_target)), tf.float32))
train_step = tf.train.GradientDescentOptimizer(0.002).minimize(loss)
sess.run(tf.global_variables_initializer())
for i in range(9):
    feed = {x_data: x_vals, y_target: y_vals[:, None]}
    sess.run(train_step, feed_dict=feed)
    temp_loss = sess.run(loss, feed_dict=feed)
    acc = sess.run(accuracy, {x_data: x_vals, y_target: y_vals[:, None], grid: x_vals})
    if (i + 1) % 3 == 0:
        print('Step #' + str(i + 1), 'Loss = %.4f' % temp_loss, "%.3f" % acc)

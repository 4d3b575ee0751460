"""Every way to draw random numbers, with graph and operation seeds."""
import numpy as np
import tensorflow as tf

np.set_printoptions(precision=5, suppress=True)
tf.set_random_seed(14)
draws = [tf.random_uniform([3]), tf.random_normal([3], seed=1), tf.truncated_normal([3], 1.0, 2.0),
         tf.random_uniform([3], 0, 10, tf.int32), tf.random_shuffle(tf.range(6)),
         tf.multinomial([[1.0, 2.0, 3.0]], 5), tf.random_gamma([2], 3.0, seed=4),
         tf.random_crop(tf.reshape(tf.range(25), [5, 5]), [2, 2], seed=3),
         tf.nn.dropout(tf.ones([6]), 0.5), tf.random_uniform([2], dtype=tf.float64),
         tf.glorot_uniform_initializer()([2, 2]), tf.random_poisson(3.0, [4])]
with tf.Session() as sess:
    for k in range(2):
        for value in sess.run(draws):
            print(value)
with tf.Session() as sess:
    print(sess.run(draws[0]))
    print(sess.run(draws[0]))

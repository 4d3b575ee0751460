"""The nearest neighbour by L1 distance."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(2)
Xtr, Xte = rng.rand(50, 8).astype(np.float32), rng.rand(5, 8).astype(np.float32)
xtr = tf.placeholder("float", [None, 8])
xte = tf.placeholder("float", [8])
distance = tf.reduce_sum(tf.abs(tf.add(xtr, tf.negative(xte))), reduction_indices=1)
pred = tf.arg_min(distance, 0)
init = tf.initialize_all_variables()
with tf.Session() as sess:
    sess.run(init)
    for i in range(len(Xte)):
        index = sess.run(pred, feed_dict={xtr: Xtr, xte: Xte[i, :]})
        print("Test", i, "Prediction:", index, sess.run(distance, {xtr: Xtr, xte: Xte[i]})[index])

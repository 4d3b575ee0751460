"""A program of 2016: names and argument orders that TensorFlow had before 1.0."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(18)
rng = np.random.RandomState(18)
data, targets = rng.rand(20, 4).astype(np.float32), rng.randint(0, 2, 20)
x = tf.placeholder(tf.float32, [None, 4])
y = tf.placeholder(tf.int64, [None])
w = tf.Variable(tf.truncated_normal([4, 2], stddev=0.5))
b = tf.Variable(tf.zeros([2]))
logits = tf.add(tf.matmul(x, w), b)
if hasattr(tf, "mul"):
    from_old = [tf.mul(2.0, 3.0), tf.sub(2.0, 3.0), tf.neg(2.0), tf.pack([1, 2]),
                tf.concat(1, [[[1]], [[2]]]), tf.select([True, False], [1, 2], [3, 4])]
    from_old += tf.split(0, 2, tf.constant([1, 2])) + tf.unpack(tf.constant([5, 6]))
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits, y))
    init = tf.initialize_all_variables()
else:
    from_old = [tf.multiply(2.0, 3.0), tf.subtract(2.0, 3.0), tf.negative(2.0), tf.stack([1, 2]),
                tf.concat([[[1]], [[2]]], 1), tf.where([True, False], [1, 2], [3, 4])]
    from_old += tf.split(tf.constant([1, 2]), 2, 0) + tf.unstack(tf.constant([5, 6]))
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    init = tf.global_variables_initializer()
train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
with tf.Session() as sess:
    sess.run(init)
    print([np.array(v).tolist() for v in sess.run(from_old)])
    for i in range(4):
        _, value = sess.run([train, loss], {x: data, y: targets})
        print("%.5f" % value)

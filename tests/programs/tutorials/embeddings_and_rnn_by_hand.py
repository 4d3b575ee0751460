"""A recurrent network written out with scan, and its gradient."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(11)
rng = np.random.RandomState(11)
tokens = rng.randint(0, 6, [4, 7])
inputs = tf.placeholder(tf.int32, [None, None])
embedding = tf.get_variable("embedding", [6, 5])
embedded = tf.nn.embedding_lookup(embedding, inputs)
wx = tf.get_variable("wx", [5, 8])
wh = tf.get_variable("wh", [8, 8], initializer=tf.orthogonal_initializer(seed=3))
bias = tf.get_variable("b", [8], initializer=tf.constant_initializer(0.1))


def step(state, x):
    return tf.tanh(tf.matmul(x, wx) + tf.matmul(state, wh) + bias)


batch = tf.shape(inputs)[0]
states = tf.scan(step, tf.transpose(embedded, [1, 0, 2]), initializer=tf.zeros([batch, 8]))
last = states[-1]
logits = tf.matmul(last, tf.get_variable("out", [8, 2]))
labels = tf.cast(tf.reduce_sum(inputs, axis=1) > 17, tf.int32)
loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
train = tf.train.AdagradOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(6):
        _, value = sess.run([train, loss], {inputs: tokens})
        print(i, "%.4f" % value)
    print(sess.run(last, {inputs: tokens[:1]}))

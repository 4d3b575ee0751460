"""An LSTM through tf.nn.dynamic_rnn with sequence lengths."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(12)
rng = np.random.RandomState(12)
data = rng.rand(6, 5, 3).astype(np.float32)
lengths = np.array([5, 3, 1, 4, 5, 2])
targets = (data.sum(axis=(1, 2)) > 7).astype(np.int64)
x = tf.placeholder(tf.float32, [None, 5, 3])
seqlen = tf.placeholder(tf.int32, [None])
y = tf.placeholder(tf.int64, [None])
cell = tf.nn.rnn_cell.BasicLSTMCell(7, forget_bias=1.0)
outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=seqlen, dtype=tf.float32)
logits = tf.layers.dense(state.h, 2, name="out") if False else tf.matmul(
    state.h, tf.get_variable("w", [7, 2]))
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
optimizer = tf.train.AdamOptimizer(0.05)
grads, variables = zip(*optimizer.compute_gradients(loss))
clipped, norm = tf.clip_by_global_norm(grads, 1.0)
train = optimizer.apply_gradients(zip(clipped, variables))
print([v.name for v in tf.trainable_variables()], outputs.shape, state.c.shape)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    feed = {x: data, seqlen: lengths, y: targets}
    for i in range(5):
        _, value, n = sess.run([train, loss, norm], feed)
        print(i, "%.4f %.4f" % (value, n))
    print(sess.run(outputs, feed)[2])

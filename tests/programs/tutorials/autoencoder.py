"""A sigmoid autoencoder with RMSProp."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(5)
data = np.random.RandomState(5).rand(64, 12).astype(np.float32)
X = tf.placeholder("float", [None, 12])
w = {n: tf.Variable(tf.random_normal(s)) for n, s in
     [("a", [12, 6]), ("b", [6, 3]), ("c", [3, 6]), ("d", [6, 12])]}
bias = {n: tf.Variable(tf.random_normal([s])) for n, s in
        [("a", 6), ("b", 3), ("c", 6), ("d", 12)]}


def layer(x, name):
    return tf.nn.sigmoid(tf.add(tf.matmul(x, w[name]), bias[name]))


y_pred = layer(layer(layer(layer(X, "a"), "b"), "c"), "d")
loss = tf.reduce_mean(tf.pow(X - y_pred, 2))
optimizer = tf.train.RMSPropOptimizer(0.01).minimize(loss)
init = tf.global_variables_initializer()
with tf.Session() as sess:
    sess.run(init)
    for i in range(1, 31):
        _, l = sess.run([optimizer, loss], feed_dict={X: data})
        if i % 10 == 0:
            print('Step %i: Minibatch Loss: %f' % (i, l))
    print(sess.run(y_pred, {X: data[:2]}))

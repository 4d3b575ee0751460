"""Softmax regression on three blobs."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(1)
rng = np.random.RandomState(1)
labels = rng.randint(0, 3, 300)
points = (rng.randn(300, 2) + np.array([[0, 3], [3, 0], [-3, -3]])[labels]).astype(np.float32)
one_hot = np.eye(3, dtype=np.float32)[labels]
x = tf.placeholder(tf.float32, [None, 2])
y = tf.placeholder(tf.float32, [None, 3])
W = tf.Variable(tf.zeros([2, 3]))
b = tf.Variable(tf.zeros([3]))
pred = tf.nn.softmax(tf.matmul(x, W) + b)
cost = tf.reduce_mean(-tf.reduce_sum(y * tf.log(pred), reduction_indices=1))
optimizer = tf.train.GradientDescentOptimizer(0.05).minimize(cost)
correct = tf.equal(tf.argmax(pred, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(5):
        avg_cost = 0.
        for i in range(10):
            xs, ys = points[i * 30:(i + 1) * 30], one_hot[i * 30:(i + 1) * 30]
            _, c = sess.run([optimizer, cost], feed_dict={x: xs, y: ys})
            avg_cost += c / 10
        print("Epoch:", epoch + 1, "cost=", "{:.6f}".format(avg_cost))
    print("Accuracy:", accuracy.eval({x: points, y: one_hot}))
    print(sess.run(W))

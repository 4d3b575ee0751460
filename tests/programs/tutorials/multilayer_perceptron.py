"""Two hidden layers, Adam, dropout."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(4)
rng = np.random.RandomState(4)
images = rng.rand(200, 20).astype(np.float32)
labels = np.eye(4, dtype=np.float32)[(images[:, :4]).argmax(1)]
X = tf.placeholder("float", [None, 20])
Y = tf.placeholder("float", [None, 4])
keep_prob = tf.placeholder(tf.float32)
weights = {
    'h1': tf.Variable(tf.random_normal([20, 16])),
    'h2': tf.Variable(tf.random_normal([16, 16])),
    'out': tf.Variable(tf.random_normal([16, 4]))
}
biases = {
    'b1': tf.Variable(tf.random_normal([16])),
    'b2': tf.Variable(tf.random_normal([16])),
    'out': tf.Variable(tf.random_normal([4]))
}
layer_1 = tf.nn.relu(tf.add(tf.matmul(X, weights['h1']), biases['b1']))
layer_2 = tf.nn.relu(tf.add(tf.matmul(layer_1, weights['h2']), biases['b2']))
layer_2 = tf.nn.dropout(layer_2, keep_prob)
logits = tf.matmul(layer_2, weights['out']) + biases['out']
loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=Y))
train_op = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss_op)
correct_pred = tf.equal(tf.argmax(logits, 1), tf.argmax(Y, 1))
accuracy = tf.reduce_mean(tf.cast(correct_pred, tf.float32))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(4):
        for i in range(0, 200, 50):
            _, c = sess.run([train_op, loss_op], feed_dict={
                X: images[i:i + 50], Y: labels[i:i + 50], keep_prob: 0.8})
        print("Epoch", epoch, "cost={:.4f}".format(c))
    print("Accuracy", sess.run(accuracy, {X: images, Y: labels, keep_prob: 1.0}))

"""Matrix factorization with sparse gradients and a regularizer."""
import numpy as np
import tensorflow as tf

tf.set_random_seed(13)
rng = np.random.RandomState(13)
users, items = rng.randint(0, 8, 60), rng.randint(0, 9, 60)
scores = rng.randint(1, 6, 60).astype(np.float32)
u, i = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32, [None])
s = tf.placeholder(tf.float32, [None])
with tf.variable_scope("factors"):
    bias_u = tf.get_variable("bu", [8], initializer=tf.zeros_initializer)
    bias_i = tf.get_variable("bi", [9], initializer=tf.zeros_initializer)
    p = tf.get_variable("p", [8, 3], initializer=tf.truncated_normal_initializer(stddev=0.2))
    q = tf.get_variable("q", [9, 3], initializer=tf.truncated_normal_initializer(stddev=0.2))
lookup = tf.nn.embedding_lookup
pred = tf.reduce_sum(lookup(p, u) * lookup(q, i), 1) + lookup(bias_u, u) + lookup(bias_i, i) + 3.0
cost = tf.nn.l2_loss(pred - s) + 0.05 * (tf.nn.l2_loss(lookup(p, u)) + tf.nn.l2_loss(lookup(q, i)))
train = {
    "ftrl": tf.train.FtrlOptimizer(0.1), "adagrad": tf.train.AdagradOptimizer(0.1),
    "adadelta": tf.train.AdadeltaOptimizer(0.5), "momentum": tf.train.MomentumOptimizer(0.01, 0.5),
    "rmsprop": tf.train.RMSPropOptimizer(0.01, centered=True), "adam": tf.train.AdamOptimizer(0.05),
    "proximal": tf.train.ProximalGradientDescentOptimizer(0.01, l2_regularization_strength=0.1)}
with tf.Session() as sess:
    for name in sorted(train):
        step = train[name].minimize(cost)
        sess.run(tf.global_variables_initializer())
        for k in range(0, 60, 15):
            sess.run(step, {u: users[k:k + 15], i: items[k:k + 15], s: scores[k:k + 15]})
        print(name, "%.4f" % sess.run(cost, {u: users, i: items, s: scores}))

"""K-means with the graph's own operations."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(3)
data = np.concatenate([rng.randn(40, 2) + c for c in ([0, 5], [5, 0], [-4, -4])]).astype("float32")
k = 3
points = tf.constant(data)
centroids = tf.Variable(tf.slice(tf.random_shuffle(points, seed=5), [0, 0], [k, -1]))
expanded_points = tf.expand_dims(points, 0)
expanded_centroids = tf.expand_dims(centroids, 1)
distances = tf.reduce_sum(tf.square(tf.subtract(expanded_points, expanded_centroids)), 2)
assignments = tf.argmin(distances, 0)
means = tf.concat([
    tf.reduce_mean(tf.gather(points, tf.reshape(tf.where(tf.equal(assignments, c)), [1, -1])),
                   reduction_indices=[1]) for c in range(k)], 0)
update = tf.assign(centroids, means)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(6):
        _, values, groups = sess.run([update, centroids, assignments])
        print(step, np.bincount(groups, minlength=k))
    print(sess.run(centroids))

"""Skip-gram word vectors with noise-contrastive estimation."""
import collections

import numpy as np
import tensorflow as tf

tf.set_random_seed(6)
text = ("the quick brown fox jumped over the lazy dog and the dog slept while the fox ran "
        "over the hill where a brown dog and a quick cat played all day").split()
count = collections.Counter(text).most_common()
dictionary = {w: i for i, (w, _) in enumerate(sorted(count))}
ids = [dictionary[w] for w in text]
pairs = [(ids[i], ids[j]) for i in range(len(ids)) for j in (i - 1, i + 1) if 0 <= j < len(ids)]
size, dimension = len(dictionary), 8
graph = tf.Graph()
with graph.as_default():
    tf.set_random_seed(6)
    train_inputs = tf.placeholder(tf.int32, shape=[16])
    train_labels = tf.placeholder(tf.int32, shape=[16, 1])
    with tf.device('/cpu:0'):
        embeddings = tf.Variable(tf.random_uniform([size, dimension], -1.0, 1.0))
        embed = tf.nn.embedding_lookup(embeddings, train_inputs)
        nce_weights = tf.Variable(tf.truncated_normal([size, dimension], stddev=0.3))
        nce_biases = tf.Variable(tf.zeros([size]))
    loss = tf.reduce_mean(tf.nn.nce_loss(
        weights=nce_weights, biases=nce_biases, labels=train_labels, inputs=embed,
        num_sampled=4, num_classes=size))
    optimizer = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
    normalized_embeddings = embeddings / norm
    similarity = tf.matmul(normalized_embeddings, normalized_embeddings, transpose_b=True)
    init = tf.global_variables_initializer()
with tf.Session(graph=graph) as session:
    init.run()
    for step in range(6):
        batch = [pairs[(16 * step + i) % len(pairs)] for i in range(16)]
        feed = {train_inputs: [p[0] for p in batch], train_labels: [[p[1]] for p in batch]}
        _, value = session.run([optimizer, loss], feed_dict=feed)
        print("loss at step", step, ":", round(float(value), 4))
    print(np.round(similarity.eval()[0], 3))

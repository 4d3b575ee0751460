"""Streams of random numbers over several runs, with given and with default seeds; samplers, CTC and
fractional pools, which run on the host."""
import numpy as np


def _record(tf, out, tensors, runs=3):
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        for _ in range(runs):
            for value in sess.run(list(tensors)):
                out(np.asarray(value))


LOGITS = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]], np.float32))


def uniform(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, [
        tf.random_uniform([5]), tf.random_uniform([3], -2, 4, tf.float64), tf.random_uniform([4], 0, 100, tf.int32),
        tf.random_uniform([4], -5, 10 ** 12, tf.int64, seed=3)])


def normal(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, [
        tf.random_normal([5]), tf.random_normal([3], 1, 2, tf.float64), tf.truncated_normal([40]),
        tf.truncated_normal([3], 1, 2, tf.float64, seed=9)])


def shuffle(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, [
        tf.random_shuffle(tf.range(20)), tf.random_shuffle(tf.reshape(tf.range(12), [6, 2]), seed=3),
        tf.random_crop(tf.range(20), [4])])


def multinomial(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, [
        tf.multinomial(LOGITS, 8), tf.random.categorical(LOGITS, 5, dtype=tf.int32),
        tf.multinomial(tf.constant(LOGITS, tf.float64), 4, seed=2)])


def gamma_and_poisson(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, [
        tf.random_gamma([4], [0.5, 3.0]), tf.random_gamma([3], 2.0, beta=3.0, dtype=tf.float64, seed=4),
        tf.random_gamma([2], tf.constant([1.0, 0.1])), tf.random_poisson([0.5, 3.0, 40.0], [4]),
        tf.random_poisson(2.0, [5], seed=3), tf.random_poisson(20.0, [3], tf.float64)])


def stateless(tf, out):
    _record(tf, out, [
        tf.contrib.stateless.stateless_random_uniform([5], [1, 2]), tf.contrib.stateless.stateless_random_normal([5], [3, 4]),
        tf.random.stateless_truncated_normal([5], [5, 6]), tf.random.stateless_uniform([5], [1, 2], 0, 50, tf.int32),
        tf.random.stateless_categorical(LOGITS, 4, [7, 8]),
        tf.random.stateless_normal([3], tf.constant([1, 2], tf.int64), dtype=tf.float64)], 2)


def dropout(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, [
        tf.nn.dropout(tf.ones([4, 5]), 0.5), tf.nn.dropout(tf.ones([4, 5]), rate=0.3, seed=5),
        tf.nn.dropout(tf.ones([4, 5]), 0.5, noise_shape=[4, 1]), tf.layers.dropout(tf.ones([6]), 0.4, training=True)])


def initializers(tf, out):
    tf.set_random_seed(7)
    makers = [
        tf.random_normal_initializer(), tf.random_uniform_initializer(-1, 1), tf.truncated_normal_initializer(stddev=0.1),
        tf.uniform_unit_scaling_initializer(), tf.variance_scaling_initializer(), tf.glorot_normal_initializer(),
        tf.glorot_uniform_initializer(), tf.initializers.he_normal(), tf.initializers.lecun_uniform(),
        tf.contrib.layers.xavier_initializer(), tf.contrib.layers.variance_scaling_initializer(),
        tf.random_normal_initializer(seed=4), None]
    variables = [tf.get_variable("v%d" % i, [4, 3], initializer=m) for i, m in enumerate(makers)]
    variables.append(tf.get_variable("d", [3], tf.float64))
    variables.append(tf.get_variable("p", [6, 2], partitioner=tf.fixed_size_partitioner(2)).as_tensor())
    _record(tf, out, variables, 1)


def queues(tf, out):
    tf.set_random_seed(7)
    first = tf.RandomShuffleQueue(50, 0, [tf.int32], [[]], seed=5)
    second = tf.RandomShuffleQueue(50, 2, [tf.int32], [[]])
    fill = [first.enqueue_many([tf.range(20)]), second.enqueue_many([tf.range(20)])]
    take = [first.dequeue_many(5), second.dequeue_many(5)]
    producers = [
        tf.string_to_number(tf.train.string_input_producer([str(i) for i in range(10)], seed=2).dequeue_many(25)),
        tf.train.range_input_producer(8, seed=4).dequeue_many(20)]
    slices = tf.train.slice_input_producer([tf.range(9)], seed=6)[0]
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coordinator)
        sess.run(fill)
        for _ in range(3):
            for value in sess.run(take):
                out(value)
        for value in sess.run(producers):
            out(value)
        out(np.array([sess.run(slices) for _ in range(12)]))
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=10)


def datasets(tf, out):
    tf.set_random_seed(7)
    data = tf.data.Dataset.range(12)
    _record(tf, out, [data.shuffle(5, seed=2).repeat(2).batch(8).make_one_shot_iterator().get_next()])


def loops(tf, out):
    tf.set_random_seed(7)
    _record(tf, out, tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + tf.random_uniform([2])), [0, tf.zeros([2])]))


def images(tf, out):
    tf.set_random_seed(7)
    image = np.random.RandomState(0).rand(9, 8, 3).astype(np.float32)
    box = [[[0.1, 0.2, 0.9, 0.8]]]
    _record(tf, out, [
        tf.image.random_brightness(image, 0.2), tf.image.random_flip_left_right(image),
        tf.image.random_contrast(image, 0.5, 1.5, seed=2), tf.image.random_hue(image, 0.2),
        tf.image.random_saturation(image, 0.5, 1.5), tf.random_crop(image, [3, 3, 3])] + list(
            tf.image.sample_distorted_bounding_box([9, 8, 3], box, seed=3, min_object_covered=0.1)))


def samplers(tf, out):
    tf.set_random_seed(7)
    true = np.array([[1], [3]], np.int64)
    weights = tf.constant(np.arange(40, dtype=np.float32).reshape(10, 4) / 40)
    labels = tf.constant(true)
    tensors = []
    for found in [
            tf.nn.uniform_candidate_sampler(true, 1, 4, True, 9),
            tf.nn.log_uniform_candidate_sampler(true, 1, 4, False, 30, seed=3),
            tf.nn.learned_unigram_candidate_sampler(true, 1, 3, True, 8),
            tf.nn.fixed_unigram_candidate_sampler(true, 1, 3, True, 5, unigrams=[1.0, 2.0, 3.0, 4.0, 5.0], seed=1),
            tf.nn.all_candidate_sampler(true, 1, 5, True, seed=2)]:
        tensors += list(found)
    tensors.append(tf.nn.sampled_softmax_loss(weights, tf.zeros([10]), labels, tf.ones([2, 4]), 4, 10, seed=3))
    tensors.append(tf.nn.nce_loss(weights, tf.zeros([10]), labels, tf.ones([2, 4]), 4, 10))
    _record(tf, out, tensors)


def ctc(tf, out):
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 3], [2, 2])
    x = tf.constant(np.random.RandomState(0).randn(6, 2, 5).astype(np.float32))
    loss = tf.nn.ctc_loss(labels, x, [6, 5])
    greedy, score = tf.nn.ctc_greedy_decoder(x, [6, 5])
    beams, scores = tf.nn.ctc_beam_search_decoder(x, [6, 5], beam_width=4, top_paths=2)
    _record(tf, out, [loss, tf.gradients(loss, x)[0], greedy[0].values, greedy[0].indices, score,
                      beams[0].values, beams[1].values, scores], 1)


def fractional_pools(tf, out):
    image = tf.constant(np.random.RandomState(0).rand(2, 9, 8, 3).astype(np.float32))
    largest = tf.nn.fractional_max_pool(image, [1.0, 1.5, 1.7, 1.0], pseudo_random=True, deterministic=True, seed=3, seed2=4)
    mean = tf.nn.fractional_avg_pool(image, [1.0, 1.3, 2.0, 1.0], overlapping=True, deterministic=True, seed=5, seed2=6)
    _record(tf, out, list(largest) + list(mean) + tf.gradients([largest[0], mean[0]], image), 1)

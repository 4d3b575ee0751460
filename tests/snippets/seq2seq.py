"""tf.contrib.legacy_seq2seq."""
import numpy as np

SYMBOLS = [np.array(x, np.int32) for x in ([1, 2], [0, 1], [2, 2])]
REALS = [np.linspace(-1, 1, 6).reshape(2, 3).astype(np.float32) * k for k in (1, 2, 3)]


def _finish(tf, out, outputs, *more):
    out([v.name for v in tf.global_variables()])
    total = tf.add_n([tf.reduce_sum(o * o) for o in outputs])
    grads = [g for g in tf.gradients(total, tf.trainable_variables()) if g is not None]
    grads = [tf.convert_to_tensor(g) for g in grads]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(list(outputs) + list(more) + grads):
            out(value)


def basic(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in REALS]
    outputs, state = lib.basic_rnn_seq2seq(xs, xs[:2], tf.contrib.rnn.GRUCell(3))
    _finish(tf, out, outputs, state)


def tied(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in REALS]
    outputs, state = lib.tied_rnn_seq2seq(xs, xs[:2], tf.contrib.rnn.GRUCell(3),
                                          loop_function=lambda prev, i: prev)
    _finish(tf, out, outputs, state)


def embedding(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in SYMBOLS]
    outputs, state = lib.embedding_rnn_seq2seq(
        xs, xs[:2], tf.contrib.rnn.BasicLSTMCell(3), 4, 5, 2)
    _finish(tf, out, outputs, state.h)


def embedding_fed(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in SYMBOLS]
    feed = tf.placeholder_with_default(True, [])
    outputs, state = lib.embedding_rnn_seq2seq(
        xs, xs[:2], tf.contrib.rnn.GRUCell(3), 4, 5, 2, feed_previous=feed)
    _finish(tf, out, outputs, state)


def embedding_tied(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in SYMBOLS]
    outputs, state = lib.embedding_tied_rnn_seq2seq(
        xs, xs[:2], tf.contrib.rnn.GRUCell(3), 5, 2, feed_previous=True)
    _finish(tf, out, outputs, state)


def attention(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in SYMBOLS]
    outputs, state = lib.embedding_attention_seq2seq(
        xs, xs[:2], tf.contrib.rnn.GRUCell(3), 4, 5, 2, num_heads=2)
    _finish(tf, out, outputs, state)


def attention_fed(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in SYMBOLS]
    w = tf.get_variable("w", [3, 5])
    b = tf.get_variable("b", [5])
    outputs, state = lib.embedding_attention_seq2seq(
        xs, xs[:2], tf.contrib.rnn.GRUCell(3), 4, 5, 2, output_projection=(w, b),
        feed_previous=True, initial_state_attention=True)
    _finish(tf, out, outputs, state)


def losses(tf, out):
    lib = tf.contrib.legacy_seq2seq
    logits = [tf.constant(x) for x in REALS]
    targets = [tf.constant(x) for x in SYMBOLS]
    weights = [tf.constant(np.array(x, np.float32)) for x in ([1, 1], [1, 0], [0, 0.5])]
    a = lib.sequence_loss(logits, targets, weights)
    b = lib.sequence_loss_by_example(logits, targets, weights, average_across_timesteps=False)
    with tf.Session() as sess:
        for value in sess.run([a, b]):
            out(value)


def buckets(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.legacy_seq2seq
    xs = [tf.constant(x) for x in SYMBOLS]
    weights = [tf.ones([2]) for _ in xs]
    outputs, found = lib.model_with_buckets(
        xs, xs, xs, weights, [(1, 2), (3, 3)],
        lambda e, d: lib.embedding_rnn_seq2seq(e, d, tf.contrib.rnn.GRUCell(3), 4, 5, 2))
    out([len(o) for o in outputs])
    _finish(tf, out, outputs[0], *found)

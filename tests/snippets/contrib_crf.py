"""tf.contrib.crf."""
import numpy as np

OPERATIONS = False
SCORES = np.random.RandomState(0).randn(3, 5, 4).astype(np.float32)
_TAGS = np.random.RandomState(1).randint(0, 4, (3, 5)).astype(np.int32)
_STEPS = np.random.RandomState(2).randn(4, 4).astype(np.float32)
LENGTHS = np.array([5, 2, 1], np.int32)


def _run(tf, out, *values):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in values:
            out(sess.run(value))


def likelihood(tf, out):
    crf = tf.contrib.crf
    x, TAGS = tf.constant(SCORES), tf.constant(_TAGS)
    with tf.variable_scope("a", initializer=tf.constant_initializer(_STEPS)):
        value, steps = crf.crf_log_likelihood(x, TAGS, LENGTHS)
    out(steps.name, value.shape)
    grads = tf.gradients(value, [x, steps])
    _run(tf, out, value, *grads)
    _run(tf, out, crf.crf_unary_score(TAGS, LENGTHS, x),
         crf.crf_binary_score(TAGS, LENGTHS, tf.constant(_STEPS)),
         crf.crf_sequence_score(x, TAGS, LENGTHS, tf.constant(_STEPS)),
         crf.crf_log_norm(x, LENGTHS, tf.constant(_STEPS)),
         crf.crf_multitag_sequence_score(x, SCORES > -0.5, LENGTHS, tf.constant(_STEPS)))


def one_step(tf, out):
    crf = tf.contrib.crf
    x = tf.constant(SCORES[:, :1])
    lengths = np.array([1, 0, 1], np.int32)
    value, _ = crf.crf_log_likelihood(x, tf.constant(_TAGS[:, :1]), lengths, tf.constant(_STEPS))
    tags, score = crf.crf_decode(x, tf.constant(_STEPS), [1, 1, 1])
    _run(tf, out, value, tags, score)


def decoding(tf, out):
    crf = tf.contrib.crf
    tags, score = crf.crf_decode(tf.constant(SCORES), tf.constant(_STEPS), LENGTHS)
    out(tags.shape, score.shape, tags.dtype)
    fed = tf.placeholder(tf.float32, [None, None, 4])
    with tf.Session() as sess:
        for value in sess.run([tags, score]):
            out(value)
        found = crf.crf_decode(fed, tf.constant(_STEPS), tf.constant([4, 2]))
        for value in sess.run(found, {fed: SCORES[:2, :4]}):
            out(value)
    tags, score = crf.viterbi_decode(SCORES[0], _STEPS)
    out([int(t) for t in tags])
    out(np.float32(score))

"""tf.contrib.seq2seq."""
import numpy as np

X = np.linspace(-1, 1, 2 * 4 * 3).reshape(2, 4, 3).astype(np.float32)


def _finish(tf, out, outputs, state, lengths):
    out([v.name for v in tf.global_variables()])
    total = tf.reduce_sum(outputs.rnn_output * outputs.rnn_output)
    grads = [g for g in tf.gradients(total, tf.trainable_variables()) if g is not None]
    grads = [tf.convert_to_tensor(g) for g in grads]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run([outputs.rnn_output, outputs.sample_id, state, lengths] + grads):
            out(value)


def training(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.seq2seq
    cell = tf.nn.rnn_cell.GRUCell(3)
    helper = lib.TrainingHelper(tf.constant(X), [4, 2])
    decoder = lib.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), tf.layers.Dense(5))
    outputs, state, lengths = lib.dynamic_decode(decoder, impute_finished=True)
    _finish(tf, out, outputs, state, lengths)


def greedy(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.seq2seq
    cell = tf.nn.rnn_cell.GRUCell(3)
    embedding = tf.get_variable("embedding", [5, 2])
    helper = lib.GreedyEmbeddingHelper(embedding, tf.constant([0, 1]), 4)
    decoder = lib.BasicDecoder(cell, helper, tf.ones([2, 3]), tf.layers.Dense(5))
    outputs, state, lengths = lib.dynamic_decode(decoder, maximum_iterations=4)
    _finish(tf, out, outputs, state, lengths)


def _attention(tf, out, make, **kwargs):
    tf.set_random_seed(1)
    lib = tf.contrib.seq2seq
    memory = tf.constant(X)
    cell = lib.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), make(lib, memory), **kwargs)
    helper = lib.TrainingHelper(tf.constant(X[:, :3]), [3, 2])
    decoder = lib.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    outputs, state, lengths = lib.dynamic_decode(decoder)
    _finish(tf, out, outputs, state.alignments, lengths)


def bahdanau(tf, out):
    _attention(tf, out, lambda lib, m: lib.BahdanauAttention(4, m, [4, 3]),
               attention_layer_size=2)


def bahdanau_normalized(tf, out):
    _attention(tf, out, lambda lib, m: lib.BahdanauAttention(4, m, normalize=True))


def luong(tf, out):
    _attention(tf, out, lambda lib, m: lib.LuongAttention(3, m, [4, 3], scale=True),
               attention_layer_size=2, output_attention=False, alignment_history=False)


def losses(tf, out):
    lib = tf.contrib.seq2seq
    targets = tf.constant([[0, 1, 2, 0], [1, 1, 0, 2]])
    weights = tf.constant([[1.0, 1.0, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0]])
    found = [lib.sequence_loss(tf.constant(X), targets, weights, average_across_timesteps=t,
                               average_across_batch=b) for t in (True, False)
             for b in (True, False)]
    found.append(lib.sequence_loss(tf.constant(X), targets, weights, False, False, True, True))
    with tf.Session() as sess:
        for value in sess.run(found):
            out(value)


def tiles(tf, out):
    value = tf.contrib.seq2seq.tile_batch(tf.constant(X[:, 0]), 2)
    with tf.Session() as sess:
        out(sess.run(value))

"""tf.contrib.seq2seq: beam search, scheduled sampling, monotonic attention."""
import numpy as np

OPERATIONS = False
X = np.linspace(-1, 1, 2 * 4 * 3).reshape(2, 4, 3).astype(np.float32)


def _run(tf, out, *values):
    out([v.name for v in tf.global_variables()])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(list(values)):
            out(value)


def gather_tree(tf, out):
    rng = np.random.RandomState(0)
    ids = rng.randint(0, 5, (6, 3, 4)).astype(np.int32)
    parents = rng.randint(0, 4, (6, 3, 4)).astype(np.int32)
    found = tf.contrib.seq2seq.gather_tree(ids, parents, [6, 3, 9], 4)
    out(found.shape)
    _run(tf, out, found)


def _beam(tf, out, attention=False, static=False, **kwargs):
    lib = tf.contrib.seq2seq
    tf.get_variable_scope().set_initializer(tf.random_normal_initializer(stddev=0.5, seed=4))
    width = 3
    embedding = tf.get_variable("embedding", [6, 2], initializer=tf.random_normal_initializer(seed=1))
    cell = tf.nn.rnn_cell.LSTMCell(4, initializer=tf.random_normal_initializer(stddev=2.0, seed=2))
    if attention:
        x = tf.placeholder_with_default(X, [2, 4, 3] if static else [None, None, 3])
        memory = lib.tile_batch(x, width)
        lengths = lib.tile_batch(tf.constant([4, 3]), width)
        cell = lib.AttentionWrapper(cell, lib.LuongAttention(4, memory, lengths),
                                    attention_layer_size=4, alignment_history=True)
    batch = tf.constant(2) if static else tf.placeholder_with_default(2, [])
    state = cell.zero_state(batch * width, tf.float32)
    start = tf.placeholder_with_default([0, 1], [2] if static else [None])
    decoder = lib.BeamSearchDecoder(cell, embedding, start, 5, state, width,
                                    tf.layers.Dense(6, use_bias=False, kernel_initializer=tf.random_normal_initializer(seed=3)), **kwargs)
    outputs, state, lengths = lib.dynamic_decode(decoder, maximum_iterations=7)
    inner = outputs.beam_search_decoder_output
    out(outputs.predicted_ids.shape, inner.scores.shape, lengths.shape)
    more = []
    if attention:
        history = state.cell_state.alignment_history
        more = [history.stack() if hasattr(history, "stack") else history]
    _run(tf, out, outputs.predicted_ids, inner.scores, inner.predicted_ids, inner.parent_ids,
         lengths, state.log_probs, state.finished, state.lengths, *more)


def beams(tf, out):
    _beam(tf, out)


def beams_length_penalty(tf, out):
    _beam(tf, out, length_penalty_weight=1.0)


def beams_attention(tf, out):
    _beam(tf, out, True)


def beams_attention_static(tf, out):
    _beam(tf, out, True, True)


def beams_coverage(tf, out):
    _beam(tf, out, True, coverage_penalty_weight=0.4, length_penalty_weight=0.5)


def _decode(tf, out, cell, helper, layer=None):
    lib = tf.contrib.seq2seq
    decoder = lib.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), layer)
    outputs, state, lengths = lib.dynamic_decode(decoder, maximum_iterations=6)
    _run(tf, out, outputs.rnn_output, outputs.sample_id, lengths)


def scheduled_embedding(tf, out):
    tf.set_random_seed(1)
    lib = tf.contrib.seq2seq
    embedding = tf.get_variable("embedding", [5, 3])
    helper = lib.ScheduledEmbeddingTrainingHelper(tf.constant(X), [4, 3], embedding, 0.5, seed=1,
                                                  scheduling_seed=2)
    _decode(tf, out, tf.nn.rnn_cell.GRUCell(3), helper, tf.layers.Dense(5))


def scheduled_output(tf, out):
    tf.set_random_seed(1)
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(tf.constant(X), [4, 3], 0.5, seed=1)
    _decode(tf, out, tf.nn.rnn_cell.GRUCell(3), helper)


def scheduled_output_auxiliary(tf, out):
    tf.set_random_seed(1)
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        tf.constant(X), [4, 3], 0.5, seed=1, next_inputs_fn=lambda x: x * 2.0,
        auxiliary_inputs=tf.constant(X[:, :, :2]))
    _decode(tf, out, tf.nn.rnn_cell.GRUCell(3), helper)


def inference(tf, out):
    tf.set_random_seed(1)
    helper = tf.contrib.seq2seq.InferenceHelper(
        lambda x: x, [3], tf.float32, tf.constant(X[:, 0]),
        lambda s: tf.reduce_all(s > 0.3, axis=1), lambda s: s + 0.1)
    _decode(tf, out, tf.nn.rnn_cell.GRUCell(3), helper)


def monotonic(tf, out):
    lib = tf.contrib.seq2seq
    choose = tf.constant([[0.2, 0.5, 0.9, 0.3], [0.0, 1.0, 0.4, 0.2]])
    before = tf.constant([[0.5, 0.5, 0.0, 0.0], [0.0, 0.2, 0.3, 0.5]])
    out.error(lib.monotonic_attention, choose, before, "odd")
    _run(tf, out, lib.monotonic_attention(choose, before, "recursive"),
         lib.monotonic_attention(choose, before, "parallel"),
         lib.monotonic_attention(tf.round(choose), before, "hard"),
         lib.hardmax(choose), lib.safe_cumprod(choose, axis=1))


def _attention(tf, out, name, **kwargs):
    tf.set_random_seed(1)
    lib = tf.contrib.seq2seq
    mechanism = getattr(lib, name)(3, tf.constant(X), [4, 3], score_bias_init=-1.0, **kwargs)
    cell = lib.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism)
    helper = lib.TrainingHelper(tf.constant(X[:, :3]), [3, 2])
    _decode(tf, out, cell, helper)


def bahdanau_monotonic(tf, out):
    _attention(tf, out, "BahdanauMonotonicAttention", normalize=True)


def luong_monotonic(tf, out):
    _attention(tf, out, "LuongMonotonicAttention", scale=True, mode="hard", sigmoid_noise=1.0,
               sigmoid_noise_seed=3)

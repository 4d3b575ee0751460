"""Recurrent cells and the functions that unroll them."""
import numpy as np

X = np.linspace(-1.0, 1.0, 2 * 3 * 4).reshape(2, 3, 4).astype(np.float32)


def _run(tf, out, *fetches):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(list(fetches)):
            out(np.asarray(value))


def _cell(tf, out, make, x=X[:, 0], dtype=None):
    tf.set_random_seed(3)
    cell = make(tf.nn.rnn_cell)
    dtype = dtype or tf.float32
    x = tf.constant(x)
    state = cell.zero_state(2, dtype)
    first, state = cell(x, state)
    second, state = cell(x + 1, state)
    out(cell.state_size, cell.output_size, cell.name)
    out([v.name for v in tf.trainable_variables()], [v.name for v in cell.variables])
    grads = tf.gradients(tf.reduce_sum(second * second), tf.trainable_variables())
    flat = [g for g in grads if g is not None]
    _run(tf, out, first, second, *flat)
    out(state)


def basic_rnn(tf, out):
    _cell(tf, out, lambda c: c.BasicRNNCell(3))


def basic_rnn_relu(tf, out):
    _cell(tf, out, lambda c: c.BasicRNNCell(3, activation=tf.nn.relu, name="mine"))


def gru(tf, out):
    _cell(tf, out, lambda c: c.GRUCell(3))


def gru_options(tf, out):
    _cell(tf, out, lambda c: c.GRUCell(
        3, activation=tf.nn.relu, kernel_initializer=tf.ones_initializer(),
        bias_initializer=tf.constant_initializer(0.5)))


def basic_lstm(tf, out):
    _cell(tf, out, lambda c: c.BasicLSTMCell(3))


def basic_lstm_flat(tf, out):
    _cell(tf, out, lambda c: c.BasicLSTMCell(3, forget_bias=0.0, state_is_tuple=False,
                                             activation=tf.nn.relu))


def lstm(tf, out):
    _cell(tf, out, lambda c: c.LSTMCell(3))


def lstm_everything(tf, out):
    _cell(tf, out, lambda c: c.LSTMCell(
        3, use_peepholes=True, cell_clip=0.3, num_proj=2, proj_clip=0.2, forget_bias=0.5,
        initializer=tf.random_uniform_initializer(-0.5, 0.5, seed=1)))


def lstm_flat(tf, out):
    _cell(tf, out, lambda c: c.LSTMCell(3, state_is_tuple=False, num_proj=2))


def lstm_float64(tf, out):
    _cell(tf, out, lambda c: c.LSTMCell(3), X[:, 0].astype(np.float64), tf.float64)


def multi(tf, out):
    _cell(tf, out, lambda c: c.MultiRNNCell([c.BasicLSTMCell(3), c.GRUCell(2)]))


def multi_flat(tf, out):
    _cell(tf, out, lambda c: c.MultiRNNCell([c.GRUCell(3), c.GRUCell(2)], state_is_tuple=False))


def dropout(tf, out):
    _cell(tf, out, lambda c: c.DropoutWrapper(
        c.BasicLSTMCell(3), input_keep_prob=0.5, output_keep_prob=0.6, state_keep_prob=0.7))


def dropout_placeholder(tf, out):
    keep = tf.placeholder_with_default(0.5, [])
    _cell(tf, out, lambda c: c.DropoutWrapper(c.GRUCell(3), output_keep_prob=keep, seed=4))


def dropout_variational(tf, out):
    _cell(tf, out, lambda c: c.DropoutWrapper(
        c.BasicLSTMCell(3), input_keep_prob=0.5, output_keep_prob=0.6, state_keep_prob=0.7,
        variational_recurrent=True, input_size=4, dtype=tf.float32, seed=9))


def residual(tf, out):
    _cell(tf, out, lambda c: c.ResidualWrapper(c.DeviceWrapper(c.GRUCell(4), "/cpu:0")))


def scopes(tf, out):
    c = tf.nn.rnn_cell
    x = tf.constant(X[:, 0])
    with tf.variable_scope("outer"):
        cell = c.GRUCell(4)
        cell(x, cell.zero_state(2, tf.float32))
    other = c.GRUCell(4)
    other(x, other.zero_state(2, tf.float32), scope="given")
    again = c.GRUCell(4, reuse=True, name="given")
    again(x, again.zero_state(2, tf.float32))
    fresh = c.GRUCell(4)
    fresh(x, fresh.zero_state(2, tf.float32))
    out([v.name for v in tf.global_variables()])
    out(cell.scope_name, cell.built, cell.trainable, cell.dtype, len(cell.weights))


def errors(tf, out):
    c = tf.nn.rnn_cell
    x = tf.constant(X[:, 0])
    out.error(c.MultiRNNCell, [])
    out.error(c.MultiRNNCell, [c.BasicLSTMCell(2)], False)
    out.error(c.DropoutWrapper, c.GRUCell(2), 1.5)
    out.error(c.BasicRNNCell(2), tf.constant(X), tf.zeros([2, 2]))
    out.error(c.BasicRNNCell(2), tf.zeros([2, 2], tf.int32), tf.zeros([2, 2], tf.int32))
    out.error(c.BasicRNNCell(2), tf.placeholder(tf.float32, [2, None]), tf.zeros([2, 2]))
    out.error(tf.nn.dynamic_rnn, c.GRUCell(2), tf.constant(X))
    out.error(tf.nn.dynamic_rnn, c.GRUCell(2), x, dtype=tf.float32)
    out.error(tf.nn.static_rnn, c.GRUCell(2), x, dtype=tf.float32)
    out.error(tf.nn.static_rnn, c.GRUCell(2), [], dtype=tf.float32)
    out.error(tf.nn.static_rnn, c.GRUCell(2), [x])
    out.error(tf.nn.dynamic_rnn, c.GRUCell(2), tf.placeholder(tf.float32, [2, 3, None]),
              dtype=tf.float32)
    out.error(tf.nn.dynamic_rnn, c.GRUCell(2), tf.constant(X), [[1]], dtype=tf.float32)




def dynamic(tf, out):
    tf.set_random_seed(5)
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), tf.constant(X),
                                       dtype=tf.float32)
    out(outputs), out(state)
    grads = tf.gradients(tf.reduce_sum(outputs * outputs), tf.trainable_variables())
    _run(tf, out, outputs, state.c, state.h, *grads)


def dynamic_lengths(tf, out):
    tf.set_random_seed(5)
    x = tf.placeholder(tf.float32, [None, None, 4])
    lengths = tf.placeholder(tf.int64, [None])
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, sequence_length=lengths,
                                       dtype=tf.float32)
    out(outputs), out(state)
    grads = tf.gradients(tf.reduce_sum(outputs * outputs), tf.trainable_variables() + [x])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run([outputs, state] + grads, {x: X, lengths: [1, 3]}):
            out(value)
        out(sess.run(state, {x: X[:1, :2], lengths: [2]}))


def dynamic_time_major(tf, out):
    tf.set_random_seed(5)
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(n) for n in (3, 2)])
    outputs, state = tf.nn.dynamic_rnn(
        cell, tf.constant(X), initial_state=cell.zero_state(3, tf.float32), time_major=True,
        scope="mine")
    out(outputs), out(state)
    out([v.name for v in tf.trainable_variables()])
    _run(tf, out, outputs, *state)


def dynamic_dropout(tf, out):
    tf.set_random_seed(5)
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(3), output_keep_prob=0.5)
    outputs, state = tf.nn.dynamic_rnn(cell, tf.constant(X), dtype=tf.float32)
    _run(tf, out, outputs, state)


def bidirectional_dynamic(tf, out):
    tf.set_random_seed(5)
    c = tf.nn.rnn_cell
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        c.GRUCell(3), c.BasicLSTMCell(2), tf.constant(X), sequence_length=[2, 3],
        dtype=tf.float32)
    out(outputs), out(states)
    out([v.name for v in tf.trainable_variables()])
    _run(tf, out, outputs[0], outputs[1], states[0], states[1].h)


def static(tf, out):
    tf.set_random_seed(5)
    inputs = tf.unstack(tf.constant(X), 3, 1)
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), inputs, dtype=tf.float32)
    out(outputs), out(state)
    grads = tf.gradients(tf.reduce_sum(outputs[-1]), tf.trainable_variables())
    _run(tf, out, *(outputs + list(state) + grads))


def static_lengths(tf, out):
    tf.set_random_seed(5)
    inputs = tf.unstack(tf.placeholder_with_default(X, [None, 3, 4]), 3, 1)
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), inputs, dtype=tf.float32,
                                      sequence_length=tf.constant([1, 2]))
    out(outputs), out(state)
    _run(tf, out, state, *outputs)


def bidirectional_static(tf, out):
    tf.set_random_seed(5)
    c = tf.nn.rnn_cell
    inputs = tf.unstack(tf.constant(X), 3, 1)
    outputs, fw, bw = tf.nn.static_bidirectional_rnn(
        c.BasicLSTMCell(3), c.BasicLSTMCell(2), inputs, dtype=tf.float32)
    out(outputs), out(fw), out(bw)
    out([v.name for v in tf.trainable_variables()])
    _run(tf, out, fw.c, bw.c, *outputs)


def bidirectional_static_lengths(tf, out):
    tf.set_random_seed(5)
    c = tf.nn.rnn_cell
    inputs = tf.unstack(tf.constant(X), 3, 1)
    outputs, fw, bw = tf.nn.static_bidirectional_rnn(
        c.GRUCell(3), c.GRUCell(2), inputs, dtype=tf.float32, sequence_length=[1, 3])
    _run(tf, out, fw, bw, *outputs)


class _Saver(object):
    def __init__(self, tf):
        self.tf = tf
        self.kept = []

    def state(self, name):
        return self.tf.ones([2, 3], name="state_" + name)

    def save_state(self, name, value):
        self.kept.append(value)
        return self.tf.identity(value, name="saved_" + name)


def state_saving(tf, out):
    tf.set_random_seed(5)
    inputs = tf.unstack(tf.constant(X), 3, 1)
    outputs, state = tf.nn.static_state_saving_rnn(
        tf.nn.rnn_cell.BasicLSTMCell(3), inputs, _Saver(tf), ("c", "h"))
    out(outputs), out(state)
    _run(tf, out, outputs[-1], *state)


def raw(tf, out):
    tf.set_random_seed(5)
    cell = tf.nn.rnn_cell.LSTMCell(3)
    x = tf.constant(X.transpose(1, 0, 2))
    inputs = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(x)
    lengths = tf.constant([2, 3])

    def loop(time, output, state, loop_state):
        next_state = cell.zero_state(2, tf.float32) if output is None else state
        finished = time >= lengths
        all_finished = tf.reduce_all(finished)
        next_input = tf.cond(all_finished, lambda: tf.zeros([2, 4]), lambda: inputs.read(time))
        return finished, next_input, next_state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop)
    stacked = outputs.stack()
    out(stacked), out(state)
    grads = tf.gradients(tf.reduce_sum(stacked), tf.trainable_variables())
    _run(tf, out, stacked, state.c, state.h, *grads)


def own_cell(tf, out):
    class Own(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return 4

        @property
        def output_size(self):
            return 4

        def call(self, inputs, state):
            w = tf.get_variable("w", [4, 4], initializer=tf.ones_initializer())
            new = tf.tanh(tf.matmul(inputs, w) + state)
            return new, new

    cell = Own()
    outputs, state = tf.nn.dynamic_rnn(cell, tf.constant(X), dtype=tf.float32)
    out([v.name for v in tf.trainable_variables()], [v.name for v in cell.trainable_weights])
    _run(tf, out, outputs, state)


def training(tf, out):
    tf.set_random_seed(5)
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), tf.constant(X),
                                       dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(outputs - 0.3))
    step = tf.train.AdamOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(step)
        out(sess.run(loss))

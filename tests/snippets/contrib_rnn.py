"""tf.contrib.rnn: cells and wrappers."""
import numpy as np

OPERATIONS = False
X = np.random.RandomState(0).randn(2, 4, 3).astype(np.float32)


def _cell(tf, out, make, inputs=X):
    tf.get_variable_scope().set_initializer(tf.random_normal_initializer(seed=1))
    cell = make(tf.contrib.rnn)
    out(str(cell.output_size), str(cell.state_size))
    outputs, state = tf.nn.dynamic_rnn(cell, tf.constant(inputs), [4, 3], dtype=tf.float32)
    out([(v.name, v.shape.as_list()) for v in tf.global_variables()])
    grads = tf.gradients(tf.reduce_sum(outputs), tf.trainable_variables())
    _run(tf, out, outputs, state, grads[0])


def _run(tf, out, *values):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        flat = tf.contrib.framework.nest.flatten(sess.run(values))
        for value in flat:
            out(value)


def conv1d(tf, out):
    _cell(tf, out, lambda lib: lib.Conv1DLSTMCell(
        input_shape=[3, 1], output_channels=2, kernel_shape=[2]), X.reshape(2, 4, 3, 1))


def conv2d(tf, out):
    x = np.random.RandomState(1).randn(2, 4, 3, 3, 2).astype(np.float32)
    _cell(tf, out, lambda lib: lib.ConvLSTMCell(2, [3, 3, 2], 2, [2, 2]), x)


def nas(tf, out):
    _cell(tf, out, lambda lib: lib.NASCell(3, num_proj=2, use_bias=True))


def independent(tf, out):
    def make(lib):
        start = tf.random_normal_initializer(seed=2)
        return tf.nn.rnn_cell.MultiRNNCell([
            lib.IndyLSTMCell(3, kernel_initializer=start), lib.IndyGRUCell(
                2, kernel_initializer=start)])
    cell = make(tf.contrib.rnn)
    tf.nn.dynamic_rnn(cell, tf.constant(X), dtype=tf.float32)
    tf.nn.dynamic_rnn(tf.contrib.rnn.IndRNNCell(2), tf.constant(X), dtype=tf.float32, scope="i")
    out([(v.name, v.shape.as_list()) for v in tf.global_variables()])


def sru(tf, out):
    _cell(tf, out, lambda lib: lib.SRUCell(3))


def coupled(tf, out):
    _cell(tf, out, lambda lib: lib.CoupledInputForgetGateLSTMCell(
        3, use_peepholes=True, num_proj=2, proj_clip=0.5))


def coupled_normalized(tf, out):
    _cell(tf, out, lambda lib: lib.CoupledInputForgetGateLSTMCell(3, layer_norm=True))


def highway(tf, out):
    _cell(tf, out, lambda lib: lib.HighwayWrapper(tf.nn.rnn_cell.GRUCell(3)))


def highway_apart(tf, out):
    _cell(tf, out, lambda lib: lib.HighwayWrapper(tf.nn.rnn_cell.GRUCell(3), False, 0.5))


def attention(tf, out):
    _cell(tf, out, lambda lib: lib.AttentionCellWrapper(
        tf.nn.rnn_cell.GRUCell(3), 2, attn_size=4, attn_vec_size=5))


def fused(tf, out):
    lib = tf.contrib.rnn
    tf.get_variable_scope().set_initializer(tf.random_normal_initializer(seed=1))
    x = tf.constant(X.transpose(1, 0, 2))
    a = lib.LSTMBlockFusedCell(3)(x, dtype=tf.float32)
    b = lib.TimeReversedFusedRNN(lib.LSTMBlockFusedCell(2, name="back"))(
        x, dtype=tf.float32, sequence_length=tf.constant([4, 2]))
    c = lib.FusedRNNCellAdaptor(tf.nn.rnn_cell.GRUCell(2), True)(x, dtype=tf.float32)
    out([(v.name, v.shape.as_list()) for v in tf.global_variables()])
    _run(tf, out, a[0], tuple(a[1]), b[0], c[0], c[1])

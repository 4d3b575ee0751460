"""Recurrent networks of TensorFlow 0.12, run there and under Penstock (Python 3.6 too)."""

import numpy as np

X = np.linspace(-1.0, 1.0, 2 * 3 * 4).reshape(2, 3, 4).astype(np.float32)


def cells(c):
    """The cells by name, made from the namespace ``tf.nn.rnn_cell``."""
    return {
        "rnn": lambda: c.BasicRNNCell(3),
        "gru": lambda: c.GRUCell(3),
        "lstm": lambda: c.BasicLSTMCell(3),
        "full": lambda: c.LSTMCell(
            3, use_peepholes=True, num_proj=2, cell_clip=0.3, num_unit_shards=2
        ),
        "multi": lambda: c.MultiRNNCell([c.BasicLSTMCell(4)] * 2),
        "dropout": lambda: c.DropoutWrapper(c.GRUCell(3), output_keep_prob=0.5, seed=3),
        "projection": lambda: c.OutputProjectionWrapper(c.GRUCell(3), 2),
    }


KINDS = ("dynamic", "static", "bidirectional")


def run(tf, name, kind):
    """Variable names, the output and the gradients of one network."""
    with tf.Graph().as_default():
        tf.get_variable_scope().set_initializer(tf.random_uniform_initializer(-1, 1, seed=2))
        make = cells(tf.nn.rnn_cell)[name]
        x = tf.constant(X)
        if kind == "dynamic":
            out, _ = tf.nn.dynamic_rnn(make(), x, dtype=tf.float32)
        elif kind == "static":
            outs, _ = tf.nn.rnn(make(), tf.unpack(x, 3, 1), dtype=tf.float32)
            out = outs[-1]
        else:
            outs, _ = tf.nn.bidirectional_dynamic_rnn(make(), make(), x, [3, 2], dtype=tf.float32)
            out = outs[1]
        variables = tf.trainable_variables()
        found = tf.gradients(tf.reduce_sum(out * out), variables)
        grads = [g for g in found if g is not None]
        with tf.Session() as session:
            session.run(tf.initialize_all_variables())
            arrays = session.run([out] + grads)
        return [v.name for v in variables], arrays

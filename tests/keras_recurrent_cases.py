"""What tests and golden values of recurrent layers share (Python 3.7 reads it too)."""

import numpy as np

X = np.random.RandomState(1).normal(size=(3, 5, 4)).astype("float32")
MASKED = X.copy()
MASKED[0, 3:] = 0
MASKED[1, 0] = 0
MASKED[2, 2] = 0
IMAGES = np.random.RandomState(2).normal(size=(2, 3, 6, 5, 2)).astype("float32")


def masked(layer):
    return lambda l, x: layer(l)(l.Masking()(x))


def called(layer):
    return lambda l, x: layer(l)(x)


def stacked(l, **options):
    return l.RNN([l.LSTMCell(3), l.GRUCell(4), l.SimpleRNNCell(2)], **options)


def with_state(l, x):
    first = l.LSTM(3, return_state=True)(x)
    return l.LSTM(3, return_sequences=True)(x, initial_state=first[1:])


cases = {
    "simple": (called(lambda l: l.SimpleRNN(3)), X),
    "simple_all": (
        called(
            lambda l: l.SimpleRNN(
                3, return_sequences=True, return_state=True, activation="relu", use_bias=False
            )
        ),
        X,
    ),
    "lstm": (called(lambda l: l.LSTM(3)), X),
    "lstm_sigmoid": (
        called(
            lambda l: l.LSTM(
                3,
                recurrent_activation="sigmoid",
                implementation=2,
                return_state=True,
                go_backwards=True,
            )
        ),
        X,
    ),
    "lstm_unrolled": (
        called(lambda l: l.LSTM(3, unroll=True, return_sequences=True, go_backwards=True)),
        X,
    ),
    "lstm_masked": (masked(lambda l: l.LSTM(3, return_sequences=True, return_state=True)), MASKED),
    "lstm_masked_unrolled": (
        masked(lambda l: l.LSTM(3, unroll=True, return_sequences=True)),
        MASKED,
    ),
    "lstm_masked_back": (masked(lambda l: l.LSTM(3, go_backwards=True)), MASKED),
    "gru": (called(lambda l: l.GRU(3)), X),
    "gru_after": (
        called(lambda l: l.GRU(3, reset_after=True, implementation=2, return_sequences=True)),
        X,
    ),
    "gru_masked": (masked(lambda l: l.GRU(3, implementation=2)), MASKED),
    "stacked": (called(lambda l: stacked(l, return_sequences=True, return_state=True)), X),
    "stacked_masked": (
        masked(lambda l: stacked(l, zero_output_for_mask=True, return_sequences=True)),
        MASKED,
    ),
    "peephole": (called(lambda l: l.RNN(l.PeepholeLSTMCell(3))), X),
    "time_major": (
        called(lambda l: l.RNN(l.GRUCell(3), time_major=True, return_sequences=True)),
        X,
    ),
    "state": (with_state, X),
    "both": (called(lambda l: l.Bidirectional(l.LSTM(3, return_sequences=True))), X),
    "both_sum": (called(lambda l: l.Bidirectional(l.GRU(3), merge_mode="sum")), X),
    "both_masked": (
        masked(
            lambda l: l.Bidirectional(
                l.LSTM(3, return_sequences=True, return_state=True), merge_mode="ave"
            )
        ),
        MASKED,
    ),
    "both_list": (masked(lambda l: l.Bidirectional(l.SimpleRNN(3), merge_mode=None)), MASKED),
    "each": (called(lambda l: l.TimeDistributed(l.Dense(3, activation="tanh"))), X),
    "conv": (called(lambda l: l.ConvLSTM2D(3, 3, return_sequences=True)), IMAGES),
    "conv_same": (
        called(
            lambda l: l.ConvLSTM2D(2, (3, 2), padding="same", dilation_rate=1, return_state=True)
        ),
        IMAGES,
    ),
    "conv_strides": (called(lambda l: l.ConvLSTM2D(2, 2, strides=2, go_backwards=True)), IMAGES),
}


def flat(outputs):
    if not isinstance(outputs, (list, tuple)):
        return [outputs]
    return [each for part in outputs for each in flat(part)]


def run(tf, layers, Session, name):
    """Outputs and gradients of a case with weights drawn by NumPy."""
    function, x = cases[name]
    with tf.Graph().as_default() as graph:
        given = tf.placeholder("float32", (None,) + x.shape[1:])
        outputs = function(layers, given)
        outputs = flat(outputs)
        variables = tf.trainable_variables()
        draw = np.random.RandomState(4)
        values = [draw.normal(scale=0.5, size=v.shape.as_list()) for v in variables]
        total = tf.add_n([tf.reduce_sum(y * tf.cos(y)) for y in outputs])
        gradients = tf.gradients(total, [given] + variables)
        with Session(graph=graph) as session:
            for variable, value in zip(variables, values):
                variable.load(value, session)
            found = session.run(outputs + gradients, {given: x})
        shapes = [y.shape.as_list() for y in outputs]
    return found, shapes, [v.name for v in variables]

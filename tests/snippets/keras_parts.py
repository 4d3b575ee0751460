"""Attention, CTC, cosine schedules and feature columns of Keras."""

import numpy as np

OPERATIONS = False


def _attention(tf, out, kind, causal=False, three=False, masked=True, **arguments):
    keras = tf.keras
    L = keras.layers
    q, v, k = keras.Input((3, 4)), keras.Input((5, 4)), keras.Input((5, 4))
    first, second = (L.Masking()(q), L.Masking()(v)) if masked else (q, v)
    layer = getattr(L, kind)(causal=causal, **arguments)
    inputs = [q, v, k] if three else [q, v]
    model = keras.Model(inputs, layer([first, second] + ([k] if three else [])))
    r = np.random.RandomState(0)
    model.set_weights([r.randn(*np.shape(w)) for w in model.get_weights()])
    a, b, c = r.randn(2, 3, 4), r.randn(2, 5, 4), r.randn(2, 5, 4)
    a[0, 1] = 0
    b[1, 3] = 0
    out(model.predict([a, b, c] if three else [a, b]))
    out([w.name for w in model.weights], model.output_shape, sorted(layer.get_config().items()))


def attention(tf, out):
    _attention(tf, out, "Attention")
    _attention(tf, out, "Attention", causal=True)
    _attention(tf, out, "Attention", three=True, masked=False)


def additive_attention(tf, out):
    _attention(tf, out, "AdditiveAttention")
    _attention(tf, out, "AdditiveAttention", causal=True, use_scale=False)
    _attention(tf, out, "AdditiveAttention", three=True, masked=False)


def attention_errors(tf, out):
    q = tf.zeros((2, 3, 4))
    L = tf.keras.layers
    out.error(lambda: L.Attention()(q))
    out.error(lambda: L.Attention()([q]))
    out.error(lambda: L.AdditiveAttention()([q, q], mask=[None]))


def ctc(tf, out):
    K = tf.keras.backend
    p = np.random.RandomState(1).rand(2, 6, 4)
    p = K.constant(p / p.sum(-1, keepdims=True))
    y = K.constant(np.array([[1, 2, 0], [0, 1, 1]]))
    lengths = K.constant([[2], [3]], dtype="int32")
    out(K.eval(K.ctc_batch_cost(y, p, K.constant([[6], [5]], dtype="int32"), lengths)))
    sparse = K.ctc_label_dense_to_sparse(tf.cast(y, "int32"), tf.squeeze(lengths, [-1]))
    for array in K.get_session().run(sparse):
        out(array)
    steps = tf.constant([6, 5])
    for options in (dict(), dict(greedy=False, beam_width=10, top_paths=2)):
        decoded, scores = K.get_session().run(K.ctc_decode(p, steps, **options))
        for array in decoded:
            out(array)
        out(scores)


def schedules(tf, out):
    keras = tf.keras
    E = keras.experimental
    for schedule in (
        E.CosineDecay(0.1, 10, 0.1),
        E.CosineDecayRestarts(0.1, 3),
        E.CosineDecayRestarts(0.1, 3, t_mul=1.0, m_mul=0.5, alpha=0.2),
        E.LinearCosineDecay(0.1, 10),
        E.NoisyLinearCosineDecay(0.1, 10, initial_variance=1e-14),
    ):
        steps = [schedule(tf.constant(i, tf.int64)) for i in (0, 3, 7, 12)]
        out(np.array([keras.backend.eval(s) for s in steps]))
        out(sorted(schedule.get_config().items()))
        kept = keras.optimizers.schedules.serialize(schedule)
        out(type(keras.optimizers.schedules.deserialize(kept)).__name__)


def _columns(tf):
    fc = tf.feature_column
    return [
        fc.numeric_column("b", shape=(2,)),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("a", 5), 2),
        fc.indicator_column(fc.categorical_column_with_identity("c", 3)),
    ]


FEATURES = {
    "a": np.array([["x"], ["z"]]),
    "b": np.ones((2, 2), "float32"),
    "c": np.array([[0], [2]]),
}


def dense_features(tf, out):
    keras = tf.keras
    inputs = {
        "a": keras.Input((1,), dtype=tf.string, name="a"),
        "b": keras.Input((2,), name="b"),
        "c": keras.Input((1,), dtype="int32", name="c"),
    }
    hidden = keras.layers.DenseFeatures(_columns(tf))(inputs)
    model = keras.Model([inputs[k] for k in "abc"], keras.layers.Dense(1)(hidden))
    model.set_weights([np.arange(w.size).reshape(w.shape) for w in model.get_weights()])
    model.compile("sgd", "mse")
    out([w.name for w in model.weights], hidden.shape)
    out(model.predict(FEATURES))
    model.fit(FEATURES, np.ones((2, 1)), verbose=0)
    out(model.predict(FEATURES))


def dense_features_first(tf, out):
    keras = tf.keras
    model = keras.Sequential([keras.layers.DenseFeatures(_columns(tf)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    data = tf.data.Dataset.from_tensor_slices((FEATURES, np.ones((2, 1)))).batch(2)
    out(len(model.fit(data, epochs=2, verbose=0).history["loss"]))
    out([w.name for w in model.weights])


def peephole(tf, out):
    cell = tf.keras.experimental.PeepholeLSTMCell(3)
    x = tf.keras.Input((4, 2))
    model = tf.keras.Model(x, tf.keras.layers.RNN(cell)(x))
    r = np.random.RandomState(0)
    model.set_weights([r.randn(*w.shape) for w in model.get_weights()])
    out(model.predict(r.randn(2, 4, 2)))
    out([w.name for w in model.weights])


def several_gpus(tf, out):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
    out.error(lambda: tf.keras.utils.multi_gpu_model(model, 1))
    out.error(lambda: tf.keras.utils.multi_gpu_model(model, [0]))


def operations_as_layers(tf, out):
    keras = tf.keras
    L = keras.layers
    x = keras.Input((3,))
    h = L.Dense(2, kernel_initializer="ones")(x)
    y = tf.nn.relu(h) * 2.0 + tf.reduce_sum(h, 1, keepdims=True)
    y = L.Dense(1, kernel_initializer="ones")(y)
    model = keras.Model(x, [tf.square(y), tf.split(h, 2, axis=1)[1]])
    model.compile("sgd", "mse")
    for layer in model.layers:
        out(type(layer).__name__, layer.name, layer.output_shape)
    data = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]])
    for array in model.predict(data):
        out(array)
    out(np.array(model.train_on_batch(data, [np.ones((2, 1)), np.ones((2, 1))])))
    again = keras.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    for array, wanted in zip(again.predict(data), model.predict(data)):
        out(np.allclose(array, wanted, rtol=1e-4))
    z = keras.Input((3,))
    for array in keras.backend.function([z], model(z))([data]):
        out(array)


def mistakes(tf, out):
    keras = tf.keras
    L = keras.layers
    out.error(lambda: L.Add()([keras.Input((3,))]))
    out.error(lambda: L.concatenate([keras.Input((3, 2)), keras.Input((4, 3))]))
    out.error(lambda: keras.Sequential([L.Dense(1, input_shape=(3,), name="a"), L.Dense(1, name="a")]))
    out.error(lambda: keras.Model(keras.Input((3,)), L.Dense(2)(keras.Input((3,), name="other"))))
    out.error(lambda: L.Conv2D(3, 5)(keras.Input((3, 3, 1))))
    out.error(lambda: L.Dense(3)(tf.zeros((3,))))
    out.error(lambda: L.Conv2D(3, 3)(tf.zeros((3, 4, 4))))
    out.error(lambda: L.add([keras.Input((3,)), keras.Input((4,))]))

"""Models that go into files, for tests, golden files and the check with real Keras (Python 3.7)."""

import numpy as np


def dense(k):
    model = k.models.Sequential(name="stack")
    model.add(k.layers.Dense(4, activation="relu", input_shape=(3,), name="first"))
    model.add(k.layers.Dropout(0.3))
    model.add(k.layers.Dense(2, activation="softmax", kernel_regularizer=k.regularizers.l2(0.01)))
    return model


def shared(k):
    a = k.layers.Input((3,), name="a")
    b = k.layers.Input((3,), name="b")
    layer = k.layers.Dense(4, activation="tanh", name="shared")
    inner = k.models.Sequential([k.layers.Dense(2, input_shape=(4,), name="in")], name="inner")
    both = k.layers.concatenate([inner(layer(a)), layer(b)])
    return k.models.Model(
        [a, b], [k.layers.Dense(1, name="one")(both), inner(layer(b))], name="graph"
    )


def words(k):
    return k.models.Sequential(
        [
            k.layers.Embedding(9, 4, mask_zero=True, input_length=5),
            k.layers.LSTM(3, return_sequences=True),
            k.layers.Bidirectional(k.layers.GRU(2)),
            k.layers.Dense(1, activation="sigmoid"),
        ],
        name="words",
    )


def images(k):
    model = k.models.Sequential(name="images")
    model.add(k.layers.Conv2D(3, 3, padding="same", activation="relu", input_shape=(6, 6, 2)))
    model.add(k.layers.BatchNormalization())
    model.add(k.layers.MaxPooling2D())
    model.add(k.layers.SeparableConv2D(4, 2))
    model.add(k.layers.Flatten())
    model.add(k.layers.Dense(3, activation="softmax"))
    return model


models = {"dense": dense, "shared": shared, "words": words, "images": images}


def data(name):
    draw = np.random.RandomState(5)
    x = draw.normal(size=(6, 3)).astype("float32")
    if name == "shared":
        y = draw.normal(size=(6, 3)).astype("float32")
        return [x, y], [y[:, :1], y[:, :2]]
    if name == "words":
        return draw.randint(0, 9, (6, 5)).astype("float32"), (x[:, :1] > 0).astype("float32")
    if name == "images":
        return draw.normal(size=(6, 6, 6, 2)).astype("float32"), np.eye(3, dtype="float32")[
            [0, 1, 2, 0, 1, 2]
        ]
    return x, np.eye(2, dtype="float32")[[0, 1, 0, 1, 1, 0]]


def trained(k, name):
    """A model after three steps, and its outputs."""
    model = models[name](k)
    x, y = data(name)
    loss = {
        "dense": "categorical_crossentropy",
        "shared": "mse",
        "words": "binary_crossentropy",
        "images": "categorical_crossentropy",
    }[name]
    metrics = ["accuracy"] if name != "shared" else None
    model.compile(optimizer=k.optimizers.Adam(0.01), loss=loss, metrics=metrics)
    for _ in range(3):
        model.train_on_batch(x, y)
    return model, outputs(model, name)


def outputs(model, name):
    found = model.predict(data(name)[0])
    return [np.asarray(each) for each in (found if isinstance(found, list) else [found])]

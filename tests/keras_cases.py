"""Keras computations that real TensorFlow and Penstock both run; see tools/golden/make_keras.py.

Each case takes ``tf`` and returns arrays. It must not use what only one of the two has.
"""

import numpy as np


def rng(seed=0):
    return np.random.RandomState(seed)


def set_weights(model, seed=1):
    r = rng(seed)
    model.set_weights([
        (np.abs(r.randn(*w.shape)) * 0.5 + 0.5 if "variance" in v.name else r.randn(*w.shape) * 0.5)
        .astype("float32")
        for v, w in zip(model.weights, model.get_weights())
    ])  # fmt: skip


LAYERS = {}


def layer(name, shape, make, integers=0):
    LAYERS[name] = (shape, make, integers)


layer("dense", (5,), lambda L: L.Dense(3, activation="tanh"))
layer("dense3d", (4, 5), lambda L: L.Dense(3))
layer("flatten_first", (2, 3, 4), lambda L: L.Flatten(data_format="channels_first"))
layer("reshape", (3, 4), lambda L: L.Reshape((2, -1)))
layer("permute", (3, 4), lambda L: L.Permute((2, 1)))
layer("repeat", (4,), lambda L: L.RepeatVector(3))
layer("masking", (3, 2), lambda L: L.Masking(0.0))
layer("conv1d", (9, 3), lambda L: L.Conv1D(4, 3, strides=2, padding="same"))
layer("conv1d_causal", (9, 3), lambda L: L.Conv1D(4, 3, padding="causal", dilation_rate=2))
layer("conv2d", (7, 8, 3), lambda L: L.Conv2D(4, (3, 2), strides=2, activation="relu"))
layer("conv2d_same", (7, 8, 3), lambda L: L.Conv2D(4, 3, padding="same", use_bias=False))
layer("conv2d_dilated", (9, 9, 2), lambda L: L.Conv2D(3, 3, dilation_rate=2))
layer("conv3d", (5, 6, 5, 2), lambda L: L.Conv3D(3, 3, strides=2))
layer("conv2d_transpose", (4, 5, 3), lambda L: L.Conv2DTranspose(2, 3, strides=2))
layer("conv2d_transpose_same", (4, 5, 3),
      lambda L: L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1))  # fmt: skip
layer("conv3d_transpose", (3, 4, 3, 2), lambda L: L.Conv3DTranspose(2, 3, strides=2))
layer("separable2d", (6, 6, 3), lambda L: L.SeparableConv2D(4, 3, depth_multiplier=2))
layer("separable1d", (8, 3), lambda L: L.SeparableConv1D(4, 3, padding="same"))
layer("depthwise", (6, 7, 3), lambda L: L.DepthwiseConv2D(3, depth_multiplier=2, padding="same"))
layer("max1d", (9, 2), lambda L: L.MaxPooling1D(2, padding="same"))
layer("avg1d", (9, 2), lambda L: L.AveragePooling1D(3, strides=2))
layer("max2d", (7, 8, 2), lambda L: L.MaxPooling2D((2, 3), strides=2))
layer("avg2d", (7, 8, 2), lambda L: L.AveragePooling2D(2, padding="same"))
layer("max3d", (5, 4, 5, 2), lambda L: L.MaxPooling3D(2))
layer("avg3d", (5, 4, 5, 2), lambda L: L.AveragePooling3D(2, padding="same"))
layer("gmax1d", (5, 3), lambda L: L.GlobalMaxPooling1D())
layer("gavg1d", (5, 3), lambda L: L.GlobalAveragePooling1D())
layer("gmax2d", (5, 4, 3), lambda L: L.GlobalMaxPooling2D())
layer("gavg2d", (5, 4, 3), lambda L: L.GlobalAveragePooling2D())
layer("gavg3d", (3, 5, 4, 3), lambda L: L.GlobalAveragePooling3D())
layer("zero1d", (5, 3), lambda L: L.ZeroPadding1D((1, 2)))
layer("zero2d", (5, 4, 3), lambda L: L.ZeroPadding2D(((1, 0), (2, 1))))
layer("zero3d", (3, 4, 3, 2), lambda L: L.ZeroPadding3D(1))
layer("crop1d", (5, 3), lambda L: L.Cropping1D((1, 2)))
layer("crop2d", (6, 7, 3), lambda L: L.Cropping2D(((1, 0), (2, 1))))
layer("crop3d", (5, 6, 5, 2), lambda L: L.Cropping3D(1))
layer("up1d", (4, 3), lambda L: L.UpSampling1D(2))
layer("up2d", (4, 3, 2), lambda L: L.UpSampling2D((2, 3)))
layer("up2d_bilinear", (4, 3, 2), lambda L: L.UpSampling2D((2, 3), interpolation="bilinear"))
layer("up3d", (2, 3, 2, 2), lambda L: L.UpSampling3D(2))
layer("batchnorm", (5,), lambda L: L.BatchNormalization())
layer("batchnorm_images", (4, 4, 3), lambda L: L.BatchNormalization())
layer("batchnorm_axis1", (4, 5), lambda L: L.BatchNormalization(axis=1, scale=False))
layer("layernorm", (4, 5), lambda L: L.LayerNormalization())
layer("embedding", (6,), lambda L: L.Embedding(7, 3), 7)
layer("leaky", (5,), lambda L: L.LeakyReLU(0.2))
layer("prelu", (4, 5), lambda L: L.PReLU(shared_axes=[1]))
layer("elu", (5,), lambda L: L.ELU(0.7))
layer("thresholded", (5,), lambda L: L.ThresholdedReLU(0.4))
layer("softmax_axis", (3, 4), lambda L: L.Softmax(axis=1))
layer("relu_general", (5,), lambda L: L.ReLU(max_value=0.8, negative_slope=0.1, threshold=0.2))
layer("local1d", (7, 2), lambda L: L.LocallyConnected1D(3, 3, strides=2))
layer("local2d", (5, 6, 2), lambda L: L.LocallyConnected2D(2, (2, 3)))
layer("local2d_matrix", (5, 4, 2),
      lambda L: L.LocallyConnected2D(2, 3, padding="same", implementation=2))  # fmt: skip
for _name in ("softmax elu selu softplus softsign relu tanh sigmoid hard_sigmoid exponential "
              "linear").split():  # fmt: skip
    layer("activation_" + _name, (6,), lambda L, n=_name: L.Activation(n))


def layers(tf):
    """Outputs and gradients (of inputs and weights) in test and training."""
    keras = tf.keras
    K = keras.backend
    found = {}
    for name, (shape, make, integers) in LAYERS.items():
        with tf.Graph().as_default(), tf.Session().as_default():
            made = make(keras.layers)
            model = keras.Sequential()
            if not integers:
                model.add(keras.layers.InputLayer(input_shape=shape))
            model.add(made)
            set_weights(model)
            r = rng(2)
            x = r.randint(0, integers, (4, *shape)) if integers else r.randn(4, *shape)
            found[name + "/test"] = model.predict(x)
            goal = tf.reduce_sum(model.output * tf.sin(model.output))
            wanted = list(model.trainable_weights) + ([] if integers else [model.input])
            slopes = [tf.convert_to_tensor(g) for g in tf.gradients(goal, wanted)]
            feeds = {model.input: x, K.learning_phase(): 1}
            for i, g in enumerate(K.get_session().run(slopes, feeds)):
                found["%s/gradient%d" % (name, i)] = g
    return found


LOSSES = (
    "mean_squared_error mean_absolute_error mean_absolute_percentage_error "
    "mean_squared_logarithmic_error squared_hinge hinge categorical_hinge logcosh "
    "categorical_crossentropy binary_crossentropy kullback_leibler_divergence poisson "
    "cosine_proximity"
).split()


def losses(tf):
    """Losses as functions and as classes, and metrics over two batches."""
    keras = tf.keras
    r = rng(3)
    y = r.rand(6, 4).astype("float32")
    p = (r.rand(6, 4) * 0.9 + 0.05).astype("float32")
    p /= p.sum(-1, keepdims=True)
    hot = np.eye(4, dtype="float32")[r.randint(0, 4, 6)]
    number = r.randint(0, 4, (6, 1))
    weight = r.rand(6).astype("float32")
    found = {}
    with tf.Graph().as_default(), tf.Session() as session:
        c = tf.constant
        for name in LOSSES:
            labels = (
                hot
                if "cat" in name or "kull" in name
                else np.round(y)
                if "hinge" in name or ("binary" in name)
                else y
            )
            found[name] = session.run(keras.losses.get(name)(c(labels), c(p)))
            if name == "cosine_proximity":
                # 1.14 and 1.15 lost the minus that versions before and after have.
                found[name] = np.abs(found[name])
        f = keras.losses.sparse_categorical_crossentropy
        found["sparse"] = session.run(f(c(number), c(p)))
        found["sparse_logits"] = session.run(f(c(number), c(p), from_logits=True))
        classes = {
            "BinaryCrossentropy": dict(label_smoothing=0.1),
            "CategoricalCrossentropy": dict(from_logits=True, label_smoothing=0.1),
            "Huber": dict(delta=0.1), "MeanSquaredError": dict(reduction="sum"), "Poisson": {},
            "CosineSimilarity": {}, "KLDivergence": dict(reduction="none"), "LogCosh": {},
        }  # fmt: skip
        for name, arguments in classes.items():
            made = getattr(keras.losses, name)(**arguments)
            value = session.run(made(c(hot), c(p), sample_weight=c(weight)))
            found["class_" + name] = np.abs(value) if "Cosine" in name else value
    return found


METRICS = {
    "Accuracy": ("numbers", {}), "BinaryAccuracy": ("bits", {}),
    "CategoricalAccuracy": ("hot", {}), "SparseCategoricalAccuracy": ("number", {}),
    "TopKCategoricalAccuracy": ("hot", dict(k=2)),
    "SparseTopKCategoricalAccuracy": ("number", dict(k=2)),
    "BinaryCrossentropy": ("bits", {}), "CategoricalCrossentropy": ("hot", {}),
    "SparseCategoricalCrossentropy": ("number", {}), "Hinge": ("bits", {}),
    "SquaredHinge": ("bits", {}), "CategoricalHinge": ("hot", {}), "CosineSimilarity": ("hot", {}),
    "MeanSquaredError": ("bits", {}), "RootMeanSquaredError": ("bits", {}),
    "MeanAbsoluteError": ("bits", {}), "MeanAbsolutePercentageError": ("bits", {}),
    "MeanSquaredLogarithmicError": ("bits", {}), "LogCoshError": ("bits", {}),
    "Poisson": ("bits", {}), "KLDivergence": ("hot", {}), "MeanIoU": ("numbers", dict(num_classes=4)),
    "Precision": ("bits", {}), "Recall": ("bits", dict(thresholds=[0.3, 0.6])),
    "TruePositives": ("bits", {}), "FalsePositives": ("bits", dict(thresholds=[0.2, 0.5])),
    "TrueNegatives": ("bits", {}), "FalseNegatives": ("bits", {}), "AUC": ("bits", {}),
    "SensitivityAtSpecificity": ("bits", dict(specificity=0.5)),
    "SpecificityAtSensitivity": ("bits", dict(sensitivity=0.5)),
}  # fmt: skip


def metrics(tf):
    """Each metric over two batches, the second one weighted; and variants of some."""
    keras = tf.keras
    found = {}
    variants = dict(METRICS)
    variants["AUC:pr"] = ("bits", dict(curve="PR"))
    variants["AUC:minoring"] = ("bits", dict(summation_method="minoring", num_thresholds=20))
    variants["Precision:top"] = ("hot", dict(top_k=2))
    for name, (form, arguments) in variants.items():
        with tf.Graph().as_default(), tf.Session().as_default() as session:
            metric = getattr(keras.metrics, name.split(":")[0])(**arguments)
            r = rng(4)
            pieces = []
            for batch in range(2):
                p = (r.rand(5, 4) * 0.9 + 0.05).astype("float32")
                number = r.randint(0, 4, (5, 1))
                hot = np.eye(4, dtype="float32")[number[:, 0]]
                y = {"hot": hot, "number": number.astype("float32"),
                     "bits": np.round(r.rand(5, 4)).astype("float32"),
                     "numbers": number.astype("float32")}[form]  # fmt: skip
                if form == "numbers":
                    p = r.randint(0, 4, (5, 1)).astype("float32")
                weight = r.rand(5).astype("float32") if batch else None
                pieces.append(metric.update_state(
                    tf.constant(y), tf.constant(p),
                    sample_weight=None if weight is None else tf.constant(weight),
                ))  # fmt: skip
            session.run([v.initializer for v in metric.variables])
            result = metric.result()
            for piece in pieces:
                session.run(piece)
            found[name] = session.run(result)
    return found


OPTIMIZERS = {
    "SGD": {}, "SGD:momentum": dict(momentum=0.9), "SGD:nesterov": dict(momentum=0.9, nesterov=True),
    "SGD:decay": dict(decay=0.1, lr=0.1), "SGD:clipnorm": dict(clipnorm=0.1),
    "SGD:clipvalue": dict(clipvalue=0.01), "RMSprop": dict(learning_rate=0.01),
    "RMSprop:centered": dict(learning_rate=0.01, centered=True),
    "RMSprop:momentum": dict(learning_rate=0.01, momentum=0.5),
    "RMSprop:both": dict(learning_rate=0.01, momentum=0.5, centered=True),
    "Adagrad": dict(learning_rate=0.1), "Adadelta": dict(learning_rate=1.0),
    "Adam": dict(learning_rate=0.01), "Adam:amsgrad": dict(learning_rate=0.01, amsgrad=True),
    "Adamax": dict(learning_rate=0.01), "Nadam": dict(learning_rate=0.01),
    "Ftrl": dict(learning_rate=0.1, l1_regularization_strength=0.001),
}  # fmt: skip


def optimizers(tf):
    """The weights after 20 steps, dense and (of an embedding) sparse."""
    keras = tf.keras
    found = {}
    r = rng(5)
    x, y = r.randn(40, 3).astype("float32"), r.randn(40, 2).astype("float32")
    numbers = r.randint(0, 6, (40, 2))
    for name, arguments in OPTIMIZERS.items():
        kind = getattr(keras.optimizers, name.split(":")[0])
        for form in ("dense", "sparse"):
            with tf.Graph().as_default(), tf.Session().as_default():
                if form == "dense":
                    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
                    data = x
                else:
                    model = keras.Sequential([
                        keras.layers.Embedding(9, 2, input_length=2),
                        keras.layers.Flatten(), keras.layers.Dense(2),
                    ])  # fmt: skip
                    data = numbers
                set_weights(model)
                model.compile(kind(**arguments), "mse")
                for i in range(20):
                    part = slice(2 * (i % 20), 2 * (i % 20) + 2)
                    model.train_on_batch(data[part], y[part])
                for i, w in enumerate(model.get_weights()):
                    found["%s/%s/%d" % (name, form, i)] = w
                if form == "dense":
                    for i, w in enumerate(model.optimizer.get_weights()):
                        found["%s/slot%d" % (name, i)] = np.asarray(w)
    return found


def training(tf):
    """Learning curves: weights, class weights, several outputs, masks, regularizers, updates."""
    keras = tf.keras
    L = keras.layers
    found = {}
    r = rng(6)
    x = r.randn(50, 4).astype("float32")
    labels = r.randint(0, 3, 50)
    hot = np.eye(3, dtype="float32")[labels]

    def keep(name, history):
        for key, values in history.history.items():
            key = key.replace("accuracy", "acc").replace("weighted_", "")
            key = {"mean_absolute_error": "mae", "val_mean_absolute_error": "val_mae"}.get(key, key)
            found["%s/%s" % (name, key)] = np.array(values)

    def small():
        return keras.Sequential([
            L.Dense(5, activation="relu", input_shape=(4,), kernel_regularizer="l2"),
            L.BatchNormalization(), L.Dense(3, activation="softmax"),
        ])  # fmt: skip

    with tf.Graph().as_default(), tf.Session().as_default():
        model = small()
        set_weights(model)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        np.random.seed(1)
        keep("plain", model.fit(x, labels, epochs=3, batch_size=8, verbose=0,
                                validation_split=0.2))  # fmt: skip
        found["plain/evaluate"] = np.array(model.evaluate(x, labels, verbose=0, batch_size=8))
        found["plain/predict"] = model.predict(x[:5])
        for i, w in enumerate(model.get_weights()):
            found["plain/weight%d" % i] = w
    with tf.Graph().as_default(), tf.Session().as_default():
        model = small()
        set_weights(model)
        model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["mae"],
                      weighted_metrics=["accuracy"])  # fmt: skip
        np.random.seed(2)
        weight = r.rand(50)
        keep("weighted", model.fit(x, hot, epochs=2, batch_size=16, verbose=0,
                                   class_weight={0: 1.0, 1: 2.0, 2: 0.5}, sample_weight=weight))  # fmt: skip
        for i, w in enumerate(model.get_weights()):
            found["weighted/weight%d" % i] = w
    with tf.Graph().as_default(), tf.Session().as_default():
        a = keras.Input((4,), name="a")
        b = keras.Input((2,), name="b")
        shared = L.Dense(3, activation="tanh", name="shared")
        h = L.concatenate([shared(a), shared(L.ZeroPadding1D(0)(L.Reshape((2, 1))(b)))
                           if False else b], name="both")  # fmt: skip
        first = L.Dense(3, activation="softmax", name="first")(h)
        second = L.Dense(1, name="second")(L.add([shared(a), L.Dense(3, name="up")(b)], name="sum"))
        model = keras.Model([a, b], [first, second])
        set_weights(model)
        model.compile("rmsprop", {"first": "sparse_categorical_crossentropy", "second": "mse"},
                      loss_weights={"first": 1.0, "second": 0.3},
                      metrics={"first": "accuracy", "second": ["mae"]})  # fmt: skip
        np.random.seed(3)
        history = model.fit({"a": x, "b": x[:, :2]}, [labels, x[:, :1]], epochs=2, batch_size=10,
                            verbose=0)  # fmt: skip
        for key, values in history.history.items():
            key = key.replace("accuracy", "acc").replace("mean_absolute_error", "mae")
            found["several/" + key] = np.array(values)
        for i, p in enumerate(model.predict([x[:3], x[:3, :2]])):
            found["several/predict%d" % i] = p
    with tf.Graph().as_default(), tf.Session().as_default():
        model = keras.Sequential([
            L.Masking(0.0, input_shape=(4, 1)), L.Dense(3, activation="softmax"),
        ])  # fmt: skip
        set_weights(model)
        model.compile("sgd", "mse", sample_weight_mode="temporal", metrics=["mae"])
        np.random.seed(4)
        masked = x.reshape(50, 4, 1) * (r.rand(50, 4, 1) > 0.4)
        keep("masked", model.fit(masked, np.repeat(hot[:, None], 4, 1), epochs=2, batch_size=25,
                                 verbose=0, sample_weight=r.rand(50, 4)))  # fmt: skip
        for i, w in enumerate(model.get_weights()):
            found["masked/weight%d" % i] = w
    return found


FAMILIES = {"layers": layers, "losses": losses, "metrics": metrics, "optimizers": optimizers,
            "training": training}  # fmt: skip

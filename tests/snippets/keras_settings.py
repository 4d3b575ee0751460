"""Initializers, regularizers, constraints, activations, and what ``compile`` makes of words."""
import numpy as np

OPERATIONS = False


def _unknown(out, function):
    """The error's beginning: Penstock goes on with the choices."""
    try:
        function()
    except (ValueError, TypeError) as error:
        out(type(error).__name__, str(error).split(":")[0].split(". ")[0])


def initializers(tf, out):
    K, I = tf.keras.backend, tf.keras.initializers
    for name in (
        "Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal "
        "Identity glorot_normal glorot_uniform he_normal he_uniform lecun_normal lecun_uniform "
        "random_normal random_uniform truncated_normal zeros ones constant orthogonal identity "
        "uniform normal zero one"
    ).split():  # fmt: skip
        made = I.get(name)
        out(name, type(made).__name__, sorted(made.get_config().items()))
        seeded = "seed" in made.get_config()
        if seeded:
            config = made.get_config()
            config["seed"] = 7
            made = type(made).from_config(config)
        out(np.asarray(K.eval(made((6, 4)))))
        if seeded and name[0].islower():
            out(np.asarray(K.eval(made((2, 3, 4, 5)))))
        out(I.serialize(made)["class_name"])
    out(np.asarray(K.eval(I.Constant(2.5)((2,)))))
    out(np.asarray(K.eval(I.Identity(gain=2.0)((2, 2)))))
    out(np.asarray(K.eval(I.Orthogonal(gain=1.5, seed=3)((2, 3, 4)))))
    scaling = I.VarianceScaling(scale=2.0, mode="fan_avg", distribution="uniform", seed=1)
    out(np.asarray(K.eval(scaling((5, 5)))))
    _unknown(out, lambda: I.get("xavier"))
    out.error(lambda: I.VarianceScaling(scale=-1.0))
    out.error(lambda: I.VarianceScaling(mode="fan"))
    out.error(lambda: I.Orthogonal()((3,)))
    out(I.get(None), I.get({"class_name": "Ones", "config": {}}).__class__.__name__)


def regularizers(tf, out):
    K, R = tf.keras.backend, tf.keras.regularizers
    x = K.constant(np.random.RandomState(0).randn(3, 4))
    for made in (R.l1(0.1), R.l2(0.2), R.l1_l2(0.1, 0.2), R.L1L2(0.0, 0.5), R.get("l1"), R.get("l2"), R.get("l1_l2")):
        out(np.asarray(K.eval(made(x))))
        out(sorted((k, float(v)) for k, v in made.get_config().items()), R.serialize(made)["class_name"])
    out(R.get(None), R.L1L2()(x))
    _unknown(out, lambda: R.get("l3"))


def constraints(tf, out):
    K, C = tf.keras.backend, tf.keras.constraints
    x = K.constant(np.random.RandomState(0).randn(4, 4) * 2)
    images = K.constant(np.random.RandomState(0).randn(3, 3, 2, 2) * 2)
    for made in (C.MaxNorm(), C.MaxNorm(1, axis=1), C.NonNeg(), C.UnitNorm(), C.MinMaxNorm(),
                 C.MinMaxNorm(0.5, 0.9, 0.7, axis=1), C.max_norm(1.5), C.non_neg(), C.unit_norm(1),
                 C.min_max_norm(), C.get("maxnorm"), C.get("nonneg"), C.get("unitnorm"), C.get("MaxNorm")):  # fmt: skip
        out(np.asarray(K.eval(made(x))))
        out(sorted(made.get_config().items()), C.serialize(made)["class_name"])
    for size in (3, 4, 5):
        kernels = K.constant(np.random.RandomState(size).randn(size, size, 2, 2))
        out(np.asarray(K.eval(C.RadialConstraint()(kernels))))
    out(np.asarray(K.eval(C.MaxNorm(1, axis=[0, 1, 2])(images))))
    out(C.get(None))
    _unknown(out, lambda: C.get("max"))


def activations(tf, out):
    K, A = tf.keras.backend, tf.keras.activations
    x = K.constant(np.random.RandomState(0).randn(3, 4) * 2)
    for name in "softmax elu selu softplus softsign relu tanh sigmoid hard_sigmoid exponential linear".split():
        made = A.get(name)
        out(name, made.__name__, A.serialize(made))
        out(np.asarray(K.eval(made(x))))
    out(np.asarray(K.eval(A.relu(x, 0.1, 1.0, 0.2))))
    out(np.asarray(K.eval(A.elu(x, 0.5))))
    out(np.asarray(K.eval(A.softmax(K.constant(np.random.RandomState(1).randn(2, 3, 4)), axis=1))))
    out(A.get(None).__name__)
    _unknown(out, lambda: A.get("rely"))
    out.error(lambda: A.get(3))
    _unknown(out, lambda: A.softmax(K.constant([1.0])))


def compile_words(tf, out):
    keras = tf.keras
    L = keras.layers

    def model(last, units=3):
        made = keras.Sequential([L.Dense(units, activation=last, input_shape=(4,))])
        return made

    r = np.random.RandomState(0)
    x = r.randn(8, 4)
    number, hot, bits = r.randint(0, 3, 8), np.eye(3)[r.randint(0, 3, 8)], r.randint(0, 2, (8, 1))
    for loss, y, last, units in (
        ("sparse_categorical_crossentropy", number, "softmax", 3), ("categorical_crossentropy", hot, "softmax", 3),
        ("binary_crossentropy", bits, "sigmoid", 1), ("mse", hot, "sigmoid", 3), ("mae", bits, None, 1),
        ("hinge", bits, "tanh", 1), (keras.losses.MeanSquaredError(), bits, "sigmoid", 1),
        (keras.losses.SparseCategoricalCrossentropy(), number, "softmax", 3),
    ):  # fmt: skip
        for metrics in (["accuracy"], ["acc"], ["mae", "crossentropy"], ["mse", keras.metrics.mean_absolute_error],
                        [keras.metrics.MeanSquaredError(name="own")]):  # fmt: skip
            made = model(last, units)
            made.set_weights([np.random.RandomState(3).randn(*w.shape) for w in made.get_weights()])
            try:
                made.compile("sgd", loss, metrics=metrics)
                values = made.evaluate(x, y, verbose=0)
            except ValueError as error:
                out(type(error).__name__, str(error).split(";")[0][:60])
                continue
            # TensorFlow 2 and Penstock call metrics what the program calls them.
            out([n.replace("accuracy", "acc") for n in made.metrics_names if metrics[0] in ("acc", "accuracy")])
            out(np.array(values))
    for name in "SGD RMSprop Adagrad Adadelta Adam Adamax Nadam Ftrl sgd rmsprop adagrad adadelta adam adamax nadam ftrl".split():
        made = keras.optimizers.get(name)
        out(type(made).__name__, sorted((k, v) for k, v in made.get_config().items()))
    out(type(keras.optimizers.get(tf.train.AdamOptimizer())).__name__)
    for name in ("mse MSE mae MAE mape MAPE msle MSLE kld KLD mean_squared_error kullback_leibler_divergence "
                 "logcosh squared_hinge").split():  # fmt: skip
        out(name, keras.losses.get(name).__name__)

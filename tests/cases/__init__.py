"""Golden cases: small graphs that both TensorFlow 1.15 and Penstock build and run.

A family file (``tests/cases/<family>.py``) declares cases; ``tools/golden/make_cases.py`` runs
them under TensorFlow and keeps what came out in ``tests/golden/cases/<family>.npz``; the tests
run them under Penstock and compare values, gradients, static shapes and the graph itself.

These files run on Python 3.6 too: no annotations, no f-strings with '='.
"""
import numpy as np


class Case(object):
    """One graph. ``build(tf, *tensors)`` returns a tensor, an operation or a list of tensors."""

    def __init__(self, name, build, inputs, grad=True, graph=True, dynamic=True, numeric=True,
                 rtol=None, atol=None, runs=1, seed=None, error=False, init=False):
        self.name = name
        self.build = build
        self.inputs = inputs
        self.grad = grad          # compare gradients for the floating inputs
        self.graph = graph        # compare op names, types and inputs, gradient ops included
        self.dynamic = dynamic    # also run with placeholders whose sizes are all unknown
        self.numeric = numeric    # also check the gradient by finite differences in float64
        self.rtol = rtol
        self.atol = atol
        self.runs = runs          # how often the session runs (state and random ops)
        self.seed = seed          # tf.set_random_seed
        self.error = error        # building or running must fail, with the same class of error
        self.init = init          # run tf.global_variables_initializer() first


class Family(object):
    """The cases of one file, in order."""

    def __init__(self, name):
        self.name = name
        self.cases = {}

    def add(self, name, build, *inputs, **options):
        if name in self.cases:
            raise ValueError("case %r is there already" % name)
        self.cases[name] = Case(name, build, list(inputs), **options)

    def error(self, name, build, *inputs, **options):
        self.add(name, build, *inputs, error=True, **options)


def floats(*shape, **options):
    """Normal numbers, the same ones each time; dtype=, seed=, low=, high= (then uniform)."""
    random = np.random.RandomState(options.get("seed", 7))
    if "low" in options:
        values = random.uniform(options["low"], options.get("high", 1.0), shape)
    else:
        values = random.randn(*shape)
    return np.asarray(values).astype(options.get("dtype", np.float32))


def ints(*shape, **options):
    """Integers from low to high - 1; dtype=, seed=, low=, high=."""
    random = np.random.RandomState(options.get("seed", 7))
    values = random.randint(options.get("low", -9), options.get("high", 10), shape)
    return np.asarray(values).astype(options.get("dtype", np.int32))


def complexes(*shape, **options):
    """Complex normal numbers; dtype=, seed=."""
    random = np.random.RandomState(options.get("seed", 7))
    values = random.randn(*shape) + 1j * random.randn(*shape)
    return np.asarray(values).astype(options.get("dtype", np.complex64))


def bools(*shape, **options):
    """Truth values; seed=."""
    return np.random.RandomState(options.get("seed", 7)).rand(*shape) > 0.5


def flat(value):
    """The tensors (or operations) in a nest of lists, tuples and dicts."""
    if isinstance(value, dict):
        return [t for key in sorted(value) for t in flat(value[key])]
    if isinstance(value, (list, tuple)) and not hasattr(value, "dense_shape"):
        return [t for item in value for t in flat(item)]
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return [value.values, value.indices]
    return [] if value is None else [value]


def seeded_grad(shape, dtype, index):
    """The gradient that is sent into output ``index``."""
    values = np.random.RandomState(100 + index).randn(*shape)
    return np.asarray(values).astype(dtype)


def record(tf, case, dynamic):
    """Builds and runs ``case`` with ``tf``; returns what it gave.

    Returns a dict: ``out<i>`` (values), ``out<i>_<run>`` for further runs, ``grad<i>`` (the
    gradient for input i), ``shapes`` (static shapes, as text), ``graph`` (one line an op).
    """
    result = {}
    with tf.Graph().as_default() as graph:
        if case.seed is not None:
            tf.set_random_seed(case.seed)
        tensors = []
        feed = {}
        for i, value in enumerate(case.inputs):
            value = np.asarray(value)
            dtype = tf.string if value.dtype.kind in "SUO" else tf.as_dtype(value.dtype)
            shape = [None] * value.ndim if dynamic else list(value.shape)
            tensor = tf.placeholder(dtype, shape, name="input%d" % i)
            tensors.append(tensor)
            feed[tensor] = value
        outputs = flat(case.build(tf, *tensors))
        result["shapes"] = np.array(" ".join(
            str(t.get_shape()).replace(" ", "") for t in outputs if hasattr(t, "get_shape")))
        gradients = []
        if case.grad:
            ys = [t for t in outputs if hasattr(t, "dtype") and
                  (t.dtype.is_floating or t.dtype.is_complex)]
            xs = [(i, t) for i, t in enumerate(tensors) if t.dtype.is_floating or t.dtype.is_complex]
            if ys and xs:
                grad_ys = []
                for i, y in enumerate(ys):
                    grad_y = tf.placeholder(y.dtype.base_dtype, y.get_shape(), name="grad_y%d" % i)
                    grad_ys.append(grad_y)
                found = tf.gradients(ys, [x for _, x in xs], grad_ys)
                gradients = [(i, g) for (i, _), g in zip(xs, found)]
        if case.graph and not dynamic:
            result["graph"] = np.array("\n".join(describe(op) for op in graph.get_operations()))
        with tf.Session() as sess:
            if case.init:
                sess.run(tf.global_variables_initializer())
            for run in range(case.runs):
                values = sess.run(outputs, feed)
                suffix = "" if run == 0 else "_%d" % run
                for i, value in enumerate(values):
                    if value is not None:
                        result["out%d%s" % (i, suffix)] = storable(value)
            if gradients:
                k = 0
                for i, t in enumerate(outputs):
                    if hasattr(t, "dtype") and (t.dtype.is_floating or t.dtype.is_complex):
                        feed[grad_ys[k]] = seeded_grad(
                            np.shape(values[i]), t.dtype.base_dtype.as_numpy_dtype, k)
                        k += 1
                for i, gradient in gradients:
                    if gradient is None:
                        result["grad%d" % i] = np.array("None")
                    else:
                        dense = tf.convert_to_tensor(gradient)
                        result["grad%d" % i] = storable(sess.run(dense, feed))
    return result


def storable(value):
    """A fetched value as an array that an .npz file holds without pickling."""
    if hasattr(value, "values") and hasattr(value, "indices"):
        value = value.values
    array = np.asarray(value)
    if array.dtype.kind == "O":
        return np.array([v if isinstance(v, bytes) else str(v).encode() for v in array.ravel()]
                        ).reshape(array.shape)
    if array.dtype.kind == "V" or array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    return array


def describe(op):
    """One line that names an operation, its type and its inputs."""
    inputs = [t.name for t in op.inputs] + ["^" + c.name for c in op.control_inputs]
    return "%s %s(%s)" % (op.name, op.type, ", ".join(inputs))

"""Random operations: draws over several runs, with the graph's seed, the operation's, both."""

from cases import Family, floats

cases = Family("random")
DRAW = dict(runs=3, grad=False, dynamic=False, graph=False)
# (graph seed, operation seed)
SEEDS = [("graph", 17, None), ("op", None, 5), ("both", 17, 5), ("zeros", 0, 0)]


def several(build):
    """Two operations of a kind, so that the place in the graph matters."""
    return lambda tf, *x: [build(tf, *x), build(tf, *x)]


def declare(label, graph_seed, op_seed):
    def add(name, build, *inputs, **more):
        kept = dict(DRAW, seed=graph_seed)
        kept.update(more)
        cases.add(name + "_" + label, several(build), *inputs, **kept)

    add("uniform", lambda tf, s=op_seed: tf.random_uniform([3, 5], seed=s), rtol=1e-12, atol=0)
    add(
        "uniform_range",
        lambda tf, s=op_seed: tf.random_uniform([2, 3], -0.05, 0.05, seed=s),
        rtol=1e-12,
        atol=0,
    )
    add("uniform_int", lambda tf, s=op_seed: tf.random_uniform([9], -3, 100, tf.int32, seed=s))
    add("uniform_int64", lambda tf, s=op_seed: tf.random_uniform([9], 0, 10**12, tf.int64, seed=s))
    add("uniform_double", lambda tf, s=op_seed: tf.random_uniform([5], dtype=tf.float64, seed=s))
    add("uniform_half", lambda tf, s=op_seed: tf.random_uniform([5], dtype=tf.float16, seed=s))
    add("normal", lambda tf, s=op_seed: tf.random_normal([4, 5], 1.0, 2.0, seed=s))
    add("normal_double", lambda tf, s=op_seed: tf.random_normal([5], dtype=tf.float64, seed=s))
    add("truncated", lambda tf, s=op_seed: tf.truncated_normal([5, 7], stddev=0.1, seed=s))
    add("shuffle", lambda tf, x, s=op_seed: tf.random_shuffle(x, seed=s), floats(7, 2))
    add(
        "shuffle_strings",
        lambda tf, s=op_seed: tf.random_shuffle(tf.constant(["a", "b", "c", "d", "e"]), seed=s),
    )
    add("multinomial", lambda tf, x, s=op_seed: tf.multinomial(x, 6, seed=s), floats(3, 4))
    add(
        "categorical",
        lambda tf, x, s=op_seed: tf.random.categorical(x, 6, dtype=tf.int32, seed=s),
        floats(3, 4),
    )
    add(
        "gamma",
        lambda tf, x, s=op_seed: tf.random_gamma([3], x, beta=2.0, seed=s),
        floats(4, low=0.2, high=4.0),
    )
    add(
        "poisson",
        lambda tf, x, s=op_seed: tf.random_poisson(x, [3], seed=s),
        floats(4, low=0.5, high=30.0),
    )
    add("dropout", lambda tf, x, s=op_seed: tf.nn.dropout(x, 0.6, seed=s), floats(4, 5))


for entry in SEEDS:
    declare(*entry)

GRAPH = dict(grad=False, dynamic=False, seed=3)
cases.add("graph_uniform", lambda tf: tf.random_uniform([2, 3]), **GRAPH)
cases.add("graph_uniform_int", lambda tf: tf.random_uniform([2], 0, 5, tf.int32), **GRAPH)
cases.add("graph_normal", lambda tf: tf.random_normal([2], name="n"), **GRAPH)
cases.add("graph_truncated", lambda tf: tf.truncated_normal([2, 2], stddev=0.5), **GRAPH)
cases.add("graph_multinomial", lambda tf, x: tf.multinomial(x, 4), floats(2, 3), **GRAPH)
cases.add(
    "graph_poisson", lambda tf, x: tf.random_poisson(x, [2]), floats(3, low=1.0, high=2.0), **GRAPH
)
cases.add(
    "dynamic_shape",
    lambda tf, x: tf.random_uniform(tf.shape(x), seed=2),
    floats(2, 3),
    grad=False,
    seed=1,
)
cases.add(
    "partial_shape",
    lambda tf, x: tf.random_normal([tf.shape(x)[0], 4], seed=2),
    floats(2, 3),
    grad=False,
    seed=1,
)
cases.add(
    "gamma_gradient",
    lambda tf, x: tf.random_gamma([3], x, seed=1),
    floats(2, 2, low=0.5, high=3.0),
    seed=4,
    numeric=False,
    rtol=2e-3,
    dynamic=False,
)
cases.add(
    "gamma_beta_gradient",
    lambda tf, x, y: tf.random_gamma([2, 3], x, y, seed=1),
    floats(2, low=0.5, high=3.0),
    floats(2, low=0.5, high=3.0),
    seed=4,
    numeric=False,
    rtol=2e-3,
    dynamic=False,
)
cases.add(
    "dropout_gradient",
    lambda tf, x: tf.nn.dropout(x, rate=0.3),
    floats(3, 4),
    seed=8,
    numeric=False,
)
cases.add(
    "dropout_tensor",
    lambda tf, x, k: tf.nn.dropout(x, k),
    floats(3, 4),
    floats(low=0.5, high=0.6),
    seed=8,
    numeric=False,
)
cases.add(
    "dropout_noise_shape",
    lambda tf, x: tf.nn.dropout(x, 0.5, noise_shape=[3, 1]),
    floats(3, 4),
    seed=8,
    numeric=False,
)
cases.add("stateless_uniform", lambda tf: tf.random.stateless_uniform([2, 3], [4, 5]), **GRAPH)
cases.add(
    "stateless_int", lambda tf: tf.random.stateless_uniform([6], [4, 5], 0, 99, tf.int32), **GRAPH
)
cases.add(
    "stateless_normal", lambda tf: tf.random.stateless_normal([2, 3], [4, 5], 1.0, 2.0), **GRAPH
)
cases.add(
    "stateless_truncated", lambda tf: tf.random.stateless_truncated_normal([5], [4, 5]), **GRAPH
)
cases.add(
    "stateless_categorical",
    lambda tf, x: tf.random.stateless_categorical(x, 5, [1, 2]),
    floats(2, 4),
    **GRAPH,
)
cases.add(
    "stateless_multinomial",
    lambda tf, x: tf.random.stateless_multinomial(x, 5, [1, 2], tf.int32),
    floats(2, 4),
    **GRAPH,
)
cases.error("int_without_maxval", lambda tf: tf.random_uniform([2], dtype=tf.int32))
cases.error("bad_dtype", lambda tf: tf.random_uniform([2], dtype=tf.int16))
cases.error("empty_range", lambda tf: tf.random_uniform([2], 5, 5, tf.int32))
cases.error("normal_of_ints", lambda tf: tf.random_normal([2], dtype=tf.int32))
cases.error("negative_shape", lambda tf: tf.random_normal([-2]))
cases.error("logits_vector", lambda tf: tf.multinomial([1.0, 2.0], 2))
cases.error("dropout_rate", lambda tf, x: tf.nn.dropout(x, 1.5), floats(2))
cases.error("dropout_ints", lambda tf: tf.nn.dropout([1, 2], 0.5))

"""Graphs written by Penstock load in TensorFlow 1.15 and give the same numbers there.

    PYTHONPATH=src python tools/check_graphs_with_tensorflow.py --tensorflow /path/to/python

Builds the graphs below and those of the programs in ``tests/programs/tutorials``, writes them with
``tf.train.write_graph``, runs them, and starts the TensorFlow interpreter on this same file with
``--folder``: it imports each graph, runs what was run, and compares. This file is valid for both
interpreters.
"""

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RNG = np.random.RandomState(0)


def dense_layers(tf):
    x = tf.placeholder(tf.float32, [None, 5], name="x")
    y = tf.placeholder(tf.int64, [None], name="y")
    hidden = tf.nn.relu(
        tf.matmul(x, tf.get_variable("w", [5, 7])) + tf.Variable(tf.random_normal([7]))
    )
    hidden = tf.nn.dropout(hidden, 0.7)
    logits = tf.matmul(hidden, tf.Variable(tf.truncated_normal([7, 3], stddev=0.4)))
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits), name="loss"
    )
    tf.train.AdamOptimizer(0.05).minimize(loss, name="train")
    tf.global_variables_initializer()
    feeds = {"x:0": RNG.rand(6, 5).astype("f4"), "y:0": RNG.randint(0, 3, 6)}
    return feeds, ["init", "train", "train"], ["loss:0", "w:0"]


def convolution(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 2], name="x")
    h = tf.nn.conv2d(x, tf.Variable(tf.random_normal([3, 3, 2, 4], seed=1)), [1, 2, 2, 1], "SAME")
    h = tf.nn.bias_add(h, tf.Variable(tf.ones([4])))
    h = tf.nn.max_pool(tf.nn.lrn(tf.nn.elu(h)), [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    h, _, _ = tf.nn.fused_batch_norm(h, tf.Variable(tf.ones([4])), tf.zeros([4]))
    loss = tf.reduce_sum(tf.square(tf.nn.avg_pool(h, [1, 2, 2, 1], [1, 1, 1, 1], "SAME")) - h)
    tf.identity(loss, name="loss")
    tf.train.MomentumOptimizer(0.01, 0.9, use_nesterov=True).minimize(loss, name="train")
    tf.global_variables_initializer()
    return {"x:0": RNG.rand(3, 8, 8, 2).astype("f4")}, ["init", "train", "train"], ["loss:0"]


def control_flow(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    total = tf.while_loop(
        lambda i, s: i < 5, lambda i, s: (i + 1, s * x + tf.to_float(i)), [0, tf.ones([3])]
    )[1]
    chosen = tf.cond(tf.reduce_sum(x) > 1, lambda: total * 2, lambda: total - 1)
    scanned = tf.scan(lambda a, b: a * b, tf.stack([chosen, x, x]), name="scan")
    gradient = tf.gradients(tf.reduce_sum(scanned), x)[0]
    tf.identity(scanned, name="out")
    tf.identity(gradient, name="gradient")
    return {"x:0": np.array([0.5, 1.5, -0.3], "f4")}, [], ["out:0", "gradient:0"]


def arrays(tf):
    x = tf.placeholder(tf.float64, [4, None], name="x")
    tf.concat([x[1:, ::-1], x[:1] * 2], 0, name="a")
    tf.gather(x, [0, 3, 3], name="b")
    tf.one_hot(tf.argmax(x, 1), 6, name="c")
    tf.pad(tf.reduce_max(x, 1, keepdims=True), [[1, 0], [0, 2]], "CONSTANT", name="d")
    tf.reshape(tf.stack(tf.unstack(x[:, :2], 2, axis=1), 1), [2, -1], name="e")
    tf.cumsum(tf.reverse(x, [1]), 1, exclusive=True, name="f")
    tf.as_string(tf.cast(x * 10, tf.int32), name="g")
    tf.nn.top_k(x, 2, name="h")
    tf.boolean_mask(x, [True, False, True, False], name="i")
    tf.matrix_inverse(tf.matmul(x, x, transpose_b=True) + tf.eye(4, dtype=tf.float64), name="j")
    tf.complex(x, x, name="k")
    tf.random_uniform([3], 0, 9, tf.int32, seed=3, name="l")
    names = ["a:0", "b:0", "c:0", "d:0", "e:0", "f:0", "g:0", "h:0", "h:1", "j:0", "k:0", "l:0"]
    return {"x:0": RNG.rand(4, 5)}, [], names


def embeddings(tf):
    ids = tf.placeholder(tf.int32, [None], name="ids")
    table = tf.get_variable("table", [10, 4], initializer=tf.random_uniform_initializer(-1, 1))
    weights = tf.get_variable("weights", [10, 4])
    loss = tf.reduce_mean(tf.nn.nce_loss(
        weights, tf.zeros([10]), tf.expand_dims(tf.cast(ids, tf.int64), 1),
        tf.nn.embedding_lookup(table, ids), 3, 10))  # fmt: skip
    tf.identity(loss, name="loss")
    tf.train.AdagradOptimizer(0.1).minimize(loss, name="train")
    tf.global_variables_initializer()
    feeds = {"ids:0": np.array([1, 4, 4, 7], "i4")}
    return feeds, ["init", "train", "train"], ["loss:0", "table:0"]


BUILDERS = [dense_layers, convolution, control_flow, arrays, embeddings]


def run(session, feeds, steps, fetches):
    """What the fetches give after the steps, and then once more."""
    for step in steps:
        session.run(step, feeds if step == "train" else None)
    return [session.run(name, feeds) for name in fetches for _ in range(2)]


def write(folder):
    import penstock as tf

    for number, build in enumerate(BUILDERS):
        graph = tf.Graph()
        with graph.as_default():
            tf.set_random_seed(number)
            feeds, steps, fetches = build(tf)
        with tf.Session(graph=graph) as session:
            values = run(session, feeds, steps, fetches)
        tf.train.write_graph(graph, folder, build.__name__ + ".pb", as_text=bool(number % 2))
        kept = {"feed|" + name: value for name, value in feeds.items()}
        for i, value in enumerate(values):
            array = np.asarray(value)
            kept[f"value|{i}"] = array.astype("S") if array.dtype == object else array
        kept["names"] = np.array(json.dumps([steps, fetches]))
        np.savez(os.path.join(folder, build.__name__ + ".npz"), **kept)
    tf.install()
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", "programs", "tutorials", "*.py"))):
        import contextlib
        import io

        tf.reset_default_graph()
        with open(path) as file, contextlib.redirect_stdout(io.StringIO()):
            exec(compile(file.read(), path, "exec"), {"__name__": "__main__"})
        name = os.path.basename(path)[:-3]
        tf.train.write_graph(tf.get_default_graph(), folder, "program_" + name + ".pb", False)


def same(first, second):
    first, second = np.asarray(first), np.asarray(second)
    if first.shape != second.shape:
        return False
    if first.dtype.kind in "fc":
        return np.allclose(first, second, rtol=1e-4, atol=1e-5)
    return bool(np.all(first.astype(second.dtype) == second))


def check(folder):
    import tensorflow as tf
    from google.protobuf import text_format

    failed = 0
    for path in sorted(glob.glob(os.path.join(folder, "*.pb"))):
        name = os.path.basename(path)[:-3]
        definition = tf.GraphDef()
        with open(path, "rb") as file:
            data = file.read()
        try:
            text_format.Parse(data.decode(), definition)
        except (UnicodeDecodeError, text_format.ParseError):
            definition = tf.GraphDef.FromString(data)
        graph = tf.Graph()
        try:
            with graph.as_default():
                tf.import_graph_def(definition, name="")
            problems = []
            if os.path.exists(path[:-3] + ".npz"):
                kept = dict(np.load(path[:-3] + ".npz"))
                steps, fetches = json.loads(str(kept["names"]))
                feeds = {k[5:]: v for k, v in kept.items() if k.startswith("feed|")}
                wanted = [kept[f"value|{i}"] for i in range(2 * len(fetches))]
                with tf.Session(graph=graph) as session:
                    values = run(session, feeds, steps, fetches)
                for fetch, value, expected in zip(
                    [f for f in fetches for _ in "12"], values, wanted
                ):
                    if not same(value, expected):
                        problems.append(f"{fetch}: {expected} here, {value} in TensorFlow")
            elif definition.node:
                with tf.Session(graph=graph) as session:
                    session.run([op for op in graph.get_operations() if op.name == "init"])
        except Exception as error:  # noqa: BLE001 - reported
            problems = [type(error).__name__ + ": " + str(error).split("\n")[0]]
        failed += bool(problems)
        print(f"{name:40} {len(definition.node):5} nodes  {'; '.join(problems) or 'ok'}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tensorflow", help="the Python of a TensorFlow 1.15 environment")
    parser.add_argument("--folder", help="check the graphs there (used under TensorFlow)")
    options = parser.parse_args()
    if options.folder:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        return min(check(options.folder), 100)
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        command = [options.tensorflow, os.path.abspath(__file__), "--folder", folder]
        return subprocess.call(command, env=environment)


if __name__ == "__main__":
    sys.exit(main())

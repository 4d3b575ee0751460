"""A model, written to and read from every kind of file, by TensorFlow and by Penstock.

Runs on Python 3.6 too. `write` and `read` take either library as `tf`.
"""

import os

import numpy as np

X = np.array([[1.0, 2.0], [-3.0, 0.5]], "float32")


def build(tf):
    """A model with all kinds of variables, a loop, a conditional and an optimizer."""
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    with tf.variable_scope("parts"):
        tf.get_variable(
            "embedding", [5, 2], partitioner=tf.fixed_size_partitioner(2),
            initializer=tf.constant_initializer(0.25),
        )  # fmt: skip
        tf.get_variable("resource", initializer=tf.constant([1.5, -2.5]), use_resource=True)
    tf.Variable(7, name="step", trainable=False)
    tf.Variable(["a", "bc"], name="words", trainable=False)
    tf.Variable(tf.constant([1 + 2j], tf.complex64), name="complex", trainable=False)
    tf.Variable(tf.constant([1.5], tf.float16), name="half", trainable=False)
    tf.Variable([True, False], name="truth", trainable=False)
    loop = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [0, tf.reduce_sum(x)])
    y = tf.add(tf.matmul(x, w), loop[1], name="y")
    z = tf.cond(tf.reduce_sum(x) > 0, lambda: y * 2, lambda: y)
    z = tf.identity(z, name="z")
    tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(tf.square(y)), name="train")
    tf.add_to_collection("results", z)
    return x, y, z


def write(tf, folder):
    """Writes the model in every form into `folder`; returns what it computes."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x, y, z = build(tf)
        savers = {
            "v2": tf.train.Saver(),
            "sharded": tf.train.Saver(sharded=True),
            "v1": tf.train.Saver(write_version=tf.train.SaverDef.V1),
        }
        session.run(tf.global_variables_initializer())
        session.run("train", {x: X})
        for name in sorted(savers):
            savers[name].save(session, os.path.join(folder, name), latest_filename=name + "_state")
        tf.saved_model.simple_save(session, os.path.join(folder, "served"), {"x": x}, {"y": y})
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["z"])
        with open(os.path.join(folder, "frozen.pb"), "wb") as file:
            file.write(frozen.SerializeToString())
        return {name: np.asarray(value) for name, value in values(tf, session).items()}


def values(tf, session, scope=""):
    """What the model in a session's graph computes, and its variables."""
    fetched = {"y": scope + "y:0", "z": scope + "z:0"}
    for name in ("w", "step", "complex", "half", "truth", "parts/embedding/part_0",
                 "parts/embedding/part_1", "w/Adam"):  # fmt: skip
        fetched[name] = scope + name + ":0"
    fetched["parts/resource"] = scope + "parts/resource/Read/ReadVariableOp:0"
    found = session.run(fetched, {scope + "x:0": X})
    found["words"] = np.array([b.decode() for b in session.run(scope + "words:0")])
    return found


def read(tf, folder):
    """Reads every form; returns what each computes."""
    found = {}
    for name in ("v2", "sharded", "v1"):
        for scope in ("", "inside"):
            with tf.Graph().as_default(), tf.Session() as session:
                meta = os.path.join(folder, name + ".meta")
                saver = tf.train.import_meta_graph(meta, import_scope=scope or None)
                saver.restore(session, os.path.join(folder, name))
                prefix = scope + "/" if scope else ""
                found[name + scope] = values(tf, session, prefix)
                # The graph goes on training, loops and conditionals included.
                z = tf.get_collection("results")[0]
                w = [v for v in tf.trainable_variables() if v.op.name == prefix + "w"][0]
                gradient = tf.gradients(z, w)[0]
                found[name + scope]["gradient"] = session.run(gradient, {prefix + "x:0": X})
                session.run(prefix + "train", {prefix + "x:0": X})
                found[name + scope]["trained"] = session.run(prefix + "w:0")
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], os.path.join(folder, "served"))
        found["served"] = values(tf, session)
    with tf.Graph().as_default(), tf.Session() as session:
        with open(os.path.join(folder, "frozen.pb"), "rb") as file:
            frozen = tf.GraphDef.FromString(file.read())
        z = tf.import_graph_def(frozen, return_elements=["z:0"])[0]
        found["frozen"] = {"z": session.run(z, {"import/x:0": X})}
    flat = {}
    for form in found:
        for name in found[form]:
            flat[form + "|" + name] = np.asarray(found[form][name])
    return flat

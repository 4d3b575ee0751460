"""Whole graphs: programs whose every node must be what TensorFlow 1.15 makes of them.

A family file (``tests/whole_graphs/<family>.py``) holds functions ``def name(tf)`` that build a
graph.  ``listing`` gives one line of text a node (name, type, inputs, control inputs, device, all
attributes, output shapes), then the collections and versions.  ``tools/golden/make_whole_graphs.py``
keeps what TensorFlow gave in ``tests/golden/whole_graphs``.

These files run on Python 3.6 too.
"""

import hashlib
import importlib
import inspect
import math
import re

import numpy as np

FAMILIES = [
    "control_flow",
    "input",
    "layers",
    "losses",
    "optimizers",
    "slices",
    "surroundings",
    "variables",
]


def names_of(family):
    """The programs of a family, by name."""
    module = importlib.import_module("whole_graphs." + family)
    return {
        name: f
        for name, f in vars(module).items()
        if name[0] != "_"
        and inspect.isfunction(f)
        and f.__module__ == module.__name__
        and list(inspect.signature(f).parameters) == ["tf"]
    }


def listing(tf, program):
    """The graph that ``program`` builds, line by line."""
    with tf.Graph().as_default() as graph:
        program(tf)
        return lines_of(tf, graph)


def lines_of(tf, graph):
    """A graph, line by line."""
    with graph.as_default():
        meta = tf.train.export_meta_graph(graph=graph)
    lines = []
    for node in graph.as_graph_def(add_shapes=True).node:
        inputs = [i for i in node.input if i[0] != "^"]
        inputs += sorted(i for i in node.input if i[0] == "^")
        attributes = " ".join("%s=%s" % (k, attribute(tf, node.attr[k])) for k in sorted(node.attr))
        line = "%s %s(%s) %s %s" % (node.name, node.op, ", ".join(inputs), node.device, attributes)
        # What is another in each run: a save's folder, an own gradient's number, a table's name.
        lines.append(
            re.sub(
                "_temp_[0-9a-f]{32}|CustomGradient-[a-z0-9]+|hash_table_[0-9a-f-]{36}", "...", line
            )
        )
    for function in sorted(meta.graph_def.library.function, key=lambda f: f.signature.name):
        lines.append(
            "function %d -> %d"
            % (len(function.signature.input_arg), len(function.signature.output_arg))
        )
    for key in sorted(meta.collection_def):
        kept = meta.collection_def[key]
        kind = kept.WhichOneof("kind")
        values = getattr(kept, kind).value
        shown = [short(context(key, v) if kind == "bytes_list" else repr(v)) for v in values]
        lines.append("collection %s %s %s" % (key, kind, "; ".join(shown)))
    versions = meta.graph_def.versions
    lines.append("versions %d %d" % (versions.producer, versions.min_consumer))
    return lines


def context(key, value):
    """An element of a collection as text: a context's maps are in no fixed order."""
    if key not in ("cond_context", "while_context"):
        return repr(bytes(value))
    try:
        from tensorflow.core.protobuf import control_flow_pb2 as protos
    except ImportError:
        from penstock import protos
    kind = protos.CondContextDef if key == "cond_context" else protos.WhileContextDef
    return "\n".join(sorted(str(kind.FromString(value)).split("\n"))).strip()


def short(text):
    """``text``, or its beginning and a hash where it is long."""
    if len(text) <= 100:
        return text
    return text[:40] + "..." + hashlib.sha1(text.encode()).hexdigest()[:10]


def attribute(tf, value):
    """An ``AttrValue`` as text that doesn't depend on the protocol buffer library's version."""
    field = value.WhichOneof("value")
    if field == "list":
        parts = []
        for name in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
            parts += [one(tf, name, item) for item in getattr(value.list, name)]
        return "[" + ",".join(parts) + "]"
    return "?" if field is None else one(tf, field, getattr(value, field))


def one(tf, kind, value):
    if kind == "s":
        return short(repr(bytes(value)))
    if kind == "type":
        return tf.as_dtype(value).name
    if kind == "f":
        return repr(float(np.float32(value)))
    if kind == "shape":
        return shape_text(value)
    if kind == "tensor":
        array = tf.make_ndarray(value)
        # One element may stand for all: then the file is small.
        written = max([len(v) for f, v in value.ListFields() if f.name.endswith("_val")] + [0])
        field = " splat " if array.size > 1 and written == 1 else " "
        if array.dtype.kind == "O":
            text = repr(array.tolist())
        elif array.dtype.name == "bfloat16":
            text = repr(array.astype(np.float32).tolist())
        else:
            text = repr(array.tolist())
        return "%s%s%s%s" % (
            tf.as_dtype(value.dtype).name,
            shape_text(value.tensor_shape),
            field,
            short(text),
        )
    if kind == "func":
        return "function"
    return str(value)


def shape_text(shape):
    if shape.unknown_rank:
        return "<unknown>"
    return "(" + ",".join("?" if d.size < 0 else str(d.size) for d in shape.dim) + ")"


# Programs of ``../shared/programs`` and the line at which each has built its graph.
PROGRAMS = {
    "alexnet": "        with tf.Session() as sess:",
    "deep_mnist_cnn": "sess.run(tf.initialize_all_variables())",
    "deep_mnist_softmax": "sess.run(tf.initialize_all_variables())",
    "hello_tensorflow_train": "sess = tf.Session()",
    "softmax_tensorboard": "sess = tf.InteractiveSession()",
}
# Lines that have nothing to do with the graph, or that TensorFlow 1.15 can't run.
_DROPPED = r"import |.*\bsess\b|.*\bmnist\b|.*\bplt\.|.*\b(fig|ax)\b|flags|FLAGS =|.*\bos\.|.*\bgfile\b|.*train_labels"
_RENAMED = {
    "tf.mul(": "tf.multiply(",
    "tf.scalar_summary(": "tf.summary.scalar(",
    "tf.merge_all_summaries(": "tf.summary.merge_all(",
}


def listing_of_program(tf, path, end):
    """The graph that the lines of a program before ``end`` build."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    for old, new in _RENAMED.items():
        source = source.replace(old, new)
    source = source.split("\n" + end)[0].replace("with tf.Graph().as_default():", "if True:")
    lines = [
        line for line in source.split("\n") if not re.match(r"\s*(from .*|%s)" % _DROPPED, line)
    ]

    class FLAGS:
        learning_rate = 1e-2

    names = {"tf": tf, "np": np, "math": math, "FLAGS": FLAGS, "__name__": "__main__"}
    with tf.Graph().as_default() as graph:
        exec(compile("\n".join(lines), path, "exec"), names)
        return lines_of(tf, graph)

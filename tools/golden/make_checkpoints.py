"""Writes tests/golden/checkpoints/<version>/ with the TensorFlow that runs this script.

Run it under TensorFlow 1.15 (all files) and under 0.12 (what 0.12 knows):

    python tools/golden/make_checkpoints.py

Every case is a checkpoint and the values it was made from (`<case>.npz`; bfloat16 as uint16).
"""

import os
import shutil
import sys

import numpy as np
import tensorflow as tf

VERSION = ".".join(tf.__version__.split(".")[:2])
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "golden", "checkpoints", VERSION)
TYPES = [
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128", "string",
]  # fmt: skip
V1_TYPES = ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool",
            "complex64", "string"]  # fmt: skip


def values(name, shape):
    """Numbers that use the whole range of a type, the same in every run."""
    count = int(np.prod(shape))
    if name == "string":
        items = [b"", b"abc", bytes(range(256)), b"x" * 300] + [b"%d" % i for i in range(count)]
        return np.array(items[:count], dtype=object).reshape(shape)
    steps = np.arange(count, dtype=np.float64) - count // 3
    if name == "bool":
        return (steps % 3 == 0).reshape(shape)
    if name == "bfloat16":
        bits = (np.arange(count) * 2654435761 % 0x7F00).astype(np.uint16)
        return bits.reshape(shape)
    dtype = np.dtype(name)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        out = np.array([info.min, info.max] + list(range(count)), dtype)[:count]
        return out.reshape(shape)
    if dtype.kind == "c":
        return (steps * 1.25 + 1j / (1 + abs(steps))).astype(dtype).reshape(shape)
    return (np.pi * steps ** 3).astype(dtype).reshape(shape)


def constant(name, value):
    if name == "bfloat16":
        return tf.bitcast(tf.constant(value, tf.uint16), tf.bfloat16)
    return tf.constant(value, getattr(tf, name))


def save_values(case, named):
    np.savez_compressed(os.path.join(OUT, case + ".npz"),
                        **{k.replace("/", "|"): v for k, v in named.items()})


def flat(value):
    """What `np.savez` can keep without pickling."""
    if value.dtype == object:
        return np.array([v.hex() if hasattr(v, "hex") else v for v in value.reshape(-1)]
                        ).astype("U").reshape(value.shape)
    return value


def all_types_v2():
    """Every type as a matrix, a scalar and an empty array, by the save operation itself."""
    from tensorflow.python.ops import gen_io_ops

    named = {}
    for name in TYPES:
        for suffix, shape in (("matrix", (3, 4)), ("scalar", ()), ("empty", (0, 2))):
            named["%s/%s" % (name, suffix)] = (name, values(name, shape))
    with tf.Graph().as_default(), tf.Session() as sess:
        names = list(named)
        tensors = [constant(*named[n]) for n in names]
        op = gen_io_ops.save_v2(os.path.join(OUT, "all_types"), names, [""] * len(names), tensors)
        sess.run(op)
    save_values("all_types", {n: flat(v) for n, (_, v) in named.items()})


def far_slices():
    """Slices that start far out, for the encoding of numbers in their keys."""
    from tensorflow.python.ops import gen_io_ops

    starts = [0, 1, 63, 64, 8191, 8192, 2 ** 20 - 1, 2 ** 20, 2 ** 27, 2 ** 35, 2 ** 49, 2 ** 56]
    with tf.Graph().as_default(), tf.Session() as sess:
        specs = ["%d 2 %d,1:%s" % (2 ** 57, s, "-" if s % 2 else "0,2") for s in starts]
        tensors = [tf.constant([[s, -s]], tf.int64) for s in starts]
        path = os.path.join(OUT, "far_slices")
        sess.run(gen_io_ops.save_v2(path, ["far"] * len(starts), specs, tensors))
        sess.run(gen_io_ops.save_slices(path + "_v1", ["far"] * len(starts), specs, tensors))
    np.savez_compressed(os.path.join(OUT, "far_slices.npz"), starts=starts)


def variables(types, shape=(3, 4)):
    named = {}
    for name in types:
        value = values(name, shape)
        with tf.device("/cpu:0"):
            tf.Variable(constant(name, value), name="v/" + name)
        named["v/" + name] = value
    return named


def saved(case, build, **saver_arguments):
    with tf.Graph().as_default(), tf.Session() as sess:
        named = build()
        saver = tf.train.Saver(**saver_arguments)
        init = tf.global_variables_initializer()
        sess.run(init)
        saver.save(sess, os.path.join(OUT, case), write_meta_graph=False,
                   latest_filename=case + ".state")
    save_values(case, {n: flat(v) for n, v in named.items()})


def partitioned():
    value = values("float32", (7, 5))
    strings = values("string", (5,))
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(3)):
        tf.get_variable("w", initializer=lambda shape, dtype, partition_info: tf.constant(
            value[partition_info.var_offset[0]:][:shape[0]]), shape=value.shape)
    with tf.variable_scope("wide", partitioner=tf.fixed_size_partitioner(2, axis=1)):
        tf.get_variable("w", initializer=lambda shape, dtype, partition_info: tf.constant(
            value[:, partition_info.var_offset[1]:][:, :shape[1]]), shape=value.shape)
    tf.Variable(tf.constant(strings), name="words")
    tf.Variable(3.5, name="scalar")
    return {"net/w": value, "wide/w": value, "words": strings,
            "scalar": np.array(3.5, np.float32)}


def two_devices():
    """Sharded savers write one data file for each device (here: for each job)."""
    named = {}
    for number in range(4):
        with tf.device("/job:localhost/task:0/device:CPU:%d" % (number % 2)):
            value = values("float64", (2, 3)) * (number + 1)
            tf.Variable(value, name="v%d" % number)
            named["v%d" % number] = value
    return named


def sharded(case, version):
    with tf.Graph().as_default():
        config = tf.ConfigProto(device_count={"CPU": 2})
        named = two_devices()
        saver = tf.train.Saver(sharded=True, write_version=version)
        with tf.Session(config=config) as sess:
            sess.run(tf.global_variables_initializer())
            saver.save(sess, os.path.join(OUT, case), write_meta_graph=False,
                       latest_filename=case + ".state")
    save_values(case, named)


def records():
    options = tf.python_io.TFRecordOptions
    kinds = tf.python_io.TFRecordCompressionType
    for name, kind in (("plain", kinds.NONE), ("zlib", kinds.ZLIB), ("gzip", kinds.GZIP)):
        writer = tf.python_io.TFRecordWriter(
            os.path.join(OUT, "records.%s" % name), options(kind))
        for record in record_values():
            writer.write(record)
        writer.close()


def record_values():
    return [b"", b"a", bytes(bytearray(range(256))), b"tensor" * 500]


def main():
    if os.path.isdir(OUT):
        shutil.rmtree(OUT)
    os.makedirs(OUT)
    v1, v2 = tf.train.SaverDef.V1, tf.train.SaverDef.V2
    new = VERSION != "0.12"
    if new:
        all_types_v2()
        far_slices()
    saved("partitioned_v2", partitioned, write_version=v2)
    saved("partitioned_v1", partitioned, write_version=v1)
    saved("types_v1", lambda: variables(V1_TYPES), write_version=v1)
    saved("types_v2", lambda: variables(V1_TYPES), write_version=v2)
    sharded("sharded_v2", v2)
    sharded("sharded_v1", v1)
    records()
    for name in os.listdir(OUT):
        if name.endswith(".state"):  # the paths in it are this machine's
            path = os.path.join(OUT, name)
            with open(path) as file:
                text = file.read().replace(os.path.abspath(OUT) + os.sep, "")
            with open(path, "w") as file:
                file.write(text.replace(OUT + os.sep, ""))
    print(VERSION, len(os.listdir(OUT)), "files", file=sys.stderr)


main()

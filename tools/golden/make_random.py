"""Makes tests/golden/random.npz: draws of TensorFlow 1.15's random operations.

Run under TensorFlow 1.15 from the repository root: python tools/golden/make_random.py
Every case is three consecutive runs of one operation in one session. Results of more than 400
elements are kept as their first and last 100 elements, 100 spread between, and a CRC-32.
One thread per operation, because TensorFlow's Multinomial and ParameterizedTruncatedNormal draw
different numbers for different numbers of threads.
"""

import json
import zlib

import numpy as np
import tensorflow as tf

RUNS = 3
SEEDS = [(1, 0), (87654321, 42), (0, 7), (-3, 1 << 40), (0x123456789ABCDEF, -1)]
FLOATS = ["float16", "bfloat16", "float32", "float64"]
DENSE = ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"]
INF = float("inf")


def spread(size):
    """The flat positions that are kept of a result with `size` elements."""
    if size <= 400:
        return np.arange(size)
    middle = np.linspace(100, size - 101, 100).astype(np.int64)
    return np.concatenate([np.arange(100), middle, np.arange(size - 100, size)])


def plain(array):
    array = np.ascontiguousarray(array)
    return array.view(np.uint16) if array.dtype.name == "bfloat16" else array


def constant(value, dtype):
    return tf.constant(np.asarray(value), dtype=dtype)


def logits_of(case):
    """Logits that the test can rebuild: no random numbers."""
    count = case["batch"] * case["classes"]
    return np.sin(np.arange(count) * 0.7).reshape(case["batch"], case["classes"]) * 3.0


def build(case):
    """The operation of a case, in the default graph."""
    op, dtype = case["op"], case.get("dtype")
    arguments = {}
    if op.startswith("Stateless"):
        arguments["seed"] = constant([case["seed"], case["seed2"]], case["seed_dtype"])
    else:
        arguments.update(seed=case["seed"], seed2=case["seed2"])
    if "shape" in case and op != "RandomShuffle":
        arguments["shape"] = tf.constant(case["shape"], tf.int32)
    if op.endswith("Int"):
        arguments["minval"] = constant(case["minval"], dtype)
        arguments["maxval"] = constant(case["maxval"], dtype)
    elif op.endswith("Multinomial"):
        arguments["logits"] = constant(logits_of(case), dtype)
        arguments["num_samples"] = case["samples"]
        arguments["output_dtype"] = tf.as_dtype(case["out"])
    elif op == "RandomShuffle":
        count = int(np.prod(case["shape"]))
        arguments["value"] = tf.constant(np.arange(count, dtype=np.int32).reshape(case["shape"]))
    elif op == "ParameterizedTruncatedNormal":
        for argument, value in zip(("means", "stdevs", "minvals", "maxvals"), case["parameters"]):
            arguments[argument] = constant(value, dtype)
    elif op == "RandomGamma":
        arguments["alpha"] = constant(case["alpha"], dtype)
    elif op == "RandomPoissonV2":
        arguments["rate"] = constant(case["rate"], case["rate_dtype"])
        arguments["dtype"] = tf.as_dtype(dtype)
    else:
        arguments["dtype"] = tf.as_dtype(dtype)
    return getattr(tf.raw_ops, op)(**arguments)


def dense_cases():
    """Uniforms and normals: every type and seed, odd sizes, sizes that TensorFlow shards."""
    for op in DENSE:
        for dtype in FLOATS:
            for seed, seed2 in SEEDS:
                yield dict(op=op, shape=[3, 7], seed=seed, seed2=seed2, dtype=dtype)
        for shape, dtype in [
            ([], "float32"),
            ([2, 0, 3], "float32"),
            ([103, 101], "float64"),
            ([100003], "float32"),
        ]:
            yield dict(op=op, shape=shape, seed=11, seed2=22, dtype=dtype)
    yield dict(op="RandomUniform", shape=[103, 101], seed=5, seed2=6, dtype="float16")
    yield dict(op="TruncatedNormal", shape=[103, 101], seed=5, seed2=6, dtype="float16")


def integer_cases():
    for low, high, dtype in [
        (0, 10, "int32"),
        (-(2**31), 2**31 - 1, "int32"),
        (-5, 1000003, "int32"),
        (7, 8, "int64"),
        (-(2**63), 2**63 - 1, "int64"),
        (-(2**40), 2**45 + 1, "int64"),
    ]:
        for shape in ([9], [10007]):
            yield dict(
                op="RandomUniformInt", shape=shape, seed=9, seed2=10, dtype=dtype,
                minval=low, maxval=high,
            )  # fmt: skip


def categorical_cases():
    for batch, classes, samples, dtype, out in [
        (1, 4, 11, "float32", "int64"),
        (5, 7, 3, "float32", "int32"),
        (64, 10, 1, "float64", "int64"),
        (3, 200, 50, "float16", "int64"),
        (300, 33, 17, "float32", "int64"),
        (2, 3, 0, "float32", "int64"),
    ]:
        common = dict(batch=batch, classes=classes, samples=samples, dtype=dtype, out=out)
        yield dict(op="Multinomial", seed=31, seed2=32, **common)
        if batch == 5:
            yield dict(op="StatelessMultinomial", seed=-4, seed2=5, seed_dtype="int32", **common)


def shuffle_cases():
    for shape in ([1], [2], [10], [7, 2], [1001], [12, 0], [1, 3]):
        yield dict(op="RandomShuffle", shape=shape, seed=3, seed2=4)


def bounded_cases():
    """One set of bounds per sampler, mirrored ones, and sets per batch."""
    common = dict(op="ParameterizedTruncatedNormal", seed=13, seed2=14)
    for parameters in [
        (0.0, 1.0, -2.0, 2.0),
        (1.0, 2.0, -INF, 0.5),
        (0.0, 1.0, -0.5, 0.4),
        (0.0, 1.0, 3.0, INF),
        (0.0, 1.0, -9.0, -4.0),
        (5.0, 0.5, 5.1, 5.2),
    ]:
        for dtype in ("float32", "float64"):
            yield dict(shape=[30, 7], dtype=dtype, parameters=parameters, **common)
    yield dict(shape=[30, 7], dtype="float16", parameters=(0.0, 1.0, -2.0, 2.0), **common)
    yield dict(shape=[30, 7], dtype="float16", parameters=(1.0, 2.0, -INF, 0.5), **common)
    batches = ([0.0, 3.0, -2.0], [1.0, 2.0, 0.5], [-1.0, 5.0, -INF], [3.0, 9.0, -2.5])
    yield dict(shape=[3, 40], dtype="float32", parameters=batches, **common)
    # Large enough for the 32-bit count of reserved blocks to overflow.
    yield dict(shape=[1100000], dtype="float32", parameters=(0.0, 1.0, -2.0, 2.0), **common)


def gamma_cases():
    for alpha, shape in [([[0.3, 0.5, 1.0, 2.0, 17.5, 100.0]], [41]), ([], [3]), (1.5, [0])]:
        for dtype in ("float16", "float32", "float64"):
            yield dict(op="RandomGamma", shape=shape, alpha=alpha, seed=17, seed2=18, dtype=dtype)
    yield dict(op="RandomGamma", shape=[50, 50], alpha=1.5, seed=17, seed2=18, dtype="float32")


def poisson_cases():
    rates = [[0.5, 3.0, 9.5, 10.0], [0.0, -1.0, 250.0, 6000.0]]
    for rate_dtype, dtype in [
        ("float16", "float32"),
        ("float32", "float32"),
        ("float64", "int64"),
        ("int32", "float64"),
    ]:
        common = dict(op="RandomPoissonV2", seed=19, seed2=20, dtype=dtype, rate_dtype=rate_dtype)
        yield dict(shape=[29], rate=rates, **common)
    yield dict(shape=[2500], rate=11.0, **common)
    yield dict(shape=[3], rate=[], **common)
    yield dict(shape=[0], rate=2.0, **common)


def stateless_cases():
    for seed, seed2, seed_dtype in [
        (1, 2, "int32"),
        (-7, 3, "int32"),
        (1 << 50, -(1 << 33), "int64"),
    ]:
        common = dict(seed=seed, seed2=seed2, seed_dtype=seed_dtype, shape=[3, 25])
        for op in ("StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal"):
            yield dict(op=op, dtype="float32", **common)
        for dtype, low, high in [("int32", -3, 12345), ("int64", -(1 << 40), 99)]:
            yield dict(
                op="StatelessRandomUniformInt", dtype=dtype, minval=low, maxval=high, **common
            )


def draw(case):
    """The values of three runs in one session, bfloat16 as uint16."""
    with tf.Graph().as_default():
        output = build(case)
        config = tf.compat.v1.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1
        )
        with tf.compat.v1.Session(config=config) as session:
            return [plain(session.run(output)) for _ in range(RUNS)]


def main():
    cases, arrays = [], {}
    for family in (
        dense_cases,
        integer_cases,
        categorical_cases,
        shuffle_cases,
        bounded_cases,
        gamma_cases,
        poisson_cases,
        stateless_cases,
    ):
        for case in family():
            runs = draw(case)
            name = f"{len(cases):03d}"
            arrays[name] = np.stack([run.reshape(-1)[spread(run.size)] for run in runs])
            crcs = [zlib.crc32(run.tobytes()) for run in runs]
            cases.append(dict(case, name=name, crc=crcs))
        print(family.__name__, len(cases), flush=True)
    arrays["cases"] = np.array(json.dumps(cases))
    np.savez_compressed("tests/golden/random.npz", **arrays)


if __name__ == "__main__":
    main()

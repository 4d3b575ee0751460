"""Checks Penstock's checkpoint and record files against a real TensorFlow, both ways.

    python tools/check_checkpoints_with_tensorflow.py --python PYTHON

`PYTHON` is an interpreter that has a TensorFlow (0.12 to 2.x). What Penstock writes is restored
there and compared to the bit; what that TensorFlow writes is read here; files that must be equal
byte for byte are compared; and a save is killed at every file operation and then restored by
TensorFlow. Prints a line for each check; the exit status is 1 if one failed.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile

TYPES = (
    "float16 bfloat16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool "
    "complex64 complex128 string"
).split()

# Runs in the other interpreter: names of readers in, arrays out (all in a pickle of plain types,
# since the two sides have different versions of NumPy).
INSIDE = r"""
import pickle, sys
import numpy as np
import tensorflow as tf
tf = getattr(getattr(tf, "compat", tf), "v1", tf)
job = pickle.load(open(sys.argv[1], "rb"))


def plain(value):
    value = np.asarray(value)
    if value.dtype == object or value.dtype.kind in "SU":
        return "string", value.shape, [bytes(v) for v in value.ravel().tolist()]
    return value.dtype.name, value.shape, np.ascontiguousarray(value).tobytes()


def op(name):
    from tensorflow.python.ops import gen_io_ops
    return getattr(gen_io_ops, name, None) or getattr(gen_io_ops, "_" + name)


def run(tensor):
    with tf.Session(graph=tensor.graph) as session:
        return session.run(tensor)


def restored(path, names):
    with tf.Graph().as_default():
        return restored_within(path, names)


def restored_within(path, names):
    reader = tf.train.NewCheckpointReader(path)
    out = {}
    for name in names or reader.get_variable_to_shape_map():
        try:
            out[name] = plain(reader.get_tensor(name))
        except tf.errors.UnimplementedError:  # some types of V1: by the operation only
            dtype = getattr(tf, name.split("/")[0])
            out[name] = plain(run(op("restore_v2")(path, [name], [""], [dtype])[0]))
        except Exception as error:
            out[name] = ("error", (), str(error))
    return out


answer = {"version": tf.__version__}
answer["restored"] = {path: restored(path, names) for path, names in job["restore"].items()}
answer["slices"] = {}
for path, name, spec, dtype in job["slices"]:
    with tf.Graph().as_default():
        value = op("restore_v2")(path, [name], [spec], [getattr(tf, dtype)])
        answer["slices"][(path, spec)] = plain(run(value[0]))
answer["records"] = {}
for path, kind in job["records"].items():
    options = tf.python_io.TFRecordOptions(getattr(tf.python_io.TFRecordCompressionType, kind))
    answer["records"][path] = list(tf.python_io.tf_record_iterator(path, options))
with tf.Graph().as_default(), tf.Session() as session:
    if job["saver_prefix"]:
        variables = [tf.Variable(tf.zeros([5, 2], tf.int32), name="v%d" % i) for i in range(4)]
        saver = tf.train.Saver(variables)
        saver.restore(session, job["saver_prefix"])
        answer["saver"] = [plain(v) for v in session.run(variables)]
if job["many"]:
    names, path = job["many"]
    with tf.Graph().as_default(), tf.Session() as session:
        values = [tf.constant([float(i)]) for i in range(len(names))]
        session.run(op("save_v2")(path, names, [""] * len(names), values))
for state in job["states"]:
    answer.setdefault("states", []).append(str(tf.train.latest_checkpoint(state)))
pickle.dump(answer, open(sys.argv[2], "wb"), 2)
"""

failures = 0


def check(what: str, right: bool) -> None:
    global failures
    failures += not right
    print(f"{'ok  ' if right else 'FAIL'} {what}")


def ask(python: str, folder: pathlib.Path, **job) -> dict:
    """What TensorFlow makes of some files."""
    full = {"restore": {}, "slices": [], "records": {}, "saver_prefix": "", "many": None,
            "states": []} | job  # fmt: skip
    paths = [folder / "job", folder / "answer"]
    paths[0].write_bytes(pickle.dumps(full, 2))
    script = folder / "inside.py"
    script.write_text(INSIDE)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [python, str(script), *map(str, paths)], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stderr[-2000:])
        sys.exit(1)
    return pickle.loads(paths[1].read_bytes())


def plain(value) -> tuple:
    import numpy as np

    if value.dtype == object:
        return (
            "string",
            value.shape,
            [v if isinstance(v, bytes) else v.encode() for v in value.ravel()],
        )
    return value.dtype.name, value.shape, np.ascontiguousarray(value).tobytes()


def value_of(name: str, shape: tuple):
    import numpy as np

    from penstock.graph import dtypes

    rng = np.random.default_rng(len(name) + len(shape))
    if name == "string":
        out = np.empty(shape, object)
        for place in np.ndindex(*shape):
            out[place] = rng.bytes(int(rng.integers(0, 300)))
        return out
    if name == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    dtype = np.dtype(dtypes.as_dtype(name).as_numpy_dtype)
    return np.frombuffer(rng.bytes(int(np.prod(shape)) * dtype.itemsize), dtype).reshape(shape)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="interpreter with TensorFlow")
    python = parser.parse_args().python
    with tempfile.TemporaryDirectory() as name:
        run(python, pathlib.Path(name))
    print("failures:", failures)
    return int(failures > 0)


def run(python: str, folder: pathlib.Path) -> None:
    import numpy as np

    from penstock.checkpoint import (
        BundleReader,
        BundleWriter,
        V1Writer,
        merge_bundles,
        update_checkpoint_state,
    )
    from penstock.data.records import TFRecordWriter

    version = ask(python, folder)["version"]
    print("TensorFlow", version)
    old = version.startswith("0.")
    skipped = {"uint32", "uint64", "bfloat16", "float16"} if old else set()
    types = [t for t in TYPES if t not in skipped]

    # Every type and rank, V2 and V1.
    values = {
        f"{t}/{len(shape)}/{shape[0] if shape else 0}": value_of(t, shape)
        for t in types
        for shape in ((), (3, 4), (0,), (2, 3, 2), (700,))
    }
    writer, v1 = BundleWriter(folder / "all"), V1Writer(folder / "all_v1")
    old_types = {"float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool",
                 "complex64", "string"}  # fmt: skip
    for key, value in values.items():
        writer.add(key, value)
        if key.split("/")[0] in old_types and value.size:
            v1.add(key, value)
    writer.finish()
    v1.finish()
    full = np.arange(700, dtype=np.float32).reshape(100, 7)
    with BundleWriter(folder / "cut") as writer:
        for spec in ("0,30:0,7", "30,50:0,7", "80,20:0,7"):
            start, length = map(int, spec.split(":")[0].split(","))
            writer.add_slice("p", full.shape, spec, full[start : start + length])
    parts = []
    for shard in range(3):
        parts.append(folder / f"part{shard}")
        with BundleWriter(parts[-1]) as writer:
            writer.add(f"v{shard}", full * shard)
            writer.add_slice("p", (6,), [(2 * shard, 2)], np.arange(2.0) + 2 * shard)
    merge_bundles(parts, folder / "merged")
    records = [b"", b"abc", bytes(range(256)) * 99]
    for kind in ("NONE", "ZLIB", "GZIP"):
        with TFRecordWriter(folder / f"records{kind}", kind if kind != "NONE" else None) as w:
            for record in records:
                w.write(record)
    with BundleWriter(folder / "saver-7") as writer:
        for i in range(4):
            writer.add(f"v{i}", np.full((5, 2), i, np.int32))
    update_checkpoint_state(str(folder), str(folder / "saver-7"))
    many = [f"layer_{i:05d}/" + "weights_" * 12 + str(i * 7919 % 1000) for i in range(4000)]
    with BundleWriter(folder / "many") as writer:
        for i, key in enumerate(many):
            writer.add(key, np.array([i], np.float32))

    answer = ask(
        python,
        folder,
        restore={
            str(folder / "all"): list(values), str(folder / "all_v1"): [],
            str(folder / "cut"): [], str(folder / "merged"): [], str(folder / "many"): many[::500],
        },
        slices=[(str(folder / "cut"), "p", "100 7 25,60:0,7", "float32"),
                (str(folder / "cut"), "p", "100 7 0,100:2,3", "float32")],
        records={str(folder / f"records{kind}"): kind for kind in ("NONE", "ZLIB", "GZIP")},
        saver_prefix=str(folder / "saver-7"),
        many=(many, str(folder / "many_tf")),
        states=[str(folder)],
    )  # fmt: skip
    restored = answer["restored"]
    for t in types:
        keys = [key for key in values if key.split("/")[0] == t]
        got = restored[str(folder / "all")]
        check(f"{t} restored", all(got[k] == plain(values[k]) for k in keys))
        if t in old_types:
            got = restored[str(folder / "all_v1")]
            keys = [k for k in keys if values[k].size]
            check(f"{t} restored from V1", all(got[k] == plain(values[k]) for k in keys))
    check("partitioned restored", restored[str(folder / "cut")]["p"] == plain(full))
    merged = restored[str(folder / "merged")]
    check("three shards restored", merged["p"] == plain(np.arange(6.0)))
    check("three shards restored, whole", merged["v2"] == plain(full * 2))
    for (_, spec), got in answer["slices"].items():
        (start, rows), (left, columns) = (
            map(int, part.split(",")) for part in spec.split(" ")[2].split(":")
        )
        check(f"slice {spec}", got == plain(full[start : start + rows, left : left + columns]))
    for path, got in answer["records"].items():
        check(f"records {pathlib.Path(path).name}", got == records)
    check("Saver.restore", answer["saver"] == [
        plain(np.full((5, 2), i, np.int32)) for i in range(4)
    ])  # fmt: skip
    check("latest_checkpoint", answer["states"] == [str(folder / "saver-7")])
    for suffix in (".index", ".data-00000-of-00001"):
        same = (folder / ("many" + suffix)).read_bytes() == (
            folder / ("many_tf" + suffix)
        ).read_bytes()
        size = (folder / ("many" + suffix)).stat().st_size
        check(f"4000 tensors: {size} bytes of {suffix} equal", same)
    reader = BundleReader(folder / "many_tf")
    check("4000 tensors read", all(reader.read(k)[0] == i for i, k in enumerate(many)))
    killed(python, folder)


def killed(python: str, folder: pathlib.Path) -> None:
    """TensorFlow restores whatever a save that was stopped leaves behind."""
    import shutil

    import numpy as np

    sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))
    from checkpoint.killing import OPERATION, killed_after

    from penstock.checkpoint import BundleWriter

    def save(prefix: pathlib.Path, value: int) -> None:
        with BundleWriter(prefix) as writer:
            for i in range(4):
                writer.add(f"v{i}", np.full((5, 2), value, np.int32))

    (folder / "before").mkdir()
    save(folder / "before" / "m", 1)
    with killed_after(float("inf")) as budget:
        save(folder / "before" / "m", 1)
    prefixes = {}
    for point in range(0, budget.used + OPERATION, OPERATION // 2):
        target = folder / f"killed{point}"
        shutil.copytree(folder / "before", target)
        with killed_after(point):
            save(target / "m", 2)
        prefixes[str(target / "m")] = [f"v{i}" for i in range(4)]
    answers = ask(python, folder, restore=prefixes)["restored"]
    wanted = [plain(np.full((5, 2), value, np.int32)) for value in (1, 2)]
    seen = [next((g for g in (0, 1) if all(v == wanted[g] for v in a.values())), None)
            for a in (answers[p] for p in prefixes)]  # fmt: skip
    check(f"a save killed at {len(seen)} points restored", None not in seen)
    check("old before the switch, new after it", seen == sorted(seen) and set(seen) == {0, 1})


if __name__ == "__main__":
    sys.exit(main())

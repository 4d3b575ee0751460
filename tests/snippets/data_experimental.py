"""tf.data.experimental: what the datasets give."""
import os
import tempfile

import numpy as np

OPERATIONS = False


def _all(tf, out, dataset, count=30):
    out(str(dataset.output_types), str(dataset.output_shapes))
    element = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        for _ in range(count):
            try:
                value = sess.run(element)
            except tf.errors.OutOfRangeError:
                out("end")
                return
            except tf.errors.OpError as error:
                out(type(error).__name__)
                return
            out(_shown(value))


def _shown(value):
    if isinstance(value, dict):
        return sorted((k, _shown(v)) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return [_shown(v) for v in value]
    value = np.asarray(value)
    return np.round(value, 5).tolist() if value.dtype.kind == "f" else value.tolist()


def windows(tf, out):
    data, lib = tf.data.Dataset, tf.data.experimental
    _all(tf, out, data.range(11).apply(lib.group_by_window(
        lambda x: x % 3, lambda key, group: group.batch(3).map(lambda v: (key, v)), 3)))
    _all(tf, out, data.range(9).apply(lib.group_by_window(
        lambda x: x % 2, lambda key, group: group.batch(9),
        window_size_func=lambda key: key + 2)))
    out.error(lib.group_by_window, lambda x: x, lambda k, g: g)


def _sequences(tf):
    lengths = [1, 5, 3, 8, 2, 9, 4, 4, 7]
    return tf.data.Dataset.from_generator(
        lambda: (np.arange(n, dtype=np.int32) + n for n in lengths), tf.int32, [None])


def buckets(tf, out):
    lib = tf.data.experimental
    _all(tf, out, _sequences(tf).apply(lib.bucket_by_sequence_length(
        lambda x: tf.shape(x)[0], [3, 6], [2, 2, 3])))
    _all(tf, out, _sequences(tf).apply(lib.bucket_by_sequence_length(
        lambda x: tf.shape(x)[0], [3, 6, 10], [2, 2, 3, 1], pad_to_bucket_boundary=True,
        padding_values=-1)))
    pairs = _sequences(tf).map(lambda x: (x, tf.shape(x)[0]))
    _all(tf, out, pairs.apply(lib.bucket_by_sequence_length(
        lambda x, n: n, [5], [3, 2], padded_shapes=([None], []), drop_remainder=True)))
    out.error(lib.bucket_by_sequence_length, lambda x: x, [3], [2])


def choices(tf, out):
    data, lib = tf.data.Dataset, tf.data.experimental
    sets = [data.range(3), data.range(10, 15), data.range(20, 22)]
    _all(tf, out, lib.choose_from_datasets(sets, data.range(3).repeat(4)))
    _all(tf, out, lib.sample_from_datasets(sets, seed=7))
    _all(tf, out, lib.sample_from_datasets(sets, [0.2, 0.3, 0.5], seed=3))
    _all(tf, out, lib.sample_from_datasets(
        sets, data.from_tensors([0.1, 0.8, 0.1]).repeat(), seed=5))
    _all(tf, out, lib.RandomDataset(3).take(4))
    out.error(lib.sample_from_datasets, sets, [0.5, 0.5])
    out.error(lib.choose_from_datasets, sets, data.from_tensors(1.0))


def scans(tf, out):
    data, lib = tf.data.Dataset, tf.data.experimental
    zero = np.int64(0)
    _all(tf, out, data.range(6).apply(lib.scan(zero, lambda s, x: (s + x, s * x))))
    _all(tf, out, data.range(6).apply(lib.take_while(lambda x: x < 4)))
    _all(tf, out, data.from_tensor_slices([1, 2, 1, 3, 2]).apply(lib.unique()))
    _all(tf, out, data.from_tensor_slices(["a", "b", "a"]).apply(lib.unique()))
    reducer = lib.Reducer(lambda key: (zero, zero), lambda s, x: (s[0] + x, s[1] + 1),
                          lambda total, count: (total, count))
    _all(tf, out, data.range(10).apply(lib.group_by_reducer(lambda x: x % 3, reducer)))
    out.error(lambda: data.range(3).map(lambda x: (x, x)).apply(lib.unique()))


def cardinalities(tf, out):
    data, lib = tf.data.Dataset, tf.data.experimental
    ten = data.range(10)
    found = [ten, ten.repeat(), ten.repeat(3), ten.take(4), ten.skip(7), ten.batch(3),
             ten.batch(3, True), ten.filter(lambda x: x > 3), ten.map(lambda x: x),
             ten.shuffle(3), data.zip((ten, ten.take(3))), ten.concatenate(ten), ten.shard(3, 1),
             ten.flat_map(data.range), data.from_tensor_slices([1, 2]), ten.repeat().take(3)]
    with tf.Session() as sess:
        out([int(n) for n in sess.run([lib.cardinality(d) for d in found])])
    out(lib.INFINITE_CARDINALITY, lib.UNKNOWN_CARDINALITY)


def _write(lines):
    path = os.path.join(tempfile.mkdtemp(), "t.csv")
    with open(path, "w") as file:
        file.write("\n".join(lines))
    return path


TABLE = ["a,b,c,d", "1,2.5,x,10000000000", '2,,"y,z",3', "3,4.5,w,4", "4,1e3,v,5"]


def csv(tf, out):
    lib, path = tf.data.experimental, _write(TABLE)
    kinds = [tf.int32, tf.constant([0.5]), tf.string, tf.int64]
    _all(tf, out, lib.CsvDataset(path, kinds, header=True))
    _all(tf, out, lib.CsvDataset([path], [tf.constant([7.0]), tf.string], header=True, select_cols=[1, 2]))
    _all(tf, out, lib.CsvDataset(path, [tf.int32, tf.float32, tf.string, tf.int64], header=True))
    _all(tf, out, lib.CsvDataset(path, [tf.int32] * 3, header=True))
    _all(tf, out, lib.CsvDataset(path, [tf.int32] * 4, header=True))


def make_csv(tf, out):
    lib, path = tf.data.experimental, _write(TABLE)
    _all(tf, out, lib.make_csv_dataset(path, 2, num_epochs=1, shuffle=False))
    _all(tf, out, lib.make_csv_dataset(path, 3, num_epochs=1, shuffle=False, label_name="a",
                                       select_columns=["a", "c"]))
    _all(tf, out, lib.make_csv_dataset(path, 4, shuffle=False, label_name="d",
                                       column_defaults=[tf.int32, tf.constant([9.0]), tf.string, tf.float32]), 2)
    out.error(lib.make_csv_dataset, path, 2, label_name="q")
    out.error(lib.make_csv_dataset, "/tmp/nothing-is-here-*.csv", 2)


def batched_features(tf, out):
    path = os.path.join(tempfile.mkdtemp(), "t.rec")
    with tf.python_io.TFRecordWriter(path) as writer:
        for i in range(5):
            feature = {"x": tf.train.Feature(float_list=tf.train.FloatList(value=[i, i])),
                       "y": tf.train.Feature(int64_list=tf.train.Int64List(value=[i]))}
            example = tf.train.Example(features=tf.train.Features(feature=feature))
            writer.write(example.SerializeToString())
    spec = {"x": tf.FixedLenFeature([2], tf.float32), "y": tf.FixedLenFeature([], tf.int64)}
    _all(tf, out, tf.data.experimental.make_batched_features_dataset(
        path, 2, spec, label_key="y", num_epochs=1, shuffle=False))


def sparse_batches(tf, out):
    lib = tf.data.experimental
    data = tf.data.Dataset.range(1, 4).map(lambda n: tf.range(n)).apply(
        lib.dense_to_sparse_batch(2, [4]))
    element = data.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        for _ in range(2):
            for part in sess.run(element):
                out(np.asarray(part).tolist())

"""tf.data pipelines: what they give, and the graph they are in.

Runs under TensorFlow too (tools/golden/make_datasets.py keeps what came out).
"""
import os

import numpy as np

FILES = "@files@"  # stands for the folder of the test files
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def write_files(tf, folder):
    with open(os.path.join(folder, "t.txt"), "w") as text:
        text.write("a,1\nb,2\nc,3")
    writer = tf.python_io.TFRecordWriter(os.path.join(folder, "t.rec"))
    for i in range(3):
        writer.write(b"r%d" % i)
    writer.close()


def clean(value, folder):
    if isinstance(value, dict):
        return {k: clean(v, folder) for k, v in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [clean(v, folder) for v in value]
    if hasattr(value, "tolist"):
        value = value.tolist()
        return clean(value, folder) if isinstance(value, list) else clean(value, folder)
    if isinstance(value, bytes):
        return value.decode().replace(folder, FILES)
    return value


def record(tf, build, folder):
    """What a pipeline gives, as JSON holds it."""
    result = {}
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(3)
        try:
            dataset = build(tf, folder)
            initialize = isinstance(dataset, tuple)
            dataset = dataset[0] if initialize else dataset
            iterator = (dataset.make_initializable_iterator() if initialize
                        else dataset.make_one_shot_iterator())
            element = iterator.get_next()
        except (TypeError, ValueError) as error:
            return {"error": type(error).__name__}
        result["types"] = str(dataset.output_types)
        result["shapes"] = str(dataset.output_shapes)
        result["graph"] = ["%s %s(%s)" % (n.name, n.op, ",".join(n.input))
                           for n in graph.as_graph_def().node]
        values = []
        with tf.Session() as session:
            if initialize:
                session.run(iterator.initializer)
            try:
                for _ in range(60):
                    values.append(clean(session.run(element), folder))
            except tf.errors.OutOfRangeError as error:
                values.append(error.message.split("\n")[0])
            except tf.errors.OpError as error:
                values.append(type(error).__name__)
        result["values"] = values
    return result


@case
def slices_map_shuffle_repeat_batch_prefetch(tf, folder):
    data = tf.data.Dataset.from_tensor_slices((np.arange(6), np.arange(6.0)))
    data = data.map(lambda x, y: (x + 1, y * 2)).shuffle(10).repeat(2)
    return data.batch(4).prefetch(1)


@case
def shuffle_repeat(tf, folder):
    return tf.data.Dataset.range(10).shuffle(4, seed=2).repeat(2)


@case
def shuffle_same_order(tf, folder):
    data = tf.data.Dataset.range(10).shuffle(4, seed=2, reshuffle_each_iteration=False)
    return data.repeat(2)


@case
def shuffle_map_repeat(tf, folder):
    return tf.data.Dataset.range(6).shuffle(4).map(lambda x: x + 1).repeat(3)


@case
def initializable(tf, folder):
    return (tf.data.Dataset.range(5).shuffle(3).batch(2, drop_remainder=True),)


@case
def many(tf, folder):
    k = tf.constant(5)
    data = tf.data.Dataset.range(10).filter(lambda x: x > 3)
    data = data.map(lambda x: tf.cast(x, tf.int32) + k, num_parallel_calls=2)
    data = data.padded_batch(2, []).take(3).skip(1).cache()
    data = tf.data.Dataset.zip((data, data))
    data = data.concatenate(data)
    return data.flat_map(lambda a, b: tf.data.Dataset.from_tensors({"q": a, "b": b})).repeat(2)


@case
def interleave(tf, folder):
    return tf.data.Dataset.range(7).interleave(
        lambda x: tf.data.Dataset.from_tensors(x).repeat(x), 3, 1)


@case
def interleave_blocks(tf, folder):
    return tf.data.Dataset.range(3).interleave(
        lambda x: tf.data.Dataset.from_tensors(x).repeat(4), 2, 3)


@case
def padding(tf, folder):
    data = tf.data.Dataset.range(1, 6).map(lambda x: tf.fill([x], x))
    return data.padded_batch(2, [None], padding_values=tf.constant(-1, tf.int64))


@case
def padding_too_small(tf, folder):
    return tf.data.Dataset.range(1, 6).map(lambda x: tf.fill([x], x)).padded_batch(2, [3])


@case
def batch_of_unlike(tf, folder):
    return tf.data.Dataset.range(1, 6).map(lambda x: tf.fill([x], x)).batch(2)


@case
def windows(tf, folder):
    return tf.data.Dataset.range(7).window(3, shift=2, drop_remainder=True).flat_map(
        lambda w: w.batch(3))


@case
def random_in_map(tf, folder):
    return tf.data.Dataset.range(5).map(
        lambda x: tf.random_uniform([], seed=1) + tf.random_uniform([]))


@case
def python_function(tf, folder):
    return tf.data.Dataset.range(5).map(lambda x: tf.py_func(lambda v: v * 3, [x], tf.int64))


@case
def shard(tf, folder):
    return tf.data.Dataset.range(10).shard(3, 1)


@case
def range_down(tf, folder):
    return tf.data.Dataset.range(10, 0, -3)


@case
def one_tensor(tf, folder):
    return tf.data.Dataset.from_tensors([1, 2]).repeat(2)


@case
def dictionary(tf, folder):
    return tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": (["x", "y"], [[1.0], [2.0]])})


@case
def generator(tf, folder):
    def numbers():
        for i in range(3):
            yield i, [i] * i
    return tf.data.Dataset.from_generator(
        numbers, (tf.int64, tf.int32), (tf.TensorShape([]), tf.TensorShape([None])))


@case
def generator_arguments(tf, folder):
    return tf.data.Dataset.from_generator(lambda n: range(n), tf.int64, args=(4,))


@case
def generator_wrong(tf, folder):
    return tf.data.Dataset.from_generator(lambda: ["a", 1], tf.int64)


@case
def lines(tf, folder):
    data = tf.data.TextLineDataset(os.path.join(folder, "t.txt"))
    return data.map(lambda line: tf.decode_csv(line, [[""], [0]]))


@case
def records(tf, folder):
    path = os.path.join(folder, "t.rec")
    return tf.data.TFRecordDataset([path, path])


@case
def fixed_length(tf, folder):
    return tf.data.FixedLengthRecordDataset(os.path.join(folder, "t.txt"), 2, 1, 2)


@case
def no_file(tf, folder):
    return tf.data.TFRecordDataset("/nowhere/at/all")


@case
def list_files(tf, folder):
    return tf.data.Dataset.list_files(os.path.join(folder, "t.*"), shuffle=False)


@case
def map_and_batch(tf, folder):
    return tf.data.Dataset.range(5).apply(
        tf.data.experimental.map_and_batch(lambda x: x * 2, 2))


@case
def shuffle_and_repeat(tf, folder):
    return tf.data.Dataset.range(5).apply(
        tf.data.experimental.shuffle_and_repeat(3, 2, seed=1))


@case
def ignore_errors(tf, folder):
    data = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0])
    data = data.map(lambda x: tf.check_numerics(1.0 / x, "bad"))
    return data.apply(tf.data.experimental.ignore_errors())


@case
def error_in_map(tf, folder):
    data = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0])
    return data.map(lambda x: tf.check_numerics(1.0 / x, "bad"))


@case
def sparse(tf, folder):
    return tf.data.Dataset.from_tensor_slices(
        tf.SparseTensor([[0, 1], [1, 0]], [5, 6], [2, 3]))


@case
def placeholder(tf, folder):
    return tf.data.Dataset.from_tensors(tf.placeholder(tf.int32))


@case
def nests_from_map(tf, folder):
    return tf.data.Dataset.range(3).map(lambda x: {"a": x, "b": (x, [x, x])})


@case
def list_from_map(tf, folder):
    return tf.data.Dataset.range(3).map(lambda x: [x, x + 1])


@case
def filter_not_bool(tf, folder):
    return tf.data.Dataset.range(3).filter(lambda x: x)


@case
def flat_map_no_dataset(tf, folder):
    return tf.data.Dataset.range(3).flat_map(lambda x: x)


@case
def zip_of_list(tf, folder):
    return tf.data.Dataset.zip([tf.data.Dataset.range(3)])


@case
def repeat_without_end(tf, folder):
    return tf.data.Dataset.range(4).repeat().take(6)


@case
def repeat_never(tf, folder):
    return tf.data.Dataset.range(3).cache().repeat(0)

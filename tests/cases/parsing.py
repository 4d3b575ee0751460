"""Parsing of bytes, CSV lines, examples and sparse tensors."""
import numpy as np

from cases import Family

cases = Family("parsing")


def case(name, build, error=False):
    cases.add(name, build, grad=False, dynamic=False, numeric=False, error=error)


def feature(tf, values):
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example(tf, **features):
    made = {k: feature(tf, v) for k, v in features.items()}
    message = tf.train.Example(features=tf.train.Features(feature=made))
    return message.SerializeToString(deterministic=True)


def full(tf):
    return example(tf, a=[1, 2], f=[1.5], s=[b"x", b"yy"], v=[1, 2, 3])


def other(tf):
    return example(tf, a=[3, 4], f=[2.5], s=[b"z"])


def short(tf):
    return example(tf, a=[3], f=[2.5])


def features(tf):
    return {
        "a": tf.FixedLenFeature([2], tf.int64),
        "f": tf.FixedLenFeature([], tf.float32),
        "s": tf.VarLenFeature(tf.string),
        "v": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True, default_value=-1),
        "m": tf.FixedLenFeature([2], tf.float32, [1.0, 2.0]),
    }


case("batch", lambda tf: tf.parse_example([full(tf), other(tf)], features(tf)))
case("named", lambda tf: tf.parse_example(
    [full(tf), other(tf)], features(tf), name="reader", example_names=["one", "two"]))
case("single", lambda tf: tf.parse_single_example(full(tf), features(tf)))
case("single_named", lambda tf: tf.parse_single_example(
    full(tf), features(tf), example_names="one"))
case("missing_variable", lambda tf: tf.parse_example([short(tf), full(tf)], {
    "s": tf.FixedLenSequenceFeature([], tf.string, allow_missing=True),
    "v": tf.VarLenFeature(tf.int64)}))
for number, (wanted, make) in enumerate([
        (lambda tf: tf.FixedLenFeature([2], tf.int64), short),
        (lambda tf: tf.FixedLenFeature([2], tf.float32), full),
        (lambda tf: tf.VarLenFeature(tf.float32), full),
        (lambda tf: tf.FixedLenSequenceFeature([3], tf.int64, allow_missing=True), full),
        (lambda tf: tf.FixedLenFeature([None], tf.int64), full),
        (lambda tf: tf.FixedLenSequenceFeature([], tf.int64), full),
]):
    case("batch_error_%d" % number,
         lambda tf, w=wanted, m=make: tf.parse_example([m(tf)], {"a": w(tf)}), error=True)
    case("single_error_%d" % number,
         lambda tf, w=wanted, m=make: tf.parse_single_example(m(tf), {"a": w(tf)}), error=True)


def sequence(tf, steps):
    lists = {
        "tok": tf.train.FeatureList(feature=[feature(tf, [i]) for i in range(steps)]),
        "var": tf.train.FeatureList(feature=[
            tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"a"] * i))
            for i in range(steps)]),
    }
    message = tf.train.SequenceExample(
        context=tf.train.Features(feature={"len": feature(tf, [steps])}),
        feature_lists=tf.train.FeatureLists(feature_list=lists))
    return message.SerializeToString(deterministic=True)


case("sequence", lambda tf: tf.parse_single_sequence_example(
    sequence(tf, 3),
    {"len": tf.FixedLenFeature([], tf.int64), "d": tf.FixedLenFeature([], tf.float32, 1.0),
     "q": tf.VarLenFeature(tf.int64)},
    {"tok": tf.FixedLenSequenceFeature([], tf.int64), "var": tf.VarLenFeature(tf.string),
     "none": tf.FixedLenSequenceFeature([2], tf.float32, allow_missing=True)}))
case("sequences", lambda tf: tf.io.parse_sequence_example(
    [sequence(tf, 3), sequence(tf, 1)],
    {"len": tf.FixedLenFeature([], tf.int64, 0)},
    {"tok": tf.FixedLenSequenceFeature([], tf.int64), "var": tf.VarLenFeature(tf.string)}))
case("sequence_missing", lambda tf: tf.parse_single_sequence_example(
    sequence(tf, 2), None, {"none": tf.FixedLenSequenceFeature([], tf.int64)}), error=True)
case("raw_int16", lambda tf: tf.decode_raw([b"\1\2\3\4", b"\1\0\0\0"], tf.int16))
case("raw_big_endian", lambda tf: tf.decode_raw(b"\1\2\3\4", tf.int16, little_endian=False))
case("raw_float", lambda tf: tf.decode_raw(
    np.array([1.5, -2.0], np.float32).tobytes(), out_type=tf.float32))
case("raw_lengths", lambda tf: tf.decode_raw([b"\1\2\3", b"\1\0"], tf.uint8), error=True)
case("raw_odd", lambda tf: tf.decode_raw(b"\1\2\3", tf.int16), error=True)
for number, (line, defaults, options) in enumerate([
        (['1,2.5,"a, ""q"""', "3,,b"], [[0], [1.0], [""]], {}),
        ("1|2|NA", [[0], [0], [7]], {"field_delim": "|", "na_value": "NA"}),
        ("1,2,3", [[0], [0]], {"select_cols": [0, 2]}),
        ("1,", [[""], ["d"]], {}),
        (" 1 , 2", [[0], [0.0]], {}),
        ('a"b,2', [[""], [0]], {"use_quote_delim": False}),
]):
    case("csv_%d" % number,
         lambda tf, l=line, d=defaults, o=options: tf.decode_csv(l, d, **o))
for number, (line, defaults) in enumerate([
        ("1,2", [[0]]), ("x,2", [[0], [0]]), ('a"b,2', [[""], [0]]), ('"a"b,2', [[""], [0]]),
        ('"ab,2', [[""], [0]]), ("99999999999,2", [[0], [0]]),
]):
    case("csv_error_%d" % number, lambda tf, l=line, d=defaults: tf.decode_csv(l, d), error=True)
case("tensor", lambda tf: tf.parse_tensor(tf.io.serialize_tensor([[1.0, 2.0]]), tf.float32))
case("tensor_text", lambda tf: tf.parse_tensor(tf.io.serialize_tensor(["a", "b"]), tf.string))
case("tensor_wrong_type",
     lambda tf: tf.parse_tensor(tf.io.serialize_tensor([1]), tf.float32), error=True)
case("compressed", lambda tf: tf.io.decode_compressed([b"x", b"y"], ""))


def sparse(tf):
    return tf.SparseTensor([[0, 1], [2, 0]], [5, 6], [3, 4])


case("sparse_many",
     lambda tf: tf.deserialize_many_sparse(tf.serialize_many_sparse(sparse(tf)), tf.int32))
case("sparse_stacked", lambda tf: tf.deserialize_many_sparse(
    tf.stack([tf.serialize_sparse(sparse(tf)), tf.serialize_sparse(sparse(tf))]), tf.int32, 3))

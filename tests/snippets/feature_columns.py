"""tf.feature_column."""
import numpy as np

OPERATIONS = False


def _features(tf):
    return {
        "n": tf.constant([[1.0, 2.0], [-3.0, 0.5], [7.0, 9.0]]),
        "age": tf.constant([[18.0], [31.0], [65.5]]),
        "city": tf.constant([["rome"], ["oslo"], ["bonn"]]),
        "tags": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], ["a", "b", "c"], [3, 2]),
        "w": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [0.5, 2.0, 3.0], [3, 2]),
        "k": tf.constant([[1], [3], [0]], dtype=tf.int64),
        "j": tf.constant([[2], [2], [1]], dtype=tf.int64),
    }


def _run(tf, out, *values):
    out([(v.name, v.shape.as_list()) for v in tf.global_variables()])
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        for value in sess.run(list(values)):
            if isinstance(value, tf.SparseTensorValue):
                for part in value:
                    out(np.asarray(part))
            else:
                out(value)


def _init(tf, seed=1):
    return tf.random_normal_initializer(seed=seed)


def crosses(tf, out):
    inputs = [tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "b", "c"], [3, 2]),
              tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.int64)]
    texts = tf.sparse.cross(inputs)
    one, two = tf.sparse.cross_hashed(inputs), tf.sparse.cross_hashed(inputs, 100)
    three = tf.sparse.cross_hashed(inputs[::-1], 100, hash_key=12345)
    with tf.Session() as sess:
        found = sess.run(texts)
        out(found.indices), out(found.dense_shape), out([bytes(v) for v in found.values])
    _run(tf, out, one, two, three)


def crossed(tf, out):
    fc = tf.feature_column
    age = fc.bucketized_column(fc.numeric_column("age"), [20, 40, 60])
    kind = fc.categorical_column_with_identity("j", 4)
    columns = [fc.crossed_column(["city", age], 50), fc.crossed_column([kind, "tags"], 7),
               fc.crossed_column([fc.crossed_column(["city", "k"], 3), age], 9)]
    out([c.name for c in columns])
    out(sorted(fc.make_parse_example_spec(columns)))
    shown = [fc.indicator_column(c) for c in columns]
    _run(tf, out, fc.input_layer(_features(tf), shown))
    out.error(fc.crossed_column, ["a"], 3)
    out.error(fc.crossed_column, ["a", "b"], 0)


def weighted(tf, out):
    fc = tf.feature_column
    tags = fc.categorical_column_with_vocabulary_list("tags", ["a", "b", "c"])
    column = fc.weighted_categorical_column(tags, "w")
    out(column.name, sorted(fc.make_parse_example_spec([column])))
    features = _features(tf)
    one = fc.input_layer(features, [fc.indicator_column(column)])
    two = fc.input_layer(features, [fc.embedding_column(column, 3, initializer=_init(tf))])
    three = fc.linear_model(features, [column])
    four = fc.input_layer(features, fc.embedding_column(column, 2, "sqrtn", _init(tf)))
    _run(tf, out, one, two, three, four)


def shared(tf, out):
    fc = tf.feature_column
    a = fc.categorical_column_with_identity("k", 4)
    b = fc.categorical_column_with_identity("j", 4)
    columns = fc.shared_embedding_columns([a, b], 3, initializer=_init(tf))
    out([c.name for c in columns])
    other = fc.shared_embedding_columns([b, a], 2, "sum", _init(tf, 2),
                                        shared_embedding_collection_name="both")
    features = _features(tf)
    _run(tf, out, fc.input_layer(features, columns), fc.input_layer(features, other))
    c = fc.categorical_column_with_identity("j", 5)
    out.error(fc.shared_embedding_columns, [a, c], 3)


def layers(tf, out):
    fc = tf.feature_column
    hashed = fc.categorical_column_with_hash_bucket("city", 5)
    numbers = fc.categorical_column_with_hash_bucket("k", 5, dtype=tf.int64)
    oov = fc.categorical_column_with_vocabulary_list("city", ["rome", "oslo"], num_oov_buckets=2)
    columns = [
        fc.numeric_column("n", shape=(2,), normalizer_fn=lambda x: x / 10.0),
        fc.bucketized_column(fc.numeric_column("n", shape=(2,)), [0.0, 1.0]),
        fc.embedding_column(hashed, 2, initializer=_init(tf), max_norm=0.5),
        fc.indicator_column(numbers),
    ]
    made = {}
    outputs = {}
    features = _features(tf)
    layer = fc.input_layer(features, columns, cols_to_vars=made, cols_to_output_tensors=outputs)
    out(sorted((c.name, [v.name for v in vs]) for c, vs in made.items()))
    out(sorted((c.name, t.shape.as_list()) for c, t in outputs.items()))
    extra = fc.input_layer(features, [fc.indicator_column(oov)])
    kept = {}
    linear = fc.linear_model(features, [columns[0], columns[1], hashed, numbers], units=2,
                             cols_to_vars=kept)
    out(sorted((getattr(c, "name", c), [v.name for v in vs]) for c, vs in kept.items()))
    _run(tf, out, layer, extra, linear)
    out.error(fc.input_layer, features, [hashed])
    out.error(fc.input_layer, features, [fc.numeric_column('n')] * 2)
    out.error(fc.input_layer, features, [fc.numeric_column("none")])
    out.error(fc.bucketized_column, hashed, [1.0])
    out.error(fc.bucketized_column, fc.numeric_column("n"), [2.0, 1.0])
    out.error(fc.embedding_column, hashed, 0)
    out.error(fc.categorical_column_with_vocabulary_list, "a", ["b", "b"])



def sequences(tf, out):
    fc, lib = tf.feature_column, tf.contrib.feature_column
    features = {
        "tags": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], ["a", "b", "c"], [3, 2]),
        "x": tf.SparseTensor([[0, 0], [0, 1], [0, 2], [0, 3], [2, 0], [2, 1]],
                             [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3, 4]),
    }
    tags = lib.sequence_categorical_column_with_vocabulary_list("tags", ["a", "b", "c"])
    columns = [fc.embedding_column(tags, 2, initializer=_init(tf)), fc.indicator_column(tags),
               lib.sequence_numeric_column("x", shape=(2,))]
    layer, lengths = lib.sequence_input_layer(features, columns)
    _run(tf, out, layer, lengths)

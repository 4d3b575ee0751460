"""Text: splitting, joining, hashing, decoding records."""
import tensorflow as tf

lines = tf.constant(["1,2.5,red", "3,4.5,green", "5,,blue"])
columns = tf.decode_csv(lines, record_defaults=[[0], [0.0], ["none"]])
words = tf.string_split(["a b c", "d e"])
dense = tf.sparse_tensor_to_dense(words, default_value="-")
joined = tf.string_join(["x", ["1", "2"]], separator="_")
hashed = tf.string_to_hash_bucket_fast(["red", "green"], 100)
numbers = tf.string_to_number(["1.5", "2"])
raw = tf.decode_raw(tf.constant([b"\x01\x02", b"\x03\x04"]), tf.uint8)
reduced = tf.reduce_join([["a", "b"], ["c", "d"]], 1)
example = tf.train.Example(features=tf.train.Features(feature={
    "age": tf.train.Feature(int64_list=tf.train.Int64List(value=[29])),
    "name": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"Ann"]))}))
parsed = tf.parse_single_example(example.SerializeToString(), {
    "age": tf.FixedLenFeature([], tf.int64), "name": tf.FixedLenFeature([], tf.string),
    "height": tf.FixedLenFeature([], tf.float32, 1.5)})
with tf.Session() as sess:
    for value in sess.run([columns, dense, joined, hashed, numbers, raw, reduced]):
        print(value)
    result = sess.run(parsed)
    print(sorted(result.items()))
    print(sess.run(tf.as_string([1.5, 2.0], precision=2)), sess.run(tf.substr("hello", 1, 3)))

"""String operations."""
import numpy as np

from cases import Family

cases = Family("strings")


def texts(*values):
    return np.array([v if isinstance(v, bytes) else v.encode("utf8") for v in values], object)


AB = texts("a", "bc")
GRID = np.array([[b"a", b"b", b"c"], [b"d", b"", b"f"]], object)

cases.add("join", lambda tf, x: [tf.string_join([x, x]), tf.string_join([x, "-", x], separator="+")], AB)
cases.error("join_bad", lambda tf, x, y: tf.string_join([x, y]), AB, texts("a", "b", "c"))
cases.add("split", lambda tf, x: [tf.string_split(x), tf.string_split(x, ",;")], texts(" a b  c ", "d,e;f", ""))
cases.add("split_empty", lambda tf, x: [tf.string_split(x, ",", skip_empty=False), tf.string_split(x, delimiter="")], texts("a,,b", "cd"))
cases.add("split_v2", lambda tf, x: [tf.strings.split(x), tf.strings.split(x, sep=",", maxsplit=1), tf.strings.split(x, "<>")], texts(" a  b c ", "d,e,f", "g<>h"))
cases.add("reduce_join", lambda tf, x: [tf.reduce_join(x, 0), tf.reduce_join(x), tf.reduce_join(x, [1, 0]), tf.reduce_join(x, [0, 1]), tf.reduce_join(x, axis=-1, keep_dims=True, separator="_"), tf.reduce_join(x, [])], GRID)
cases.error("reduce_join_bad", lambda tf, x: tf.reduce_join(x, 2), GRID)
cases.add("segment_join", lambda tf, x: tf.strings.unsorted_segment_join(x, [1, 1], 2, separator="-"), GRID)
cases.add("substr", lambda tf, x: [tf.substr(x, 1, 2), tf.substr(x, -2, 1), tf.substr(x, [0, 3], [1, 9])], texts("hello", "abc"))
cases.add("substr_utf8", lambda tf, x: tf.substr(x, 1, 2, unit="UTF8_CHAR"), texts(u"h\u00e9llo"))
cases.error("substr_bad", lambda tf, x: tf.substr(x, 4, 1), texts("abc"))
cases.add("length", lambda tf, x: [tf.strings.length(x), tf.strings.length(x, unit="UTF8_CHAR")], texts("abc", u"\u00e9", ""))
cases.add("case", lambda tf, x: [tf.string_strip(x), tf.strings.lower(x), tf.strings.upper(x), tf.strings.lower(x, encoding="utf-8")], texts(" Ab \n", u"\u00c9"))
cases.add("regex", lambda tf, x: [tf.regex_replace(x, "b+", "<\\0>"), tf.regex_replace(x, "(a)(b)", "\\2\\1", replace_global=False), tf.strings.regex_full_match(x, "a.*")], texts("abbab", "xa"))
cases.add("regex_fed", lambda tf, x, p: [tf.regex_replace(x, p, "-"), tf.strings.regex_full_match(x, p)], texts("abbab", "b"), np.array(b"b", object))
cases.error("regex_bad", lambda tf, x: tf.regex_replace(x, "(", "-"), AB)
LONG = [bytes(bytearray((i * 7 + j * 13 + 5) % 256 for j in range(i))) for i in list(range(0, 70, 3)) + [7, 8, 16, 17, 32, 64, 65, 128, 129, 192, 200, 1000]]
cases.add("hashes", lambda tf, x: [tf.string_to_hash_bucket(x, 2 ** 62 - 57), tf.string_to_hash_bucket_fast(x, 2 ** 62 - 57), tf.string_to_hash_bucket_strong(x, 1000003, [123456789123, -7])], texts(*LONG))
cases.add("base64", lambda tf, x: [tf.encode_base64(x), tf.encode_base64(x, pad=True), tf.decode_base64(tf.encode_base64(x))], texts("hello?>~", "a", ""))
cases.add("decode_base64", lambda tf, x: tf.decode_base64(x), texts("aGVsbG8_Pn4=", "YQ"))
cases.error("decode_base64_bad", lambda tf, x: tf.decode_base64(x), texts("a"))
cases.add("as_string", lambda tf, x, i: [tf.as_string(x), tf.as_string(x, precision=2, width=9, fill="0"), tf.as_string(x, shortest=True), tf.as_string(x, scientific=True), tf.as_string(i), tf.as_string(i, width=6, fill="-"), tf.as_string(i > 0)], np.array([1.5, -3e-7, 123456.75], np.float32), np.array([7, -3], np.int64), grad=False)
cases.error("as_string_bad", lambda tf, i: tf.as_string(i, precision=2), np.array([7], np.int32))
cases.add("to_number", lambda tf, x: [tf.string_to_number(x), tf.string_to_number(x, tf.float64)], texts("1.5", " -2e3 ", "inf", "7"), grad=False)
cases.add("to_integer", lambda tf, x: [tf.string_to_number(x, tf.int32), tf.string_to_number(x, tf.int64)], texts(" 7", "-12"))
cases.error("to_number_bad", lambda tf, x: tf.string_to_number(x), texts("x"))
cases.error("to_integer_bad", lambda tf, x: tf.string_to_number(x, tf.int32), texts("99999999999"))
cases.add("format", lambda tf, x, s: [tf.strings.format("x {} y {}", [x, s]), tf.strings.format("{}", x, summarize=1)], np.arange(24).reshape(8, 3), AB)
cases.add("pieces", lambda tf, x: [tf.concat([x, x], 0), x[0], tf.stack([x, x], 1), tf.reshape(x, [2, 1]), tf.gather(x, [1, 0]), tf.tile(x, [2]), tf.reverse(x, [0]), tf.expand_dims(x, 0), tf.transpose([x]), tf.equal(x, "a"), tf.fill([2], x[1]), tf.zeros_like(x), tf.pad(x, [[1, 1]]), tf.where([True, False], x, x[::-1])], AB)

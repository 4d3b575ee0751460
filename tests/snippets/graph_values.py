"""Shapes, data types and the conversion of Python values."""
import numpy as np


def dimensions(tf, out):
    values = [tf.Dimension(3), tf.Dimension(4), tf.Dimension(None), 3, None, tf.Dimension(0)]
    for x in values[:3]:
        out(repr(x), str(x), x.value)
        for y in values:
            for name in ("+", "-", "*", "//", "==", "!=", "<", "<=", ">", ">="):
                def compute():
                    return repr(eval("x %s y" % name, {"x": x, "y": y}))
                out(name, end(compute))
            for name in ("+", "-", "*", "//"):
                def compute():
                    return repr(eval("y %s x" % name, {"x": x, "y": y}))
                out("reversed", name, end(compute))
            out(end(lambda: repr(x.merge_with(y))), end(lambda: x.is_compatible_with(y)))
            out(end(lambda: x.assert_is_compatible_with(y)))
    out.error(tf.Dimension, -1)
    out.error(tf.Dimension, 2.5)
    out.error(lambda: tf.Dimension(3) / 2)
    out.error(lambda: 2 / tf.Dimension(3))
    out(int(tf.Dimension(3)), [5, 6, 7, 8][tf.Dimension(3)])
    out(tf.dimension_value(tf.Dimension(2)), tf.dimension_value(5), tf.dimension_value(None))
    out(tf.dimension_at_index(tf.TensorShape(None), 1), tf.dimension_at_index(
        tf.TensorShape([2, 3]), 1))


def end(function):
    """The result of a call, or its error."""
    try:
        return function()
    except Exception as error:  # noqa: BLE001
        text = str(error).split("\n")[0].split(" and with ")[0].rstrip(".")
        return "%s: %s" % (type(error).__name__, text)


SHAPES = [None, [], [3], [None], [2, 3], [None, 3], [2, None], [2, 3, 4], [0, 2]]


def shapes(tf, out):
    made = [tf.TensorShape(s) for s in SHAPES]
    for x in made:
        out(repr(x), str(x), x.ndims, x.rank, x.num_elements(), x.is_fully_defined(), bool(x))
        out(end(lambda: x.as_list()), end(lambda: len(x)), end(lambda: [str(d) for d in x]))
        out(*[end(lambda: repr(x[i])) if not x.ndims == 0 else "" for i in (0, -1)] + [end(lambda: repr(x[1:]))])
        out(
            end(lambda: repr(x[:1])), end(lambda: repr(x[0:2:1])))
        out(end(lambda: repr(x.as_proto())))
        for y in made:
            out(end(lambda: repr(x.merge_with(y))), end(lambda: repr(x.concatenate(y))),
                end(lambda: x.is_compatible_with(y)), end(lambda: x == y), end(lambda: x != y),
                end(lambda: repr(x.most_specific_compatible_shape(y))),
                end(lambda: x.assert_is_compatible_with(y)), end(lambda: x.assert_same_rank(y)))
        for rank in (0, 2):
            out(end(lambda: repr(x.with_rank(rank))), end(lambda: x.assert_has_rank(rank)),
                end(lambda: repr(x.with_rank_at_least(rank))),
                end(lambda: repr(x.with_rank_at_most(rank))))
        out(end(lambda: x.assert_is_fully_defined()))
    out.error(tf.TensorShape, [1.5])
    out.error(tf.TensorShape, [-1])
    out(repr(tf.TensorShape(3)), repr(tf.TensorShape((1, 2))), repr(tf.TensorShape(
        [tf.Dimension(3)])), repr(tf.TensorShape(tf.TensorShape([1]))),
        repr(tf.TensorShape(np.array([1, 2]))))
    out(tf.TensorShape([1]) == [1], tf.TensorShape([1]) == (1,), tf.TensorShape([1]) == 1)


def types(tf, out):
    names = ("float16 float32 float64 bfloat16 complex64 complex128 int8 uint8 uint16 uint32 "
             "uint64 int16 int32 int64 bool string qint8 quint8 qint16 quint16 qint32 "
             "half double").split()
    for name in names:
        t = getattr(tf, name)
        out(repr(t), str(t), t.name, t.as_datatype_enum, t.is_floating, t.is_integer, t.is_bool,
            t.is_complex, t.is_quantized, t.is_unsigned, t.is_numpy_compatible, end(lambda: t.size),
            t.base_dtype.name, hash(t) == hash(tf.as_dtype(name)))
        if t not in (tf.float16, tf.bfloat16):
            out(end(lambda: t.min), end(lambda: t.max), t.real_dtype.name)
        if t.is_integer:
            out(t.limits)
        out(getattr(t.as_numpy_dtype, "__name__", t.as_numpy_dtype) if name[0] not in "q" and
            name[:3] != "qui" and name != "bfloat16" else "")
        out(t == name, t != name, t == tf.float32, t.is_compatible_with(tf.float32), t == 1,
            tf.as_dtype(t.as_datatype_enum) == t)
        if name not in ("resource", "variant"):
            ref = tf.as_dtype(t.as_datatype_enum + 100)
            out(repr(ref), ref.name, ref == t, ref.base_dtype == t, ref.is_compatible_with(t),
                t.is_compatible_with(ref))
    for value in [np.float32, np.dtype("int16"), float, bool, "float32_ref", 1,
                  np.array([1.0]).dtype, object, np.str_, "complex64"]:
        out(end(lambda: repr(tf.as_dtype(value))))
    for value in [None, 999, "nonsense", -1]:
        out.error(tf.as_dtype, value)
    out(tf.float32 == np.float32, np.float32 == tf.float32, tf.float32 == np.dtype("f4"),
        tf.float32 in (tf.int32, tf.float32), tf.float32 == None, tf.float32 == "x")  # noqa: E711


def protos(tf, out):
    """``tf.make_tensor_proto`` byte by byte, and back."""
    values = [
        3, 3.5, True, "a", b"\xff", 1 + 2j, [1, 2, 3], [[1.5], [2.5]], [], [[]], [True, False],
        ["a", b"b"], [[1, 2.5]], np.zeros([2, 0], np.float32), np.arange(4, dtype=np.int8),
        np.array(7, np.uint16), np.float16(1.5), np.array([1.5, 2.5], np.float16),
        np.array([1 + 2j], np.complex64), np.array(["ab", "c"]), np.array([b"a", b"bcd"]),
        np.array(["a", b"b"], object), np.int64(5), np.array([1, 2], np.uint8),
        np.array([[True]]), np.array(2.0), 2 ** 40, [2 ** 40, 1], -1, (1, 2), [(1, 2), (3, 4)],
        np.ones([2, 3], order="F"), np.arange(6)[::2],
    ]
    for value in values:
        proto = tf.make_tensor_proto(value)
        out(proto.SerializeToString())
        array = tf.make_ndarray(proto)
        out(array.dtype, array.shape, array.tolist())
    for value, dtype, shape in [
        (1, tf.float32, None), (1, tf.float64, [2, 2]), ([1, 2], tf.float32, [2, 1]),
        ([1, 2], tf.int64, [4]), (0.0, None, [3]), ("a", tf.string, [2]), ([1, 0], tf.uint8, None),
        (1.0, tf.bfloat16, None), ([1.0, -2.0], tf.bfloat16, None), (1.5, tf.float16, None),
        ([1, 2], tf.complex64, None), (2, tf.complex128, None), ([True], tf.bool, [3]),
        ([], tf.int32, None),
        ([], tf.string, None), ([1, 2, 3, 4], tf.int16, [2, 2]), (5, tf.int8, []),
    ]:
        proto = tf.make_tensor_proto(value, dtype, shape)
        out(value, dtype, shape, proto.SerializeToString())
        array = tf.make_ndarray(proto)
        out(array.dtype, array.shape, array.astype("f4") if dtype == tf.bfloat16 else array.tolist())
    for value, dtype, shape in [
        (1.5, tf.int32, None), ("a", tf.float32, None), (1, tf.string, None), (1, tf.bool, None),
        (True, tf.int32, None), ([1, 2, 3], tf.int32, [2]), 
        (None, None, None), ([1, None], None, None), ([[1], [1, 2]], None, None),
        (1j, tf.float32, None), ([1, 2.5], tf.int32, None),
        ({}, None, None), (300, tf.uint8, None), (2 ** 40, tf.int32, None),
        ([True, 1], tf.bool, None), ([1.5, True], None, None),
    ]:
        out.error(tf.make_tensor_proto, value, dtype, shape)
    out.error(lambda: tf.make_tensor_proto([1, 2], shape=[3], verify_shape=True))


def constants(tf, out):
    for value in [1, 1.0, True, "a", b"a", 1j, [1, 2], [1.0, 2], np.arange(3), np.float32(2),
                  [np.float32(1), 2.0], [np.int64(1)], 2 ** 33, (1, 2), [[]], [], np.array("a"),
                  [True],
                  np.ones([2], np.float64)]:
        out(end(lambda: tf.convert_to_tensor(value)), end(lambda: tf.constant(value)))
    for value, dtype in [
        (1, tf.float32), (1.5, tf.int32), ("a", tf.int32), (1, tf.string), (True, tf.int32),
        (1, tf.bool), (np.array([1.5]), tf.int32), (np.array([1]), tf.float32), (None, None),
        (None, tf.float32), ([1, None], None), ([[1, 2], [3]], None), (tf.TensorShape(None), None),
        (tf.TensorShape([None]), None), (tf.TensorShape([1]), tf.int64), (tf.Dimension(None), None),
        (tf.TensorShape([1]), tf.float32), (1e400, tf.float32), (-1, tf.uint8),
        ([1, [2]], None), (dict(a=1), None), (np.array([None]), None), ({1, 2}, None),
    ]:
        out(end(lambda: tf.convert_to_tensor(value, dtype)))
    x = tf.constant(1.0)
    v = tf.Variable(1.0)
    out(tf.convert_to_tensor(x) is x, tf.convert_to_tensor(v).name,
        tf.convert_to_tensor([x, x]).op.type, tf.convert_to_tensor([x, 2.0]).op.type,
        tf.convert_to_tensor([[x, 1.0], [2.0, x]]).shape)
    out.error(tf.convert_to_tensor, x, tf.int32)
    out.error(tf.convert_to_tensor, v, tf.int32)
    out.error(tf.convert_to_tensor, [x, tf.constant(1)])
    out.error(tf.convert_to_tensor, [x, "a"])
    out(tf.convert_to_tensor(1, preferred_dtype=tf.float32).dtype,
        tf.convert_to_tensor(1.5, preferred_dtype=tf.int32).dtype,
        tf.convert_to_tensor(x, preferred_dtype=tf.int32).dtype,
        tf.convert_to_tensor(1, dtype_hint=tf.float64).dtype)
    for arguments in [dict(shape=[2, 2]), dict(shape=[]), dict(shape=[3]), dict(verify_shape=True),
                      dict(shape=[2], verify_shape=True), dict(dtype=tf.float16), dict(name="n")]:
        out(end(lambda: tf.constant(5, **arguments)), end(lambda: tf.constant([1, 2], **arguments)))
    for function in (tf.zeros, tf.ones):
        out(function([2]), function([], tf.int32), function(3), end(lambda: function([None])),
            end(lambda: function([2], tf.string)), function(tf.TensorShape([2])),
            end(lambda: function("a")))
    out(tf.fill([2], 1.0), tf.placeholder_with_default(1, []), end(lambda: tf.placeholder("x")))


def operands(tf, out):
    """What operators and functions say of types and shapes that don't fit."""
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    i = tf.placeholder(tf.int32, [2, 3], name="i")
    y = tf.placeholder(tf.float32, [4, 3], name="y")
    u = tf.placeholder(tf.float32, name="u")
    calls = [
        lambda: x + i, lambda: x + "a", lambda: x + None, lambda: i + 1.5, lambda: x + 1,
        lambda: 1 + x, lambda: x + [1, 2, 3], lambda: x + y, lambda: tf.add(x, i),
        lambda: tf.add(x, y), lambda: tf.matmul(x, y), lambda: tf.matmul(x, i),
        lambda: tf.matmul(x, [1.0]), lambda: tf.matmul(u, y), lambda: x @ y,
        lambda: tf.reshape(x, [4]), lambda: tf.reshape(x, [-1, 4]), lambda: tf.reshape(x, 1.5),
        lambda: tf.concat([x, y], 1), lambda: tf.concat([x, i], 0), lambda: tf.concat([x, y], 5),
        lambda: tf.reduce_sum(x, 2), lambda: tf.reduce_sum(x, "a"), lambda: tf.reduce_sum("a"),
        lambda: tf.nn.relu("a"), lambda: tf.nn.relu(tf.constant("a")), lambda: tf.sqrt(i),
        lambda: tf.nn.softmax(i), lambda: tf.transpose(x, [0, 0]),
        lambda: tf.nn.conv2d(x, y, [1, 1, 1, 1], "SAME"),
        lambda: tf.nn.conv2d(tf.zeros([1, 4, 4, 2]), tf.zeros([2, 2, 3, 1]), [1] * 4, "SAME"),
        lambda: tf.nn.conv2d(tf.zeros([1, 4, 4, 2]), tf.zeros([2, 2, 2, 1]), [1] * 4, "WRONG"),
        
        lambda: tf.nn.bias_add(x, tf.zeros([2])), lambda: tf.squeeze(x), lambda: tf.squeeze(x, 0),
        lambda: tf.expand_dims(x, 5), lambda: tf.split(x, 2, 1), 
        lambda: tf.unstack(u), lambda: tf.unstack(x, axis=3),
        lambda: tf.gather(x, 1.5), lambda: tf.slice(x, [0], [1]), lambda: x[5], lambda: x[0, 0, 0],
        lambda: x["a"], lambda: x[1.5], lambda: x[None, ..., 0].shape, lambda: x[..., ...],
        lambda: tf.cast(x, "nonsense"), lambda: tf.cast("a", tf.int32),
        lambda: tf.argmax(x, 2),
        lambda: tf.pad(x, [[1, 1]]), 
        lambda: tf.where(x, x, x), lambda: tf.where(x > 0, x, y), lambda: tf.equal(x, i),
        lambda: tf.logical_and(x, x), lambda: tf.cond(x, lambda: x, lambda: x),
        lambda: tf.cond(True, lambda: x, lambda: i), lambda: tf.nn.dropout(x, 1.5),
        lambda: tf.nn.dropout(x, rate=-1.0), lambda: tf.nn.max_pool(x, 2, 2, "SAME"),
        lambda: tf.nn.embedding_lookup(x, 0.5), lambda: tf.placeholder(None),
        lambda: tf.Variable(None), lambda: tf.Variable(), lambda: tf.assign(x, 1.0),
        lambda: tf.Variable(u), lambda: tf.get_variable("v"), lambda: tf.get_variable(""),
        lambda: tf.Variable(x).assign(y), lambda: tf.Variable(x).assign_add(i),
        lambda: tf.gradients(i, x), lambda: tf.gradients(x, "a"), lambda: tf.gradients([], x),
        lambda: tf.random_normal([2], dtype=tf.int32), lambda: tf.random_uniform([2], dtype=tf.int32),
        lambda: tf.random_uniform([2], 0, 1.5, tf.int32), lambda: tf.nn.l2_loss(i),
        lambda: tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=y),
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=x, logits=y),
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=x),
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=y),
        lambda: tf.losses.mean_squared_error(x, y), 
        lambda: tf.add_n([]), lambda: tf.add_n([x, y]),
        lambda: tf.add_n([x, i]), lambda: tf.group([x], 1),
        lambda: tf.while_loop(lambda a: a, lambda a: a, []), lambda: tf.map_fn(1, x),
        lambda: tf.while_loop(lambda a: a < 1, lambda a: a + x, [tf.constant(0.0, name="start")]),
        lambda: tf.while_loop(lambda a: a < 1, lambda a: (a, a), [tf.constant(0.0, name="start")]),
        lambda: tf.train.GradientDescentOptimizer(0.1).minimize(x),
        
        lambda: tf.constant([1, 2], shape=[1]), lambda: x % y,
        lambda: i / i, lambda: i // i, lambda: x ** i, lambda: ~x, lambda: x & x, lambda: -x,
        lambda: abs(i), lambda: x < i, lambda: tf.diag([]), 
        lambda: tf.linspace(0, 1, 5),
        lambda: tf.string_join([x]), lambda: tf.py_func(1, [x], tf.float32),
        lambda: tf.nn.moments(x, [2]), lambda: tf.nn.batch_normalization(x, 0., 1., None, None, 1),
        
        lambda: tf.sequence_mask([1.5]), lambda: tf.boolean_mask(x, [True, True, True]),
        
        lambda: tf.reverse(x, [True, False]), lambda: tf.meshgrid(),
    ]
    for number, call in enumerate(calls):
        out(number, end(call))

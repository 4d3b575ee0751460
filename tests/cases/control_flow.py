"""tf.cond, tf.case, tf.while_loop, TensorArray, map_fn, scan, foldl, foldr; their gradients."""
import numpy as np

from cases import Family, floats, ints

cases = Family("control_flow")
TRUE = np.array(True)
FALSE = np.array(False)


# -- conditionals ----------------------------------------------------------------------------------
for suffix, value in (("true", TRUE), ("false", FALSE)):
    cases.add("cond_" + suffix, lambda tf, p, x: tf.cond(p, lambda: x * x, lambda: x + 1.0),
              value, floats(3))
    cases.add("cond_two_" + suffix,
              lambda tf, p, x, y: tf.cond(p, lambda: (x * y, y), lambda: (x - y, tf.sin(x))),
              value, floats(2, 3), floats(2, 3, seed=3))
    cases.add("cond_one_side_" + suffix,
              lambda tf, p, x, y: tf.cond(p, lambda: tf.square(x), lambda: tf.exp(y)),
              value, floats(3), floats(3, seed=2))
    cases.add("cond_outer_value_" + suffix,
              lambda tf, p, x: tf.cond(p, lambda: x, lambda: tf.zeros_like(x)), value, floats(3))


def _shared(tf, p, x):
    y = tf.square(x)
    return tf.cond(p, lambda: y * 2.0, lambda: y * y) + y


def _nested(tf, p, q, x):
    return tf.cond(p, lambda: tf.cond(q, lambda: x * 2.0, lambda: tf.square(x)),
                   lambda: tf.cond(q, lambda: -x, lambda: tf.sin(x)))


for name, p, q in (("tt", TRUE, TRUE), ("tf", TRUE, FALSE), ("ft", FALSE, TRUE),
                   ("ff", FALSE, FALSE)):
    cases.add("cond_nested_" + name, _nested, p, q, floats(3))
for suffix, value in (("true", TRUE), ("false", FALSE)):
    cases.add("cond_shared_" + suffix, _shared, value, floats(3))

cases.add("cond_fn1", lambda tf, p, x: tf.cond(p, fn1=lambda: x + 1.0, fn2=lambda: x - 1.0,
                                               name="old"), TRUE, floats(2))
cases.add("cond_strict", lambda tf, p, x: tf.cond(p, lambda: [x], lambda: [x + 1.0], strict=True),
          TRUE, floats(2))
cases.add("cond_list_of_one", lambda tf, p, x: tf.cond(p, lambda: [x], lambda: [x + 1.0]),
          FALSE, floats(2))
cases.add("cond_dict", lambda tf, p, x: tf.cond(p, lambda: {"b": x, "a": x + 1.0},
                                                lambda: {"b": -x, "a": x}), FALSE, floats(2))
cases.add("cond_constants", lambda tf, p: tf.cond(p, lambda: 1, lambda: 2), TRUE)
cases.add("cond_no_op", lambda tf, p: tf.cond(p, tf.no_op, tf.no_op), TRUE)
cases.add("cond_gather", lambda tf, p, x: tf.cond(
    p, lambda: tf.gather(x, [1, 0]), lambda: tf.gather(x, [2, 2])), TRUE, floats(3, 2))
cases.add("cond_predicate_computed",
          lambda tf, x: tf.cond(tf.reduce_sum(x) > 0.0, lambda: x * 3.0, lambda: tf.sqrt(-x)),
          floats(3, low=0.1, high=1.0))
cases.add("cond_control_dependency", lambda tf, p, x: _controlled(tf, p, x), TRUE, floats(2))


def _controlled(tf, p, x):
    a = tf.identity(x, name="before")
    with tf.control_dependencies([a]):
        return tf.cond(p, lambda: tf.constant(1.0) + x, lambda: x)


cases.error("cond_python_bool", lambda tf: tf.cond(True, lambda: 1, lambda: 2))
cases.error("cond_missing_true", lambda tf, p: tf.cond(p, None, lambda: 2), TRUE)
cases.error("cond_both_names", lambda tf, p: tf.cond(p, lambda: 1, lambda: 2, fn1=lambda: 3), TRUE)
cases.error("cond_not_callable", lambda tf, p: tf.cond(p, 1, lambda: 2), TRUE)
cases.error("cond_types_differ", lambda tf, p: tf.cond(p, lambda: 1, lambda: 2.0), TRUE)
cases.error("cond_structures_differ", lambda tf, p: tf.cond(p, lambda: (1, 2), lambda: 2), TRUE)
cases.error("cond_nothing", lambda tf, p: tf.cond(p, lambda: None, lambda: None), TRUE)
cases.error("cond_empty", lambda tf, p: tf.cond(p, lambda: [], lambda: []), TRUE)

for k in range(3):
    cases.add("case_default_%d" % k, lambda tf, i, x: tf.case(
        [(tf.equal(i, 0), lambda: x * 2.0), (tf.equal(i, 1), lambda: tf.square(x))],
        default=lambda: -x), np.array(k, np.int32), floats(2))
cases.add("case_exclusive", lambda tf, i, x: tf.case(
    [(tf.equal(i, 0), lambda: x), (tf.equal(i, 1), lambda: x + 1.0)], default=lambda: -x,
    exclusive=True), np.array(1, np.int32), floats(2))
cases.add("case_no_default", lambda tf, i, x: tf.case(
    [(tf.equal(i, 0), lambda: x), (tf.equal(i, 1), lambda: x + 1.0)]),
    np.array(1, np.int32), floats(2), grad=False)
cases.error("case_none_true", lambda tf, i, x: tf.case(
    [(tf.equal(i, 0), lambda: x), (tf.equal(i, 1), lambda: x + 1.0)]),
    np.array(7, np.int32), floats(2), grad=False)
cases.error("case_two_true", lambda tf, i, x: tf.case(
    [(tf.equal(i, 0), lambda: x), (tf.equal(i, 0), lambda: x + 1.0)], default=lambda: -x,
    exclusive=True), np.array(0, np.int32), floats(2), grad=False)
cases.error("case_not_pairs", lambda tf, x: tf.case([x]), floats(2))
cases.error("case_not_bool", lambda tf, x: tf.case([(x, lambda: x)]), floats(2))

# -- control dependencies --------------------------------------------------------------------------
cases.add("group", lambda tf, x: tf.group(x + 1.0, [x * 2.0, tf.no_op()]), floats(2), grad=False)
cases.add("group_nothing", lambda tf: tf.group())
cases.add("group_devices", lambda tf, x: _on_devices(tf, x), floats(2), grad=False)


def _on_devices(tf, x):
    with tf.device("/cpu:0"):
        a = x + 1.0
    return tf.group(a, x * 2.0, name="both")


cases.add("tuple", lambda tf, x: tf.tuple([x + 1.0, None, x * x]), floats(2), grad=False)
cases.add("tuple_controls", lambda tf, x: tf.tuple([x + 1.0, x], control_inputs=[tf.no_op()]),
          floats(2), grad=False)
cases.error("tuple_nothing", lambda tf: tf.tuple([None]))
cases.error("group_keyword", lambda tf: tf.group(nam="x"))
cases.error("group_number", lambda tf: tf.group(3))


# -- loops -----------------------------------------------------------------------------------------
def _power(tf, x, w):
    return tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, a * w), [tf.constant(0), x])[1]


cases.add("while_power", _power, floats(3), floats(3, seed=4))
cases.add("while_one_variable", lambda tf, x: tf.while_loop(
    lambda a: tf.reduce_sum(a) < 50.0, lambda a: a * 2.0, [x]), floats(3, low=1.0, high=2.0))
cases.add("while_same_structure", lambda tf, x: tf.while_loop(
    lambda a: tf.reduce_sum(a) < 50.0, lambda a: [a * 2.0], [x], return_same_structure=True),
    floats(3, low=1.0, high=2.0))
cases.add("while_never", lambda tf, x: tf.while_loop(
    lambda i, a: i < 0, lambda i, a: (i + 1, a * 2.0), [0, x]), floats(3))
cases.add("while_maximum", lambda tf, x: tf.while_loop(
    lambda i, a: i < 10, lambda i, a: (i + 1, tf.sin(a)), (0, x), maximum_iterations=3), floats(3))
cases.error("while_maximum_list", lambda tf, x: tf.while_loop(
    lambda i, a: i < 10, lambda i, a: (i + 1, a), [0, x], maximum_iterations=3), floats(3))
cases.add("while_maximum_single", lambda tf, x: tf.while_loop(
    lambda a: tf.reduce_sum(a) < 1e9, lambda a: a * 1.5, [x], maximum_iterations=3), floats(3))
cases.add("while_matmul", lambda tf, x, w: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, tf.tanh(tf.matmul(a, w))), [0, x])[1],
    floats(2, 3), floats(3, 3, seed=1))
cases.add("while_bias", lambda tf, x, w, b: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, tf.sigmoid(tf.matmul(a, w) + b)), [0, x])[1],
    floats(2, 3), floats(3, 3, seed=1), floats(3, seed=2))
cases.add("while_nested_variables", lambda tf, x, y: tf.while_loop(
    lambda i, v: i < 3, lambda i, v: (i + 1, {"a": v["b"] * x, "b": (v["a"] + y)}),
    [0, {"a": x, "b": y}])[1], floats(2), floats(2, seed=5))
cases.add("while_unused_exit", lambda tf, x, y: tf.while_loop(
    lambda i, a, b: i < 3, lambda i, a, b: (i + 1, a * b, b + 1.0), [0, x, y])[1],
    floats(2), floats(2, seed=5))
cases.add("while_invariant", lambda tf, x: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, tf.concat([a, a], 0)), [tf.constant(0), x],
    shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])])[1], floats(1, 2), dynamic=False)
cases.add("while_swap", lambda tf, x: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, tf.exp(-a)), [0, x], swap_memory=True,
    parallel_iterations=1)[1], floats(2))
cases.add("while_back_prop_false", lambda tf, x: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, tf.exp(-a)), [0, x], back_prop=False)[1] * x,
    floats(2), numeric=False)
cases.add("while_two", lambda tf, x, w: _power(tf, _power(tf, x, w), w), floats(2),
          floats(2, seed=1))
cases.add("while_cond_inside", lambda tf, x: tf.while_loop(
    lambda i, a: i < 4,
    lambda i, a: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: a * a, lambda: tf.sin(a))),
    [0, x])[1], floats(3))
cases.add("while_cond_inside_constant", lambda tf, x, w: tf.while_loop(
    lambda i, a: i < 4,
    lambda i, a: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: a * w, lambda: a + 1.0)),
    [0, x])[1], floats(3), floats(3, seed=2))
cases.add("while_cond_one_side", lambda tf, x, w: tf.while_loop(
    lambda i, a: i < 4,
    lambda i, a: (i + 1, tf.cond(i > 1, lambda: a * w, lambda: a)), [0, x])[1],
    floats(3), floats(3, seed=2))
for suffix, value in (("true", TRUE), ("false", FALSE)):
    cases.add("cond_while_inside_" + suffix, lambda tf, p, x, w: tf.cond(
        p, lambda: _power(tf, x, w), lambda: x), value, floats(2), floats(2, seed=6))


def _nested_loops(tf, x, w):
    def outer(i, a):
        _, b = tf.while_loop(lambda j, b: j < 2, lambda j, b: (j + 1, tf.sin(b) * w), [0, a])
        return i + 1, b + a
    return tf.while_loop(lambda i, a: i < 3, outer, [0, x])[1]


cases.add("while_nested", _nested_loops, floats(3), floats(3, seed=4))


def _nested_varying(tf, x, w):
    def outer(i, a):
        _, b = tf.while_loop(lambda j, b: j < i, lambda j, b: (j + 1, b * w), [0, a])
        return i + 1, b * a
    return tf.while_loop(lambda i, a: i < 3, outer, [0, x])[1]


cases.add("while_nested_varying", _nested_varying, floats(3), floats(3, seed=4))


def _controls_outside(tf, x):
    a = tf.identity(x * 2.0, name="before")
    def body(i, v):
        with tf.control_dependencies([a]):
            return i + 1, v + tf.constant(1.0)
    return tf.while_loop(lambda i, v: i < 2, body, [0, x])[1]


cases.add("while_controls_outside", _controls_outside, floats(2))


def _after_control(tf, x):
    a = tf.identity(x, name="before")
    with tf.control_dependencies([a]):
        return tf.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, v * v), [0, x])[1]


cases.add("while_after_control", _after_control, floats(2))
cases.add("while_gather", lambda tf, x: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.reduce_sum(tf.gather(x, [i, 0]))),
    [0, 0.0])[1], floats(4))
cases.add("while_slices", lambda tf, x: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: (i + 1, a * x[i]), [0, tf.ones([2])])[1], floats(4, 2))
cases.error("while_not_callable", lambda tf, x: tf.while_loop(1, lambda a: a, [x]), floats(2))
cases.error("while_no_variables", lambda tf: tf.while_loop(lambda: True, lambda: None, []))
cases.error("while_shape_changes", lambda tf, x: tf.while_loop(
    lambda a: tf.size(a) < 9, lambda a: tf.concat([a, a], 0), [x]), floats(2))
cases.error("while_bad_invariant", lambda tf, x: tf.while_loop(
    lambda a: tf.size(a) < 9, lambda a: a, [x], shape_invariants=[tf.TensorShape([3])]), floats(2))
cases.error("while_too_few", lambda tf, x: tf.while_loop(
    lambda i, a: i < 3, lambda i, a: i + 1, [0, x]), floats(2))
cases.error("while_parallel", lambda tf, x: tf.while_loop(
    lambda a: True, lambda a: a, [x], parallel_iterations=0), floats(2))
cases.error("while_value_used_outside", lambda tf, x: _leak(tf, x), floats(2))


def _leak(tf, x):
    kept = []
    def body(i, a):
        kept.append(a + 1.0)
        return i + 1, a
    tf.while_loop(lambda i, a: i < 3, body, [0, x])
    return kept[0] * 2.0


# -- tensor arrays ---------------------------------------------------------------------------------
cases.add("ta_stack", lambda tf, x: tf.TensorArray(tf.float32, 3).unstack(x).stack(), floats(3, 2))
cases.add("ta_write_read", lambda tf, x: tf.TensorArray(tf.float32, 2).write(0, x).write(
    1, x * x).read(1), floats(2))
cases.add("ta_gather", lambda tf, x: tf.TensorArray(tf.float32, 3).unstack(x).gather([2, 0]),
          floats(3, 2))
cases.add("ta_scatter", lambda tf, x: tf.TensorArray(tf.float32, 3).scatter([2, 0], x).read(2),
          floats(2, 2))
cases.add("ta_concat", lambda tf, x: tf.TensorArray(tf.float32, 2).write(0, x).write(
    1, x * x).concat(), floats(2, 2))
cases.add("ta_split", lambda tf, x: tf.TensorArray(tf.float32, 2).split(x, [2, 2]).read(1),
          floats(4, 3), numeric=False)
cases.add("ta_split_uneven", lambda tf, x: tf.TensorArray(
    tf.float32, 2, infer_shape=False).split(x, [1, 3]).concat(), floats(4, 3),
    numeric=False)
cases.add("ta_size", lambda tf, x: tf.TensorArray(tf.float32, 3).unstack(x).size(), floats(3, 2),
          grad=False)
cases.add("ta_element_shape", lambda tf: tf.TensorArray(
    tf.float32, 3, element_shape=[2], name="arr").stack())
cases.add("ta_unwritten_zero", lambda tf, x: tf.TensorArray(
    tf.float32, 2, element_shape=[2]).write(0, x).stack(), floats(2))
cases.add("ta_dynamic", lambda tf, x: tf.TensorArray(tf.float32, 0, dynamic_size=True).write(
    2, x).write(0, x).write(1, x + 1.0).stack(), floats(2))
cases.add("ta_identity", lambda tf, x: tf.TensorArray(tf.float32, 3).unstack(x).identity().stack(),
          floats(3, 2), grad=False)
cases.add("ta_int", lambda tf, x: tf.TensorArray(tf.int32, 3).unstack(x).read(1), ints(3, 2))
cases.add("ta_read_twice_ok", lambda tf, x: _twice(tf, x, False), floats(2, 2))


def _twice(tf, x, clear):
    array = tf.TensorArray(tf.float32, 2, clear_after_read=clear).unstack(x)
    return array.read(0) * array.read(0)


def _ta_loop(tf, x, w):
    array = tf.TensorArray(tf.float32, size=3)
    def body(i, a, array):
        a = tf.tanh(a * w)
        return i + 1, a, array.write(i, a)
    return tf.while_loop(lambda i, a, t: i < 3, body, [0, x, array])[2].stack()


cases.add("ta_loop", _ta_loop, floats(2), floats(2, seed=9))


def _ta_read_loop(tf, x, w):
    array = tf.TensorArray(tf.float32, size=3).unstack(x)
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * w + array.read(i)),
                         [0, tf.zeros([2])])[1]


cases.add("ta_read_loop", _ta_read_loop, floats(3, 2), floats(2, seed=9))
cases.error("ta_read_far", lambda tf, x: tf.TensorArray(tf.float32, 2).unstack(x).read(5),
            floats(2, 2))
cases.error("ta_write_far", lambda tf, x: tf.TensorArray(tf.float32, 2).write(2, x).flow,
            floats(2), grad=False)
cases.error("ta_write_twice", lambda tf, x: tf.TensorArray(tf.float32, 2).write(0, x).write(
    0, x).flow, floats(2), grad=False)
cases.error("ta_shapes_differ", lambda tf, x: tf.TensorArray(tf.float32, 2).write(0, x).write(
    1, x[0]).flow, floats(2), grad=False)
cases.error("ta_shapes_differ_at_run", lambda tf, x: tf.TensorArray(
    tf.float32, 2, infer_shape=False).write(0, x).write(1, x[0]).stack(), floats(2), grad=False)
cases.error("ta_scatter_far", lambda tf, x: tf.TensorArray(tf.float32, 2).unstack(x).stack(),
            floats(3, 2), grad=False)
cases.error("ta_split_sum", lambda tf, x: tf.TensorArray(tf.float32, 2).split(x, [2, 3]).read(0),
            floats(4, 2), grad=False)
cases.error("ta_no_size", lambda tf: tf.TensorArray(tf.float32))
cases.error("ta_negative_size", lambda tf: tf.TensorArray(tf.float32, -1).size())

# -- functional ------------------------------------------------------------------------------------
cases.add("map_square", lambda tf, x: tf.map_fn(lambda r: r * r, x), floats(3, 2))
cases.add("map_dtype", lambda tf, x: tf.map_fn(lambda r: tf.reduce_sum(r) > 0.0, x, dtype=tf.bool),
          floats(3, 2))
cases.add("map_tuple", lambda tf, x, y: tf.map_fn(
    lambda v: (v[0] * v[1], v[0]), (x, y)), floats(3, 2), floats(3, 2, seed=1))
cases.add("map_tuple_to_one", lambda tf, x, y: tf.map_fn(
    lambda v: v[0] * v[1], (x, y), dtype=tf.float32), floats(3, 2), floats(3, 2, seed=1))
cases.add("map_weights", lambda tf, x, w: tf.map_fn(
    lambda r: tf.matmul(r[None, :], w)[0], x, name="rows"), floats(3, 2), floats(2, 2, seed=1))
cases.add("map_ints", lambda tf, x: tf.map_fn(lambda e: e + 1, x), ints(4))
cases.add("foldl_sum", lambda tf, x: tf.foldl(lambda a, r: a * 0.5 + r, x), floats(3, 2))
cases.add("foldl_initializer", lambda tf, x: tf.foldl(
    lambda a, r: a * r, x, initializer=tf.ones([2])), floats(3, 2))
cases.add("foldr_sum", lambda tf, x: tf.foldr(lambda a, r: a * 0.5 + r, x), floats(3, 2))
cases.add("foldr_initializer", lambda tf, x: tf.foldr(
    lambda a, r: a * r, x, initializer=tf.ones([2])), floats(3, 2))
cases.add("scan_sum", lambda tf, x: tf.scan(lambda a, r: a + r, x), floats(4, 2))
cases.add("scan_initializer", lambda tf, x: tf.scan(
    lambda a, r: a * 0.9 + r, x, initializer=tf.zeros([2])), floats(4, 2))
cases.add("scan_reverse", lambda tf, x: tf.scan(lambda a, r: a * r, x, reverse=True), floats(4, 2))
cases.add("scan_tuple", lambda tf, x: tf.scan(
    lambda a, r: (a[0] + r, a[1] * r), x, initializer=(tf.zeros([2]), tf.ones([2]))), floats(4, 2))
cases.add("scan_rnn", lambda tf, x, w: tf.scan(
    lambda h, r: tf.tanh(tf.matmul(h, w) + r), x, initializer=tf.zeros([2, 3])),
    floats(4, 2, 3), floats(3, 3, seed=5), dynamic=False)
cases.add("map_of_map", lambda tf, x: tf.map_fn(
    lambda row: tf.map_fn(lambda e: e * 2.0, row), x), floats(2, 3))
cases.error("map_not_callable", lambda tf, x: tf.map_fn(1, x), floats(2))
cases.error("map_scalar", lambda tf, x: tf.map_fn(lambda e: e, x), floats())
cases.error("scan_structure", lambda tf, x: tf.scan(lambda a, r: (a, a), x), floats(3))

# Compiling takes the time here: unknown shapes and finite differences are for some cases only.
DYNAMIC = """cond_true cond_one_side_true cond_outer_value_true cond_gather case_default_0 while_power
while_bias while_cond_inside_constant while_nested while_slices ta_loop ta_stack ta_gather ta_concat
ta_split map_square map_weights foldl_sum foldr_initializer scan_sum scan_reverse tuple
ta_read_far ta_element_shape while_unused_exit""".split()
NUMERIC = """cond_two_true cond_nested_tf cond_shared_false while_matmul while_nested_variables
while_cond_inside while_cond_one_side while_nested foldl_sum cond_while_inside_true""".split()
for each in cases.cases.values():
    each.dynamic = each.dynamic and each.name in DYNAMIC
    each.numeric = each.numeric and each.name in NUMERIC

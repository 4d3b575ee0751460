"""Assertions, py_func, custom gradients, hessians, variables in conditionals and loops."""
import numpy as np

from cases import Family, floats, ints

cases = Family("checks")
TRUE = np.array(True)
FALSE = np.array(False)


def guarded(name, check, *inputs, **options):
    def build(tf, *tensors):
        with tf.control_dependencies([check(tf, *tensors)]):
            return tf.identity(tensors[0])
    cases.add(name, build, *inputs, grad=False, **options)


def refused(name, check, *inputs, **options):
    def build(tf, *tensors):
        with tf.control_dependencies([check(tf, *tensors)]):
            return tf.identity(tensors[0])
    cases.error(name, build, *inputs, grad=False, **options)


POSITIVE = floats(2, 3, low=0.5, high=2.0)
guarded("assert_floats", lambda tf, x: tf.Assert(tf.reduce_all(x > 0.0), [x]), POSITIVE)
guarded("assert_ints", lambda tf, x: tf.Assert(tf.reduce_all(x < 10), ["text", x], summarize=2),
        ints(4))
refused("assert_floats_fails", lambda tf, x: tf.Assert(tf.reduce_all(x < 0.0), [x]), POSITIVE)
refused("assert_ints_fails", lambda tf, x: tf.Assert(tf.reduce_all(x > 100), ["text", x]), ints(4))
guarded("assert_positive", lambda tf, x: tf.assert_positive(x), POSITIVE)
guarded("assert_negative", lambda tf, x: tf.assert_negative(x, message="why"), -POSITIVE)
guarded("assert_non_negative", lambda tf, x: tf.assert_non_negative(x, name="mine"), POSITIVE)
guarded("assert_non_positive", lambda tf, x: tf.assert_non_positive(x), -POSITIVE)
guarded("assert_equal", lambda tf, x, y: tf.assert_equal(x, y), ints(3), ints(3))
guarded("assert_equal_itself", lambda tf, x: tf.assert_equal(x, x), ints(3))
guarded("assert_none_equal", lambda tf, x: tf.assert_none_equal(x, x + 1), ints(3))
guarded("assert_less", lambda tf, x: tf.assert_less(x, x + 1.0, data=[x], summarize=1), POSITIVE)
guarded("assert_less_equal", lambda tf, x: tf.assert_less_equal(x, x), POSITIVE)
guarded("assert_greater", lambda tf, x: tf.assert_greater(x + 1, x), ints(3))
guarded("assert_greater_equal", lambda tf, x: tf.assert_greater_equal(x, x), ints(3))
guarded("assert_near", lambda tf, x: tf.debugging.assert_near(x, x + 1e-8, rtol=1e-3), POSITIVE)
guarded("assert_rank", lambda tf, x: tf.assert_rank(x, 2), POSITIVE)
guarded("assert_rank_at_least", lambda tf, x: tf.assert_rank_at_least(x, 1), POSITIVE)
guarded("assert_rank_in", lambda tf, x: tf.assert_rank_in(x, (1, 2)), POSITIVE)
guarded("assert_rank_tensor", lambda tf, x, r: tf.assert_rank(x, r), POSITIVE,
        np.array(2, np.int32))
guarded("assert_integer", lambda tf, x: tf.assert_integer(x), ints(3))
guarded("assert_type", lambda tf, x: tf.assert_type(x, tf.float32), POSITIVE)
guarded("assert_shapes", lambda tf, x, y: tf.debugging.assert_shapes(
    [(x, ("N", 3)), (y, ("N", None)), (y, ("...", 2))]), POSITIVE, floats(2, 2))
refused("assert_positive_fails", lambda tf, x: tf.assert_positive(x), -POSITIVE)
refused("assert_equal_fails", lambda tf, x, y: tf.assert_equal(x, y, message="not so"), ints(3),
        ints(3, seed=1))
refused("assert_equal_static", lambda tf, x: tf.assert_equal([1, 2], [1, 3]), ints(3))
refused("assert_rank_static", lambda tf, x: tf.assert_rank(x, 3, message="bad"), POSITIVE)
refused("assert_rank_in_static", lambda tf, x: tf.assert_rank_in(x, (1, 3)), POSITIVE)
refused("assert_rank_run", lambda tf, x, r: tf.assert_rank(x, r), POSITIVE, np.array(1, np.int32))
refused("assert_integer_fails", lambda tf, x: tf.assert_integer(x), POSITIVE)
refused("assert_type_fails", lambda tf, x: tf.assert_type(x, tf.int32), POSITIVE)
refused("assert_scalar_fails", lambda tf, x: tf.debugging.assert_scalar(x), POSITIVE)
refused("assert_shapes_fails", lambda tf, x, y: tf.debugging.assert_shapes(
    [(x, ("N", 3)), (y, ("N", 3))]), POSITIVE, floats(2, 2))
cases.add("is_non_decreasing", lambda tf, x: tf.is_non_decreasing(x), ints(4), grad=False)
cases.add("is_strictly_increasing", lambda tf, x: tf.is_strictly_increasing(x),
          np.arange(4, dtype=np.float32), grad=False)
cases.add("all_finite", lambda tf, x: tf.verify_tensor_all_finite(x, "message"), POSITIVE)
refused("all_finite_fails", lambda tf, x: tf.verify_tensor_all_finite(x / 0.0, "message"), POSITIVE)


# -- Python functions ------------------------------------------------------------------------------
cases.add("py_func", lambda tf, x: tf.py_func(lambda a: a * 2, [x], tf.float32), POSITIVE,
          grad=False)
cases.add("py_func_two", lambda tf, x: tf.py_func(
    lambda a: (a.sum(), a.astype(np.int64)), [x], [tf.float32, tf.int64], stateful=False),
    POSITIVE, grad=False)
cases.add("py_func_strings", lambda tf, x: tf.py_func(
    lambda a: np.array([b"n%d" % v for v in a], dtype=object), [x], tf.string), ints(3),
    grad=False)
cases.add("py_func_then", lambda tf, x: tf.square(tf.py_func(
    lambda a: a + 1, [tf.exp(x)], tf.float32)), POSITIVE, grad=False)
cases.error("py_func_type", lambda tf, x: tf.py_func(lambda a: a * 2, [x], tf.int32), POSITIVE,
            grad=False)
cases.error("py_func_count", lambda tf, x: tf.py_func(lambda a: (a, a), [x], tf.float32), POSITIVE,
            grad=False)
cases.error("py_func_raises", lambda tf, x: tf.py_func(lambda a: {}[1], [x], tf.float32), POSITIVE,
            grad=False)
cases.error("py_func_value_error", lambda tf, x: tf.py_func(
    lambda a: int("a"), [x], tf.float32), POSITIVE, grad=False)
cases.error("py_func_not_callable", lambda tf, x: tf.py_func(3, [x], tf.float32), POSITIVE)


# -- custom gradients ------------------------------------------------------------------------------
def _log1pexp(tf, x):
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))
    return log1pexp(x) * 2.0


def _two(tf, x, y):
    @tf.custom_gradient
    def both(a, b):
        return (a * b, a + b), lambda d, e: (d * b + e, d * a + e)
    return both(x, y)


cases.add("custom_gradient", _log1pexp, POSITIVE, graph=False)
cases.add("custom_gradient_two", _two, POSITIVE, POSITIVE, graph=False)
cases.add("print_gradient", lambda tf, x: tf.Print(x * x, [x], "x: "), POSITIVE)

# -- hessians --------------------------------------------------------------------------------------
cases.add("hessian_quadratic", lambda tf, x: tf.hessians(tf.reduce_sum(x * x * x), x)[0],
          floats(3), grad=False)
cases.add("hessian_matrix", lambda tf, x, w: tf.hessians(
    tf.reduce_sum(tf.square(tf.matmul(w, x[:, None]))), x)[0], floats(3), floats(2, 3), grad=False)


# -- variables -------------------------------------------------------------------------------------
def _counted(tf, p):
    v = tf.Variable(1.0, name="v")
    return tf.cond(p, lambda: tf.assign_add(v, 2.0), lambda: tf.assign(v, -1.0))


def _read_in_branch(tf, p, x):
    v = tf.Variable([1.0, 2.0], name="v")
    return tf.cond(p, lambda: v * x, lambda: x + v)


def _loop_over_variable(tf, x):
    v = tf.Variable([1.0, 2.0], name="v")
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * v), [0, x])[1]


def _assign_in_loop(tf):
    v = tf.Variable(0, name="v")
    def body(i):
        with tf.control_dependencies([tf.assign_add(v, i)]):
            return i + 1
    return tf.while_loop(lambda i: i < 5, body, [tf.constant(0)]), v


def _random_in_loop(tf):
    return tf.while_loop(lambda i, a: i < 3,
                         lambda i, a: (i + 1, a + tf.random_uniform([2], seed=3)),
                         [0, tf.zeros([2])])[1]


def _resource_in_loop(tf, x):
    v = tf.get_variable("v", initializer=np.float32([1.5, 0.5]), use_resource=True)
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * v), [0, x])[1]
    return y, tf.gradients(y, v)[0]


for suffix, value in (("true", TRUE), ("false", FALSE)):
    cases.add("cond_assign_" + suffix, _counted, value, runs=3, init=True, grad=False)
    cases.add("cond_variable_" + suffix, _read_in_branch, value, floats(2), init=True)
cases.add("while_variable", _loop_over_variable, floats(2), init=True)
cases.add("while_assign", _assign_in_loop, runs=2, init=True, grad=False)
cases.add("while_random", _random_in_loop, runs=2, seed=5, grad=False)
cases.add("while_resource", _resource_in_loop, floats(2), init=True, grad=False)
cases.add("map_random", lambda tf, x: tf.map_fn(
    lambda e: e + tf.random_uniform([]), x, parallel_iterations=1), floats(3), seed=2, grad=False,
    dynamic=False)

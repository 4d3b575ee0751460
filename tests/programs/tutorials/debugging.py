"""tf.Print, tf.Assert, check_numerics, and the errors that a session raises."""
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [2], name="x")
v = tf.Variable([1.0, 2.0], name="v")
y = x / v
checked = tf.check_numerics(y, "y is bad")
with tf.control_dependencies([tf.assert_positive(x, message="x must be positive")]):
    z = tf.sqrt(x)
update = v.assign_add(tf.log(x))


def attempt(what, *args):
    try:
        print(what, sess.run(*args))
    except (tf.errors.OpError, ValueError, TypeError) as error:
        print(what, type(error).__name__, getattr(error, "message", str(error)).split("\n")[0]
              .split(" (defined")[0][:60])


with tf.Session() as sess:
    attempt("uninitialized", y, {x: [1., 2.]})
    sess.run(tf.global_variables_initializer())
    attempt("fine", y, {x: [1., 2.]})
    attempt("shape", y, {x: [1., 2., 3.]})
    attempt("none", None)
    attempt("assert", z, {x: [-1., 1.]})
    attempt("fine", z, {x: [4., 9.]})
    attempt("not finite", checked, {x: [np.inf, 1.]})
    attempt("name", "missing:0")
    attempt("by name", "v:0")
    attempt("constant fed", tf.constant(3.0) + 1.0)
    attempt("partial", [y, {"a": v, "b": (x, [v])}], {x: [1., 1.]})
print(tf.gradients(y, x)[0], tf.gradients(tf.constant(1.0), x))

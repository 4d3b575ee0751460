"""Gradients: second order, custom, overridden, through py_func."""
import numpy as np
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
y = tf.reduce_sum(x ** 3)
g1 = tf.gradients(y, x)[0]
g2 = tf.gradients(g1, x)[0]
h = tf.hessians(y, x)[0]


@tf.RegisterGradient("Doubled")
def _doubled(op, grad):
    return 2.0 * grad


@tf.custom_gradient
def log1pexp(value):
    e = tf.exp(value)

    def grad(dy):
        return dy * (1 - 1 / (1 + e))
    return tf.log(1 + e), grad


graph = tf.get_default_graph()
with graph.gradient_override_map({"Identity": "Doubled"}):
    doubled = tf.identity(x)


def py_func(func, inp, Tout, name=None, grad=None):
    rnd_name = 'PyFuncGrad' + str(len(inp))
    tf.RegisterGradient(rnd_name)(grad)
    with tf.get_default_graph().gradient_override_map({"PyFunc": rnd_name}):
        return tf.py_func(func, inp, Tout, stateful=True, name=name)


squared = py_func(lambda a: np.square(a).astype(np.float32), [x], [tf.float32],
                  grad=lambda op, grad: grad * 20 * op.inputs[0])[0]
squared.set_shape([3])
stopped = tf.stop_gradient(x) * x
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for t in (y, g1, g2, h, tf.gradients(doubled, x)[0], tf.gradients(log1pexp(x), x)[0],
              squared, tf.gradients(squared, x)[0], tf.gradients(stopped, x)[0],
              tf.gradients(tf.gather(x, [0, 0, 2]), x)[0].values,
              tf.gradients(x * x, x, grad_ys=[tf.constant([1., 0., 2.])])[0]):
        print(sess.run(t))
    print(tf.gradients(tf.zeros([2]), x))

"""Rain drops on a pond: convolutions as derivatives, placeholders and tf.group."""
import numpy as np
import tensorflow as tf


def make_kernel(a):
    a = np.asarray(a)
    a = a.reshape(list(a.shape) + [1, 1])
    return tf.constant(a, dtype=1)


def simple_conv(x, k):
    x = tf.expand_dims(tf.expand_dims(x, 0), -1)
    y = tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], padding='SAME')
    return y[0, :, :, 0]


def laplace(x):
    laplace_k = make_kernel([[0.5, 1.0, 0.5], [1.0, -6., 1.0], [0.5, 1.0, 0.5]])
    return simple_conv(x, laplace_k)


rng = np.random.RandomState(9)
sess = tf.InteractiveSession()
N = 12
u_init = np.zeros([N, N], dtype=np.float32)
for n in range(5):
    a, b = rng.randint(0, N, 2)
    u_init[a, b] = rng.uniform()
eps = tf.placeholder(tf.float32, shape=())
damping = tf.placeholder(tf.float32, shape=())
U = tf.Variable(u_init)
Ut = tf.Variable(np.zeros([N, N], dtype=np.float32))
U_ = U + eps * Ut
Ut_ = Ut + eps * (laplace(U) - damping * Ut)
step = tf.group(U.assign(U_), Ut.assign(Ut_))
tf.global_variables_initializer().run()
for i in range(40):
    step.run({eps: 0.03, damping: 0.04})
print(np.round(U.eval()[::3], 4))
print(float(tf.reduce_sum(U).eval()), float(tf.reduce_max(U).eval()))

"""The Mandelbrot set, stepped with variables and tf.group."""
import numpy as np
import tensorflow as tf

sess = tf.InteractiveSession()
Y, X = np.mgrid[-1.3:1.3:0.2, -2:1:0.2]
Z = X + 1j * Y
xs = tf.constant(Z.astype(np.complex64))
zs = tf.Variable(xs)
ns = tf.Variable(tf.zeros_like(xs, tf.float32))
tf.global_variables_initializer().run()
zs_ = zs * zs + xs
not_diverged = tf.abs(zs_) < 4
step = tf.group(zs.assign(tf.where(not_diverged, zs_, zs)),
                ns.assign_add(tf.cast(not_diverged, tf.float32)))
for i in range(30):
    step.run()
print(ns.eval().astype(int))
sess.close()

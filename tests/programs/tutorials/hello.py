"""Constants, a session, simple arithmetic."""
import tensorflow as tf

hello = tf.constant("Hello, TensorFlow!")
sess = tf.Session()
print(sess.run(hello))
a = tf.constant(2)
b = tf.constant(3)
with tf.Session() as sess:
    print("a + b = %i" % sess.run(a + b))
    print("a * b = %i" % sess.run(a * b))
x = tf.placeholder(tf.int16)
y = tf.placeholder(tf.int16)
add = tf.add(x, y)
mul = tf.multiply(x, y)
with tf.Session() as sess:
    print(sess.run(add, feed_dict={x: 2, y: 3}), sess.run(mul, feed_dict={x: 2, y: 3}))
product = tf.matmul(tf.constant([[3., 3.]]), tf.constant([[2.], [2.]]))
with tf.Session() as sess:
    print(sess.run(product))

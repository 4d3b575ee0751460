"""FizzBuzz with cond and while_loop."""
import tensorflow as tf


class FizzBuzz():
    def __init__(self, length=15):
        self.length = length
        self.array = tf.Variable([str(i) for i in range(1, length + 1)], dtype=tf.string,
                                 trainable=False)
        self.graph = tf.while_loop(self.cond, self.body, [1, self.array],
                                   shape_invariants=[tf.TensorShape([]), tf.TensorShape(length)],
                                   back_prop=False)

    def run(self):
        with tf.Session() as sess:
            tf.global_variables_initializer().run()
            return sess.run(self.graph)

    def cond(self, i, _):
        return tf.less(i, self.length + 1)

    def body(self, i, _):
        flow = tf.cond(
            tf.equal(tf.mod(i, 15), 0),
            lambda: tf.assign(self.array[i - 1], 'FizzBuzz'),
            lambda: tf.cond(
                tf.equal(tf.mod(i, 3), 0),
                lambda: tf.assign(self.array[i - 1], 'Fizz'),
                lambda: tf.cond(
                    tf.equal(tf.mod(i, 5), 0),
                    lambda: tf.assign(self.array[i - 1], 'Buzz'),
                    lambda: self.array)))
        return tf.add(i, 1), flow


_, result = FizzBuzz().run()
print([w.decode() for w in result])
n = tf.constant(10)
total = tf.while_loop(lambda i, s: i <= n, lambda i, s: (i + 1, s + i * i), [1, 0])[1]
parts = tf.case([(n < 5, lambda: tf.constant("small")), (n < 20, lambda: tf.constant("middle"))],
                default=lambda: tf.constant("large"))
with tf.Session() as sess:
    print(sess.run([total, parts]))
    print(sess.run([total, parts], {n: 30}))

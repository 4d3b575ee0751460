# A program of early 2016, for Python 2 and TensorFlow 0.8:   penstock run examples/old/digits_2016.py
import sys
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets(sys.argv[1] if len(sys.argv) > 1 else 'MNIST_data', one_hot=True)

images = tf.placeholder('float', [None, 784])
truth = tf.placeholder('float', [None, 10])
weights = tf.Variable(tf.zeros([784, 10]))
biases = tf.Variable(tf.zeros([10]))
guess = tf.nn.softmax(tf.matmul(images, weights) + biases)
loss = -tf.reduce_sum(tf.mul(truth, tf.log(guess + 1e-10)))
train = tf.train.GradientDescentOptimizer(0.005).minimize(loss)
right = tf.equal(tf.argmax(guess, 1), tf.argmax(truth, 1))
accuracy = tf.reduce_mean(tf.cast(right, 'float'))

tf.scalar_summary('loss', loss)
summaries = tf.merge_all_summaries()
sess = tf.Session()
writer = tf.train.SummaryWriter('log_2016', sess.graph_def)
sess.run(tf.initialize_all_variables())
for step in xrange(1000):
    xs, ys = mnist.train.next_batch(100)
    _, text = sess.run([train, summaries], {images: xs, truth: ys})
    writer.add_summary(text, step)
print 'accuracy', sess.run(accuracy, {images: mnist.test.images, truth: mnist.test.labels})

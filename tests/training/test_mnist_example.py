"""The model of the tutorial "MNIST mechanics" trains, and has the tutorial's names."""

from __future__ import annotations

import numpy as np

import penstock as tf
from penstock.training import mnist_example as mnist


def test_the_model_learns() -> None:
    rng = np.random.RandomState(0)
    labels = rng.randint(0, 10, 50)
    images = rng.rand(50, mnist.IMAGE_PIXELS).astype(np.float32)
    images[np.arange(50), labels] += 20
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        x, y = tf.placeholder(tf.float32, [50, 784]), tf.placeholder(tf.int32, [50])
        logits = mnist.inference(x, 16, 8)
        loss = mnist.loss(logits, y)
        train = mnist.training(loss, 0.05)
        correct = mnist.evaluation(logits, y)
        names = [v.op.name for v in tf.global_variables()]
        assert names[:2] == ["hidden1/weights", "hidden1/biases"]
        assert names[-3:] == ["softmax_linear/weights", "softmax_linear/biases", "global_step"]
        assert (logits.op.name, loss.op.name) == ("softmax_linear/add", "xentropy_mean")
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            feed = {x: images, y: labels}
            first = session.run(loss, feed)
            for _ in range(80):
                session.run(train, feed)
            assert session.run(loss, feed) < first / 2
            assert session.run(correct, feed) > 25


def test_configuration_of_devices() -> None:
    cpus = tf.config.experimental.list_physical_devices("CPU")
    assert cpus and cpus[0].name == "/physical_device:CPU:0"
    tf.config.experimental.set_memory_growth(cpus[0], True)
    assert tf.config.experimental.get_memory_growth(cpus[0])
    tf.config.threading.set_intra_op_parallelism_threads(2)
    assert tf.config.threading.get_intra_op_parallelism_threads() == 2
    assert tf.config.optimizer.get_jit()

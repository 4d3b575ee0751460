"""What a program does with MNIST; run by TensorFlow for the golden values and by the test."""

import numpy as np

BATCHES = (5, 13, 30, 8, 40, 51, 1, 17)


def _record(result, name, batch):
    result[name + "/images"], result[name + "/labels"] = batch


def run(read_data_sets, folder, old):
    """Results by name. `old` leaves out what TensorFlow 0.12 did not have."""
    result = {}
    seeds = {} if old else {"seed": 11}
    np.random.seed(4)
    mnist = read_data_sets(folder, one_hot=True, validation_size=10, **seeds)
    for number, size in enumerate(BATCHES):
        _record(result, f"train/{number}", mnist.train.next_batch(size))
        result[f"epochs/{number}"] = mnist.train.epochs_completed
    _record(result, "validation", mnist.validation.next_batch(4))
    result["all/images"], result["all/labels"] = mnist.train.images, mnist.train.labels
    result["sizes"] = [part.num_examples for part in mnist]
    for number in range(3):
        _record(result, f"after/{number}", mnist.train.next_batch(20))
    if not old:
        mnist = read_data_sets(folder, dtype=np.uint8, reshape=False, validation_size=0, seed=0)
        _record(result, "bytes/first", mnist.train.next_batch(7, shuffle=False))
        _record(result, "bytes/second", mnist.train.next_batch(60))
        _record(result, "bytes/third", mnist.train.next_batch(100, shuffle=False))
        _record(result, "bytes/test", mnist.test.next_batch(25))
    fake = read_data_sets(folder, fake_data=True, one_hot=True)
    _record(result, "fake", fake.test.next_batch(2, fake_data=True))
    return result

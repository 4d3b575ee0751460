"""Train AlexNet on a folder of images, one sub-folder per class.

    python examples/alexnet.py IMAGES [--out alexnet] [--steps 2000] [--small]

A fifth of the images is kept for validation. Images are read and augmented by queues while the
network trains; a progress bar, summaries for TensorBoard and checkpoints are written as it goes.
Killed at any time, the same command goes on from the last checkpoint. ``--evaluate`` only measures
the last checkpoint. At the end, a picture of the curves and one of some guesses are left in
``--out``.

`make_image_folder.py` draws a small folder to try it with; ``--small`` makes network and images
small enough for a laptop's processor:

    python examples/make_image_folder.py shapes
    python examples/alexnet.py shapes --small --steps 300

The network is that of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep
Convolutional Neural Networks" (2012), in one tower: five convolutions, three poolings, two local
response normalizations, three dense layers with dropout. It is trained with Adam, whose learning
rate needs less tuning than that of the paper's momentum.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageOps
from tqdm import tqdm

import penstock as tf

ENDINGS = (".jpg", ".jpeg", ".png")


class Size(NamedTuple):
    """How large the network is."""

    resized: int  # the sides of the square that an image is cut and resized to
    image: int  # the sides of the part of it that the network sees
    stride: int  # of the first convolution
    channels: tuple[int, int, int, int, int]
    dense: int


FULL = Size(256, 224, 4, (96, 256, 384, 384, 256), 4096)
SMALL = Size(56, 48, 2, (16, 32, 48, 48, 32), 128)


class Files(NamedTuple):
    """Paths of images with the numbers of their classes."""

    paths: list[str]
    labels: list[int]


def find_images(folder: str) -> tuple[list[str], Files, Files]:
    """Looks for images, and keeps every fifth of a class for validation.

    Returns:
        The classes' names, training files and validation files.
    """
    classes, training, validation = [], Files([], []), Files([], [])
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if not os.path.isdir(place):
            continue
        found = sorted(each for each in os.listdir(place) if each.lower().endswith(ENDINGS))
        if not found:
            continue
        random.Random(name).shuffle(found)  # always the same order
        for number, file in enumerate(found):
            part = validation if number % 5 == 0 else training
            part.paths.append(os.path.join(place, file))
            part.labels.append(len(classes))
        classes.append(name)
    if len(classes) < 2 or not training.paths:
        sys.exit(f"{folder} has no two sub-folders with JPEG or PNG images in them")
    return classes, training, validation


def read_image(path: tf.Tensor, size: Size) -> tf.Tensor:
    """The middle square of an image file as uint8 [size.resized, size.resized, 3].

    Images come in many sizes, and operations are compiled for each size that they meet. So what
    comes before all are equally large is Pillow's work and not that of `tf.image`.
    """

    def read(name: bytes) -> np.ndarray:
        with Image.open(name.decode()) as image:
            image.draft("RGB", (size.resized, size.resized))  # large JPEG files are read smaller
            square = ImageOps.fit(image.convert("RGB"), (size.resized, size.resized))
            return np.asarray(square)

    image = tf.py_func(read, [path], tf.uint8, stateful=False)
    image.set_shape([size.resized, size.resized, 3])
    return tf.cast(image, tf.float32)


def augment(image: tf.Tensor, size: Size) -> tf.Tensor:
    """A random square of an image, mirrored or not, in a random light."""
    image = tf.random_crop(image, [size.image, size.image, 3])
    image = tf.image.random_flip_left_right(image)
    image = tf.image.random_brightness(image, 40.0)
    return tf.image.random_contrast(image, 0.7, 1.3)


def training_batch(files: Files, size: Size, batch: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Shuffled, augmented, endless: images [batch, image, image, 3] and labels [batch]."""
    with tf.name_scope("training_images"), tf.device("/cpu:0"):
        path, label = tf.train.slice_input_producer(list(files), shuffle=True)
        image = tf.image.per_image_standardization(augment(read_image(path, size), size))
        return tf.train.shuffle_batch(
            [image, label],
            batch,
            capacity=batch * 12,
            min_after_dequeue=min(batch * 8, len(files.paths) // 2),
            num_threads=max(2, (os.cpu_count() or 2) - 1),
        )


def validation_batch(files: Files, size: Size, batch: int) -> tuple[tf.Tensor, ...]:
    """In the files' order, round and round: images, labels and paths."""
    with tf.name_scope("validation_images"), tf.device("/cpu:0"):
        path, label = tf.train.slice_input_producer(list(files), shuffle=False)
        image = read_image(path, size)
        image = tf.image.resize_image_with_crop_or_pad(image, size.image, size.image)
        image = tf.image.per_image_standardization(image)
        return tuple(tf.train.batch([image, label, path], batch, capacity=batch * 2))


def weight(shape: list[int]) -> tf.Variable:
    """A weight whose spread keeps activations from growing or vanishing (He et al., 2015)."""
    initializer = tf.variance_scaling_initializer(scale=2.0)
    value = tf.get_variable("weight", shape, initializer=initializer)
    tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.nn.l2_loss(value))
    return value


def convolution(x: tf.Tensor, kernel: int, channels: int, stride: int, name: str) -> tf.Tensor:
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
        kernels = weight([kernel, kernel, int(x.shape[-1]), channels])
        bias = tf.get_variable("bias", [channels], initializer=tf.zeros_initializer())
        y = tf.nn.conv2d(x, kernels, [1, stride, stride, 1], padding="SAME")
        return tf.nn.relu(tf.nn.bias_add(y, bias))


def pool(x: tf.Tensor, name: str) -> tf.Tensor:
    return tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], padding="SAME", name=name)


def normalize(x: tf.Tensor, name: str) -> tf.Tensor:
    """The paper's local response normalization: bright spots dim the other channels there."""
    return tf.nn.local_response_normalization(
        x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75, name=name
    )


def dense(x: tf.Tensor, size: int, name: str) -> tf.Tensor:
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
        bias = tf.get_variable("bias", [size], initializer=tf.zeros_initializer())
        return tf.matmul(x, weight([int(x.shape[1]), size])) + bias


def alexnet(images: tf.Tensor, classes: int, size: Size, keep: float) -> tf.Tensor:
    """Logits [batch, classes] for images [batch, image, image, 3].

    Args:
        keep: part of the dense layers' neurons that dropout keeps; 1 when not training.
    """
    one, two, three, four, five = size.channels
    x = convolution(images, 11, one, size.stride, "conv1")
    x = pool(normalize(x, "norm1"), "pool1")
    x = convolution(x, 5, two, 1, "conv2")
    x = pool(normalize(x, "norm2"), "pool2")
    x = convolution(x, 3, three, 1, "conv3")
    x = convolution(x, 3, four, 1, "conv4")
    x = pool(convolution(x, 3, five, 1, "conv5"), "pool5")
    x = tf.reshape(x, [-1, int(np.prod(x.shape.as_list()[1:]))])
    x = tf.nn.dropout(tf.nn.relu(dense(x, size.dense, "fc6")), keep)
    x = tf.nn.dropout(tf.nn.relu(dense(x, size.dense, "fc7")), keep)
    return dense(x, classes, "fc8")


class Validation(NamedTuple):
    """The tensors of a validation batch: what was guessed, and for which file."""

    probabilities: tf.Tensor
    labels: tf.Tensor
    paths: tf.Tensor


def evaluate(sess: tf.Session, batch: Validation, count: int) -> tuple[np.ndarray, ...]:
    """Runs over each validation image once.

    The batches go round and round in the files' order, so that any ``count`` images in a row are
    all of them.

    Returns:
        Probabilities [count, classes], labels [count] and paths [count].
    """
    parts = []
    while sum(len(part[1]) for part in parts) < count:
        parts.append(sess.run(batch))
    return tuple(np.concatenate(each)[:count] for each in zip(*parts))


def top(probabilities: np.ndarray, labels: np.ndarray, k: int) -> float:
    """How often the label is among the ``k`` most probable classes."""
    best = np.argsort(-probabilities, 1)[:, :k]
    return float(np.mean(np.any(best == labels[:, np.newaxis], 1)))


def scalars(**values: float) -> tf.Summary:
    """A summary of plain numbers."""
    return tf.Summary(
        value=[tf.Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    )


def plot_curves(log: str, path: str) -> None:
    """Draws loss and accuracies from the event files, those of runs before a resume included."""
    curves: dict[str, dict[int, float]] = {}
    for file in sorted(tf.gfile.Glob(os.path.join(log, "events*"))):
        for event in tf.train.summary_iterator(file):
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    curves.setdefault(value.tag, {})[event.step] = value.simple_value
    figure, axes = plt.subplots(1, 2, figsize=(8, 3))
    for place, tags in zip(axes, (("loss",), ("training_accuracy", "top_1", "top_5"))):
        for tag in tags:
            points = sorted(curves.get(tag, {}).items())
            place.plot([step for step, _ in points], [value for _, value in points], label=tag)
        place.set_xlabel("step")
        place.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def plot_guesses(guesses: tuple[np.ndarray, ...], classes: list[str], path: str) -> None:
    """Shows validation images with the most probable class, red where that is wrong."""
    probabilities, labels, files = guesses
    figure, axes = plt.subplots(3, 6, figsize=(9, 5))
    order = np.random.RandomState(0).permutation(len(labels))
    for place in axes.flat:
        place.axis("off")
    for place, i in zip(axes.flat, order):
        best = int(np.argmax(probabilities[i]))
        place.imshow(plt.imread(files[i].decode()))
        place.set_title(
            f"{classes[best]} {probabilities[i, best]:.0%}",
            color="black" if best == labels[i] else "red",
            fontsize=9,
        )
    figure.tight_layout()
    figure.savefig(path, dpi=60)
    plt.close(figure)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", help="folder with a sub-folder of images per class")
    parser.add_argument("--out", default="alexnet", help="folder for checkpoints, logs, pictures")
    parser.add_argument("--steps", type=int, default=2000, help="how many in all")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, help="Adam's learning rate at first")
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay")
    parser.add_argument("--save-every", type=int, default=100, metavar="STEPS")
    parser.add_argument("--small", action="store_true", help="a small network on small images")
    parser.add_argument("--evaluate", action="store_true", help="only measure the last checkpoint")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    classes, training, validation = find_images(options.images)
    print(
        f"{len(classes)} classes, {len(training.paths)} images to train on, "
        f"{len(validation.paths)} to validate with"
    )
    size = SMALL if options.small else FULL
    log = os.path.join(options.out, "log")
    checkpoint = os.path.join(options.out, "model.ckpt")

    step = tf.train.get_or_create_global_step()
    images, labels = training_batch(training, size, options.batch)
    logits = alexnet(images, len(classes), size, keep=0.5)
    with tf.name_scope("loss"):
        errors = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        decay = options.decay * tf.add_n(tf.losses.get_regularization_losses())
        loss = tf.reduce_mean(errors) + decay
    right = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), labels)
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32), name="accuracy")
    first = options.rate or (1e-3 if options.small else 1e-4)
    rate = tf.train.piecewise_constant(step, [options.steps * 2 // 3], [first, first / 10])
    train = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step)

    with tf.name_scope("validation"):
        batch = min(options.batch, len(validation.paths))
        images_, labels_, paths_ = validation_batch(validation, size, batch)
        probabilities = tf.nn.softmax(alexnet(images_, len(classes), size, keep=1.0))
        guesses = Validation(probabilities, labels_, paths_)

    tf.summary.image("augmented", images, max_outputs=3)
    for variable in tf.trainable_variables():
        tf.summary.histogram(f"{variable.op.name}/histogram", variable)
    pictures = tf.summary.merge_all()

    saver = tf.train.Saver(max_to_keep=3)
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        latest = tf.train.latest_checkpoint(options.out)
        if latest is not None:
            saver.restore(sess, latest)
            print(f"going on from {latest}")
        elif options.evaluate:
            sys.exit(f"{options.out} has no checkpoint to measure")
        start = int(sess.run(step))
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coordinator)
        writer = tf.summary.FileWriter(log, sess.graph)
        # What a killed run logged after its last checkpoint is dropped by TensorBoard.
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), start)
        stop = start if options.evaluate else options.steps
        with tqdm(total=stop, initial=start, unit="step", disable=start >= stop) as bar:
            for now in range(start + 1, stop + 1):
                _, error, hits = sess.run([train, loss, accuracy])
                bar.update()
                if now % 10 == 0:
                    bar.set_postfix(loss=f"{error:.3f}", accuracy=f"{hits:.2f}")
                    writer.add_summary(scalars(loss=error, training_accuracy=hits), now)
                if now % options.save_every == 0 or now == stop:
                    saver.save(sess, checkpoint, global_step=now)
                    found = evaluate(sess, guesses, len(validation.paths))
                    tops = {f"top_{k}": top(*found[:2], k) for k in (1, 5)}
                    writer.add_summary(scalars(**tops), now)
                    writer.add_summary(sess.run(pictures), now)
                    bar.write(
                        f"step {now}: loss {error:.3f}, validation top-1 {tops['top_1']:.3f}, "
                        f"top-5 {tops['top_5']:.3f}"
                    )
                    writer.flush()
        found = evaluate(sess, guesses, len(validation.paths))
        print(
            f"after {sess.run(step)} steps: top-1 accuracy {top(*found[:2], 1):.4f}, "
            f"top-5 accuracy {top(*found[:2], 5):.4f} on {len(found[1])} validation images"
        )
        writer.close()
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=10, ignore_live_threads=True)
    plot_curves(log, os.path.join(options.out, "curves.png"))
    plot_guesses(found, classes, os.path.join(options.out, "guesses.png"))
    print(f"See the pictures in {options.out}, and: penstock tensorboard --logdir {log}")


if __name__ == "__main__":
    main()

"""One neuron, from its graph to a trained weight.

    python examples/hello_graph.py [--out hello_graph]

The neuron multiplies its input, 1, by its weight, 0.8 at first; training brings the product to 0.
Leaves a picture of that and a log for TensorBoard in the folder ``--out``.
"""

from __future__ import annotations

import argparse
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import penstock as tf


def show_graph(graph: tf.Graph) -> None:
    """Prints each operation with the tensors that it is given."""
    for op in graph.get_operations():
        print(f"  {op.name:<24} {op.type:<12} {', '.join(each.name for each in op.inputs)}")


def plot(outputs: list[float], losses: list[float], path: str) -> None:
    """Draws how output and loss fall."""
    figure, axes = plt.subplots(figsize=(6, 3.2))
    axes.plot(outputs, label="output")
    axes.plot(losses, label="loss")
    axes.set_xlabel("step")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="hello_graph", help="folder for the picture and the log")
    parser.add_argument("--steps", type=int, default=100)
    options = parser.parse_args()
    log = os.path.join(options.out, "log")

    # Nothing is computed here: these lines add operations to the default graph.
    x = tf.constant(1.0, name="input")
    weight = tf.Variable(0.8, name="weight")
    y = tf.multiply(weight, x, name="output")
    wanted = tf.constant(0.0, name="correct_value")
    loss = tf.square(y - wanted, name="loss")
    print("The neuron and its loss:")
    show_graph(tf.get_default_graph())

    optimizer = tf.train.GradientDescentOptimizer(0.025)
    [(gradient, _)] = optimizer.compute_gradients(loss)
    train = optimizer.apply_gradients([(gradient, weight)])
    with tf.name_scope("training"):  # the names alone are those of operations already
        for name, value in [("output", y), ("loss", loss), ("weight", weight)]:
            tf.summary.scalar(name, value)
    summaries = tf.summary.merge_all()

    outputs, losses = [], []
    with tf.Session() as sess, tf.summary.FileWriter(log, sess.graph) as writer:
        sess.run(tf.global_variables_initializer())
        print(f"The gradient at first: {sess.run(gradient):.4g}")
        for step in range(options.steps):
            summary, output, error = sess.run([summaries, y, loss])
            writer.add_summary(summary, step)
            outputs.append(float(output))
            losses.append(float(error))
            sess.run(train)
            if step == 0:
                print(f"The weight after a step: {sess.run(weight):.4g}")
        print(f"The output after {options.steps} steps: {sess.run(y):.8g}")
    plot(outputs, losses, os.path.join(options.out, "training.png"))
    print(f"See {options.out}/training.png, and: penstock tensorboard --logdir {log}")


if __name__ == "__main__":
    main()

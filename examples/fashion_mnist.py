"""Clothes with Keras: a network of two dense layers learns Fashion-MNIST.

    python examples/fashion_mnist.py [--epochs 10] [--out fashion_mnist]

Ten kinds of clothes, 60,000 pictures of 28 x 28 to learn from and 10,000 to be tested with; five
epochs get about 87 % of the latter right. The pictures are looked for where Keras keeps them (and
downloaded if need be); ``--data FOLDER`` takes the four files from a folder, and ``--data drawn``
draws simple clothes instead.

Leaves in the folder ``--out``: samples of the data, the curves of loss and accuracy, the confusion
matrix, the surest mistakes, guesses with their probabilities, the model, and a log for TensorBoard.
"""

from __future__ import annotations

import argparse
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw

from penstock import keras

CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
           "Bag", "Ankle boot"]  # fmt: skip
Pictures = tuple[np.ndarray, np.ndarray]

# Outlines for drawn clothes, on a grid of 28 x 28.
OUTLINES = [
    [(4, 6), (10, 3), (18, 3), (24, 6), (22, 12), (19, 10), (19, 25), (9, 25), (9, 10), (6, 12)],
    [(8, 2), (20, 2), (21, 26), (16, 26), (14, 9), (12, 26), (7, 26)],
    [(3, 24), (6, 5), (11, 3), (17, 3), (22, 5), (25, 24), (21, 24), (19, 11), (19, 25), (9, 25),
     (9, 11), (7, 24)],
    [(11, 2), (17, 2), (16, 10), (21, 26), (7, 26), (12, 10)],
    [(3, 26), (5, 4), (12, 2), (14, 8), (16, 2), (23, 4), (25, 26)],
    [(2, 21), (10, 17), (24, 8), (25, 10), (13, 19), (25, 19), (25, 22), (2, 23)],
    [(5, 20), (8, 4), (12, 3), (14, 6), (16, 3), (20, 4), (23, 20), (20, 20), (19, 26), (9, 26),
     (8, 20)],
    [(2, 17), (9, 15), (15, 10), (20, 13), (26, 12), (26, 21), (2, 21)],
    [(3, 12), (9, 12), (10, 5), (18, 5), (19, 12), (25, 12), (25, 25), (3, 25)],
    [(3, 18), (12, 14), (13, 4), (23, 4), (25, 23), (3, 23)],
]  # fmt: skip


def drawn(count: int, seed: int) -> Pictures:
    """Clothes drawn from outlines, moved about, of any shade and with noise."""
    random = np.random.RandomState(seed)
    labels = random.randint(0, 10, count).astype(np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    for image, label in zip(images, labels):
        canvas = Image.new("L", (28, 28))
        outline = np.array(OUTLINES[label]) + random.randint(-2, 3, 2) + random.randn(2)
        shade = int(random.randint(90, 240))
        ImageDraw.Draw(canvas).polygon([tuple(point) for point in outline], fill=shade)
        noise = random.randn(28, 28) * 12
        image[...] = np.clip(np.asarray(canvas) + noise, 0, 255)
    return images, labels


def find_pictures(place: str | None) -> tuple[str, Pictures, Pictures]:
    """What the pictures are, those to learn from, and those to be tested with."""
    if place == "drawn":
        return "3,000 drawn clothes", drawn(3000, 0), drawn(1000, 1)
    train, test = keras.datasets.fashion_mnist.load_data(*([place] if place else []))
    return "Fashion-MNIST (60,000 pictures)", train, test


def build_model() -> keras.Sequential:
    """Pixels in a row, 128 neurons that see them all, and one neuron for each class."""
    model = keras.Sequential([
        keras.layers.Flatten(input_shape=(28, 28)),
        keras.layers.Dense(128, activation="relu", name="hidden"),
        keras.layers.Dense(10, activation="softmax", name="classes"),
    ])  # fmt: skip
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def save(figure: plt.Figure, folder: str, name: str) -> None:
    """Saves and closes a figure."""
    figure.savefig(os.path.join(folder, f"{name}.png"), dpi=80)
    plt.close(figure)


def show(axes: plt.Axes, image: np.ndarray, title: str, color: str = "black") -> None:
    """Draws one picture with a line of text below."""
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel(title, fontsize=7, color=color)


def plot_samples(images: np.ndarray, labels: np.ndarray) -> plt.Figure:
    """A row of eight pictures for each class."""
    figure, rows = plt.subplots(10, 8, figsize=(6, 8.6), layout="constrained")
    for label, row in enumerate(rows):
        for axes, index in zip(row, np.flatnonzero(labels == label)):
            axes.imshow(images[index], cmap="gray_r")
        for axes in row:
            axes.set(xticks=[], yticks=[], frame_on=False)
        row[0].set_ylabel(CLASSES[label], fontsize=7, rotation=0, ha="right")
    return figure


def plot_curves(history: dict[str, list[float]]) -> plt.Figure:
    """Loss and accuracy of each epoch, for what was learnt from and for what was held back."""
    figure, panels = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    for axes, name in zip(panels, ("loss", "accuracy")):
        epochs = range(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], "o-", label="training")
        axes.plot(epochs, history[f"val_{name}"], "s--", label="validation")
        axes.set(xlabel="epoch", ylabel=name)
        axes.legend()
    return figure


def plot_confusion(wanted: np.ndarray, got: np.ndarray) -> plt.Figure:
    """How many of each class (row) were taken for each class (column)."""
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (wanted, got), 1)
    figure, axes = plt.subplots(figsize=(6.4, 6), layout="constrained")
    axes.imshow(np.sqrt(counts), cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        shade = "white" if count > counts.max() / 3 else "black"
        axes.text(column, row, count, ha="center", va="center", fontsize=7, color=shade)
    axes.set_xticks(range(10), CLASSES, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(10), CLASSES, fontsize=8)
    axes.set(xlabel="taken for", ylabel="is")
    return figure


def plot_mistakes(images: np.ndarray, labels: np.ndarray, guesses: np.ndarray) -> plt.Figure:
    """The pictures that were most surely taken for something else."""
    got, sureness = guesses.argmax(axis=1), guesses.max(axis=1)
    wrong = np.flatnonzero(got != labels)
    wrong = wrong[np.argsort(-sureness[wrong])]
    figure, places = plt.subplots(4, 6, figsize=(8, 6.2), layout="constrained")
    for axes in places.flat[len(wrong) :]:
        axes.axis("off")
    for axes, index in zip(places.flat, wrong):
        title = f"{CLASSES[got[index]]}, {sureness[index]:.0%}\nis: {CLASSES[labels[index]]}"
        show(axes, images[index], title, "darkred")
    return figure


def plot_guesses(images: np.ndarray, labels: np.ndarray, guesses: np.ndarray) -> plt.Figure:
    """Pictures with what the model makes of them: blue is right, red is wrong."""
    figure, places = plt.subplots(4, 6, figsize=(9, 6), layout="constrained")
    for row in range(4):
        for column in range(3):
            index = row * 3 + column
            left, right = places[row, 2 * column : 2 * column + 2]
            guess, label = guesses[index], labels[index]
            color = "tab:blue" if guess.argmax() == label else "tab:red"
            title = f"{CLASSES[guess.argmax()]}, {guess.max():.0%}"
            show(left, images[index], f"{title} ({CLASSES[label]})", color)
            bars = right.bar(range(10), guess, color="lightgray")
            bars[guess.argmax()].set_color("tab:red")
            bars[label].set_color("tab:blue")
            right.set(xticks=range(10), yticks=[], ylim=(0, 1))
            right.tick_params(labelsize=5)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=None, help="folder of the four files, or 'drawn'")
    parser.add_argument("--out", default="fashion_mnist", help="folder for pictures and logs")
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    name, (images, labels), (test_images, test_labels) = find_pictures(options.data)
    print(f"Learning {name}.")
    os.makedirs(options.out, exist_ok=True)
    save(plot_samples(images, labels), options.out, "samples")

    model = build_model()
    model.summary()
    history = model.fit(
        images / 255.0,
        labels,
        epochs=options.epochs,
        validation_split=0.1,
        callbacks=[keras.callbacks.TensorBoard(os.path.join(options.out, "log"), histogram_freq=1)],
    )
    loss, accuracy = model.evaluate(test_images / 255.0, test_labels, verbose=2)
    print(f"test accuracy {accuracy:.4f}")

    # Saved and loaded again, it is the same model.
    path = os.path.join(options.out, "model.h5")
    model.save(path)
    guesses = keras.models.load_model(path).predict(test_images / 255.0)
    got = guesses.argmax(axis=1)
    for label, kind in enumerate(CLASSES):
        of_kind = test_labels == label
        print(f"  {kind:12} {np.mean(got[of_kind] == label):.1%} of {of_kind.sum()} right")
    save(plot_curves(history.history), options.out, "curves")
    save(plot_confusion(test_labels, got), options.out, "confusion")
    save(plot_mistakes(test_images, test_labels, guesses), options.out, "mistakes")
    save(plot_guesses(test_images, test_labels, guesses), options.out, "guesses")
    print(f"See {options.out}/*.png, or: penstock tensorboard --logdir {options.out}/log")


if __name__ == "__main__":
    main()

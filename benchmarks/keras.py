"""Keras beside its peers: the same work, interleaved in one run; medians, spread and ratios.

    python benchmarks/keras.py                          everything, about half an hour
    python benchmarks/keras.py --data FOLDER --write    on real Fashion-MNIST, into docs/
    python benchmarks/keras.py --workloads epoch predict --peers keras-jax --rounds 3

The walk-through's model is a Flatten, a Dense of 128 and a Dense of 10, trained on 60,000 images of
28 x 28 in 1,875 batches of 32.  Images are random unless ``--data`` names a folder with the four
files of Fashion-MNIST (or they are where ``keras.datasets`` keeps them); their accuracy is compared
then.  Peers run in environments of their own, as for ``run.py``, from which the rest comes.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time

from document import IMAGES, write_section
from run import Peer, Worker, measure, plot, table

# How many epochs, calls or rounds of training a turn is.
STEPS = {
    "first_epoch": 1,
    "second_process": 1,
    "epoch": 3,
    "evaluate": 5,
    "predict": 5,
    "lstm": 1,
    "mnist_cnn": 1,
    "cifar10_cnn": 1,
}
TITLES = {
    "first_epoch": "first epoch",
    "second_process": "first epoch, programs kept",
    "epoch": "epoch",
    "evaluate": "evaluate 10,000",
    "predict": "predict 10,000",
    "lstm": "imdb_lstm, 10 steps of 32",
    "mnist_cnn": "mnist_cnn, 5 steps of 128",
    "cifar10_cnn": "cifar10_cnn, 10 steps of 32",
}
IN_NEW_PROCESSES = ("first_epoch", "second_process")
KERAS = "keras==3.15.1"


def peers() -> list[Peer]:
    """All peers, Penstock first."""
    tensorflow = ["tensorflow==2.21", KERAS, "tf_keras==2.21"]

    def peer(name: str, word: str, packages: list[str], *rest: str) -> Peer:
        return Peer(name, packages, ["keras_worker.py", word], *rest)

    return [
        peer("penstock", "penstock", []),
        peer("keras-jax", "jax", [KERAS, "jax", "jaxlib"]),
        peer("tensorflow-1.15", "tensorflow1",
             ["tensorflow==1.15.5", "protobuf<3.21", "numpy<1.19"], "python3.7"),
        peer("keras-tensorflow", "tensorflow", tensorflow, "python3.11"),
        peer("tf_keras", "tf_keras", tensorflow, "python3.11", "keras-tensorflow"),
        peer("keras-torch", "torch", [KERAS, "torch==2.13.0"], "python3.11"),
    ]  # fmt: skip


def measure_in_new_processes(
    chosen: list[Peer], workload: str, rounds: int, processor: bool
) -> None:
    """Runs something that happens once in a process, in ``rounds`` processes of each peer.

    Of the peers, only Penstock keeps compiled programs between processes, so ``first_epoch``
    switches that off.
    """
    with tempfile.TemporaryDirectory() as kept:
        again = workload == "second_process"
        os.environ["PENSTOCK_CACHE"] = kept if again else "0"
        for turn in range(rounds + again):
            for peer in chosen:
                python = peer.interpreter()
                if python is None:
                    continue
                try:
                    worker = Worker(python, peer, workload)
                except RuntimeError:
                    print(f"{peer.name} can't run {workload}")
                    continue
                seconds = worker.measure(1, processor)
                worker.close()
                if turn or not again:
                    peer.seconds.setdefault(workload, []).append(seconds)
            print(".", end="", flush=True)
        os.environ.pop("PENSTOCK_CACHE")
    print()


def accuracies(chosen: list[Peer], rounds: int) -> str:
    """The accuracy on the test images after four epochs, of several trainings."""
    found = []
    for peer in chosen:
        python = peer.interpreter()
        if python is None:
            continue
        worker = Worker(python, peer, "accuracy")
        each = [worker.measure(4, False) for _ in range(rounds)]
        worker.close()
        found.append(
            f"{peer.version} {statistics.mean(each):.4f} ({min(each):.4f} to {max(each):.4f})"
        )
    return f"Test accuracy after four epochs, {rounds} trainings each: {'; '.join(found)}."


def data_folder(option: str | None) -> str | None:
    """The folder of Fashion-MNIST's files, or ``None``."""
    home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")
    kept = os.path.join(home, "datasets", "fashion-mnist")
    for folder in (option, kept):
        if folder and os.path.exists(os.path.join(folder, "train-images-idx3-ubyte.gz")):
            return os.path.abspath(folder)
    if option:
        raise SystemExit(f"{option} has no train-images-idx3-ubyte.gz")
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--peers", nargs="+", default=None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", default=None, help="folder of Fashion-MNIST's files")
    parser.add_argument(
        "--processor", action="store_true", help="compare processor time: for a busy machine"
    )
    parser.add_argument(
        "--accuracy", type=int, default=0, metavar="TRAININGS",
        help="compare the accuracy of so many trainings (with real data)",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    chosen = [
        p for p in peers() if p.name == "penstock" or options.peers is None
        or p.name in options.peers
    ]  # fmt: skip
    folder = data_folder(options.data)
    if folder:
        os.environ["PENSTOCK_BENCH_DATA"] = folder
    for workload in options.workloads:
        print(TITLES[workload], end=" ", flush=True)
        if workload in IN_NEW_PROCESSES:
            measure_in_new_processes(chosen, workload, options.rounds, options.processor)
        else:
            measure(chosen, workload, STEPS[workload], options.rounds, options.processor)
        print(table(chosen, {workload: TITLES[workload]}).splitlines()[-1], flush=True)
    titles = {workload: TITLES[workload] for workload in options.workloads}
    text = table(chosen, titles)
    print(text)
    if options.accuracy and folder:
        line = accuracies(chosen, options.accuracy)
        print(line)
        text += f"\n\n{line}"
    if options.write:
        command = "python benchmarks/keras.py " + " ".join(
            "FOLDER" if word == options.data else word for word in sys.argv[1:]
        )
        plot(chosen, titles, pathlib.Path(IMAGES / "keras.png"), "the same work")
        what = "Processor time" if options.processor else "Time"
        write_section(
            "keras",
            "## Keras\n\nThe walk-through's model on 60,000 images of 28 x 28 "
            f"({'Fashion-MNIST' if folder else 'random'}), 1,875 steps of 32, and three of Keras's "
            f"examples in their shapes. {what}: the median of {options.rounds} interleaved turns, "
            "its spread, and how many times as long as Penstock each peer takes. The first epoch "
            "is that of a new process, with all compiling and preparing of data; programs kept "
            "means that Penstock's cache on disk holds an earlier process's. "
            f"{os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, `{command}`.\n\n{text}\n\n"
            "![Bars: time relative to Penstock](images/keras.png)",
        )


if __name__ == "__main__":
    main()

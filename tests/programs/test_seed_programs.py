"""The programs that Penstock is for, run verbatim, and what the texts around them promise.

Each runs as ``penstock run PROGRAM`` in a folder of its own. Where a test must look inside, it
lets the program end and asks at the prompt that ``-i`` gives.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def programs(shared) -> Path:
    folder = shared / "programs"
    if not folder.is_dir():
        pytest.skip("needs ../shared/programs, which isn't part of the project")
    return folder


@pytest.fixture
def digits(shared, tmp_path) -> Path:
    """MNIST where the programs look for it."""
    source = shared / "data" / "mnist"
    if not source.is_dir():
        pytest.skip("needs the files of ../shared/data/mnist")
    folder = tmp_path / "MNIST_data"
    folder.mkdir()
    for file in source.glob("*.gz"):
        (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture
def run(tmp_path):
    """`penstock run WORDS` in the test's folder."""

    def call(*words, input="", timeout=240, check=True, path="", keras=""):
        environment = {key: value for key, value in os.environ.items() if key != "XLA_FLAGS"}
        done = subprocess.run(
            [sys.executable, "-m", "penstock", "run", *map(str, words)],
            cwd=tmp_path,
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={
                **environment,
                "PYTHONPATH": os.pathsep.join([str(SOURCE), *filter(None, [path])]),
                "PYTHONDONTWRITEBYTECODE": "1",
                "JAX_PLATFORMS": "cpu",
                "MPLBACKEND": "Agg",
                **({"KERAS_HOME": keras} if keras else {}),
            },
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return call


# A prompt that shows nothing leaves only what the statements print.
NO_PROMPT = "import sys; sys.ps1 = sys.ps2 = ''\n"


def asked(run, *words, question: str, **options):
    """Runs a program, then evaluates an expression where it ended."""
    statement = f"print('ANSWER', repr({question}))\n"
    done = run("-i", *words, input=statement, **options)
    (answer,) = re.findall(r"ANSWER (.*)", done.stdout)
    return done, ast.literal_eval(answer)


def events(folder: Path) -> EventAccumulator:
    """What TensorBoard itself reads from a folder of events."""
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0})
    return accumulator.Reload()


def node_names(accumulator: EventAccumulator) -> list[str]:
    from penstock import protos

    graph = protos.GraphDef()
    graph.ParseFromString(accumulator.Graph().SerializeToString())
    return [node.name for node in graph.node]


# --- hello_tensorflow_graph.py ---------------------------------------------------------------


def printed_on_the_page(text: str) -> list[str]:
    """The lines after ``##``, in their order."""
    return [line[3:] for line in text.splitlines() if line.startswith("## ")]


def test_hello_graph_prints_what_the_page_shows(programs, run):
    """At a prompt, as the page does it; numbers as that time's NumPy showed them."""
    text = (programs / "hello_tensorflow_graph.py").read_text()
    done = run("--tf-version", "0.12.1", "-i", input=NO_PROMPT + text)
    assert done.stderr.strip() == ""
    shown = done.stdout.removeprefix(">>> ")
    got = [line.rstrip() for line in shown.splitlines() if line.strip()]
    page = [line.partition(" #")[0] for line in printed_on_the_page(text)]
    end = page.index("0.0044996012") + 1
    # The page's form of an operation is that of another shell; all else is to the letter.
    operation = page.index("[<tensorflow.python.framework.ops.Operation at 0x1185005d0>]")
    assert got[operation] == "[<tf.Operation 'Const' type=Const>]"
    page[operation] = got[operation]
    assert got[:end] == page[:end]
    assert {"1.6", "0.75999999", "0.0044996012", "0.80000001"} <= set(got)


def test_hello_graph_goes_on_from_the_trained_weight(programs, run):
    """The page never initializes before its loop: it starts from the weight after 101 steps."""
    text = (programs / "hello_tensorflow_graph.py").read_text()
    done = run("-i", input=NO_PROMPT + text)
    values = [float(each) for each in re.findall(r"before step \d+, y is (\S+)", done.stdout)]
    assert len(values) == 100
    assert values[0] == 0.004499601200222969
    np.testing.assert_allclose(values, 0.8 * 0.95 ** np.arange(101, 201), rtol=1e-5)


def test_hello_graph_loop_after_initializing(programs, run, tmp_path):
    """With the variables initialized before the loop, its lines are the page's, in Python 2."""
    text = (programs / "hello_tensorflow_graph.py").read_text()
    loop = "for i in range(100):\n    print('before step"
    assert text.count(loop) == 1
    text = text.replace(loop, "sess.run(tf.initialize_all_variables())\n" + loop)
    (tmp_path / "graph.py").write_text(text)
    lines = run("--py2", "graph.py").stdout.splitlines()
    page = [line for line in printed_on_the_page(text) if line.startswith("before step")]
    assert [lines[-100], lines[-99], lines[-2], lines[-1]] == page
    assert "before step 98, y is 0.00524811353534" in lines
    exact = run("graph.py").stdout.splitlines()
    assert exact[-100:][0] == "before step 0, y is 0.800000011920929"
    assert exact[-1] == "before step 99, y is 0.004985707812011242"


def test_hello_graph_operations(programs, run):
    """A variable adds four operations, and the product one, whose inputs are those shown."""
    question = "[op.name for op in graph.get_operations()]"
    _, names = asked(run, programs / "hello_tensorflow_graph.py", question=question)
    assert names[:6] == [
        "Const",
        "Variable/initial_value",
        "Variable",
        "Variable/Assign",
        "Variable/read",
        "mul",
    ]
    assert names[6:14] == [
        "init",
        "input",
        "weight/initial_value",
        "weight",
        "weight/Assign",
        "weight/read",
        "output",
        "Const_1",
    ]


def test_hello_graph_writes_two_logs(programs, run, tmp_path):
    run(programs / "hello_tensorflow_graph.py")
    graph = events(tmp_path / "log_simple_graph")
    assert {"input", "weight", "weight/read", "output"} <= set(node_names(graph))
    assert graph.Tags()["scalars"] == []
    stats = events(tmp_path / "log_simple_stats")
    assert stats.Tags()["scalars"] == ["output"] and not stats.Tags()["graph"]
    output = stats.Scalars("output")
    assert [each.step for each in output] == list(range(100))
    np.testing.assert_allclose(
        [each.value for each in output], 0.8 * 0.95 ** np.arange(100), rtol=1e-5
    )


# --- hello_tensorflow_train.py ---------------------------------------------------------------


def test_hello_train(programs, run, tmp_path):
    done = run(programs / "hello_tensorflow_train.py")
    assert (done.stdout, done.stderr) == ("", "")
    log = events(tmp_path / "log_simple_stats")
    tags = ["input", "weight", "output", "correct_value", "loss"]
    assert sorted(log.Tags()["scalars"]) == sorted(tags)
    values = {tag: [each.value for each in log.Scalars(tag)] for tag in tags}
    assert all(len(each) == 100 for each in values.values())
    assert set(values["input"]) == {1.0} and set(values["correct_value"]) == {0.0}
    assert values["weight"] == values["output"]
    # What TensorFlow 0.12.1 wrote.
    assert values["output"][0] == np.float32(0.8)
    assert values["output"][98] == pytest.approx(0.00524811353534, rel=1e-6)
    assert values["output"][99] == pytest.approx(0.0049857078, rel=1e-6)
    assert values["loss"][0] == pytest.approx(0.64000004, rel=1e-6)
    assert values["loss"][99] == pytest.approx(2.4857283e-05, rel=1e-6)
    names = node_names(log)
    assert names[:10] == [
        "input",
        "weight/initial_value",
        "weight",
        "weight/Assign",
        "weight/read",
        "output",
        "correct_value",
        "sub",
        "loss/y",
        "loss",
    ]
    assert "gradients/loss_grad/Pow" in names
    assert "GradientDescent/update_weight/ApplyGradientDescent" in names
    assert names[-1] == "MergeSummary/MergeSummary"


# --- deep_mnist_softmax.py, deep_mnist_cnn.py ------------------------------------------------

EXTRACTING = [
    f"Extracting MNIST_data/{name}.gz"
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
]


def test_deep_mnist_softmax(programs, digits, run):
    """About 91 %: Python 2, with its print statement."""
    *first, accuracy = run(programs / "deep_mnist_softmax.py").stdout.splitlines()
    assert first == EXTRACTING
    assert 0.905 <= float(accuracy) <= 0.925


def test_deep_mnist_asides(run, tmp_path):
    """The page's aside: [True, False, True, True] becomes [1, 0, 1, 1], whose mean is 0.75."""
    (tmp_path / "aside.py").write_text(
        "import tensorflow as tf\n"
        "sess = tf.InteractiveSession()\n"
        "right = tf.constant([True, False, True, True])\n"
        "print tf.reduce_mean(tf.cast(right, tf.float32)).eval()\n"
    )
    assert run("aside.py").stdout == "0.75\n"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_deep_mnist_cnn_shortened(programs, digits, run, tmp_path):
    """600 of the 20,000 steps: TensorFlow 0.12.1 had 0.9531 then."""
    text = (programs / "deep_mnist_cnn.py").read_text()
    assert text.count("range(20000)") == 1
    (tmp_path / "short.py").write_text(text.replace("range(20000)", "range(600)"))
    *lines, last = run("short.py", timeout=800).stdout.splitlines()
    assert lines[:4] == EXTRACTING
    matches = [re.fullmatch(r"step (\d+), training accuracy ([\d.]+)", each) for each in lines[4:]]
    assert [int(match[1]) for match in matches] == list(range(0, 600, 100))
    assert float(matches[0][2]) < 0.5 < 0.8 < float(matches[-1][2])
    assert float(last.removeprefix("test accuracy ")) >= 0.935


# --- softmax_tensorboard.py ------------------------------------------------------------------

LOG = Path("/tmp/softmax")  # the program says so
SEVENS = [7, 2, 7, 7, 7, 7, 7, 7, 7, 7, 0, 7, 7, 0, 7, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7]
TAGS = {
    "scalars": [
        *(f"variables/{name}/summaries/{each}_1" for name in ("Weight", "Bias")
          for each in ("mean", "stddev", "max", "min")),
        "loss/cross_entropy",
        "evaluation/accuracy_1",
    ],
    "histograms": [
        "variables/Weight/summaries/histogram",
        "variables/Bias/summaries/histogram",
        "logits/logits_histogram",
    ],
}  # fmt: skip
WHAT_IT_HAS = """{
    "curve": h.tolist(),
    "right": np.histogram(np.max(posteriors[is_true], 1), bins=10)[0].tolist(),
    "wrong": np.histogram(np.max(posteriors[~is_true], 1), bins=10)[0].tolist(),
    "names": [op.name for op in tf.get_default_graph().get_operations()],
}""".replace("\n", " ")


def test_softmax_tensorboard(programs, digits, run):
    pytest.importorskip("matplotlib")
    if LOG.exists() and not os.access(LOG, os.W_OK):
        pytest.skip(f"{LOG}, where the program writes, belongs to somebody else")
    program = programs / "softmax_tensorboard.py"
    done, found = asked(run, program, question=WHAT_IT_HAS)
    assert done.stderr.splitlines()[0] == (
        f"penstock run: {program}:183: np.array of map(...), which is a list in Python 2 only: "
        "running it as Python 2 (--py3 prevents that)"
    )
    assert "Traceback" not in done.stderr
    steps = re.findall(r"step: (\d+), test_accuracy: (\S+), test_loss: (\S+)", done.stdout)
    assert [int(step) for step, _, _ in steps] == list(range(0, 2000, 100))
    losses = [float(loss) for _, _, loss in steps]
    assert losses[0] > 2 and losses[-1] < 0.32
    (accuracy,) = re.findall(r"^Accuracy: (\S+)", done.stdout, re.MULTILINE)
    assert 0.91 <= float(accuracy) <= 0.925
    # Fooled: nearly all are taken for sevens, and mostly the same ones as on the page.
    (fooled,) = re.findall(r"\[([\d ]+)\]", done.stdout)
    fooled = [int(each) for each in fooled.split()]
    assert fooled.count(7) >= 18
    assert np.mean(np.equal(fooled, SEVENS)) >= 0.9
    # The surer it is, the more often it is right.
    confidence, rate = np.transpose(found["curve"])
    assert list(confidence) == sorted(confidence) and rate[-1] > 0.97
    assert np.all(np.diff(rate[confidence >= 0.3]) > 0)
    assert found["right"][-1] > 0.55 * sum(found["right"])
    assert found["wrong"][-1] < 0.3 * sum(found["wrong"])
    for scope in ("input/image", "input/label", "variables/Weight/Variable",
                  "variables/Bias/Variable", "logits/MatMul", "logits/add",
                  "loss/cross_entropy_mean", "train/GradientDescent",
                  "evaluation/accuracy"):  # fmt: skip
        assert scope in found["names"]

    for name in ("train", "test"):
        log = events(LOG / name)
        assert bool(log.Tags()["graph"]) == (name == "train")
        for kind, tags in TAGS.items():
            assert sorted(log.Tags()[kind]) == sorted(tags)
            read = log.Scalars if kind == "scalars" else log.Histograms
            for tag in tags:
                assert [each.step for each in read(tag)] == list(range(0, 2000, 100))
        accuracy_curve = [each.value for each in log.Scalars("evaluation/accuracy_1")]
        assert accuracy_curve[0] < 0.7 and accuracy_curve[-1] > 0.8
    shutil.rmtree(LOG)


def test_softmax_tensorboard_as_python_3(programs, digits, run):
    """Asked to, Penstock takes it as the Python 3 that it parses as, where its last part fails."""
    pytest.importorskip("matplotlib")
    program = programs / "softmax_tensorboard.py"
    text = program.read_text()
    copy = digits.parent / "short.py"
    copy.write_text(
        text.replace("MAX_STEP = 2000", "MAX_STEP = 1").replace("/tmp/softmax", "softmax_log")
    )
    done = run("--py3", copy, check=False)
    assert done.returncode == 1
    assert "running it as Python 2" not in done.stderr
    assert "np.vstack(floor_posteriors)" in done.stderr


# --- keras_fashion_mnist.py, keras_fashion_mnist_objects.py ----------------------------------

SUMMARY = """\
Model: "sequential"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
flatten (Flatten)            (None, 784)               0         
_________________________________________________________________
dense (Dense)                (None, 128)               100480    
_________________________________________________________________
dense_1 (Dense)              (None, 10)                1290      
=================================================================
Total params: 101,770
Trainable params: 101,770
Non-trainable params: 0
_________________________________________________________________
"""  # noqa: W291 - as Keras prints it


@pytest.fixture
def clothes(shared, tmp_path) -> str:
    """Fashion-MNIST where Keras keeps its downloads; the folder's name."""
    source = shared / "data" / "fashion_mnist"
    if not source.is_dir():
        pytest.skip("needs the files of ../shared/data/fashion_mnist")
    folder = tmp_path / "keras" / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for file in source.glob("*.gz"):
        (folder / file.name).symlink_to(file)
    return str(tmp_path / "keras")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("program", "metric"),
    [
        ("keras_fashion_mnist.py", "accuracy"),
        pytest.param(
            "keras_fashion_mnist_objects.py",
            "sparse_categorical_accuracy",
            marks=pytest.mark.long,
        ),
    ],
)
def test_keras_fashion_mnist(programs, clothes, run, program, metric):
    done = run(programs / program, timeout=500, keras=clothes)
    lines = re.split(r"[\r\n\b]+", done.stdout)
    assert SUMMARY in done.stdout
    before, after = done.stdout.split(SUMMARY)
    assert before == "<class 'tensorflow.python.keras.engine.sequential.Sequential'>\n"
    assert re.match(
        r"\[<tensorflow.python.keras.layers.core.Flatten object at 0x\w+>, "
        r"<tensorflow.python.keras.layers.core.Dense object at 0x\w+>, "
        r"<tensorflow.python.keras.layers.core.Dense object at 0x\w+>\]\n",
        after,
    )
    assert [line for line in lines if line.startswith("Epoch ")] == [
        f"Epoch {i}/5" for i in range(1, 6)
    ]
    # TensorFlow 2's form, as on the page: 60,000 images are 1,875 batches of 32.
    epochs = re.findall(
        rf"^1875/1875 \[=+\] - \d+s \d+[mu]s/step - loss: (\d\.\d{{4}}) - {metric}: (0\.\d{{4}})$",
        "\n".join(lines),
        re.MULTILINE,
    )
    assert len(epochs) == 5
    losses, accuracies = np.array(epochs, float).T
    assert np.all(np.diff(losses) < 0) and np.all(np.diff(accuracies) > 0)
    assert losses[-1] < 0.32 and accuracies[-1] > 0.88
    (result,) = re.findall(
        rf"^313/313 - \d+s - loss: (\d\.\d{{4}}) - {metric}: (0\.\d{{4}})$",
        "\n".join(lines),
        re.MULTILINE,
    )
    # The page's own run ended with 0.3390 and 0.8781.
    assert float(result[0]) < 0.42 and float(result[1]) > 0.85
    assert f"{float(lines[-2].removeprefix('Test accuracy: ')):.4f}" == result[1]


# --- alexnet.py ------------------------------------------------------------------------------


def test_alexnet_needs_opencv_installed(programs, run):
    """The program imports cv2 and doesn't use it; without it, Penstock says what to install."""
    try:
        import cv2  # noqa: F401
    except ImportError:
        done = run(programs / "alexnet.py", check=False)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].endswith("pip install opencv-python")
    else:
        pytest.skip("OpenCV is installed")


ALEXNET_VARIABLES = {
    "conv1": ([11, 11, 3, 96], [96]),
    "conv2": ([5, 5, 96, 256], [256]),
    "conv3": ([3, 3, 256, 384], [384]),
    "conv4": ([3, 3, 384, 384], [384]),
    "conv5": ([3, 3, 384, 256], [256]),
    "fc1": ([12544, 4096], [4096]),
    "fc2": ([4096, 4096], [4096]),
    "fc3": ([4096, 1000], [1000]),
}


@pytest.fixture
def no_opencv(tmp_path) -> str:
    """A folder with an empty module in OpenCV's place."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "cv2.py").write_text("")
    return str(folder)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_alexnet_on_random_images(programs, run, tmp_path, no_opencv):
    """Data in its two arrays, and it trains, logs and saves 912 MB that can be read."""
    random = np.random.RandomState(0)
    np.save(tmp_path / "images.npy", random.rand(4, 224 * 224 * 3).astype(np.float32))
    np.save(tmp_path / "labels.npy", np.eye(1000, dtype=np.float32)[[1, 2, 3, 4]])
    text = (programs / "alexnet.py").read_text()
    for name in ("image", "label"):
        empty = f"train_{name} = []"
        assert text.count(empty) == 1
        text = text.replace(empty, f"train_{name} = np.load('{name}s.npy')")
    (tmp_path / "alexnet.py").write_text(text)
    done = run("alexnet.py", "--max_steps=2", "--batch_size=2", path=no_opencv, timeout=800)
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "step 0, training accuracy",
        "step 1, training accuracy",
    ]

    import penstock as tf

    saved = dict(tf.train.list_variables(str(tmp_path / "models" / "model1.ckpt")))
    for layer, (weight, bias) in ALEXNET_VARIABLES.items():
        for slot in ("", "/Adam", "/Adam_1"):
            assert saved[f"{layer}/Variable{slot}"] == weight
            assert saved[f"{layer}/Variable_1{slot}"] == bias
    assert len(saved) == 2 * 8 * 3 + 2
    kernel = tf.train.load_variable(str(tmp_path / "models" / "model1.ckpt"), "conv1/Variable")
    assert np.all(np.isfinite(kernel)) and kernel.std() > 0
    assert sum(file.stat().st_size for file in (tmp_path / "models").iterdir()) > 900e6
    shutil.rmtree(tmp_path / "models")

    log = events(tmp_path / "log")
    assert sorted(log.Tags()["scalars"]) == ["accuracy", "cross_entropy"]
    assert [each.step for each in log.Scalars("accuracy")] == [0, 1]
    # 224 -> 56 -> 28 -> 14 -> 7, and 1,000 answers.
    shapes = {
        node.name: [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim]
        for node in _graph(log).node
        if node.attr["_output_shapes"].list.shape
    }
    assert [shapes[name][1:] for name in ("conv1/Relu", "pool1/MaxPool", "pool2/MaxPool",
                                          "pool3/MaxPool", "softmax/Softmax")] == [
        [56, 56, 96], [28, 28, 96], [14, 14, 256], [7, 7, 256], [1000]
    ]  # fmt: skip


def _graph(log: EventAccumulator):
    from penstock import protos

    graph = protos.GraphDef()
    graph.ParseFromString(log.Graph().SerializeToString())
    return graph


@pytest.mark.long
def test_alexnet_as_it_stands(programs, run, tmp_path, no_opencv):
    """With its arrays empty it stops at the first feed, as in TensorFlow, its graph written."""
    done = run(programs / "alexnet.py", check=False, path=no_opencv, timeout=280)
    assert done.returncode == 1
    assert "Cannot feed value of shape (0,) for Tensor 'Placeholder:0'" in done.stderr
    assert "(?, 150528)" in done.stderr
    assert events(tmp_path / "log").Tags()["graph"]

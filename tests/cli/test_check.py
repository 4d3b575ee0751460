"""`penstock check`, on the real namespace."""

from __future__ import annotations

import ast
import json
import textwrap

import pytest

from penstock.cli import check, main
from penstock.cli.check_python2 import python2_reasons
from penstock.cli.check_symbols import uses


def found(source: str) -> list[tuple[str, int]]:
    tree = ast.parse(textwrap.dedent(source))
    return sorted({(use.path, use.line) for use in uses(tree)}, key=lambda each: each[::-1])


def paths(source: str) -> set[str]:
    return {path for path, _ in found(source)}


def test_attributes_and_lines():
    source = """\
        import tensorflow as tf
        x = tf.nn.relu(tf.zeros([1]))
        y = x.tf.nothing
        """
    assert found(source) == [("nn.relu", 2), ("zeros", 2)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import tensorflow\ntensorflow.add(1)", {"add"}),
        ("import tensorflow as tf\nnn = tf.nn\nnn.relu(1)", {"nn", "nn.relu"}),
        ("import tensorflow as tf\na, b = tf.nn, tf.train\nb.Saver()", {"nn", "train",
                                                                        "train.Saver"}),
        ("from tensorflow.contrib import rnn as r\nr.Cell()", {"contrib.rnn", "contrib.rnn.Cell"}),
        ("import tensorflow.contrib.slim as slim\nslim.conv2d()", {"contrib.slim",
                                                                  "contrib.slim.conv2d"}),
        ("import tensorflow.contrib.slim\ntensorflow.foo", {"contrib.slim", "foo"}),
        ("from tensorflow.python.framework import ops\nops.foo()",
         {"python.framework.ops", "python.framework.ops.foo"}),
        ("import keras\nkeras.layers.Dense(1)", {"keras", "keras.layers.Dense"}),
        ("from keras.layers import Dense\nDense(1)", {"keras.layers.Dense"}),
        ("from tensorflow.keras.layers import *\nDense(1)\nMine()",
         {"keras.layers", "keras.layers.Dense"}),
        ("import tensorflow as tf\ndef f(tf): return tf.foo", set()),
        ("import tensorflow as tf\ndef f(): return tf.foo", {"foo"}),
        ("def f(): return tf.foo\nimport tensorflow as tf", {"foo"}),
        ("import tensorflow as tf\ntf = 1\ntf.foo", set()),
        ("import tensorflow as tf\nclass A(tf.B):\n  def m(self, x=tf.C): return tf.D",
         {"B", "C", "D"}),
        ("import tensorflow as tf\n[tf.a for tf in x]\ntf.b", {"b"}),
        ("import tensorflow as tf\nf = lambda x=tf.a: tf.b", {"a", "b"}),
        ("import tensorflow as tf\n@tf.a\ndef f(): pass", {"a"}),
        ("import tensorflow as tf\nx[tf.a].b = f'{tf.c}'", {"a", "c"}),
        ("def f():\n  import tensorflow as tf\n  def g(): return tf.a\ntf.b", {"a"}),
        ("import numpy as np\nnp.zeros(1)", set()),
        ("from . import tensorflow\ntensorflow.a", set()),
    ],
)  # fmt: skip
def test_names_are_followed(source, expected):
    assert paths(source) == expected


def test_what_a_program_survives_is_optional():
    source = """
        import tensorflow as tf
        try:
            init = tf.new_name()
        except AttributeError:
            init = tf.old_name()
        """
    optional = {use.path: use.optional for use in uses(ast.parse(textwrap.dedent(source)))}
    assert optional == {"new_name": True, "old_name": False}


@pytest.mark.parametrize(
    "source",
    [
        "np.array(map(f, x))",
        "y = filter(f, x)\nnp.vstack(y)",
        "len(zip(a, b))",
        "map(f, x)[0]",
        "d.keys()[0]",
        "d.items() + [1]",
        "d.iteritems()",
        "d.has_key(1)",
        "xrange(3)",
        "unicode(x)",
        "import cPickle",
        "from itertools import izip",
        "string.letters",
        "x = 7 / 2",
        "x[n / 2]",
        "x[:n / 2]",
        "for i in range(n / 2): pass",
    ],
)
def test_signs_of_python_2(source):
    assert python2_reasons(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "np.array(list(map(f, x)))",
        "for x in map(f, y): pass",
        "len(d.keys())",
        "x = 8 / 2",
        "x = 1 / n",
        "x[n // 2]",
        "range(int(n / 2))",
        "from __future__ import division\nx = 7 / 2",
        "def xrange(n): return range(n)\nxrange(3)",
        "from functools import reduce\nreduce(f, x)",
        "try:\n  import cPickle as pickle\nexcept ImportError:\n  import pickle",
        "y = map(f, x)\ny = list(y)\ny[0]",
        "def map(f, x): return []\nmap(f, x)[0]",
    ],
)
def test_no_signs_of_python_2(source):
    assert python2_reasons(ast.parse(source)) == []


@pytest.fixture
def checked(tmp_path, capsys):
    def call(text, name="program.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text))
        status = main.main(["check", str(path)])
        return status, capsys.readouterr().out.replace(str(tmp_path) + "/", "")

    return call


def test_a_program_that_has_all(checked):
    status, output = checked("import tensorflow as tf\ntf.Graph().foo\ntf.float32.max\n")
    assert status == 0
    assert output == "program.py: Penstock has each of the 2 TensorFlow names it uses.\n"


def test_missing_names(checked):
    status, output = checked(
        """\
        import tensorflow as tf
        tf.no_such_name(1)
        from tensorflow.python.framework import ops
        ops.get_default_graph()
        def f():
            return tf.no_such_name, tf.Grap
        """
    )
    assert status == 1
    first, second = output.splitlines()
    assert first.startswith("program.py:2: tf.no_such_name is not in Penstock (TensorFlow 0.12 to")
    assert first.endswith("(also 6)")
    assert second.startswith("program.py:6: tf.Grap is not in Penstock")
    assert "the nearest name is tf.Graph." in second


def test_missing_modules_and_class_attributes(checked):
    status, output = checked(
        """\
        from tensorflow.contrib import no_such_part
        import tensorflow as tf
        tf.Graph.no_such_method
        tf.Graph.as_default
        """
    )
    assert status == 1
    assert "program.py:1: tf.contrib" in output
    assert "program.py:3: tf.Graph.no_such_method is not in Penstock" in output
    assert "as_default" not in output


def test_nothing_is_run(checked, tmp_path):
    status, output = checked(f"open({str(tmp_path / 'made')!r}, 'w')\nraise SystemExit(5)\n")
    assert status == 0 and output == "program.py: uses no names of TensorFlow.\n"
    assert not (tmp_path / "made").exists()


def test_python_2_programs(checked):
    status, output = checked("import tensorflow as tf\n\nprint tf.Graph, 7 / 2\n")
    assert status == 0
    assert output.startswith("program.py:3: Python 2 (Missing parentheses in call to 'print'")
    status, output = checked("import numpy as np\nnp.array(map(abs, []))\n")
    assert status == 0
    assert output.splitlines()[:2] == [
        "program.py: Python 2 that parses as Python 3; penstock run notices by itself:",
        "program.py:2: np.array of map(...), which is a list in Python 2 only",
    ]
    status, output = checked("x = [1, 2]\nx[len(x) / 2]\n")
    assert status == 0
    assert output.splitlines()[0] == "program.py: may need penstock run --py2:"


def test_notebooks(checked):
    cells = [
        {"cell_type": "markdown", "source": ["text"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import tensorflow as tf"]},
        {"cell_type": "code", "source": "!ls\nif 1:\n    %time\ntf.no_such_name"},
    ]
    status, output = checked(json.dumps({"cells": cells}), "book.ipynb")
    assert status == 1 and output.startswith("book.ipynb:cell 2 line 4: tf.no_such_name is not")


def test_files_that_cannot_be_read(checked, tmp_path, capsys):
    status, output = checked("for for\n")
    assert status == 2 and output == ""
    assert main.main(["check", str(tmp_path / "absent.py")]) == 2
    assert "cannot be checked: [Errno 2]" in capsys.readouterr().err


def test_check_file_gives_the_report(tmp_path):
    (tmp_path / "p.py").write_text("import tensorflow as tf\ntf.no_such_name\n")
    report = check.check_file(str(tmp_path / "p.py"))
    assert list(report.missing.values()) == [["2"]] and report.names == 1

"""`penstock run`, each time in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def penstock(tmp_path):
    """Runs `penstock WORDS` in an empty folder."""

    def call(*words, input="", **environment):
        return subprocess.run(
            [sys.executable, "-m", "penstock", *words],
            cwd=tmp_path,
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
            env={
                **os.environ,
                "PYTHONPATH": str(SOURCE),
                "JAX_PLATFORMS": "cpu",
                "PYTHONDONTWRITEBYTECODE": "1",
                **environment,
            },
        )

    return call


@pytest.fixture
def script(tmp_path):
    def write(text, name="script.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))
        return name

    return write


def test_a_script_runs_as_main(penstock, script, tmp_path):
    script("value = 1", "sub/helper.py")
    name = script(
        """
        import sys, helper
        print(__name__, sys.argv, __file__, sys.path[0])
        print(sys.modules["__main__"].helper.value)
        """,
        "sub/script.py",
    )
    done = penstock("run", name, "-i", "--py2", "x")
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.splitlines() == [
        f"__main__ ['sub/script.py', '-i', '--py2', 'x'] sub/script.py {tmp_path / 'sub'}",
        "1",
    ]


def test_import_tensorflow_is_penstock(penstock, script):
    name = script(
        """
        import tensorflow as tf
        import penstock.api.v1
        print(tf is penstock.api.v1, tf.float32)
        from tensorflow.python.framework import ops
        print(ops.get_default_graph() is tf.get_default_graph())
        """
    )
    done = penstock("run", name)
    assert (done.stdout, done.stderr) == ("True <dtype: 'float32'>\nTrue\n", "")


def test_python_2_is_converted(penstock, script):
    script("print 'helper',\nhalf = 7 / 2\n", "helper.py")
    name = script("import helper\nprint helper.half, 7 / 2\n")
    done = penstock("run", name)
    assert (done.stdout.split(), done.stderr) == (["helper", "3", "3"], "")


def test_an_open_line_ends_with_the_program(penstock, script):
    assert penstock("run", script("print 'x',\n")).stdout == "x\n"


def test_py2_on_request(penstock, script):
    name = script("import numpy as np\nprint(np.array(map(abs, [-1])), 7 / 2)\n")
    assert penstock("run", "--py2", name).stdout == "(array([1]), 3)\n"
    assert penstock("run", name).stdout.endswith(" 3.5\n")


def test_certain_python_2_is_noticed(penstock, script):
    script("half = 7 / 2\n", "helper.py")
    name = script(
        """
        import numpy as np, helper
        for value in np.array(map(abs, [-1])):
            print(value)
        print(7 / 2)
        print(helper.half)
        """
    )
    done = penstock("run", name)
    assert done.stdout.split() == ["1", "3", "3"]
    assert done.stderr == (
        "penstock run: script.py:3: np.array of map(...), which is a list in Python 2 only: "
        "running it as Python 2 (--py3 prevents that)\n"
    )
    module = penstock("run", "-m", "script")
    assert module.stdout == done.stdout and "script.py:3: np.array of" in module.stderr
    asked = penstock("run", "--py2", name)
    assert (asked.stdout, asked.stderr) == (done.stdout, "")
    prevented = penstock("run", "--py3", name)
    assert prevented.returncode == 1
    assert prevented.stderr.endswith("TypeError: iteration over a 0-d array\n")


def test_py3_takes_no_other_syntax(penstock, script):
    done = penstock("run", "--py3", script("print 1\n"))
    assert done.returncode == 1 and "SyntaxError" in done.stderr
    assert "not allowed with" in penstock("run", "--py3", "--py2", "script.py").stderr


def test_a_missing_package_is_named(penstock, script):
    name = script("import cv2\n")
    script("raise ModuleNotFoundError(\"No module named 'cv2'\", name='cv2')", "cv2.py")
    done = penstock("run", name)
    assert done.returncode == 1
    *_, error, hint = done.stderr.splitlines()
    assert error == "ModuleNotFoundError: No module named 'cv2'"
    assert hint.endswith("comes with the package opencv-python: pip install opencv-python")


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('over')", 1, "over\n"),
        ("import sys; sys.exit()", 0, ""),
        ("raise SystemExit(0)", 0, ""),
    ],
)
def test_exit_status(penstock, script, text, status, error):
    done = penstock("run", script(text))
    assert (done.returncode, done.stderr) == (status, error)


def test_a_traceback_begins_in_the_program(penstock, script, tmp_path):
    done = penstock("run", script("def f():\n    return {}['x']\n\nf()\n"))
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "^" not in line and "~" not in line] == [
        "Traceback (most recent call last):",
        '  File "script.py", line 4, in <module>',
        "    f()",
        '  File "script.py", line 2, in f',
        "    return {}['x']",
        "KeyError: 'x'",
    ]


def test_a_traceback_of_a_python_2_program_shows_its_lines(penstock, script):
    done = penstock("run", script("import urllib2\n\ndef f((a, b)):\n  print a / b\n\nf((1, 0))\n"))
    assert [line for line in done.stderr.splitlines() if "^" not in line] == [
        "Traceback (most recent call last):",
        '  File "script.py", line 6, in <module>',
        "    f((1, 0))",
        '  File "script.py", line 4, in f',
        "    print a / b",
        "ZeroDivisionError: integer division or modulo by zero",
    ]


def test_penstocks_frames_are_left_out_of_its_errors(penstock, script):
    name = script(
        """
        from tensorflow.contrib import no_such_thing_at_all
        """
    )
    done = penstock("run", name)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[1] == '  File "script.py", line 2, in <module>'
    assert "tf.contrib.no_such_thing_at_all is not in Penstock" in lines[-1]
    assert "alias.py" not in done.stderr and "missing.py" not in done.stderr
    full = penstock("run", name, PENSTOCK_TRACEBACK="full")
    assert "penstock/compat" in full.stderr


def test_a_missing_symbol_is_one_sentence(penstock, script):
    done = penstock("run", script("import tensorflow as tf\ntf.no_such_thing\n"))
    lines = done.stderr.splitlines()
    assert lines[1] == '  File "script.py", line 2, in <module>'
    assert "tf.no_such_thing is not in Penstock (TensorFlow 0.12 to 1.15 did not" in lines[-1]
    assert done.stderr.count("File") == 1


def test_a_syntax_error_has_no_frames(penstock, script):
    done = penstock("run", script("x = 1\nfor for\n"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == '  File "script.py", line 2'
    assert done.stderr.splitlines()[-1].startswith("SyntaxError")


def test_a_missing_file(penstock):
    done = penstock("run", "absent.py")
    assert done.returncode == 2
    assert done.stderr == "penstock run: can't open file 'absent.py': No such file or directory\n"


def test_tf_version(penstock, script):
    name = script(
        """
        import numpy as np
        from penstock import behavior
        print(behavior.version_string, behavior.before(1, 0), repr(np.float32(0.8)))
        """
    )
    assert penstock("run", "--tf-version", "0.12.1", name).stdout == "0.12.1 True 0.80000001\n"
    assert penstock("run", name).stdout == "1.15.5 False 0.8\n"
    done = penstock("run", "--tf-version", "2.0", name)
    assert done.returncode == 2 and "0.5 to 1.15" in done.stderr


def test_modules_and_folders(penstock, script):
    script("import sys\nprint(__name__, sys.argv[1:], __package__)", "package/__main__.py")
    script("", "package/__init__.py")
    script("print 'old', 3 / 2", "old.py")
    assert penstock("run", "-m", "package", "a").stdout == "__main__ ['a'] package\n"
    assert penstock("run", "package", "a").stdout == "__main__ ['a'] None\n"
    assert penstock("run", "-m", "old").stdout == "old 1\n"
    done = penstock("run", "-m", "absent")
    assert (done.returncode, done.stderr) == (1, "penstock run: No module named absent\n")


def test_interactive(penstock, script):
    name = script("x = 41\nraise ValueError('here')\n")
    done = penstock("run", "-i", name, input="x + 1\n")
    assert "42" in done.stdout and "ValueError: here" in done.stderr
    done = penstock("run", "-i", input="foo = []\nfoo.append(foo)\nfoo\n")
    assert "[[...]]" in done.stdout


def test_nothing_to_run(penstock):
    done = penstock("run")
    assert done.returncode == 2 and "which program?" in done.stderr


def test_help_and_unknown_commands(penstock):
    done = penstock("--help")
    assert done.returncode == 0
    for command in ("run", "check", "devices"):
        assert f"\n  {command} " in done.stdout
    done = penstock("chek")
    assert done.returncode == 2 and "did you mean 'check'?" in done.stderr
    assert "--tf-version" in penstock("run", "--help").stdout


def test_names_that_numpy_and_scipy_removed_are_back(penstock, script):
    pytest.importorskip("scipy")
    script("import numpy as np\ndata = np.zeros(2).tostring()\n", "helper.py")
    name = script(
        """
        import numpy as np, helper
        from scipy import misc
        print(np.zeros(2, np.float).tostring() == helper.data)
        print(misc.imresize(np.zeros([4, 4], np.uint8), 0.5).shape)
        print(np.array([[1, 2], [3]]).dtype)
        """
    )
    done = penstock("run", name)
    assert done.stdout == "True\n(2, 2)\nobject\n", done.stderr


def test_a_program_that_logs_everything_gets_no_notes_of_jax(penstock, script):
    name = script(
        """
        import logging
        logging.basicConfig(level=logging.INFO)
        import tensorflow as tf
        logging.info("mine")
        print(tf.Session().run(tf.constant(1) + 2))
        """
    )
    done = penstock("run", name)
    assert done.stdout == "3\n"
    assert "mine" in done.stderr and "backend" not in done.stderr

"""Programs that parse as Python 3 and mean Python 2: noticed only where that is certain."""

from __future__ import annotations

import textwrap

import pytest

from penstock.cli.detect_python2 import certain_reason


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import numpy as np\nx = np.array(map(abs, [1]))", 2),
        ("import numpy\nx = numpy.vstack(filter(None, [1]))", 2),
        ("def f(x):\n  return len(zip(x, x))", 2),
        ("map(abs, [1])[0]", 1),
        ("for i in xrange(3): pass", 1),
        ("x = raw_input('name')", 1),
        ("import cPickle", 1),
        ("from itertools import izip", 1),
        ("# coding: utf-8\nxrange(3)  # \N{HIRAGANA LETTER A}", 2),
        ("from __future__ import print_function\nprint(1, 2, sep='')\nxrange(3)", 3),
    ],
)
def test_certain(source, line):
    found = certain_reason(source.encode())
    assert found is not None and found[0] == line


@pytest.mark.parametrize(
    "source",
    [
        "np.array(list(map(abs, [1])))",
        "np.fromiter(map(abs, [1]), float)",
        "np.loadtxt(filter(None, lines))",
        "y = map(abs, [1])\nnp.array(y)",  # y may be another one
        "np.array(d.values())",  # d may be anything
        "d.iteritems()",
        "x[len(x) / 2]",
        "def xrange(n): return range(n)\nxrange(3)",
        "from helper import *\nxrange(3)",
        "from six.moves import xrange\nnp.array(map(abs, x))",
        "import sys\nif sys.version_info[0] == 2: text = unicode",
        "try:\n  xrange\nexcept NameError:\n  xrange = range",
        # Python 3 all the same, with a mistake in it
        "np.array(map(abs, x))\nprint(f'{x}')",
        "np.array(map(abs, x))\nprint('a', 1)",
        "np.array(map(abs, x))\nprint(end='')",
        "def f(x: int): return np.array(map(abs, x))",
        "class A(B):\n  def f(self): super().f(np.array(map(abs, [])))",
        "np.array(map(abs, x))  # \N{HIRAGANA LETTER A}",
        "a, *b = np.array(map(abs, x))",
        "print 1",  # does not parse
    ],
)
def test_not_certain(source):
    assert certain_reason(textwrap.dedent(source).encode()) is None


def test_a_module_of_the_program_may_have_an_old_name(tmp_path, monkeypatch):
    assert certain_reason(b"import sets") is not None
    (tmp_path / "sets.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert certain_reason(b"import sets") is None

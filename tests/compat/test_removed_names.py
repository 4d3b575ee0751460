"""Names that Python, NumPy and SciPy have removed, back for old programs.

Values of ``scipy.misc`` are those that SciPy 1.2.3 gave.
"""

from __future__ import annotations

import collections
import inspect
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from penstock.compat import python2, python2_builtins, removed_names, scipy_misc


@pytest.fixture
def given_back():
    removed_names.install()
    yield
    removed_names.uninstall()


def _builtins(py2: bool) -> dict[str, object]:
    return {"__builtins__": python2_builtins.namespace()} if py2 else {}


def test_names_of_numpy(given_back):
    assert np.float is float and np.int is int and np.object is object
    assert np.float_ is np.float64 and np.unicode_ is np.str_
    assert np.Inf == np.inf and np.isnan(np.NaN)
    assert np.asscalar(np.array([3.5])) == 3.5
    assert np.product([2, 3]) == 6 and np.alltrue([1, 1])
    assert np.in1d([[1, 2], [3, 4]], [2, 3]).tolist() == [False, True, True, False]
    assert np.asfarray([1, 2], dtype=int).dtype == np.float64
    assert np.zeros(2, dtype=np.bool).dtype == np.bool_


def test_names_of_python(given_back):
    assert collections.Iterable is collections.abc.Iterable
    assert time.clock() >= 0
    assert inspect.getargspec(lambda a, b=1, *c: 0) == (["a", "b"], "c", None, (1,))
    assert not threading.Thread().isAlive()


def test_everything_is_taken_back():
    watched = (np, time, threading.Thread, collections, inspect)
    array, before = np.array, [set(vars(each)) for each in watched]
    removed_names.install()
    assert np.array is not array
    removed_names.uninstall()
    assert np.array is array and [set(vars(each)) for each in watched] == before
    assert not hasattr(threading.Thread, "isAlive")


def test_rows_of_several_lengths_are_objects(given_back):
    rows = np.array([[1, 2], [3]])
    assert rows.dtype == object and rows.shape == (2,)
    pairs = np.array([(np.zeros(3), np.zeros(2)), (np.ones(3), np.ones(2))])
    assert pairs.dtype == object and pairs.shape == (2, 2)
    with pytest.raises(ValueError, match="inhomogeneous"):
        np.array([[1, 2], [3]], dtype=np.float32)


def test_rows_of_several_lengths_made_by_a_library_are_an_error(given_back, tmp_path: Path):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    code = compile("import numpy\nnumpy.array([[1, 2], [3]])", str(folder / "some.py"), "exec")
    with pytest.raises(ValueError, match="inhomogeneous"):
        exec(code, {})


def test_fromstring_reads_bytes(given_back):
    found = np.fromstring(b"\x01\x02\xff", dtype=np.uint8)
    assert found.tolist() == [1, 2, 255] and found.flags.writeable
    assert np.fromstring("1, 2", sep=",").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("value = numpy.arange(3, dtype=numpy.uint8).tostring()", b"\x00\x01\x02"),
        ("value = numpy.array([3, 9, 4]).ptp()", 6),
        ("a = numpy.zeros([2, 2]); a.itemset((1, 0), 7); value = a.tolist()", [[0, 0], [7, 0]]),
        ("a = numpy.zeros([2, 2]); a.itemset(1, 7); value = a.tolist()", [[0, 7], [0, 0]]),
        ("value = numpy.array([1], numpy.uint16).newbyteorder().tolist()", [256]),
        ("class A:\n  def tostring(self, b): return b\nvalue = A().tostring(b=5)", 5),
    ],
)
@pytest.mark.parametrize("py2", [False, True])
def test_removed_methods(given_back, source: str, value: object, py2: bool):
    code, _ = python2.compile_source(b"import numpy\n" + source.encode(), "program.py", py2)
    names: dict[str, object] = _builtins(py2)
    exec(code, names)
    assert names["value"] == value


def test_a_missing_method_is_the_usual_error(given_back):
    code, _ = python2.compile_source(b"x = 5\nx.tostring()", "program.py")
    with pytest.raises(AttributeError, match="'int' object has no attribute 'tostring'"):
        exec(code, {})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("value = int(numpy.array([3])), float(numpy.array([[2.5]])), int('7', 8)", (3, 2.5, 7)),
        ("value = '%d %s' % (numpy.array([3]), [1]), '%.1f' % numpy.array([[2.5]])",
         ("3 [1]", "2.5")),
        ("a = numpy.zeros([2, 2]); a[1, 0] = numpy.array([[4.0]]); value = a.tolist()",
         [[0, 0], [4, 0]]),
        ("a = numpy.zeros([2, 2]); a[1] = numpy.array([4.0, 5]); value = a.tolist()",
         [[0, 0], [4, 5]]),
        ("a = [0, {}]; a[1][2] = a[0] + 1; value = a", [0, {2: 1}]),
        ("order = []\ndef f(x): order.append(x); return x\n"
         "[0, 1, 2, 3][f(3)] = f(1)\nvalue = order", [1, 3]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("py2", [False, True])
def test_arrays_of_one_element_are_numbers(given_back, source: str, value: object, py2: bool):
    code, _ = python2.compile_source(b"import numpy\n" + source.encode(), "program.py", py2)
    names: dict[str, object] = _builtins(py2)
    exec(code, names)
    assert names["value"] == value


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("int(numpy.zeros(2))", "0-dimensional|size-1"),
        ("'%d' % 'text'", "a real number is required"),
        ("(1, 2)[0] = numpy.zeros(1)", "item assignment"),
        ("numpy.zeros(3)[0] = numpy.zeros(2)", "sequence"),
    ],
)
def test_other_errors_stay(given_back, source: str, message: str):
    code, _ = python2.compile_source(b"import numpy\n" + source.encode(), "program.py")
    with pytest.raises((TypeError, ValueError), match=message):
        exec(code, {})


def test_old_keywords_and_arguments_of_functions(given_back):
    assert np.reshape(np.arange(4), newshape=[2, 2]).shape == (2, 2)
    assert np.percentile([1, 2, 4], 40, interpolation="nearest") == 2
    np.testing.assert_allclose(np.histogram([1, 2, 2], bins=2, normed=True)[0], [2 / 3, 4 / 3])
    assert np.vstack(np.ones(2) for _ in range(3)).shape == (3, 2)
    assert len(np.linspace(0, 1, 5.0)) == 5


PICTURE = (np.arange(60).reshape(4, 5, 3) * 7 % 251).astype(np.uint8)
GREY = np.arange(12.0).reshape(3, 4) * 1.7 - 3


def test_bytescale():
    expected = [0, 23, 46, 70, 93, 116, 139, 162, 185, 209, 232, 255]
    assert scipy_misc.bytescale(GREY).ravel().tolist() == expected
    found = scipy_misc.bytescale(GREY, cmin=0, cmax=10, high=200, low=10)
    assert found.ravel().tolist() == [10, 10, 18, 50, 82, 115, 147, 179, 200, 200, 200, 200]


@pytest.mark.parametrize(
    ("arguments", "shape", "start", "total"),
    [
        ((PICTURE, (2, 3)), (2, 3, 3), [84, 91, 98, 89, 96, 103], 1983),
        ((PICTURE, 50), (2, 2, 3), [86, 93, 100, 104, 111, 118], 1305),
        ((PICTURE / 255 - 0.3, 1.5, "bicubic"), (6, 7, 3), [0, 0, 7, 4, 11, 18], 13857),
        ((GREY, (6, 8), "nearest"), (6, 8), [0, 0, 23, 23, 46, 46], 6120),
        ((PICTURE.transpose(2, 0, 1), (7, 3)), (7, 3, 3), [9, 16, 23, 42, 49, 56], None),
    ],
)
def test_imresize(arguments, shape, start, total):
    found = scipy_misc.imresize(*arguments)
    assert found.dtype == np.uint8 and found.shape == shape
    assert found.ravel()[:6].tolist() == start
    assert total is None or found.astype(int).sum() == total


def test_images_are_saved_scaled_and_read(tmp_path: Path):
    path = str(tmp_path / "picture.png")
    scipy_misc.imsave(path, PICTURE / 255 - 0.3)
    assert scipy_misc.imread(path).ravel()[:6].tolist() == [0, 7, 15, 22, 29, 36]
    assert scipy_misc.imread(path, mode="L").ravel()[:4].tolist() == [6, 28, 50, 72]
    flat = scipy_misc.imread(path, flatten=True)
    assert flat.dtype == np.float32
    np.testing.assert_allclose(flat[0, :2], [5.819, 27.705], rtol=1e-5)
    assert scipy_misc.imrotate(PICTURE, 90).ravel()[:3].tolist() == [73, 80, 87]

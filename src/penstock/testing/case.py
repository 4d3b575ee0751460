"""``tf.test.TestCase``: assertions on arrays, sessions for tests."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sys
import tempfile
import threading
import unittest
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from penstock.graph import defaults, errors
from penstock.graph.dtypes import as_dtype
from penstock.runtime.session import Session

_SEED = 87654321
_temporary: list[tempfile.TemporaryDirectory[str]] = []


def get_temp_dir() -> str:
    """A folder for this process's test files; it goes when the process ends."""
    if not _temporary:
        _temporary.append(tempfile.TemporaryDirectory(prefix="penstock-test-"))
    return _temporary[0].name


class _Thread:
    """A thread whose exception fails the test that joins it."""

    def __init__(self, case: TestCase, target: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self._case = case
        self._target = target
        self._args = args or ()
        self._kwargs = kwargs or {}
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._target(*self._args, **self._kwargs)
        except Exception as error:  # noqa: BLE001 - any error fails the test
            self._error = error

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def join(self) -> None:
        """Waits for the thread; fails the test if it failed."""
        self._thread.join()
        if self._error is not None:
            self._case.fail(f"Error in checkedThread: {self._error}")

    def is_alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()


class TestCase(unittest.TestCase):
    """A test case with a fresh default graph, fixed seeds, and assertions on arrays.

    Args:
        methodName: the method that runs, as in ``unittest.TestCase``.
    """

    __test__ = False  # pytest collects subclasses only

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.__test__ = True

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._threads: list[_Thread] = []
        self._tempdir: str | None = None
        self._cached: Any = None

    def setUp(self) -> None:
        """Resets the seeds and the default graph."""
        random.seed(_SEED)
        np.random.seed(_SEED)
        defaults.reset_default_graph()
        defaults.get_default_graph().seed = _SEED

    def tearDown(self) -> None:
        """Joins the threads of ``checkedThread`` and closes the cached session."""
        for thread in self._threads:
            if thread.is_alive():
                self.fail("A checkedThread did not terminate")
        self._threads = []
        self._close_cached()

    def _close_cached(self) -> None:
        if self._cached is not None:
            self._cached.close()
            self._cached = None

    def get_temp_dir(self) -> str:
        """A folder of this test's own, made anew for each test method."""
        if self._tempdir is None:
            self._tempdir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._tempdir

    # -- sessions -----------------------------------------------------------------------------
    @contextlib.contextmanager
    def session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Any]:
        """A session that is the default in a ``with`` block and closed after it."""
        with Session(graph=graph, config=config) as session:
            yield session

    @contextlib.contextmanager
    def cached_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Any]:
        """One session for the whole test method."""
        if self._cached is None:
            self._cached = Session(graph=graph, config=config)
            self.addCleanup(self._close_cached)
        elif graph is not None and self._cached.graph is not graph:
            raise ValueError(
                "The graph used to get the cached session is different than the one that was used "
                "to create the session. Maybe create a new session with self.session()"
            )
        with self._cached.graph.as_default(), self._cached.as_default():
            yield self._cached

    def test_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Any:
        """``session`` when a graph is given, else ``cached_session``."""
        if graph is None:
            return self.cached_session(graph, config, use_gpu, force_gpu)
        return self.session(graph, config, use_gpu, force_gpu)

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors in the default session."""
        session = defaults.get_default_session()
        if session is None:
            with self.test_session() as own:
                return own.run(tensors)
        return session.run(tensors)

    def checkedThread(
        self, target: Callable[..., Any], args: Any = None, kwargs: Any = None
    ) -> Any:
        """A thread whose exception fails this test when it is joined."""
        thread = _Thread(self, target, args, kwargs)
        self._threads.append(thread)
        return thread

    @contextlib.contextmanager
    def captureWritesToStream(self, stream: Any) -> Iterator[Any]:
        """Catches what is written to a stream with a file descriptor; see ``contents()``."""
        stream.flush()
        descriptor = stream.fileno()
        kept = os.dup(descriptor)
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), descriptor)

            class Written:
                def contents(self) -> str:
                    stream.flush()
                    file.flush()
                    file.seek(0)
                    return file.read().decode(errors="replace")

            try:
                yield Written()
            finally:
                stream.flush()
                os.dup2(kept, descriptor)
                os.close(kept)

    # -- values -------------------------------------------------------------------------------
    def _array(self, value: Any) -> np.ndarray:
        if hasattr(value, "graph") and hasattr(value, "op"):
            value = self.evaluate(value)
        return np.asarray(value)

    def assertNear(self, f1: float, f2: float, err: float, msg: str | None = None) -> None:
        """Two numbers differ by at most ``err``."""
        text = f"{f1!r} != {f2!r} +/- {err!r}" + ("" if msg is None else f" ({msg})")
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, text)

    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: Any = None) -> None:
        """Two sequences differ by at most ``err`` in each element."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for f1, f2 in zip(farray1, farray2):
            self.assertNear(float(f1), float(f2), err, msg)

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: Any = None) -> None:
        """The norm of the difference of two arrays is below ``err``."""
        self.assertTrue(np.linalg.norm(np.asarray(ndarray1) - np.asarray(ndarray2)) < err, msg)

    def _pairs(self, a: Any, b: Any, path: str, msg: Any) -> Iterator[tuple[Any, Any, str]]:
        if hasattr(a, "_asdict"):
            a = a._asdict()
        if hasattr(b, "_asdict"):
            b = b._asdict()
        if isinstance(a, Mapping) or isinstance(b, Mapping):
            same = isinstance(a, Mapping) and isinstance(b, Mapping)
            self.assertTrue(same, f"Can't compare dict to non-dict, a{path} vs b{path}. {msg}")
            self.assertCountEqual(a.keys(), b.keys(), f"mismatched keys: a{path}, b{path}. {msg}")
            for key in a:
                yield from self._pairs(a[key], b[key], f"{path}[{key}]", msg)
            return
        if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
            try:
                as_arrays = np.asarray(a).dtype.kind != "O" and np.asarray(b).dtype.kind != "O"
            except ValueError:
                as_arrays = False
            if not as_arrays or any(hasattr(v, "op") for v in (*a, *b)):
                self.assertEqual(len(a), len(b), f"Mismatched length: a{path}, b{path}. {msg}")
                for i, (x, y) in enumerate(zip(a, b)):
                    yield from self._pairs(x, y, f"{path}[{i}]", msg)
                return
        yield a, b, path

    def assertAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None
    ) -> None:
        """``|a - b| <= atol + rtol * |b|`` everywhere in two arrays, or nests of them."""
        for x, y, path in self._pairs(a, b, "", msg or ""):
            left, right = self._array(x), self._array(y)
            if left.size <= 3:
                text = f"Shape mismatch: expected {left.shape}, got {right.shape} with contents {right}."  # noqa: E501
            else:
                text = f"Shape mismatch: expected {left.shape}, got {right.shape}."
            self.assertEqual(left.shape, right.shape, text)
            kinds = {left.dtype.name, right.dtype.name}
            if kinds & {"float16", "bfloat16"}:
                left, right = left.astype(np.float32), right.astype(np.float32)
            np.testing.assert_allclose(
                left,
                right,
                rtol,
                atol,
                err_msg=f"Mismatched value: a{path} is different from b{path}. {msg or ''}",
            )

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: Any = None,
    ) -> None:
        """``assertAllClose`` with the tolerance of the less precise type."""
        a, b = self._array(a), self._array(b)
        kinds = {a.dtype.name, b.dtype.name}
        if kinds & {"float32", "complex64"}:
            rtol, atol = max(rtol, float_rtol), max(atol, float_atol)
        if "float16" in kinds:
            rtol, atol = max(rtol, half_rtol), max(atol, half_atol)
        if "bfloat16" in kinds:
            rtol, atol = max(rtol, bfloat16_rtol), max(atol, bfloat16_atol)
        self.assertAllClose(a, b, rtol, atol, msg)

    def assertNotAllClose(self, a: Any, b: Any, **kwargs: Any) -> None:
        """Two arrays are not close."""
        try:
            self.assertAllClose(a, b, **kwargs)
        except AssertionError:
            return
        raise AssertionError("The two values are close at all elements")

    def assertAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Two arrays are equal in shape and every element (NaN equals NaN)."""
        a, b = self._array(a), self._array(b)
        text = f"Shape mismatch: expected {a.shape}, got {b.shape}. {msg or ''}"
        self.assertEqual(a.shape, b.shape, text)
        if a.dtype.kind in "SUO" or b.dtype.kind in "SUO":
            a, b = _bytes(a), _bytes(b)
        np.testing.assert_array_equal(a, b, err_msg=str(msg or ""))

    def assertNotAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Two arrays differ somewhere."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        raise AssertionError(f"The two values are equal at all elements. {msg or ''}")

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Every element is greater than a number."""
        self.assertGreater(np.min(self._array(a)), comparison_target)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Every element is less than a number."""
        self.assertLess(np.max(self._array(a)), comparison_target)

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """Every element is at least a number."""
        self.assertGreaterEqual(np.min(self._array(a)), comparison_target)

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """Every element is at most a number."""
        self.assertLessEqual(np.max(self._array(a)), comparison_target)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: float,
        upper_bound: float,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Every element lies between two numbers."""
        values = self._array(target)
        below = values <= lower_bound if open_lower_bound else values < lower_bound
        above = values >= upper_bound if open_upper_bound else values > upper_bound
        left = "(" if open_lower_bound else "["
        right = ")" if open_upper_bound else "]"
        outside = values[below | above | np.isnan(values.astype(np.float64))]
        if outside.size:
            raise AssertionError(
                f"{outside.size} elements outside {left}{lower_bound}, {upper_bound}{right}: "
                f"{outside.ravel()[:10]}"
            )

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """Every element is one of a set."""
        extra = set(np.unique(self._array(target)).tolist()) - set(expected_set)
        if extra:
            raise AssertionError(
                f"{len(extra)} unique element(s) are not in the set {expected_set}: {extra}"
            )

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """An array or tensor has this type."""
        self.assertEqual(as_dtype(self._array(target).dtype), as_dtype(expected_dtype))

    def assertShapeEqual(self, np_array: Any, tf_tensor: Any, msg: Any = None) -> None:
        """A tensor's static shape is that of an array."""
        if not isinstance(np_array, (np.ndarray, np.generic)):
            raise TypeError("np_array must be a Numpy ndarray or Numpy scalar")
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg=msg)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: Any = None) -> None:
        """Two device names mean the same device."""
        from penstock.graph.device import canonical_name

        self.assertEqual(canonical_name(device1), canonical_name(device2), msg)

    def assertStartsWith(self, actual: str, expected_start: str, msg: Any = None) -> None:
        """A text begins with another."""
        if not actual.startswith(expected_start):
            text = f"{actual!r} does not start with {expected_start!r}"
            self.fail(text + ("" if msg is None else f" : {msg}"))

    def assertItemsEqual(self, first: Any, second: Any, msg: Any = None) -> None:
        """Two sequences have the same elements in some order."""
        self.assertCountEqual(first, second, msg)

    def assertRaisesRegexp(self, *args: Any, **kwargs: Any) -> Any:
        """``assertRaisesRegex`` under its old name."""
        return self.assertRaisesRegex(*args, **kwargs)

    def assertEquals(self, first: Any, second: Any, msg: Any = None) -> None:
        """``assertEqual`` under its old name."""
        self.assertEqual(first, second, msg)

    # -- protocol buffers ---------------------------------------------------------------------
    def assertProtoEquals(
        self, expected_message_maybe_ascii: Any, message: Any, msg: Any = None
    ) -> None:
        """Two messages are equal; the first may be text."""
        from google.protobuf import text_format

        expected = expected_message_maybe_ascii
        if isinstance(expected, (str, bytes)):
            expected = text_format.Parse(expected, type(message)())
        if expected != message:
            self.assertMultiLineEqual(str(expected), str(message), msg)
            self.fail(msg or "The messages differ")

    def assertProtoEqualsVersion(
        self,
        expected: Any,
        actual: Any,
        producer: int = 134,
        min_consumer: int = 0,
        msg: Any = None,
    ) -> None:
        """``assertProtoEquals`` with the versions of a ``GraphDef`` added to the first."""
        text = f"versions {{ producer: {producer} min_consumer: {min_consumer} }};\n{expected}"
        self.assertProtoEquals(text, actual, msg=msg)

    # -- errors -------------------------------------------------------------------------------
    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: Any, expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """The block raises this exception, and its text matches (or the predicate holds)."""
        wanted = expected_err_re_or_predicate

        def matches(error: BaseException) -> bool:
            if callable(wanted):
                return bool(wanted(error))
            text = error.message if isinstance(error, errors.OpError) else str(error)
            op = error.op if isinstance(error, errors.OpError) else None
            if op is not None:
                text += "\nCaused by op: " + op.name
            return re.search(wanted, text) is not None

        try:
            yield
        except Exception as error:
            if not isinstance(error, exception_type) or not matches(error):
                raise AssertionError(
                    f"Exception of type {type(error)}: {error}, doesn't match {wanted!r}"
                ) from error
            return
        self.fail(f"{getattr(exception_type, '__name__', exception_type)} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """The block raises an ``OpError`` whose text matches."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)


def _bytes(array: np.ndarray) -> np.ndarray:
    made = [v.encode() if isinstance(v, str) else v for v in array.ravel().tolist()]
    result = np.empty(array.shape, object)
    result.ravel()[:] = made
    return result


def main(argv: list[str] | None = None) -> None:
    """Runs the tests of the main module, as ``unittest.main`` does.

    Args:
        argv: the command line's words; those of the process by default.
    """
    from absl import app

    from penstock.platform import flags

    app.run(
        lambda left: unittest.main(argv=left if argv is None else argv),  # type: ignore[arg-type]
        argv=argv,
        flags_parser=lambda args: [
            (sys.argv if args is None else args)[0],
            *flags.FLAGS(sys.argv if args is None else args, known_only=True)[1:],
        ],
    )


def assert_equal_graph_def(
    actual: Any, expected: Any, checkpoint_v2: bool = False, hash_table_shared_name: bool = False
) -> None:
    """Two ``GraphDef`` messages have the same nodes, in any order.

    Raises:
        AssertionError: when they differ.
        TypeError: when one isn't a ``GraphDef``.
    """
    from penstock import protos

    for message, which in ((actual, "actual"), (expected, "expected")):
        if not isinstance(message, protos.GraphDef):
            raise TypeError(f"Expected tf.GraphDef for {which}, got {type(message).__name__}")
    a = {n.name: n for n in actual.node}
    b = {n.name: n for n in expected.node}
    if set(a) != set(b):
        raise AssertionError(f"Nodes differ: {sorted(set(a) ^ set(b))}")
    for name, node in a.items():
        if node != b[name]:
            raise AssertionError(f"Node {name!r} differs:\n{node}\nand\n{b[name]}")

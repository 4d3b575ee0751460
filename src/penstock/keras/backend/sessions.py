"""Keras's session, learning phase, unique names and variables."""

from __future__ import annotations

import contextlib
import re
import weakref
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from penstock.graph import defaults
from penstock.graph.graph import Graph
from penstock.keras import tensor_ops as ops
from penstock.keras.backend.settings import floatx
from penstock.runtime import compiler
from penstock.runtime.session import BaseSession, Session
from penstock.runtime.trace import variable_key

_session: BaseSession | None = None
_manual_initialization = False
_uids: weakref.WeakKeyDictionary[Graph, dict[str, int]] = weakref.WeakKeyDictionary()
_learning_phases: weakref.WeakKeyDictionary[Graph, Any] = weakref.WeakKeyDictionary()
_variables: weakref.WeakKeyDictionary[Graph, Any] = weakref.WeakKeyDictionary()


# -- names ----------------------------------------------------------------------------------------
def get_uid(prefix: str = "") -> int:
    """1, 2, 3, ... for each prefix and graph."""
    counts = _uids.setdefault(defaults.get_default_graph(), defaultdict(int))
    counts[prefix] += 1
    return counts[prefix]


def reset_uids() -> None:
    """Starts every count of ``get_uid`` anew."""
    _uids.clear()


def to_snake_case(name: str) -> str:
    """``MaxPooling2D`` as ``max_pooling2d``."""
    partly = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", partly).lower()
    return "private" + snake if snake[0] == "_" else snake


def unique_object_name(name: str, zero_based: bool = False, avoid: Sequence[str] = ()) -> str:
    """``dense``, ``dense_1``, ... (or ``dense_1`` first, when not ``zero_based``)."""
    while True:
        number = get_uid(name + ("/zero" if zero_based else ""))
        if zero_based:
            found = name if number == 1 else f"{name}_{number - 1}"
        else:
            found = f"{name}_{number}"
        if found not in avoid:
            return found


# -- the session ----------------------------------------------------------------------------------
def current_session() -> BaseSession:
    """The default session, or Keras's own for the default graph; nothing is initialized."""
    global _session
    graph = defaults.get_default_graph()
    session = defaults.get_default_session()
    if session is not None and session.graph is graph:
        return session
    if _session is None or _session.graph is not graph or _session._closed:
        _session = Session(graph=graph)
    return _session


def get_session(op_input_list: Any = ()) -> BaseSession:
    """The session that Keras uses: the default one if there is one, else its own.

    Keras's variables that have no value yet are initialized.
    """
    session = current_session()
    if not _manual_initialization:
        with session.graph.as_default():
            initialize_variables(session)
    return session


def set_session(session: Any) -> None:
    """Makes ``session`` the one that Keras uses."""
    global _session
    _session = session


def manual_variable_initialization(value: bool) -> None:
    """Whether the program initializes variables itself."""
    global _manual_initialization
    _manual_initialization = bool(value)


def clear_session() -> None:
    """Forgets Keras's session and begins a new default graph."""
    global _session
    defaults.reset_default_graph()
    reset_uids()
    if _session is not None:
        _session.close()
    _session = None
    _learning_phases.clear()
    _variables.clear()


def track_variable(variable: Any) -> None:
    """Has ``get_session`` initialize ``variable``."""
    known = _variables.get(variable.graph)
    if known is None:
        known = _variables[variable.graph] = {}
    known[id(variable)] = weakref.ref(variable)


def initialize_variables(session: BaseSession) -> None:
    """Initializes Keras's variables that have no value in ``session``."""
    known = _variables.get(session.graph)
    if not known:
        return
    values = session._state.values
    missing = []
    for key, reference in list(known.items()):
        variable = reference()
        if variable is None:
            del known[key]
        elif key_of(variable) not in values:
            missing.append(variable)
    if missing:
        session.run([v.initializer for v in missing])


def key_of(variable: Any) -> Any:
    """The key of a variable in a session's state."""
    key = variable.__dict__.get("_state_key")
    if key is None:
        op = variable.handle.op if hasattr(variable, "handle") else variable.op
        key = variable.__dict__["_state_key"] = variable_key(op)
    return key


# -- the learning phase ---------------------------------------------------------------------------
def learning_phase() -> Any:
    """0 (test) or 1 (train) if that was set; else a placeholder whose default is test."""
    graph = defaults.get_default_graph()
    phase = _learning_phases.get(graph)
    if phase is None:
        with ops.init_scope(), ops.name_scope(""):
            phase = ops.placeholder_with_default(False, shape=(), name="keras_learning_phase")
        _learning_phases[graph] = phase
    return phase


def symbolic_learning_phase() -> Any:
    """The learning phase's placeholder, or ``None`` when none was made or it is fixed."""
    phase = _learning_phases.get(defaults.get_default_graph())
    return phase if isinstance(phase, ops.Tensor) else None


def set_learning_phase(value: int) -> None:
    """Fixes the learning phase of the default graph: 0 for test, 1 for train."""
    if value not in (0, 1):
        raise ValueError("Expected learning phase to be 0 or 1.")
    _learning_phases[defaults.get_default_graph()] = value


@contextlib.contextmanager
def learning_phase_scope(value: int) -> Iterator[None]:
    """Fixes the learning phase inside a ``with`` block."""
    graph = defaults.get_default_graph()
    before = _learning_phases.get(graph)
    set_learning_phase(value)
    try:
        yield
    finally:
        if before is None:
            _learning_phases.pop(graph, None)
        else:
            _learning_phases[graph] = before


def smart_cond(predicate: Any, true_fn: Any, false_fn: Any) -> Any:
    """One side when the predicate is known, else ``tf.cond``."""
    if isinstance(predicate, ops.Variable):
        predicate = ops.cast(predicate, "bool")
    if not isinstance(predicate, ops.Tensor):
        return true_fn() if predicate else false_fn()
    if predicate.op.type == "Const":
        known = ops.constant_value(predicate)
        return true_fn() if known else false_fn()
    if predicate.dtype.base_dtype.name != "bool":
        predicate = ops.cast(predicate, "bool")
    return ops.cond(predicate, true_fn=true_fn, false_fn=false_fn)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` when training, else ``alt``; each a tensor or a function that makes one."""
    if training is None:
        training = learning_phase()
    if isinstance(training, (int, bool)):
        chosen = x if training else alt
        return chosen() if callable(chosen) else chosen

    def side(value: Any) -> Any:
        return value if callable(value) else lambda: ops.identity(value)

    return smart_cond(training, side(x), side(alt))


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` when not training, else ``alt``."""
    return in_train_phase(alt, x, training=training)


# -- variables ------------------------------------------------------------------------------------
def make_variable(
    initial_value: Any,
    name: str | None = None,
    dtype: Any = None,
    trainable: bool = True,
    constraint: Any = None,
    **options: Any,
) -> Any:
    """A resource variable that ``get_session`` initializes."""
    made = ops.Variable(
        initial_value,
        trainable=trainable,
        name=name,
        dtype=dtype,
        constraint=constraint,
        use_resource=True,
        **options,
    )
    track_variable(made)
    return made


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """A variable with an initial value."""
    if dtype is None:
        dtype = getattr(value, "dtype", None) if isinstance(value, ops.Tensor) else None
        dtype = dtype or floatx()
    if hasattr(value, "tocoo"):
        raise ValueError("A variable can't be sparse.")
    made = make_variable(value, name=name, dtype=ops.as_dtype(dtype), constraint=constraint)
    made._uses_learning_phase = False
    return made


def is_variable(x: Any) -> bool:
    """Whether ``x`` is a variable."""
    return isinstance(x, ops.Variable)


def get_value(x: Any) -> Any:
    """The value of a variable or tensor, as an array."""
    if not isinstance(x, (ops.Variable, ops.Tensor)):
        return x
    return batch_get_value([x])[0]


def batch_get_value(tensors: Sequence[Any]) -> list[Any]:
    """The values of variables or tensors, as arrays."""
    if not tensors:
        return []
    with tensors[0].graph.as_default():
        session = get_session()
        plain = [_stored(session, t) for t in tensors]
        if all(value is not None for value in plain):
            return plain
        return session.run(list(tensors))


def _stored(session: BaseSession, variable: Any) -> Any:
    if not isinstance(variable, ops.Variable):
        return None
    value = session._state.snapshot(key_of(variable))
    return None if value is None else value[()] if value.ndim == 0 else value


def set_value(x: Any, value: Any) -> None:
    """Gives a variable a value."""
    batch_set_value([(x, value)])


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """Gives variables values."""
    if not tuples:
        return
    with tuples[0][0].graph.as_default():
        session = current_session()
        for variable, value in tuples:
            dtype = variable.dtype.base_dtype.as_numpy_dtype
            array = np.asarray(value, dtype=dtype)
            if not variable.shape.is_compatible_with(list(array.shape)):
                raise ValueError(
                    f"Cannot feed value of shape {array.shape} for Tensor '{variable.name}', "
                    f"which has shape '{variable.shape}'"
                )
            with session._state.lock:
                session._state.put(key_of(variable), compiler.on_device(array))


def count_params(x: Any) -> int:
    """The number of elements."""
    return int(np.prod([int(s) for s in x.shape.as_list()], dtype=np.int64))


def eval(x: Any) -> Any:  # noqa: A001 - Keras's name
    """The value of a tensor."""
    return get_value(x)


class Function:
    """``K.function``: computes outputs from inputs, and makes updates."""

    def __init__(self, inputs: Any, outputs: Any, updates: Any = None, name: Any = None,
                 feed_dict: Any = None, fetches: Any = None) -> None:  # fmt: skip
        self.inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        self._structure = outputs
        self._updates = []
        self._feed_dict = dict(feed_dict or {})
        self._fetches = list(fetches or [])
        for update in updates or []:
            if isinstance(update, tuple):
                variable, new = update
                self._updates.append(variable.assign(new).op)
            else:
                self._updates.append(update if not hasattr(update, "op") else update.op)
        self.name = name

    def __call__(self, inputs: Any = ()) -> Any:
        inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(inputs) != len(self.inputs):
            raise ValueError(f"{len(self.inputs)} inputs are wanted, got {len(inputs)}.")
        session = get_session()
        feeds = dict(self._feed_dict)
        for tensor, value in zip(self.inputs, inputs):
            if value is not None and not isinstance(tensor, int):
                feeds[tensor] = value
        values, _, _ = session.run([self._structure, self._updates, self._fetches], feeds)
        return values


def function(inputs: Any, outputs: Any, updates: Any = None, name: Any = None,
             **kwargs: Any) -> Function:  # fmt: skip
    """A function from lists of arrays to the values of ``outputs``.

    Args:
        inputs: placeholders (and the learning phase, if wanted).
        outputs: a tensor or nest of tensors.
        updates: operations, or pairs of a variable and its new value.
        name: a name.
        **kwargs: ``feed_dict`` and ``fetches``, as for ``tf.Session.run``.
    """
    unknown = set(kwargs) - {"feed_dict", "fetches", "options", "run_metadata"}
    if unknown:
        raise ValueError(
            f'Invalid argument "{sorted(unknown)[0]}" passed to K.function with TensorFlow backend'
        )
    return Function(inputs, outputs, updates, name, kwargs.get("feed_dict"), kwargs.get("fetches"))


def gradients(loss: Any, variables: Any) -> list[Any]:
    """The gradients of ``loss`` with respect to ``variables``."""
    return ops.gradients(loss, variables, colocate_gradients_with_ops=True)

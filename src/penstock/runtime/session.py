"""``tf.Session`` and ``tf.InteractiveSession``."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from penstock import protos
from penstock.graph import defaults, errors
from penstock.graph.graph import Graph
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.runtime import compiler
from penstock.runtime.feeds import feed_array, flatten_feeds
from penstock.runtime.fetches import Fetches
from penstock.runtime.plan import Plan
from penstock.runtime.state import SessionState

_PLANS = "plans"


class _Call:
    """One way of calling ``run``: a plan, and how to get from the call to it and back."""

    __slots__ = ("plan", "feeds", "rebuild", "single", "revision")

    def __init__(self, plan: Plan, feeds: Sequence[Tensor], fetches: Fetches, graph: Graph) -> None:
        self.plan = plan
        self.feeds = list(feeds)
        self.rebuild = fetches.rebuild
        self.revision = graph._revision


class BaseSession:
    """Runs operations of a graph and keeps the values of its variables.

    Args:
        target: '' (the only place there is: this process).
        graph: the graph; the default graph when left out.
        config: a ``tf.ConfigProto``.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        if graph is None:
            graph = defaults.get_default_graph()
        elif not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        if isinstance(target, bytes):
            target = target.decode()
        if not isinstance(target, str):
            raise TypeError(f"target must be a string, but got {type(target)}")
        if config is not None and not isinstance(config, protos.ConfigProto):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        self._graph = graph
        self._target = target
        self._config = config or protos.ConfigProto()
        self._soft = self._config.allow_soft_placement
        self._closed = False
        self._state = SessionState()
        self._calls: dict[Any, _Call] = {}
        self._lock = threading.Lock()
        self._entered: list[Any] = []

    # -- what it is ---------------------------------------------------------------------------
    @property
    def graph(self) -> Graph:
        """The graph whose operations this session runs."""
        return self._graph

    @property
    def graph_def(self) -> Any:
        """The graph as a ``GraphDef``."""
        return self._graph.as_graph_def()

    @property
    def sess_str(self) -> str:
        """The target, as TensorFlow calls it."""
        return self._target

    def list_devices(self) -> list[Any]:
        """The devices there are, as ``_DeviceAttributes``."""
        return [
            _DeviceAttributes(
                "/job:localhost/replica:0/task:0" + compiler.device_name(device),
                compiler.device_name(device).split(":")[1],
            )
            for device in compiler.available_devices()
        ]

    def close(self) -> None:
        """Frees the variables' memory and everything else the session holds."""
        if not self._closed:
            self._closed = True
            self._state.clear()
            self._calls.clear()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:  # at the interpreter's end, when even modules are gone
            pass

    def as_default(self) -> Any:
        """Makes this the default session in a ``with`` block (and doesn't close it after)."""
        return _default_scope(self)

    # -- running ------------------------------------------------------------------------------
    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """Runs what ``fetches`` need, once, and returns their values.

        Args:
            fetches: a tensor, operation, name, or any nest of lists, tuples, dictionaries and
                named tuples of these.
            feed_dict: from tensors to the values to use in their place (numbers, lists, arrays).
            options: a ``tf.RunOptions``.
            run_metadata: a ``tf.RunMetadata`` to fill.

        Returns:
            The values in the form of ``fetches``: NumPy arrays or scalars; ``None`` for an
            operation.

        Raises:
            RuntimeError: when the session is closed.
            TypeError, ValueError: for fetches or feeds that don't make sense.
            OpError: when an operation fails; the variables then have their old values.
        """
        if feed_dict:
            key: Any = (_key(fetches), *feed_dict)
        else:
            key = _key(fetches)
        try:
            call = self._calls.get(key)
        except TypeError:
            call = None
        if call is None or call.revision != self._graph._revision:
            call, values = self._new_call(key, fetches, feed_dict)
        elif feed_dict:
            values = [feed_array(t, v) for t, v in zip(call.feeds, feed_dict.values())]
        else:
            values = []
        if options is not None or run_metadata is not None:
            from penstock.runtime.tracing import run_traced

            return call.rebuild(run_traced(call.plan, self, values, options, run_metadata))
        return call.rebuild(call.plan.run(self._state, values, self))

    def _new_call(self, key: Any, fetches: Any, feed_dict: Any) -> tuple[_Call, list[Any]]:
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        graph = self._graph
        if graph.version == 0:
            raise RuntimeError(
                "The Session graph is empty.  Add operations to the graph before calling run()."
            )
        fed = flatten_feeds(graph, feed_dict) if feed_dict else {}
        flattened = Fetches(graph, fetches)
        values = [feed_array(tensor, value) for tensor, value in fed.items()]
        feeds = list(fed)
        plan = self._plan(list(flattened.tensors), list(flattened.operations), feeds)
        call = _Call(plan, feeds, flattened, graph)
        if feeds == list(feed_dict or ()):
            with contextlib.suppress(TypeError):
                self._calls[key] = call
        return call, values

    def _plan(
        self, tensors: list[Tensor], operations: list[Operation], feeds: list[Tensor]
    ) -> Plan:
        """The plan for these fetches and feeds, shared by all sessions of the graph."""
        graph = self._graph
        with graph._lock:
            plans = graph._cache.setdefault(_PLANS, {})
            key = (graph._revision, tuple(tensors), tuple(operations), tuple(feeds))
            plan = plans.get(key)
            if plan is None:
                plan = plans[key] = Plan(tensors, operations, feeds)
        if not self._soft:
            for op in plan.operations:
                if op.device:
                    compiler.check_device(op, False)
        return plan

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """A function that runs ``fetches``, its arguments being the values of ``feed_list``.

        Args:
            fetches: as for ``run``.
            feed_list: the tensors that the arguments feed, in order.
            accept_options: the function takes ``options`` and ``run_metadata`` too.
        """
        if feed_list is not None and not isinstance(feed_list, (list, tuple)):
            raise TypeError("`feed_list` must be a list or tuple.")
        feeds = [self._graph.as_graph_element(f, allow_operation=False) for f in feed_list or ()]
        flattened = Fetches(self._graph, fetches)
        plan = self._plan(list(flattened.tensors), list(flattened.operations), feeds)

        def call(*arguments: Any, **keywords: Any) -> Any:
            if self._closed:
                raise errors.CancelledError(None, None, "Session has been closed.")
            if len(arguments) != len(feeds):
                raise ValueError(f"{len(feeds)} values are wanted, got {len(arguments)}")
            values = [feed_array(t, v) for t, v in zip(feeds, arguments)]
            options = keywords.get("options")
            metadata = keywords.get("run_metadata")
            if accept_options and (options is not None or metadata is not None):
                from penstock.runtime.tracing import run_traced

                return flattened.rebuild(run_traced(plan, self, values, options, metadata))
            return flattened.rebuild(plan.run(self._state, values, self))

        return call


class _DeviceAttributes:
    """A device as ``Session.list_devices`` describes it."""

    def __init__(self, name: str, device_type: str) -> None:
        self._name = name
        self._device_type = device_type

    @property
    def name(self) -> str:
        """The full device name."""
        return self._name

    @property
    def device_type(self) -> str:
        """``CPU``, ``GPU`` or ``TPU``."""
        return self._device_type

    @property
    def memory_limit_bytes(self) -> int:
        """0: the XLA runtime manages memory itself."""
        return 0

    @property
    def incarnation(self) -> int:
        """0: devices don't restart within a process."""
        return 0

    def __repr__(self) -> str:
        return f"_DeviceAttributes({self._name}, {self._device_type}, 0, 0)"


def _key(fetches: Any) -> Any:
    """A hashable stand-in for a nest of fetches."""
    kind = type(fetches)
    if kind is list:
        return ("list", *[_key(f) for f in fetches])
    if kind is tuple:
        return ("tuple", *[_key(f) for f in fetches])
    if kind is dict:
        return ("dict", *[(k, _key(f)) for k, f in fetches.items()])
    if isinstance(fetches, tuple):
        return (kind, *[_key(f) for f in fetches])
    return fetches


@contextlib.contextmanager
def _default_scope(session: BaseSession) -> Iterator[BaseSession]:
    defaults.push_session(session)
    try:
        yield session
    finally:
        defaults.pop_session(session)


class Session(BaseSession):
    """Runs operations of a graph and keeps the values of its variables.

    ``with tf.Session() as sess:`` makes it the default session and closes it afterwards.

    Args:
        target: '' (the only place there is: this process).
        graph: the graph; the default graph when left out.
        config: a ``tf.ConfigProto``.
    """

    def __enter__(self) -> Session:
        graph_scope = self._graph.as_default()
        graph_scope.__enter__()
        defaults.push_session(self)
        self._entered.append(graph_scope)
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        defaults.pop_session(self)
        self._entered.pop().__exit__(kind, value, traceback)
        self.close()

    @staticmethod
    def reset(target: str, containers: Any = None, config: Any = None) -> None:
        """Does nothing: each session here owns its state, and closing it frees that."""


class InteractiveSession(BaseSession):
    """A session that makes itself the default, for shells and notebooks.

    Args:
        target: '' (the only place there is: this process).
        graph: the graph; the default graph when left out.
        config: a ``tf.ConfigProto``.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._graph_scope: Any = None
        if graph is not None:
            self._graph_scope = graph.as_default()
            self._graph_scope.__enter__()
        defaults.push_session(self)

    def close(self) -> None:
        """Closes the session and ends its time as the default."""
        if not self._closed:
            defaults.pop_session(self)
            if getattr(self, "_graph_scope", None) is not None:
                with contextlib.suppress(AssertionError):
                    self._graph_scope.__exit__(None, None, None)
                self._graph_scope = None
        super().close()

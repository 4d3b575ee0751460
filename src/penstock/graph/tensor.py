"""``tf.Tensor``: one output of an operation; and the composite ``IndexedSlices``/``SparseTensor``
live beside it in ``graph/composite.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penstock.graph.dtypes import DType
from penstock.graph.errors import OperatorNotAllowedInGraphError
from penstock.graph.shapes import TensorShape, as_shape, merged_shape

if TYPE_CHECKING:
    from penstock.graph.graph import Graph
    from penstock.graph.operation import Operation


class Tensor:
    """A value that an operation will give when a session runs it.

    A tensor holds no numbers: it names output ``value_index`` of ``op``, and knows its ``dtype``
    and what is known of its ``shape``.  Arithmetic on it builds further operations.
    """

    __slots__ = ("_op", "_value_index", "_dtype", "_shape", "_consumers", "_name", "__weakref__",
                 "__dict__")  # fmt: skip
    __array_priority__ = 100
    OVERLOADABLE_OPERATORS = frozenset(
        f"__{name}__"
        for name in (
            "add radd sub rsub mul rmul div rdiv truediv rtruediv floordiv rfloordiv mod rmod "
            "lt le gt ge ne eq and rand or ror xor rxor getitem pow rpow invert neg abs matmul "
            "rmatmul"
        ).split()
    )

    def __init__(self, op: Operation, value_index: int, dtype: DType) -> None:
        self._op = op
        self._value_index = value_index
        self._dtype = dtype
        self._shape: TensorShape = _UNKNOWN
        self._consumers: list[Operation] = []
        self._name: str | None = None

    @property
    def op(self) -> Operation:
        """The operation that gives this tensor."""
        return self._op

    @property
    def value_index(self) -> int:
        """Which of the operation's outputs this is."""
        return self._value_index

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._dtype

    @property
    def graph(self) -> Graph:
        """The graph that holds the operation."""
        return self._op.graph

    @property
    def name(self) -> str:
        """The tensor's name, such as ``'Const:0'``."""
        return f"{self._op.name}:{self._value_index}"

    @property
    def device(self) -> str:
        """The device that the operation was assigned to."""
        return self._op.device

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape."""
        return self._shape

    def get_shape(self) -> TensorShape:
        """What is known of the shape."""
        return self._shape

    @property
    def _shape_tuple(self) -> tuple[int | None, ...] | None:
        return self._shape.sizes

    def _rank(self) -> int | None:
        return self._shape.ndims

    def set_shape(self, shape: Any) -> None:
        """Adds what the caller knows of the shape.

        Raises:
            ValueError: when ``shape`` can't be the tensor's shape.
        """
        self._shape = merged_shape(self._shape, as_shape(shape))

    def experimental_ref(self) -> Tensor:
        """Something that stands for this tensor in sets and dictionaries: itself."""
        return self

    def consumers(self) -> list[Operation]:
        """The operations that take this tensor as an input."""
        return list(dict.fromkeys(self._consumers))

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Runs what this tensor needs and returns its value as a NumPy array.

        Args:
            feed_dict: values to feed, as for ``Session.run``.
            session: the session; the default session when left out.
        """
        return self.graph._default_session(session, "evaluate tensor").run(self, feed_dict)

    def _as_node_def_input(self) -> str:
        return self._op.name if self._value_index == 0 else self.name

    def _as_tf_output(self) -> Tensor:
        return self

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def _repr_html_(self) -> str:
        from penstock.graph.display import tensor_html

        return tensor_html(self)

    def _repr_svg_(self) -> str:
        from penstock.graph.display import tensor_svg

        return tensor_svg(self)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __str__(self) -> str:
        shape = "" if self._shape.ndims is None else f", shape={self._shape}"
        device = f", device={self.device}" if self.device else ""
        return f'Tensor("{self.name}"{shape}, dtype={self._dtype.name}{device})'

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={self._shape} dtype={self._dtype.name}>"

    def __iter__(self) -> Any:
        raise OperatorNotAllowedInGraphError(
            "iterating over `tf.Tensor` is not allowed in Graph execution. Use Eager execution or "
            f"decorate this function with @tf.function.\n(The tensor is {self.name}; tf.unstack "
            "and tf.map_fn go through its slices.)"
        )

    def __len__(self) -> int:
        raise TypeError(f"len is not well defined for symbolic Tensors. ({self.name}) Please call "
                        "`x.shape` rather than `len(x)` for shape information.")  # fmt: skip

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array: run it in a "
            "session, or call `eval()`."
        )

    def __bool__(self) -> bool:
        raise OperatorNotAllowedInGraphError(
            "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution. Use Eager "
            f"execution or decorate this function with @tf.function.\n(The tensor is {self.name}; "
            "use `if t is not None:` to test if it is there, and tf.cond to decide by its value.)"
        )

    __nonzero__ = __bool__

    @staticmethod
    def _override_operator(operator: str, function: Any) -> None:
        setattr(Tensor, operator, function)

    if TYPE_CHECKING:
        # The operators are put here by ops/operators.py; this is what type checkers see.
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __div__(self, other: Any) -> Tensor: ...
        def __rdiv__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __getitem__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...


_UNKNOWN = TensorShape(None)

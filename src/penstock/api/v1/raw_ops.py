"""``tf.raw_ops``: one function for each operation type, with keyword arguments only."""

from penstock.graph.generated import operation_names as _operation_names
from penstock.graph.generated import raw_function as _raw_function
from penstock.compat.missing import namespace_getattr as _namespace_getattr

_missing = _namespace_getattr(__name__)


def __getattr__(name: str) -> object:
    return (None if name.startswith("_") else _raw_function(name)) or _missing(name)


def __dir__() -> list[str]:
    return list(_operation_names())

"""How collections of a graph become protocol buffers, and back.

``register_proto_function("variables", VariableDef, to_proto, from_proto)`` says how the items of a
collection are written into a ``MetaGraphDef`` and read from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class CollectionForm(NamedTuple):
    """How the items of one collection are written and read."""

    proto_type: Any
    to_proto: Callable[..., Any]
    from_proto: Callable[..., Any]


_FORMS: dict[str, CollectionForm] = {}


def register_proto_function(
    collection_name: str, proto_type: Any = None, to_proto: Any = None, from_proto: Any = None
) -> None:
    """Registers how a collection's items are written and read.

    Args:
        collection_name: the collection.
        proto_type: the message class of an item.
        to_proto: from an item (and ``export_scope=``) to a message.
        from_proto: from a message (and ``import_scope=``) to an item.

    Raises:
        TypeError: when one of the functions can't be called.
    """
    if to_proto is not None and not callable(to_proto):
        raise TypeError("to_proto must be callable.")
    if from_proto is not None and not callable(from_proto):
        raise TypeError("from_proto must be callable.")
    _FORMS[collection_name] = CollectionForm(proto_type, to_proto, from_proto)


def collection_form(collection_name: str) -> CollectionForm | None:
    """The form registered for a collection, or ``None``."""
    return _FORMS.get(collection_name)


def get_collection_proto_type(collection_name: str) -> Any:
    """The message class registered for a collection, or ``None``."""
    form = _FORMS.get(collection_name)
    return form.proto_type if form else None


def get_to_proto_function(collection_name: str) -> Any:
    """The function registered to write a collection's items, or ``None``."""
    form = _FORMS.get(collection_name)
    return form.to_proto if form else None


def get_from_proto_function(collection_name: str) -> Any:
    """The function registered to read a collection's items, or ``None``."""
    form = _FORMS.get(collection_name)
    return form.from_proto if form else None

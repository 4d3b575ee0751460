"""Nested structures: lists, tuples, named tuples and dictionaries with values as their leaves.

The rules are those of ``tf.nest``: dictionaries count in the order of their sorted keys, strings
and arrays are leaves.  With ``expand_composites=True`` a ``SparseTensor`` or ``IndexedSlices``
counts as the sequence of its parts.
"""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from penstock.graph.tensor import Tensor

_ATTRS = "__attrs_attrs__"


def _is_mapping(value: Any) -> bool:
    return isinstance(value, collections.abc.Mapping)


def _is_attrs(value: Any) -> bool:
    return hasattr(type(value), _ATTRS)


def is_namedtuple(value: Any) -> bool:
    """True for an instance of a ``collections.namedtuple`` class."""
    fields = getattr(value, "_fields", None)
    return isinstance(value, tuple) and isinstance(fields, collections.abc.Sequence)


def is_sequence(structure: Any) -> bool:
    """True for a list, tuple, named tuple or dictionary; false for a string, array or tensor."""
    if isinstance(structure, (list, tuple, dict)):
        return True
    if isinstance(structure, (str, bytes, Tensor)):
        return False
    if isinstance(structure, (collections.abc.Mapping, collections.abc.MappingView)):
        return True
    return isinstance(structure, collections.abc.Sequence) or _is_attrs(structure)


def is_nested(seq: Any) -> bool:
    """``is_sequence`` under its public name."""
    return is_sequence(seq)


def is_composite(value: Any) -> bool:
    """True for a value made of several tensors."""
    from penstock.graph.composite import IndexedSlices, SparseTensor

    return isinstance(value, (IndexedSlices, SparseTensor)) or hasattr(value, "_composite_parts")


def is_sequence_or_composite(structure: Any) -> bool:
    """True for what ``is_sequence`` or ``is_composite`` accepts."""
    return is_sequence(structure) or is_composite(structure)


def _composite_parts(value: Any) -> list[Any]:
    from penstock.graph.composite import IndexedSlices, SparseTensor

    if isinstance(value, SparseTensor):
        return [value.indices, value.values, value.dense_shape]
    if isinstance(value, IndexedSlices):
        parts = [value.values, value.indices]
        return parts if value.dense_shape is None else [*parts, value.dense_shape]
    return list(value._composite_parts())


def _composite_of(value: Any, parts: Sequence[Any]) -> Any:
    from penstock.graph.composite import IndexedSlices, SparseTensor

    if isinstance(value, (SparseTensor, IndexedSlices)):
        return type(value)(*parts)
    return value._with_composite_parts(parts)


def _tests(expand_composites: bool) -> Callable[[Any], bool]:
    return is_sequence_or_composite if expand_composites else is_sequence


def _items(structure: Any) -> list[tuple[Any, Any]]:
    """The (key, value) pairs of one level, in the order in which they are counted."""
    if _is_mapping(structure):
        try:
            keys = sorted(structure)
        except TypeError:
            raise TypeError("nest only supports dicts with sortable keys.") from None
        return [(key, structure[key]) for key in keys]
    if is_namedtuple(structure):
        return list(zip(structure._fields, structure, strict=True))
    if _is_attrs(structure):
        return [(a.name, getattr(structure, a.name)) for a in getattr(type(structure), _ATTRS)]
    if not is_sequence(structure):
        return list(enumerate(_composite_parts(structure)))
    return list(enumerate(structure))


def _rebuilt(instance: Any, values: Sequence[Any]) -> Any:
    """A structure of the kind of ``instance`` with ``values`` on its first level."""
    if _is_mapping(instance):
        by_key = dict(zip(sorted(instance), values, strict=True))
        ordered = [(key, by_key[key]) for key in instance]
        if isinstance(instance, collections.defaultdict):
            return collections.defaultdict(instance.default_factory, ordered)
        kind: Any = type(instance)
        return kind(ordered) if kind is not dict else dict(ordered)
    if isinstance(instance, collections.abc.MappingView):
        return list(values)
    if is_namedtuple(instance) or _is_attrs(instance):
        return type(instance)(*values)
    if not is_sequence(instance):
        return _composite_of(instance, values)
    if isinstance(instance, range):
        return list(values)
    return type(instance)(values)  # type: ignore[call-arg]


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves of ``structure``; ``[structure]`` when it is a leaf itself."""
    result: list[Any] = []
    _flatten_into(structure, _tests(expand_composites), result)
    return result


def _flatten_into(structure: Any, nested: Callable[[Any], bool], result: list[Any]) -> None:
    if not nested(structure):
        result.append(structure)
        return
    for _, value in _items(structure):
        _flatten_into(value, nested, result)


def pack_sequence_as(
    structure: Any, flat_sequence: Sequence[Any], expand_composites: bool = False
) -> Any:
    """The leaves ``flat_sequence`` put into a structure like ``structure``.

    Raises:
        TypeError: when ``flat_sequence`` is no sequence.
        ValueError: when the number of leaves differs.
    """
    nested = _tests(expand_composites)
    if not is_sequence(flat_sequence):
        raise TypeError("flat_sequence must be a sequence")
    if not nested(structure):
        if len(flat_sequence) != 1:
            raise ValueError(
                f"Structure is a scalar but len(flat_sequence) == {len(flat_sequence)} > 1"
            )
        return flat_sequence[0]
    leaves = list(flat_sequence)
    wanted = len(flatten(structure, expand_composites))
    if wanted != len(leaves):
        raise ValueError(
            f"Could not pack sequence. Structure had {wanted} elements, but flat_sequence had "
            f"{len(leaves)} elements.  Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return _pack(structure, iter(leaves), nested)


def _pack(structure: Any, leaves: Iterator[Any], nested: Callable[[Any], bool]) -> Any:
    if not nested(structure):
        return next(leaves)
    return _rebuilt(structure, [_pack(value, leaves, nested) for _, value in _items(structure)])


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """``func`` applied to the leaves of one or several structures of one shape.

    Args:
        func: called with one leaf of each structure.
        *structure: the structures.
        check_types: when false, lists and tuples (say) may stand for each other.
        expand_composites: go into ``SparseTensor`` and ``IndexedSlices``.

    Returns:
        A structure like the first one.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    expand_composites = kwargs.pop("expand_composites", False)
    if kwargs:
        raise ValueError(
            "Only valid keyword arguments are `check_types` and `expand_composites`, not: "
            f"`{'`, `'.join(kwargs)}`"
        )
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types, expand_composites)
    flat = [flatten(each, expand_composites) for each in structure]
    return pack_sequence_as(
        structure[0], [func(*leaves) for leaves in zip(*flat, strict=True)], expand_composites
    )


def _described(value: Any) -> str:
    return f"type={type(value).__name__} str={value}"


class _Difference(Exception):
    """Two structures differ; ``kind`` is the error class that says so."""

    def __init__(self, kind: type[Exception], message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _compare(first: Any, second: Any, check_types: bool, nested: Callable[[Any], bool]) -> None:
    first_nested, second_nested = nested(first), nested(second)
    if first_nested != second_nested:
        deep, shallow = (first, second) if first_nested else (second, first)
        raise _Difference(
            ValueError,
            f'Substructure "{_described(deep)}" is a sequence, while substructure '
            f'"{_described(shallow)}" is not',
        )
    if not first_nested:
        return
    if check_types:
        _compare_types(first, second)
    ours, theirs = _items(first), _items(second)
    if _is_mapping(first) and _is_mapping(second):
        keys, other_keys = [k for k, _ in ours], [k for k, _ in theirs]
        if keys != other_keys:
            raise _Difference(
                ValueError,
                "The two dictionaries don't have the same set of keys. First structure has keys "
                f"{_described(keys)}, while second structure has keys {_described(other_keys)}",
            )
    if len(ours) != len(theirs):
        raise _Difference(
            ValueError,
            "The two structures don't have the same number of elements. First structure: "
            f"{_described(first)}. Second structure: {_described(second)}",
        )
    for (_, left), (_, right) in zip(ours, theirs, strict=True):
        _compare(left, right, check_types, nested)


def _compare_types(first: Any, second: Any) -> None:
    if type(first) is type(second) or (_is_mapping(first) and _is_mapping(second)):
        return
    if is_namedtuple(first) and is_namedtuple(second):
        same_name = type(first).__name__ == type(second).__name__
        if same_name and first._fields == second._fields:
            return
    elif isinstance(first, type(second)) or isinstance(second, type(first)):
        return
    raise _Difference(
        TypeError,
        "The two namedtuples don't have the same sequence type. First structure "
        f"{_described(first)} has type {type(first).__name__}, while second structure "
        f"{_described(second)} has type {type(second).__name__}",
    )


class _Dot:
    def __repr__(self) -> str:
        return "."


def assert_same_structure(
    nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raises unless two structures are nested alike.

    Raises:
        ValueError: when they have different numbers of elements or different keys.
        TypeError: with ``check_types``, when sequences differ in type.
    """
    nested = _tests(expand_composites)
    try:
        _compare(nest1, nest2, check_types, nested)
    except _Difference as difference:
        dots = [
            map_structure(lambda _: _Dot(), each, expand_composites=expand_composites)
            for each in (nest1, nest2)
        ]
        raise difference.kind(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: {_described(nest1)}\n\nSecond structure: {_described(nest2)}\n\n"
            f"More specifically: {difference}\nEntire first structure:\n{dots[0]}\n"
            f"Entire second structure:\n{dots[1]}"
        ) from None


# -- only the outer part of a structure ------------------------------------------------------------
def assert_shallow_structure(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raises unless ``shallow_tree`` is nested like the outer part of ``input_tree``.

    Raises:
        TypeError: when a leaf or another sequence type stands where a sequence should.
        ValueError: when lengths or keys differ.
    """
    nested = _tests(expand_composites)
    if not nested(shallow_tree):
        return
    if not nested(input_tree):
        raise TypeError(
            "If shallow structure is a sequence, input must also be a sequence. Input has type: "
            f"{type(input_tree)}."
        )
    both_maps = _is_mapping(shallow_tree) and _is_mapping(input_tree)
    if check_types and not isinstance(input_tree, type(shallow_tree)) and not both_maps:
        alike = is_namedtuple(shallow_tree) and is_namedtuple(input_tree)
        alike = alike and type(shallow_tree).__name__ == type(input_tree).__name__
        if not (alike and shallow_tree._fields == input_tree._fields):
            raise TypeError(
                "The two structures don't have the same sequence type. Input structure has type "
                f"{type(input_tree)}, while shallow structure has type {type(shallow_tree)}."
            )
    shallow_items, input_items = _items(shallow_tree), _items(input_tree)
    if len(shallow_items) != len(input_items):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{len(input_items)}, while shallow structure has length {len(shallow_items)}."
        )
    if both_maps:
        missing = sorted(set(shallow_tree) - set(input_tree))
        if missing:
            raise ValueError(
                "The shallow_tree's keys are not a subset of the input_tree's keys. The "
                f"shallow_tree has the following keys that are not in the input_tree: {missing}."
            )
    for (_, shallow), (_, deep) in zip(shallow_items, input_items, strict=True):
        assert_shallow_structure(shallow, deep, check_types, expand_composites)


def _up_to(
    shallow: Any, deep: Any, nested: Callable[[Any], bool], path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """(path, subtree) for each leaf of ``shallow``."""
    if not nested(shallow):
        yield path, deep
        return
    for (key, left), (_, right) in zip(_items(shallow), _items(deep), strict=True):
        yield from _up_to(left, right, nested, (*path, key))


def flatten_up_to(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> list[Any]:
    """The parts of ``input_tree`` that stand where ``shallow_tree`` has its leaves."""
    assert_shallow_structure(shallow_tree, input_tree, check_types, expand_composites)
    return [v for _, v in _up_to(shallow_tree, input_tree, _tests(expand_composites))]


def flatten_with_tuple_paths_up_to(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> list[tuple[tuple[Any, ...], Any]]:
    """``flatten_up_to`` with the path (a tuple of keys) of each part."""
    assert_shallow_structure(shallow_tree, input_tree, check_types, expand_composites)
    return list(_up_to(shallow_tree, input_tree, _tests(expand_composites)))


def map_structure_up_to(
    shallow_tree: Any, func: Callable[..., Any], *inputs: Any, **kwargs: Any
) -> Any:
    """``func`` applied to the parts of ``inputs`` where ``shallow_tree`` has its leaves."""
    return map_structure_with_tuple_paths_up_to(
        shallow_tree, lambda _, *values: func(*values), *inputs, **kwargs
    )


def map_structure_with_tuple_paths_up_to(
    shallow_tree: Any, func: Callable[..., Any], *inputs: Any, **kwargs: Any
) -> Any:
    """``map_structure_up_to`` whose ``func`` takes the path first."""
    if not inputs:
        raise ValueError("Cannot map over no sequences")
    check_types = kwargs.pop("check_types", True)
    expand_composites = kwargs.pop("expand_composites", False)
    for tree in inputs:
        assert_shallow_structure(shallow_tree, tree, check_types, expand_composites)
    nested = _tests(expand_composites)
    flat = [list(_up_to(shallow_tree, tree, nested)) for tree in inputs]
    results = [
        func(entries[0][0], *(value for _, value in entries)) for entries in zip(*flat, strict=True)
    ]
    return pack_sequence_as(shallow_tree, results, expand_composites)


def flatten_with_tuple_paths(
    structure: Any, expand_composites: bool = False
) -> list[tuple[tuple[Any, ...], Any]]:
    """(path, leaf) pairs; a path is a tuple of keys."""
    return list(_up_to(structure, structure, _tests(expand_composites)))


def yield_flat_paths(nest: Any, expand_composites: bool = False) -> Iterator[tuple[Any, ...]]:
    """The path of each leaf."""
    for path, _ in _up_to(nest, nest, _tests(expand_composites)):
        yield path


def flatten_with_joined_string_paths(
    structure: Any, separator: str = "/", expand_composites: bool = False
) -> list[tuple[str, Any]]:
    """(path, leaf) pairs; a path is its keys joined with ``separator``."""
    pairs = flatten_with_tuple_paths(structure, expand_composites)
    return [(separator.join(str(key) for key in path), value) for path, value in pairs]


def map_structure_with_tuple_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """``map_structure`` whose ``func`` takes the path (a tuple of keys) first."""
    return map_structure_with_tuple_paths_up_to(structure[0], func, *structure, **kwargs)


def map_structure_with_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """``map_structure`` whose ``func`` takes the path (keys joined with '/') first."""

    def with_text(path: tuple[Any, ...], *values: Any) -> Any:
        return func("/".join(str(key) for key in path), *values)

    return map_structure_with_tuple_paths_up_to(structure[0], with_text, *structure, **kwargs)


def get_traverse_shallow_structure(
    traverse_fn: Callable[[Any], Any], structure: Any, expand_composites: bool = False
) -> Any:
    """A shallow structure, true or false at its leaves, that goes where ``traverse_fn`` says.

    Args:
        traverse_fn: takes a substructure; says whether to go into it, by one truth value or by a
            structure of truth values for its parts.
    """
    answer = traverse_fn(structure)
    nested = _tests(expand_composites)
    if not nested(structure):
        if not isinstance(answer, bool):
            raise TypeError(f"traverse_fn returned structure: {answer} for non-structure: "
                            f"{structure}")  # fmt: skip
        return answer
    parts = [value for _, value in _items(structure)]
    if isinstance(answer, bool):
        if not answer:
            return False
        choices = [True] * len(parts)
    else:
        assert_shallow_structure(answer, structure, expand_composites=expand_composites)
        choices = [value for _, value in _items(answer)]
    found = [
        get_traverse_shallow_structure(traverse_fn, part, expand_composites) if choice else False
        for part, choice in zip(parts, choices, strict=True)
    ]
    return _rebuilt(structure, found)


def flatten_dict_items(dictionary: Any) -> dict[Any, Any]:
    """A dictionary whose keys and values may be structures, with one entry for each leaf.

    Raises:
        TypeError: when it is no dictionary.
        ValueError: when a key and its value differ in structure, or a key repeats.
    """
    if not isinstance(dictionary, (dict, collections.abc.Mapping)):
        raise TypeError("input must be a dictionary")
    result: dict[Any, Any] = {}
    for key, value in dictionary.items():
        keys, values = [key], [value]
        if is_sequence(key):
            keys, values = flatten(key), flatten(value)
            if len(keys) != len(values):
                raise ValueError(
                    f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                    f"{len(values)} elements. Key: {keys}, value: {values}."
                )
        for each, leaf in zip(keys, values, strict=True):
            if each in result:
                raise ValueError(f"Could not flatten dictionary: key {each} is not unique.")
            result[each] = leaf
    return result

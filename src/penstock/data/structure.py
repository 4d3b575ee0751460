"""The structure of a dataset's elements: nests of tensors, sparse tensors and datasets.

A nest is made of tuples, named tuples and dictionaries; a list is no nest but a tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor


def is_nest(value: Any) -> bool:
    """Whether a value is a tuple or dictionary (and no sparse tensor)."""
    return isinstance(value, (tuple, Mapping)) and not isinstance(value, SparseTensorValue)


def flatten(value: Any) -> list[Any]:
    """The leaves of a nest; dictionaries in the order of their sorted keys."""
    if isinstance(value, Mapping):
        return [leaf for key in sorted(value) for leaf in flatten(value[key])]
    if is_nest(value):
        return [leaf for item in value for leaf in flatten(item)]
    return [value]


def pack_like(structure: Any, leaves: list[Any]) -> Any:
    """A nest like ``structure`` with other leaves."""
    remaining = iter(leaves)

    def build(part: Any) -> Any:
        if isinstance(part, Mapping):
            made = {key: build(part[key]) for key in sorted(part)}
            ordered = [(key, made[key]) for key in part]
            try:
                return type(part)(ordered)  # type: ignore[call-arg]
            except TypeError:
                return dict(ordered)
        if is_nest(part):
            items = [build(item) for item in part]
            return type(part)(*items) if hasattr(part, "_fields") else tuple(items)
        return next(remaining)

    return build(structure)


def map_leaves(function: Callable[..., Any], structure: Any, *others: Any) -> Any:
    """``function`` applied to the leaves of nests that are alike."""
    leaves = zip(flatten(structure), *(flatten(o) for o in others))
    return pack_like(structure, [function(*each) for each in leaves])


def map_up_to(function: Callable[..., Any], structure: Any, other: Any) -> Any:
    """``function`` of each leaf of ``structure`` and what ``other`` has in its place."""

    def walk(part: Any, beside: Any) -> list[Any]:
        if isinstance(part, Mapping):
            return [v for key in sorted(part) for v in walk(part[key], beside[key])]
        if is_nest(part):
            return [v for item, b in zip(part, beside) for v in walk(item, b)]
        return [function(part, beside)]

    return pack_like(structure, walk(structure, other))


class Spec:
    """What one leaf of an element is: its type, shape and class (``Tensor``, ``SparseTensor``
    or ``Dataset``).
    """

    def __init__(self, dtype: Any, shape: Any, kind: Any = Tensor, element: Any = None) -> None:
        self.dtype = as_dtype(dtype) if kind is not None and element is None else dtype
        self.shape = as_shape(shape)
        self.kind = kind
        self.element = element  # of a dataset: the nest of specs of its elements

    @property
    def flat_dtype(self) -> Any:
        """The type of the tensor that carries the leaf."""
        return self.dtype if self.kind is Tensor else dtypes.variant

    @property
    def flat_shape(self) -> TensorShape:
        """The shape of the tensor that carries the leaf."""
        if self.kind is Tensor:
            return self.shape
        return TensorShape([3]) if self.kind is SparseTensor else TensorShape([])

    def with_shape(self, shape: Any) -> Spec:
        """The same with another shape."""
        return Spec(self.dtype, shape, self.kind, self.element)


def spec_of(value: Any) -> Spec:
    """The spec of a tensor, sparse tensor or dataset."""
    if isinstance(value, SparseTensor):
        return Spec(value.dtype, value.shape, SparseTensor)
    if hasattr(value, "_variant_tensor"):
        return Spec(None, [], type(value).__mro__[-2], value.element_spec)
    return Spec(value.dtype.base_dtype, value.shape)


def leaf(value: Any, name: str) -> Any:
    """A value as a tensor, sparse tensor or dataset."""
    if isinstance(value, SparseTensorValue):
        return SparseTensor(*value)
    if isinstance(value, SparseTensor) or hasattr(value, "_variant_tensor"):
        return value
    return convert_to_tensor(value, name=name)


def to_tensors(value: Any) -> list[Tensor]:
    """The tensors that carry the leaves of a nest of tensors, sparse tensors and datasets."""
    found = []
    for each in flatten(value):
        if isinstance(each, SparseTensor):
            from penstock.ops.serialized_sparse import serialize_sparse

            found.append(serialize_sparse(each, out_type=dtypes.variant))
        elif hasattr(each, "_variant_tensor"):
            found.append(each._variant_tensor)
        else:
            found.append(each)
    return found


def from_tensors(specs: Any, tensors: list[Tensor]) -> Any:
    """The nest of tensors, sparse tensors and datasets that tensors carry."""
    made: list[Any] = []
    for spec, tensor in zip(flatten(specs), tensors):
        if spec.kind is Tensor:
            tensor.set_shape(spec.shape)
            made.append(tensor)
        elif spec.kind is SparseTensor:
            from penstock.ops.serialized_sparse import deserialize_sparse

            made.append(deserialize_sparse(tensor, dtype=spec.dtype, rank=spec.shape.ndims))
        else:
            from penstock.data.dataset import VariantDataset

            made.append(VariantDataset(tensor, spec.element))
    return pack_like(specs, made)


def types_of(specs: Any) -> Any:
    """The nest of types."""
    return map_leaves(lambda s: s.dtype if s.element is None else types_of(s.element), specs)


def shapes_of(specs: Any) -> Any:
    """The nest of shapes."""
    return map_leaves(lambda s: s.shape if s.element is None else shapes_of(s.element), specs)


def classes_of(specs: Any) -> Any:
    """The nest of classes."""
    return map_leaves(lambda s: s.kind, specs)


def flat_types(specs: Any) -> list[Any]:
    """The types of the tensors that carry an element."""
    return [s.flat_dtype for s in flatten(specs)]


def flat_shapes(specs: Any) -> list[TensorShape]:
    """The shapes of the tensors that carry an element."""
    return [s.flat_shape for s in flatten(specs)]


def specs_from(types: Any, shapes: Any = None, classes: Any = None) -> Any:
    """A nest of specs from nests of types, shapes and classes."""
    leaves = flatten(types)
    count = len(leaves)
    if shapes is None:
        shape_leaves: list[Any] = [None] * count
    else:
        shape_leaves = flatten(map_up_to(lambda _, s: [as_shape(s)], types, shapes))
        shape_leaves = [s[0] for s in shape_leaves]
    class_leaves = [Tensor] * count if classes is None else flatten(classes)
    return pack_like(types, [Spec(t, s, c) for t, s, c in zip(leaves, shape_leaves, class_leaves)])

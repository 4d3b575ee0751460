"""Variables in parts: ``PartitionedVariable``, the partitioners, and how the store makes parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor, register_tensor_conversion_function
from penstock.graph.dtypes import DType, as_dtype
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.variables import SaveSliceInfo


class PartitionInfo:
    """Which part of a larger variable an initializer works for.

    Args:
        full_shape: the shape of the whole. var_offset: where the part begins in each dimension.
    """

    def __init__(self, full_shape: Sequence[int], var_offset: Sequence[int]) -> None:
        if len(full_shape) != len(var_offset):
            raise ValueError(
                "Expected equal length, but `var_offset` is of length "
                f"{len(var_offset)} while full_shape is of length {len(full_shape)}."
            )
        self.full_shape = list(full_shape)
        self.var_offset = list(var_offset)


class PartitionedVariable:
    """A variable cut into parts along one dimension; converts to the whole tensor.

    Args:
        name: the name. shape: the whole shape. dtype: the type.
        variable_list: the parts. partitions: into how many each dimension is cut.
    """

    def __init__(self, name: str, shape: Any, dtype: Any, variable_list: list[Any],
                 partitions: Sequence[int]) -> None:  # fmt: skip
        if not isinstance(variable_list, (list, tuple)):
            raise TypeError(f"variable_list is not a list or tuple: {variable_list}")
        if not isinstance(partitions, (list, tuple)):
            raise TypeError(f"partitions is not a list or tuple: {partitions}")
        if not all(p >= 1 for p in partitions):
            raise ValueError(f"partition values must be positive: {partitions}")
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        self._name = name
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)
        self._variable_list = sorted(
            variable_list, key=lambda v: list(v._get_save_slice_info().var_offset)
        )
        self._partitions = list(partitions)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._variable_list)

    def __len__(self) -> int:
        return len(self._variable_list)

    def _axes(self) -> list[int]:
        if all(p == 1 for p in self._partitions):
            return [0]
        return [i for i, p in enumerate(self._partitions) if p > 1]

    def as_tensor(self) -> Tensor:
        """The parts put together."""
        from penstock.ops import arrays, joining

        with name_scope(None):
            if len(self._variable_list) == 1:
                return arrays.identity(self._variable_list[0], name=self._name)
            with name_scope(self._name + "/ConcatPartitions/"):
                whole = joining.concat(self._variable_list, self._axes()[0])
            return arrays.identity(whole, name=self._name)

    @property
    def name(self) -> str:
        """The name of the whole."""
        return self._name

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole."""
        return self._shape

    def get_shape(self) -> TensorShape:
        """The shape of the whole."""
        return self._shape

    def _get_variable_list(self) -> list[Any]:
        return self._variable_list

    def _get_partitions(self) -> list[int]:
        return self._partitions

    def _each(self, function: Callable[[Any, Any], Any], value: Any) -> list[Any]:
        """Calls ``function`` with each part and its part of ``value``."""
        from penstock.ops import joining

        if isinstance(value, (list, PartitionedVariable)):
            parts = list(value)
        else:
            axis = self._axes()[0]
            sizes = [variable.shape[axis].value for variable in self._variable_list]
            parts = joining.split(value, sizes, axis=axis)
        return [function(v, p) for v, p in zip(self._variable_list, parts, strict=True)]

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None,
               read_value: bool = True) -> list[Any]:  # fmt: skip
        """Assigns each part its part of ``value``; returns the assignments."""
        ops = self._each(lambda v, p: v.assign(p, use_locking=use_locking, name=name), value)
        return ops if read_value else [op.op for op in ops]

    def assign_add(self, value: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> list[Any]:  # fmt: skip
        """Adds to each part its part of ``value``; returns the assignments."""
        ops = self._each(lambda v, p: v.assign_add(p, use_locking=use_locking, name=name), value)
        return ops if read_value else [op.op for op in ops]

    def assign_sub(self, value: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> list[Any]:  # fmt: skip
        """Subtracts from each part its part of ``value``; returns the assignments."""
        ops = self._each(lambda v, p: v.assign_sub(p, use_locking=use_locking, name=name), value)
        return ops if read_value else [op.op for op in ops]


def _convert(value: PartitionedVariable, dtype: Any = None, name: str | None = None,
             as_ref: bool = False) -> Tensor:  # fmt: skip
    if dtype is not None and not as_dtype(dtype).is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{as_dtype(dtype).name}' for "
            f"variable of type '{value.dtype.name}'"
        )
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference.")
    return value.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _convert, 50)


# -- the variable store ---------------------------------------------------------------------------
def _partitions_of(partitioner: Callable[..., Any], shape: TensorShape, dtype: Any) -> list[int]:
    """Asks a partitioner and checks its answer."""
    if not shape.is_fully_defined():
        raise ValueError(
            f"Shape of a new partitioned variable must be fully defined, but instead was {shape}."
        )
    if shape.ndims < 1:  # type: ignore[operator]
        raise ValueError(f"A partitioned Variable must have rank at least 1, shape: {shape}")
    slicing = partitioner(shape=shape, dtype=dtype)
    if not isinstance(slicing, Sequence):
        raise ValueError(f"Partitioner must return a sequence, but saw: {slicing}")
    if len(slicing) != shape.ndims:
        raise ValueError(
            "Partitioner returned a partition list that does not match the Variable's rank: "
            f"{slicing} vs. {shape}"
        )
    if any(p < 1 for p in slicing):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {slicing}")
    if sum(p > 1 for p in slicing) > 1:
        raise ValueError(
            f"Can only slice a variable along one dimension: shape: {shape}, "
            f"partitioning: {slicing}"
        )
    return list(slicing)


def _parts(shape: list[int], partitions: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    """(offset, shape) of each part; the first ones are longer where it doesn't come out even."""
    axis = next((i for i, p in enumerate(partitions) if p > 1), 0)
    count = partitions[axis]
    smallest, longer = divmod(shape[axis], count)
    offset = [0] * len(shape)
    for i in range(count):
        sizes = list(shape)
        sizes[axis] = smallest + (i < longer)
        yield list(offset), sizes
        offset[axis] += sizes[axis]


def get_partitioned(store: Any, name: str, partitioner: Any, shape: Any, dtype: Any,
                    initializer: Any, reuse: Any, **arguments: Any) -> Any:  # fmt: skip
    """Gets or makes a partitioned variable in the variable store ``store``."""
    if name in store._vars:
        raise ValueError(
            "A partitioner was provided, but an unpartitioned version of the variable was found: "
            f"{name}.  Perhaps a variable of the same name was already created without "
            "partitioning?"
        )
    shape = as_shape(shape)
    if isinstance(initializer, Tensor):
        shape = shape.merge_with(initializer.get_shape())
    partitions = None
    if not reuse or partitioner:
        partitions = _partitions_of(partitioner, shape, dtype)
    if name in store._partitioned_vars:
        return _existing(store._partitioned_vars[name], name, shape, dtype, partitions, reuse)
    if reuse is True:
        raise ValueError(
            f"PartitionedVariable {name} does not exist, or was not created with "
            "tf.get_variable(). Did you mean to set reuse=False or reuse=tf.AUTO_REUSE in "
            "VarScope?"
        )
    assert partitions is not None
    variables = []
    whole = [int(size) for size in shape.as_list()]  # type: ignore[arg-type]
    for i, (offset, sizes) in enumerate(_parts(whole, partitions)):
        part_name = f"{name}/part_{i}"
        with name_scope(part_name + "/PartitionedInitializer"):
            made, part_shape, part_dtype = _initializer_of_part(
                initializer, name, shape, dtype, offset, sizes
            )
        with name_scope(None):
            variable = store.get_single(
                name=part_name,
                shape=part_shape,
                dtype=part_dtype,
                initializer=made,
                partition_info=PartitionInfo(whole, offset),
                reuse=reuse,
                **arguments,
            )
        variable._set_save_slice_info(SaveSliceInfo(name, whole, offset, sizes))
        variables.append(variable)
    result = PartitionedVariable(name, shape, dtype, variables, partitions)
    store._partitioned_vars[name] = result
    return result


def _initializer_of_part(initializer: Any, name: str, shape: TensorShape, dtype: Any,
                         offset: list[int], sizes: list[int]) -> tuple[Any, Any, Any]:  # fmt: skip
    from penstock.ops.slices import slice as slice_of
    from penstock.ops.variable_store import default_initializer

    if initializer is None:
        return default_initializer(name, shape, as_dtype(dtype)), sizes, dtype
    if callable(initializer) and not isinstance(initializer, Tensor):
        return initializer, sizes, dtype
    if not isinstance(initializer, Tensor):
        initializer = convert_to_tensor(initializer, dtype=dtype)
    part = slice_of(initializer, offset, sizes)
    return part, None, part.dtype.base_dtype


def _existing(found: PartitionedVariable, name: str, shape: TensorShape, dtype: Any,
              partitions: list[int] | None, reuse: Any) -> PartitionedVariable:  # fmt: skip
    if reuse is False:
        raise ValueError(
            f"Partitioned variable with name {name} already exists. Did you mean to set "
            "reuse=True or reuse=tf.AUTO_REUSE in VarScope?"
        )
    start = f"Trying to reuse partitioned variable {name}, but specified"
    if not shape.is_compatible_with(found.get_shape()):
        raise ValueError(f"{start} shape {shape} and found shape {found.get_shape()}.")
    dtype = as_dtype(dtype)
    if not dtype.is_compatible_with(found.dtype):
        raise ValueError(f"{start} dtype {dtype.name} and found dtype {found.dtype.name}.")
    if partitions is not None and found._get_partitions() != partitions:
        raise ValueError(
            f"{start} partitions {partitions} and found partitions {found._get_partitions()}."
        )
    return found


# -- partitioners ---------------------------------------------------------------------------------
def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Callable[..., list[int]]:
    """A partitioner that cuts ``axis`` into ``num_shards`` parts (or one for each element)."""

    def partitioner(shape: TensorShape, **unused: Any) -> list[int]:
        partitions = [1] * len(shape)
        partitions[axis] = min(num_shards, shape[axis].value)
        return partitions

    return partitioner


def _element_size(shape: Any, dtype: Any, bytes_per_string_element: int) -> int:
    if not isinstance(shape, TensorShape):
        raise ValueError(f"shape is not a TensorShape: {shape}")
    if not shape.is_fully_defined():
        raise ValueError(f"shape is not fully defined: {shape}")
    if not isinstance(dtype, DType):
        raise ValueError(f"dtype is not a DType: {dtype}")
    return bytes_per_string_element if dtype.base_dtype == dtypes.string else dtype.size


def variable_axis_size_partitioner(
    max_shard_bytes: int,
    axis: int = 0,
    bytes_per_string_element: int = 16,
    max_shards: int | None = None,
) -> Callable[..., list[int]]:
    """A partitioner that keeps parts along ``axis`` below a size.

    Args:
        max_shard_bytes: how large a part may be. axis: the dimension to cut.
        bytes_per_string_element: how large a string is taken to be.
        max_shards: how many parts there may be at most.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape: TensorShape, dtype: Any) -> list[int]:
        element = _element_size(shape, dtype, bytes_per_string_element)
        partitions = [1] * len(shape)
        length = shape[axis].value
        slice_bytes = shape.num_elements() / length * element  # type: ignore[operator]
        per_shard = max(1, math.floor(max_shard_bytes / slice_bytes))
        shards = math.ceil(length / per_shard)
        partitions[axis] = min(max_shards, shards) if max_shards else shards
        return partitions

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1,
    axis: int = 0,
    min_slice_size: int = 256 << 10,
    bytes_per_string_element: int = 16,
) -> Callable[..., list[int]]:
    """A partitioner that cuts ``axis`` into as many parts as are worth it.

    Args:
        max_partitions: how many parts there may be at most. axis: the dimension to cut.
        min_slice_size: how many bytes a part should have at least.
        bytes_per_string_element: how large a string is taken to be.
    """

    def partitioner(shape: TensorShape, dtype: Any) -> list[int]:
        if axis >= len(shape):
            raise ValueError(f"Can not partition variable along axis {axis} when shape is only "
                             f"{shape}")  # fmt: skip
        element = _element_size(shape, dtype, bytes_per_string_element)
        total = element * shape.num_elements()  # type: ignore[operator]
        partitions = [1] * len(shape)
        wanted = math.ceil(total / min_slice_size)
        partitions[axis] = max(1, min(shape[axis].value, max_partitions, wanted))
        return partitions

    return partitioner


def create_partitioned_variables(
    shape: Sequence[int],
    slicing: Sequence[int],
    initializer: Any,
    dtype: Any = dtypes.float32,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    name: str | None = None,
    reuse: Any = None,
) -> list[Any]:
    """The parts of a partitioned variable.

    Args:
        shape: the whole shape. slicing: into how many parts each dimension is cut.
        initializer: the initial value, or a function that makes it. dtype: the type.
        trainable: add the parts to ``TRAINABLE_VARIABLES``.
        collections: the collections to add them to. name: the variable scope.
        reuse: whether the parts exist already.
    """
    from penstock.ops.variable_scope import get_variable_scope, variable_scope
    from penstock.ops.variable_store import default_variable_store

    if len(shape) != len(slicing):
        raise ValueError(
            "The 'shape' and 'slicing' of a partitioned Variable must have the length: shape: "
            f"{shape}, slicing: {slicing}"
        )
    if len(shape) < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1: shape: {shape}")
    with variable_scope(name, "PartitionedVariable", reuse=reuse), name_scope(None):
        scope = get_variable_scope()
        return list(
            get_partitioned(
                default_variable_store(),
                name=scope.name,
                partitioner=lambda **unused: list(slicing),
                shape=shape,
                dtype=dtype,
                initializer=initializer,
                reuse=scope.reuse,
                trainable=trainable,
                collections=collections,
            )
        )

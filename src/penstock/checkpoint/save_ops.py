"""The operations that save tensors to checkpoints and restore them; all run on the host."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.checkpoint import files
from penstock.checkpoint.bundle_writer import BundleWriter, merge_bundles
from penstock.checkpoint.reader import CheckpointReader
from penstock.checkpoint.slices import parse_shape_and_slice
from penstock.checkpoint.v1 import V1Writer
from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.node_checks import described_type
from penstock.graph.operation import Operation
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import scalar_output


def _text(value: Any) -> str:
    item = np.asarray(value)[()]
    return item.decode("utf-8", "surrogateescape") if isinstance(item, bytes) else str(item)


def _texts(values: Any) -> list[str]:
    return [_text(value) for value in np.asarray(values).reshape(-1)]


def _string(text: str) -> np.ndarray:
    return np.array(text.encode("utf-8", "surrogateescape"), object)


def _invalid(op: Any, message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, op, message)


@contextlib.contextmanager
def _errors_of(op: Operation) -> Any:
    """Errors of the file formats, with the operation that met them."""
    try:
        yield
    except errors.OpError as error:
        if error.op is not None:
            raise
        raise type(error)(None, op, error.message) from None


def _check_lengths(op: Any, names: Sequence[str], *others: tuple[str, int]) -> None:
    for what, length in others:
        if length != len(names):
            raise _invalid(
                op, f"tensor_names and {what} do not match: {len(names)} vs. {length} elements"
            )


def _write(writer: Any, names: Sequence[str], slices: Sequence[str], tensors: Any) -> None:
    for name, spec, tensor in zip(names, slices, tensors, strict=True):
        if not spec:
            writer.add(name, tensor)
            continue
        try:
            shape, extents = parse_shape_and_slice(spec)
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        writer.add_slice(name, shape, extents, tensor)


@operation(
    "SaveV2",
    inputs="prefix: string, tensor_names: string, shape_and_slices: string, tensors: list(dtypes)",
    attrs="dtypes: list(type) >= 1",
    stateful=True,
)
class SaveV2:
    def host(
        prefix: Any, tensor_names: Any, shape_and_slices: Any, tensors: list[Any], *, op: Any
    ) -> None:
        names, slices = _texts(tensor_names), _texts(shape_and_slices)
        _check_lengths(op, names, ("tensors", len(tensors)), ("shape_and_slices", len(slices)))
        path = _text(prefix)
        with _errors_of(op):
            files.make_folder(os.path.dirname(path))
            with BundleWriter(path) as writer:
                _write(writer, names, slices, tensors)


@operation(
    "MergeV2Checkpoints",
    inputs="checkpoint_prefixes: string, destination_prefix: string",
    attrs="delete_old_dirs: bool = true",
    stateful=True,
)
class MergeV2Checkpoints:
    def host(
        checkpoint_prefixes: Any, destination_prefix: Any, *, op: Any, delete_old_dirs: bool
    ) -> None:
        prefixes = _texts(checkpoint_prefixes)
        merged = _text(destination_prefix)
        with _errors_of(op):
            files.make_folder(os.path.dirname(merged))
            merge_bundles(prefixes, merged)
        if not delete_old_dirs:
            return
        for folder in {os.path.dirname(prefix) for prefix in prefixes}:
            # Only a folder that is empty by now goes, and never that of the checkpoint itself.
            if folder and os.path.abspath(folder) != os.path.dirname(os.path.abspath(merged)):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)


def _save_v1(op: Any, filename: Any, names: Any, slices: Any, data: list[Any]) -> None:
    tensor_names = _texts(names)
    specs = [""] * len(tensor_names) if slices is None else _texts(slices)
    _check_lengths(op, tensor_names, ("data", len(data)), ("shapes_and_slices", len(specs)))
    path = _text(filename)
    with _errors_of(op):
        writer = V1Writer(path)
        _write(writer, tensor_names, specs, data)
        writer.finish()


@operation(
    "SaveSlices",
    inputs="filename: string, tensor_names: string, shapes_and_slices: string, data: list(T)",
    attrs="T: list(type) >= 1",
    stateful=True,
)
class SaveSlices:
    def host(
        filename: Any, tensor_names: Any, shapes_and_slices: Any, data: list[Any], *, op: Any
    ) -> None:
        _save_v1(op, filename, tensor_names, shapes_and_slices, data)


@operation(
    "Save",
    inputs="filename: string, tensor_names: string, data: list(T)",
    attrs="T: list(type) >= 1",
    stateful=True,
)
class Save:
    def host(filename: Any, tensor_names: Any, data: list[Any], *, op: Any) -> None:
        _save_v1(op, filename, tensor_names, None, data)


def _slice_shape(spec: bytes) -> TensorShape:
    if not spec:
        return unknown_shape()
    return TensorShape(parse_shape_and_slice(spec.decode())[1].shape())


def _restored_shapes(op: Any) -> list[TensorShape]:
    specs = constant_value(op.inputs[2])
    if specs is None:
        return [unknown_shape() for _ in op.outputs]
    return [_slice_shape(spec) for spec in specs.reshape(-1)]


def _restore(op: Any, pattern: str, names: list[str], slices: list[str], types: Any) -> list[Any]:
    """Some tensors of a checkpoint; all are looked for before any is read."""
    with _errors_of(op):
        reader = CheckpointReader(pattern).reader
        for name, dtype in sorted(zip(names, types), key=lambda item: item[0]):
            if name not in reader:
                raise errors.NotFoundError(None, op, f"Key {name} not found in checkpoint")
            saved = reader.dtype(name)
            if saved != dtype:
                raise _invalid(
                    op,
                    f"tensor_name = {name}; expected dtype {described_type(dtype)} does not equal "
                    f"original dtype {described_type(saved)}",
                )
        found = []
        for name, spec in zip(names, slices, strict=True):
            if not spec:
                found.append(reader.read(name))
                continue
            try:
                shape, extents = parse_shape_and_slice(spec)
            except ValueError as error:
                raise _invalid(op, str(error)) from None
            saved_shape = tuple(reader.shape(name))
            if saved_shape != shape:
                raise _invalid(
                    op,
                    f"tensor_name = {name}; shape in shape_and_slice spec "
                    f"[{','.join(map(str, shape))}] does not match the shape stored in "
                    f"checkpoint: [{','.join(map(str, saved_shape))}]",
                )
            found.append(reader.read_slice(name, extents))
        return found


@operation(
    "RestoreV2",
    inputs="prefix: string, tensor_names: string, shape_and_slices: string",
    outputs="tensors: list(dtypes)",
    attrs="dtypes: list(type) >= 1",
    stateful=True,
)
class RestoreV2:
    shape = _restored_shapes

    def host(prefix: Any, tensor_names: Any, shape_and_slices: Any, *, op: Any) -> Any:
        names, slices, types = _texts(tensor_names), _texts(shape_and_slices), op.attr("dtypes")
        _check_lengths(op, names, ("shape_and_slices", len(slices)), ("dtypes", len(types)))
        return _restore(op, _text(prefix), names, slices, types)


@operation(
    "RestoreSlice",
    inputs="file_pattern: string, tensor_name: string, shape_and_slice: string",
    outputs="tensor: dt",
    attrs="dt: type; preferred_shard: int = -1",
    stateful=True,
)
class RestoreSlice:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        spec = constant_value(op.inputs[2])
        return unknown_shape() if spec is None else _slice_shape(bytes(spec[()]))

    def host(file_pattern: Any, tensor_name: Any, shape_and_slice: Any, *, op: Any) -> Any:
        names, slices = [_text(tensor_name)], [_text(shape_and_slice)]
        return _restore(op, _text(file_pattern), names, slices, [op.attr("dt")])[0]


@operation(
    "Restore",
    inputs="file_pattern: string, tensor_name: string",
    outputs="tensor: dt",
    attrs="dt: type; preferred_shard: int = -1",
    stateful=True,
)
class Restore:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        return unknown_shape()

    def host(file_pattern: Any, tensor_name: Any, *, op: Any) -> Any:
        names = [_text(tensor_name)]
        return _restore(op, _text(file_pattern), names, [""], [op.attr("dt")])[0]


@operation(
    "ShardedFilename",
    inputs="basename: string, shard: int32, num_shards: int32",
    outputs="filename: string",
)
class ShardedFilename:
    shape = scalar_output

    def host(basename: Any, shard: Any, num_shards: Any) -> Any:
        return _string(f"{_text(basename)}-{int(shard):05d}-of-{int(num_shards):05d}")


@operation(
    "ShardedFilespec",
    inputs="basename: string, num_shards: int32",
    outputs="filename: string",
)
class ShardedFilespec:
    shape = scalar_output

    def host(basename: Any, num_shards: Any) -> Any:
        return _string(f"{_text(basename)}-?????-of-{int(num_shards):05d}")


def save_v2(prefix: Any, names: Any, slices: Any, tensors: Any, name: str | None = None) -> Any:
    """Saves tensors as a bundle.

    Args:
        prefix: the bundle's path. names: one for each tensor.
        slices: '' for a whole tensor, else full shape and slice (``'5 2 0,3:0,2'``).
        tensors: the tensors. name: the operation's name.
    """
    return apply("SaveV2", prefix, names, slices, tensors, name=name)


def restore_v2(
    prefix: Any, names: Any, slices: Any, dtypes: Sequence[Any], name: str | None = None
) -> list[Tensor]:
    """Tensors of a checkpoint (either format); arguments as for ``save_v2``, and their types."""
    return apply("RestoreV2", prefix, names, slices, name=name, dtypes=list(dtypes))

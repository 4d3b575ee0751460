"""The operations of a ``tf.train.Saver``: named and wired as TensorFlow 1.15 builds them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from penstock import protos
from penstock.checkpoint.save_ops import restore_v2, save_v2
from penstock.checkpoint.saveables import SaveableObject, SaveSpec, validate_and_slice_inputs
from penstock.graph.build import apply
from penstock.graph.device import DeviceSpec
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.scopes import device as on_device
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape as shape_of
from penstock.ops.constants import constant, placeholder_with_default
from penstock.ops.control_flow import group, with_dependencies
from penstock.ops.identities import identity

V1 = 1
V2 = 2


class SaverBuilder:
    """Builds the part of the graph that saves and restores.

    Args:
        write_version: ``SaverDef.V1`` or ``SaverDef.V2``, the format to save in.
    """

    def __init__(self, write_version: int = V2) -> None:
        self._write_version = write_version

    def build(
        self,
        names_to_saveables: Any,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        filename: str = "model",
    ) -> Any:
        """Adds the operations and returns a ``SaverDef`` that names them."""
        saveables = validate_and_slice_inputs(names_to_saveables)
        with name_scope(name, "save", [saveable.op for saveable in saveables]):
            path = placeholder_with_default(filename or "model", shape=(), name="filename")
            path = placeholder_with_default(path, shape=(), name="Const")
            if sharded:
                groups = by_device(saveables)
                if self._write_version == V2:
                    saved = self._sharded_save(path, groups)
                else:
                    saved = self._sharded_save_v1(path, groups)
                restored = self._sharded_restore(path, groups, restore_sequentially, reshape)
            else:
                saved = self._save(path, saveables)
                restored = self._restore(path, saveables, restore_sequentially, reshape)
        return protos.SaverDef(
            filename_tensor_name=path.name,
            save_tensor_name=saved.name,
            restore_op_name=restored.name,
            max_to_keep=max_to_keep or 0,
            sharded=sharded,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            version=self._write_version,
        )

    # -- saving -------------------------------------------------------------------------------
    def _save_op(self, path: Tensor, saveables: Sequence[SaveableObject]) -> Any:
        specs = [spec for saveable in saveables for spec in saveable.specs]
        names = [spec.name for spec in specs]
        slices = [spec.slice_spec for spec in specs]
        tensors = [spec.tensor for spec in specs]
        if self._write_version == V2:
            return save_v2(path, names, slices, tensors)
        with name_scope("save", None, tensors) as scope:
            return apply("SaveSlices", path, names, slices, tensors, name=scope)

    def _save(self, path: Tensor, saveables: Sequence[SaveableObject]) -> Tensor:
        return with_dependencies([self._save_op(path, saveables)], path)

    def _sharded_save(self, path: Tensor, groups: list[tuple[str, list[Any]]]) -> Tensor:
        temporary = apply("StringJoin", [path, f"_temp_{uuid.uuid4().hex}/part"])
        count = constant(len(groups), name="num_shards")
        prefixes, saves = [], []
        for shard, (device, saveables) in enumerate(groups):
            with on_device(cpu_of(device)):
                prefix = apply("ShardedFilename", temporary, shard, count)
                prefixes.append(prefix)
                saves.append(self._save(prefix, saveables))
        with control_dependencies([save.op for save in saves]), on_device(cpu_of(groups[-1][0])):
            merge = apply("MergeV2Checkpoints", prefixes, path, delete_old_dirs=True)
            with control_dependencies([merge]):
                return identity(path)

    def _sharded_save_v1(self, path: Tensor, groups: list[tuple[str, list[Any]]]) -> Tensor:
        count = constant(len(groups), name="num_shards")
        saves = []
        for shard, (device, saveables) in enumerate(groups):
            with on_device(device):
                saves.append(self._save(apply("ShardedFilename", path, shard, count), saveables))
        with control_dependencies([save.op for save in saves]):
            return apply("ShardedFilespec", path, count)

    # -- restoring ----------------------------------------------------------------------------
    def _restore(
        self,
        path: Tensor,
        saveables: Sequence[SaveableObject],
        sequentially: bool,
        reshape: bool,
        name: str = "restore_all",
    ) -> Any:
        specs = [spec for saveable in saveables for spec in saveable.specs]
        with on_device("/device:CPU:0"):
            tensors = restore_v2(
                path,
                [spec.name for spec in specs],
                [spec.slice_spec for spec in specs],
                [spec.dtype.base_dtype for spec in specs],
            )
        assigned: list[Any] = []
        position = 0
        for saveable in saveables:
            own = tensors[position : position + len(saveable.specs)]
            position += len(saveable.specs)
            shapes = [_known_shape(spec.tensor) for spec in saveable.specs] if reshape else None
            assigned.append(saveable.restore(own, shapes))
        return group(*assigned, name=name)

    def _sharded_restore(
        self,
        path: Tensor,
        groups: list[tuple[str, list[Any]]],
        sequentially: bool,
        reshape: bool,
    ) -> Any:
        shards = []
        for device, saveables in groups:
            with on_device(device):
                shards.append(
                    self._restore(path, saveables, sequentially, reshape, "restore_shard")
                )
        return group(*shards, name="restore_all")


# Programs that define saveable objects of their own find these at the builder.
SaverBuilder.SaveSpec = SaveSpec  # type: ignore[attr-defined]
SaverBuilder.SaveableObject = SaveableObject  # type: ignore[attr-defined]


def _known_shape(tensor: Any) -> Any:
    shape = tensor.get_shape()
    return shape if shape.is_fully_defined() else shape_of(tensor)


def by_device(saveables: Sequence[SaveableObject]) -> list[tuple[str, list[SaveableObject]]]:
    groups: dict[str, list[SaveableObject]] = {}
    for saveable in saveables:
        devices = {spec.device for spec in saveable.specs}
        if len(devices) > 1:
            raise ValueError(
                "All tensors of a saveable object must be on the same device: "
                f"{saveable.name}, {sorted(devices)}"
            )
        groups.setdefault(saveable.device or "", []).append(saveable)
    return sorted(groups.items(), key=lambda item: item[0])


def cpu_of(device: str) -> str:
    """The CPU of the task that ``device`` belongs to."""
    spec = DeviceSpec.from_string(device or "")
    spec.device_type, spec.device_index = "CPU", 0
    return spec.to_string()

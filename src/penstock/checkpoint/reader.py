"""`CheckpointReader`: one reader for checkpoints of either format."""

from __future__ import annotations

import os

import numpy as np

from penstock import protos
from penstock.checkpoint.bundle_reader import BundleReader, index_path
from penstock.checkpoint.v1 import V1Reader
from penstock.graph import dtypes, errors


class CheckpointReader:
    """Reads a checkpoint that TensorFlow or Penstock saved, in format V2 or V1.

    Args:
        filepattern: what `Saver.save` returned: a prefix, a file, or a pattern of shards.

    Raises:
        NotFoundError: there is no such checkpoint.
        DataLossError: it is cut off or altered; the message names the file.
    """

    def __init__(self, filepattern: str | os.PathLike):
        path = os.fspath(filepattern)
        is_bundle = os.path.exists(index_path(path))
        self._reader: BundleReader | V1Reader = BundleReader(path) if is_bundle else V1Reader(path)

    @property
    def reader(self) -> BundleReader | V1Reader:
        """The reader of the checkpoint's own format, which can read slices."""
        return self._reader

    def get_tensor(self, tensor_str: str) -> np.ndarray:
        """The value of a tensor; strings as an array of `bytes` objects.

        Raises:
            NotFoundError: the checkpoint has no such tensor.
            DataLossError: its bytes are cut off or altered; the message names file and tensor.
        """
        if tensor_str not in self._reader:
            raise errors.NotFoundError(None, None, f"{tensor_str} not found in checkpoint file")
        return self._reader.read(tensor_str)

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether the checkpoint holds a tensor."""
        return tensor_str in self._reader

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> full shape, of every tensor."""
        return self._reader.variable_to_shape_map()

    def get_variable_to_dtype_map(self) -> dict[str, dtypes.DType]:
        """Name -> `tf.DType`, of every tensor."""
        return self._reader.variable_to_dtype_map()

    def debug_string(self) -> bytes:
        """A line for each tensor, with name, data type and shape, sorted by name."""
        lines = []
        for name in self._reader.variable_to_shape_map():
            number = self._reader.dtype(name).as_datatype_enum
            sizes = ",".join(map(str, self._reader.shape(name)))
            line = f"{name} ({protos.DataType.Name(number)}) [{sizes}]"
            slices = self._reader.slices(name)
            if isinstance(self._reader, V1Reader) and len(slices) > 1:
                line += f", {len(slices)} slices"
            lines.append(line + "\n")
        return "".join(lines).encode()

"""Writing SavedModels: ``tf.saved_model.builder.SavedModelBuilder`` and ``simple_save``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import text_format
from google.protobuf.any_pb2 import Any as AnyProto

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint.saved_model import constants
from penstock.checkpoint.saved_model.signatures import predict_signature_def
from penstock.checkpoint.saver import Saver, all_saveable_objects
from penstock.graph import defaults
from penstock.graph.operation import Operation
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor

_ASSET_TYPE = "type.googleapis.com/tensorflow.AssetFileDef"


class SavedModelBuilder:
    """Writes a SavedModel: one set of variables, and one or more graphs that use it.

    Args:
        export_dir: the folder to write to; it must be empty or not be there.

    Raises:
        AssertionError: when the folder holds something.
    """

    def __init__(self, export_dir: str | os.PathLike) -> None:
        self._saved_model = protos.SavedModel(
            saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION
        )
        self._export_dir = os.fsdecode(export_dir)
        if os.path.exists(self._export_dir) and os.listdir(self._export_dir):
            raise AssertionError(
                "Export directory already exists, and isn't empty. Please choose a different "
                "export directory, or delete all the contents of the specified directory: "
                f"{self._export_dir}"
            )
        files.make_folder(self._export_dir)
        self._has_saved_variables = False

    def add_meta_graph_and_variables(
        self,
        sess: Any,
        tags: Sequence[str],
        signature_def_map: Mapping[str, Any] | None = None,
        assets_collection: Any = None,
        legacy_init_op: Any = None,
        clear_devices: bool = False,
        main_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Saver | None = None,
    ) -> None:
        """Writes the variables and adds the default graph; must come first.

        Args:
            sess: the session that holds the variables.
            tags: names that say what the graph is for.
            signature_def_map: from names to ``SignatureDef``.
            assets_collection: string tensors that hold paths of files to take along.
            legacy_init_op: an operation to run after loading (older name of ``main_op``).
            clear_devices: leave devices out of the graph.
            main_op: an operation to run after loading.
            strip_default_attrs: leave attributes out that have default values.
            saver: the saver to use.

        Raises:
            AssertionError: when variables were written before.
            TypeError: for a ``main_op`` that isn't an operation.
        """
        if self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has already been saved. Please invoke "
                "`add_meta_graph()` instead."
            )
        self._check_signatures(signature_def_map)
        self._add_collections(assets_collection, main_op or legacy_init_op, legacy_init_op)
        saver = saver or self._saver()
        folder = os.path.join(self._export_dir, constants.VARIABLES_DIRECTORY)
        files.make_folder(folder)
        path = os.path.join(folder, constants.VARIABLES_FILENAME)
        saver.save(sess, path, write_meta_graph=False, write_state=False)
        self._add(saver, tags, signature_def_map, clear_devices, strip_default_attrs)
        self._has_saved_variables = True

    def add_meta_graph(
        self,
        tags: Sequence[str],
        signature_def_map: Mapping[str, Any] | None = None,
        assets_collection: Any = None,
        legacy_init_op: Any = None,
        clear_devices: bool = False,
        main_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Saver | None = None,
    ) -> None:
        """Adds the default graph once more, under other tags; arguments as before.

        Raises:
            AssertionError: when no variables were written yet.
        """
        if not self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has not been saved yet. Please invoke "
                "`add_meta_graph_and_variables()` first."
            )
        self._check_signatures(signature_def_map)
        self._add_collections(assets_collection, main_op or legacy_init_op, legacy_init_op)
        saver = saver or self._saver()
        self._add(saver, tags, signature_def_map, clear_devices, strip_default_attrs)

    def save(self, as_text: bool = False) -> bytes:
        """Writes the graphs; the SavedModel is complete then.

        Args:
            as_text: in text form.

        Returns:
            The file's path.
        """
        files.make_folder(self._export_dir)
        if as_text:
            path = os.path.join(self._export_dir, constants.SAVED_MODEL_FILENAME_PBTXT)
            data = text_format.MessageToString(self._saved_model).encode()
        else:
            path = os.path.join(self._export_dir, constants.SAVED_MODEL_FILENAME_PB)
            data = self._saved_model.SerializeToString(deterministic=True)
        files.write_atomically(path, data)
        return path.encode()

    # -- parts --------------------------------------------------------------------------------
    def _saver(self) -> Saver:
        return Saver(all_saveable_objects(), sharded=True, allow_empty=True)

    def _add(
        self, saver: Saver, tags: Sequence[str], signatures: Any, clear_devices: bool, strip: bool
    ) -> None:
        meta_graph = saver.export_meta_graph(clear_devices=clear_devices, strip_default_attrs=strip)
        meta_graph.meta_info_def.tags.extend(tags)
        for name, signature in (signatures or {}).items():
            meta_graph.signature_def[name].CopyFrom(signature)
        self._saved_model.meta_graphs.add().MergeFromString(meta_graph.SerializeToString())

    def _check_signatures(self, signatures: Mapping[str, Any] | None) -> None:
        for signature in (signatures or {}).values():
            for info in (*signature.inputs.values(), *signature.outputs.values()):
                if info.WhichOneof("encoding") is None:
                    raise AssertionError(
                        "All TensorInfo protos used in the SignatureDefs must have the name field "
                        f"set: {info}"
                    )

    def _add_collections(self, assets: Any, main_op: Any, legacy_init_op: Any) -> None:
        graph = defaults.get_default_graph()
        if main_op is not None and not isinstance(main_op, Operation):
            raise TypeError(f"main_op needs to be an Operation: {main_op!r}")
        self._save_assets(assets)
        if legacy_init_op is not None and main_op is legacy_init_op:
            graph.get_collection_ref(constants.LEGACY_INIT_OP_KEY)[:] = [legacy_init_op]
        elif main_op is not None:
            graph.get_collection_ref(constants.MAIN_OP_KEY)[:] = [main_op]

    def _save_assets(self, assets: Any) -> None:
        """Copies the files and notes which tensor holds which path."""
        taken: dict[str, str] = {}
        graph = defaults.get_default_graph()
        for tensor in assets or ():
            path = _asset_path(tensor)
            name = os.path.basename(path)
            stem, number = name, 1
            while taken.get(name, path) != path:
                name = f"{stem}_{number}"
                number += 1
            taken[name] = path
            asset = protos.AssetFileDef(filename=name)
            asset.tensor_info.name = tensor.name
            packed = AnyProto(type_url=_ASSET_TYPE, value=asset.SerializeToString())
            if packed not in graph.get_collection(constants.ASSETS_KEY):
                graph.add_to_collection(constants.ASSETS_KEY, packed)
        folder = os.path.join(self._export_dir, constants.ASSETS_DIRECTORY)
        for name, path in taken.items():
            files.make_folder(folder)
            target = os.path.join(folder, name)
            if not os.path.exists(target):
                try:
                    shutil.copyfile(path, target)
                except OSError as error:
                    raise files.os_error(error, path) from None


def _asset_path(tensor: Any) -> str:
    if not isinstance(tensor, Tensor):
        raise ValueError(f"Unknown type for asset filepath tensor: {tensor!r}")
    value = constant_value(tensor)
    if value is None or not value.size:
        raise ValueError("Invalid asset filepath tensor.")
    return os.fsdecode(value.reshape(-1)[0])


def simple_save(
    session: Any,
    export_dir: str,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    legacy_init_op: Any = None,
) -> None:
    """Writes a SavedModel with one signature, for serving.

    Args:
        session: the session that holds the variables; its graph must be the default one.
        export_dir: the folder; it must be empty or not be there.
        inputs: from names to tensors. outputs: likewise.
        legacy_init_op: an operation to run after loading.
    """
    from penstock.graph.collections import GraphKeys

    signature = predict_signature_def(inputs, outputs)
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session,
        tags=[constants.SERVING],
        signature_def_map={constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature},
        assets_collection=defaults.get_default_graph().get_collection(GraphKeys.ASSET_FILEPATHS),
        main_op=legacy_init_op,
        clear_devices=True,
    )
    builder.save()

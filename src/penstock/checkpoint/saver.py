"""``tf.train.Saver``: variables of a session into checkpoints, and back."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from penstock import protos
from penstock.checkpoint import meta_graph
from penstock.checkpoint.object_graph import OBJECT_GRAPH_KEY
from penstock.checkpoint.reader import CheckpointReader
from penstock.checkpoint.saveables import op_list_to_dict
from penstock.checkpoint.saver_graph import V2, SaverBuilder
from penstock.checkpoint.state import (
    checkpoint_exists,
    get_checkpoint_mtimes,
    meta_graph_path,
    remove_checkpoint,
    update_checkpoint_state,
)
from penstock.graph import defaults, errors
from penstock.graph.collection_protos import register_proto_function
from penstock.graph.collections import GraphKeys
from penstock.ops.variables import prepend_name_scope
from penstock.platform import logging

_ONE_HOUR = 3600
_NOT_BY_NAME = """

Existing variables not in the checkpoint: {missing}

Variables names when this checkpoint was written which don't exist now: {more}

({matched} variable name(s) did match)

Could not find some variables in the checkpoint (see names above). Saver was attempting to load an \
object-based checkpoint (saved using tf.train.Checkpoint or tf.keras.Model.save_weights) using \
variable names. If the checkpoint was written with eager execution enabled, it's possible that \
variable names have changed (for example missing a '_1' suffix). It's also possible that there \
are new variables which did not exist when the checkpoint was written. You can construct a \
Saver(var_list=...) with only the variables which previously existed, and if variable names have \
changed you may need to make this a dictionary with the old names as keys. If you're using an \
Estimator, you'll need to return a tf.train.Saver inside a tf.train.Scaffold from your model_fn."""


class Saver:
    """Saves variables to checkpoint files and restores them.

    A save is atomic: a checkpoint is there whole or not at all, and one that it replaces stays
    until then.

    Args:
        var_list: the variables (or ``SaveableObject``), as a list or as a dictionary from the
            names to save them under; all that can be saved by default.
        reshape: restore values of another shape, as long as they have as many elements.
        sharded: one data file for each device.
        max_to_keep: how many checkpoints to keep; ``None`` or 0 for all.
        keep_checkpoint_every_n_hours: keep one for good every so often.
        name: the name scope of the operations.
        restore_sequentially: accepted; restoring is one operation.
        saver_def: a ``SaverDef`` of operations that the graph has already.
        builder: an object with ``build``, instead of the usual one.
        defer_build: build the operations later, by ``build``.
        allow_empty: do nothing, instead of raising, when there are no variables.
        write_version: ``SaverDef.V2`` or ``SaverDef.V1``.
        pad_step_number: write the step with 8 digits.
        save_relative_paths: write paths relative to the folder into the ``checkpoint`` file.
        filename: the default path in the graph.

    Raises:
        TypeError, ValueError: for variables that can't be saved, or no variables.
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: int = V2,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build="
                "False or var_list=None."
            )
        self._var_list = var_list
        self._reshape = reshape
        self._sharded = sharded
        self._max_to_keep = max_to_keep
        self._keep_checkpoint_every_n_hours = keep_checkpoint_every_n_hours
        self._name = name
        self._restore_sequentially = restore_sequentially
        self.saver_def = saver_def
        self._builder = builder
        self._is_built = False
        self._allow_empty = allow_empty
        self._is_empty = False
        self._write_version = write_version
        self._pad_step_number = pad_step_number
        self._filename = filename
        self._last_checkpoints: list[tuple[str, float]] = []
        self._checkpoints_to_be_deleted: list[tuple[str, float]] = []
        self._save_relative_paths = save_relative_paths
        self._next_checkpoint_time = float("inf")
        self._object_saver: Any = None
        if not defer_build:
            self.build()
        if self.saver_def is not None:
            self._check_saver_def()
            self._write_version = self.saver_def.version

    # -- building -----------------------------------------------------------------------------
    def build(self) -> None:
        """Adds the operations, where ``defer_build`` was given."""
        if self._is_built:
            return
        self._is_built = True
        graph = defaults.get_default_graph()
        if self.saver_def is None or self._builder is not None:
            builder = self._builder or SaverBuilder(self._write_version)
            if self._var_list is None:
                self._var_list = all_saveable_objects()
            if not self._var_list:
                if not self._allow_empty:
                    raise ValueError("No variables to save")
                self._is_empty = True
                return
            self.saver_def = builder.build(
                self._var_list,
                reshape=self._reshape,
                sharded=self._sharded,
                max_to_keep=self._max_to_keep,
                keep_checkpoint_every_n_hours=self._keep_checkpoint_every_n_hours,
                name=self._name,
                restore_sequentially=self._restore_sequentially,
                **({"filename": self._filename} if self._filename else {}),
            )
        elif self._name:
            self._check_saver_def()
            saver_def = protos.SaverDef()
            saver_def.CopyFrom(self.saver_def)
            saver_def.filename_tensor_name = prepend_name_scope(
                saver_def.filename_tensor_name, self._name
            )
            saver_def.save_tensor_name = prepend_name_scope(saver_def.save_tensor_name, self._name)
            saver_def.restore_op_name = prepend_name_scope(saver_def.restore_op_name, self._name)
            self.saver_def = saver_def
        self._graph = graph
        self._check_saver_def()
        self._next_checkpoint_time = (
            time.time() + self.saver_def.keep_checkpoint_every_n_hours * _ONE_HOUR
        )

    def _check_saver_def(self) -> None:
        if not isinstance(self.saver_def, protos.SaverDef):
            raise ValueError(f"saver_def must be a saver_pb2.SaverDef: {self.saver_def}")
        for field, words in (
            ("save_tensor_name", "save_tensor_name"),
            ("restore_op_name", "restore_op_name"),
        ):
            if not getattr(self.saver_def, field):
                raise ValueError(f"saver_def must specify the {words}: {self.saver_def}")

    def as_saver_def(self) -> Any:
        """The ``SaverDef``."""
        return self.saver_def

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The ``SaverDef``, its names without ``export_scope``; ``None`` outside of it."""
        if export_scope is None:
            return self.saver_def
        if not self.saver_def.filename_tensor_name.startswith(export_scope):
            return None
        saver_def = protos.SaverDef()
        saver_def.CopyFrom(self.saver_def)
        for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            name = meta_graph.strip_name_scope(getattr(saver_def, field), export_scope)
            setattr(saver_def, field, name)
        return saver_def

    @staticmethod
    def from_proto(saver_def: Any, import_scope: str | None = None) -> Saver:
        """A saver of operations that the graph has already."""
        return Saver(saver_def=saver_def, name=import_scope)

    # -- which checkpoints there are ----------------------------------------------------------
    @property
    def last_checkpoints(self) -> list[str]:
        """The checkpoints not yet deleted, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints: Sequence[str]) -> None:
        """Replaces the list of checkpoints (deprecated: times are made up)."""
        if not isinstance(last_checkpoints, list):
            raise AssertionError("last_checkpoints must be a list")
        self._last_checkpoints = [(path, np.inf) for path in last_checkpoints]

    def set_last_checkpoints_with_time(
        self, last_checkpoints_with_time: Sequence[tuple[str, float]]
    ) -> None:
        """Replaces the list of checkpoints by pairs of path and time, oldest first."""
        if not isinstance(last_checkpoints_with_time, list):
            raise AssertionError("last_checkpoints_with_time must be a list")
        self._last_checkpoints = last_checkpoints_with_time

    def recover_last_checkpoints(self, checkpoint_paths: Sequence[str]) -> None:
        """Takes over checkpoints of an earlier process, so that they are deleted in their turn.

        Args:
            checkpoint_paths: oldest first; those that are gone are left out.
        """
        existing = [path for path in checkpoint_paths if checkpoint_exists(path)]
        times = get_checkpoint_mtimes(existing)
        self.set_last_checkpoints_with_time(list(zip(existing, times)))

    def _record_last_checkpoint(self, latest: str) -> None:
        if not self.saver_def.max_to_keep:
            return
        self._last_checkpoints = [c for c in self._last_checkpoints if c[0] != latest]
        self._last_checkpoints.append((latest, time.time()))
        if len(self._last_checkpoints) > self.saver_def.max_to_keep:
            self._checkpoints_to_be_deleted.append(self._last_checkpoints.pop(0))

    def _delete_old_checkpoints(self, meta_graph_suffix: str) -> None:
        if not self._checkpoints_to_be_deleted:
            return
        path, saved_at = self._checkpoints_to_be_deleted.pop(0)
        if saved_at > self._next_checkpoint_time:
            self._next_checkpoint_time += self.saver_def.keep_checkpoint_every_n_hours * _ONE_HOUR
            return
        try:
            remove_checkpoint(path, self.saver_def.version, meta_graph_suffix)
        except errors.OpError as error:
            logging.warning("Ignoring: %s", error)

    # -- saving and restoring -----------------------------------------------------------------
    def save(
        self,
        sess: Any,
        save_path: str,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Saves the variables.

        Args:
            sess: the session that holds them.
            save_path: the checkpoint's path, without the step.
            global_step: a number, tensor or tensor name to append to the path.
            latest_filename: the name of the file that lists the checkpoints; ``'checkpoint'``.
            meta_graph_suffix: what the meta graph's file name ends in.
            write_meta_graph: write the graph beside the values.
            write_state: write the file that lists the checkpoints.
            strip_default_attrs: leave attributes out of the graph that have default values.
            save_debug_info: accepted; tracebacks aren't written.

        Returns:
            The path to give to ``restore``; ``None`` when the saver is empty.

        Raises:
            TypeError: when ``sess`` is no session.
            ValueError: when the folder isn't there, or ``latest_filename`` collides.
            RuntimeError: when the saver isn't built yet.
        """
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        latest_filename = latest_filename or "checkpoint"
        save_path = os.fspath(save_path)
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        path = save_path
        if global_step is not None:
            if not isinstance(global_step, (int, np.integer)):
                global_step = _step_value(sess, global_step)
            number = f"{global_step:08d}" if self._pad_step_number else f"{global_step:d}"
            path = f"{save_path}-{number}"
        elif os.path.basename(save_path) == latest_filename and not self._sharded:
            raise ValueError(
                f"'latest_filename' collides with 'save_path': '{latest_filename}' and "
                f"'{save_path}'"
            )
        if not (hasattr(sess, "run") and hasattr(sess, "graph")):
            raise TypeError(f"'sess' must be a Session; {sess}")
        saved = None
        folder = os.path.dirname(save_path)
        if not self._is_empty:
            try:
                saved = sess.run(
                    self.saver_def.save_tensor_name, {self.saver_def.filename_tensor_name: path}
                )
            except (errors.FailedPreconditionError, errors.NotFoundError):
                if folder and not os.path.isdir(folder):
                    raise ValueError(
                        f"Parent directory of {save_path} doesn't exist, can't save."
                    ) from None
                raise
            saved = saved.decode() if isinstance(saved, bytes) else str(saved)
            if write_state:
                self._record_last_checkpoint(saved)
                update_checkpoint_state(
                    save_dir=folder,
                    model_checkpoint_path=saved,
                    all_model_checkpoint_paths=self.last_checkpoints,
                    latest_filename=latest_filename,
                    save_relative_paths=self._save_relative_paths,
                )
                self._delete_old_checkpoints(meta_graph_suffix)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(
                    meta_graph_path(path, meta_graph_suffix),
                    strip_default_attrs=strip_default_attrs,
                )
        return saved

    def restore(self, sess: Any, save_path: str | None) -> None:
        """Gives the variables the values they were saved with; they need no initialization.

        Args:
            sess: the session. save_path: what ``save`` returned.

        Raises:
            ValueError: when there is no such checkpoint.
            NotFoundError: when a variable isn't in the checkpoint.
            InvalidArgumentError: when one has another shape or type.
            DataLossError: when the file is cut off or altered.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        path = os.fsdecode(save_path)
        if not checkpoint_exists(path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {path}")
        logging.info("Restoring parameters from %s", path)
        try:
            sess.run(self.saver_def.restore_op_name, {self.saver_def.filename_tensor_name: path})
        except errors.NotFoundError as error:
            if self._restore_objects(sess, path):
                return
            raise _restore_error(
                error,
                "a Variable name or other graph key that is missing from the checkpoint",
            ) from error
        except errors.InvalidArgumentError as error:
            raise _restore_error(
                error,
                "a mismatch between the current graph and the graph from the checkpoint",
            ) from error

    def _restore_objects(self, sess: Any, path: str) -> bool:
        """Restores from a checkpoint of ``tf.train.Checkpoint``, by the variables' names in it.

        Returns:
            Whether it is one.

        Raises:
            NotFoundError: a variable isn't in it.
        """
        from penstock.checkpoint.checkpoint import read_object_graph

        reader = CheckpointReader(path)
        if not reader.has_tensor(OBJECT_GRAPH_KEY):
            return False
        keys = {
            attribute.full_name: attribute.checkpoint_key
            for node in read_object_graph(reader, path).nodes
            for attribute in node.attributes
            if attribute.full_name
        }
        with sess.graph.as_default():
            wanted = self._var_list if self._var_list is not None else all_saveable_objects()
            if not isinstance(wanted, Mapping):
                wanted = op_list_to_dict(wanted)
            missing = sorted(set(wanted) - set(keys))
            if missing:
                raise errors.NotFoundError(
                    None,
                    None,
                    _NOT_BY_NAME.format(
                        missing=", ".join(missing),
                        more=", ".join(sorted(set(keys) - set(wanted))),
                        matched=len(set(keys) & set(wanted)),
                    ),
                )
            if self._object_saver is None:
                logging.warning(
                    "Restoring an object-based checkpoint using a name-based saver. This may be "
                    "somewhat fragile, and will re-build the Saver. Instead, consider loading "
                    "object-based checkpoints using tf.train.Checkpoint()."
                )
                self._object_saver = Saver({keys[name]: wanted[name] for name in wanted})
        self._object_saver.restore(sess, path)
        return True

    def export_meta_graph(
        self,
        filename: str | None = None,
        collection_list: Sequence[str] | None = None,
        as_text: bool = False,
        export_scope: str | None = None,
        clear_devices: bool = False,
        clear_extraneous_savers: bool = False,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> Any:
        """``tf.train.export_meta_graph`` of the default graph, with this saver."""
        return export_meta_graph(
            filename=filename,
            graph_def=defaults.get_default_graph().as_graph_def(add_shapes=True),
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            export_scope=export_scope,
            clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
        )


def all_saveable_objects(scope: str | None = None) -> list[Any]:
    """The global variables and the objects in ``SAVEABLE_OBJECTS``."""
    graph = defaults.get_default_graph()
    return graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope) + graph.get_collection(
        GraphKeys.SAVEABLE_OBJECTS, scope
    )


def _step_value(session: Any, step: Any) -> int:
    if isinstance(step, (str, bytes)) or hasattr(step, "_as_graph_element") or hasattr(step, "op"):
        return int(session.run(step))
    return int(step)


def _restore_error(error: errors.OpError, why: str) -> errors.OpError:
    return type(error)(
        error.node_def,
        error.op,
        f"Restoring from checkpoint failed. This is most likely due to {why}. Please ensure that "
        f"you have not altered the graph expected based on the checkpoint. Original error:\n\n"
        f"{error.message}",
    )


def export_meta_graph(
    filename: str | None = None,
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Sequence[str] | None = None,
    as_text: bool = False,
    graph: Any = None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
    **kwargs: Any,
) -> Any:
    """The graph, its collections and a saver as a ``MetaGraphDef``.

    Args:
        filename: a file to write it to.
        meta_info_def: a ``MetaInfoDef`` to take over. graph_def: instead of ``graph``'s.
        saver_def: the saver. collection_list: which collections; all by default.
        as_text: write the file in text form.
        graph: the graph; the default graph when left out.
        export_scope: only what lies in this name scope, which is taken off the names.
        clear_devices: leave devices out. clear_extraneous_savers: leave other savers out.
        strip_default_attrs: leave attributes out that have default values.
        save_debug_info: accepted; tracebacks aren't written.
    """
    return meta_graph.export_scoped_meta_graph(
        filename=filename,
        meta_info_def=meta_info_def,
        graph_def=graph_def,
        saver_def=saver_def,
        collection_list=collection_list,
        as_text=as_text,
        graph=graph,
        export_scope=export_scope,
        clear_devices=clear_devices,
        clear_extraneous_savers=clear_extraneous_savers,
        strip_default_attrs=strip_default_attrs,
        **kwargs,
    )[0]


register_proto_function(
    GraphKeys.SAVERS, protos.SaverDef, to_proto=Saver.to_proto, from_proto=Saver.from_proto
)
# The builders' names in TensorFlow, for programs that derive from them.
BaseSaverBuilder = BulkSaverBuilder = SaverBuilder

"""``tf.train.Checkpoint``: objects saved by the paths that lead to them, instead of by names."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Sequence
from typing import Any

from penstock.checkpoint import object_graph
from penstock.checkpoint.object_graph import OBJECT_GRAPH_KEY, Entry, Match, ObjectGraph
from penstock.checkpoint.reader import CheckpointReader
from penstock.checkpoint.save_ops import restore_v2, save_v2
from penstock.checkpoint.saveables import SaveableObject, SaveSpec
from penstock.checkpoint.saver_graph import by_device, cpu_of
from penstock.checkpoint.state import update_checkpoint_state
from penstock.graph import defaults, dtypes, errors
from penstock.graph.build import apply
from penstock.graph.scopes import control_dependencies
from penstock.graph.scopes import device as on_device
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.identities import identity
from penstock.ops.variables import Variable


class Checkpoint:
    """A group of objects that are saved and restored together.

    Values are kept under the names of attributes, so that a program finds them again whatever its
    variables are called. Restoring matches the objects that are there; those that are made later
    (slots of an optimizer, say) are matched when the status is next asked.

    Args:
        **kwargs: variables, optimizers, layers, models, tables, other checkpoints. More can be
            given as attributes, lists and dictionaries too.

    Raises:
        ValueError: for something that can't be saved.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._dependencies: dict[str, Any] = {}
        self._save_counter: Any = None
        self._count_op: Any = None
        self._saver = ObjectSaver(self)
        for name, value in sorted(kwargs.items()):
            if not object_graph.is_trackable(value):
                raise ValueError(
                    "`Checkpoint` was expecting a trackable object (an object derived from "
                    f"`TrackableBase`), got {value}. If you believe this object should be "
                    "trackable (i.e. it is part of the TensorFlow Python API and manages state), "
                    "please open an issue."
                )
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if name in ("_dependencies", "_saver", "_save_counter", "_count_op"):
            return
        if object_graph.is_trackable(value) or object_graph.is_structure(value):
            self._dependencies[name] = value
        else:
            self._dependencies.pop(name, None)

    def __delattr__(self, name: str) -> None:
        self._dependencies.pop(name, None)
        object.__delattr__(self, name)

    def _checkpoint_children(self) -> Any:
        yield from self._dependencies.items()

    @property
    def save_counter(self) -> Any:
        """The variable that counts calls of ``save``."""
        if self._save_counter is None:
            with on_device("/device:CPU:0"):
                self._save_counter = Variable(
                    0,
                    name="save_counter",
                    dtype=dtypes.int64,
                    trainable=False,
                    use_resource=True,
                )
            self._dependencies["save_counter"] = self._save_counter
        return self._save_counter

    def _counter_in(self, session: Any) -> Any:
        """The counter; initialized where it is new, since no initializer knew of it yet."""
        if self._save_counter is None:
            with session.graph.as_default():
                session.run(self.save_counter.initializer)
        return self.save_counter

    def _count(self, session: Any) -> int:
        """Counts a save; returns the number of it."""
        counter = self._counter_in(session)
        if self._count_op is None or self._count_op.graph is not session.graph:
            with session.graph.as_default(), on_device("/device:CPU:0"):
                self._count_op = counter.assign_add(1, read_value=True)
        return int(session.run(self._count_op))

    def write(self, file_prefix: str, session: Any = None) -> str:
        """Saves the values under a prefix, without counting and without a ``checkpoint`` file.

        Args:
            file_prefix: the path that the files' names begin with.
            session: the session; the default one when left out.

        Returns:
            The prefix, for ``restore``.
        """
        return self._saver.save(os.fspath(file_prefix), session_or_default(session))

    def save(self, file_prefix: str, session: Any = None) -> str:
        """Saves the values under a prefix with a number, and writes the ``checkpoint`` file.

        Args:
            file_prefix: the path without the number.
            session: the session; the default one when left out.

        Returns:
            The path, for ``restore``.
        """
        session = session_or_default(session)
        number = self._count(session)
        path = self.write(f"{os.fspath(file_prefix)}-{number}", session=session)
        update_checkpoint_state(
            save_dir=os.path.dirname(os.fspath(file_prefix)),
            model_checkpoint_path=path,
            all_model_checkpoint_paths=[path],
            save_relative_paths=True,
        )
        return path

    def restore(self, save_path: str | None) -> Any:
        """Prepares to give the objects the values of a checkpoint.

        Args:
            save_path: what ``save`` or ``write`` returned, or ``tf.train.latest_checkpoint``;
                also one of ``tf.train.Saver``. With ``None`` there is nothing to restore.

        Returns:
            A status: ``run_restore_ops(session)`` or ``initialize_or_restore(session)`` restores,
            ``assert_consumed()`` and the like check what was matched.

        Raises:
            NotFoundError: there is no such checkpoint.
            DataLossError: it is cut off or altered.
        """
        if save_path is None:
            status: Any = InitializationOnlyStatus(self)
            _ = self.save_counter
            return status
        path = os.fsdecode(save_path)
        reader = CheckpointReader(path)
        if not reader.has_tensor(OBJECT_GRAPH_KEY):
            _ = self.save_counter
            return NameBasedSaverStatus(self, path, reader)
        graph = read_object_graph(reader, path)
        _ = self.save_counter
        return CheckpointLoadStatus(self, path, graph)


def read_object_graph(reader: Any, path: str) -> Any:
    """The ``TrackableObjectGraph`` of an object-based checkpoint.

    Raises:
        DataLossError: it isn't one.
    """
    data = reader.get_tensor(OBJECT_GRAPH_KEY)
    try:
        if data.dtype != object or data.ndim:
            raise ValueError("not a graph of objects: no single string")
        return object_graph.parse_object_graph(data.item())
    except ValueError as error:
        raise errors.DataLossError(None, None, f"{path}: {OBJECT_GRAPH_KEY}: {error}") from None


def session_or_default(session: Any) -> Any:
    """A session, or the default one (Keras's, where Keras is in use)."""
    session = session or defaults.get_default_session()
    if session is None and "penstock.keras.backend" in sys.modules:
        session = sys.modules["penstock.keras.backend"].get_session()
    if session is None:
        raise ValueError(
            "No session: give one as `session`, or call this within `with sess.as_default():`."
        )
    return session


class ObjectSaver:
    """Builds and runs the operations that save a ``Checkpoint``.

    Args:
        root: the object to save.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._graph_proto: Any = None
        self._graph: Any = None
        self._save_op: Any = None
        self._contents: Any = None
        self._prefix: Any = None

    def save(self, prefix: str, session: Any) -> str:
        """Saves under a prefix; operations are built anew only when objects have come or gone."""
        graph = ObjectGraph(self._root)
        proto = graph.to_proto()
        if self._save_op is None or self._graph is not session.graph or self._graph_proto != proto:
            with session.graph.as_default():
                self._build(graph, session.graph)
            self._graph_proto = proto
        folder = os.path.dirname(prefix)
        if folder:
            os.makedirs(folder, exist_ok=True)
        feeds = {self._prefix: prefix, self._contents: proto.SerializeToString()}
        saved = session.run(self._save_op, feeds)
        return saved.decode() if isinstance(saved, bytes) else str(saved)

    def _build(self, graph: ObjectGraph, where: Any) -> None:
        if self._graph is not where:
            with on_device("/device:CPU:0"):
                self._contents = constant("", dtype=dtypes.string)
                self._prefix = constant("", dtype=dtypes.string)
            self._graph = where
        saveables = [entry.make(entry.key) for entry in graph.entries()]
        spec = SaveSpec(self._contents, "", OBJECT_GRAPH_KEY)
        saveables.append(SaveableObject(self._contents, [spec], OBJECT_GRAPH_KEY))
        self._save_op = save_by_device(self._prefix, saveables)


def save_by_device(prefix: Tensor, saveables: Sequence[SaveableObject]) -> Tensor:
    """Operations that save objects, one data file for each device.

    Args:
        prefix: the path, a string tensor.
        saveables: what to save.

    Returns:
        The path, once all is saved.
    """
    with on_device("/device:CPU:0"):
        temporary = apply("StringJoin", [prefix, f"_temp_{uuid.uuid4().hex}/part"])
    groups = by_device(saveables)
    count = constant(len(groups), name="num_shards")
    shards, saves = [], []
    for number, (device, members) in enumerate(groups):
        with on_device(cpu_of(device)):
            shards.append(apply("ShardedFilename", temporary, number, count))
            specs = [spec for saveable in members for spec in saveable.specs]
            saves.append(
                save_v2(
                    shards[-1],
                    [spec.name for spec in specs],
                    [spec.slice_spec for spec in specs],
                    [spec.tensor for spec in specs],
                )
            )
    with control_dependencies(saves), on_device(cpu_of(groups[-1][0])):
        merged = apply("MergeV2Checkpoints", shards, prefix, delete_old_dirs=True)
    with on_device(cpu_of(groups[-1][0])), control_dependencies([merged]):
        return identity(prefix)


def restore_by_device(prefix: Tensor, entries: Sequence[Entry]) -> list[Any]:
    """Operations that restore values, those of one device together.

    Args:
        prefix: the path, a string tensor.
        entries: what to restore.
    """
    saveables = [entry.make(entry.key) for entry in sorted(entries, key=lambda each: each.key)]
    restored = []
    for device, members in by_device(saveables):
        with on_device(device):
            specs = [spec for saveable in members for spec in saveable.specs]
            with on_device(cpu_of(device)):
                tensors = restore_v2(
                    prefix,
                    [spec.name for spec in specs],
                    [spec.slice_spec for spec in specs],
                    [spec.dtype.base_dtype for spec in specs],
                )
            position = 0
            for saveable in members:
                own = tensors[position : position + len(saveable.specs)]
                position += len(saveable.specs)
                restored.append(saveable.restore(own, None))
    return restored


def _initializers(values: Any) -> list[Any]:
    made = [getattr(value, "initializer", None) for value in values]
    return [each for each in made if each is not None]


class CheckpointLoadStatus:
    """What ``Checkpoint.restore`` returns for an object-based checkpoint."""

    def __init__(self, root: Checkpoint, path: str, graph: Any) -> None:
        self._root = root
        self._path = path
        self._proto = graph
        self._graph: Any = defaults.get_default_graph()
        self._done: set[tuple[int, str]] = set()
        self._ops: list[Any] = []
        self._prefix: Any = None
        self._match = self._update()

    def _update(self) -> Match:
        """Matches once more, and builds operations for what is new."""
        self._match = match = Match(self._proto, self._root)
        fresh: list[list[Entry]] = []
        slots = set(match.slots)
        for number in match.slots:
            fresh.append(match.entries([number]))
        fresh.append(match.entries(number for number in match.bound if number not in slots))
        for entries in fresh:
            new = [each for each in entries if (id(each.owner), each.attribute) not in self._done]
            if not new:
                continue
            with self._graph.as_default():
                if self._prefix is None:
                    with on_device("/device:CPU:0"):
                        self._prefix = constant(self._path, dtype=dtypes.string)
                self._ops.extend(restore_by_device(self._prefix, new))
            self._done.update((id(each.owner), each.attribute) for each in new)
        return match

    def _unmatched(self) -> list[Any]:
        """The objects of the program that the checkpoint has nothing for."""
        bound = {id(value) for value in self._match.bound.values()}
        return [
            value
            for value in ObjectGraph(self._root).objects
            if id(value) not in bound
            and not (isinstance(value, (list, dict)) and not list(object_graph.children(value)))
        ]

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Checks that every value of the checkpoint has an object, and every object a value.

        Raises:
            AssertionError: one has not.
        """
        match = self._update()
        self.assert_existing_objects_matched()
        names = object_graph.node_names(self._proto)
        for number, node in enumerate(self._proto.nodes):
            if number not in match.bound:
                raise AssertionError(
                    f"Unresolved object in checkpoint {names.get(number, number)}: {node}"
                )
            unused = set(match.saved_keys(number)) - set(
                object_graph.values_of(match.bound[number])
            )
            if unused:
                raise AssertionError(
                    "Unused attributes in these objects (the attributes exist in the checkpoint "
                    f"but not in the objects): {[(match.bound[number], sorted(unused))]}"
                )
        return self

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """Checks that every object of the program has a value in the checkpoint.

        Raises:
            AssertionError: one has not.
        """
        self._update()
        unused = self._unmatched()
        if unused:
            raise AssertionError(
                "Some Python objects were not bound to checkpointed values, likely due to changes "
                f"in the Python program: {unused}"
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """Checks that anything was matched at all.

        Raises:
            AssertionError: only the root was.
        """
        match = self._update()
        if len(match.bound) <= 1:
            unused = self._unmatched()
            if unused:
                raise AssertionError(
                    "Nothing except the root object matched a checkpointed value. Typically this "
                    "means that the checkpoint does not match the Python program. The following "
                    f"objects have no matching checkpointed value: {unused}"
                )
            raise AssertionError(
                f"Nothing to load. No dependencies have been added to {self._root} yet."
            )
        return self

    def expect_partial(self) -> CheckpointLoadStatus:
        """Says that values without objects are no mistake."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Restores the values of the objects that were matched."""
        self._update()
        session_or_default(session).run(self._ops)

    def initialize_or_restore(self, session: Any = None) -> None:
        """Restores what was matched, and initializes the other variables."""
        session = session_or_default(session)
        match = self._update()
        bound = {id(value) for value in match.bound.values()}
        others = [v for v in ObjectGraph(self._root).objects if id(v) not in bound]
        session.run(self._ops)
        session.run(_initializers(others))


class InitializationOnlyStatus:
    """What ``Checkpoint.restore(None)`` returns."""

    def __init__(self, root: Checkpoint) -> None:
        self._root = root

    def _refuse(self) -> Any:
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = _refuse

    def expect_partial(self) -> Any:
        """Says that values without objects are no mistake."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Raises: there is nothing to restore."""
        raise AssertionError(
            "No checkpoint specified, so no restore ops are available (save_path=None to "
            "Saver.restore)."
        )

    def initialize_or_restore(self, session: Any = None) -> None:
        """Initializes all variables."""
        session_or_default(session).run(_initializers(ObjectGraph(self._root).objects))


class NameBasedSaverStatus:
    """What ``Checkpoint.restore`` returns for a checkpoint of ``tf.train.Saver``."""

    def __init__(self, root: Checkpoint, path: str, reader: CheckpointReader) -> None:
        self._root = root
        self._path = path
        self._reader = reader

    def _refuse(self) -> Any:
        raise AssertionError(f"Object not restored: {self._root}")

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = _refuse

    def _variables(self) -> list[Any]:
        found = [v for v in ObjectGraph(self._root).objects if isinstance(v, Variable)]
        # Savers know no counter of this kind.
        counter = self._root.save_counter
        named = [v for v in found if v is not counter or self._reader.has_tensor(v.op.name)]
        return named

    def expect_partial(self) -> Any:
        """Says that values without objects are no mistake."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Restores all variables, by their names.

        Raises:
            NotFoundError: one isn't in the checkpoint.
        """
        from penstock.checkpoint.saver import Saver

        session = session_or_default(session)
        with session.graph.as_default():
            saver = Saver(self._variables())
        saver.restore(session, self._path)

    def initialize_or_restore(self, session: Any = None) -> None:
        """Restores all variables, by their names; the count of saves begins anew."""
        session = session_or_default(session)
        if not self._reader.has_tensor(self._root.save_counter.op.name):
            session.run(self._root.save_counter.initializer)
        self.run_restore_ops(session)

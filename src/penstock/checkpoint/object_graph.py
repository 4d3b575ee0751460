"""Objects and what they hold: which values an object-based checkpoint has, and under which keys.

An object takes part when it is a variable, or has one of these methods:

- ``_checkpoint_children()`` gives pairs of a local name and an object that it holds,
- ``_checkpoint_saveables()`` gives, for an object with values of its own, a dictionary from
  attribute names to functions that make a ``SaveableObject`` for a key.

Lists and dictionaries (with texts for keys) of such objects take part too, and an optimizer's
slots beside their variables (``get_slot_names()``, ``get_slot(variable, name)``).

A value's key is the path to it, ``model/layer-1/kernel/.ATTRIBUTES/VARIABLE_VALUE``; the graph of
objects is kept as a ``TrackableObjectGraph`` beside the values, and values are found again by
following it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from penstock import protos
from penstock.checkpoint.saveables import SaveableObject, saveables_for
from penstock.ops.variables import Variable

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"


class Child(NamedTuple):
    """An object under its local name."""

    name: str
    value: Any


class Slot(NamedTuple):
    """A variable that an optimizer keeps beside another."""

    optimizer: Any
    variable: Any
    name: str
    slot: Any


class Entry(NamedTuple):
    """A value of a checkpoint: whose it is, what it is called there, and how it is saved."""

    owner: Any
    attribute: str
    key: str
    make: Callable[[str], SaveableObject]


def is_trackable(value: Any) -> bool:
    """Whether an object can be part of an object-based checkpoint."""
    return isinstance(value, Variable) or any(
        hasattr(type(value), name) for name in ("_checkpoint_children", "_checkpoint_saveables")
    )


def is_structure(value: Any) -> bool:
    """Whether a value is a list or dictionary that can be followed."""
    if isinstance(value, dict):
        return all(isinstance(name, str) for name in value)
    return isinstance(value, list)


def children(owner: Any) -> Iterator[Child]:
    """What an object, list or dictionary holds."""
    if isinstance(owner, Variable):
        return
    if isinstance(owner, list):
        pairs: Any = ((str(number), value) for number, value in enumerate(owner))
    elif isinstance(owner, dict):
        pairs = owner.items()
    elif hasattr(owner, "_checkpoint_children"):
        pairs = owner._checkpoint_children()
    else:
        return
    for name, value in pairs:
        if is_trackable(value) or is_structure(value):
            yield Child(name, value)


def _slots(optimizer: Any, variables: list[Any]) -> Iterator[tuple[Any, str, Any]]:
    """The variables that an optimizer keeps beside others, with those and the slots' names."""
    if not hasattr(optimizer, "_checkpoint_children") or not hasattr(optimizer, "get_slot_names"):
        return
    for name in optimizer.get_slot_names():
        for variable in (each for each in variables if isinstance(each, Variable)):
            try:
                slot = optimizer.get_slot(variable, name)
            except KeyError:
                continue
            if slot is not None:
                yield variable, name, slot


def _escaped(name: str) -> str:
    return name.replace(".", "..").replace("/", ".S")


class ObjectGraph:
    """The objects that can be reached from one, in TensorFlow's order: breadth first.

    Args:
        root: where to begin.

    Attributes:
        objects: all of them, optimizers' slots last.
        number: the place of an object (by ``id``) among them.
        slots: optimizers' slots for variables that can be reached.
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self.objects: list[Any] = [root]
        self.number: dict[int, int] = {id(root): 0}
        self.edges: list[list[tuple[str, Any]]] = []
        self._paths = [""]
        for owner in self.objects:  # grows on the way
            held = list(children(owner))
            self.edges.append([(name, value) for name, value in held])
            path = self._paths[self.number[id(owner)]]
            for name, value in held:
                if id(value) not in self.number:
                    self._add(value, f"{path}/{_escaped(name)}" if path else _escaped(name))
        self.slots: list[Slot] = []
        variables = [owner for owner in self.objects if isinstance(owner, Variable)]
        for optimizer in list(self.objects):
            self._add_slots(optimizer, variables)

    def _add(self, value: Any, path: str) -> None:
        self.number[id(value)] = len(self.objects)
        self.objects.append(value)
        self._paths.append(path)

    def _add_slots(self, optimizer: Any, variables: list[Any]) -> None:
        for variable, name, slot in _slots(optimizer, variables):
            owner = self._paths[self.number[id(variable)]]
            inside = self._paths[self.number[id(optimizer)]]
            if id(slot) not in self.number:
                self._add(slot, f"{owner}/.OPTIMIZER_SLOT/{inside}/{_escaped(name)}")
                self.edges.append([])
            self.slots.append(Slot(optimizer, variable, name, slot))

    def entries(self) -> list[Entry]:
        """All values, in the order of their owners."""
        found = []
        for owner, path in zip(self.objects, self._paths, strict=True):
            start = f"{path}/.ATTRIBUTES/" if path else ".ATTRIBUTES/"
            for attribute, make in values_of(owner).items():
                found.append(Entry(owner, attribute, start + _escaped(attribute), make))
        return found

    def to_proto(self) -> Any:
        """A ``TrackableObjectGraph``."""
        graph = protos.TrackableObjectGraph()
        for held in self.edges:
            node = graph.nodes.add()
            for name, value in held:
                node.children.add(node_id=self.number[id(value)], local_name=name)
        for slot in self.slots:
            graph.nodes[self.number[id(slot.optimizer)]].slot_variables.add(
                original_variable_node_id=self.number[id(slot.variable)],
                slot_name=slot.name,
                slot_variable_node_id=self.number[id(slot.slot)],
            )
        for entry in self.entries():
            graph.nodes[self.number[id(entry.owner)]].attributes.add(
                name=entry.attribute,
                full_name=_full_name(entry.owner),
                checkpoint_key=entry.key,
            )
        return graph


def _full_name(owner: Any) -> str:
    return owner._shared_name if isinstance(owner, Variable) else ""


def values_of(owner: Any) -> dict[str, Callable[[str], SaveableObject]]:
    """The values that an object itself has, by attribute."""
    if isinstance(owner, Variable):
        return {VALUE: lambda key: next(iter(saveables_for(owner, key)))}
    if hasattr(owner, "_checkpoint_saveables"):
        return owner._checkpoint_saveables()
    return {}


class Match:
    """An object graph of a checkpoint laid beside the objects of a program.

    Args:
        graph: the checkpoint's ``TrackableObjectGraph``.
        root: the object that was saved, or one like it.

    Attributes:
        bound: objects by their number in the checkpoint.
        slots: those of ``bound`` that are slots of optimizers, in the order they were found.
    """

    def __init__(self, graph: Any, root: Any) -> None:
        self.graph = graph
        self.root = root
        self.bound: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.conflicts: list[tuple[Any, int]] = []
        self.slots: list[int] = []
        queue: list[tuple[Any, int]] = []
        self._bind(root, 0, queue)
        for owner, number in queue:
            held = dict(children(owner))
            for child in graph.nodes[number].children:
                if child.local_name in held:
                    self._bind(held[child.local_name], child.node_id, queue)
        for owner, number in list(queue):
            self._bind_slots(owner, graph.nodes[number], queue)

    def _bind(self, value: Any, number: int, queue: list[tuple[Any, int]]) -> None:
        if number in self.bound:
            if self.bound[number] is not value:
                self.conflicts.append((value, number))
            return
        self.bound[number] = value
        self.numbers[id(value)] = number
        queue.append((value, number))

    def _bind_slots(self, optimizer: Any, node: Any, queue: list[tuple[Any, int]]) -> None:
        places = {number: place for place, number in enumerate(self.bound)}
        # Variable after variable, all slots of each.
        for saved in sorted(
            node.slot_variables, key=lambda each: places.get(each.original_variable_node_id, 0)
        ):
            variable = self.bound.get(saved.original_variable_node_id)
            for _, name, slot in _slots(optimizer, [variable]):
                if name == saved.slot_name:
                    self._bind(slot, saved.slot_variable_node_id, queue)
                    self.slots.append(saved.slot_variable_node_id)

    def saved_keys(self, number: int) -> dict[str, str]:
        """The keys of the values of an object in the checkpoint, by attribute."""
        return {each.name: each.checkpoint_key for each in self.graph.nodes[number].attributes}

    def entries(self, numbers: Any) -> list[Entry]:
        """What to restore of some of the bound objects."""
        found = []
        for number in numbers:
            keys = self.saved_keys(number)
            for attribute, make in values_of(self.bound[number]).items():
                if attribute in keys:
                    found.append(Entry(self.bound[number], attribute, keys[attribute], make))
        return found


def parse_object_graph(data: bytes) -> Any:
    """A ``TrackableObjectGraph`` whose numbers all refer to nodes of it.

    Raises:
        ValueError: when the bytes are no such graph.
    """
    from google.protobuf.message import DecodeError

    graph = protos.TrackableObjectGraph()
    try:
        graph.ParseFromString(data)
    except DecodeError as error:
        raise ValueError(f"not a graph of objects: {error}") from None
    count = len(graph.nodes)
    numbers = [child.node_id for node in graph.nodes for child in node.children]
    for node in graph.nodes:
        for slot in node.slot_variables:
            numbers += [slot.original_variable_node_id, slot.slot_variable_node_id]
    if not count or any(not 0 <= number < count for number in numbers):
        raise ValueError("not a graph of objects: a reference leads nowhere")
    return graph


def node_names(graph: Any) -> dict[int, str]:
    """How messages call the nodes of a graph: ``(root).model.kernel``."""
    names = {0: "(root)"}
    queue = [0]
    for number in queue:
        for child in graph.nodes[number].children:
            if child.node_id not in names:
                names[child.node_id] = f"{names[number]}.{child.local_name}"
                queue.append(child.node_id)
    for number in list(queue):
        for slot in graph.nodes[number].slot_variables:
            names.setdefault(
                slot.slot_variable_node_id,
                f"{names[number]}'s state '{slot.slot_name}' for "
                f"{names.get(slot.original_variable_node_id, slot.original_variable_node_id)}",
            )
    return names

"""Variables that start from a checkpoint: ``init_from_checkpoint`` and ``warm_start``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from penstock.checkpoint.inspection import checkpoint_path, load_checkpoint
from penstock.checkpoint.save_ops import restore_v2
from penstock.graph import defaults
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import device as on_device
from penstock.graph.scopes import init_scope
from penstock.graph.shapes import TensorShape
from penstock.ops import state
from penstock.ops.variable_store import default_variable_store
from penstock.ops.variables import Variable
from penstock.platform import logging


def init_from_checkpoint(
    ckpt_dir_or_file: str | os.PathLike, assignment_map: Mapping[str, Any]
) -> None:
    """Makes variables take their initial values from a checkpoint.

    Args:
        ckpt_dir_or_file: a checkpoint's path, or a folder.
        assignment_map: from names in the checkpoint to variables, names of variables, or parts of
            a partitioned variable; or from scopes (``'scope/'``; ``'/'`` for all) to scopes.

    Raises:
        ValueError: when a variable or tensor isn't there, or the shapes differ.
    """
    path = checkpoint_path(ckpt_dir_or_file)
    shapes = load_checkpoint(path).get_variable_to_shape_map()
    with init_scope():
        for source in sorted(assignment_map, key=str):
            target = assignment_map[source]
            if isinstance(target, str):
                found = _variable_named(target)
            elif isinstance(target, Variable) or _are_variables(target):
                found = target
            elif hasattr(target, "_get_variable_list"):
                found = target._get_variable_list()
            else:
                found = target
            if found is not None:
                _initialize_one(path, shapes, source, found)
            else:
                _initialize_scope(path, shapes, source, target)


def _are_variables(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(v, Variable) for v in value)


def _stored() -> dict[str, Any]:
    """The variables that ``tf.get_variable`` made, by name."""
    return dict(default_variable_store()._vars)


def _variable_named(name: str) -> Any:
    return _stored().get(name)


def _parts_of(name: str, stored: Mapping[str, Any]) -> list[Any]:
    """The parts of a partitioned variable, in order."""
    parts: list[Any] = []
    while f"{name}/part_{len(parts)}" in stored:
        parts.append(stored[f"{name}/part_{len(parts)}"])
    return parts


def _initialize_one(path: str, shapes: Mapping[str, Any], source: str, target: Any) -> None:
    if source not in shapes:
        raise ValueError(f"Tensor {source} is not found in {path} checkpoint {dict(shapes)}")
    parts = list(target) if isinstance(target, (list, tuple)) else [target]
    whole = parts[0]._get_save_slice_info() if len(parts) > 1 else None
    shape = TensorShape(whole.full_shape) if whole is not None else parts[0].get_shape()
    if not shape.is_compatible_with(shapes[source]):
        raise ValueError(
            f"Shape of variable {_shown(target)} ({shape}) doesn't match with shape of tensor "
            f"{source} ({shapes[source]}) from checkpoint reader."
        )
    for part in parts:
        _set_initializer(part, path, source)
    logging.debug("Initialize variable %s from checkpoint %s with %s", _shown(target), path, source)


def _shown(target: Any) -> str:
    if isinstance(target, (list, tuple)):
        return ", ".join(variable.name for variable in target)
    return target.name


def _initialize_scope(path: str, shapes: Mapping[str, Any], source: str, target: Any) -> None:
    if "/" in target and source.endswith("/") != target.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {target} should map to scope only {source}. "
            "Should be 'scope/': 'other_scope/'."
        )
    if not (source.endswith("/") and target.endswith("/")):
        other = target if source.endswith("/") else ""
        raise ValueError(
            f"Assignment map with scope only name {other} should map to scope only {source}. "
            "Should be 'scope/': 'other_scope/'."
        )
    stored = _stored()
    scope = "" if target == "/" else target[:-1]
    prefix = "" if source == "/" else source[:-1]
    done = set()
    for name in stored:
        if scope and not name.startswith(scope + "/"):
            continue
        # `part_3` of a partitioned variable is saved as a slice of the whole.
        match = re.match(r"^(.*)/part_\d+$", name)
        if match is not None:
            name = match[1]
        if name in done:
            continue
        done.add(name)
        saved = name[len(scope) :].lstrip("/") if scope else name
        saved = f"{prefix}/{saved}" if prefix else saved
        if saved not in shapes:
            raise ValueError(
                f"Tensor {saved} ({name} in {target}) is not found in {path} checkpoint"
            )
        parts = _parts_of(name, stored) or stored[name]
        _initialize_one(path, shapes, saved, parts)


def _set_initializer(variable: Any, path: str, source: str) -> None:
    info = variable._get_save_slice_info()
    spec = info.spec if info is not None else ""
    base = variable.dtype.base_dtype
    # Where the values go is the variable's business; reading happens on the CPU.
    with on_device("/cpu:0"):
        value = restore_v2(path, [source], [spec], [base], name="checkpoint_initializer")[0]
        value.set_shape(variable.get_shape())
    if hasattr(variable, "handle"):
        from penstock.graph.build import apply

        variable._initializer_op = apply("AssignVariableOp", variable.handle, value)
    else:
        with on_device(variable.device):
            variable._initializer_op = state.assign(variable._graph_element, value)
    variable._initial_value = value


def warm_start(
    ckpt_to_initialize_from: str | os.PathLike,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Any = None,
    var_name_to_prev_var_name: Mapping[str, str] | None = None,
) -> None:
    """Makes variables take their initial values from the checkpoint of another model.

    Args:
        ckpt_to_initialize_from: a checkpoint's path, or a folder.
        vars_to_warm_start: a pattern (or several) that the names of trainable variables match;
            a list of variables; or ``None`` for none.
        var_name_to_vocab_info: must be empty: vocabularies aren't remapped here.
        var_name_to_prev_var_name: from names of variables to their names in the checkpoint.

    Raises:
        ValueError: for vocabularies, or a variable that isn't in the checkpoint.
    """
    if var_name_to_vocab_info:
        raise ValueError("warm_start can't remap vocabularies (var_name_to_vocab_info)")
    previous = dict(var_name_to_prev_var_name or {})
    for variable in _variables_to_start(vars_to_warm_start):
        info = variable._get_save_slice_info()
        name = info.full_name if info is not None else variable.op.name
        init_from_checkpoint(ckpt_to_initialize_from, {previous.pop(name, name): variable})
    if previous:
        raise ValueError(
            "You provided the following variables in var_name_to_prev_var_name that were not used: "
            f"{sorted(previous)}"
        )


def _variables_to_start(wanted: Any) -> list[Any]:
    graph = defaults.get_default_graph()
    trainable = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
    if wanted is None:
        return []
    if isinstance(wanted, str):
        return [v for v in trainable if re.match(wanted, v.name)]
    if isinstance(wanted, Sequence) and all(isinstance(w, str) for w in wanted):
        every = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
        return [v for v in every if any(re.match(w, v.name) for w in wanted)]
    return list(wanted)

"""Operations of the graph as layers of a model.

A functional model may go through TensorFlow's functions as well as through layers::

    x = keras.Input((3,))
    model = keras.Model(x, tf.square(keras.layers.Dense(2)(x)))

Each operation between tensors of Keras becomes a layer, as in TensorFlow 1.15.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from penstock import protos
from penstock.graph import nest
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.node import Node


class TensorFlowOpLayer(Layer):
    """An operation as a layer.

    Args:
        node_def: the operation, a ``NodeDef`` message or what `get_config` makes of it.
        constants: its inputs that don't come from Keras, by position: tensors or values.
        name: the operation's name; the layer's is ``tf_op_layer_`` and this.
        trainable: accepted as in Keras. dtype: likewise.
    """

    def __init__(self, node_def: Any, constants: Any = None, name: str | None = None,
                 trainable: bool = True, dtype: Any = None) -> None:  # fmt: skip
        prefix = "" if str(name).startswith("tf_op_layer_") else "tf_op_layer_"
        super().__init__(name=f"{prefix}{name}", trainable=trainable, dtype=dtype)
        if isinstance(node_def, str):
            node_def = protos.NodeDef.FromString(base64.b64decode(node_def))
        self.node_def = node_def
        self.constants = {int(i): value for i, value in (constants or {}).items()}
        self.built = True

    def call(self, inputs: Any) -> Any:
        """What the operation gives for other inputs."""
        given = nest.flatten(inputs)
        graph = given[0].graph
        for position in sorted(self.constants):
            value = self.constants[position]
            if isinstance(value, dict):
                value = np.asarray(value["value"], value["dtype"])
            given.insert(position, ops.convert_to_tensor(value))
        made = graph.create_op(
            self.node_def.op, given, name=self.node_def.name.rpartition("/")[2],
            attrs={k: v for k, v in self.node_def.attr.items() if k != "_class"},
        )  # fmt: skip
        return made.outputs[0] if len(made.outputs) == 1 else list(made.outputs)

    @property
    def output_shape(self) -> Any:
        """The shapes of the outputs, in a list, as TensorFlow has them."""
        shape = self._common_shape("output")
        return shape if isinstance(shape, list) else [shape]

    def get_config(self) -> dict[str, Any]:
        """The operation and the values of its other inputs."""
        constants = {}
        for position, value in self.constants.items():
            if isinstance(value, ops.Tensor):
                array = K.get_value(value)
                value = {"dtype": str(array.dtype), "value": np.asarray(array).tolist()}
            constants[str(position)] = value
        return {
            **super().get_config(), "constants": constants,
            "node_def": base64.b64encode(self.node_def.SerializeToString()).decode(),
        }  # fmt: skip


def _comes_from_keras(tensor: Any, known: dict[Any, bool]) -> bool:
    """Whether a tensor depends on one of Keras. `known` keeps what was found, by operation."""
    if hasattr(tensor, "_keras_history"):
        return True
    pending = [tensor.op]
    while pending:
        op = pending[-1]
        if op in known:
            pending.pop()
            continue
        if any(hasattr(t, "_keras_history") or known.get(t.op, False) for t in op.inputs):
            known[op] = True
            continue
        missing = [t.op for t in op.inputs if t.op not in known]
        # An operation of a loop is its own ancestor: counted as none of Keras.
        missing = [each for each in missing if each not in pending]
        if missing:
            pending.extend(missing)
        else:
            known[op] = False
    return known[tensor.op]


def create_history(tensors: Any) -> None:
    """Makes layers of the operations between tensors of Keras and `tensors`.

    Args:
        tensors: a nest of tensors; those that don't depend on Keras's inputs stay as they are.
    """
    known: dict[Any, bool] = {}
    pending = [
        t.op for t in nest.flatten(tensors)
        if isinstance(t, ops.Tensor) and not hasattr(t, "_keras_history")
        and _comes_from_keras(t, known)
    ]  # fmt: skip
    while pending:
        op = pending[-1]
        if all(hasattr(t, "_keras_history") for t in op.outputs):
            pending.pop()
            continue
        inputs = [t for t in op.inputs if _comes_from_keras(t, known)]
        missing = [t.op for t in inputs if not hasattr(t, "_keras_history")]
        if missing:
            pending.extend(missing)
            continue
        constants = {i: t for i, t in enumerate(op.inputs) if not _comes_from_keras(t, known)}
        layer = TensorFlowOpLayer(op.node_def, constants, name=op.name)
        outputs = list(op.outputs)
        Node(layer, inputs[0] if len(inputs) == 1 else inputs,
             outputs[0] if len(outputs) == 1 else outputs)  # fmt: skip
        pending.pop()

"""``Input`` and ``InputLayer``: where tensors come into a model."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.node import Node


class InputLayer(Layer):
    """The layer behind an ``Input``.

    Args:
        input_shape: the shape without the batch axis. batch_size: the size of that axis.
        dtype: the type. input_tensor: a tensor to use, in place of a placeholder.
        sparse: make a sparse placeholder. name: the name. ragged: refused.
        **kwargs: ``batch_input_shape``.
    """

    def __init__(self, input_shape: Any = None, batch_size: int | None = None, dtype: Any = None,
                 input_tensor: Any = None, sparse: bool = False, name: str | None = None,
                 ragged: bool = False, **kwargs: Any) -> None:  # fmt: skip
        if "batch_input_shape" in kwargs:
            given = kwargs.pop("batch_input_shape")
            if input_shape and given:
                raise ValueError(
                    "Only provide the input_shape OR batch_input_shape argument to InputLayer, "
                    "not both at the same time."
                )
            batch_size, input_shape = given[0], tuple(given[1:])
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments: {list(kwargs)}")
        if not name:
            name = K.unique_object_name("input", zero_based=False)
        if dtype is None:
            dtype = K.floatx() if input_tensor is None else input_tensor.dtype.base_dtype.name
        super().__init__(dtype=dtype, name=name)
        self.built = True
        self.sparse = sparse
        self.ragged = ragged
        self.batch_size = batch_size
        self.supports_masking = True
        if isinstance(input_shape, ops.TensorShape):
            input_shape = tuple(input_shape.as_list())
        elif isinstance(input_shape, int):
            input_shape = (input_shape,)
        shape: Any
        if input_tensor is None:
            shape = None if input_shape is None else (batch_size, *input_shape)
            input_tensor = K.placeholder(
                shape=shape, dtype=self.dtype, name=self.name, sparse=sparse, ragged=ragged
            )
            self.is_placeholder = True
            self._batch_input_shape: Any = shape
        else:
            if not isinstance(input_tensor, (ops.Tensor, ops.Variable, ops.SparseTensor)):
                raise ValueError(f"input_tensor should be a tensor, not {input_tensor}")
            if isinstance(input_tensor, ops.Variable):
                input_tensor = ops.convert_to_tensor(input_tensor)
            self.is_placeholder = K.is_placeholder(input_tensor)
            self._batch_input_shape = K.int_shape(input_tensor)
        input_tensor._keras_mask = None
        input_tensor.graph._has_keras_inputs = True
        self._inbound_nodes = []
        Node(self, input_tensor, input_tensor)
        node = self._inbound_nodes[0]
        node.inbound_layers, node.keras_inputs = [], []
        self._outbound_nodes = []

    @property
    def output_shape(self) -> Any:
        """The shape of the input, in a list, as TensorFlow has it (and prints it in summaries)."""
        return [self._common_shape("output")]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            "batch_input_shape": self._batch_input_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
        }


def Input(shape: Any = None, batch_size: int | None = None, name: str | None = None,  # noqa: N802
          dtype: Any = None, sparse: bool = False, tensor: Any = None, ragged: bool = False,
          **kwargs: Any) -> Any:  # fmt: skip
    """The tensor that stands for a model's input.

    Args:
        shape: the shape without the batch axis. batch_size: the size of that axis.
        name: the name. dtype: the type. sparse: make it sparse.
        tensor: a tensor to use, in place of a placeholder. ragged: refused.
        **kwargs: ``batch_shape``, the shape with the batch axis.
    """
    if "batch_shape" in kwargs:
        batch_shape = kwargs.pop("batch_shape")
        if shape and batch_shape:
            raise ValueError(
                "Only provide the `shape` OR `batch_shape` argument to Input, not both at the "
                "same time."
            )
        batch_size, shape = batch_shape[0], tuple(batch_shape[1:])
    if "batch_input_shape" in kwargs:
        batch_shape = kwargs.pop("batch_input_shape")
        batch_size, shape = batch_shape[0], tuple(batch_shape[1:])
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments: {list(kwargs)}")
    if shape is None and tensor is None:
        raise ValueError(
            "Please provide to Input either a `shape` or a `tensor` argument. Note that `shape` "
            "does not include the batch dimension."
        )
    layer = InputLayer(
        input_shape=shape, batch_size=batch_size, name=name, dtype=dtype, sparse=sparse,
        input_tensor=tensor, ragged=ragged,
    )  # fmt: skip
    return layer._inbound_nodes[0].output_tensors

"""The embedding layer."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import constraints, initializers, regularizers
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.layers.core import weight_config


class Embedding(Layer):
    """Numbers as rows of a table: ``[batch, length]`` to ``[batch, length, output_dim]``.

    Args:
        input_dim: the size of the vocabulary. output_dim: the size of a row.
        embeddings_initializer: for the table. embeddings_regularizer: a loss of the table.
        activity_regularizer: a loss of the output. embeddings_constraint: applied after updates.
        mask_zero: whether number 0 is padding. input_length: the length, if it is fixed.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform",
                 embeddings_regularizer: Any = None, activity_regularizer: Any = None,
                 embeddings_constraint: Any = None, mask_zero: bool = False,
                 input_length: Any = None, **kwargs: Any) -> None:  # fmt: skip
        if "input_shape" not in kwargs and "batch_input_shape" not in kwargs:
            if input_length:
                kwargs["input_shape"] = (
                    tuple(input_length) if isinstance(input_length, (list, tuple))
                    else (input_length,)
                )  # fmt: skip
            else:
                kwargs["input_shape"] = (None,)
        kwargs["dtype"] = kwargs.pop("dtype", None) or K.floatx()
        super().__init__(activity_regularizer=regularizers.get(activity_regularizer), **kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.input_length = input_length

    def build(self, input_shape: Any) -> None:
        """Makes the table."""
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), initializer=self.embeddings_initializer,
            name="embeddings", regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )  # fmt: skip
        self.built = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where the numbers aren't 0, if that is padding."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape and ``output_dim``."""
        sizes = ops.TensorShape(input_shape).as_list()
        if self.input_length is not None:
            lengths = (
                list(self.input_length) if isinstance(self.input_length, (list, tuple))
                else [self.input_length]
            )  # fmt: skip
            for i, (mine, given) in enumerate(zip(lengths, sizes[1:])):
                if mine is not None and given is not None and mine != given:
                    raise ValueError(
                        f'"input_length" is {self.input_length}, but received input has shape '
                        f"{tuple(sizes)}"
                    )
                if mine is None:
                    lengths[i] = given
            sizes = [sizes[0], *lengths]
        return ops.TensorShape([*sizes, self.output_dim])

    def call(self, inputs: Any) -> Any:
        """The rows."""
        if inputs.dtype.base_dtype.name not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        return ops.embedding_lookup(self.embeddings, inputs)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(), "input_dim": self.input_dim, "output_dim": self.output_dim,
            **weight_config(self, "embeddings"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "mask_zero": self.mask_zero, "input_length": self.input_length,
        }  # fmt: skip

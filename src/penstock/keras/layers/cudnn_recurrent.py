"""Recurrent layers with the weights of cuDNN's; XLA compiles them for any device."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.layers.recurrent import _CellLayer
from penstock.keras.layers.recurrent_cells import GRUCell, LSTMCell


class _CuDNNGRUCell(GRUCell):
    """A ``GRUCell`` whose two biases stand in one row of ``6 * units``."""

    def _bias_shape(self) -> tuple[int, ...]:
        return (6 * self.units,)

    def _input_bias(self) -> Any:
        return self.bias[: 3 * self.units]

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        """The output, which is the new state too."""
        inner = K.bias_add(K.dot(states[0], self.recurrent_kernel), self.bias[3 * self.units :])
        x_z, x_r, x_h = ops.split(projected, 3, axis=-1)
        in_z, in_r, in_h = ops.split(inner, 3, axis=-1)
        z, r = ops.sigmoid(x_z + in_z), ops.sigmoid(x_r + in_r)
        output = z * states[0] + (1 - z) * ops.tanh(x_h + r * in_h)
        return output, [output]


class _CuDNNLSTMCell(LSTMCell):
    """An ``LSTMCell`` with two biases in one row of ``8 * units``."""

    def _bias_shape(self) -> tuple[int, ...]:
        return (8 * self.units,)

    def _first_bias(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer
        units = self.units

        def make(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            # Of the two forget biases the second, that of the state, begins at 1.
            kind = {} if dtype is None else {"dtype": dtype}
            plain = ops.convert_to_tensor(self.bias_initializer((units * 5,), **kind))
            end = ops.convert_to_tensor(self.bias_initializer((units * 2,), **kind))
            del shape, partition_info
            return ops.concat([plain, ops.ones((units,), **kind), end], axis=0)

        return make

    def _input_bias(self) -> Any:
        return self.bias[: 4 * self.units] + self.bias[4 * self.units :]


class _CuDNN(_CellLayer):
    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        for name in ("activation", "recurrent_activation", "use_bias", "dropout", "unroll",
                     "recurrent_dropout", "implementation", "reset_after",
                     "time_major"):  # fmt: skip
            config.pop(name, None)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        return cls(**config)


class CuDNNGRU(_CuDNN):
    """A GRU with ``tanh``, ``sigmoid`` and the reset gate after the product.

    Its weights are cuDNN's (the bias is ``[6 * units]``); it runs on every device. For the
    arguments see ``GRU``.
    """

    def __init__(self, units: int, kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, recurrent_constraint: Any = None,
                 bias_constraint: Any = None, return_sequences: bool = False,
                 return_state: bool = False, go_backwards: bool = False, stateful: bool = False,
                 **kwargs: Any) -> None:  # fmt: skip
        cell = _CuDNNGRUCell(
            units, "tanh", "sigmoid", True, kernel_initializer, recurrent_initializer,
            bias_initializer, kernel_regularizer, recurrent_regularizer, bias_regularizer,
            kernel_constraint, recurrent_constraint, bias_constraint, implementation=2,
            reset_after=True, dtype=kwargs.get("dtype"),
        )  # fmt: skip
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, **kwargs)
        self._finish(activity_regularizer)


class CuDNNLSTM(_CuDNN):
    """An LSTM with ``tanh`` and ``sigmoid``.

    Its weights are cuDNN's (the bias is ``[8 * units]``); it runs on every device. For the
    arguments see ``LSTM``.
    """

    def __init__(self, units: int, kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 unit_forget_bias: bool = True, kernel_regularizer: Any = None,
                 recurrent_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 recurrent_constraint: Any = None, bias_constraint: Any = None,
                 return_sequences: bool = False, return_state: bool = False,
                 go_backwards: bool = False, stateful: bool = False,
                 **kwargs: Any) -> None:  # fmt: skip
        cell = _CuDNNLSTMCell(
            units, "tanh", "sigmoid", True, kernel_initializer, recurrent_initializer,
            bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint,
            implementation=2, dtype=kwargs.get("dtype"),
        )  # fmt: skip
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, **kwargs)
        self._finish(activity_regularizer)

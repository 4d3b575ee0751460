"""Cells of recurrent layers: what happens in one time step."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from penstock.graph import nest
from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.layers.core import weight_config
from penstock.keras.utils.objects import has_arg


def is_multiple_state(state_size: Any) -> bool:
    """Whether a state size names several states."""
    return hasattr(state_size, "__len__") and not isinstance(state_size, ops.TensorShape)


def zero_states(batch_size: Any, state_size: Any, dtype: Any) -> Any:
    """States of zeros.

    Args:
        batch_size: the size of the batch, a number or tensor.
        state_size: the size of the state, or a nest of sizes. dtype: their type.
    """
    if batch_size is None or dtype is None:
        raise ValueError(
            "batch_size and dtype cannot be None while constructing initial state: "
            f"batch_size={batch_size}, dtype={dtype}"
        )

    def zeros(size: Any) -> Any:
        sizes = ops.TensorShape(size if hasattr(size, "__len__") else [size]).as_list()
        made = ops.fill(ops.stack([batch_size, *sizes]), ops.constant(0, dtype=dtype))
        known = batch_size if isinstance(batch_size, int) else None
        made.set_shape([known, *sizes])
        return made

    if is_multiple_state(state_size) and not isinstance(state_size, ops.TensorShape):
        return [zeros(each) if not isinstance(each, (list, tuple))
                else zero_states(batch_size, each, dtype) for each in state_size]  # fmt: skip
    return zeros(state_size)


def _zero_states_like(cell: Any, inputs: Any, batch_size: Any, dtype: Any) -> Any:
    if inputs is not None:
        batch_size, dtype = ops.shape(inputs)[0], inputs.dtype.base_dtype
    return zero_states(batch_size, cell.state_size, dtype)


class AbstractRNNCell(Layer):
    """What a cell of one's own is derived from: ``call(inputs, states)``, ``state_size``."""

    def call(self, inputs: Any, states: Any) -> Any:  # type: ignore[override]
        """The output and the new states."""
        raise NotImplementedError("Abstract method")

    @property
    def state_size(self) -> Any:
        """The size, or sizes, of the states."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        raise NotImplementedError("Abstract method")

    def get_initial_state(
        self, inputs: Any = None, batch_size: Any = None, dtype: Any = None
    ) -> Any:
        """States of zeros."""
        return _zero_states_like(self, inputs, batch_size, dtype)


class DropoutRNNCellMixin:
    """Masks of dropout that are the same in all time steps of a sequence."""

    dropout: float
    recurrent_dropout: float

    def reset_dropout_mask(self) -> None:
        """Has the next call draw a new mask for the inputs."""
        self.__dict__["_dropout_mask"] = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Has the next call draw a new mask for the states."""
        self.__dict__["_recurrent_dropout_mask"] = None

    def get_dropout_mask_for_cell(self, inputs: Any, training: Any, count: int = 1) -> Any:
        """The mask (or masks) for the inputs; ``None`` without dropout."""
        return self._mask("_dropout_mask", self.dropout, inputs, training, count)

    def get_recurrent_dropout_mask_for_cell(
        self, inputs: Any, training: Any, count: int = 1
    ) -> Any:
        """The mask (or masks) for the states; ``None`` without dropout."""
        return self._mask(
            "_recurrent_dropout_mask", self.recurrent_dropout, inputs, training, count
        )

    def _mask(self, where: str, rate: float, inputs: Any, training: Any, count: int) -> Any:
        if rate == 0:
            return None
        if self.__dict__.get(where) is None:
            ones = ops.ones_like(inputs)
            masks = [
                K.in_train_phase(lambda: K.dropout(ones, rate), ones, training=training)
                for _ in range(count)
            ]
            self.__dict__[where] = masks if count > 1 else masks[0]
        return self.__dict__[where]


class _Cell(DropoutRNNCellMixin, Layer):
    """A cell with kernel, recurrent kernel and bias for a number of gates.

    The product of inputs and kernel doesn't depend on the states, so that ``RNN`` can make it for
    all time steps at once (``project``) before the loop (``step``).
    """

    gates = 1

    def _set_up(
        self, units: int, activation: Any, use_bias: bool, kernel_initializer: Any,
        recurrent_initializer: Any, bias_initializer: Any, kernel_regularizer: Any,
        recurrent_regularizer: Any, bias_regularizer: Any, kernel_constraint: Any,
        recurrent_constraint: Any, bias_constraint: Any, dropout: float, recurrent_dropout: float,
    ) -> None:  # fmt: skip
        self.units = units if isinstance(units, int) else int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.state_size: Any = self.units
        self.output_size = self.units

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.units * self.gates,)

    def _first_bias(self) -> Any:
        return self.bias_initializer

    def build(self, input_shape: Any) -> None:
        """Makes kernel, recurrent kernel and bias."""
        size = ops.TensorShape(input_shape).as_list()[-1]
        width = self.units * self.gates
        self.kernel = self.add_weight(
            "kernel", shape=(size, width), initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel", shape=(self.units, width), initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias: Any = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", shape=self._bias_shape(), initializer=self._first_bias(),
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def _masked_product(self, values: Any, masks: Any, kernel: Any) -> Any:
        """``values @ kernel``, each gate's with its own mask when there are several."""
        if masks is None:
            return K.dot(values, kernel)
        if not isinstance(masks, list):
            return K.dot(values * masks, kernel)
        products = [
            K.dot(values * mask, part) for mask, part in zip(masks, self._parts(kernel, masks))
        ]
        return ops.concat(products, axis=-1)

    def _parts(self, kernel: Any, masks: list[Any]) -> list[Any]:
        """Each gate's part of a kernel, made once for a list of masks.

        Like the masks, the parts are made before the loop over time steps, so that the gradient
        needn't keep them step by step.
        """
        known = self.__dict__.setdefault("_parts_for_masks", {})
        found = known.get(id(kernel))
        if found is None or found[0] is not masks:
            found = known[id(kernel)] = (masks, ops.split(kernel, len(masks), axis=1))
        return found[1]

    def _input_bias(self) -> Any:
        return self.bias

    def project(self, inputs: Any, masks: Any = None) -> Any:
        """What the inputs, ``[..., batch, size]``, add to the gates: ``[..., batch, gates]``."""
        projected = self._masked_product(inputs, masks, self.kernel)
        bias = self._input_bias()
        return projected if bias is None else K.bias_add(projected, bias)

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        """The output and the new states, given ``project`` of the inputs."""
        raise NotImplementedError(f"{type(self).__name__} must define `step`.")

    def _mask_count(self) -> int:
        return self.gates if getattr(self, "implementation", 2) == 1 else 1

    def masks(self, inputs: Any, state: Any, training: Any) -> tuple[Any, Any]:
        """The masks of dropout for inputs and states."""
        count = self._mask_count()
        return (
            self.get_dropout_mask_for_cell(inputs, training, count=count),
            self.get_recurrent_dropout_mask_for_cell(state, training, count=count),
        )

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:  # type: ignore[override]
        """The output and the new states.

        Args:
            inputs: ``[batch, size]``. states: the states. training: whether dropout is on.
        """
        input_masks, state_masks = self.masks(inputs, states[0], training)
        return self.step(self.project(inputs, input_masks), states, state_masks)

    def get_initial_state(
        self, inputs: Any = None, batch_size: Any = None, dtype: Any = None
    ) -> Any:
        """States of zeros."""
        return _zero_states_like(self, inputs, batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **weight_config(self, "kernel", "recurrent", "bias"),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
        }


class SimpleRNNCell(_Cell):
    """``activation(inputs @ kernel + bias + state @ recurrent_kernel)``.

    Args:
        units: the size of output and state. activation: a function or its name.
        use_bias: whether to add a bias. kernel_initializer: for the kernel.
        recurrent_initializer: for the recurrent kernel. bias_initializer: for the bias.
        kernel_regularizer: a loss of the kernel. recurrent_regularizer: of the recurrent kernel.
        bias_regularizer: of the bias. kernel_constraint: applied to the kernel after updates.
        recurrent_constraint: likewise. bias_constraint: likewise.
        dropout: the part of the inputs that is dropped. recurrent_dropout: of the state.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, units: int, activation: Any = "tanh", use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
                 bias_regularizer: Any = None, kernel_constraint: Any = None,
                 recurrent_constraint: Any = None, bias_constraint: Any = None,
                 dropout: float = 0.0, recurrent_dropout: float = 0.0,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._set_up(units, activation, use_bias, kernel_initializer, recurrent_initializer,
                     bias_initializer, kernel_regularizer, recurrent_regularizer,
                     bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint,
                     dropout, recurrent_dropout)  # fmt: skip

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        """The output, which is the new state too."""
        output = projected + self._masked_product(states[0], masks, self.recurrent_kernel)
        if self.activation is not None:
            output = self.activation(output)
        return output, [output]


class GRUCell(_Cell):
    """A gated recurrent unit (Cho et al., 2014).

    Args:
        units: the size of output and state. activation: of the candidate.
        recurrent_activation: of the gates. use_bias: whether to add a bias.
        kernel_initializer: for the kernel. recurrent_initializer: for the recurrent kernel.
        bias_initializer: for the bias. kernel_regularizer: a loss of the kernel.
        recurrent_regularizer: of the recurrent kernel. bias_regularizer: of the bias.
        kernel_constraint: applied after updates. recurrent_constraint: likewise.
        bias_constraint: likewise. dropout: the part of the inputs that is dropped.
        recurrent_dropout: of the state.
        implementation: 1 for one mask of dropout per gate, 2 for one for all.
        reset_after: whether the reset gate comes after the product (as in cuDNN) or before.
        **kwargs: as for ``Layer``.
    """

    gates = 3

    def __init__(self, units: int, activation: Any = "tanh",
                 recurrent_activation: Any = "hard_sigmoid", use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
                 bias_regularizer: Any = None, kernel_constraint: Any = None,
                 recurrent_constraint: Any = None, bias_constraint: Any = None,
                 dropout: float = 0.0, recurrent_dropout: float = 0.0, implementation: int = 1,
                 reset_after: bool = False, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._set_up(units, activation, use_bias, kernel_initializer, recurrent_initializer,
                     bias_initializer, kernel_regularizer, recurrent_regularizer,
                     bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint,
                     dropout, recurrent_dropout)  # fmt: skip
        self.recurrent_activation = activations.get(recurrent_activation)
        self.implementation = implementation
        self.reset_after = reset_after

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def _input_bias(self) -> Any:
        return self.bias[0] if self.bias is not None and self.reset_after else self.bias

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        """The output, which is the new state too."""
        state, units = states[0], self.units
        x_z, x_r, x_h = ops.split(projected, 3, axis=-1)
        if self.reset_after:
            inner = self._masked_product(state, masks, self.recurrent_kernel)
            if self.bias is not None:
                inner = K.bias_add(inner, self.bias[1])
            in_z, in_r, in_h = ops.split(inner, 3, axis=-1)
        else:
            gate_masks = masks[:2] if isinstance(masks, list) else masks
            inner = self._masked_product(state, gate_masks, self.recurrent_kernel[:, : 2 * units])
            in_z, in_r = ops.split(inner, 2, axis=-1)
        z = self.recurrent_activation(x_z + in_z)
        r = self.recurrent_activation(x_r + in_r)
        if self.reset_after:
            in_h = r * in_h
        else:
            mask = masks[2] if isinstance(masks, list) else masks
            kept = state if mask is None else state * mask
            in_h = K.dot(r * kept, self.recurrent_kernel[:, 2 * units :])
        candidate = self.activation(x_h + in_h)
        if masks is not None and not isinstance(masks, list):
            # With one mask for all gates Keras carries the masked state on.
            state = state * masks
        output = z * state + (1 - z) * candidate
        return output, [output]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "implementation": self.implementation,
            "reset_after": self.reset_after,
        }


class LSTMCell(_Cell):
    """A long short-term memory (Hochreiter and Schmidhuber, 1997).

    Args:
        units: the size of output and states. activation: of candidate and output.
        recurrent_activation: of the gates. use_bias: whether to add a bias.
        kernel_initializer: for the kernel. recurrent_initializer: for the recurrent kernel.
        bias_initializer: for the bias. unit_forget_bias: whether the forget gate's bias is 1.
        kernel_regularizer: a loss of the kernel. recurrent_regularizer: of the recurrent kernel.
        bias_regularizer: of the bias. kernel_constraint: applied after updates.
        recurrent_constraint: likewise. bias_constraint: likewise.
        dropout: the part of the inputs that is dropped. recurrent_dropout: of the state.
        implementation: 1 for one mask of dropout per gate, 2 for one for all.
        **kwargs: as for ``Layer``.
    """

    gates = 4

    def __init__(self, units: int, activation: Any = "tanh",
                 recurrent_activation: Any = "hard_sigmoid", use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 unit_forget_bias: bool = True, kernel_regularizer: Any = None,
                 recurrent_regularizer: Any = None, bias_regularizer: Any = None,
                 kernel_constraint: Any = None, recurrent_constraint: Any = None,
                 bias_constraint: Any = None, dropout: float = 0.0,
                 recurrent_dropout: float = 0.0, implementation: int = 1,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._set_up(units, activation, use_bias, kernel_initializer, recurrent_initializer,
                     bias_initializer, kernel_regularizer, recurrent_regularizer,
                     bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint,
                     dropout, recurrent_dropout)  # fmt: skip
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.implementation = implementation
        self.state_size = [self.units, self.units]

    def _first_bias(self) -> Any:
        return forget_bias(self.bias_initializer, self.units) if self.unit_forget_bias else (
            self.bias_initializer
        )  # fmt: skip

    def _gates(self, z: Any, carry: Any) -> tuple[Any, Any]:
        """The new carry and the output gate."""
        z_i, z_f, z_c, z_o = z
        i, f = self.recurrent_activation(z_i), self.recurrent_activation(z_f)
        carry = f * carry + i * self.activation(z_c)
        return carry, self.recurrent_activation(z_o)

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        """The output, and the new state and carry."""
        z = projected + self._masked_product(states[0], masks, self.recurrent_kernel)
        carry, gate = self._gates(ops.split(z, 4, axis=-1), states[1])
        output = gate * self.activation(carry)
        return output, [output, carry]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "unit_forget_bias": self.unit_forget_bias,
            "implementation": self.implementation,
        }


def forget_bias(initializer: Any, units: int) -> Any:
    """An initializer of a bias of four gates, 1 for the forget gate (Jozefowicz et al., 2015)."""

    def make(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        del shape, partition_info
        kind = {} if dtype is None else {"dtype": dtype}
        return ops.concat(
            [
                ops.convert_to_tensor(initializer((units,), **kind)),
                ops.ones((units,), **kind),
                ops.convert_to_tensor(initializer((units * 2,), **kind)),
            ],
            axis=0,
        )

    return make


class PeepholeLSTMCell(LSTMCell):
    """An ``LSTMCell`` whose gates see the carry (Gers, Schraudolph and Schmidhuber, 2002)."""

    input_gate_peephole_weights: Any
    forget_gate_peephole_weights: Any
    output_gate_peephole_weights: Any

    def build(self, input_shape: Any) -> None:
        """Makes the weights of ``LSTMCell`` and one of ``[units]`` for each gate."""
        super().build(input_shape)
        for gate in ("input", "forget", "output"):
            name = f"{gate}_gate_peephole_weights"
            made = self.add_weight(name, shape=(self.units,), initializer=self.kernel_initializer)
            setattr(self, name, made)

    def _gates(self, z: Any, carry: Any) -> tuple[Any, Any]:
        z_i, z_f, z_c, z_o = z
        i = self.recurrent_activation(z_i + self.input_gate_peephole_weights * carry)
        f = self.recurrent_activation(z_f + self.forget_gate_peephole_weights * carry)
        carry = f * carry + i * self.activation(z_c)
        return carry, self.recurrent_activation(z_o + self.output_gate_peephole_weights * carry)


class StackedRNNCells(Layer):
    """Cells one on top of the other, as one cell.

    Args:
        cells: the cells. **kwargs: ``reverse_state_order``, and as for ``Layer``.

    Raises:
        ValueError: for something that is no cell.
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        for cell in cells:
            for needed, what in (("call", "method"), ("state_size", "attribute")):
                if not hasattr(cell, needed):
                    raise ValueError(
                        f"All cells must have a `{needed}` {what}. received cells:", cells
                    )
        self.reverse_state_order = kwargs.pop("reverse_state_order", False)
        if self.reverse_state_order:
            warnings.warn("reverse_state_order=True in StackedRNNCells will soon be deprecated.",
                          stacklevel=2)  # fmt: skip
        super().__init__(**kwargs)
        self.cells = list(cells)

    def _ordered(self) -> list[Any]:
        return self.cells[::-1] if self.reverse_state_order else self.cells

    @property
    def state_size(self) -> tuple[Any, ...]:
        """The state sizes of the cells."""
        return tuple(
            tuple(c.state_size) if is_multiple_state(c.state_size) else c.state_size
            for c in self._ordered()
        )

    @property
    def output_size(self) -> Any:
        """The output size of the last cell."""
        return cell_output_size(self.cells[-1])

    def get_initial_state(
        self, inputs: Any = None, batch_size: Any = None, dtype: Any = None
    ) -> Any:
        """States of zeros."""
        return tuple(
            cell.get_initial_state(inputs=inputs, batch_size=batch_size, dtype=dtype)
            if hasattr(cell, "get_initial_state")
            else _zero_states_like(cell, inputs, batch_size, dtype)
            for cell in self._ordered()
        )

    def call(self, inputs: Any, states: Any, constants: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """The last cell's output and all new states."""
        sizes = self.state_size[::-1] if self.reverse_state_order else self.state_size
        nested = nest.pack_sequence_as(sizes, nest.flatten(states))
        found = []
        for cell, own in zip(self.cells, nested):
            own = list(own) if nest.is_sequence(own) else [own]
            given = {"constants": constants} if has_arg(cell.call, "constants") else {}
            given.update({k: v for k, v in kwargs.items() if has_arg(cell.call, k)})
            inputs, own = cell.call(inputs, own, **given)
            found.append(own)
        return inputs, nest.pack_sequence_as(sizes, nest.flatten(found))

    def build(self, input_shape: Any) -> None:
        """Makes the cells' weights."""
        if isinstance(input_shape, list) and input_shape and hasattr(input_shape[0], "__len__"):
            input_shape = input_shape[0]
        batch = ops.TensorShape(input_shape).as_list()[0]
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            size = cell_output_size(cell)
            sizes = ops.TensorShape(size if hasattr(size, "__len__") else [size]).as_list()
            input_shape = (batch, *sizes)
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """The cells."""
        cells = [{"class_name": type(c).__name__, "config": c.get_config()} for c in self.cells]
        return {**super().get_config(), "cells": cells}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The cells that ``get_config`` described."""
        from penstock.keras.layers.serialization import deserialize

        config = dict(config)
        cells = [deserialize(cell, custom_objects) for cell in config.pop("cells")]
        return cls(cells, **config)


def cell_output_size(cell: Any) -> Any:
    """The size of a cell's output: its ``output_size``, else that of its first state."""
    if getattr(cell, "output_size", None) is not None:
        return cell.output_size
    return cell.state_size[0] if is_multiple_state(cell.state_size) else cell.state_size

"""Layers around layers: ``TimeDistributed`` and ``Bidirectional``."""

from __future__ import annotations

import inspect
from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.recurrent import standardize_args
from penstock.keras.utils.objects import has_arg


class Wrapper(Layer):
    """A layer that does something with another one.

    Args:
        layer: the other one. **kwargs: as for ``Layer``.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Please initialize `{type(self).__name__}` layer with a `Layer` instance. You "
                f"passed: {layer}"
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.built = True

    @property
    def activity_regularizer(self) -> Any:
        """That of the layer."""
        layer = self.__dict__.get("layer")
        return getattr(layer, "activity_regularizer", None)

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer: Any) -> None:
        self._activity_regularizer = regularizer

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        layer = {"class_name": type(self.layer).__name__, "config": self.layer.get_config()}
        return {**super().get_config(), "layer": layer}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        from penstock.keras.layers.serialization import deserialize

        config = dict(config)
        return cls(deserialize(config.pop("layer"), custom_objects), **config)


class TimeDistributed(Wrapper):
    """A layer applied to each time step of ``[batch, time, ...]``, as to a larger batch.

    Args:
        layer: the layer. **kwargs: as for ``Layer``.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer for one time step."""
        sizes = ops.TensorShape(input_shape).as_list()
        if len(sizes) < 3:
            raise ValueError(
                "`TimeDistributed` Layer should be passed an `input_shape ` with at least 3 "
                f"dimensions, received: {sizes}"
            )
        self.input_spec = InputSpec(shape=[None, None, *sizes[2:]])
        super().build(ops.TensorShape([sizes[0], *sizes[2:]]))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The layer's output shape with the time axis put in."""
        sizes = ops.TensorShape(input_shape).as_list()
        inner = self.layer.compute_output_shape(ops.TensorShape([sizes[0], *sizes[2:]]))
        inner = ops.TensorShape(inner).as_list()
        return ops.TensorShape([inner[0], sizes[1], *inner[1:]])

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Applies the layer.

        Args:
            inputs: ``[batch, time, ...]``. training: for the layer. mask: of the inputs.
        """
        given: dict[str, Any] = {}
        if has_arg(self.layer.call, "training"):
            given["training"] = training
        if mask is not None and has_arg(self.layer.call, "mask") and len(mask.shape) > 2:
            given["mask"] = _joined(mask)
        outputs = self.layer(_joined(inputs), **given)
        return _parted(outputs, inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The layer's mask for each step; else the mask of the steps."""
        if mask is None:
            return None
        if len(mask.shape) > 2:
            inner = self.layer.compute_mask(_joined(inputs), _joined(mask))
            if inner is not None:
                return _parted(inner, inputs)
        while len(mask.shape) > 2:
            mask = ops.reduce_any(mask, axis=-1)
        return mask


def _joined(tensor: Any) -> Any:
    """``[batch, time, ...]`` as ``[batch * time, ...]``."""
    batch, time, *rest = tensor.shape.as_list()
    if None in rest:
        shape = ops.shape(tensor)
        result = ops.reshape(tensor, ops.concat([[-1], shape[2:]], 0))
        result.set_shape([None, *rest])
        return result
    count = batch * time if batch is not None and time is not None else -1
    return ops.reshape(tensor, [count, *rest])


def _parted(tensor: Any, like: Any) -> Any:
    """``[batch * time, ...]`` as ``[batch, time, ...]``, as ``like`` has these."""
    batch, time = like.shape.as_list()[:2]
    rest = tensor.shape.as_list()[1:]
    if None in rest or time is None:
        shape = ops.concat([ops.shape(like)[:2], ops.shape(tensor)[1:]], 0)
        result = ops.reshape(tensor, shape)
    else:
        result = ops.reshape(tensor, [-1, time, *rest])
    result.set_shape([batch, time, *rest])
    return result


class Bidirectional(Wrapper):
    """A recurrent layer forwards and one backwards (Schuster and Paliwal, 1997).

    Args:
        layer: the recurrent layer; both are made like it.
        merge_mode: how their outputs are put together: ``'concat'``, ``'sum'``, ``'mul'``,
            ``'ave'``, or ``None`` for a list.
        weights: first weights. backward_layer: the backward layer, when it is another one.
        **kwargs: as for ``Layer``.

    Raises:
        ValueError: for another ``merge_mode``, or layers that don't fit.
    """

    def __init__(self, layer: Any, merge_mode: str | None = "concat", weights: Any = None,
                 backward_layer: Any = None, **kwargs: Any) -> None:  # fmt: skip
        if not isinstance(layer, Layer):
            raise ValueError(
                "Please initialize `Bidirectional` layer with a `Layer` instance. You passed: "
                f"{layer}"
            )
        if backward_layer is not None and not isinstance(backward_layer, Layer):
            raise ValueError(
                f"`backward_layer` need to be a `Layer` instance. You passed: {backward_layer}"
            )
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(
                "Invalid merge mode. Merge mode should be one of "
                '{"sum", "mul", "ave", "concat", None}'
            )
        # The layer itself is a pattern for the other two; its weights are never made.
        super().__init__(layer, **kwargs)
        self.__dict__.get("_tracked", {}).pop("layer", None)
        self.forward_layer = _made_like(layer)
        if backward_layer is None:
            self.backward_layer = _made_like(layer, backwards=True)
        else:
            self.backward_layer = backward_layer
            self.__dict__["_backward_layer_config"] = backward_layer.get_config()
        self.forward_layer._name = "forward_" + self.forward_layer.name
        self.backward_layer._name = "backward_" + self.backward_layer.name
        self._check_layers()
        for each in (self.forward_layer, self.backward_layer):
            if getattr(each, "zero_output_for_mask", None) is not None:
                each.zero_output_for_mask = each.return_sequences
        self.merge_mode = merge_mode
        if weights:
            half = len(weights) // 2
            self.forward_layer._initial_weights = weights[:half]
            self.backward_layer._initial_weights = weights[half:]
        wrapped: Any = layer
        self.stateful = wrapped.stateful
        self.return_sequences = wrapped.return_sequences
        self.return_state = wrapped.return_state
        self.supports_masking = True
        self._num_constants = 0
        self.input_spec = layer.input_spec

    def _check_layers(self) -> None:
        if self.forward_layer.go_backwards == self.backward_layer.go_backwards:
            raise ValueError(
                "Forward layer and backward layer should have different `go_backwards` value."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            first = getattr(self.forward_layer, name)
            second = getattr(self.backward_layer, name)
            if first != second:
                raise ValueError(
                    "Forward layer and backward layer are expected to have the same value for "
                    f"attribute {name}, got {first} and {second}"
                )

    def build(self, input_shape: Any = None) -> None:
        """Builds both layers."""
        for each in (self.forward_layer, self.backward_layer):
            with ops.name_scope(each.name):
                if not each.built:
                    each.build(input_shape)
                    each.built = True
                if each._initial_weights is not None:
                    each.set_weights(each._initial_weights)
                    each._initial_weights = None
        self.built = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs."""
        shape = self.forward_layer.compute_output_shape(input_shape)
        states: list[Any] = []
        if self.return_state:
            shape, *states = shape
        sizes: list[Any] = ops.TensorShape(shape).as_list()
        if self.merge_mode == "concat":
            sizes[-1] *= 2
        output = ops.TensorShape(sizes)
        if self.merge_mode is None:
            return [output, output, *states, *states]
        return [output, *states, *states] if self.return_state else output

    def __call__(self, inputs: Any, initial_state: Any = None, constants: Any = None,
                 **kwargs: Any) -> Any:  # fmt: skip
        """Applies both layers.

        Args:
            inputs: sequences, or a list of these, states and constants.
            initial_state: the states to begin with, the forward layer's first.
            constants: for the cells. **kwargs: ``mask``, ``training``.
        """
        inputs, initial_state, constants = standardize_args(
            inputs, initial_state, constants, self._num_constants
        )
        if initial_state is None and constants is None:
            return super().__call__(inputs, **kwargs)
        more: list[Any] = []
        if initial_state is not None:
            if len(initial_state) % 2:
                raise ValueError(
                    "When passing `initial_state` to a Bidirectional RNN, the state should be a "
                    f"list containing the states of the underlying RNNs. Found: {initial_state}"
                )
            more += initial_state
        if constants is not None:
            more += constants
            self._num_constants = len(constants)
            self.forward_layer._num_constants = self._num_constants
            self.backward_layer._num_constants = self._num_constants
        from_keras = hasattr(more[0], "_keras_history")
        if any(hasattr(t, "_keras_history") != from_keras for t in more):
            raise ValueError(
                "The initial state of a Bidirectional layer cannot be specified with a mix of "
                'Keras tensors and non-Keras tensors (a "Keras tensor" is a tensor that was '
                "returned by a Keras layer, or by `Input`)"
            )
        if not from_keras:
            return super().__call__(
                inputs, initial_state=initial_state, constants=constants, **kwargs
            )
        own, self.input_spec = self.input_spec, None
        try:
            return super().__call__([inputs, *more], **kwargs)
        finally:
            self.input_spec = own

    def call(self, inputs: Any, training: Any = None, mask: Any = None, initial_state: Any = None,
             constants: Any = None) -> Any:  # fmt: skip
        """Applies both layers.

        Args:
            inputs: sequences, or a list of these, states and constants.
            training: for the layers. mask: of the sequences.
            initial_state: the states to begin with. constants: for the cells.
        """
        if isinstance(inputs, list):
            inputs, initial_state, constants = standardize_args(
                inputs, None, None, self._num_constants
            )
        given: dict[str, Any] = {}
        if has_arg(self.forward_layer.call, "training"):
            given["training"] = training
        if mask is not None and has_arg(self.forward_layer.call, "mask"):
            given["mask"] = mask[0] if isinstance(mask, (list, tuple)) else mask
        if constants is not None and has_arg(self.forward_layer.call, "constants"):
            given["constants"] = constants
        halves: list[dict[str, Any]] = [{}, {}]
        if initial_state is not None and has_arg(self.forward_layer.call, "initial_state"):
            half = len(initial_state) // 2
            halves = [
                {"initial_state": initial_state[:half]},
                {"initial_state": initial_state[half:]},
            ]
        # `call`, not `__call__`: both see the inputs themselves, not nodes of a model.
        forward = _apply(self.forward_layer, inputs, {**given, **halves[0]})
        backward = _apply(self.backward_layer, inputs, {**given, **halves[1]})
        states: list[Any] = []
        if self.return_state:
            states = [*forward[1:], *backward[1:]]
            forward, backward = forward[0], backward[0]
        if self.return_sequences:
            axis = 0 if getattr(self.forward_layer, "time_major", False) else 1
            backward = K.reverse(backward, axis)
        outputs = self._merged(forward, backward)
        if isinstance(outputs, list):
            return [*outputs, *states]
        return [outputs, *states] if self.return_state else outputs

    def _merged(self, forward: Any, backward: Any) -> Any:
        if self.merge_mode == "concat":
            return K.concatenate([forward, backward])
        if self.merge_mode == "sum":
            return forward + backward
        if self.merge_mode == "ave":
            return (forward + backward) / 2
        if self.merge_mode == "mul":
            return forward * backward
        return [forward, backward]

    def reset_states(self) -> None:
        """Resets the states of both layers."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the sequences, when they are returned."""
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        output = mask if self.return_sequences else None
        outputs = [output] if self.merge_mode else [output, output]
        if self.return_state:
            return outputs + [None] * (2 * len(self.forward_layer.states))
        return outputs[0] if self.merge_mode else outputs

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = {**super().get_config(), "merge_mode": self.merge_mode}
        if self._num_constants:
            config["num_constants"] = self._num_constants
        if "_backward_layer_config" in self.__dict__:
            config["backward_layer"] = {
                "class_name": type(self.backward_layer).__name__,
                "config": self.__dict__["_backward_layer_config"],
            }
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        from penstock.keras.layers.serialization import deserialize

        config = dict(config)
        count = config.pop("num_constants", 0)
        if config.get("backward_layer") is not None:
            config["backward_layer"] = deserialize(config["backward_layer"], custom_objects)
        layer = super().from_config(config, custom_objects)
        layer._num_constants = count
        return layer


def _apply(layer: Any, inputs: Any, given: dict[str, Any]) -> Any:
    with ops.name_scope(layer.name):
        state = given.pop("initial_state", None)
        constants = given.pop("constants", None)
        if state is not None:
            given["initial_state"] = list(state)
        if constants is not None:
            given["constants"] = list(constants)
        return layer.call(inputs, **given)


def _made_like(layer: Any, backwards: bool = False) -> Any:
    """A layer with the same configuration."""
    config = layer.get_config()
    if backwards:
        config["go_backwards"] = not config["go_backwards"]
    if "custom_objects" not in inspect.signature(type(layer).from_config).parameters:
        return type(layer).from_config(config)
    cell = getattr(layer, "cell", None)
    cells = [] if cell is None else [cell, *getattr(cell, "cells", [])]
    known = {type(each).__name__: type(each) for each in cells}
    return type(layer).from_config(config, custom_objects=known)

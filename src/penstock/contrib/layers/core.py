"""Dense layers, dropout, flattening, biases and one-hot codes of ``tf.contrib.layers``."""

from __future__ import annotations

from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.contrib.layers.arguments import RENAMED, check_2d, finished
from penstock.contrib.layers.collections import (
    add_variable_to_collections,
    collect_named_outputs,
    model_variable_getter,
)
from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.layers.core import Dense, Dropout, Flatten
from penstock.ops.casts import to_int64
from penstock.ops.initializers import Zeros, xavier_initializer
from penstock.ops.nn_activations import relu
from penstock.ops.nn_bias import bias_add as nn_bias_add
from penstock.ops.variable_scope import variable_scope


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = xavier_initializer(),
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros(),
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A dense layer with the variables ``weights`` and ``biases``.

    Args:
        inputs: ``[..., n]``. num_outputs: the size of the output.
        activation_fn: ReLU by default; ``None`` for none.
        normalizer_fn: used in place of the biases. normalizer_params: its arguments.
        weights_initializer: for the weights. weights_regularizer: their loss.
        biases_initializer: for the biases; ``None`` for no biases. biases_regularizer: their loss.
        reuse: whether to share existing variables.
        variables_collections: collections for the variables: a list, or a dictionary of lists.
        outputs_collections: collections for the output.
        trainable: whether the variables are trained. scope: the variable scope.

    Raises:
        ValueError: when ``num_outputs`` is no number or ``n`` isn't known.
    """
    if isinstance(num_outputs, bool) or not isinstance(num_outputs, int):
        raise ValueError(f"num_outputs type should be one of {[int]}, got {type(num_outputs)}.")
    with variable_scope(
        scope,
        "fully_connected",
        [inputs],
        reuse=reuse,
        custom_getter=model_variable_getter(RENAMED),
    ) as sc:
        inputs = convert_to_tensor(inputs)
        layer = Dense(
            units=num_outputs,
            use_bias=not normalizer_fn and bool(biases_initializer),
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
            dtype=inputs.dtype.base_dtype,
            _scope=sc,
            _reuse=reuse,
        )
        outputs = layer.apply(inputs)
        add_variable_to_collections(layer.kernel, variables_collections, "weights")
        if layer.bias is not None:
            add_variable_to_collections(layer.bias, variables_collections, "biases")
        return finished(
            outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc
        )


@add_arg_scope
def dropout(inputs: Any, keep_prob: Any = 0.5, noise_shape: Any = None, is_training: Any = True,
            outputs_collections: Any = None, scope: Any = None,
            seed: int | None = None) -> Tensor:  # fmt: skip
    """Keeps each element with a probability, and scales it up, during training.

    Args:
        inputs: a tensor. keep_prob: the probability of keeping an element.
        noise_shape: the shape of the mask. is_training: a boolean or tensor.
        outputs_collections: collections for the output. scope: the variable scope.
        seed: the seed.
    """
    with variable_scope(scope, "Dropout", [inputs], custom_getter=model_variable_getter()) as sc:
        inputs = convert_to_tensor(inputs)
        layer = Dropout(
            rate=1 - keep_prob, noise_shape=noise_shape, seed=seed, name=sc.name, _scope=sc
        )
        outputs = layer.apply(inputs, training=is_training)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Tensor:
    """Every example of a batch as a vector.

    Args:
        inputs: ``[batch, ...]``. outputs_collections: collections for the output.
        scope: the name scope.
    """
    with name_scope(scope, "Flatten", [inputs]) as sc:
        inputs = convert_to_tensor(inputs)
        outputs = Flatten().apply(inputs)
        return collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
def bias_add(inputs: Any, activation_fn: Any = None, initializer: Any = Zeros(),
             regularizer: Any = None, reuse: Any = None, variables_collections: Any = None,
             outputs_collections: Any = None, trainable: bool = True, data_format: str = "NHWC",
             scope: Any = None) -> Tensor:  # fmt: skip
    """Adds the variable ``biases``.

    Args:
        inputs: a tensor of rank two or more.
        activation_fn: applied to the sum. initializer: for the biases.
        regularizer: their loss.

    The other arguments are those of ``fully_connected``.
    """
    from penstock.contrib.framework.variables import model_variable
    from penstock.contrib.layers.collections import get_variable_collections

    check_2d(data_format)
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
        axis = 1 if data_format == "NCHW" else -1
        biases = model_variable(
            "biases",
            shape=[inputs.get_shape()[axis].value],
            dtype=inputs.dtype.base_dtype,
            initializer=initializer,
            regularizer=regularizer,
            collections=get_variable_collections(variables_collections, "biases"),
            trainable=trainable,
        )
        outputs = nn_bias_add(inputs, biases, data_format=data_format)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


def legacy_fully_connected(
    x: Any,
    num_output_units: int,
    activation_fn: Any = None,
    weight_init: Any = xavier_initializer(),
    bias_init: Any = Zeros(),
    name: str | None = None,
    weight_collections: Any = ("weights",),
    bias_collections: Any = ("biases",),
    output_collections: Any = ("activations",),
    trainable: bool = True,
    weight_regularizer: Any = None,
    bias_regularizer: Any = None,
) -> Tensor:
    """A dense layer with the arguments of TensorFlow 0.x; see ``fully_connected``."""
    return fully_connected(
        x,
        num_output_units,
        activation_fn=activation_fn,
        weights_initializer=weight_init,
        biases_initializer=bias_init,
        weights_regularizer=weight_regularizer,
        biases_regularizer=bias_regularizer,
        variables_collections={"weights": weight_collections, "biases": bias_collections},
        outputs_collections=output_collections,
        trainable=trainable,
        scope=name,
    )


@add_arg_scope
def one_hot_encoding(labels: Any, num_classes: int, on_value: float = 1.0,
                     off_value: float = 0.0, outputs_collections: Any = None,
                     scope: str | None = None) -> Tensor:  # fmt: skip
    """Labels as vectors.

    Args:
        labels: whole numbers, ``[batch]``. num_classes: the size of a vector.
        on_value: what marks the class. off_value: what the others have.
        outputs_collections: collections for the output. scope: the name scope.
    """
    from penstock.ops.selecting import one_hot

    with name_scope(scope, "OneHotEncoding", [labels, num_classes]) as sc:
        labels = convert_to_tensor(labels)
        if labels.dtype == dtypes.int32:
            labels = to_int64(labels)
        outputs = one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collect_named_outputs(outputs_collections, sc, outputs)

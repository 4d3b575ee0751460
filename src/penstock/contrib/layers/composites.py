"""Layers of layers, embeddings and other functions of ``tf.contrib.layers``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.contrib.framework.variables import model_variable
from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.embedding import embedding_lookup
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.fills import ones
from penstock.ops.joining import concat
from penstock.ops.math_unary import sqrt, square
from penstock.ops.nn_softmax import softmax as nn_softmax
from penstock.ops.reductions import reduce_max, reduce_sum
from penstock.ops.slices import tile
from penstock.ops.variable_scope import variable_scope


def _name_of(layer: Callable[..., Any], otherwise: str) -> str:
    inner = getattr(layer, "func", None)
    return getattr(layer, "__name__", None) or getattr(inner, "__name__", None) or otherwise


@add_arg_scope
def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any,
           **kwargs: Any) -> Any:  # fmt: skip
    """Applies a layer several times, each with variables of its own.

    Args:
        inputs: a tensor. repetitions: how often.
        layer: the layer's function. *args, **kwargs: its arguments; ``scope`` names the scopes,
            with ``_1``, ``_2`` ... after it.
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name_of(layer, "repeat") if scope is None else scope
        for i in range(repetitions):
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{i + 1}"})
        return outputs


@add_arg_scope
def stack(inputs: Any, layer: Callable[..., Any], stack_args: Sequence[Any],
          **kwargs: Any) -> Any:  # fmt: skip
    """Applies a layer once for each entry of a list of arguments.

    Args:
        inputs: a tensor. layer: the layer's function.
        stack_args: the second argument for each application, or several in a list.
        **kwargs: further arguments.

    Raises:
        ValueError: when ``stack_args`` is no list.
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name_of(layer, "stack") if scope is None else scope
        for i, given in enumerate(stack_args):
            given = given if isinstance(given, (list, tuple)) else [given]
            outputs = layer(outputs, *given, **{**kwargs, "scope": f"{name}_{i + 1}"})
        return outputs


@add_arg_scope
def softmax(logits: Any, scope: str | None = None) -> Tensor:
    """Softmax over the last axis of a tensor of rank two or more."""
    with variable_scope(scope, "softmax", [logits]):
        size = logits.get_shape()[-1].value
        predictions = nn_softmax(reshape(logits, [-1, size]))
        predictions = reshape(predictions, shape_of(logits))
        predictions.set_shape(logits.get_shape())
        return predictions


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Tensor:
    """Scales a tensor to length one along an axis.

    Args:
        inputs: a tensor. dim: the axis. epsilon: added to the squared length.
        scope: the variable scope.
    """
    with variable_scope(scope, "UnitNorm", [inputs]):
        if not inputs.get_shape():
            raise ValueError("The input rank must be known.")
        rank = len(inputs.get_shape().as_list())
        if dim < 0 or dim >= rank:
            raise ValueError("dim must be positive but smaller than the input rank.")
        lengths = sqrt(epsilon + reduce_sum(square(inputs), dim, True))
        parts = [ones([dim], dtype=dtypes.int32)] if dim > 0 else []
        parts.append(shape_of(inputs)[dim : dim + 1])
        if dim < rank - 1:
            parts.append(ones([rank - 1 - dim], dtype=dtypes.int32))
        return inputs / tile(lengths, concat(parts, 0))


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: str | None = None) -> Tensor:
    """The maxima of groups of channels (Goodfellow et al., arXiv:1302.4389).

    Args:
        inputs: a tensor. num_units: how many groups. axis: the axis of the channels.
        scope: the name scope.
    """
    with name_scope(scope, "MaxOut", [inputs]):
        inputs = convert_to_tensor(inputs)
        sizes = inputs.get_shape().as_list()
        channels = sizes[axis]
        if channels % num_units:
            raise ValueError(
                f"number of features({channels}) is not a multiple of num_units({num_units})"
            )
        place = axis % len(sizes)
        known: Any = shape_of(inputs) if None in sizes else None
        wanted = [known[i] if size is None else size for i, size in enumerate(sizes)]
        grouped = [*wanted[:place], num_units, channels // num_units, *wanted[place + 1 :]]
        last = -1 if axis == -1 else place + 1
        outputs = reduce_max(reshape(inputs, grouped), last)
        return outputs


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Tensor:
    """Embeddings of symbols.

    Args:
        ids: ``[batch, length]`` whole numbers below ``vocab_size``.
        vocab_size: how many symbols there are. embed_dim: the size of an embedding.
        unique: look up each symbol once. initializer: of the embeddings.
        regularizer: gives a loss. trainable: whether they are trained.
        scope: the variable scope. reuse: whether to share existing embeddings.

    Returns:
        ``[batch, length, embed_dim]``.

    Raises:
        ValueError: when a size is missing and variables aren't shared.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            "Must specify vocab size and embedding dimension when not reusing. Got "
            f"vocab_size={vocab_size} and embed_dim={embed_dim}"
        )
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = None if embed_dim is None or (reuse and vocab_size is None) else [
            vocab_size, embed_dim]  # fmt: skip
        embeddings = model_variable(
            "embeddings",
            shape=shape,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        if unique:
            return embedding_lookup_unique(embeddings, ids)
        return embedding_lookup(embeddings, ids)


def embedding_lookup_unique(params: Any, ids: Any, name: str | None = None) -> Tensor:
    """``tf.nn.embedding_lookup`` that looks up each id once."""
    from penstock.ops.gathers import gather
    from penstock.ops.partitions import unique

    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = convert_to_tensor(ids)
        shape = shape_of(ids)
        ids_flat = reshape(ids, [-1])
        symbols, places = unique(ids_flat)
        found = gather(embedding_lookup(params, symbols), places)
        result = reshape(found, concat([shape, shape_of(found)[1:]], 0))
        result.set_shape(ids.get_shape().concatenate(found.get_shape()[1:]))
        return result

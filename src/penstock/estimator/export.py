"""``tf.estimator.export``: the inputs of exported models."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes
from penstock.graph.tensor import Tensor
from penstock.ops.constants import placeholder
from penstock.ops.examples import parse_example


class ServingInputReceiver(
    collections.namedtuple(
        "ServingInputReceiver", ["features", "receiver_tensors", "receiver_tensors_alternatives"]
    )
):
    """What an exported model is fed, and what the model function gets.

    Args:
        features: a tensor or tensors by name.
        receiver_tensors: the placeholders, likewise.
        receiver_tensors_alternatives: other placeholders by name.
    """

    __slots__ = ()

    def __new__(cls, features: Any, receiver_tensors: Any,
                receiver_tensors_alternatives: Any = None) -> ServingInputReceiver:  # fmt: skip
        if isinstance(receiver_tensors, Tensor):
            receiver_tensors = {"input": receiver_tensors}
        return super().__new__(cls, features, receiver_tensors, receiver_tensors_alternatives)


def build_raw_serving_input_receiver_fn(
    features: dict[str, Any], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """A function that makes a placeholder for each feature.

    Args:
        features: tensors (or placeholders) by name, for their types and shapes.
        default_batch_size: the first dimension; any by default.
    """

    def receiver_fn() -> ServingInputReceiver:
        made = {}
        for name, tensor in features.items():
            shape = [default_batch_size, *tensor.get_shape().as_list()[1:]]
            made[name] = placeholder(tensor.dtype, shape=shape, name=tensor.op.name)
        return ServingInputReceiver(made, made)

    return receiver_fn


def build_parsing_serving_input_receiver_fn(
    feature_spec: dict[str, Any], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """A function that makes a placeholder for serialized ``tf.train.Example`` messages.

    Args:
        feature_spec: as for ``tf.parse_example``.
        default_batch_size: how many messages there are; any number by default.
    """

    def receiver_fn() -> ServingInputReceiver:
        serialized = placeholder(
            dtypes.string, shape=[default_batch_size], name="input_example_tensor"
        )
        return ServingInputReceiver(
            parse_example(serialized, feature_spec), {"examples": serialized}
        )

    return receiver_fn

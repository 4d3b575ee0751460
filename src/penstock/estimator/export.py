"""``tf.estimator.export``: the inputs of exported models."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
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


class TensorServingInputReceiver(
    collections.namedtuple(
        "TensorServingInputReceiver",
        ["features", "receiver_tensors", "receiver_tensors_alternatives"],
    )
):
    """Like ``ServingInputReceiver``, for a model function whose features are one tensor."""

    __slots__ = ()

    def __new__(cls, features: Any, receiver_tensors: Any,
                receiver_tensors_alternatives: Any = None,
                ) -> TensorServingInputReceiver:  # fmt: skip
        if features is None:
            raise ValueError("features must be defined.")
        if not isinstance(features, (Tensor, SparseTensor)):
            raise ValueError("feature must be a Tensor or SparseTensor.")
        if isinstance(receiver_tensors, Tensor):
            receiver_tensors = {"input": receiver_tensors}
        return super().__new__(cls, features, receiver_tensors, receiver_tensors_alternatives)


class SupervisedInputReceiver(
    collections.namedtuple("SupervisedInputReceiver", ["features", "labels", "receiver_tensors"])
):
    """What a model exported for training is fed: features and labels."""

    __slots__ = ()


def build_raw_supervised_input_receiver_fn(
    features: Any, labels: Any, default_batch_size: int | None = None
) -> Callable[[], SupervisedInputReceiver]:
    """A function that makes a placeholder for each feature and label.

    Args:
        features: tensors by name, or one. labels: likewise.
        default_batch_size: the first dimension; any by default.

    Raises:
        ValueError: when a feature and a label have the same name.
    """
    given = dict(features) if isinstance(features, dict) else {"input": features}
    wanted = dict(labels) if isinstance(labels, dict) else {"label": labels}
    both = set(given) & set(wanted)
    if both:
        raise ValueError(f"Features and labels must have distinct keys. Found overlapping keys: "
                         f"{both}")  # fmt: skip

    def receiver_fn() -> SupervisedInputReceiver:
        def holders(tensors: dict[str, Any]) -> dict[str, Any]:
            made = {}
            for name, tensor in tensors.items():
                shape = [default_batch_size, *tensor.get_shape().as_list()[1:]]
                made[name] = placeholder(tensor.dtype, shape=shape, name=tensor.op.name)
            return made

        x, y = holders(given), holders(wanted)
        return SupervisedInputReceiver(
            x if isinstance(features, dict) else x["input"],
            y if isinstance(labels, dict) else y["label"],
            {**x, **y},
        )

    return receiver_fn


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

"""Connectionist temporal classification as operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import ctc as kernels
from penstock.ops.nn_softmax import broadcast_multiply
from penstock.ops.windows import sizes_of


def _check(inputs: np.ndarray, sequence_length: np.ndarray) -> None:
    if inputs.ndim != 3:
        raise ValueError("inputs is not a 3-Tensor")
    if sequence_length.ndim != 1:
        raise ValueError("sequence_length is not a vector")
    steps, batch = inputs.shape[:2]
    if len(sequence_length) != batch:
        raise ValueError(
            "len(sequence_length) != batch_size.  len(sequence_length):  "
            f"{len(sequence_length)} batch_size: {batch}"
        )
    for place, length in enumerate(sequence_length):
        if length > steps:
            raise ValueError(f"sequence_length({place}) <= {steps}")


def _batch(op: Any, lengths: int) -> Any:
    first = TensorShape(sizes_of(op.inputs[0].shape, 3))
    return first[1].merge_with(TensorShape(sizes_of(op.inputs[lengths].shape, 1))[0])


@operation(
    "CTCLoss",
    inputs="inputs: T, labels_indices: int64, labels_values: int32, sequence_length: int32",
    outputs="loss: T, gradient: T",
    attrs=(
        "preprocess_collapse_repeated: bool = false; ctc_merge_repeated: bool = true; "
        "ignore_longer_outputs_than_inputs: bool = false; T: {float, double} = float"
    ),
)
class CTCLoss:
    def shape(op: Any) -> list[TensorShape]:  # noqa: N805
        inputs = TensorShape(sizes_of(op.inputs[0].shape, 3))
        batch = _batch(op, 3)
        return [TensorShape([batch]), TensorShape([inputs[0], batch, inputs[2]])]

    def host(
        inputs: np.ndarray,
        labels_indices: np.ndarray,
        labels_values: np.ndarray,
        sequence_length: np.ndarray,
        *,
        preprocess_collapse_repeated: bool,
        ctc_merge_repeated: bool,
        ignore_longer_outputs_than_inputs: bool,
    ) -> Any:
        _check(inputs, sequence_length)
        if len(labels_indices) != len(labels_values):
            raise ValueError(
                "labels_indices and labels_values must contain the same number of rows, but "
                f"saw shapes: {list(labels_indices.shape)} vs. {list(labels_values.shape)}"
            )
        batch, classes = inputs.shape[1:]
        grouped: list[list[int]] = [[] for _ in range(batch)]
        for place, value in zip(labels_indices[:, 0], labels_values, strict=True):
            if not 0 <= place < batch:
                raise ValueError(
                    f"labels batch index must be between 0 and {batch} but saw: {place}"
                )
            grouped[place].append(int(value))
        labels = kernels.cleaned_labels(grouped, classes, preprocess_collapse_repeated)
        if not ignore_longer_outputs_than_inputs:
            for sequence, length in zip(grouped, sequence_length, strict=True):
                if len(sequence) > length:
                    raise ValueError(
                        "Not enough time for target transition sequence (required: "
                        f"{len(sequence)}, available: {length})You can turn this error into a "
                        "warning by using the flag ignore_longer_outputs_than_inputs"
                    )
        # Examples that are too short count as empty: no loss, no gradient.
        short = np.array([len(sequence) for sequence in labels]) > sequence_length
        lengths = np.where(short, 0, sequence_length)
        loss, gradient = kernels.ctc_loss(inputs, labels, lengths, ctc_merge_repeated)
        return loss.astype(inputs.dtype), gradient.astype(inputs.dtype)

    def gradient(op: Any, grad_loss: Tensor, _: Any) -> list[Any]:
        from penstock.ops.arrays import prevent_gradient

        inner = prevent_gradient(
            op.outputs[1],
            message="Currently there is no way to take the second  derivative of ctc_loss due to "
            "the fused implementation's interaction  with tf.gradients()",
        )
        return [broadcast_multiply(grad_loss, inner), None, None, None]


def sparse_parts(sequences: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lists of labels as the indices, values and shape of a sparse matrix."""
    places = [
        (row, column) for row, labels in enumerate(sequences) for column in range(len(labels))
    ]
    longest = max((len(labels) for labels in sequences), default=0)
    return (
        np.array(places, np.int64).reshape(-1, 2),
        np.array([label for labels in sequences for label in labels], np.int64),
        np.array([len(sequences), longest], np.int64),
    )


@operation(
    "CTCGreedyDecoder",
    inputs="inputs: T, sequence_length: int32",
    outputs=(
        "decoded_indices: int64, decoded_values: int64, decoded_shape: int64, log_probability: T"
    ),
    attrs="merge_repeated: bool = false; T: {float, double} = float",
)
class CTCGreedyDecoder:
    gradient = None

    def shape(op: Any) -> list[TensorShape]:  # noqa: N805
        return [
            TensorShape([None, 2]),
            TensorShape([None]),
            TensorShape([2]),
            TensorShape([_batch(op, 1), 1]),
        ]

    def host(inputs: np.ndarray, sequence_length: np.ndarray, *, merge_repeated: bool) -> Any:
        _check(inputs, sequence_length)
        decoded, total = kernels.greedy_decode(inputs, sequence_length, merge_repeated)
        return (*sparse_parts(decoded), total)


@operation(
    "CTCBeamSearchDecoder",
    inputs="inputs: T, sequence_length: int32",
    outputs=(
        "decoded_indices: top_paths * int64, decoded_values: top_paths * int64, "
        "decoded_shape: top_paths * int64, log_probability: T"
    ),
    attrs=(
        "beam_width: int >= 1; top_paths: int >= 1; merge_repeated: bool = true; "
        "T: {float, double} = float"
    ),
)
class CTCBeamSearchDecoder:
    gradient = None

    def shape(op: Any) -> list[TensorShape]:  # noqa: N805
        count = op.attr("top_paths")
        return [
            *[TensorShape([None, 2])] * count,
            *[TensorShape([None])] * count,
            *[TensorShape([2])] * count,
            TensorShape([_batch(op, 1), count]),
        ]

    def host(
        inputs: np.ndarray,
        sequence_length: np.ndarray,
        *,
        beam_width: int,
        top_paths: int,
        merge_repeated: bool,
    ) -> Any:
        _check(inputs, sequence_length)
        if top_paths > beam_width:
            raise ValueError("requested more paths than the beam width.")
        paths, scores = kernels.beam_search_decode(
            inputs, sequence_length, beam_width, top_paths, merge_repeated
        )
        indices, values, shapes = zip(*map(sparse_parts, paths), strict=True)
        return list(indices), list(values), list(shapes), scores.astype(inputs.dtype)

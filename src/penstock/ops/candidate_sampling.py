"""Candidate samplers as operations, and the sampled classes that are true ones."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.kernels.random import sampling as kernels
from penstock.ops.random import SEEDS
from penstock.ops.seeds import get_seed

_OUTPUTS = "sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float"
_SAMPLE = "num_true: int >= 1; num_sampled: int >= 1; unique: bool"
_RANGE = f"{_SAMPLE}; range_max: int >= 1"


def _shapes(op: Any) -> list[TensorShape]:
    true = op.inputs[0].shape
    if true.ndims not in (None, 2):
        raise ValueError(f"Shape must be rank 2 but is rank {true.ndims}")
    batch = None if true.ndims is None else true[0]
    count = op.attr("num_sampled")
    return [
        TensorShape([count]),
        TensorShape([batch, op.attr("num_true")]),
        TensorShape([count]),
    ]


def _check(true_classes: np.ndarray, op: Any, limit: int | None) -> None:
    if true_classes.ndim != 2:
        raise errors.InvalidArgumentError(None, op, "true_classes must be a matrix")
    if true_classes.shape[1] != op.attr("num_true"):
        raise errors.InvalidArgumentError(
            None,
            op,
            "true_classes must have num_true columns, expected: "
            f"{true_classes.shape[1]} was: {op.attr('num_true')}",
        )
    if limit is not None and op.attr("unique") and op.attr("num_sampled") > limit:
        raise errors.InvalidArgumentError(None, op, "Sampler's range is too small.")


Probability = Callable[[np.ndarray], np.ndarray]


def _sampled(
    true_classes: np.ndarray, op: Any, draw: Callable[[], int], probability: Probability
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = op.attr("num_sampled")
    found, tries = kernels.sample(draw, count, op.attr("unique"))
    return (
        found,
        kernels.expected_count(probability(true_classes), count, tries),
        kernels.expected_count(probability(found), count, tries),
    )


def _stream(op: Any, run: Any) -> kernels.WordStream:
    """The words of this run; the counter moves on by what TensorFlow reserves."""
    key, offset = run.random_state(op)
    count = op.attr("num_sampled")
    offset = int(offset)
    run.set_random_state(op, np.uint64(offset + kernels.BLOCKS_PER_SAMPLE * count))
    return kernels.WordStream(key, offset, 8 * count)


@operation(
    "UniformCandidateSampler",
    inputs="true_classes: int64",
    outputs=_OUTPUTS,
    attrs=f"{_RANGE}; {SEEDS}",
    stateful=True,
)
class UniformCandidateSampler:
    shape = _shapes

    def host(true_classes: np.ndarray, *, range_max: int, op: Any, run: Any) -> Any:
        _check(true_classes, op, range_max)
        draw = kernels.uniform_sampler(_stream(op, run), range_max)
        return _sampled(true_classes, op, draw, lambda c: kernels.uniform_probability(c, range_max))


@operation(
    "LogUniformCandidateSampler",
    inputs="true_classes: int64",
    outputs=_OUTPUTS,
    attrs=f"{_RANGE}; {SEEDS}",
    stateful=True,
)
class LogUniformCandidateSampler:
    shape = _shapes

    def host(true_classes: np.ndarray, *, range_max: int, op: Any, run: Any) -> Any:
        _check(true_classes, op, range_max)
        draw = kernels.log_uniform_sampler(_stream(op, run), range_max)
        return _sampled(
            true_classes, op, draw, lambda c: kernels.log_uniform_probability(c, range_max)
        )


def _learned(true_classes: np.ndarray, *, range_max: int, op: Any, run: Any) -> Any:
    _check(true_classes, op, range_max)
    key = ("sampler", op.name)
    weights = run.state.resources.get(key)
    if weights is None:
        weights = run.state.resources[key] = np.ones(range_max, np.int64)
    total = weights.sum()

    def probability(classes: np.ndarray) -> np.ndarray:
        return (weights[classes].astype(np.float32) / np.float32(total)).astype(np.float32)

    draw = kernels.weighted_sampler(_stream(op, run), weights)
    result = _sampled(true_classes, op, draw, probability)
    np.add.at(weights, true_classes.ravel(), 1)
    return result


@operation(
    "LearnedUnigramCandidateSampler",
    inputs="true_classes: int64",
    outputs=_OUTPUTS,
    attrs=f"{_RANGE}; {SEEDS}",
    stateful=True,
)
class LearnedUnigramCandidateSampler:
    shape = _shapes
    host = _learned


@operation(
    "ThreadUnsafeUnigramCandidateSampler",
    inputs="true_classes: int64",
    outputs=_OUTPUTS,
    attrs=f"{_RANGE}; {SEEDS}",
    stateful=True,
)
class ThreadUnsafeUnigramCandidateSampler:
    shape = _shapes
    host = _learned


def _unigram_weights(op: Any) -> np.ndarray:
    """The weights of this shard's classes, from the attribute or the file."""
    path = op.attr("vocab_file").decode()
    listed: Sequence[float] = op.attr("unigrams")
    if bool(path) == bool(listed):
        raise errors.InvalidArgumentError(
            None, op, "Must provide exactly one of vocab_file or unigrams to read from."
        )
    if path:
        with open(path, newline="") as file:
            listed = [float(row[-1]) for row in csv.reader(file) if row]
    reserved, shards, shard = op.attr("num_reserved_ids"), op.attr("num_shards"), op.attr("shard")
    distortion = op.attr("distortion")
    first = [0.0 for place in range(reserved) if place % shards == shard]
    # TensorFlow numbers the classes after the reserved ones of this shard alone.
    rest = [
        math.pow(weight, distortion)
        for place, weight in enumerate(listed, len(first))
        if place % shards == shard
    ]
    weights = np.array(first + rest, np.float32)
    if op.attr("range_max") != len(weights):
        raise errors.InvalidArgumentError(
            None, op, f"range_max is {op.attr('range_max')} but {len(weights)} ids were read"
        )
    return weights


@operation(
    "FixedUnigramCandidateSampler",
    inputs="true_classes: int64",
    outputs=_OUTPUTS,
    attrs=(
        f"{_RANGE}; vocab_file: string = ''; distortion: float = 1.0; num_reserved_ids: int = 0; "
        f"num_shards: int >= 1 = 1; shard: int >= 0 = 0; unigrams: list(float) = []; {SEEDS}"
    ),
    stateful=True,
)
class FixedUnigramCandidateSampler:
    shape = _shapes

    def host(true_classes: np.ndarray, *, range_max: int, op: Any, run: Any) -> Any:
        _check(true_classes, op, range_max)
        key = ("sampler", op.name)
        known = run.state.resources.get(key)
        if known is None:
            weights = _unigram_weights(op)
            known = run.state.resources[key] = (weights, kernels.AliasTable(weights))
        weights, table = known
        total = np.float32(weights.sum(dtype=np.float32))

        def probability(classes: np.ndarray) -> np.ndarray:
            inside = (classes >= 0) & (classes < len(weights))
            found = weights[np.where(inside, classes, 0)] / total
            return np.where(inside, found, np.float32(0)).astype(np.float32)

        return _sampled(true_classes, op, table.sampler(_stream(op, run)), probability)


@operation(
    "AllCandidateSampler",
    inputs="true_classes: int64",
    outputs=_OUTPUTS,
    attrs=f"{_SAMPLE}; {SEEDS}",
    stateful=True,
)
class AllCandidateSampler:
    shape = _shapes

    def host(true_classes: np.ndarray, *, num_sampled: int, op: Any) -> Any:
        _check(true_classes, op, None)
        return (
            np.arange(num_sampled, dtype=np.int64),
            np.ones(true_classes.shape, np.float32),
            np.ones(num_sampled, np.float32),
        )


@operation(
    "ComputeAccidentalHits",
    inputs="true_classes: int64, sampled_candidates: int64",
    outputs="indices: int32, ids: int64, weights: float",
    attrs=f"num_true: int; {SEEDS}",
)
class ComputeAccidentalHits:
    def shape(op: Any) -> list[TensorShape]:  # noqa: N805
        true = op.inputs[0].shape
        if true.ndims not in (None, 2):
            raise ValueError(f"Shape must be rank 2 but is rank {true.ndims}")
        return [TensorShape([None])] * 3

    def host(true_classes: np.ndarray, sampled_candidates: np.ndarray, *, num_true: int) -> Any:
        if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
            raise ValueError("true_classes must be a batch_size * num_true matrix")
        # Of a class sampled twice the last place counts.
        place = {int(c): i for i, c in enumerate(sampled_candidates)}
        hits = [
            (row, place[int(c)])
            for row, classes in enumerate(true_classes)
            for c in classes
            if int(c) in place
        ]
        found = np.array(hits, np.int64).reshape(-1, 2)
        lowest = np.full(len(found), np.finfo(np.float32).min, np.float32)
        return found[:, 0].astype(np.int32), found[:, 1], lowest


def _sampler(op_type: str, true_classes: Any, seed: int | None, name: str | None,
             **attributes: Any) -> Any:  # fmt: skip
    first, second = get_seed(seed)
    return tuple(apply(op_type, true_classes, seed=first, seed2=second, name=name, **attributes))


def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Samples classes, each as likely as the others.

    Args:
        true_classes: ``int64[batch, num_true]``, for their expected counts.
        num_true: how many true classes an example has.
        num_sampled: how many classes to sample for the batch.
        unique: sample each class once at most.
        range_max: the number of classes.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the operation's name.

    Returns:
        ``(sampled_candidates, true_expected_count, sampled_expected_count)``:
        ``int64[num_sampled]``, ``float32[batch, num_true]`` and ``float32[num_sampled]``.

    Raises:
        InvalidArgumentError: in a run, when more unique classes are wanted than there are.
    """
    return _sampler("UniformCandidateSampler", true_classes, seed, name, num_true=num_true,
                    num_sampled=num_sampled, unique=unique, range_max=range_max)  # fmt: skip


def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Samples classes by Zipf's law: class ``c`` in proportion to ``log((c + 2) / (c + 1))``.

    Args and returns as for ``uniform_candidate_sampler``.
    """
    return _sampler("LogUniformCandidateSampler", true_classes, seed, name, num_true=num_true,
                    num_sampled=num_sampled, unique=unique, range_max=range_max)  # fmt: skip


def learned_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Samples classes in proportion to how often they were true ones in this session so far.

    Args and returns as for ``uniform_candidate_sampler``.
    """
    return _sampler("LearnedUnigramCandidateSampler", true_classes, seed, name, num_true=num_true,
                    num_sampled=num_sampled, unique=unique, range_max=range_max)  # fmt: skip


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Samples classes in proportion to given weights.

    Args:
        true_classes: as for ``uniform_candidate_sampler``.
        num_true: likewise.
        num_sampled: likewise.
        unique: likewise.
        range_max: the number of classes.
        vocab_file: a CSV file whose last column holds the weights.
        distortion: the power to which weights are raised.
        num_reserved_ids: how many classes of weight 0 come before the others.
        num_shards: sample from every ``num_shards``-th class only.
        shard: which of them.
        unigrams: the weights, when there is no file.
        seed: the operation's seed.
        name: the operation's name.

    Returns:
        As ``uniform_candidate_sampler``.
    """
    return _sampler(
        "FixedUnigramCandidateSampler",
        true_classes,
        seed,
        name,
        num_true=num_true,
        num_sampled=num_sampled,
        unique=unique,
        range_max=range_max,
        vocab_file=vocab_file,
        distortion=distortion,
        num_reserved_ids=num_reserved_ids,
        num_shards=num_shards,
        shard=shard,
        unigrams=list(unigrams),
    )


def all_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """ "Samples" every class once, with expected counts of 1; for tests.

    Args and returns as for ``uniform_candidate_sampler``.
    """
    return _sampler("AllCandidateSampler", true_classes, seed, name, num_true=num_true,
                    num_sampled=num_sampled, unique=unique)  # fmt: skip


def compute_accidental_hits(
    true_classes: Any,
    sampled_candidates: Any,
    num_true: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Where sampled classes are true ones.

    Args:
        true_classes: ``int64[batch, num_true]``.
        sampled_candidates: ``int64[num_sampled]``.
        num_true: how many true classes an example has.
        seed: not used.
        name: the operation's name.

    Returns:
        ``(indices, ids, weights)``, one entry for each hit: the row, the place in the sample, and
        the lowest ``float32``.
    """
    first, second = get_seed(seed)
    return tuple(
        apply(
            "ComputeAccidentalHits",
            true_classes,
            sampled_candidates,
            num_true=num_true,
            seed=first,
            seed2=second,
            name=name,
        )
    )

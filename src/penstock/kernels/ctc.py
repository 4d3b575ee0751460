"""Connectionist temporal classification: the loss, and decoding by best path or prefix search.

Everything runs on the host in float64: label counts differ from batch to batch, and programs that
depend on them would be compiled anew for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """float64: the logarithm of softmax on the last axis."""
    wide = x.astype(np.float64)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cleaned_labels(
    labels: Sequence[Sequence[int]], classes: int, collapse_repeated: bool
) -> list[list[int]]:
    """Labels without repetitions (if asked) and without blanks at the end.

    Args:
        labels: the labels of each example.
        classes: the number of classes, blank included; blank is the last.
        collapse_repeated: leave out labels equal to the one before.

    Returns:
        The labels of each example.

    Raises:
        ValueError: for an empty sequence, a label after a blank, or one out of range.
    """
    result = []
    for batch, sequence in enumerate(labels):
        if not sequence:
            raise ValueError(f"Labels length is zero in batch {batch}")
        kept: list[int] = []
        ended = False
        for place, label in enumerate(sequence):
            if collapse_repeated and place and label == sequence[place - 1]:
                continue
            if label >= classes - 1:
                ended = True
            elif ended:
                raise ValueError(
                    "Saw a non-null label (index >= num_classes - 1) following a null label, "
                    f"batch: {batch} num_classes: {classes} labels: "
                    f"{','.join(map(str, sequence))}"
                )
            elif label < 0:
                raise ValueError(
                    f"All labels must be nonnegative integers, batch: {batch} labels: "
                    f"{','.join(map(str, sequence))}"
                )
            else:
                kept.append(label)
        result.append(kept)
    return result


def ctc_loss(
    logits: np.ndarray,
    labels: Sequence[Sequence[int]],
    lengths: np.ndarray,
    merge_repeated: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """The loss of Graves et al., 2006, and its gradient.

    Args:
        logits: `[time, batch, classes]`; blank is the last class.
        labels: the labels of each example, none of them blank.
        lengths: `[batch]`: the steps of each example.
        merge_repeated: count repeated labels without a blank between them as one.

    Returns:
        `(loss, gradient)`: float64 `[batch]` and like `logits`. An example that has no path has
        an infinite loss and no gradient; steps past its length have none either.
    """
    steps, batch, classes = logits.shape
    blank = classes - 1
    width = 2 * max((len(sequence) for sequence in labels), default=0) + 1
    # Labels with a blank before, between and after them.
    spread = np.full((batch, width), blank, np.int64)
    count = np.ones(batch, np.int64)
    for b, sequence in enumerate(labels):
        spread[b, 1 : 2 * len(sequence) : 2] = sequence
        count[b] = 2 * len(sequence) + 1
    inside = np.arange(width) < count[:, None]
    stay = np.where(merge_repeated | (spread == blank), 0.0, -np.inf)
    skip = np.full((batch, width), -np.inf)
    differs = np.not_equal(spread[:, 2:], spread[:, :-2]) | (not merge_repeated)
    skip[:, 2:] = np.where((spread[:, 2:] != blank) & differs, 0.0, -np.inf)
    scores = log_softmax(logits)
    emitted = np.where(
        inside, np.take_along_axis(scores, spread[None].repeat(steps, 0), 2), -np.inf
    )
    alpha = np.full((steps, batch, width), -np.inf)
    beta = np.full((steps, batch, width), -np.inf)
    if steps:
        alpha[0, :, :2] = emitted[0, :, :2]
    with np.errstate(invalid="ignore", divide="ignore"):
        for t in range(1, steps):
            before = alpha[t - 1]
            total = before + stay
            total[:, 1:] = np.logaddexp(total[:, 1:], before[:, :-1])
            total[:, 2:] = np.logaddexp(total[:, 2:], before[:, :-2] + skip[:, 2:])
            alpha[t] = total + emitted[t]
        last = np.arange(width) >= count[:, None] - 2
        for t in range(steps - 1, -1, -1):
            ends = np.equal(lengths - 1, t)[:, None] & last & inside
            if t + 1 < steps:
                after = beta[t + 1] + emitted[t + 1]
                total = after + stay
                total[:, :-1] = np.logaddexp(total[:, :-1], after[:, 1:])
                total[:, :-2] = np.logaddexp(total[:, :-2], after[:, 2:] + skip[:, 2:])
            else:
                total = np.full((batch, width), -np.inf)
            beta[t] = np.where(ends, 0.0, total)
        joint = alpha + beta
        start = joint[0] if steps else np.full((batch, width), -np.inf)
        top = start.max(axis=1, keepdims=True)
        safe = np.where(np.isfinite(top), top, 0.0)
        likelihood = (safe + np.log(np.exp(start - safe).sum(axis=1, keepdims=True)))[:, 0]
        possible = np.isfinite(likelihood)
        share = np.exp(joint - np.where(possible, likelihood, 0.0)[None, :, None])
    posterior = np.zeros((steps, batch, classes))
    for b in range(batch):
        np.add.at(posterior[:, b].T, spread[b, : count[b]], share[:, b, : count[b]].T)
    running = (np.arange(steps)[:, None] < lengths) & possible
    gradient = np.where(running[..., None], np.exp(scores) - posterior, 0.0)
    loss = np.where(lengths > 0, -likelihood, 0.0)
    return loss, gradient


def greedy_decode(
    logits: np.ndarray, lengths: np.ndarray, merge_repeated: bool
) -> tuple[list[list[int]], np.ndarray]:
    """The most likely class of every step, without blanks.

    Args:
        logits: `[time, batch, classes]`; blank is the last class.
        lengths: `[batch]`.
        merge_repeated: leave out classes equal to that of the step before.

    Returns:
        The classes of each example, and `[batch, 1]` of the logits' type: the negated sum of the
        largest logits.
    """
    steps, batch, classes = logits.shape
    best = logits.argmax(axis=2) if steps else np.zeros((0, batch), np.int64)
    running = np.arange(steps)[:, None] < lengths
    largest = logits.max(axis=2) if steps else np.zeros((0, batch), logits.dtype)
    total = -np.where(running, largest, 0).sum(axis=0, dtype=logits.dtype)
    keep = running & (best != classes - 1)
    if merge_repeated and steps:
        keep[1:] &= best[1:] != best[:-1]
    decoded = [best[keep[:, b], b].tolist() for b in range(batch)]
    return decoded, total[:, None]


def beam_search_decode(
    logits: np.ndarray, lengths: np.ndarray, beam_width: int, top_paths: int, merge_repeated: bool
) -> tuple[list[list[list[int]]], np.ndarray]:
    """The most likely label sequences by prefix search (Graves, 2012).

    Args:
        logits: `[time, batch, classes]`; blank is the last class.
        lengths: `[batch]`.
        beam_width: how many prefixes are kept.
        top_paths: how many sequences are returned.
        merge_repeated: leave out repeated labels of the sequences found, as TensorFlow does.

    Returns:
        For each of the `top_paths`, the labels of each example; and float64
        `[batch, top_paths]`, their log-probabilities.

    Raises:
        ValueError: when there are fewer prefixes than `top_paths`.
    """
    batch = logits.shape[1]
    paths: list[list[list[int]]] = [[] for _ in range(top_paths)]
    scores = np.zeros((batch, top_paths))
    for b in range(batch):
        beam = _Beam(logits.shape[2], beam_width)
        for row in log_softmax(logits[: lengths[b], b]):
            beam.step(row)
        found = beam.best(top_paths)
        if len(found) < top_paths:
            raise ValueError("Less leaves in the beam search than requested.")
        for place, (labels, score) in enumerate(found):
            if merge_repeated:
                labels = [c for i, c in enumerate(labels) if i == 0 or c != labels[i - 1]]
            paths[place].append(labels)
            scores[b, place] = score
    return paths, scores


class _Beam:
    """The prefixes kept, most likely first, with the log-probabilities of ending in a blank and
    in a label."""

    def __init__(self, classes: int, width: int) -> None:
        self._blank = classes - 1
        self._width = width
        # A prefix is a number; the empty one is 0.
        self._parent = [-1]
        self._label = [-1]
        self._children: dict[tuple[int, int], int] = {}
        self._leaves = np.zeros(1, np.int64)
        self._ends_blank = np.zeros(1)
        self._ends_label = np.full(1, -np.inf)

    def step(self, scores: np.ndarray) -> None:
        """Takes in the log-probabilities of one step."""
        leaves = self._leaves
        old_blank, old_total = self._ends_blank, np.logaddexp(self._ends_blank, self._ends_label)
        place = {int(leaf): i for i, leaf in enumerate(leaves)}
        label = np.array([self._label[leaf] for leaf in leaves])
        ends_label = self._ends_label.copy()
        grown = np.full((len(leaves), self._blank), True)
        for i, leaf in enumerate(leaves):
            above = self._parent[leaf]
            j = place.get(above)
            if j is not None:
                same = label[i] == label[j]
                ends_label[i] = np.logaddexp(ends_label[i], old_blank[j] if same else old_total[j])
                grown[j, label[i]] = False
        inner = label >= 0
        ends_label[inner] += scores[label[inner]]
        ends_blank = old_total + scores[self._blank]
        total = np.logaddexp(ends_blank, ends_label)
        # A new label after an equal one needs a blank between them.
        before = np.repeat(old_total[:, None], self._blank, axis=1)
        before[np.flatnonzero(inner), label[inner]] = old_blank[inner]
        fresh = np.where(grown, before + scores[: self._blank], -np.inf)
        everything = np.concatenate([total, fresh.ravel()])
        order = np.argsort(-everything, kind="stable")[: self._width]
        order = order[everything[order] > -np.inf]
        chosen, blanks, labels = [], [], []
        for index in order:
            if index < len(leaves):
                chosen.append(int(leaves[index]))
                blanks.append(ends_blank[index])
                labels.append(ends_label[index])
            else:
                row, column = divmod(int(index) - len(leaves), self._blank)
                chosen.append(self._child(int(leaves[row]), column))
                blanks.append(-np.inf)
                labels.append(everything[index])
        self._leaves = np.array(chosen, np.int64)
        self._ends_blank, self._ends_label = np.array(blanks), np.array(labels)

    def _child(self, parent: int, label: int) -> int:
        found = self._children.get((parent, label))
        if found is None:
            found = self._children[parent, label] = len(self._parent)
            self._parent.append(parent)
            self._label.append(label)
        return found

    def best(self, count: int) -> list[tuple[list[int], float]]:
        """The most likely label sequences with their log-probabilities."""
        total = np.logaddexp(self._ends_blank, self._ends_label)
        result = []
        for index in np.argsort(-total, kind="stable")[:count]:
            labels, node = [], int(self._leaves[index])
            while node:
                labels.append(self._label[node])
                node = self._parent[node]
            result.append((labels[::-1], float(total[index])))
        return result

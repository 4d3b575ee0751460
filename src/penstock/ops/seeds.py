"""Graph-level and operation-level seeds, and the two numbers that a random operation takes."""

from __future__ import annotations

from typing import Any

from penstock.graph.defaults import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_LARGEST_SEED = 2**31 - 1


def set_random_seed(seed: int | None) -> None:
    """Sets the seed of the default graph.

    Operations made from here on draw the same numbers in every new session: those with a seed of
    their own by both seeds, those without by this one and their place in the graph.

    Args:
        seed: an integer; ``None`` takes the seed away.
    """
    get_default_graph().seed = seed


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of a random operation, by the rule of TensorFlow 1.x.

    A graph without a seed counts as one with the seed 87654321 for operations that have their
    own; an operation without one takes the number of operations made so far. Both are reduced
    modulo 2**31 - 1, and the pair (0, 0), which would mean "unseeded", becomes (0, 2**31 - 1).

    Args:
        op_seed: the seed of the operation, or ``None``.

    Returns:
        ``(seed, seed2)``; ``(None, None)`` when neither the graph nor the operation has a seed.
    """
    graph = get_default_graph()
    seeds: tuple[Any, Any]
    if graph.seed is not None:
        seeds = (graph.seed, graph._last_id if op_seed is None else op_seed)
    elif op_seed is not None:
        seeds = (DEFAULT_GRAPH_SEED, op_seed)
    else:
        return None, None
    first, second = (_truncate(seed) for seed in seeds)
    if (first, second) == (0, 0):
        return 0, _LARGEST_SEED
    return first, second


def _truncate(seed: Any) -> int:
    return int(seed % _LARGEST_SEED)

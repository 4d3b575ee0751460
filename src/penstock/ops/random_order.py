"""Random order and place: shuffled rows, and slices cut at random."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.kernels import random as kernels
from penstock.ops.random import SEEDS, drawn, random_uniform
from penstock.ops.seeds import get_seed
from penstock.ops.shape_rules import same_as_input


@operation(
    "RandomShuffle",
    inputs="value: T",
    outputs="output: T",
    attrs=f"{SEEDS}; T: type",
    stateful=True,
)
class RandomShuffle:
    shape = same_as_input()

    def lower(value: Any, *, op: Any, run: Any) -> Any:
        return drawn(run, op, lambda k, o: kernels.random_shuffle(k, o, value))

    def host(value: np.ndarray, *, op: Any, run: Any) -> np.ndarray:
        return drawn(run, op, lambda k, o: kernels.random_shuffle_host(k, int(o), value))


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A tensor with its rows (along dimension 0) in random order.

    Args:
        value: any tensor.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the operation's name.
    """
    first, second = get_seed(seed)
    return apply("RandomShuffle", value, name=name, seed=first, seed2=second)


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A slice of a given size at a random place.

    Args:
        value: the tensor to cut from.
        size: the size of the slice on each axis; no larger than ``value``.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.

    Raises:
        InvalidArgumentError: in a run, when ``value`` is smaller than ``size``.
    """
    from penstock.ops.arrays import shape
    from penstock.ops.checks import Assert
    from penstock.ops.control_flow import with_dependencies
    from penstock.ops.reductions import reduce_all
    from penstock.ops.slices import slice as slice_tensor

    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
        whole = shape(value)
        check = Assert(
            reduce_all(whole >= size), ["Need value.shape >= size, got ", whole, size],
            summarize=1000,
        )  # fmt: skip
        whole = with_dependencies([check], whole)
        limit = whole - size + 1
        place = random_uniform(shape(whole), dtype=size.dtype, maxval=size.dtype.max, seed=seed)
        return slice_tensor(value, place % limit, size, name=scope)

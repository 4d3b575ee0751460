"""Layers that put several inputs together."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer


def _shapes(input_shape: Any) -> list[list[Any]]:
    return [ops.TensorShape(s).as_list() for s in input_shape]


class _Merge(Layer):
    """Element-wise merging with broadcasting."""

    least: int = 2
    most: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def _merge(self, inputs: list[Any]) -> Any:
        raise TypeError(f"{type(self).__name__} must say how to merge.")

    def _check(self, input_shape: Any) -> list[list[Any]]:
        name = type(self).__name__
        if not isinstance(input_shape, (list, tuple)) or isinstance(input_shape, ops.TensorShape):
            raise ValueError(f"A `{name}` layer should be called on a list of inputs.")
        shapes = _shapes(input_shape)
        word = f"`{name}`" if name in ("Concatenate", "Dot") else "merge"
        if len(shapes) < self.least:
            raise ValueError(
                f"A {word} layer should be called on a list of at least {self.least} inputs. Got "
                f"{len(shapes)} inputs."
            )
        if self.most is not None and len(shapes) > self.most:
            raise ValueError(f"A `{name}` layer should be called on exactly {self.most} inputs")
        batches = {s[0] for s in shapes if s} - {None}
        if len(batches) > 1:
            raise ValueError(
                f"Can not merge tensors with different batch sizes. Got tensors with shapes : "
                f"{shapes}"
            )
        return shapes

    @staticmethod
    def _broadcast(shapes: list[list[Any]]) -> list[Any]:
        """The shape of element-wise results; sizes of 1 stretch.

        Raises:
            ValueError: when shapes don't fit.
        """
        rank = max(len(s) for s in shapes)
        found: list[Any] = []
        for i in range(1, rank + 1):
            sizes = {s[-i] for s in shapes if len(s) >= i}
            known = {n for n in sizes if n not in (None, 1)}
            if len(known) > 1:
                raise ValueError(
                    "Operands could not be broadcast together with shapes "
                    + " ".join(str(tuple(s)) for s in shapes)
                )
            found.append(known.pop() if known else None if None in sizes else 1)
        return found[::-1]

    def build(self, input_shape: Any) -> None:
        """Checks the shapes."""
        shapes = self._check(input_shape)
        self._broadcast([s[1:] for s in shapes if s])
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The merged inputs; those of lower rank get axes behind the batch axis."""
        if not isinstance(inputs, (list, tuple)):
            raise ValueError("A merge layer should be called on a list of inputs.")
        inputs = list(inputs)
        ranks = [K.ndim(x) for x in inputs]
        if None not in ranks:
            for i, rank in enumerate(ranks):
                for _ in range(max(ranks) - rank):
                    inputs[i] = ops.expand_dims(inputs[i], 1)
        return self._merge(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The broadcast shape."""
        shapes = _shapes(input_shape)
        batches = {s[0] for s in shapes if s} - {None}
        rest = self._broadcast([s[1:] for s in shapes])
        return ops.TensorShape([batches.pop() if len(batches) == 1 else None, *rest])

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where all masks hold."""
        if mask is None:
            return None
        if not isinstance(mask, (list, tuple)):
            raise ValueError("`mask` should be a list.")
        if all(m is None for m in mask):
            return None
        found = [ops.expand_dims(m, 0) for m in mask if m is not None]
        return ops.reduce_all(ops.concat(found, 0), axis=0)


class Add(_Merge):
    """The sum of the inputs."""

    def _merge(self, inputs: list[Any]) -> Any:
        total = inputs[0]
        for each in inputs[1:]:
            total = total + each
        return total


class Subtract(_Merge):
    """The first input without the second."""

    most = 2

    def _merge(self, inputs: list[Any]) -> Any:
        return inputs[0] - inputs[1]


class Multiply(_Merge):
    """The product of the inputs."""

    def _merge(self, inputs: list[Any]) -> Any:
        total = inputs[0]
        for each in inputs[1:]:
            total = total * each
        return total


class Average(Add):
    """The mean of the inputs."""

    def _merge(self, inputs: list[Any]) -> Any:
        return super()._merge(inputs) / len(inputs)


class Maximum(_Merge):
    """The largest of each element."""

    def _merge(self, inputs: list[Any]) -> Any:
        total = inputs[0]
        for each in inputs[1:]:
            total = ops.maximum(total, each)
        return total


class Minimum(_Merge):
    """The smallest of each element."""

    def _merge(self, inputs: list[Any]) -> Any:
        total = inputs[0]
        for each in inputs[1:]:
            total = ops.minimum(total, each)
        return total


class Concatenate(_Merge):
    """The inputs one after the other.

    Args:
        axis: the axis. **kwargs: as for ``Layer``.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        """Checks the shapes."""
        shapes = self._check(input_shape)
        rest = []
        for sizes in shapes:
            sizes = list(sizes)
            sizes.pop(self.axis)
            rest.append(sizes)
        if len({len(r) for r in rest}) > 1 or any(
            len(set(lengths) - {None}) > 1 for lengths in zip(*rest)
        ):
            raise ValueError(
                "A `Concatenate` layer requires inputs with matching shapes except for the concat "
                f"axis. Got inputs shapes: {[tuple(s) for s in shapes]}"
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs one after the other."""
        return K.concatenate(list(inputs), axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes along the axis added up."""
        shapes = _shapes(input_shape)
        found = list(shapes[0])
        for sizes in shapes[1:]:
            if found[self.axis] is None or sizes[self.axis] is None:
                found[self.axis] = None
            else:
                found[self.axis] += sizes[self.axis]
        return ops.TensorShape(found)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks one after the other."""
        if mask is None or all(m is None for m in mask):
            return None
        found = []
        for each, one in zip(inputs, mask):
            if one is None:
                found.append(ops.ones_like(each, dtype="bool"))
            elif K.ndim(one) < K.ndim(each):
                found.append(ops.expand_dims(one, -1))
            else:
                found.append(one)
        return ops.reduce_all(ops.concat(found, axis=self.axis % K.ndim(inputs[0])), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "axis": self.axis}


class Dot(_Merge):
    """The product of two inputs over an axis of each.

    Args:
        axes: the axis, or one for each input. normalize: scale to length 1 first.
        **kwargs: as for ``Layer``.
    """

    most = 2

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axes, int):
            if not isinstance(axes, (list, tuple)) or len(axes) != 2:
                raise TypeError(
                    f"Invalid type for `axes` - should be a list or an int. Found: {axes}"
                )
        self.axes = axes
        self.normalize = normalize

    def _pair(self, first: int, second: int) -> list[int]:
        if isinstance(self.axes, int):
            return [self.axes % first, self.axes % second]
        return [self.axes[0] % first, self.axes[1] % second]

    def build(self, input_shape: Any) -> None:
        """Checks the shapes."""
        first, second = self._check(input_shape)
        axes = self._pair(len(first), len(second))
        if first[axes[0]] != second[axes[1]]:
            raise ValueError(
                f"Dimension incompatibility {first[axes[0]]} != {second[axes[1]]}. Layer shapes: "
                f"{tuple(first)}, {tuple(second)}. Chosen axes: {axes}"
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The product."""
        first, second = inputs
        axes = self._pair(K.ndim(first), K.ndim(second))
        if self.normalize:
            first = ops.l2_normalize(first, axis=axes[0])
            second = ops.l2_normalize(second, axis=axes[1])
        return K.batch_dot(first, second, axes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """What is left of both shapes."""
        first, second = _shapes(input_shape)
        axes = self._pair(len(first), len(second))
        first.pop(axes[0])
        second.pop(axes[1])
        found = first + second[1:]
        return ops.TensorShape([*found, 1] if len(found) == 1 else found)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def add(inputs: Any, **kwargs: Any) -> Any:
    """``Add`` of a list of tensors."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """``Subtract`` of two tensors."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """``Multiply`` of a list of tensors."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """``Average`` of a list of tensors."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """``Maximum`` of a list of tensors."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """``Minimum`` of a list of tensors."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """``Concatenate`` of a list of tensors."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any, normalize: bool = False, **kwargs: Any) -> Any:
    """``Dot`` of two tensors."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)

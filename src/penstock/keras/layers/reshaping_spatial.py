"""Layers that crop, pad and enlarge in space."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec


def _pairs(value: Any, rank: int, name: str) -> tuple[tuple[int, int], ...]:
    """A number, numbers, or pairs as one pair for each axis."""
    if isinstance(value, int):
        return ((value, value),) * rank
    if not hasattr(value, "__len__") or len(value) != rank:
        raise ValueError(f"`{name}` should have {rank} elements. Found: {value}")
    return tuple(K.tuple_of(v, 2, f"entry of {name}") for v in value)  # type: ignore[misc]


class _Spatial(Layer):
    rank = 1
    setting = ""

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = K.normalized_data_format(data_format) if self.rank > 1 else (
            "channels_last"
        )  # fmt: skip
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _first(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def _resized(self, sizes: list[Any]) -> list[Any]:
        raise TypeError(f"{type(self).__name__} must say how sizes change.")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The new sizes."""
        sizes = ops.TensorShape(input_shape).as_list()
        first = self._first
        sizes[first : first + self.rank] = self._resized(sizes[first : first + self.rank])
        return ops.TensorShape(sizes)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = {**super().get_config(), self.setting: getattr(self, self.setting)}
        if self.rank > 1:
            config["data_format"] = self.data_format
        return config


class _Padding(_Spatial):
    setting = "padding"
    _padding: Any

    def _resized(self, sizes: list[Any]) -> list[Any]:
        return [None if n is None else n + a + b for n, (a, b) in zip(sizes, self._padding)]

    def call(self, inputs: Any) -> Any:
        """The padded inputs."""
        pads = [[0, 0]] * self._first + [list(p) for p in self._padding]
        pads += [[0, 0]] * (self.rank + 2 - len(pads))
        return ops.pad(inputs, pads)


class ZeroPadding1D(_Padding):
    """Zeros before and after the steps.

    Args:
        padding: how many, or ``(before, after)``. **kwargs: as for ``Layer``.
    """

    def __init__(self, padding: Any = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = K.tuple_of(padding, 2, "padding")
        self._padding = (self.padding,)


class ZeroPadding2D(_Padding):
    """Zeros around images.

    Args:
        padding: how many, one number for each axis, or pairs. data_format: where the channels are.
        **kwargs: as for ``Layer``.
    """

    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.padding = self._padding = _pairs(padding, self.rank, "padding")


class ZeroPadding3D(ZeroPadding2D):
    """Zeros around volumes; arguments as for ``ZeroPadding2D``."""

    rank = 3

    def __init__(self, padding: Any = (1, 1, 1), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class _Cropping(_Spatial):
    setting = "cropping"
    _cropping: Any

    def _resized(self, sizes: list[Any]) -> list[Any]:
        return [None if n is None else n - a - b for n, (a, b) in zip(sizes, self._cropping)]

    def call(self, inputs: Any) -> Any:
        """The middle of the inputs."""
        key: list[Any] = [slice(None)] * self._first
        key += [slice(a, -b if b else None) for a, b in self._cropping]
        return inputs[tuple(key)]


class Cropping1D(_Cropping):
    """Without the first and the last steps.

    Args:
        cropping: how many, or ``(first, last)``. **kwargs: as for ``Layer``.
    """

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cropping = K.tuple_of(cropping, 2, "cropping")
        self._cropping = (self.cropping,)


class Cropping2D(_Cropping):
    """Without the edges of images.

    Args:
        cropping: how much, one number for each axis, or pairs. data_format: where the channels
            are. **kwargs: as for ``Layer``.
    """

    rank = 2

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(data_format, **kwargs)
        self.cropping = self._cropping = _pairs(cropping, self.rank, "cropping")


class Cropping3D(Cropping2D):
    """Without the edges of volumes; arguments as for ``Cropping2D``."""

    rank = 3

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(cropping, data_format, **kwargs)


class UpSampling1D(_Spatial):
    """Each step ``size`` times.

    Args:
        size: how often. **kwargs: as for ``Layer``.
    """

    setting = "size"

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = int(size)

    def _resized(self, sizes: list[Any]) -> list[Any]:
        return [None if n is None else n * self.size for n in sizes]

    def call(self, inputs: Any) -> Any:
        """The repeated steps."""
        return K.repeat_elements(inputs, self.size, axis=1)


class UpSampling2D(_Spatial):
    """Images enlarged by whole factors.

    Args:
        size: the factors. data_format: where the channels are.
        interpolation: ``'nearest'`` or ``'bilinear'``. **kwargs: as for ``Layer``.
    """

    rank = 2
    setting = "size"

    def __init__(self, size: Any = (2, 2), data_format: Any = None, interpolation: str = "nearest",
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(data_format, **kwargs)
        self.size = K.tuple_of(size, 2, "size")
        if interpolation not in ("nearest", "bilinear"):
            raise ValueError(
                '`interpolation` argument should be one of `"nearest"` or `"bilinear"`.'
            )
        self.interpolation = interpolation

    def _resized(self, sizes: list[Any]) -> list[Any]:
        return [None if n is None else n * s for n, s in zip(sizes, self.size)]

    def call(self, inputs: Any) -> Any:
        """The enlarged images."""
        return K.resize_images(
            inputs, self.size[0], self.size[1], self.data_format, self.interpolation
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "interpolation": self.interpolation}


class UpSampling3D(_Spatial):
    """Volumes enlarged by whole factors.

    Args:
        size: the factors. data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    rank = 3
    setting = "size"

    def __init__(self, size: Any = (2, 2, 2), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.size = K.tuple_of(size, 3, "size")

    def _resized(self, sizes: list[Any]) -> list[Any]:
        return [None if n is None else n * s for n, s in zip(sizes, self.size)]

    def call(self, inputs: Any) -> Any:
        """The enlarged volumes."""
        depth, height, width = self.size
        return K.resize_volumes(inputs, depth, height, width, self.data_format)

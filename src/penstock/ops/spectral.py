"""Fourier transforms (``tf.fft``, ``tf.signal.rfft`` ...) and the discrete cosine transform."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor


# -- complex transforms ---------------------------------------------------------------------------
def _same(rank: int) -> Callable[[Any], TensorShape]:
    def shape(op: Any) -> TensorShape:
        return op.inputs[0].shape.with_rank_at_least(rank)

    return shape


def _transform(function: Any, rank: int) -> Callable[[Any], Any]:
    axes = tuple(range(-rank, 0))

    def lower(input: Any) -> Any:  # noqa: A002
        if np.ndim(input) < rank:
            raise errors.InvalidArgumentError(
                None, None, f"Input must have rank of at least {rank} but got: {np.ndim(input)}"
            )
        x = jnp.asarray(input)
        return function(x, axes=axes).astype(x.dtype) if x.size else x

    return lower


def _element_count(tensor: Tensor, rank: int, dtype: Any) -> Tensor:
    from penstock.ops.arrays import shape
    from penstock.ops.casts import cast
    from penstock.ops.reductions import reduce_prod

    return cast(reduce_prod(shape(tensor)[-rank:]), dtype)


def _forward_gradient(inverse: str, rank: int) -> Callable[..., Tensor]:
    def gradient(op: Any, dy: Tensor) -> Tensor:
        count = _element_count(dy, rank, dy.dtype)
        return apply(inverse, dy) * count

    return gradient


def _inverse_gradient(forward: str, rank: int) -> Callable[..., Tensor]:
    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.casts import cast

        count = _element_count(dy, rank, dy.dtype.real_dtype)
        share = cast(1.0 / count, dy.dtype)
        return apply(forward, dy) * share

    return gradient


_COMPLEX: dict[str, Any] = {
    "inputs": "input: Tcomplex",
    "outputs": "output: Tcomplex",
    "attrs": "Tcomplex: {complex64, complex128} = complex64",
}


@operation("FFT", **_COMPLEX)
class FFT:
    shape = _same(1)
    lower = _transform(jnp.fft.fftn, 1)
    gradient = _forward_gradient("IFFT", 1)


@operation("IFFT", **_COMPLEX)
class IFFT:
    shape = _same(1)
    lower = _transform(jnp.fft.ifftn, 1)
    gradient = _inverse_gradient("FFT", 1)


@operation("FFT2D", **_COMPLEX)
class FFT2D:
    shape = _same(2)
    lower = _transform(jnp.fft.fftn, 2)
    gradient = _forward_gradient("IFFT2D", 2)


@operation("IFFT2D", **_COMPLEX)
class IFFT2D:
    shape = _same(2)
    lower = _transform(jnp.fft.ifftn, 2)
    gradient = _inverse_gradient("FFT2D", 2)


@operation("FFT3D", **_COMPLEX)
class FFT3D:
    shape = _same(3)
    lower = _transform(jnp.fft.fftn, 3)
    gradient = _forward_gradient("IFFT3D", 3)


@operation("IFFT3D", **_COMPLEX)
class IFFT3D:
    shape = _same(3)
    lower = _transform(jnp.fft.ifftn, 3)
    gradient = _inverse_gradient("FFT3D", 3)


def fft(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The discrete Fourier transform over the last axis.

    Args:
        input: a ``complex64`` or ``complex128`` tensor.
        name: the operation's name.
    """
    return apply("FFT", input, name=name)


def ifft(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The inverse discrete Fourier transform over the last axis.

    Args:
        input: a ``complex64`` or ``complex128`` tensor.
        name: the operation's name.
    """
    return apply("IFFT", input, name=name)


def fft2d(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The discrete Fourier transform over the last two axes.

    Args:
        input: a ``complex64`` or ``complex128`` tensor.
        name: the operation's name.
    """
    return apply("FFT2D", input, name=name)


def ifft2d(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The inverse discrete Fourier transform over the last two axes.

    Args:
        input: a ``complex64`` or ``complex128`` tensor.
        name: the operation's name.
    """
    return apply("IFFT2D", input, name=name)


def fft3d(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The discrete Fourier transform over the last three axes.

    Args:
        input: a ``complex64`` or ``complex128`` tensor.
        name: the operation's name.
    """
    return apply("FFT3D", input, name=name)


def ifft3d(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The inverse discrete Fourier transform over the last three axes.

    Args:
        input: a ``complex64`` or ``complex128`` tensor.
        name: the operation's name.
    """
    return apply("IFFT3D", input, name=name)


# -- transforms of real numbers -------------------------------------------------------------------
def _real_shape(rank: int, inverse: bool) -> Callable[[Any], TensorShape]:
    def shape(op: Any) -> TensorShape:
        sizes = op.inputs[0].shape.with_rank_at_least(rank).sizes
        if sizes is None:
            return unknown_shape()
        lengths = constant_value_as_shape(op.inputs[1]).sizes or (None,) * rank
        if len(lengths) != rank:
            raise ValueError(f"Dimension must be {rank} but is {len(lengths)}")
        last = lengths[-1]
        if not inverse and last is not None:
            last = last // 2 + 1 if last else 0
        return TensorShape([*sizes[:-rank], *lengths[:-1], last])

    return shape


def _real_transform(rank: int, inverse: bool) -> Callable[[Any, Any], Any]:
    axes = tuple(range(-rank, 0))

    def lower(input: Any, fft_length: np.ndarray) -> Any:  # noqa: A002
        lengths = [int(n) for n in np.ravel(fft_length)]
        for axis, length in zip(axes, lengths, strict=True):
            least = length // 2 + 1 if inverse and axis == -1 and length else length
            if np.shape(input)[axis] < least:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Input dimension {np.ndim(input) + axis} must have length of at least "
                    f"{least} but got: {np.shape(input)[axis]}",
                )
        if 0 in lengths or not np.size(input):
            last = lengths[-1] if inverse or not lengths[-1] else lengths[-1] // 2 + 1
            shape = (*np.shape(input)[:-rank], *lengths[:-1], last)
            return jnp.zeros(shape, np.float32 if inverse else np.complex64)
        if inverse:
            result = jnp.fft.irfftn(jnp.asarray(input), s=lengths, axes=axes)
            return result.astype(np.float32)
        return jnp.fft.rfftn(jnp.asarray(input), s=lengths, axes=axes).astype(np.complex64)

    return lower


def _rfft_gradient(rank: int, inverse: Any) -> Callable[..., list[Any]]:
    """The inverse transform counts the mirrored half of the spectrum too, except for the first
    and (for even lengths) the last frequency, which are put right afterwards."""

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import expand_dims, ones, reshape, shape, transpose
        from penstock.ops.arrays import rank as rank_of
        from penstock.ops.casts import cast, conj, real
        from penstock.ops.matrices import matmul
        from penstock.ops.ranges import range as number_range
        from penstock.ops.slices import concat

        lengths = op.inputs[1]
        input_shape = shape(op.inputs[0])
        is_even = cast(1 - (lengths[-1] % 2), dtypes.complex64)

        def alternating(length: Tensor) -> Tensor:
            return cast(1 - 2 * (number_range(length) % 2), dtypes.complex64)

        def fourier_matrix(length: Tensor) -> Tensor:
            rows = apply("Tile", expand_dims(number_range(length), 0), (length, 1))
            products = rows * transpose(rows, [1, 0])
            angle = -2j * np.pi * cast(products, dtypes.complex64)
            return apply("Exp", angle / cast(length, dtypes.complex64))

        def repeated(matrix: Tensor, like: Tensor) -> Tensor:
            leading = ones([rank_of(like) - 2], dtypes.int32)
            wide = reshape(matrix, concat([leading, shape(matrix)], 0))
            return apply("Tile", wide, concat([shape(like)[:-2], [1, 1]], 0))

        first = dy[..., 0:1]
        if rank == 1:
            last = dy[..., -1:]
            extra = first + is_even * last * alternating(input_shape[-1])
        else:
            matrix = repeated(fourier_matrix(input_shape[-2]), first)
            first_term = matmul(matrix, conj(first))
            last_term = matmul(matrix, conj(dy[..., -1:]))
            inner = input_shape[-1]
            copies = concat([ones([rank_of(dy) - 1], dtypes.int32), [inner]], 0)
            last_term = apply("Tile", last_term, copies) * alternating(inner)
            extra = first_term + is_even * last_term
        count = _element_count(op.inputs[0], rank, dtypes.float32)
        spread = inverse(dy, lengths)
        return [0.5 * (spread * count + real(extra)), None]

    return gradient


def _irfft_gradient(rank: int, forward: Any) -> Callable[..., list[Any]]:
    """Frequencies that stand for a mirrored one too count twice."""

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import ones, shape
        from penstock.ops.casts import cast
        from penstock.ops.division import mod
        from penstock.ops.slices import concat

        lengths = op.inputs[1]
        is_odd = mod(lengths[-1], 2)
        last = shape(op.inputs[0])[-1]
        twice = 2.0 * ones([last - 2 + is_odd])
        weights = concat([[1.0], twice, ones([1 - is_odd])], 0)
        share = apply("Reciprocal", _element_count(dy, rank, dtypes.float32))
        spectrum = forward(dy, lengths)
        return [spectrum * cast(share * weights, dtypes.complex64), None]

    return gradient


def _lengths_of(x: Tensor, rank: int, inverse: bool) -> Tensor:
    """The default length of the transform, from the shape."""
    from penstock.ops.arrays import shape
    from penstock.ops.constants import constant
    from penstock.ops.math_binary import maximum
    from penstock.ops.slices import stack, unstack

    sizes: Any = None if x.shape.sizes is None else list(x.shape.sizes[-rank:])
    if sizes is not None and None not in sizes:
        if inverse and sizes:
            sizes[-1] = max(0, 2 * (sizes[-1] - 1))
        return constant(sizes, dtype=dtypes.int32)
    lengths = shape(x)[-rank:]
    if not inverse:
        return lengths
    parts = unstack(lengths, num=rank)
    parts[-1] = maximum(0, 2 * (parts[-1] - 1))
    return stack(parts)


def _padded(x: Tensor, rank: int, lengths: Tensor, inverse: bool) -> Tensor:
    """``x`` with zeros added where the transform is longer."""
    from penstock.ops.arrays import rank as rank_of
    from penstock.ops.arrays import shape, zeros
    from penstock.ops.math_binary import maximum
    from penstock.ops.slices import concat, pad, stack

    wanted = constant_value_as_shape(lengths)
    if wanted.is_fully_defined() and x.shape.ndims is not None:
        sizes: Any = x.shape.as_list()[-rank:]
        if None not in sizes:
            goal: Any = wanted.as_list()
            if inverse and goal[-1] > 0:
                goal[-1] = goal[-1] // 2 + 1
            missing = [max(g - s, 0) for g, s in zip(goal, sizes, strict=True)]
            if not any(missing):
                return x
            outer = [[0, 0]] * (x.shape.ndims - rank)
            return pad(x, outer + [[0, m] for m in missing])
    dimensions = rank_of(x)
    sizes_now = shape(x)[-rank:]
    outer_count = maximum(0, dimensions - rank)
    outer_paddings = zeros([outer_count], dtype=dtypes.int32)
    goal_now = lengths
    if inverse:
        goal_now = concat([lengths[:-1], lengths[-1:] // 2 + 1], 0)
    missing_now = maximum(0, goal_now - sizes_now)
    after = concat([outer_paddings, missing_now], 0)
    before = zeros([dimensions], dtype=dtypes.int32)
    return pad(x, stack([before, after], axis=1))


def _real_function(op_type: str, rank: int, inverse: bool, doc: str) -> Callable[..., Tensor]:
    dtype = dtypes.complex64 if inverse else dtypes.float32
    public_name = op_type.lower()

    def function(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        with name_scope(name, public_name, [input_tensor, fft_length]) as scope:
            x = convert_to_tensor(input_tensor, dtype)
            x.shape.with_rank_at_least(rank)
            if fft_length is None:
                lengths = _lengths_of(x, rank, inverse)
            else:
                lengths = convert_to_tensor(fft_length, dtypes.int32)
            x = _padded(x, rank, lengths, inverse)
            return apply(op_type, x, lengths, name=scope)

    function.__name__ = function.__qualname__ = public_name
    function.__doc__ = f"""{doc}

    Args:
        input_tensor: a ``{dtype.name}`` tensor of at least {rank} dimension{"s" * (rank > 1)}.
        fft_length: ``[{rank}]``, ``int32``: the length of the transform along each axis; by
            default what the shape says. The input is cut or filled up with zeros.
        name: the operation's name.

    Returns:
        A ``{"float32" if inverse else "complex64"}`` tensor.
    """
    return function


_SPECTRUM = "with only the frequencies up to half the length along the last axis"
rfft = _real_function("RFFT", 1, False, f"The Fourier transform of real numbers, {_SPECTRUM}.")
rfft2d = _real_function(
    "RFFT2D", 2, False, f"The Fourier transform of real numbers over two axes, {_SPECTRUM}."
)
rfft3d = _real_function(
    "RFFT3D", 3, False, f"The Fourier transform of real numbers over three axes, {_SPECTRUM}."
)
irfft = _real_function("IRFFT", 1, True, "The inverse of ``rfft``.")
irfft2d = _real_function("IRFFT2D", 2, True, "The inverse of ``rfft2d``.")
irfft3d = _real_function("IRFFT3D", 3, True, "The inverse of ``rfft3d``.")

_RFFT: dict[str, Any] = {
    "inputs": "input: float, fft_length: int32",
    "outputs": "output: complex64",
}
_IRFFT: dict[str, Any] = {
    "inputs": "input: complex64, fft_length: int32",
    "outputs": "output: float",
}


@operation("RFFT", **_RFFT)
class RFFT:
    shape = _real_shape(1, False)
    static = "fft_length"
    lower = _real_transform(1, False)
    gradient = _rfft_gradient(1, irfft)


@operation("IRFFT", **_IRFFT)
class IRFFT:
    shape = _real_shape(1, True)
    static = "fft_length"
    lower = _real_transform(1, True)
    gradient = _irfft_gradient(1, rfft)


@operation("RFFT2D", **_RFFT)
class RFFT2D:
    shape = _real_shape(2, False)
    static = "fft_length"
    lower = _real_transform(2, False)
    gradient = _rfft_gradient(2, irfft2d)


@operation("IRFFT2D", **_IRFFT)
class IRFFT2D:
    shape = _real_shape(2, True)
    static = "fft_length"
    lower = _real_transform(2, True)
    gradient = _irfft_gradient(2, rfft2d)


@operation("RFFT3D", **_RFFT)
class RFFT3D:
    shape = _real_shape(3, False)
    static = "fft_length"
    lower = _real_transform(3, False)


@operation("IRFFT3D", **_IRFFT)
class IRFFT3D:
    shape = _real_shape(3, True)
    static = "fft_length"
    lower = _real_transform(3, True)


# -- made of these --------------------------------------------------------------------------------
def _check_dct(type: int, n: Any, axis: int, norm: Any) -> None:  # noqa: A002
    if axis != -1:
        raise errors.UnimplementedError(None, None, f"axis must be -1. Got: {axis}")
    if n is not None and n < 1:
        raise ValueError("n should be a positive integer or None")
    if type not in (1, 2, 3):
        raise ValueError(f"Only Types I, II and III (I)DCT are supported. Got: {type}")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")


def dct(
    input: Any,  # noqa: A002
    type: int = 2,  # noqa: A002
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The discrete cosine transform over the last axis (as ``scipy.fftpack.dct`` has it).

    Args:
        input: a ``float32`` tensor ``[..., m]``.
        type: 1, 2 or 3.
        n: the length; the input is cut or filled up with zeros.
        axis: -1.
        norm: ``None`` or ``'ortho'``.
        name: the name of the scope.

    Returns:
        ``[..., n]``.
    """
    from penstock.ops.arrays import expand_dims, shape
    from penstock.ops.casts import cast, complex, real
    from penstock.ops.ranges import range as number_range
    from penstock.ops.slices import concat, pad

    _check_dct(type, n, axis, norm)
    with name_scope(name, "dct", [input]):
        x = convert_to_tensor(input, dtype=dtypes.float32)
        if n is not None:
            known = x.shape.as_list()[-1]
            outer = [[0, 0]] * (len(x.shape.as_list()) - 1)
            if known is not None and n < known:
                x = x[..., 0:n]
            elif known is not None and n > known:
                x = pad(x, [*outer, [0, n - known]])
        size: Any = x.shape.as_list()[-1]
        size = shape(x)[-1] if size is None else size
        count = cast(size, dtypes.float32)
        if type == 1:
            mirrored = concat([x, apply("ReverseV2", x, [-1])[..., 1:-1]], axis=-1)
            return real(rfft(mirrored))
        if type == 2:
            angle = apply("Neg", number_range(count)) * np.pi * 0.5 / count
            scale = 2.0 * apply("Exp", complex(0.0, angle))
            spectrum = rfft(x, fft_length=[2 * size])[..., :size] * scale
            result = real(spectrum)
            if norm == "ortho":
                first = 0.5 * apply("Rsqrt", count)
                result = result * _first_and_rest(first, first * math.sqrt(2.0), size)
            return result
        if norm == "ortho":
            first = apply("Sqrt", count)
            rest = first * apply("Sqrt", convert_to_tensor(0.5))
            x = x * apply("PadV2", expand_dims(first, 0), [[0, size - 1]], rest)
        else:
            x = x * count
        angle = number_range(count) * np.pi * 0.5 / count
        scale = 2.0 * apply("Exp", complex(0.0, angle))
        return irfft(scale * complex(x, 0.0), fft_length=[2 * size])[..., :size]


def _first_and_rest(first: Tensor, rest: Tensor, size: Any) -> Tensor:
    from penstock.ops.arrays import expand_dims

    return apply("PadV2", expand_dims(first, 0), [[0, size - 1]], rest)


def idct(
    input: Any,  # noqa: A002
    type: int = 2,  # noqa: A002
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The inverse discrete cosine transform, up to a factor without ``norm='ortho'``.

    Args:
        input: a ``float32`` tensor ``[..., m]``.
        type: 1, 2 or 3: the transform to be inverted.
        n: must be ``None``.
        axis: -1.
        norm: ``None`` or ``'ortho'``.
        name: the name of the scope.
    """
    _check_dct(type, n, axis, norm)
    return dct(input, type={1: 1, 2: 3, 3: 2}[type], n=n, axis=axis, norm=norm, name=name)


def _rolled(x: Any, axes: Any, name: str | None, default: str, inverse: bool) -> Tensor:
    with name_scope(name, default):
        x = convert_to_tensor(x)
        rank = x.shape.ndims
        if rank is None:
            raise ValueError(f"{default} needs a tensor of known rank")
        if axes is None:
            chosen = list(range(rank))
        else:
            chosen = [axes] if isinstance(axes, int) else list(axes)
        sizes = x.shape.as_list()
        if any(sizes[axis] is None for axis in chosen):
            from penstock.ops.arrays import shape

            dynamic = shape(x)
            shifts: Any = [-(dynamic[a] // 2) if inverse else dynamic[a] // 2 for a in chosen]
        else:
            shifts = [-(sizes[a] // 2) if inverse else sizes[a] // 2 for a in chosen]
        return apply("Roll", x, shifts, chosen)


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """Moves frequency 0 to the middle.

    Args:
        x: a tensor.
        axes: the axes; all by default.
        name: the name of the scope.
    """
    return _rolled(x, axes, name, "fftshift", False)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """Undoes ``fftshift``.

    Args:
        x: a tensor.
        axes: the axes; all by default.
        name: the name of the scope.
    """
    return _rolled(x, axes, name, "ifftshift", True)

"""Signals cut into frames: windows, short-time Fourier transforms, mel spectrograms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops import (
    arrays,
    broadcasting,
    casts,
    fills,
    math_unary,
    packing,
    padding,
    ranges,
    trigonometry,
)
from penstock.ops.constants import constant
from penstock.ops.gathers import gather
from penstock.ops.joining import concat
from penstock.ops.segments import unsorted_segment_sum
from penstock.ops.selecting import where
from penstock.ops.spectral import dct, irfft, rfft

Window = Callable[..., Tensor]


def _known(value: Any, name: str) -> int:
    """A number of samples as an integer.

    Raises:
        ValueError: when it isn't known while the graph is built.
    """
    known = constant_value(value) if isinstance(value, Tensor) else value
    if known is None:
        raise ValueError(f"{name} must be known while the graph is built, got {value}")
    return int(known)


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: int = -1,
    name: str | None = None,
) -> Tensor:
    """Overlapping frames of a signal.

    Args:
        signal: a tensor whose ``axis`` is time.
        frame_length: the samples of a frame. frame_step: the samples from frame to frame.
        pad_end: fill up the last frames with ``pad_value`` instead of leaving them out.
        pad_value: see ``pad_end``. axis: the axis of time. name: the scope of the operations.

    Returns:
        The signal with ``axis`` replaced by two: ``[frames, frame_length]``.
    """
    with name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = convert_to_tensor(signal)
        length, step = _known(frame_length, "frame_length"), _known(frame_step, "frame_step")
        rank = signal.shape.ndims
        if rank is None:
            raise ValueError("The rank of a signal must be known")
        place = axis % rank
        size = arrays.shape(signal)[place]
        if pad_end:
            count = -(-size // step)
            missing = (count - 1) * step + length - size
            missing = where(missing > 0, missing, fills.zeros_like(missing))
            pads = [[0, 0] for _ in range(rank)]
            pads[place] = [0, missing]  # type: ignore[list-item]
            signal = padding.pad(signal, pads, constant_values=pad_value)
        else:
            count = 1 + (size - length) // step
            count = where(count > 0, count, fills.zeros_like(count))
        starts = arrays.expand_dims(ranges.range(count) * step, 1)
        return gather(signal, starts + np.arange(length, dtype=np.int32), axis=place)


def _raised_cosine(
    name: str | None, default: str, length: Any, periodic: Any, dtype: Any, a: float, b: float
) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype}")
    with name_scope(name, default, [length, periodic]):
        count = _known(length, "window_length")
        if count == 1:
            return constant([1.0], dtype)
        whole = count if periodic and count % 2 == 0 else count - 1
        if periodic and count % 2:
            whole = count - 1
        angle = constant(2 * math.pi * np.arange(count) / whole, dtype)
        return a - b * trigonometry.cos(angle)


def hann_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """The window ``0.5 - 0.5 cos(2 pi n / N)``.

    Args:
        window_length: its samples. periodic: ``N`` is the length when that is even, else (as
            for symmetric windows) one less. dtype: a floating type. name: the scope's name.
    """
    return _raised_cosine(name, "hann_window", window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """The window ``0.54 - 0.46 cos(2 pi n / N)``; see ``hann_window``."""
    return _raised_cosine(name, "hamming_window", window_length, periodic, dtype, 0.54, 0.46)


def _enclosing_power(length: int) -> int:
    return 1 << max(length - 1, 0).bit_length()


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Window | None = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The short-time Fourier transform of real signals.

    Args:
        signals: ``[..., samples]`` ``float32``.
        frame_length: the samples of a frame. frame_step: the samples from frame to frame.
        fft_length: the length of the transform; the next power of two when left out.
        window_fn: makes the window from a length and ``dtype``; ``None`` for no window.
        pad_end: fill up the last frames with zeros. name: the scope of the operations.

    Returns:
        ``[..., frames, fft_length // 2 + 1]`` ``complex64``.
    """
    with name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = convert_to_tensor(signals)
        length = _known(frame_length, "frame_length")
        size = _enclosing_power(length) if fft_length is None else _known(fft_length, "fft_length")
        framed = frame(signals, length, frame_step, pad_end)
        if window_fn is not None:
            framed = framed * window_fn(length, dtype=framed.dtype)
        return rfft(framed, [size])


def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """The sum of overlapping frames: what ``frame`` takes apart.

    Args:
        signal: ``[..., frames, frame_length]``.
        frame_step: the samples from frame to frame. name: the scope of the operations.

    Returns:
        ``[..., (frames - 1) * frame_step + frame_length]``.
    """
    with name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = convert_to_tensor(signal)
        step = _known(frame_step, "frame_step")
        signal.shape.with_rank_at_least(2)
        sizes = arrays.shape(signal)
        frames, length = sizes[-2], signal.shape.as_list()[-1]
        if length is None:
            raise ValueError("The length of the frames must be known")
        outer = sizes[:-2]
        total = (frames - 1) * step + length
        places = arrays.expand_dims(ranges.range(frames) * step, 1)
        places = arrays.reshape(places + np.arange(length, dtype=np.int32), [-1])
        rows = arrays.reshape(signal, [-1, frames * length])
        added = unsorted_segment_sum(arrays.transpose(rows), places, total)
        return arrays.reshape(
            arrays.transpose(added), concat([outer, arrays.reshape(total, [1])], 0)
        )


def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Window = hann_window, name: str | None = None
) -> Window:
    """The window for ``inverse_stft`` that undoes a forward window.

    Args:
        frame_step: the samples from frame to frame.
        forward_window_fn: the window of ``stft``. name: the scope of the operations.

    Returns:
        A function of a frame length and a ``dtype``.
    """

    def inverse_window(frame_length: Any, dtype: Any) -> Tensor:
        with name_scope(name, "inverse_stft_window_fn", [frame_length]):
            length, step = _known(frame_length, "frame_length"), _known(frame_step, "frame_step")
            forward = forward_window_fn(length, dtype=dtype)
            overlaps = -(-length // step)
            power = padding.pad(math_unary.square(forward), [[0, overlaps * step - length]])
            folded = arrays.reshape(power, [overlaps, step])
            total = packing.unstack(folded)[0]
            for row in packing.unstack(folded)[1:]:
                total = total + row
            repeated = arrays.reshape(
                broadcasting.broadcast_to(arrays.expand_dims(total, 0), [overlaps, step]), [-1]
            )
            return forward / repeated[:length]

    return inverse_window


def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Window | None = hann_window,
    name: str | None = None,
) -> Tensor:
    """The signals of short-time Fourier transforms; see ``stft``.

    Args:
        stfts: ``[..., frames, fft_length // 2 + 1]`` ``complex64``.
        frame_length: the samples of a frame. frame_step: the samples from frame to frame.
        fft_length: the length of the transform; the next power of two when left out.
        window_fn: the window (``inverse_stft_window_fn`` makes the one that reconstructs).
        name: the scope of the operations.

    Returns:
        ``[..., samples]`` ``float32``.
    """
    with name_scope(name, "inverse_stft", [stfts]):
        stfts = convert_to_tensor(stfts)
        length = _known(frame_length, "frame_length")
        size = _enclosing_power(length) if fft_length is None else _known(fft_length, "fft_length")
        frames = irfft(stfts, [size])
        if size >= length:
            frames = frames[..., :length]
        else:
            pads = [[0, 0]] * (len(frames.shape) - 1) + [[0, length - size]]
            frames = padding.pad(frames, pads)
        if window_fn is not None:
            frames = frames * window_fn(length, dtype=frames.dtype)
        return overlap_and_add(frames, frame_step)


def linear_to_mel_weight_matrix(
    num_mel_bins: int = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """The matrix that turns linear spectrograms into mel spectrograms (HTK's scale).

    Args:
        num_mel_bins: the bands. num_spectrogram_bins: the frequencies of the spectrogram.
        sample_rate: in hertz. lower_edge_hertz: where the first band begins.
        upper_edge_hertz: where the last band ends. dtype: a floating type. name: the name.

    Returns:
        ``[num_spectrogram_bins, num_mel_bins]``.

    Raises:
        ValueError: for numbers that can't be.
    """
    bins = _known(num_spectrogram_bins, "num_spectrogram_bins")
    known_rate: Any = sample_rate
    if isinstance(sample_rate, Tensor):
        known_rate = constant_value(sample_rate)
    if known_rate is None:
        raise ValueError(f"sample_rate must be known while the graph is built, got {sample_rate}")
    rate = float(known_rate)
    if num_mel_bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {num_mel_bins}")
    if lower_edge_hertz < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower_edge_hertz}")
    if lower_edge_hertz >= upper_edge_hertz:
        raise ValueError(
            f"lower_edge_hertz {lower_edge_hertz:.1f} >= upper_edge_hertz {upper_edge_hertz:.1f}"
        )
    if rate <= 0.0:
        raise ValueError(f"sample_rate must be positive. Got: {sample_rate}")
    if upper_edge_hertz > rate / 2:
        raise ValueError(
            "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
            f"Got: {upper_edge_hertz} for sample_rate: {sample_rate}"
        )

    def mel(hertz: Any) -> Any:
        return 1127.0 * np.log1p(np.asarray(hertz, np.float64) / 700.0)

    frequencies = mel(np.linspace(0.0, rate / 2, bins)[1:])[:, None]
    edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies - lower) / (center - lower)
    falling = (upper - frequencies) / (upper - center)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    # The zero frequency belongs to no band.
    matrix = np.concatenate([np.zeros([1, num_mel_bins]), weights])
    return constant(matrix, dtypes.as_dtype(dtype), name=name or "linear_to_mel_weight_matrix")


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Mel-frequency cepstral coefficients: a cosine transform of log-mel spectrograms.

    Args:
        log_mel_spectrograms: ``[..., bands]`` ``float32``. name: the scope of the operations.

    Returns:
        ``[..., bands]``.

    Raises:
        ValueError: when there are no bands.
    """
    with name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        spectrograms = convert_to_tensor(log_mel_spectrograms)
        bands = spectrograms.shape.as_list()[-1]
        if bands == 0:
            raise ValueError("num_mel_bins must be positive. Got: 0")
        count: Any = bands
        if bands is None:
            count = casts.cast(arrays.shape(spectrograms)[-1], spectrograms.dtype)
            return dct(spectrograms, type=2) * (1.0 / math_unary.sqrt(count * 2.0))
        return dct(spectrograms, type=2) * (1.0 / math.sqrt(count * 2.0))

"""Noise layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer


class _Noise(Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)


class GaussianNoise(_Noise):
    """In training, normal numbers added.

    Args:
        stddev: their standard deviation. **kwargs: as for ``Layer``.
    """

    def __init__(self, stddev: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = stddev

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The noisy inputs in training, else the inputs."""

        def noised() -> Any:
            return inputs + K.random_normal(ops.shape(inputs), 0.0, self.stddev,
                                            dtype=inputs.dtype)  # fmt: skip

        return K.in_train_phase(noised, inputs, training=training)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "stddev": self.stddev}


class GaussianDropout(_Noise):
    """In training, multiplied by normal numbers around 1 (Srivastava et al. 2014).

    Args:
        rate: as for ``Dropout``; the deviation is ``sqrt(rate / (1 - rate))``.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The noisy inputs in training, else the inputs."""
        if not 0 < self.rate < 1:
            return inputs

        def noised() -> Any:
            deviation = float(np.sqrt(self.rate / (1.0 - self.rate)))
            return inputs * K.random_normal(ops.shape(inputs), 1.0, deviation,
                                            dtype=inputs.dtype)  # fmt: skip

        return K.in_train_phase(noised, inputs, training=training)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "rate": self.rate}


class AlphaDropout(_Noise):
    """Dropout that keeps mean and variance behind ``selu`` (Klambauer et al. 2017).

    Args:
        rate: the fraction dropped. noise_shape: the shape of the mask. seed: the seed.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The masked inputs in training, else the inputs."""
        if not 0.0 < self.rate < 1.0:
            return inputs
        lowest = -1.7580993408473766
        a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        b = -a * lowest * self.rate

        def dropped() -> Any:
            shape = self.noise_shape or ops.shape(inputs)
            kept = ops.greater_equal(K.random_uniform(shape, seed=self.seed), self.rate)
            kept = ops.cast(kept, inputs.dtype)
            return a * (inputs * kept + lowest * (1 - kept)) + b

        return K.in_train_phase(dropped, inputs, training=training)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "rate": self.rate}

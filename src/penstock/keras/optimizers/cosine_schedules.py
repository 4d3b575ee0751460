"""Learning rates along a cosine (``keras.experimental``)."""

from __future__ import annotations

from typing import Any

from penstock.keras.optimizers.schedules import LearningRateSchedule
from penstock.training import learning_rate_decay


class _Cosine(LearningRateSchedule):
    _arguments: tuple[str, ...] = ()

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {name: getattr(self, name) for name in self._arguments}


class CosineDecay(_Cosine):
    """A rate that falls along half a cosine (Loshchilov and Hutter, 2016).

    Args:
        initial_learning_rate: the first rate. decay_steps: how many steps the fall takes.
        alpha: the last rate as a part of the first. name: the name.
    """

    _arguments = ("initial_learning_rate", "decay_steps", "alpha", "name")

    def __init__(self, initial_learning_rate: float, decay_steps: int, alpha: float = 0.0,
                 name: str | None = None) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        return learning_rate_decay.cosine_decay(
            self.initial_learning_rate, step, self.decay_steps, self.alpha, self.name
        )


class CosineDecayRestarts(_Cosine):
    """``CosineDecay`` that starts again and again (Loshchilov and Hutter, 2016).

    Args:
        initial_learning_rate: the first rate. first_decay_steps: how many steps the first fall
            takes. t_mul: by how much longer each fall is than the one before.
        m_mul: by how much higher it starts. alpha: the last rate as a part of the first.
        name: the name.
    """

    _arguments = (
        "initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name"
    )  # fmt: skip

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        return learning_rate_decay.cosine_decay_restarts(
            self.initial_learning_rate, step, self.first_decay_steps, self.t_mul, self.m_mul,
            self.alpha, self.name,
        )  # fmt: skip


class LinearCosineDecay(_Cosine):
    """A linear fall times a cosine (Bello et al., 2017).

    Args:
        initial_learning_rate: the first rate. decay_steps: how many steps the fall takes.
        num_periods: periods of the cosine. alpha: added to the line. beta: added to the product.
        name: the name.
    """

    _arguments = ("initial_learning_rate", "decay_steps", "num_periods", "alpha", "beta", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        num_periods: float = 0.5,
        alpha: float = 0.0,
        beta: float = 0.001,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.num_periods = num_periods
        self.alpha = alpha
        self.beta = beta
        self.name = name

    def __call__(self, step: Any) -> Any:
        return learning_rate_decay.linear_cosine_decay(
            self.initial_learning_rate, step, self.decay_steps, self.num_periods, self.alpha,
            self.beta, self.name,
        )  # fmt: skip


class NoisyLinearCosineDecay(_Cosine):
    """``LinearCosineDecay`` with noise on the line (Bello et al., 2017).

    Args:
        initial_learning_rate: the first rate. decay_steps: how many steps the fall takes.
        initial_variance: the variance of the noise at first. variance_decay: how fast it falls.
        num_periods: periods of the cosine. alpha: added to the line. beta: added to the product.
        name: the name.
    """

    _arguments = (
        "initial_learning_rate", "decay_steps", "initial_variance", "variance_decay",
        "num_periods", "alpha", "beta", "name",
    )  # fmt: skip

    def __init__(self, initial_learning_rate: float, decay_steps: int,
                 initial_variance: float = 1.0, variance_decay: float = 0.55,
                 num_periods: float = 0.5, alpha: float = 0.0, beta: float = 0.001,
                 name: str | None = None) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.initial_variance = initial_variance
        self.variance_decay = variance_decay
        self.num_periods = num_periods
        self.alpha = alpha
        self.beta = beta
        self.name = name

    def __call__(self, step: Any) -> Any:
        return learning_rate_decay.noisy_linear_cosine_decay(
            self.initial_learning_rate, step, self.decay_steps, self.initial_variance,
            self.variance_decay, self.num_periods, self.alpha, self.beta, self.name,
        )  # fmt: skip

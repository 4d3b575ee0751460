"""``keras.optimizers.schedules``: learning rates as functions of the step."""

from __future__ import annotations

from typing import Any

from penstock.keras import tensor_ops as ops
from penstock.keras.utils.objects import deserialize_keras_object, serialize_keras_object


class LearningRateSchedule:
    """A learning rate as a function of the step."""

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        raise NotImplementedError("Learning rate schedule must override __call__")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        raise NotImplementedError("Learning rate schedule must override get_config")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The schedule that ``get_config`` described."""
        return cls(**config)


class _Decay(LearningRateSchedule):
    def __init__(self, initial_learning_rate: float, decay_steps: float, decay_rate: float,
                 staircase: bool = False, name: str | None = None) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def _ratio(self, step: Any) -> tuple[Any, Any]:
        rate = ops.convert_to_tensor(self.initial_learning_rate, name="initial_learning_rate")
        ratio = ops.cast(step, rate.dtype) / ops.cast(self.decay_steps, rate.dtype)
        return rate, ops.floor(ratio) if self.staircase else ratio

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate, "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate, "staircase": self.staircase, "name": self.name,
        }  # fmt: skip


class ExponentialDecay(_Decay):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Args:
        initial_learning_rate: the first rate. decay_steps: the steps of one decay.
        decay_rate: the factor. staircase: change only at whole decays. name: the name.
    """

    def __call__(self, step: Any) -> Any:
        with ops.name_scope(self.name or "ExponentialDecay"):
            rate, ratio = self._ratio(step)
            return ops.multiply(rate, ops.pow(ops.cast(self.decay_rate, rate.dtype), ratio))


class InverseTimeDecay(_Decay):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``; see ExponentialDecay."""

    def __call__(self, step: Any) -> Any:
        with ops.name_scope(self.name or "InverseTimeDecay"):
            rate, ratio = self._ratio(step)
            return rate / (1.0 + ops.cast(self.decay_rate, rate.dtype) * ratio)


class PolynomialDecay(LearningRateSchedule):
    """From one rate to another within ``decay_steps``.

    Args:
        initial_learning_rate: the first rate. decay_steps: how many steps it takes.
        end_learning_rate: the last rate. power: 1 for a straight line.
        cycle: go on in further rounds. name: the name.
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float,
                 end_learning_rate: float = 0.0001, power: float = 1.0, cycle: bool = False,
                 name: str | None = None) -> None:  # fmt: skip
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        from penstock.training.learning_rate_decay import polynomial_decay

        with ops.name_scope(self.name or "PolynomialDecay"):
            return polynomial_decay(
                self.initial_learning_rate, step, self.decay_steps, self.end_learning_rate,
                self.power, self.cycle,
            )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate, "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate, "power": self.power,
            "cycle": self.cycle, "name": self.name,
        }  # fmt: skip


class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate after another.

    Args:
        boundaries: the last step of each rate but the last. values: the rates. name: the name.
    """

    def __init__(self, boundaries: Any, values: Any, name: str | None = None) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError("The length of boundaries should be 1 less than the length of values")
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        with ops.name_scope(self.name or "PiecewiseConstant"):
            step = ops.cast(step, "float32")
            rate = ops.constant(self.values[0], "float32")
            for boundary, value in zip(self.boundaries, self.values[1:]):
                rate = ops.where(step > float(boundary), ops.constant(value, "float32"), rate)
            return rate

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


_ALL = {
    c.__name__: c
    for c in (ExponentialDecay, InverseTimeDecay, PolynomialDecay, PiecewiseConstantDecay)
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """Class name and configuration."""
    return serialize_keras_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The schedule that ``serialize`` described."""
    from penstock.keras.optimizers import cosine_schedules as cosine

    kinds = (cosine.CosineDecay, cosine.CosineDecayRestarts, cosine.LinearCosineDecay,
             cosine.NoisyLinearCosineDecay)  # fmt: skip
    known = {**_ALL, **{c.__name__: c for c in kinds}}
    return deserialize_keras_object(config, known, custom_objects, "decay")

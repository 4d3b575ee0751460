"""Small records of ``tf.contrib.learn``."""

from __future__ import annotations


class ModeKeys:
    """What a model is being built for, with the values that ``tf.contrib.learn`` gave."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"

    @classmethod
    def validate(cls, key: str) -> None:
        """Refuses what is none of the three.

        Raises:
            ValueError: `key` is no mode.
        """
        if key not in (cls.TRAIN, cls.EVAL, cls.INFER):
            raise ValueError(f"Invalid mode {key}.")

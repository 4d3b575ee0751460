"""The values that training reports, found under their old and new names."""

from __future__ import annotations

from typing import Any

# Keras 2.3 and TensorFlow 2 report a metric under the name that `compile` was given; before, it
# was the function's name, and `acc` for accuracy.  Programs of either time find their values.
_GROUPS = (
    ("accuracy", "acc"),
    ("mse", "MSE", "mean_squared_error"),
    ("mae", "MAE", "mean_absolute_error"),
    ("mape", "MAPE", "mean_absolute_percentage_error"),
    ("msle", "MSLE", "mean_squared_logarithmic_error"),
    ("kld", "KLD", "kullback_leibler_divergence"),
    ("cosine", "cosine_proximity", "cosine_similarity"),
    ("lr", "learning_rate"),
)
_ALIASES = {name: group for group in _GROUPS for name in group}


def other_names(name: str) -> list[str]:
    """The other names under which a value may be found."""
    prefix = "val_" if name.startswith("val_") else ""
    bare = name[len(prefix) :]
    found = [prefix + other for other in _ALIASES.get(bare, ()) if other != bare]
    for known, group in _ALIASES.items():
        if bare.endswith("_" + known):
            stem = bare[: -len(known)]
            found += [prefix + stem + other for other in group if other != known]
    return found


class Logs(dict):
    """A dictionary of reported values."""

    def __missing__(self, name: Any) -> Any:
        if isinstance(name, str):
            for other in other_names(name):
                if dict.__contains__(self, other):
                    return dict.__getitem__(self, other)
        raise KeyError(name)

    def get(self, name: Any, default: Any = None) -> Any:
        """The value of that name (or of its older or newer form), else ``default``."""
        try:
            return self[name]
        except KeyError:
            return default

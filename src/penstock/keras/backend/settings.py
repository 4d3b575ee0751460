"""Settings of Keras: the float type, the fuzz factor, the image layout."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
}


def keras_home() -> str:
    """Keras's folder: ``$KERAS_HOME``, else ``~/.keras``."""
    return os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")


def _read_file() -> None:
    """Takes over what ``keras.json`` in Keras's folder says."""
    try:
        with open(os.path.join(keras_home(), "keras.json")) as file:
            found = json.load(file)
    except (OSError, ValueError):
        return
    if found.get("floatx") in ("float16", "float32", "float64"):
        _settings["floatx"] = found["floatx"]
    if isinstance(found.get("epsilon"), float):
        _settings["epsilon"] = found["epsilon"]
    if found.get("image_data_format") in ("channels_first", "channels_last"):
        _settings["image_data_format"] = found["image_data_format"]


_read_file()


def backend() -> str:
    """``'tensorflow'``: what Keras calls this kind of backend."""
    return "tensorflow"


def epsilon() -> float:
    """The fuzz factor that keeps logarithms and divisions finite."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets the fuzz factor."""
    _settings["epsilon"] = value


def floatx() -> str:
    """The default float type, such as ``'float32'``."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the default float type: ``'float16'``, ``'float32'`` or ``'float64'``."""
    if value not in ("float16", "float32", "float64"):
        raise ValueError(f"Unknown floatx type: {value}")
    _settings["floatx"] = str(value)


def cast_to_floatx(x: Any) -> Any:
    """``x`` (an array or tensor) in the default float type."""
    from penstock.graph.tensor import Tensor

    if isinstance(x, Tensor) or hasattr(x, "_graph_element"):
        from penstock.ops.casts import cast

        return cast(x, floatx())
    return np.asarray(x, dtype=floatx())


def image_data_format() -> str:
    """``'channels_last'`` or ``'channels_first'``."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets the layout of images."""
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format: {data_format}")
    _settings["image_data_format"] = str(data_format)


def known_data_format(value: Any) -> str:
    """The layout that a function of the backend is given; the default one for ``None``."""
    chosen = image_data_format() if value is None else value
    if chosen not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format: {chosen}")
    return chosen


def normalized_data_format(value: Any) -> str:
    """The layout ``value`` names; the default one for ``None``."""
    if value is None:
        return image_data_format()
    lowered = str(value).lower()
    if lowered not in ("channels_first", "channels_last"):
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {value}"
        )
    return lowered

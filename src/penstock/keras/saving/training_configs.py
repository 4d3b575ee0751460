"""What ``compile`` was given, for files, and ``compile`` from files."""

from __future__ import annotations

import inspect
from typing import Any

from penstock.keras import losses, metrics, optimizers
from penstock.keras.saving.configs import plain


def _named(value: Any) -> Any:
    """Losses and metrics as names, or class name and configuration."""
    if isinstance(value, dict):
        return {k: _named(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(v) for v in value]
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    return getattr(value, "__name__", value)


def training_config(model: Any) -> dict[str, Any] | None:
    """The arguments of ``compile``; ``None`` for an optimizer of ``tf.train``."""
    from penstock.keras.optimizers import TFOptimizer

    settings = model._settings
    if settings is None or isinstance(model.optimizer, TFOptimizer):
        return None
    return {
        "loss": _named(settings.loss),
        "metrics": _named(settings.metrics),
        "weighted_metrics": _named(settings.weighted_metrics),
        "sample_weight_mode": settings.sample_weight_mode,
        "loss_weights": settings.loss_weights,
        "optimizer_config": {
            "class_name": type(model.optimizer).__name__,
            "config": model.optimizer.get_config(),
        },
    }


def _known_arguments(config: dict[str, Any], custom_objects: Any) -> dict[str, Any]:
    """An optimizer's configuration without the arguments of newer versions."""
    name = config["class_name"]
    if name in custom_objects:
        return config
    default = optimizers.get(name.lower() if not hasattr(optimizers, name) else name)
    accepted = set(inspect.signature(type(default).__init__).parameters) | {
        "clipnorm", "clipvalue", "decay", "lr", "name"
    }  # fmt: skip
    inner = {k: v for k, v in config["config"].items() if k in accepted and v is not None}
    return {"class_name": name, "config": inner}


def compile_from(model: Any, config: dict[str, Any], custom_objects: Any) -> None:
    """Compiles a model as ``training_config`` says.

    Args:
        model: the model. config: the arguments; those of newer Keras are understood too.
        custom_objects: classes and functions by name.
    """
    custom_objects = custom_objects or {}
    config = plain(config)
    optimizer = config.get("optimizer_config", config.get("optimizer"))
    if isinstance(optimizer, dict):
        optimizer = optimizers.deserialize(
            _known_arguments(optimizer, custom_objects), custom_objects=custom_objects
        )

    def made(value: Any, module: Any) -> Any:
        if (
            isinstance(value, dict)
            and isinstance(value.get("config"), dict)
            and (isinstance(value["config"].get("fn"), str))
        ):
            # tf_keras writes named functions as wrappers around the names.
            inner = value["config"]
            shown = inner.get("name")
            name = shown if shown in ("accuracy", "acc", "crossentropy", "ce") else inner["fn"]
            return custom_objects.get(name, name)
        if isinstance(value, dict) and {"class_name", "config"} <= set(value):
            return module.deserialize(value, custom_objects=custom_objects)
        if isinstance(value, dict):
            return {k: made(v, module) for k, v in value.items()}
        if isinstance(value, list):
            return [made(v, module) for v in value]
        return custom_objects.get(value, value) if isinstance(value, str) else value

    model.compile(
        optimizer=optimizer,
        loss=made(config.get("loss"), losses),
        metrics=made(config.get("metrics"), metrics),
        loss_weights=config.get("loss_weights"),
        sample_weight_mode=config.get("sample_weight_mode"),
        weighted_metrics=made(config.get("weighted_metrics"), metrics),
    )

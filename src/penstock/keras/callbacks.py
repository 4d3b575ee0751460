"""``keras.callbacks``."""

from __future__ import annotations

import collections
import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.keras.logs import Logs
from penstock.keras.utils.progress import Progbar
from penstock.platform import logging

_BATCH_HOOKS = (
    "on_batch_begin on_batch_end on_train_batch_begin on_train_batch_end on_test_batch_begin "
    "on_test_batch_end on_predict_batch_begin on_predict_batch_end"
).split()


class Callback:
    """What training calls at its turning points.

    Attributes:
        params: what ``fit`` was called with. model: the model.
    """

    # Built-in callbacks whose batch hooks may come for several steps at once.
    _takes_chunks = False

    def __init__(self) -> None:
        self.validation_data: Any = None
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes what ``fit`` was called with."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Takes the model."""
        self.model = model

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch; ``logs`` holds its values and those of the validation."""

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """``on_train_batch_begin``, by its older name."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """``on_train_batch_end``, by its older name."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of training."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of testing."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of testing."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of predicting."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of predicting."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Before training."""

    def on_train_end(self, logs: Any = None) -> None:
        """After training."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Before testing."""

    def on_test_end(self, logs: Any = None) -> None:
        """After testing."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before predicting."""

    def on_predict_end(self, logs: Any = None) -> None:
        """After predicting."""


def needs_batches(callback: Any) -> bool:
    """Whether a callback has work to do for each batch."""
    if getattr(callback, "_takes_chunks", False):
        return False
    kind = type(callback)
    for name in _BATCH_HOOKS:
        if name in callback.__dict__ or getattr(kind, name, None) is not getattr(Callback, name):
            if hasattr(callback, name):
                return True
    return False


class CallbackList:
    """Callbacks, called in order.

    Args:
        callbacks: the callbacks. model: the model. params: what ``fit`` was called with.
    """

    def __init__(
        self, callbacks: Iterable[Any] = (), model: Any = None, params: Any = None
    ) -> None:
        self.callbacks = list(callbacks or ())
        self.one_by_one = any(needs_batches(c) for c in self.callbacks)
        if params is not None:
            self.set_params(params)
        if model is not None:
            self.set_model(model)

    def append(self, callback: Any) -> None:
        """Adds a callback."""
        self.callbacks.append(callback)
        self.one_by_one = self.one_by_one or needs_batches(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Gives all what ``fit`` was called with."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Gives all the model."""
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def call(self, hook: str, *arguments: Any) -> None:
        """Calls a hook of all."""
        logs = arguments[-1]
        rest = arguments[:-1]
        for callback in self.callbacks:
            getattr(callback, hook)(*rest, Logs() if logs is None else logs)

    def __iter__(self) -> Any:
        return iter(self.callbacks)


class BaseLogger(Callback):
    """Averages values over an epoch (training does so itself here; kept for programs)."""

    _takes_chunks = True

    def __init__(self, stateful_metrics: Any = None) -> None:
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or [])


class History(Callback):
    """The values of all epochs, in ``history``; ``fit`` returns one."""

    def __init__(self) -> None:
        super().__init__()
        self.history: Logs = Logs()

    def on_train_begin(self, logs: Any = None) -> None:
        """Before training."""
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keeps the values."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            dict.setdefault(self.history, name, []).append(value)


class TerminateOnNaN(Callback):
    """Stops training when the loss isn't finite."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Looks at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class ProgbarLogger(Callback):
    """Shows the progress bar.

    Args:
        count_mode: ``'steps'`` or ``'samples'``; steps are what is counted.
        stateful_metrics: names of values that are not averaged.
    """

    _takes_chunks = True

    def __init__(self, count_mode: str = "samples", stateful_metrics: Any = None) -> None:
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(f"Unknown `count_mode`: {count_mode}")
        self.stateful_metrics = set(stateful_metrics or [])
        self.verbose = 1
        self.progbar: Any = None
        self.seen = 0

    def set_params(self, params: dict[str, Any]) -> None:
        """Takes the verbosity."""
        super().set_params(params)
        self.verbose = params.get("verbose", 1)

    def _start(self) -> None:
        self.progbar = Progbar(self.params.get("steps"), verbose=self.verbose, unit_name="step")
        self.seen = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts a bar."""
        if self.verbose:
            epochs = self.params.get("epochs", 1)
            print(f"Epoch {epoch + 1}/{epochs}")
        self._start()

    def progressed(self, step: int, logs: Any) -> None:
        """Shows that ``step`` steps are done, with the values so far."""
        self.seen = step
        self.progbar.stateful_metrics = {*self.progbar.stateful_metrics, *logs}
        if not self.progbar.target or step < self.progbar.target:
            self.progbar.update(step, list(logs.items()), finalize=False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Ends the bar with the values of the epoch."""
        self._end(logs)

    def on_test_begin(self, logs: Any = None) -> None:
        """Starts a bar of its own, outside training."""
        if self.params.get("own_test", False):
            self._start()

    def on_test_end(self, logs: Any = None) -> None:
        """Ends that bar."""
        if self.params.get("own_test", False):
            self._end(logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        """Starts a bar."""
        self._start()

    def on_predict_end(self, logs: Any = None) -> None:
        """Ends it."""
        self._end(logs)

    def _end(self, logs: Any) -> None:
        logs = {k: v for k, v in (logs or {}).items() if k not in ("batch", "size")}
        if self.progbar.target is None:
            self.progbar.target = self.seen
            self.params["steps"] = self.seen
        self.progbar.stateful_metrics = {*self.progbar.stateful_metrics, *logs}
        self.progbar._values = {}
        self.progbar.update(self.progbar.target or self.seen, list(logs.items()), finalize=True)


class _Monitor(Callback):
    """What callbacks that watch a value share."""

    def _set_up_mode(self, mode: str, kind: str) -> None:
        if mode not in ("auto", "min", "max"):
            logging.warning("%s mode %s is unknown, fallback to auto mode.", kind, mode)
            mode = "auto"
        rising = mode == "max" or mode == "auto" and (
            "acc" in self.monitor or self.monitor.startswith("fmeasure")  # type: ignore[attr-defined]
            or "auc" in self.monitor  # type: ignore[attr-defined]
        )  # fmt: skip
        self.monitor_op = np.greater if rising else np.less
        self.best: Any = -np.inf if rising else np.inf

    def _value(self, logs: Any, kind: str) -> Any:
        value = (logs or {}).get(self.monitor)  # type: ignore[attr-defined]
        if value is None:
            logging.warning(
                "%s conditioned on metric `%s` which is not available. Available metrics are: %s",
                kind, self.monitor, ",".join(list(logs or {})),  # type: ignore[attr-defined]
            )  # fmt: skip
        return value


class ModelCheckpoint(_Monitor):
    """Saves the model after epochs.

    Args:
        filepath: the file; may name ``epoch`` and logged values in braces.
        monitor: the value to watch. verbose: 1 to tell of it.
        save_best_only: save only when the value got better.
        save_weights_only: save the weights only.
        mode: ``'auto'``, ``'min'`` or ``'max'``: what better means.
        save_freq: ``'epoch'``, or a number of samples.
        **kwargs: ``period``, a number of epochs.
    """

    def __init__(self, filepath: Any, monitor: str = "val_loss", verbose: int = 0,
                 save_best_only: bool = False, save_weights_only: bool = False,
                 mode: str = "auto", save_freq: Any = "epoch", **kwargs: Any) -> None:  # fmt: skip
        super().__init__()
        self.monitor = monitor
        self.verbose = verbose
        self.filepath = os.fspath(filepath)
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.period = kwargs.pop("period", 1)
        kwargs.pop("load_weights_on_restart", None)
        if kwargs:
            raise TypeError(f"Unexpected arguments: {sorted(kwargs)}")
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(f"Unrecognized save_freq: {save_freq}")
        self.save_freq = save_freq
        self._takes_chunks = save_freq == "epoch"
        self.epochs_since_last_save = 0
        self._samples_seen = 0
        self._epoch = 0
        self._set_up_mode(mode, "ModelCheckpoint")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Notes the epoch."""
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Saves when enough samples were seen."""
        if isinstance(self.save_freq, int):
            self._samples_seen += (logs or {}).get("size", 1)
            if self._samples_seen >= self.save_freq:
                self._save(self._epoch, logs)
                self._samples_seen = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves when enough epochs have gone by."""
        self.epochs_since_last_save += 1
        if self.save_freq == "epoch" and self.epochs_since_last_save >= self.period:
            self._save(epoch, logs)

    def _save(self, epoch: int, logs: Any) -> None:
        self.epochs_since_last_save = 0
        try:
            path = self.filepath.format(epoch=epoch + 1, **_all_names(logs or {}))
        except KeyError as error:
            raise KeyError(
                f"Failed to format the file path {self.filepath!r}: no value named {error}. "
                f"There are: {', '.join(logs or {})}"
            ) from None
        if not self.save_best_only:
            if self.verbose > 0:
                print(f"\nEpoch {epoch + 1:05d}: saving model to {path}")
            self._write(path)
            return
        current = self._value(logs, "Can save best model only, but it is")
        if current is None:
            return
        if self.monitor_op(current, self.best):
            if self.verbose > 0:
                print(
                    f"\nEpoch {epoch + 1:05d}: {self.monitor} improved from {self.best:0.5f} to "
                    f"{current:0.5f}, saving model to {path}"
                )
            self.best = current
            self._write(path)
        elif self.verbose > 0:
            print(f"\nEpoch {epoch + 1:05d}: {self.monitor} did not improve from {self.best:0.5f}")

    def _write(self, path: str) -> None:
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)


def _all_names(logs: Any) -> dict[str, Any]:
    from penstock.keras.logs import other_names

    found = dict(logs)
    for name, value in logs.items():
        for other in other_names(name):
            found.setdefault(other, value)
    return found


class EarlyStopping(_Monitor):
    """Stops training when a value no longer gets better.

    Args:
        monitor: the value. min_delta: the least change that counts.
        patience: how many epochs without one to wait. verbose: 1 to tell of it.
        mode: ``'auto'``, ``'min'`` or ``'max'``: what better means.
        baseline: the value to be better than at first.
        restore_best_weights: go back to the weights of the best epoch.
    """

    def __init__(self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0,
                 verbose: int = 0, mode: str = "auto", baseline: float | None = None,
                 restore_best_weights: bool = False) -> None:  # fmt: skip
        super().__init__()
        self.monitor = monitor
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.min_delta = abs(min_delta)
        self.wait = 0
        self.stopped_epoch = 0
        self.restore_best_weights = restore_best_weights
        self.best_weights: Any = None
        self._set_up_mode(mode, "EarlyStopping")
        if self.monitor_op is np.less:
            self.min_delta *= -1

    def on_train_begin(self, logs: Any = None) -> None:
        """Starts anew."""
        self.wait = 0
        self.stopped_epoch = 0
        start = np.inf if self.monitor_op is np.less else -np.inf
        self.best = start if self.baseline is None else self.baseline

    def get_monitor_value(self, logs: Any) -> Any:
        """The value that is watched; None, and a warning, when it isn't there."""
        return self._value(logs, "Early stopping")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Looks at the value."""
        current = self.get_monitor_value(logs)
        if current is None:
            return
        if self.monitor_op(current - self.min_delta, self.best):
            self.best = current
            self.wait = 0
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True
            if self.restore_best_weights and self.best_weights is not None:
                if self.verbose > 0:
                    print("Restoring model weights from the end of the best epoch.")
                self.model.set_weights(self.best_weights)

    def on_train_end(self, logs: Any = None) -> None:
        """Tells of it."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1:05d}: early stopping")


class RemoteMonitor(Callback):
    """Sends the values of each epoch to a server.

    Args:
        root: its address. path: the path. field: the field that holds the values.
        headers: further headers. send_as_json: send JSON, not a form.
    """

    def __init__(self, root: str = "http://localhost:9000", path: str = "/publish/epoch/end/",
                 field: str = "data", headers: Any = None,
                 send_as_json: bool = False) -> None:  # fmt: skip
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Sends the values."""
        import urllib.error
        import urllib.parse
        import urllib.request

        send: dict[str, Any] = {"epoch": epoch}
        for name, value in (logs or {}).items():
            send[name] = value.item() if isinstance(value, (np.ndarray, np.generic)) else value
        headers = dict(self.headers or {})
        if self.send_as_json:
            body = json.dumps(send).encode()
            headers.setdefault("Content-Type", "application/json")
        else:
            body = urllib.parse.urlencode({self.field: json.dumps(send)}).encode()
        try:
            request = urllib.request.Request(self.root + self.path, body, headers)
            urllib.request.urlopen(request, timeout=10).close()
        except (urllib.error.URLError, OSError):
            logging.warning("Warning: could not reach RemoteMonitor root server at %s", self.root)


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Args:
        schedule: takes the epoch (and the rate so far), gives the rate. verbose: 1 to tell of it.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Sets the rate."""
        if not hasattr(self.model.optimizer, "lr"):
            raise ValueError('Optimizer must have a "lr" attribute.')
        try:
            rate = self.schedule(epoch, float(K.get_value(self.model.optimizer.lr)))
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise ValueError('The output of the "schedule" function should be float.')
        K.set_value(self.model.optimizer.lr, rate)
        if self.verbose > 0:
            print(
                f"\nEpoch {epoch + 1:05d}: LearningRateScheduler reducing learning rate to {rate}."
            )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Reports the rate."""
        if logs is not None:
            logs["lr"] = K.get_value(self.model.optimizer.lr)


class ReduceLROnPlateau(_Monitor):
    """Makes the learning rate smaller when a value no longer gets better.

    Args:
        monitor: the value. factor: what the rate is multiplied by.
        patience: how many epochs to wait. verbose: 1 to tell of it.
        mode: ``'auto'``, ``'min'`` or ``'max'``: what better means.
        min_delta: the least change that counts. cooldown: epochs to rest after a change.
        min_lr: the smallest rate. **kwargs: ``epsilon``, the older name of ``min_delta``.
    """

    def __init__(self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10,
                 verbose: int = 0, mode: str = "auto", min_delta: float = 1e-4,
                 cooldown: int = 0, min_lr: float = 0, **kwargs: Any) -> None:  # fmt: skip
        super().__init__()
        if factor >= 1.0:
            raise ValueError("ReduceLROnPlateau does not support a factor >= 1.0.")
        self.monitor = monitor
        self.min_delta = kwargs.pop("epsilon", min_delta)
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.mode = mode
        self._reset()

    def _reset(self) -> None:
        self._set_up_mode(self.mode, "Learning Rate Plateau Reducing")
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Starts anew."""
        self._reset()

    def in_cooldown(self) -> bool:
        """Whether it rests."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Looks at the value."""
        optimizer = self.model.optimizer
        if logs is not None:
            logs["lr"] = K.get_value(optimizer.lr)
        current = self._value(logs, "Reduce LR on plateau")
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        delta = -self.min_delta if self.monitor_op is np.less else self.min_delta
        if self.monitor_op(current, self.best + delta):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                old = float(K.get_value(optimizer.lr))
                if old > self.min_lr:
                    new = max(old * self.factor, self.min_lr)
                    K.set_value(optimizer.lr, new)
                    if self.verbose > 0:
                        print(
                            f"\nEpoch {epoch + 1:05d}: ReduceLROnPlateau reducing learning rate to "
                            f"{new}."
                        )
                    self.cooldown_counter = self.cooldown
                    self.wait = 0


class CSVLogger(Callback):
    """Writes the values of each epoch to a file.

    Args:
        filename: the file. separator: between the values. append: go on with an old file.
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.sep = separator
        self.filename = os.fspath(filename)
        self.append = append
        self.writer: Any = None
        self.keys: Any = None
        self.append_header = True
        self.csv_file: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Opens the file."""
        if self.append and os.path.exists(self.filename):
            with open(self.filename) as file:
                self.append_header = not bool(file.readline())
        mode = "a" if self.append else "w"
        self.csv_file = io.open(self.filename, mode, newline="\n")  # noqa: UP020

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Writes a line."""
        logs = logs or {}

        def shown(value: Any) -> Any:
            if isinstance(value, str):
                return value
            if isinstance(value, collections.abc.Iterable) and np.asarray(value).ndim > 0:
                return f'"[{", ".join(map(str, value))}]"'
            return value

        if self.keys is None:
            self.keys = sorted(logs.keys())
        if self.model.stop_training:
            logs = {k: logs.get(k, "NA") for k in self.keys}
        if not self.writer:
            sep = self.sep

            class Dialect(csv.excel):
                delimiter = sep

            self.writer = csv.DictWriter(
                self.csv_file, fieldnames=["epoch", *self.keys], dialect=Dialect
            )
            if self.append_header:
                self.writer.writeheader()
        row = {"epoch": epoch, **{key: shown(logs[key]) for key in self.keys}}
        self.writer.writerow(row)
        self.csv_file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Closes the file."""
        self.csv_file.close()
        self.writer = None


class LambdaCallback(Callback):
    """Functions as a callback.

    Args:
        on_epoch_begin: a function of ``epoch, logs``. on_epoch_end: likewise.
        on_batch_begin: a function of ``batch, logs``. on_batch_end: likewise.
        on_train_begin: a function of ``logs``. on_train_end: likewise.
        **kwargs: further hooks.
    """

    def __init__(self, on_epoch_begin: Any = None, on_epoch_end: Any = None,
                 on_batch_begin: Any = None, on_batch_end: Any = None, on_train_begin: Any = None,
                 on_train_end: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin, "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin, "on_train_end": on_train_end, **kwargs,
        }  # fmt: skip
        for name, function in given.items():
            if function is not None:
                setattr(self, name, function)


class TensorBoard(Callback):
    """Writes the values of each epoch (and histograms) for TensorBoard.

    Args:
        log_dir: the folder; runs go to ``train`` and ``validation`` below it in TensorFlow 2's
            way, and here, as in TensorFlow 1, into the folder itself.
        histogram_freq: every how many epochs to write histograms of the weights; 0 for never.
        batch_size: accepted as in TensorFlow. write_graph: write the graph.
        write_grads: write histograms of gradients; unused, as in TensorFlow 2.
        write_images: write kernels as images. embeddings_freq: unused.
        embeddings_layer_names: unused. embeddings_metadata: unused. embeddings_data: unused.
        update_freq: ``'epoch'``, ``'batch'``, or a number of samples.
        profile_batch: accepted as in TensorFlow.
    """

    def __init__(self, log_dir: Any = "./logs", histogram_freq: int = 0, batch_size: int = 32,
                 write_graph: bool = True, write_grads: bool = False, write_images: bool = False,
                 embeddings_freq: int = 0, embeddings_layer_names: Any = None,
                 embeddings_metadata: Any = None, embeddings_data: Any = None,
                 update_freq: Any = "epoch", profile_batch: Any = 2) -> None:  # fmt: skip
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._takes_chunks = update_freq == "epoch"
        self.samples_seen = 0
        self.samples_seen_at_last_write = 0
        self.writer: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Opens the file and writes the graph."""
        from penstock.summary.writer import FileWriter

        graph = self.model._graph() if self.write_graph else None
        self.writer = FileWriter(self.log_dir, graph)

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Writes the values when enough samples were seen."""
        if self.update_freq == "epoch":
            return
        logs = logs or {}
        self.samples_seen += int(logs.get("size", 1))
        if self.samples_seen - self.samples_seen_at_last_write >= self.update_freq:
            values = {f"batch_{k}": v for k, v in logs.items() if k not in ("batch", "size")}
            self._write(values, self.samples_seen)
            self.samples_seen_at_last_write = self.samples_seen

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Writes the values and histograms."""
        shown = {}
        for name, value in (logs or {}).items():
            if name in ("batch", "size", "num_steps"):
                continue
            shown[name if name.startswith("val_") or name == "lr" else f"epoch_{name}"] = value
            if name.startswith("val_"):
                shown[f"epoch_{name}"] = shown.pop(name)
        step = epoch if self.update_freq == "epoch" else self.samples_seen
        self._write(shown, step)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_histograms(epoch)

    def _write(self, values: dict[str, Any], step: int) -> None:
        from penstock import protos

        for name, value in values.items():
            summary = protos.Summary()
            entry = summary.value.add()
            entry.tag = name
            entry.simple_value = float(np.asarray(value))
            self.writer.add_summary(summary, step)
        self.writer.flush()

    def _write_histograms(self, step: int) -> None:
        from penstock import protos
        from penstock.kernels.histograms import histogram

        for layer in self.model.layers:
            for weight, value in zip(layer.weights, layer.get_weights()):
                found = histogram(np.asarray(value, np.float64).reshape(-1))
                summary = protos.Summary()
                entry = summary.value.add()
                entry.tag = weight.name.replace(":", "_")
                if self.write_images:
                    self._add_images(summary, entry.tag, np.asarray(value, np.float32))
                histo = entry.histo
                histo.min, histo.max, histo.num = found.minimum, found.maximum, found.count
                histo.sum, histo.sum_squares = found.total, found.total_of_squares
                histo.bucket_limit.extend(found.limits.tolist())
                histo.bucket.extend(found.buckets.tolist())
                self.writer.add_summary(summary, step)
        self.writer.flush()

    @staticmethod
    def _add_images(summary: Any, tag: str, weight: np.ndarray) -> None:
        """Adds up to three images of a weight: a matrix lying down, kernels channel by channel."""
        from penstock.kernels import media

        if weight.ndim == 1:
            images = weight[None, :, None, None]
        elif weight.ndim == 2:
            images = (weight.T if weight.shape[0] > weight.shape[1] else weight)[None, :, :, None]
        elif weight.ndim == 3:
            images = np.moveaxis(weight, 2, 0)[..., None]
        elif weight.ndim == 4 and weight.shape[3] in (1, 3, 4):
            images = weight
        else:
            return
        for number, image in enumerate(images[:3]):
            entry = summary.value.add()
            entry.tag = f"{tag}/image/{number}" if len(images) > 1 else f"{tag}/image"
            entry.image.height, entry.image.width, entry.image.colorspace = image.shape
            pixels = media.visible_pixels(
                image, np.array([255, 0, 0, 255], np.uint8)[: image.shape[2]]
            )
            entry.image.encoded_image_string = media.encode_png(pixels)

    def on_train_end(self, logs: Any = None) -> None:
        """Closes the file."""
        self.writer.close()

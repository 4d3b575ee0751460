"""The loops of ``fit``, ``evaluate`` and ``predict``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from penstock.keras import callbacks as callbacks_module
from penstock.keras.engine import data as data_module
from penstock.keras.engine.functions import ArrayData, Chunk, run_steps
from penstock.keras.engine.sources import BatchSource, batches_from, is_batch_source
from penstock.keras.logs import Logs
from penstock.platform import logging

_SILENT_SECONDS = 1.0


class _Averages:
    """The values of an epoch so far: losses averaged over samples, metrics as they stand."""

    def __init__(self, names: Sequence[str], losses: int) -> None:
        self.names = list(names)
        self.losses = losses
        self.totals = np.zeros(losses)
        self.weight = 0.0
        self.last: list[Any] = []

    def add(self, chunk: Chunk) -> None:
        """Takes in what some steps gave."""
        sizes = chunk.sizes.astype(np.float64)
        for i in range(self.losses):
            self.totals[i] += float(np.dot(np.asarray(chunk.results[i], np.float64), sizes))
        self.weight += float(sizes.sum())
        self.last = [r[-1] for r in chunk.results[self.losses :]]

    def values(self) -> list[Any]:
        """The values, in the order of the names."""
        if not self.weight:
            return []
        return [*(float(t / self.weight) for t in self.totals), *(_plain(v) for v in self.last)]

    def logs(self) -> Logs:
        """The values by name."""
        return Logs(zip(self.names, self.values()))


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


class _Data:
    """Batches of one of the two kinds: arrays, or whatever gives batches."""

    def __init__(self, model: Any, mode: str, x: Any, y: Any, sample_weight: Any,
                 class_weight: Any, batch_size: int | None, steps: int | None,
                 queue: dict[str, Any]) -> None:  # fmt: skip
        self.model = model
        self.mode = mode
        self.class_weight = class_weight
        self.steps = steps
        self.arrays: ArrayData | None = None
        self.source: BatchSource | None = None
        if is_batch_source(x):
            if y is not None:
                raise ValueError(
                    "`y` argument is not supported when data is a generator, dataset or Sequence: "
                    "it gives the targets itself."
                )
            if sample_weight is not None:
                raise ValueError(
                    "`sample_weight` argument is not supported when data is a generator, dataset "
                    "or Sequence."
                )
            name = "steps_per_epoch" if mode == "train" else "steps"
            self.source = batches_from(x, steps, **queue, argument=name)
            self.steps = self.source.steps
            return
        if mode == "predict":
            inputs, targets, weights = model._standardize(x, with_targets=False)
        else:
            inputs, targets, weights = model._standardize(x, y, sample_weight, class_weight)
        fed = model._fed(inputs, targets, weights)
        if any(data_module.is_tensor(v) for v in fed) or not fed:
            if steps is None:
                raise ValueError(
                    "If your data is in the form of symbolic tensors, you should specify the "
                    f"`{'steps_per_epoch' if mode == 'train' else 'steps'}` argument (instead of "
                    "the `batch_size` argument, because symbolic tensors are expected to produce "
                    "batches of input data)."
                )
            self.tensors = fed
            self.function = model._step_function(mode, weights)
            self._tensor_feeds(inputs, targets, weights)
            return
        self.function = model._step_function(mode, weights)
        if batch_size is not None and batch_size <= 0:
            raise ValueError(f"The batch size must be positive, got {batch_size}.")
        size = batch_size or 32
        if batch_size is None and steps is not None and fed:
            size = -(-fed[0].shape[0] // steps)
        fixed = _fixed_batch(model)
        if fixed is not None:
            if batch_size is not None and batch_size != fixed:
                raise ValueError(
                    f"The `batch_size` argument value {batch_size} is incompatible with the "
                    f"specified batch size of your Input Layer: {fixed}"
                )
            size = fixed
        self.arrays = ArrayData(fed, self.function.feeds, size)
        if self.arrays.samples == 0:
            raise ValueError("The data have no samples.")
        self.steps = self.arrays.steps if steps is None else min(steps, self.arrays.steps)

    def _tensor_feeds(self, inputs: Any, targets: Any, weights: Any) -> None:
        """Tensors in place of arrays: the step runs on what a run of the graph gives."""
        del inputs, targets, weights

    @property
    def samples(self) -> int | None:
        """The number of samples, if it is known."""
        return self.arrays.samples if self.arrays is not None else None

    def run(self, order: Any, one_by_one: bool, before: Any, seconds: float) -> Iterator[Chunk]:
        """Runs an epoch."""
        if self.arrays is not None:
            yield from run_steps(
                self.function, self.arrays, order, self.steps or 0, one_by_one, before, seconds
            )
            return
        if self.source is None:
            from penstock.keras.backend import get_session

            for index in range(self.steps or 0):
                if before is not None:
                    before(index, 1)
                session = get_session()
                given = [session.run(v) if data_module.is_tensor(v) else v for v in self.tensors]
                values = self.function.run(given)
                yield Chunk(index, 1, [np.asarray(v)[None] for v in values], np.ones(1))
            return
        for index, batch in enumerate(self.source.epoch()):
            x, y, weight = batch
            model = self.model
            if self.mode == "predict":
                inputs, targets, weights = model._standardize(x, with_targets=False)
            else:
                inputs, targets, weights = model._standardize(x, y, weight, self.class_weight)
            fed = model._fed(inputs, targets, weights)
            size = int(fed[0].shape[0]) if fed else 1
            if before is not None:
                before(index, size)
            function = model._step_function(self.mode, weights)
            values = function.run(fed)
            yield Chunk(index, 1, [np.asarray(v)[None] for v in values], np.full(1, size))


def _fixed_batch(model: Any) -> int | None:
    """The batch size that an input layer asks for."""
    for tensor in model.inputs or ():
        sizes = tensor.shape.sizes
        if sizes and sizes[0] is not None:
            return sizes[0]
    return None


def _loss_count(model: Any) -> int:
    compiled = model._compiled()
    return 1 + (len(compiled.training_endpoints) if len(compiled.endpoints) > 1 else 0)


def _split(arrays: Any, fraction: float) -> tuple[Any, Any]:
    """The first and the last part of each array."""
    if arrays is None:
        return None, None
    if isinstance(arrays, dict):
        pairs = {k: _split(v, fraction) for k, v in arrays.items()}
        return {k: p[0] for k, p in pairs.items()}, {k: p[1] for k, p in pairs.items()}
    if isinstance(arrays, (list, tuple)) and data_module._is_list_of_arrays(arrays):
        pairs_list = [_split(v, fraction) for v in arrays]
        return [p[0] for p in pairs_list], [p[1] for p in pairs_list]
    if data_module.is_tensor(arrays):
        raise ValueError(
            "If your data is in the form of symbolic tensors, you cannot use `validation_split`."
        )
    array = data_module.as_array(arrays)
    at = int(array.shape[0] * (1.0 - fraction))
    return array[:at], array[at:]


def _validation_wanted(frequency: Any, epoch: int) -> bool:
    if isinstance(frequency, int):
        if frequency < 1:
            raise ValueError("`validation_freq` can not be less than 1.")
        return epoch % frequency == 0
    if not isinstance(frequency, (list, tuple, set, range)):
        raise ValueError("`validation_freq` must be an Integer or a collections.abc.Container")
    return epoch in frequency


def fit(model: Any, x: Any, y: Any, *, batch_size: Any, epochs: int, verbose: Any, callbacks: Any,
        validation_split: float, validation_data: Any, shuffle: Any, class_weight: Any,
        sample_weight: Any, initial_epoch: int, steps_per_epoch: Any, validation_steps: Any,
        validation_freq: Any, max_queue_size: int, workers: int, use_multiprocessing: bool,
        validation_batch_size: Any) -> Any:  # fmt: skip
    """``Model.fit``; see there."""
    queue = {"max_queue_size": max_queue_size, "workers": workers,
             "use_multiprocessing": use_multiprocessing}  # fmt: skip
    if model._settings is None:
        model._compiled()
    verbose = 1 if verbose == "auto" else int(verbose)
    if validation_split and not 0.0 < validation_split < 1.0:
        raise ValueError(f"`validation_split` must be between 0 and 1, got {validation_split}.")
    if validation_split and validation_data is None:
        if is_batch_source(x):
            raise ValueError(
                "`validation_split` argument is not supported when data is a generator, dataset "
                "or Sequence."
            )
        x, held_x = _split(x, validation_split)
        y, held_y = _split(y, validation_split)
        sample_weight, held_weight = _split(sample_weight, validation_split)
        if _empty(held_x) or _empty(x):
            raise ValueError(
                f"Training data contains too few samples for `validation_split={validation_split}`."
            )
        validation_data = (held_x, held_y) if held_weight is None else (
            held_x, held_y, held_weight
        )  # fmt: skip
    if is_batch_source(x):
        first = _peek(model, x)
        del first
    training = _Data(
        model, "train", x, y, sample_weight, class_weight, batch_size, steps_per_epoch, queue
    )
    validation: Any = None
    if validation_data is not None:
        validation = _validation(
            model, validation_data, validation_batch_size or batch_size, validation_steps, queue
        )
    history = callbacks_module.History()
    listed = list(callbacks or [])
    if isinstance(callbacks, callbacks_module.CallbackList):
        listed = callbacks.callbacks
    bar = callbacks_module.ProgbarLogger(count_mode="steps") if verbose else None
    everything = [callbacks_module.BaseLogger(), *([bar] if bar else []), *listed, history]
    names = model.metrics_names if model.inputs else ["loss"]
    shown = [*names, *[f"val_{n}" for n in names]] if validation is not None else list(names)
    params = {
        "batch_size": batch_size or (None if steps_per_epoch else 32),
        "epochs": epochs,
        "steps": training.steps,
        "samples": training.samples,
        "verbose": verbose,
        "do_validation": validation is not None,
        "metrics": shown,
    }
    called = callbacks_module.CallbackList(everything, model, params)
    model.stop_training = False
    model.history = history
    called.call("on_train_begin", None)
    seconds = 0.1 if bar is not None and verbose == 1 else _SILENT_SECONDS
    for epoch in range(initial_epoch, epochs):
        called.call("on_epoch_begin", epoch, None)
        model.reset_metrics()
        order = _order(training, shuffle)
        averages: Any = None
        before = _batch_begin(called, "train") if called.one_by_one else None
        for chunk in training.run(order, called.one_by_one, before, seconds):
            if averages is None:
                averages = _Averages(model.metrics_names, _loss_count(model))
            averages.add(chunk)
            if called.one_by_one:
                called.call("on_train_batch_end", chunk.first, _batch_logs(model, chunk))
            if bar is not None:
                bar.progressed(chunk.first + chunk.count, averages.logs())
            if model.stop_training:
                break
        if averages is None:
            logging.warning(
                "Your dataset iterator ran out of data; interrupting training. Make sure that "
                "your iterator can generate at least `steps_per_epoch * epochs` batches (in this "
                "case, %s batches).", (training.steps or 0) * (epochs - initial_epoch),
            )  # fmt: skip
            break
        logs = averages.logs()
        if validation is not None and _validation_wanted(validation_freq, epoch + 1):
            # TensorFlow 1 shuffles the validation data too; drawing as it does keeps the order of
            # the next epoch the same.
            _order(validation, shuffle)
            values = _test(model, validation, called)
            logs.update(zip([f"val_{n}" for n in model.metrics_names], values))
        called.call("on_epoch_end", epoch, logs)
        if training.source is not None:
            training.source.end_epoch()
        if model.stop_training:
            break
    called.call("on_train_end", None)
    if training.source is not None:
        training.source.close()
    if validation is not None and validation.source is not None:
        validation.source.close()
    return history


def _peek(model: Any, x: Any) -> Any:
    """Batches are looked at when they come; a model without inputs is connected then."""
    del model, x


def _empty(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_empty(v) for v in value.values())
    if isinstance(value, list):
        return any(_empty(v) for v in value)
    return value is not None and value.shape[0] == 0


def _order(training: _Data, shuffle: Any) -> Any:
    """The order of the samples for an epoch, drawn by NumPy, as Keras does."""
    if training.arrays is None or not shuffle:
        return None
    order = np.arange(training.arrays.samples)
    if shuffle == "batch":
        size = training.arrays.batch_size
        whole = len(order) // size
        groups = order[: whole * size].reshape(whole, size)
        np.random.shuffle(groups)
        return np.append(groups.reshape(-1), order[whole * size :])
    np.random.shuffle(order)
    return order


def _batch_begin(called: Any, mode: str) -> Any:
    def before(index: int, size: int) -> None:
        called.call(f"on_{mode}_batch_begin", index, Logs(batch=index, size=size))

    return before


def _batch_logs(model: Any, chunk: Chunk) -> Logs:
    logs = Logs(batch=chunk.first, size=int(chunk.sizes[-1]))
    logs.update(zip(model.metrics_names, [_plain(r[-1]) for r in chunk.results]))
    return logs


def _validation(model: Any, given: Any, batch_size: Any, steps: Any, queue: Any) -> _Data:
    if is_batch_source(given):
        return _Data(model, "test", given, None, None, None, batch_size, steps, queue)
    if not isinstance(given, (list, tuple)) or len(given) not in (2, 3):
        raise ValueError(
            "When passing a `validation_data` argument, it must contain either 2 items (x_val, "
            "y_val), or 3 items (x_val, y_val, val_sample_weights), or alternatively it could be "
            f"a dataset or a dataset iterator. However we received `validation_data={given}`"
        )
    weight = given[2] if len(given) == 3 else None
    if is_batch_source(given[0]):
        return _Data(model, "test", given[0], None, None, None, batch_size, steps, queue)
    return _Data(model, "test", given[0], given[1], weight, None, batch_size, steps, queue)


def _test(model: Any, tested: _Data, called: Any, bar: Any = None) -> list[Any]:
    """Runs a test and gives its values."""
    called.call("on_test_begin", None)
    model.reset_metrics()
    averages: Any = None
    before = _batch_begin(called, "test") if called.one_by_one else None
    seconds = 0.1 if bar is not None else _SILENT_SECONDS
    for chunk in tested.run(None, called.one_by_one, before, seconds):
        if averages is None:
            averages = _Averages(model.metrics_names, _loss_count(model))
        averages.add(chunk)
        if called.one_by_one:
            called.call("on_test_batch_end", chunk.first, _batch_logs(model, chunk))
        if bar is not None:
            bar.progressed(chunk.first + chunk.count, averages.logs())
    if tested.source is not None:
        tested.source.end_epoch()
    if averages is None:
        raise ValueError("The data have no batches.")
    called.call("on_test_end", averages.logs())
    return averages.values()


def evaluate(model: Any, x: Any, y: Any, *, batch_size: Any, verbose: Any, sample_weight: Any,
             steps: Any, callbacks: Any, max_queue_size: int, workers: int,
             use_multiprocessing: bool) -> list[Any]:  # fmt: skip
    """``Model.evaluate``; see there."""
    queue = {"max_queue_size": max_queue_size, "workers": workers,
             "use_multiprocessing": use_multiprocessing}  # fmt: skip
    if model._settings is None:
        model._compiled()
    verbose = 1 if verbose == "auto" else int(verbose)
    tested = _Data(model, "test", x, y, sample_weight, None, batch_size, steps, queue)
    bar = callbacks_module.ProgbarLogger(count_mode="steps") if verbose else None
    params = {"batch_size": batch_size, "epochs": 1, "steps": tested.steps,
              "samples": tested.samples, "verbose": verbose, "do_validation": False,
              "own_test": True, "metrics": []}  # fmt: skip
    called = callbacks_module.CallbackList(
        [*([bar] if bar else []), *(callbacks or [])], model, params
    )
    values = _test(model, tested, called, bar)
    if tested.source is not None:
        tested.source.close()
    return values


def predict(model: Any, x: Any, *, batch_size: Any, verbose: Any, steps: Any, callbacks: Any,
            max_queue_size: int, workers: int, use_multiprocessing: bool) -> Any:  # fmt: skip
    """``Model.predict``; see there."""
    queue = {"max_queue_size": max_queue_size, "workers": workers,
             "use_multiprocessing": use_multiprocessing}  # fmt: skip
    verbose = 0 if verbose == "auto" else int(verbose)
    data = _Data(model, "predict", x, None, None, None, batch_size, steps, queue)
    bar = callbacks_module.ProgbarLogger(count_mode="steps") if verbose else None
    params = {"batch_size": batch_size, "epochs": 1, "steps": data.steps,
              "samples": data.samples, "verbose": verbose, "do_validation": False,
              "metrics": []}  # fmt: skip
    called = callbacks_module.CallbackList(
        [*([bar] if bar else []), *(callbacks or [])], model, params
    )
    called.call("on_predict_begin", None)
    before = _batch_begin(called, "predict") if called.one_by_one else None
    parts: list[list[Any]] = []
    seconds = 0.1 if bar is not None else _SILENT_SECONDS
    for chunk in data.run(None, called.one_by_one, before, seconds):
        # Steps and samples become one axis.
        parts.append([
            r.reshape(-1, *r.shape[2:]) if r.ndim > 1 else r for r in chunk.results
        ])  # fmt: skip
        if called.one_by_one:
            logs = Logs(batch=chunk.first, size=int(chunk.sizes[-1]))
            called.call("on_predict_batch_end", chunk.first, logs)
        if bar is not None:
            bar.progressed(chunk.first + chunk.count, {})
    called.call("on_predict_end", None)
    if data.source is not None:
        data.source.end_epoch()
        data.source.close()
    if not parts:
        raise ValueError("The data have no batches.")
    joined = [_joined([p[i] for p in parts]) for i in range(len(parts[0]))]
    return joined[0] if len(joined) == 1 else joined


def _joined(parts: list[Any]) -> Any:
    return np.array(parts[0]) if len(parts) == 1 else np.concatenate(parts)

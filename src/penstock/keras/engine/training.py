"""``keras.Model``: a network that trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.graph import nest
from penstock.keras import backend as K
from penstock.keras import optimizers
from penstock.keras import tensor_ops as ops
from penstock.keras.engine import data as data_module
from penstock.keras.engine.compiling import Compiled, layer_updates
from penstock.keras.engine.functions import ArrayData, StepFunction
from penstock.keras.engine.network import Network


class _Settings:
    """What ``compile`` was given."""

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(given)


class Model(Network):
    """Layers from inputs to outputs, with training.

    ``Model(inputs, outputs)`` connects tensors that layers made; a subclass makes its layers in
    ``__init__`` and computes in ``call``.
    """

    _functions: dict[Any, Any]  # the steps made so far

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__["_compiled_graph"] = None
        self.__dict__["_functions"] = {}
        super().__init__(*args, **kwargs)
        self._settings: Any = None
        self.stop_training = False
        self.history: Any = None

    # -- compile ----------------------------------------------------------------------------------
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        target_tensors: Any = None,
        distribute: Any = None,
        run_eagerly: Any = None,
        **kwargs: Any,
    ) -> None:
        """Chooses how the model is trained.

        Args:
            optimizer: an optimizer or its name.
            loss: a loss, its name, or one for each output (a list or dictionary).
            metrics: a list of metrics or names, or one list for each output.
            loss_weights: the factor of each output's loss.
            sample_weight_mode: ``'temporal'`` for weights of time steps.
            weighted_metrics: metrics that take sample weights into account.
            target_tensors: tensors to use for the labels.
            distribute: unused. run_eagerly: unused: everything runs in the graph.
            **kwargs: accepted as in TensorFlow.
        """
        del distribute, run_eagerly
        for keyword in kwargs:
            if keyword not in ("cloning", "options", "run_metadata", "fetches", "feed_dict",
                               "experimental_run_tf_function", "steps_per_execution",
                               "jit_compile"):  # fmt: skip
                raise TypeError(f"Invalid keyword argument in `compile`: {keyword}")
        if loss_weights is not None and not isinstance(loss_weights, (list, tuple, dict)):
            loss_weights = [loss_weights]
        self.optimizer = optimizers.get(optimizer)
        self._settings = _Settings(
            loss=_renamed_loss(loss), metrics=metrics, loss_weights=loss_weights,
            sample_weight_mode=sample_weight_mode, weighted_metrics=weighted_metrics,
            target_tensors=target_tensors,
        )  # fmt: skip
        self.loss = loss
        self.loss_weights = loss_weights
        self.sample_weight_mode = sample_weight_mode
        self._compile_metrics = metrics
        self._forget_functions()
        if loss is not None and not isinstance(loss, (dict, list, tuple)):
            # An unknown name is told of here, where it was written.
            from penstock.keras.engine.compiling import as_loss

            as_loss(self._settings.loss)
        if self.inputs and self.outputs:
            self._finish_compile()

    def _finish_compile(self) -> None:
        with self._graph().as_default():
            self._compiled_graph = Compiled(self, self._settings)
            if not self._compiled_graph.training_endpoints and not self.losses:
                return
            weighted = tuple(False for _ in self._compiled_graph.training_endpoints)
            self._compiled_graph.graph(weighted)

    def _forget_functions(self) -> None:
        self.__dict__["_compiled_graph"] = None
        self.__dict__["_functions"] = {}

    def _graph(self) -> Any:
        return self.inputs[0].graph if self.inputs else ops.get_default_graph()

    @property
    def _is_compiled(self) -> bool:
        return self._settings is not None

    def _compiled(self) -> Compiled:
        if self._settings is None:
            raise RuntimeError(
                "You must compile your model before training/testing. "
                "Use `model.compile(optimizer, loss)`."
            )
        if self._compiled_graph is None:
            self._finish_compile()
        return self._compiled_graph

    @property
    def metrics_names(self) -> list[str]:
        """The names of what ``evaluate`` returns."""
        if self._settings is None:
            return ["loss"]
        if not self.inputs:
            return ["loss"]
        return self._compiled().names

    @property
    def metrics(self) -> list[Any]:
        """The metrics."""
        own = [] if self._compiled_graph is None else self._compiled_graph.metric_objects
        rest = [m for m in super().metrics if not any(m is o for o in own)]
        return [*own, *rest]

    @property
    def total_loss(self) -> Any:
        """The tensor that training makes smaller."""
        compiled = self._compiled()
        return compiled.graph(tuple(False for _ in compiled.training_endpoints)).total_loss

    @property
    def targets(self) -> list[Any]:
        """The tensors of the labels."""
        return [e.target for e in self._compiled().training_endpoints]

    @property
    def run_eagerly(self) -> bool:
        """False: everything runs in the graph."""
        return False

    @property
    def uses_learning_phase(self) -> bool:
        """Whether a layer asked for the learning phase."""
        return K.symbolic_learning_phase() is not None

    def _layer_metrics(self) -> list[Any]:
        """The metrics that layers report with ``add_metric``."""
        found: dict[int, Any] = {}
        for layer in self._nested_layers():
            for metric in layer._own_metrics:
                found.setdefault(id(metric), metric)
        return list(found.values())

    def _layer_metric_result(self, metric: Any) -> Any:
        for layer in self._nested_layers():
            for each in layer._own_metrics:
                if each is metric:
                    return layer._metric_tensors[each.name]
        raise ValueError(f"No layer reports {metric.name}.")

    def reset_metrics(self) -> None:
        """Sets all metrics to zero."""
        for metric in self.metrics:
            metric.reset_states()

    # -- data -------------------------------------------------------------------------------------
    def _set_inputs(self, inputs: Any, outputs: Any = None, training: Any = None) -> None:
        """Connects a model whose inputs are known only now, from data."""
        values = nest.flatten(inputs)
        names = (
            sorted(inputs) if isinstance(inputs, dict) else
            [f"input_{i + 1}" for i in range(len(values))]
        )  # fmt: skip
        if isinstance(inputs, dict):
            values = [inputs[n] for n in names]
        made = []
        for name, value in zip(names, values):
            if data_module.is_tensor(value):
                made.append(value)
                continue
            value = np.asarray(value)
            if value.ndim == 1:
                value = value[:, None]
            kind = value.dtype.kind
            dtype = K.floatx() if kind == "f" else ops.as_dtype(value.dtype).name
            if type(self).__name__ == "Sequential" and not isinstance(inputs, dict):
                dtype = dtype if kind in "USO" else K.floatx()
            made.append(K.placeholder(shape=(None, *value.shape[1:]), dtype=dtype, name=name))
        if isinstance(inputs, dict):
            structure: Any = dict(zip(names, made))
        elif isinstance(inputs, (list, tuple)):
            structure = list(made)
        else:
            structure = made[0]
        if outputs is None:
            arguments = {"training": K.learning_phase()} if self._call_takes("training") else {}
            if type(self).__name__ == "Sequential":
                arguments = {}
            outputs = self(structure, **arguments)
        flat = [outputs[k] for k in sorted(outputs)] if isinstance(outputs, dict) else (
            nest.flatten(outputs)
        )  # fmt: skip
        self.inputs, self.outputs = made, flat
        self.input_names = names
        self.output_names = (
            sorted(outputs) if isinstance(outputs, dict)
            else [f"output_{i + 1}" for i in range(len(flat))]
        )  # fmt: skip
        self._nested_inputs, self._nested_outputs = structure, outputs
        self.built = True

    def _ensure_inputs(self, x: Any) -> None:
        if self.inputs is None or not self.outputs:
            if x is None:
                raise ValueError("The model's inputs are not known yet: pass data.")
            value = x
            if isinstance(x, (list, tuple)):
                value = [data_module.as_array(v) for v in x]
                if not data_module._is_list_of_arrays(x):
                    value = np.asarray(x)
                elif len(value) == 1:
                    value = value[0]
            elif not isinstance(x, dict):
                value = data_module.as_array(x)
            self._set_inputs(value)

    def _input_feeds(self) -> tuple[list[Any], list[str]]:
        pairs = [(t, n) for t, n in zip(self.inputs, self.input_names) if _is_fed(t)]
        return [t for t, _ in pairs], [n for _, n in pairs]

    def _standardize(self, x: Any, y: Any = None, sample_weight: Any = None,
                     class_weight: Any = None, with_targets: bool = True) -> Any:  # fmt: skip
        """Arrays for inputs, labels and weights, checked.

        Returns:
            Inputs, targets, weights (``None`` where there are none).
        """
        self._ensure_inputs(x)
        feeds, names = self._input_feeds()
        shapes = [K.int_shape(t) for t in feeds]
        inputs = data_module.checked(
            data_module.in_order(x, names, "input"), names, shapes, "input"
        )
        for value, name in zip(inputs, names):
            if value is None:
                raise ValueError(f"No data provided for the input {name}.")
        if not with_targets:
            data_module.check_lengths(inputs, [], [])
            return inputs, [], []
        compiled = self._compiled()
        wanted = [e for e in compiled.training_endpoints if not e.target_given]
        target_names = [e.name for e in wanted]
        if y is None and wanted and not all(data_module.is_tensor(v) for v in inputs):
            raise ValueError(
                f"The model needs labels for its outputs {target_names}, but `y` is None."
            )
        if isinstance(y, dict):
            y = {k: v for k, v in y.items() if k in target_names} if target_names else None
        elif isinstance(y, (list, tuple)) and len(y) == len(compiled.endpoints) != len(wanted):
            y = [v for v, e in zip(y, compiled.endpoints) if e in wanted]
        targets = data_module.in_order(y, target_names, "target")
        target_shapes = [e.target_shape for e in wanted]
        for i, (value, endpoint) in enumerate(zip(targets, wanted)):
            if value is not None and not data_module.is_tensor(value):
                if value.ndim == 1 and K.ndim(endpoint.output) not in (1, None):
                    targets[i] = value[:, None]
        data_module.check_loss_and_labels(wanted, targets)
        targets = data_module.checked(targets, target_names, target_shapes, "target")
        class_weights = data_module.class_weight_per_output(class_weight, target_names)
        sample_weights = self._per_output_weights(sample_weight, target_names)
        weights = [
            data_module.weights_of(t, w, c, e.mode)
            for t, w, c, e in zip(targets, sample_weights, class_weights, wanted)
        ]
        data_module.check_lengths(inputs, targets, weights)
        return inputs, targets, weights

    def _per_output_weights(self, sample_weight: Any, names: Sequence[str]) -> list[Any]:
        if sample_weight is None or len(names) == 0:
            return [None] * len(names)
        if isinstance(sample_weight, dict):
            return [sample_weight.get(name) for name in names]
        if len(names) == 1:
            if (
                isinstance(sample_weight, (list, tuple))
                and len(sample_weight) == 1
                and (np.ndim(sample_weight[0]) > 0)
            ):
                return [sample_weight[0]]
            return [sample_weight]
        if not isinstance(sample_weight, (list, tuple)) or len(sample_weight) != len(names):
            raise ValueError(
                f"The model has {len(names)} outputs, so `sample_weight` should be a list of "
                f"{len(names)} elements or a dictionary. You should pass weights for "
                f"{list(names)}."
            )
        return list(sample_weight)

    # -- steps ------------------------------------------------------------------------------------
    def _step_function(self, mode: str, weights: Sequence[Any] = ()) -> StepFunction:
        """The step for ``mode``, with weights for the outputs that have some."""
        weighted = tuple(w is not None for w in weights)
        if mode != "predict":
            # An output whose target is a given tensor is fed neither labels nor weights.
            outputs = self._compiled().training_endpoints
            if len(weighted) != len(outputs):
                fed = iter(weighted)
                weighted = tuple(not e.target_given and next(fed, False) for e in outputs)
        trainable = tuple(id(w) for w in self.trainable_weights) if mode == "train" else ()
        key = (mode, weighted, trainable)
        found = self._functions.get(key)
        if found is not None:
            return found
        with self._graph().as_default():
            feeds, _ = self._input_feeds()
            if mode == "predict":
                function = StepFunction(feeds, self.outputs, layer_updates(self, True), 0)
            else:
                compiled = self._compiled()
                graph = compiled.graph(weighted)
                endpoints = [e for e in compiled.training_endpoints if not e.target_given]
                feeds = [*feeds, *[e.target for e in endpoints]]
                feeds += [
                    e.sample_weight for e, w in zip(compiled.training_endpoints, weighted) if w
                ]
                fetches = [graph.total_loss, *graph.output_losses, *graph.metric_results]
                if mode == "train":
                    if trainable != self._trained_with(graph):
                        graph.train_updates = None
                        graph.__dict__["trained_with"] = trainable
                    updates = compiled.train_updates(graph)
                    function = StepFunction(feeds, fetches, updates, 1)
                else:
                    function = StepFunction(feeds, fetches, layer_updates(self, True), 0)
        self._functions[key] = function
        return function

    @staticmethod
    def _trained_with(graph: Any) -> Any:
        return graph.__dict__.get("trained_with")

    def _make_train_function(self) -> StepFunction:
        compiled = self._compiled()
        return self._step_function("train", [None] * len(compiled.training_endpoints))

    def _make_test_function(self) -> StepFunction:
        compiled = self._compiled()
        return self._step_function("test", [None] * len(compiled.training_endpoints))

    def _make_predict_function(self) -> StepFunction:
        return self._step_function("predict")

    @staticmethod
    def _fed(inputs: list[Any], targets: list[Any], weights: list[Any]) -> list[Any]:
        return [*inputs, *targets, *[w for w in weights if w is not None]]

    # -- training ---------------------------------------------------------------------------------
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_freq: Any = 1,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        validation_batch_size: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Trains the model.

        Args:
            x: the inputs: an array, a list or dictionary of arrays, a ``tf.data`` dataset or
                iterator, a generator, a ``Sequence``, or tensors.
            y: the labels, in the same forms (not with datasets and generators).
            batch_size: the size of a batch; 32 by default.
            epochs: the number of the last epoch. verbose: 0 for silence, 1 for a bar, 2 for lines.
            callbacks: callbacks. validation_split: the last part of the data is for validation.
            validation_data: ``(x, y)`` or ``(x, y, weights)``, or a generator or dataset.
            shuffle: shuffle the samples each epoch; ``'batch'`` shuffles batches only.
            class_weight: a factor for the loss of each class. sample_weight: for each sample.
            initial_epoch: the number of the first epoch.
            steps_per_epoch: how many batches make an epoch.
            validation_steps: how many batches make a validation.
            validation_freq: validate every so many epochs, or after these.
            max_queue_size: how many batches of a generator to prepare.
            workers: how many threads prepare them; 0 for none.
            use_multiprocessing: prepare them in processes.
            validation_batch_size: the batch size of the validation.
            **kwargs: ``nb_epoch``, the older name of ``epochs``.

        Returns:
            A ``History``.
        """
        from penstock.keras.engine.loops import fit

        if "nb_epoch" in kwargs:
            epochs = kwargs.pop("nb_epoch")
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
        return fit(
            self, x, y, batch_size=batch_size, epochs=epochs, verbose=verbose,
            callbacks=callbacks, validation_split=validation_split,
            validation_data=validation_data, shuffle=shuffle, class_weight=class_weight,
            sample_weight=sample_weight, initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch, validation_steps=validation_steps,
            validation_freq=validation_freq, max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing, validation_batch_size=validation_batch_size,
        )  # fmt: skip

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int = 1,
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics.

        Args:
            x: the inputs, as for ``fit``. y: the labels. batch_size: 32 by default.
            verbose: 0 for silence, 1 for a bar, 2 for a line. sample_weight: as for ``fit``.
            steps: how many batches. callbacks: callbacks. max_queue_size: as for ``fit``.
            workers: likewise. use_multiprocessing: likewise.
            return_dict: return a dictionary by name.

        Returns:
            The loss, or a list of it and the metrics.
        """
        from penstock.keras.engine.loops import evaluate

        values = evaluate(
            self, x, y, batch_size=batch_size, verbose=verbose, sample_weight=sample_weight,
            steps=steps, callbacks=callbacks, max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing,
        )  # fmt: skip
        if return_dict:
            from penstock.keras.logs import Logs

            return Logs(zip(self.metrics_names, values))
        return values[0] if len(values) == 1 else values

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int = 0,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """The outputs.

        Args:
            x: the inputs, as for ``fit``. batch_size: 32 by default. verbose: 0 or 1.
            steps: how many batches. callbacks: callbacks. max_queue_size: as for ``fit``.
            workers: likewise. use_multiprocessing: likewise.

        Returns:
            An array, or a list of arrays.
        """
        from penstock.keras.engine.loops import predict

        return predict(
            self, x, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks,
            max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing,
        )  # fmt: skip

    # -- one batch --------------------------------------------------------------------------------
    def _on_batch(self, mode: str, x: Any, y: Any, sample_weight: Any, class_weight: Any,
                  reset_metrics: bool) -> Any:  # fmt: skip
        inputs, targets, weights = self._standardize(x, y, sample_weight, class_weight)
        function = self._step_function(mode, weights)
        values = function.run(self._fed(inputs, targets, weights))
        if reset_metrics:
            self.reset_metrics()
        return values[0] if len(values) == 1 else list(values)

    def train_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None,
                       class_weight: Any = None, reset_metrics: bool = True,
                       return_dict: bool = False) -> Any:  # fmt: skip
        """One step of training.

        Args:
            x: a batch of inputs. y: its labels. sample_weight: as for ``fit``.
            class_weight: likewise. reset_metrics: start the metrics anew afterwards.
            return_dict: return a dictionary by name.

        Returns:
            The loss, or a list of it and the metrics.
        """
        values = self._on_batch("train", x, y, sample_weight, class_weight, reset_metrics)
        return self._named(values) if return_dict else values

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None,
                      reset_metrics: bool = True, return_dict: bool = False) -> Any:  # fmt: skip
        """The loss and the metrics of one batch; arguments as for ``train_on_batch``."""
        values = self._on_batch("test", x, y, sample_weight, None, reset_metrics)
        return self._named(values) if return_dict else values

    def _named(self, values: Any) -> Any:
        from penstock.keras.logs import Logs

        return Logs(zip(self.metrics_names, values if isinstance(values, list) else [values]))

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        inputs, _, _ = self._standardize(x, with_targets=False)
        values = self._step_function("predict").run(inputs)
        return values[0] if len(values) == 1 else list(values)

    # -- generators -------------------------------------------------------------------------------
    def fit_generator(self, generator: Any, steps_per_epoch: int | None = None, epochs: int = 1,
                      verbose: int = 1, callbacks: Any = None, validation_data: Any = None,
                      validation_steps: int | None = None, validation_freq: Any = 1,
                      class_weight: Any = None, max_queue_size: int = 10, workers: int = 1,
                      use_multiprocessing: bool = False, shuffle: bool = True,
                      initial_epoch: int = 0, **kwargs: Any) -> Any:  # fmt: skip
        """``fit`` with a generator; see there. ``samples_per_epoch``, ``nb_val_samples`` and
        ``nb_epoch`` are names of Keras 1.
        """
        if "nb_epoch" in kwargs:
            epochs = kwargs.pop("nb_epoch")
        if "samples_per_epoch" in kwargs:
            steps_per_epoch = kwargs.pop("samples_per_epoch")
        if "nb_val_samples" in kwargs:
            validation_steps = kwargs.pop("nb_val_samples")
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
        return self.fit(
            generator, steps_per_epoch=steps_per_epoch, epochs=epochs, verbose=verbose,
            callbacks=callbacks, validation_data=validation_data,
            validation_steps=validation_steps, validation_freq=validation_freq,
            class_weight=class_weight, max_queue_size=max_queue_size, workers=workers,
            use_multiprocessing=use_multiprocessing, shuffle=shuffle,
            initial_epoch=initial_epoch,
        )  # fmt: skip

    def evaluate_generator(self, generator: Any, steps: int | None = None, callbacks: Any = None,
                           max_queue_size: int = 10, workers: int = 1,
                           use_multiprocessing: bool = False, verbose: int = 0) -> Any:  # fmt: skip
        """``evaluate`` with a generator; see there."""
        return self.evaluate(
            generator, steps=steps, callbacks=callbacks, max_queue_size=max_queue_size,
            workers=workers, use_multiprocessing=use_multiprocessing, verbose=verbose,
        )  # fmt: skip

    def predict_generator(self, generator: Any, steps: int | None = None, callbacks: Any = None,
                          max_queue_size: int = 10, workers: int = 1,
                          use_multiprocessing: bool = False, verbose: int = 0) -> Any:  # fmt: skip
        """``predict`` with a generator; see there."""
        return self.predict(
            generator, steps=steps, callbacks=callbacks, max_queue_size=max_queue_size,
            workers=workers, use_multiprocessing=use_multiprocessing, verbose=verbose,
        )  # fmt: skip


def _is_fed(tensor: Any) -> bool:
    return K.is_placeholder(tensor) or isinstance(tensor, ops.SparseTensor)


def _renamed_loss(loss: Any) -> Any:
    return loss


__all__ = ["Model", "ArrayData"]

"""``tf.estimator.Estimator``: trains, evaluates and asks the model of a model function."""

from __future__ import annotations

import collections
import copy
import inspect
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from penstock import protos
from penstock.checkpoint.initialization import warm_start
from penstock.checkpoint.inspection import list_variables, load_variable
from penstock.checkpoint.saved_model.builder import SavedModelBuilder
from penstock.checkpoint.saved_model.constants import SERVING
from penstock.checkpoint.saver import Saver
from penstock.checkpoint.state import latest_checkpoint as find_latest_checkpoint
from penstock.estimator.run_config import RunConfig
from penstock.estimator.specs import EstimatorSpec, ModeKeys, PredictOutput
from penstock.graph import errors
from penstock.graph.collections import GraphKeys
from penstock.graph.graph import Graph
from penstock.graph.scopes import add_to_collection, control_dependencies, get_collection_ref
from penstock.nn.metrics import mean
from penstock.ops.control_flow import group
from penstock.ops.seeds import set_random_seed
from penstock.ops.state import assign_add
from penstock.ops.variables import Variable
from penstock.runtime.session import Session
from penstock.summary.functions import scalar
from penstock.summary.writer import FileWriterCache
from penstock.training.basic_session_run_hooks import (
    CheckpointSaverHook,
    LoggingTensorHook,
    NanTensorHook,
    StopAtStepHook,
)
from penstock.training.global_step import create_global_step
from penstock.training.monitored_session import (
    ChiefSessionCreator,
    MonitoredSession,
    MonitoredTrainingSession,
    Scaffold,
)

_LOG = logging.getLogger("tensorflow")


def _checked_config(config: Any, model_dir: Any) -> RunConfig:
    if config is None:
        config = RunConfig()
    elif isinstance(config, dict):
        config = RunConfig(**config)
    elif not isinstance(config, RunConfig):
        raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
    if model_dir is not None:
        model_dir = os.fspath(model_dir)
        if config.model_dir is not None and config.model_dir != model_dir:
            raise ValueError(
                "`model_dir` are set both in constructor and `RunConfig`, but with different "
                f"values. In constructor: '{model_dir}', in `RunConfig`: '{config.model_dir}' "
            )
        return config.replace(model_dir=model_dir)
    if config.model_dir is None:
        folder = tempfile.mkdtemp()
        _LOG.warning("Using temporary folder as model directory: %s", folder)
        return config.replace(model_dir=folder)
    return config


class VocabInfo(
    collections.namedtuple(
        "VocabInfo",
        ["new_vocab", "new_vocab_size", "num_oov_buckets", "old_vocab", "old_vocab_size",
         "backup_initializer", "axis"],
    )
):  # fmt: skip
    """The vocabularies of a variable, now and in the checkpoint to start from.

    Args:
        new_vocab: the file of the vocabulary now. new_vocab_size: how many lines count.
        num_oov_buckets: how many ids other values share. old_vocab: the checkpoint's file.
        old_vocab_size: how many of its lines count. backup_initializer: for new entries.
        axis: 0 for rows, 1 for columns.
    """

    __slots__ = ()

    def __new__(cls, new_vocab: str, new_vocab_size: int, num_oov_buckets: int, old_vocab: str,
                old_vocab_size: int = -1, backup_initializer: Any = None,
                axis: int = 0) -> VocabInfo:  # fmt: skip
        if axis not in (0, 1):
            raise ValueError(f"axis must be 0 or 1, got {axis}")
        return super().__new__(cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab,
                               old_vocab_size, backup_initializer, axis)  # fmt: skip


class WarmStartSettings(
    collections.namedtuple(
        "WarmStartSettings",
        ["ckpt_to_initialize_from", "vars_to_warm_start", "var_name_to_vocab_info",
         "var_name_to_prev_var_name"],
    )
):  # fmt: skip
    """What a model starts with, from a checkpoint of another.

    Args:
        ckpt_to_initialize_from: a checkpoint or a folder.
        vars_to_warm_start: a pattern (or several) of the trainable variables' names.
        var_name_to_vocab_info: ``VocabInfo`` by variables' names.
        var_name_to_prev_var_name: names in the checkpoint by variables' names.

    Raises:
        ValueError: without a checkpoint.
    """

    __slots__ = ()

    def __new__(cls, ckpt_to_initialize_from: Any, vars_to_warm_start: Any = ".*",
                var_name_to_vocab_info: Any = None,
                var_name_to_prev_var_name: Any = None) -> WarmStartSettings:  # fmt: skip
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(cls, ckpt_to_initialize_from, vars_to_warm_start,
                               var_name_to_vocab_info or {},
                               var_name_to_prev_var_name or {})  # fmt: skip


class _StepLimit:
    """Counts evaluation steps and says when there were enough."""

    def __init__(self, steps: int | None) -> None:
        self.steps = steps
        self.done = 0

    def reached(self) -> bool:
        return self.steps is not None and self.done >= self.steps


class Estimator:
    """A model, from a function that builds it.

    Args:
        model_fn: a function of ``features``, ``labels`` and, where it takes them, ``mode``,
            ``params`` and ``config``, that gives an ``EstimatorSpec``.
        model_dir: the folder for checkpoints and summaries; a temporary one when left out.
        config: a ``RunConfig``.
        params: a dictionary for ``model_fn``.
        warm_start_from: a checkpoint (or folder) whose values the variables start with.

    Raises:
        ValueError: when arguments don't fit.
    """

    def __init__(
        self,
        model_fn: Callable[..., EstimatorSpec],
        model_dir: Any = None,
        config: Any = None,
        params: Any = None,
        warm_start_from: Any = None,
    ) -> None:
        self._config = _checked_config(config, model_dir)
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        arguments = inspect.signature(model_fn).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in arguments.values())
        if "features" not in arguments and not takes_any:
            raise ValueError(f"model_fn ({model_fn}) must include features argument.")
        if params is not None and "params" not in arguments and not takes_any:
            raise ValueError(f"model_fn ({model_fn}) does not include params argument, but params "
                             f"({params}) is passed to Estimator.")  # fmt: skip
        self._model_fn = model_fn
        self._params = copy.deepcopy(params or {})
        self._warm_start = warm_start_from

    # -- what it is --------------------------------------------------------------------------
    @property
    def model_dir(self) -> str:
        """The folder for checkpoints and summaries."""
        return self._config.model_dir

    @property
    def config(self) -> RunConfig:
        """The configuration."""
        return copy.copy(self._config)

    @property
    def params(self) -> Any:
        """The parameters."""
        return copy.deepcopy(self._params)

    @property
    def model_fn(self) -> Callable[..., EstimatorSpec]:
        """The model function, of features, labels, mode and config."""

        def public(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
            return self._call_model_fn(features, labels, mode)

        return public

    def latest_checkpoint(self) -> str | None:
        """The newest checkpoint, if there is one."""
        return find_latest_checkpoint(self.model_dir)

    def get_variable_value(self, name: str) -> np.ndarray:
        """The value of a variable in the newest checkpoint."""
        return load_variable(self._trained(), name)

    def get_variable_names(self) -> list[str]:
        """The names of the variables in the newest checkpoint."""
        return [name for name, _ in list_variables(self._trained())]

    def eval_dir(self, name: str | None = None) -> str:
        """The folder for the summaries of evaluations."""
        return os.path.join(self.model_dir, f"eval_{name}" if name else "eval")

    def _trained(self) -> str:
        path = self.latest_checkpoint()
        if not path:
            raise ValueError(f"Could not find trained model in model_dir: {self.model_dir}.")
        return path

    # -- building ----------------------------------------------------------------------------
    def _call_model_fn(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        arguments = inspect.signature(self._model_fn).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in arguments.values())
        given: dict[str, Any] = {}
        if "labels" in arguments or takes_any:
            given["labels"] = labels
        elif labels is not None:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        for name, value in (("mode", mode), ("params", self.params), ("config", self.config)):
            if name in arguments:
                given[name] = value
        _LOG.info("Calling model_fn.")
        spec = self._model_fn(features=features, **given)
        _LOG.info("Done calling model_fn.")
        if not isinstance(spec, EstimatorSpec):
            raise ValueError("model_fn should return an EstimatorSpec.")
        return spec

    def _inputs(self, input_fn: Callable[..., Any], mode: str) -> tuple[Any, Any, list[Any]]:
        arguments = inspect.signature(input_fn).parameters
        given: dict[str, Any] = {}
        for name, value in (("mode", mode), ("params", self.params), ("config", self.config)):
            if name in arguments:
                given[name] = value
        result = input_fn(**given)
        hooks: list[Any] = []
        if hasattr(result, "make_initializable_iterator"):
            iterator = result.make_initializable_iterator()
            add_to_collection(GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
            result = iterator.get_next()
        if isinstance(result, (list, tuple)):
            if len(result) != 2:
                raise ValueError("input_fn should return (features, labels) as a len 2 tuple.")
            return result[0], result[1], hooks
        return result, None, hooks

    def _scaffold(self, spec: EstimatorSpec) -> Scaffold:
        scaffold = spec.scaffold or Scaffold()
        if not get_collection_ref(GraphKeys.SAVERS) and scaffold.saver is None:
            add_to_collection(
                GraphKeys.SAVERS,
                Saver(
                    sharded=True,
                    max_to_keep=self._config.keep_checkpoint_max,
                    keep_checkpoint_every_n_hours=self._config.keep_checkpoint_every_n_hours,
                    defer_build=True,
                    save_relative_paths=True,
                ),
            )
        return scaffold

    # -- training ----------------------------------------------------------------------------
    def train(
        self,
        input_fn: Callable[..., Any],
        hooks: Sequence[Any] | None = None,
        steps: int | None = None,
        max_steps: int | None = None,
        saving_listeners: Sequence[Any] | None = None,
    ) -> Estimator:
        """Trains, from the newest checkpoint if there is one.

        Args:
            input_fn: gives ``(features, labels)`` or a data set of these.
            hooks: ``SessionRunHook`` objects.
            steps: how many further steps. max_steps: up to which step.
            saving_listeners: called when a checkpoint is saved.

        Returns:
            The estimator.

        Raises:
            ValueError: for both ``steps`` and ``max_steps``, or one that isn't positive.
        """
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        for value, what in ((steps, "steps"), (max_steps, "max_steps")):
            if value is not None and value <= 0:
                raise ValueError(f"Must specify {what} > 0, given: {value}")
        if max_steps is not None and self._step_reached() >= max_steps:
            _LOG.info("Skipping training since max_steps has already saved.")
            return self
        all_hooks = list(hooks or [])
        if steps is not None or max_steps is not None:
            all_hooks.append(StopAtStepHook(steps, max_steps))
        loss = self._train(input_fn, all_hooks, list(saving_listeners or []))
        _LOG.info("Loss for final step: %s.", loss)
        return self

    def _step_reached(self) -> int:
        newest = self.latest_checkpoint()
        if not newest:
            return 0
        try:
            return int(load_variable(newest, GraphKeys.GLOBAL_STEP))
        except (errors.NotFoundError, ValueError, KeyError):
            return 0

    def _train(self, input_fn: Any, hooks: list[Any], listeners: list[Any]) -> Any:
        config = self._config
        with Graph().as_default() as graph:
            set_random_seed(config.tf_random_seed)
            step = self._create_step(graph)
            features, labels, input_hooks = self._inputs(input_fn, ModeKeys.TRAIN)
            spec = self._call_model_fn(features, labels, ModeKeys.TRAIN)
            if self._warm_start:
                self._start_warm()
            losses = get_collection_ref(GraphKeys.LOSSES)
            if not any(spec.loss is other for other in losses):
                losses.append(spec.loss)
            summaries = get_collection_ref(GraphKeys.SUMMARIES)
            if not any(s.op.name == "loss" for s in summaries):
                scalar("loss", spec.loss)
            scaffold = self._scaffold(spec)
            all_hooks = [*input_hooks, *hooks, NanTensorHook(spec.loss)]
            if config.log_step_count_steps is not None:
                all_hooks.append(
                    LoggingTensorHook(
                        {"loss": spec.loss, "step": step},
                        every_n_iter=config.log_step_count_steps,
                    )
                )
            all_hooks += spec.training_hooks
            chief_hooks = list(spec.training_chief_hooks)
            saves = config.save_checkpoints_secs or config.save_checkpoints_steps
            if saves and not any(isinstance(h, CheckpointSaverHook) for h in chief_hooks):
                chief_hooks.append(
                    CheckpointSaverHook(
                        self.model_dir,
                        save_secs=config.save_checkpoints_secs,
                        save_steps=config.save_checkpoints_steps,
                        scaffold=scaffold,
                        listeners=listeners,
                    )
                )
            loss = None
            with MonitoredTrainingSession(
                checkpoint_dir=self.model_dir,
                scaffold=scaffold,
                hooks=all_hooks,
                chief_only_hooks=chief_hooks,
                save_checkpoint_secs=0,
                save_summaries_steps=config.save_summary_steps,
                config=config.session_config,
                log_step_count_steps=config.log_step_count_steps,
            ) as session:
                while not session.should_stop():
                    _, loss = session.run([spec.train_op, spec.loss])
            return loss

    def _create_step(self, graph: Graph) -> Any:
        step = create_global_step(graph)
        if not step.dtype.is_integer:
            raise ValueError("Global step must be an integer.")
        return step

    def _start_warm(self) -> None:
        from penstock.checkpoint.initialization import init_from_checkpoint
        from penstock.ops.variable_collections import trainable_variables

        if isinstance(self._warm_start, WarmStartSettings):
            warm_start(*self._warm_start)
            return
        path = os.fspath(self._warm_start)
        path = find_latest_checkpoint(path) or path
        kept = {name for name, _ in list_variables(path)}
        names = [v.op.name for v in trainable_variables() if v.op.name in kept]
        init_from_checkpoint(path, {name: name for name in names})

    # -- evaluation --------------------------------------------------------------------------
    def evaluate(
        self,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Sequence[Any] | None = None,
        checkpoint_path: str | None = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """Computes the loss and the metrics.

        Args:
            input_fn: gives ``(features, labels)`` or a data set of these.
            steps: how many batches; all of them by default.
            hooks: ``SessionRunHook`` objects.
            checkpoint_path: the checkpoint; the newest by default.
            name: part of the name of the folder for summaries.

        Returns:
            The metrics, ``loss`` and ``global_step``.

        Raises:
            ValueError: when there is no checkpoint, or ``steps`` isn't positive.
        """
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        path = checkpoint_path or self.latest_checkpoint()
        if not path:
            _LOG.info("Could not find trained model in model_dir: %s, running initialization to "
                      "evaluate.", self.model_dir)  # fmt: skip
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            step = self._create_step(graph)
            features, labels, input_hooks = self._inputs(input_fn, ModeKeys.EVAL)
            spec = self._call_model_fn(features, labels, ModeKeys.EVAL)
            metrics = dict(spec.eval_metric_ops)
            metrics["loss"] = mean(spec.loss)
            updates = group(*(update for _, update in metrics.values()))
            if "global_step" in metrics:
                raise ValueError(
                    'Metric with name "global_step" is not allowed, because Estimator already '
                    "defines a default metric with the same name."
                )
            values = {key: value for key, (value, _) in metrics.items()}
            values["global_step"] = step
            count = self._count(updates)
            scaffold = spec.scaffold or Scaffold()
            creator = ChiefSessionCreator(
                scaffold, config=self._config.session_config, checkpoint_filename_with_path=path
            )
            limit = _StepLimit(steps)
            all_hooks = [*input_hooks, *(hooks or []), *spec.evaluation_hooks]
            found: dict[str, Any] = {}
            with MonitoredSession(session_creator=creator, hooks=all_hooks) as session:
                try:
                    while not session.should_stop() and not limit.reached():
                        session.run(count)
                        limit.done += 1
                except errors.OutOfRangeError:
                    pass
                found = session._tf_sess().run(values)
        result = {key: found[key] for key in sorted(found)}
        self._write_metrics(self.eval_dir(name), result)
        shown = ", ".join(f"{k} = {v}" for k, v in result.items())
        _LOG.info("Saving dict for global step %d: %s", result["global_step"], shown)
        return result

    @staticmethod
    def _count(updates: Any) -> Any:
        """Runs the updates and counts evaluation steps."""
        counter = Variable(
            np.int64(0),
            trainable=False,
            name="eval_step",
            collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP],
        )
        with control_dependencies([updates]):
            return assign_add(counter, np.int64(1))

    @staticmethod
    def _write_metrics(folder: str, metrics: dict[str, Any]) -> None:
        summary = protos.Summary()
        for key, value in metrics.items():
            if key != "global_step" and isinstance(value, (np.floating, np.integer, float, int)):
                summary.value.add(tag=key, simple_value=float(value))
        writer = FileWriterCache.get(folder)
        writer.add_summary(summary, int(metrics["global_step"]))
        writer.flush()

    # -- prediction --------------------------------------------------------------------------
    def predict(
        self,
        input_fn: Callable[..., Any],
        predict_keys: Any = None,
        hooks: Sequence[Any] | None = None,
        checkpoint_path: str | None = None,
        yield_single_examples: bool = True,
    ) -> Iterator[Any]:
        """Gives the predictions, one example after another.

        Args:
            input_fn: gives features, or a data set of these.
            predict_keys: the names of the predictions wanted.
            hooks: ``SessionRunHook`` objects.
            checkpoint_path: the checkpoint; the newest by default.
            yield_single_examples: give examples, not batches.

        Yields:
            A prediction, or a dictionary of predictions.

        Raises:
            ValueError: for names that aren't there, or predictions of different lengths.
        """
        path = checkpoint_path or self.latest_checkpoint()
        if not path:
            _LOG.info("Could not find trained model in model_dir: %s, running initialization to "
                      "predict.", self.model_dir)  # fmt: skip
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            self._create_step(graph)
            features, _, input_hooks = self._inputs(input_fn, ModeKeys.PREDICT)
            spec = self._call_model_fn(features, None, ModeKeys.PREDICT)
            predictions = _chosen(spec.predictions, predict_keys)
            creator = ChiefSessionCreator(
                spec.scaffold or Scaffold(),
                config=self._config.session_config,
                checkpoint_filename_with_path=path,
            )
            all_hooks = [*input_hooks, *(hooks or []), *spec.prediction_hooks]
            session = MonitoredSession(session_creator=creator, hooks=all_hooks)
        with session:
            while not session.should_stop():
                batch = session.run(predictions)
                if not yield_single_examples:
                    yield batch
                elif isinstance(batch, dict):
                    for i in range(_length(batch)):
                        yield {key: value[i] for key, value in batch.items()}
                else:
                    yield from batch

    # -- export ------------------------------------------------------------------------------
    def export_saved_model(
        self,
        export_dir_base: Any,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: dict[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: str | None = None,
        experimental_mode: str = ModeKeys.PREDICT,
        strip_default_attrs: bool = False,
    ) -> bytes:
        """Writes the model as a SavedModel, to a folder named after the time.

        Args:
            export_dir_base: where to make the folder.
            serving_input_receiver_fn: gives a ``ServingInputReceiver``.
            assets_extra: further files: names in ``assets.extra`` and paths.
            as_text: write text. checkpoint_path: the checkpoint; the newest by default.
            experimental_mode: the mode to build the model in.
            strip_default_attrs: leave out attributes that have their default values.

        Returns:
            The folder's path.

        Raises:
            ValueError: when there is no checkpoint or no output to export.
        """
        path = checkpoint_path or self.latest_checkpoint()
        if not path:
            raise ValueError(f"Couldn't find trained model at {self.model_dir}.")
        base = os.fspath(export_dir_base)
        base = base.decode() if isinstance(base, bytes) else base
        with Graph().as_default() as graph:
            self._create_step(graph)
            set_random_seed(self._config.tf_random_seed)
            receiver = serving_input_receiver_fn()
            spec = self._call_model_fn(receiver.features, None, experimental_mode)
            outputs = spec.export_outputs
            if outputs is None:
                outputs = {"serving_default": PredictOutput(spec.predictions)}
            elif "serving_default" not in outputs and len(outputs) == 1:
                outputs = {**outputs, "serving_default": next(iter(outputs.values()))}
            signatures = _signatures(outputs, receiver)
            scaffold = spec.scaffold or Scaffold()
            stamp = int(time.time())
            while os.path.exists(os.path.join(base, str(stamp))):
                stamp += 1
            folder = os.path.join(base, str(stamp))
            with Session(graph=graph) as session:
                (scaffold.saver or Saver()).restore(session, path)
                builder = SavedModelBuilder(folder)
                builder.add_meta_graph_and_variables(
                    session,
                    [SERVING],
                    signature_def_map=signatures,
                    assets_collection=get_collection_ref(GraphKeys.ASSET_FILEPATHS),
                    main_op=scaffold.local_init_op or Scaffold.default_local_init_op(),
                    strip_default_attrs=strip_default_attrs,
                )
                builder.save(as_text)
        for name, source in (assets_extra or {}).items():
            target = os.path.join(folder, "assets.extra", name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(source, "rb") as given, open(target, "wb") as made:
                made.write(given.read())
        return folder.encode()

    export_savedmodel = export_saved_model


def _signatures(outputs: dict[str, Any], receiver: Any) -> dict[str, Any]:
    """The signatures that fit the inputs: a classifier's, say, wants examples as texts."""
    given = [("", receiver.receiver_tensors)]
    alternatives = getattr(receiver, "receiver_tensors_alternatives", None) or {}
    given += [(f"{name}:", tensors) for name, tensors in alternatives.items()]
    made: dict[str, Any] = {}
    refused = []
    for before, tensors in given:
        tensors = tensors if isinstance(tensors, dict) else {"input": tensors}
        for key, output in outputs.items():
            try:
                made[before + key] = output.as_signature_def(tensors)
            except ValueError as error:
                refused.append(f"'{before + key}' : {error}")
    for line in refused:
        _LOG.info("Signatures EXCLUDED from export because they cannot be be served via "
                  "TensorFlow Serving APIs: %s", line)  # fmt: skip
    if not made:
        raise ValueError(f"No signature fits the inputs. {' '.join(refused)}")
    return made


def _chosen(predictions: Any, keys: Any) -> Any:
    if not keys:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("predict_keys argument is not valid in case of non-dict predictions.")
    wanted = [keys] if isinstance(keys, str) else keys
    found = {key: predictions[key] for key in predictions if key in wanted}
    if not found:
        raise ValueError(f"Expected to run at least one output from {list(predictions)}, provided "
                         f"{keys}.")  # fmt: skip
    return found


def _length(batch: dict[str, Any]) -> int:
    lengths = {key: len(value) for key, value in batch.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"Batch length of predictions should be same. {lengths}")
    return next(iter(lengths.values()))

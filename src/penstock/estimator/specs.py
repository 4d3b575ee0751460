"""What a model function is told and what it gives: modes, ``EstimatorSpec``, export outputs."""

from __future__ import annotations

import collections
from typing import Any

from penstock.graph import nest
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import reshape
from penstock.ops.variables import Variable


class ModeKeys:
    """What a model is built for."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"


class EstimatorSpec(
    collections.namedtuple(
        "EstimatorSpec",
        [
            "mode",
            "predictions",
            "loss",
            "train_op",
            "eval_metric_ops",
            "export_outputs",
            "training_chief_hooks",
            "training_hooks",
            "scaffold",
            "evaluation_hooks",
            "prediction_hooks",
        ],
    )
):
    """What a model function gives.

    Args:
        mode: the mode it was called with.
        predictions: a tensor, or a dictionary of tensors.
        loss: a scalar; needed to train and evaluate.
        train_op: trains by one step; needed to train.
        eval_metric_ops: metrics by name: pairs ``(value, update operation)``.
        export_outputs: outputs of exported models, by signature.
        training_chief_hooks: hooks for training. training_hooks: likewise.
        scaffold: a ``tf.train.Scaffold``.
        evaluation_hooks: hooks for evaluation. prediction_hooks: hooks for prediction.

    Raises:
        ValueError: when something that the mode needs is missing.
        TypeError: for a value of another type.
    """

    __slots__ = ()

    def __new__(
        cls,
        mode: str,
        predictions: Any = None,
        loss: Any = None,
        train_op: Any = None,
        eval_metric_ops: Any = None,
        export_outputs: Any = None,
        training_chief_hooks: Any = None,
        training_hooks: Any = None,
        scaffold: Any = None,
        evaluation_hooks: Any = None,
        prediction_hooks: Any = None,
    ) -> EstimatorSpec:
        if mode == ModeKeys.TRAIN and train_op is None:
            raise ValueError("Missing train_op.")
        if loss is None:
            if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
                raise ValueError("Missing loss.")
        else:
            loss = _scalar(loss)
        if predictions is None:
            if mode == ModeKeys.PREDICT:
                raise ValueError("Missing predictions.")
            predictions = {}
        for value in nest.flatten(predictions):
            if not hasattr(value, "graph"):
                raise TypeError(f"predictions must be Tensor, given: {value}")
        return super().__new__(
            cls,
            mode=mode,
            predictions=predictions,
            loss=loss,
            train_op=_checked_train_op(train_op),
            eval_metric_ops=_checked_metrics(eval_metric_ops),
            export_outputs=export_outputs,
            training_chief_hooks=_checked_hooks(training_chief_hooks),
            training_hooks=_checked_hooks(training_hooks),
            scaffold=scaffold,
            evaluation_hooks=_checked_hooks(evaluation_hooks),
            prediction_hooks=_checked_hooks(prediction_hooks),
        )


def _scalar(loss: Any) -> Tensor:
    if not hasattr(loss, "graph"):
        raise TypeError(f"loss must be Tensor, given: {loss}")
    shape = loss.get_shape()
    if not shape.is_compatible_with([]) and not shape.is_compatible_with([1]):
        raise ValueError(f"Loss must be scalar, given: {loss}")
    if not shape.is_compatible_with([]):
        loss = reshape(loss, [])
    return loss


def _checked_train_op(train_op: Any) -> Any:
    if train_op is None:
        return None
    if not isinstance(train_op, (Operation, Tensor, Variable)):
        raise TypeError(f"train_op must be Operation or Tensor, given: {train_op}")
    return train_op


def _checked_metrics(metrics: Any) -> dict[str, Any]:
    if metrics is None:
        return {}
    if not isinstance(metrics, dict):
        raise TypeError(f"eval_metric_ops must be a dict, given: {metrics}")
    for key, pair in metrics.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(
                "Values of eval_metric_ops must be (metric_value, update_op) tuples, given: "
                f"{pair} for key: {key}"
            )
    return dict(metrics)


def _checked_hooks(hooks: Any) -> tuple[Any, ...]:
    from penstock.training.session_run_hook import SessionRunHook

    hooks = tuple(hooks or ())
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
    return hooks


class ExportOutput:
    """An output of an exported model: gives its signature."""

    def as_signature_def(self, receiver_tensors: dict[str, Any]) -> Any:
        """The ``SignatureDef`` for some inputs."""
        raise NotImplementedError("Abstract method")


class PredictOutput(ExportOutput):
    """Any tensors.

    Args:
        outputs: a tensor or a dictionary of tensors.
    """

    def __init__(self, outputs: Any) -> None:
        self.outputs = outputs if isinstance(outputs, dict) else {"output": outputs}

    def as_signature_def(self, receiver_tensors: dict[str, Any]) -> Any:
        """The ``SignatureDef`` for some inputs."""
        from penstock.checkpoint.saved_model.signatures import predict_signature_def

        return predict_signature_def(receiver_tensors, self.outputs)


class RegressionOutput(ExportOutput):
    """A number for each example.

    Args:
        value: ``float`` tensor.
    """

    def __init__(self, value: Any) -> None:
        if not (isinstance(value, Tensor) and value.dtype.is_floating):
            raise ValueError(f"Regression output value must be a float32 Tensor; got {value}")
        self.value = value

    def as_signature_def(self, receiver_tensors: dict[str, Any]) -> Any:
        """The ``SignatureDef`` for some inputs."""
        from penstock.checkpoint.saved_model.signatures import regression_signature_def

        return regression_signature_def(next(iter(receiver_tensors.values())), self.value)


class ClassificationOutput(ExportOutput):
    """Classes or scores for each example.

    Args:
        scores: ``float`` tensor ``[batch, classes]``. classes: ``string`` tensor likewise.
    """

    def __init__(self, scores: Any = None, classes: Any = None) -> None:
        if scores is None and classes is None:
            raise ValueError("At least one of scores and classes must be set.")
        self.scores = scores
        self.classes = classes

    def as_signature_def(self, receiver_tensors: dict[str, Any]) -> Any:
        """The ``SignatureDef`` for some inputs."""
        from penstock.checkpoint.saved_model.signatures import classification_signature_def

        examples = next(iter(receiver_tensors.values()))
        return classification_signature_def(examples, self.classes, self.scores)

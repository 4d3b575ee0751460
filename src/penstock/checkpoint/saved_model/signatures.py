"""Signatures: which tensors a served model takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penstock import protos
from penstock.checkpoint.saved_model import constants
from penstock.graph import defaults, dtypes
from penstock.graph.composite import SparseTensor
from penstock.ops.variables import prepend_name_scope


def build_tensor_info(tensor: Any) -> Any:
    """The ``TensorInfo`` of a tensor or sparse tensor: name, type and static shape."""
    shape = tensor.get_shape().as_proto()
    info = protos.TensorInfo(dtype=tensor.dtype.as_datatype_enum, tensor_shape=shape)
    if isinstance(tensor, SparseTensor):
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
    else:
        info.name = tensor.name
    return info


def get_tensor_from_tensor_info(
    tensor_info: Any, graph: Any = None, import_scope: str | None = None
) -> Any:
    """The tensor (or sparse tensor) of a graph that a ``TensorInfo`` names.

    Raises:
        KeyError: the graph has no such tensor.
        ValueError: the ``TensorInfo`` names none.
    """
    graph = graph or defaults.get_default_graph()

    def tensor(name: str) -> Any:
        return graph.get_tensor_by_name(prepend_name_scope(name, import_scope))

    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "name":
        return tensor(tensor_info.name)
    if encoding == "coo_sparse":
        sparse = tensor_info.coo_sparse
        return SparseTensor(
            tensor(sparse.indices_tensor_name),
            tensor(sparse.values_tensor_name),
            tensor(sparse.dense_shape_tensor_name),
        )
    raise ValueError(f"Invalid TensorInfo.encoding: {encoding}")


def build_signature_def(
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    method_name: str | None = None,
) -> Any:
    """A ``SignatureDef``.

    Args:
        inputs: from names to ``TensorInfo``. outputs: likewise.
        method_name: which kind of request it answers.
    """
    signature = protos.SignatureDef()
    for name, info in (inputs or {}).items():
        signature.inputs[name].CopyFrom(info)
    for name, info in (outputs or {}).items():
        signature.outputs[name].CopyFrom(info)
    if method_name is not None:
        signature.method_name = method_name
    return signature


def predict_signature_def(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """A signature from any tensors to any tensors.

    Args:
        inputs: from names to tensors. outputs: likewise.
    """
    _require("Prediction inputs", inputs)
    _require("Prediction outputs", outputs)
    return build_signature_def(
        {name: build_tensor_info(tensor) for name, tensor in inputs.items()},
        {name: build_tensor_info(tensor) for name, tensor in outputs.items()},
        constants.PREDICT_METHOD_NAME,
    )


def regression_signature_def(examples: Any, predictions: Any) -> Any:
    """A signature from serialized examples (strings) to ``float32`` predictions."""
    if examples is None:
        raise ValueError("Regression examples cannot be None.")
    _require_tensor("Regression examples", examples)
    if predictions is None:
        raise ValueError("Regression predictions cannot be None.")
    if examples.dtype != dtypes.string:
        raise ValueError("Regression examples must be a string Tensor.")
    if predictions.dtype != dtypes.float32:
        raise ValueError("Regression output must be a float Tensor.")
    return build_signature_def(
        {constants.REGRESS_INPUTS: build_tensor_info(examples)},
        {constants.REGRESS_OUTPUTS: build_tensor_info(predictions)},
        constants.REGRESS_METHOD_NAME,
    )


def classification_signature_def(examples: Any, classes: Any, scores: Any) -> Any:
    """A signature from serialized examples to class names, scores, or both."""
    if examples is None:
        raise ValueError("Classification examples cannot be None.")
    _require_tensor("Classification examples", examples)
    if classes is None and scores is None:
        raise ValueError("Classification classes and scores cannot both be None.")
    if examples.dtype != dtypes.string:
        raise ValueError("Classification examples must be a string Tensor.")
    outputs = {}
    if classes is not None:
        if classes.dtype != dtypes.string:
            raise ValueError("Classification classes must be a string Tensor.")
        outputs[constants.CLASSIFY_OUTPUT_CLASSES] = build_tensor_info(classes)
    if scores is not None:
        if scores.dtype != dtypes.float32:
            raise ValueError("Classification scores must be a float Tensor.")
        outputs[constants.CLASSIFY_OUTPUT_SCORES] = build_tensor_info(scores)
    return build_signature_def(
        {constants.CLASSIFY_INPUTS: build_tensor_info(examples)},
        outputs,
        constants.CLASSIFY_METHOD_NAME,
    )


def is_valid_signature(signature_def: Any) -> bool:
    """Whether a signature is one that a server can answer."""
    inputs, outputs = signature_def.inputs, signature_def.outputs
    string, real = dtypes.string.as_datatype_enum, dtypes.float32.as_datatype_enum
    method = signature_def.method_name
    if method == constants.PREDICT_METHOD_NAME:
        return len(inputs) >= 1 and len(outputs) >= 1
    if method == constants.REGRESS_METHOD_NAME:
        return (
            set(inputs) == {constants.REGRESS_INPUTS}
            and inputs[constants.REGRESS_INPUTS].dtype == string
            and set(outputs) == {constants.REGRESS_OUTPUTS}
            and outputs[constants.REGRESS_OUTPUTS].dtype == real
        )
    if method == constants.CLASSIFY_METHOD_NAME:
        types = {
            constants.CLASSIFY_OUTPUT_CLASSES: string,
            constants.CLASSIFY_OUTPUT_SCORES: real,
        }
        return (
            set(inputs) == {constants.CLASSIFY_INPUTS}
            and inputs[constants.CLASSIFY_INPUTS].dtype == string
            and bool(outputs)
            and all(outputs[name].dtype == types.get(name) for name in outputs)
        )
    return False


def _require(what: str, tensors: Any) -> None:
    if not tensors:
        raise ValueError(f"{what} cannot be None or empty.")


def _require_tensor(what: str, value: Any) -> None:
    if not hasattr(value, "dtype"):
        raise ValueError(f"{what} must be a string Tensor.")

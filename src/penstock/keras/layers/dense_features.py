"""Feature columns as a layer."""

from __future__ import annotations

from typing import Any

from penstock.estimator import feature_columns as columns_module
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import get_collection
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.ops.variable_scope import AUTO_REUSE, get_variable_scope, variable_scope


class DenseFeatures(Layer):
    """The values of feature columns, side by side, in the order of their names.

    Called with a dictionary of tensors by name.

    Args:
        feature_columns: dense columns. trainable: whether embeddings are trained.
        name: the name. **kwargs: as for ``Layer``.

    Raises:
        ValueError: for columns without dense values, or names that repeat.
    """

    def __init__(self, feature_columns: Any, trainable: bool = True, name: str | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._feature_columns = columns_module.sorted_columns(feature_columns)
        for column in self._feature_columns:
            if not hasattr(column, "dense"):
                raise ValueError(
                    "Items of feature_columns must be a DenseColumn. You can wrap a categorical "
                    f"column with an embedding_column or indicator_column. Given: {column}"
                )

    def call(self, features: Any, cols_to_output_tensors: Any = None) -> Any:
        """The values, ``[batch, n]``.

        Args:
            features: tensors by name.
            cols_to_output_tensors: a dictionary that gets the columns' tensors.

        Raises:
            ValueError: when ``features`` isn't a dictionary.
        """
        if not isinstance(features, dict):
            raise ValueError("We expected a dictionary here. Instead we got: ", features)
        given = columns_module.Features(features)
        outputs = []
        with variable_scope(
            self.name, reuse=AUTO_REUSE, use_resource=True, auxiliary_name_scope=False
        ):
            for column in self._feature_columns:
                with ops.name_scope(column.name), variable_scope(
                    column.name, auxiliary_name_scope=False
                ):  # fmt: skip
                    values = column.dense(given, self.trainable)
                    output = ops.reshape(values, [-1, column.size])
                    scope = get_variable_scope().name + "/"
                    for variable in get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope):
                        self._track_variable(variable)
                if cols_to_output_tensors is not None:
                    cols_to_output_tensors[column] = output
                outputs.append(output)
        return outputs[0] if len(outputs) == 1 else ops.concat(outputs, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch, and the sum of the columns' sizes."""
        batch = next(iter(input_shape.values()))[0]
        return ops.TensorShape([batch, sum(c.size for c in self._feature_columns)])

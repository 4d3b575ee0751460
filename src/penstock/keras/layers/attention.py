"""Dot-product and additive attention over a dense memory."""

from __future__ import annotations

from typing import Any

from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer

_FAR = 1e9


class BaseDenseAttention(Layer):
    """Attention of queries to keys, whose weights average values.

    Called with ``[query, value]`` or ``[query, value, key]`` of shapes ``[batch, queries, size]``,
    ``[batch, values, size]`` and ``[batch, values, size]``; the key is the value if left out.

    Args:
        causal: whether a query sees values up to its own position only. **kwargs: as for ``Layer``.
    """

    def __init__(self, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.causal = causal
        self.supports_masking = True

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """How well each query fits each key, ``[batch, queries, values]``."""
        raise NotImplementedError("An attention layer must define _calculate_scores.")

    def _apply_scores(self, scores: Any, value: Any, scores_mask: Any = None) -> Any:
        if scores_mask is not None:
            hidden = ops.logical_not(scores_mask)
            scores = scores - _FAR * ops.cast(hidden, scores.dtype.base_dtype)
        return ops.matmul(ops.softmax(scores), value)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The weighted averages, ``[batch, queries, size]``.

        Raises:
            ValueError: for inputs or masks that aren't lists of two or three.
        """
        _check_lists(type(self).__name__, inputs, mask)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask = mask[0] if mask else None
        value_mask = mask[1] if mask else None
        scores = self._calculate_scores(query=query, key=key)
        visible = None if value_mask is None else ops.expand_dims(value_mask, axis=-2)
        if self.causal:
            sizes = ops.shape(scores)
            rows = ops.range(sizes[-2])[:, None]
            earlier = ops.greater_equal(rows, ops.range(sizes[-1])[None, :])[None]
            visible = earlier if visible is None else ops.logical_and(visible, earlier)
        result = self._apply_scores(scores=scores, value=value, scores_mask=visible)
        if query_mask is not None:
            kept = ops.expand_dims(query_mask, axis=-1)
            result = result * ops.cast(kept, result.dtype.base_dtype)
        return result

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the queries."""
        _check_lists(type(self).__name__, inputs, mask)
        if not mask or mask[0] is None:
            return None
        return ops.convert_to_tensor(mask[0])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The query's shape with the value's last size."""
        query, value = (ops.TensorShape(s).as_list() for s in input_shape[:2])
        return ops.TensorShape([*query[:-1], value[-1]])

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "causal": self.causal}


class Attention(BaseDenseAttention):
    """Dot-product attention (Luong et al., 2015): scores are ``query @ key.T``.

    Args:
        use_scale: whether a weight scales the scores.
        **kwargs: ``causal``, and as for ``Layer``.
    """

    def __init__(self, use_scale: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale

    def build(self, input_shape: Any) -> None:
        """Makes the scale, a number."""
        self.scale = (
            self.add_weight(name="scale", shape=(), initializer="ones", trainable=True)
            if self.use_scale
            else None
        )
        super().build(input_shape)

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        scores = ops.matmul(query, key, transpose_b=True)
        return scores if self.scale is None else scores * self.scale

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "use_scale": self.use_scale}


class AdditiveAttention(BaseDenseAttention):
    """Additive attention (Bahdanau et al., 2015): scores are sums of ``tanh(query + key)``.

    Args:
        use_scale: whether weights of ``[size]`` scale the terms of the sums.
        **kwargs: ``causal``, and as for ``Layer``.
    """

    def __init__(self, use_scale: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale

    def build(self, input_shape: Any) -> None:
        """Makes the scale, ``[size]``."""
        size = ops.TensorShape(input_shape[1]).as_list()[-1]
        self.scale = (
            self.add_weight(
                name="scale", shape=[size], initializer="glorot_uniform", trainable=True
            )
            if self.use_scale
            else None
        )
        super().build(input_shape)

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        terms = ops.tanh(ops.expand_dims(query, axis=-2) + ops.expand_dims(key, axis=-3))
        return ops.reduce_sum(terms if self.scale is None else self.scale * terms, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "use_scale": self.use_scale}


def _check_lists(name: str, inputs: Any, mask: Any) -> None:
    if not isinstance(inputs, list):
        raise ValueError(
            f"{name} layer must be called on a list of inputs, namely [query, value] or "
            "[query, value, key]."
        )
    if len(inputs) < 2 or len(inputs) > 3:
        raise ValueError(
            f"{name} layer accepts inputs list of length 2 or 3, namely [query, value] or "
            f"[query, value, key]. Given length: {len(inputs)}"
        )
    if mask:
        if not isinstance(mask, list):
            raise ValueError(f"{name} layer mask must be a list, namely [query_mask, value_mask].")
        if len(mask) < 2 or len(mask) > len(inputs):
            raise ValueError(
                f"{name} layer mask must be a list of length 2, namely [query_mask, value_mask]. "
                f"Given length: {len(mask)}"
            )

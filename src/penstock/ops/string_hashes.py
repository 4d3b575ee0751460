"""Hashes and Base64 codes of strings."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import hashes
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import same_as_input
from penstock.ops.strings import mapped


# -- hashes ------------------------------------------------------------------------------------
def _hashed(function: Callable[[bytes], int], array: np.ndarray, buckets: int) -> np.ndarray:
    return mapped(lambda text: function(text) % buckets, array, np.int64)


@operation(
    "StringToHashBucket",
    inputs="string_tensor: string",
    outputs="output: int64",
    attrs="num_buckets: int >= 1",
)
class StringToHashBucket:
    gradient = None
    shape = same_as_input()

    def host(string_tensor: np.ndarray, *, num_buckets: int) -> np.ndarray:
        return _hashed(hashes.murmur64, string_tensor, num_buckets)


@operation(
    "StringToHashBucketFast",
    inputs="input: string",
    outputs="output: int64",
    attrs="num_buckets: int >= 1",
)
class StringToHashBucketFast:
    gradient = None
    shape = same_as_input()

    def host(input: np.ndarray, *, num_buckets: int) -> np.ndarray:  # noqa: A002
        return _hashed(hashes.fingerprint64, input, num_buckets)


@operation(
    "StringToHashBucketStrong",
    inputs="input: string",
    outputs="output: int64",
    attrs="num_buckets: int >= 1; key: list(int)",
)
class StringToHashBucketStrong:
    gradient = None
    shape = same_as_input()

    def host(input: np.ndarray, *, num_buckets: int, key: list[int]) -> np.ndarray:  # noqa: A002
        if len(key) != 2:
            raise invalid("Key must have 2 elements")
        return _hashed(lambda text: hashes.siphash24(text, (key[0], key[1])), input, num_buckets)


def string_to_hash_bucket(
    string_tensor: Any = None,
    num_buckets: int | None = None,
    name: str | None = None,
    input: Any = None,  # noqa: A002
) -> Tensor:
    """Strings as numbers below ``num_buckets`` (MurmurHash).

    Args:
        string_tensor: a string tensor.
        num_buckets: how many numbers there are.
        name: the operation's name.
        input: another name of ``string_tensor``.
    """
    value = input if string_tensor is None else string_tensor
    return apply("StringToHashBucket", value, name=name, num_buckets=num_buckets)


def string_to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Tensor:  # noqa: A002
    """Strings as numbers below ``num_buckets`` (FarmHash's ``Fingerprint64``)."""
    return apply("StringToHashBucketFast", input, name=name, num_buckets=num_buckets)


def string_to_hash_bucket_strong(
    input: Any,  # noqa: A002
    num_buckets: int,
    key: Any,
    name: str | None = None,
) -> Tensor:
    """Strings as numbers below ``num_buckets`` under a key of two numbers (SipHash-2-4)."""
    return apply(
        "StringToHashBucketStrong", input, name=name, num_buckets=num_buckets, key=list(key)
    )


# -- Base64 ------------------------------------------------------------------------------------
@operation(
    "Fingerprint", inputs="data: T, method: string", outputs="fingerprint: uint8", attrs="T: type"
)
class Fingerprint:
    gradient = None

    def shape(op: Any) -> TensorShape:  # noqa: N805
        rows = op.inputs[0].shape
        return TensorShape([None if rows.sizes is None else rows.sizes[0], 8])

    def host(data: np.ndarray, method: np.ndarray) -> Any:
        if method.item() != b"farmhash64":
            raise invalid(f"Unsupported fingerprint method: {method.item().decode()}")
        rows = []
        for row in data:
            if data.dtype == object:
                parts = np.ravel(row)
                if parts.size == 1:
                    number = hashes.fingerprint64(parts[0])
                else:
                    # Rows of several strings: the fingerprint of their fingerprints.
                    each = [hashes.fingerprint64(part).to_bytes(8, "little") for part in parts]
                    number = hashes.fingerprint64(b"".join(each))
            else:
                number = hashes.fingerprint64(np.ascontiguousarray(row).tobytes())
            rows.append(np.frombuffer(number.to_bytes(8, "little"), np.uint8))
        return np.stack(rows) if rows else np.zeros([0, 8], np.uint8)


def fingerprint(data: Any, method: Any = "farmhash64", name: str | None = None) -> Tensor:
    """Fingerprints of the rows of a tensor.

    Args:
        data: a tensor of one dimension or more. method: ``'farmhash64'``. name: the
            operation's name.

    Returns:
        ``[rows, 8]`` ``uint8``: 64-bit FarmHash fingerprints, least byte first.
    """
    return apply("Fingerprint", data, method, name=name)


def _decoded(text: bytes) -> bytes:
    bare = text.rstrip(b"=")
    if len(bare) % 4 == 1:
        raise invalid("Base64 string length cannot be 1 modulo 4.")
    if re.search(rb"[^A-Za-z0-9_-]", bare):
        raise invalid("Invalid character found in base64.")
    try:
        return base64.urlsafe_b64decode(bare + b"=" * (-len(bare) % 4))
    except binascii.Error as error:
        raise invalid(str(error)) from None


@operation(
    "EncodeBase64", inputs="input: string", outputs="output: string", attrs="pad: bool = false"
)
class EncodeBase64:
    gradient = None
    shape = same_as_input()

    def host(input: np.ndarray, *, pad: bool) -> np.ndarray:  # noqa: A002
        def encode(text: bytes) -> bytes:
            code = base64.urlsafe_b64encode(text)
            return code if pad else code.rstrip(b"=")

        return mapped(encode, input)


@operation("DecodeBase64", inputs="input: string", outputs="output: string")
class DecodeBase64:
    gradient = None
    shape = same_as_input()

    def host(input: np.ndarray) -> np.ndarray:  # noqa: A002
        return mapped(_decoded, input)


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Tensor:  # noqa: A002
    """Strings in web-safe Base64, padded with ``=`` if ``pad``."""
    return apply("EncodeBase64", input, name=name, pad=pad)


def decode_base64(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """Strings out of web-safe Base64, padded or not."""
    return apply("DecodeBase64", input, name=name)

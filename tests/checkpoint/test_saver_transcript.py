"""`tf.train.Saver` and what goes with it, against a transcript of TensorFlow 1.15.5."""

from __future__ import annotations

from pathlib import Path

import saver_transcript

import penstock as tf

GOLDEN = Path(__file__).parent.parent / "golden" / "saver_transcript.txt"


def test_it_does_and_says_what_tensorflow_does(tmp_path):
    """Names of files, `checkpoint` files, what is kept, graphs without training, errors."""
    found = saver_transcript.transcript(tf, str(tmp_path))
    expected = GOLDEN.read_text().removesuffix("\n").split("\n")
    for a, b in zip(found, expected):
        assert a == b
    assert len(found) == len(expected)

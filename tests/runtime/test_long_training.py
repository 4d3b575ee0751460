"""Hundreds of steps: memory stays as it is, and variables stay where they are."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import penstock as tf
from penstock.runtime import compiler


def resident_bytes() -> int:
    """How much memory the process has in use."""
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
    pytest.skip("the system doesn't say how much memory is in use")


def network() -> tuple[Any, dict[Any, Any]]:
    """A convolution, pooling and two dense layers, trained with Adam."""
    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.float32, [None, 10])
    w1 = tf.Variable(tf.truncated_normal([5, 5, 1, 16], stddev=0.1, seed=1))
    h = tf.nn.relu(tf.nn.conv2d(tf.reshape(x, [-1, 28, 28, 1]), w1, [1, 1, 1, 1], "SAME"))
    h = tf.nn.max_pool(h, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    w2 = tf.Variable(tf.truncated_normal([14 * 14 * 16, 128], stddev=0.1, seed=2))
    h = tf.nn.dropout(tf.nn.relu(tf.matmul(tf.reshape(h, [-1, 14 * 14 * 16]), w2)), 0.5)
    w3 = tf.Variable(tf.truncated_normal([128, 10], stddev=0.1, seed=3))
    b3 = tf.Variable(tf.zeros([10]))
    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=tf.matmul(h, w3) + b3)
    )
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    random = np.random.RandomState(0)
    images = random.rand(20, 784).astype(np.float32)
    return train, {x: images, y: np.eye(10, dtype=np.float32)[random.randint(0, 10, 20)]}


@pytest.mark.long
def test_memory_stays_flat() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        train, feeds = network()
        session.run(tf.global_variables_initializer())
        for _ in range(100):
            session.run(train, feeds)
        last = tf.trainable_variables()[-1]
        session.run(last)
        before = resident_bytes()
        for _ in range(600):
            session.run(train, feeds)
        session.run(last)
        assert resident_bytes() - before < 8 << 20


def test_donated_variables_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_direct", lambda compiled: compiled)
    with tf.Graph().as_default(), tf.Session() as session:
        train, feeds = network()
        session.run(tf.global_variables_initializer())
        session.run(train, feeds)
        plan = next(c.plan for c in session._calls.values() if c.feeds)
        (program,) = plan.clusters()[0]._programs.values()
        text = program.call.as_text()
        # Every variable, slot and counter comes out in the buffer in which it came in.
        header = text.split("\n", 1)[0]
        assert len(re.findall(r"may-alias|must-alias", header)) == len(program.donated)
        copies = re.findall(r"= f32\[([\d,]*)\]\S* copy\(", text)
        assert "3136,128" in text and "3136,128" not in copies

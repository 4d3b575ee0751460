"""Training steps in bare JAX: with JAX's own operations, and with Penstock's kernels.

    python benchmarks/kernel_steps.py cnn 25
    python benchmarks/kernel_steps.py alexnet 5

Variants run interleaved, so that a busy machine slows all of them alike. `jax` is what JAX and
XLA make of the model alone, `xla` uses Penstock's kernels without native code, `native` adds that,
and `ordered` also updates variables after their last use and runs Adam in one pass.
"""

from __future__ import annotations

import argparse
import functools
import os
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels import convolution, losses, normalization, pooling, products
from penstock.kernels.adam import adam
from penstock.kernels.ordering import after

Parameters = dict[str, jax.Array]
BETA1, BETA2, EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


class JaxKernels:
    """The model's operations as a JAX user writes them."""

    def conv(self, x: jax.Array, w: jax.Array, stride: int) -> jax.Array:
        layout = ("NHWC", "HWIO", "NHWC")
        return lax.conv_general_dilated(x, w, (stride, stride), "SAME", dimension_numbers=layout)

    def pool(self, x: jax.Array, size: int) -> jax.Array:
        return lax.reduce_window(x, -np.inf, lax.max, (1, size, size, 1), (1, 2, 2, 1), "SAME")

    def lrn(self, x: jax.Array) -> jax.Array:
        squares = lax.reduce_window(x * x, 0.0, lax.add, (1, 1, 1, 11), (1, 1, 1, 1), "SAME")
        return x * (1 + squares) ** -0.5

    def dense(self, x: jax.Array, w: jax.Array) -> jax.Array:
        return x @ w

    def loss(self, logits: jax.Array, labels: jax.Array) -> jax.Array:
        return -jnp.sum(labels * jax.nn.log_softmax(logits))


class PenstockKernels(JaxKernels):
    """The same operations, each with Penstock's gradient."""

    def conv(self, x: jax.Array, w: jax.Array, stride: int) -> jax.Array:
        at = ((1, stride, stride, 1), "SAME")

        @jax.custom_vjp
        def conv(x: jax.Array, w: jax.Array) -> jax.Array:
            return convolution.conv2d(x, w, *at)

        def backward(saved: Any, dy: jax.Array) -> Any:
            x, w = saved
            return (
                convolution.conv2d_backprop_input(x.shape, w, dy, *at),
                convolution.conv2d_backprop_filter(x, w.shape, dy, *at),
            )

        conv.defvjp(lambda x, w: (conv(x, w), (x, w)), backward)
        return conv(x, w)

    def pool(self, x: jax.Array, size: int) -> jax.Array:
        at = ((1, size, size, 1), (1, 2, 2, 1), "SAME")

        @jax.custom_vjp
        def pool(x: jax.Array) -> jax.Array:
            return pooling.max_pool(x, *at)

        def forward(x: jax.Array) -> Any:
            y = pool(x)
            return y, (x, y)

        pool.defvjp(forward, lambda saved, dy: (pooling.max_pool_grad(*saved, dy, *at),))
        return pool(x)

    def lrn(self, x: jax.Array) -> jax.Array:
        @jax.custom_vjp
        def lrn(x: jax.Array) -> jax.Array:
            return normalization.lrn(x)

        def forward(x: jax.Array) -> Any:
            y = lrn(x)
            return y, (x, y)

        lrn.defvjp(forward, lambda saved, dy: (normalization.lrn_grad(dy, *saved),))
        return lrn(x)

    def dense(self, x: jax.Array, w: jax.Array) -> jax.Array:
        @jax.custom_vjp
        def dense(x: jax.Array, w: jax.Array) -> jax.Array:
            return products.matmul(x, w)

        def backward(saved: Any, dy: jax.Array) -> Any:
            x, w = saved
            return products.matmul(dy, w, transpose_b=True), products.matmul(x, dy, True)

        dense.defvjp(lambda x, w: (dense(x, w), (x, w)), backward)
        return dense(x, w)

    def loss(self, logits: jax.Array, labels: jax.Array) -> jax.Array:
        @jax.custom_vjp
        def loss(logits: jax.Array) -> jax.Array:
            return jnp.sum(losses.softmax_cross_entropy_with_logits(logits, labels)[0])

        def forward(logits: jax.Array) -> Any:
            each, slope = losses.softmax_cross_entropy_with_logits(logits, labels)
            return jnp.sum(each), slope

        loss.defvjp(forward, lambda slope, scale: (slope * scale,))
        return loss(logits)


def dropout(x: jax.Array, key: jax.Array) -> jax.Array:
    return jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x * 2, 0)


def cnn(k: JaxKernels, p: Parameters, x: jax.Array, y: jax.Array, key: jax.Array) -> jax.Array:
    h = x.reshape(-1, 28, 28, 1)
    h = k.pool(jax.nn.relu(k.conv(h, p["w1"], 1) + p["b1"]), 2)
    h = k.pool(jax.nn.relu(k.conv(h, p["w2"], 1) + p["b2"]), 2)
    h = jax.nn.relu(k.dense(h.reshape(-1, 3136), p["w3"]) + p["b3"])
    return k.loss(k.dense(dropout(h, key), p["w4"]) + p["b4"], y) / x.shape[0]


def alexnet(k: JaxKernels, p: Parameters, x: jax.Array, y: jax.Array, key: jax.Array) -> jax.Array:
    h = x.reshape(-1, 224, 224, 3)
    h = k.pool(k.lrn(jax.nn.relu(k.conv(h, p["w1"], 4) + p["b1"])), 3)
    h = k.pool(k.lrn(jax.nn.relu(k.conv(h, p["w2"], 1) + p["b2"])), 3)
    for i in (3, 4, 5):
        h = jax.nn.relu(k.conv(h, p[f"w{i}"], 1) + p[f"b{i}"])
    h = k.pool(h, 3).reshape(-1, 12544)
    for i, part in zip((6, 7), jax.random.split(key), strict=True):
        h = dropout(jax.nn.relu(k.dense(h, p[f"w{i}"]) + p[f"b{i}"]), part)
    return k.loss(jax.nn.softmax(k.dense(h, p["w8"]) + p["b8"]), y)


FILTERS = {
    "cnn": [(5, 5, 1, 32), (5, 5, 32, 64), (3136, 1024), (1024, 10)],
    "alexnet": [
        (11, 11, 3, 96),
        (5, 5, 96, 256),
        (3, 3, 256, 384),
        (3, 3, 384, 384),
        (3, 3, 384, 256),
        (12544, 4096),
        (4096, 4096),
        (4096, 1000),
    ],
}
MODELS: dict[str, tuple[Callable[..., jax.Array], int, int, int]] = {
    "cnn": (cnn, 50, 784, 10),
    "alexnet": (alexnet, 10, 224 * 224 * 3, 1000),
}


def initial(name: str) -> Parameters:
    rng = np.random.default_rng(0)
    parameters = {}
    for i, shape in enumerate(FILTERS[name], 1):
        scale = np.float32(1 / np.sqrt(np.prod(shape[:-1])))
        parameters[f"w{i}"] = jnp.asarray(rng.standard_normal(shape, dtype=np.float32) * scale)
        parameters[f"b{i}"] = jnp.full(shape[-1], np.float32(0.1))
    return parameters


def make_step(model: Callable[..., jax.Array], kernels: JaxKernels, ordered: bool) -> Any:
    def plain(
        w: jax.Array, m: jax.Array, v: jax.Array, rate: jax.Array, g: jax.Array
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        m = m + (g - m) * (1 - BETA1)
        v = v + (g * g - v) * (1 - BETA2)
        return w - rate * m / (jnp.sqrt(v) + EPSILON), m, v

    def step(state: Any, x: jax.Array, y: jax.Array, key: jax.Array) -> Any:
        parameters, mean, square, count = state
        loss, gradients = jax.value_and_grad(lambda p: model(kernels, p, x, y, key))(parameters)
        count = count + 1
        rate = np.float32(1e-4) * jnp.sqrt(1 - BETA2**count) / (1 - BETA1**count)
        if ordered:
            # The first layer's gradient comes last, after every use of every weight.
            rate = after(rate, gradients["w1"])
        made = {}
        for name, g in gradients.items():
            w, m, v = parameters[name], mean[name], square[name]
            if ordered:
                made[name] = adam(w, m, v, rate, BETA1, BETA2, EPSILON, g)
            else:
                made[name] = plain(w, m, v, rate, g)
        new = [{name: values[i] for name, values in made.items()} for i in range(3)]
        return (*new, count), loss

    return jax.jit(step, donate_argnums=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("steps", type=int, nargs="?", default=15)
    parser.add_argument("--variants", default="jax,xla,native,ordered")
    arguments = parser.parse_args()
    model, batch, pixels, classes = MODELS[arguments.model]
    rng = np.random.default_rng(1)
    x = rng.random((batch, pixels), dtype=np.float32)
    y = np.eye(classes, dtype=np.float32)[rng.integers(0, classes, batch)]
    key = jax.random.key(0)
    steps, states, losses_ = {}, {}, {}
    for name in arguments.variants.split(","):
        os.environ["PENSTOCK_NATIVE"] = "0" if name == "xla" else ""
        kernels = JaxKernels() if name == "jax" else PenstockKernels()
        steps[name] = make_step(model, kernels, name == "ordered")
        p = initial(arguments.model)
        zeros = functools.partial(jax.tree.map, jnp.zeros_like)
        states[name] = (p, zeros(p), zeros(p), jnp.float32(0))
        states[name], _ = jax.block_until_ready(steps[name](states[name], x, y, key))
    wall: dict[str, list[float]] = {name: [] for name in steps}
    cpu: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(arguments.steps):
        for name, step in steps.items():
            start, busy = time.perf_counter(), time.process_time()
            states[name], losses_[name] = jax.block_until_ready(step(states[name], x, y, key))
            wall[name].append(time.perf_counter() - start)
            cpu[name].append(time.process_time() - busy)
    first = next(iter(steps))
    for name in steps:
        print(
            f"{arguments.model} {name:8} wall {1e3 * np.median(wall[name]):8.1f} ms "
            f"(least {1e3 * min(wall[name]):.1f})  cpu {1e3 * np.median(cpu[name]):8.1f} ms  "
            f"ratio wall {np.median(wall[first]) / np.median(wall[name]):.2f} "
            f"cpu {np.median(cpu[first]) / np.median(cpu[name]):.2f}  "
            f"loss {float(losses_[name]):.5f}"
        )


if __name__ == "__main__":
    main()

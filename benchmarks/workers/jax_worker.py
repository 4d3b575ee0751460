"""The workloads in JAX: one jitted step, parameters and slots donated.

python jax_worker.py WORKLOAD
"""

from __future__ import annotations

import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from protocol import data, serve

WORKLOAD = sys.argv[1]
SHAPES = {
    "softmax": [(784, 10)],
    "cnn": [(5, 5, 1, 32), (5, 5, 32, 64), (3136, 1024), (1024, 10)],
    "alexnet": [
        (11, 11, 3, 96), (5, 5, 96, 256), (3, 3, 256, 384), (3, 3, 384, 384), (3, 3, 384, 256),
        (12544, 4096), (4096, 4096), (4096, 1000),
    ],
}  # fmt: skip


def convolved(x: Any, layer: Any, stride: int = 1) -> Any:
    w, b = layer
    dimensions = ("NHWC", "HWIO", "NHWC")
    return jax.nn.relu(
        lax.conv_general_dilated(x, w, (stride, stride), "SAME", dimension_numbers=dimensions) + b
    )


def pool(x: Any, size: int) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, 2, 2, 1), "SAME")


def normalized(x: Any) -> Any:
    around = lax.reduce_window(x * x, 0.0, lax.add, (1, 1, 1, 11), (1, 1, 1, 1), "SAME")
    return x / jnp.sqrt(1 + around)


def dropped(key: Any, x: Any) -> Any:
    return jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x * 2, 0.0)


def logits(parameters: Any, x: Any, key: Any) -> Any:
    if WORKLOAD == "softmax":
        w, b = parameters[0]
        return x @ w + b
    first, second = jax.random.split(key)
    if WORKLOAD == "cnn":
        h = pool(convolved(x.reshape(-1, 28, 28, 1), parameters[0]), 2)
        h = pool(convolved(h, parameters[1]), 2).reshape(-1, 3136)
    else:
        h = pool(normalized(convolved(x.reshape(-1, 224, 224, 3), parameters[0], 4)), 3)
        h = pool(normalized(convolved(h, parameters[1])), 3)
        h = convolved(convolved(h, parameters[2]), parameters[3])
        h = pool(convolved(h, parameters[4]), 3).reshape(-1, 12544)
        w, b = parameters[-3]
        h = dropped(second, jax.nn.relu(h @ w + b))
    w, b = parameters[-2]
    h = dropped(first, jax.nn.relu(h @ w + b))
    w, b = parameters[-1]
    return h @ w + b


def loss(parameters: Any, x: Any, y: Any, key: Any) -> Any:
    return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(logits(parameters, x, key)), 1))


def sgd(state: Any, x: Any, y: Any) -> Any:
    gradient = jax.grad(loss)(state, x, y, None)
    return jax.tree.map(lambda p, g: p - 0.5 * g, state, gradient)


def adam(state: Any, x: Any, y: Any) -> Any:
    parameters, m, v, t, key = state
    key, now = jax.random.split(key)
    g = jax.grad(loss)(parameters, x, y, now)
    t = t + 1
    rate = 1e-4 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
    v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
    parameters = jax.tree.map(lambda p, a, b: p - rate * a / (jnp.sqrt(b) + 1e-8), parameters, m, v)
    return parameters, m, v, t, key


def main() -> None:
    held: list[Any] = []
    if WORKLOAD == "neuron":
        held.append(jnp.float32(0.8))
        jitted = jax.jit(lambda w: w - 0.025 * jax.grad(lambda w: (w * 1.0) ** 2)(w),
                         donate_argnums=0)  # fmt: skip

        def step() -> None:
            held[0] = jitted(held[0])
    else:
        random = np.random.RandomState(0)
        parameters = [
            (jnp.asarray(random.randn(*s) * 0.1, jnp.float32), jnp.full(s[-1], 0.1, jnp.float32))
            for s in SHAPES[WORKLOAD]
        ]
        x, y = data(WORKLOAD)
        if WORKLOAD == "softmax":
            held.append(parameters)
            jitted = jax.jit(sgd, donate_argnums=0)
        else:
            zeros = jax.tree.map(jnp.zeros_like, parameters)
            more = jax.tree.map(jnp.zeros_like, parameters)
            held.append((parameters, zeros, more, jnp.float32(0), jax.random.PRNGKey(0)))
            jitted = jax.jit(adam, donate_argnums=0)

        def step() -> None:
            held[0] = jitted(held[0], x, y)

    serve(f"jax {jax.__version__}", step, lambda: jax.block_until_ready(held[0]))


main()

"""One model on several GPUs."""

from __future__ import annotations

from typing import Any

from penstock.graph.scopes import device
from penstock.keras import tensor_ops as ops
from penstock.runtime.device_lib import list_local_devices


def _available() -> list[str]:
    names = [d.name.replace("/device:", "/").lower() for d in list_local_devices()]
    return [f"/{name.rpartition('/')[2]}" for name in names]


def multi_gpu_model(model: Any, gpus: Any = None, cpu_merge: bool = True,
                    cpu_relocation: bool = False) -> Any:  # fmt: skip
    """A model that shares each batch out among GPUs, each with the same weights.

    Args:
        model: the model. gpus: how many GPUs, or a list of their numbers; all by default.
        cpu_merge: put the parts of the outputs together on the CPU, else on the first GPU.
        cpu_relocation: make the model anew, with its weights on the CPU.

    Returns:
        A ``Model`` with the inputs and outputs of ``model``.

    Raises:
        ValueError: for fewer than two GPUs, or more than there are.
    """
    from penstock.keras.engine.training import Model
    from penstock.keras.layers.core import Lambda
    from penstock.keras.layers.merge import concatenate
    from penstock.keras.models import clone_model

    available = _available()
    if not gpus:
        # All of them.
        gpus = len([name for name in available if name.startswith("/gpu")])
        if gpus <= 1:
            return model
    if isinstance(gpus, (list, tuple)):
        if len(gpus) <= 1:
            raise ValueError(
                "For multi-gpu usage to be effective, call `multi_gpu_model` with `len(gpus) >= "
                f"2`. Received: `gpus={gpus}`"
            )
        numbers = list(gpus)
    else:
        if gpus <= 1:
            raise ValueError(
                "For multi-gpu usage to be effective, call `multi_gpu_model` with `gpus >= 2`. "
                f"Received: `gpus={gpus}`"
            )
        numbers = list(range(gpus))
    wanted = ["/cpu:0", *(f"/gpu:{i}" for i in numbers)]
    if any(name not in available for name in wanted):
        raise ValueError(
            f"To call `multi_gpu_model` with `gpus={gpus}`, we expect the following devices to be "
            f"available: {wanted}. However this machine only has: {available}. Try reducing "
            "`gpus`."
        )

    def part(data: Any, number: int, parts: int) -> Any:
        shape = ops.shape(data)
        size = shape[0] // parts
        count = shape[0] - size * number if number == parts - 1 else size
        return ops.slice(
            data,
            ops.concat([[size * number], ops.zeros_like(shape[1:])], axis=0),
            ops.concat([[count], shape[1:]], axis=0),
        )

    if cpu_relocation:
        with device("/cpu:0"):
            model = clone_model(model)
    outputs: list[list[Any]] = [[] for _ in model.outputs]
    for number, gpu in enumerate(numbers):
        with device(f"/gpu:{gpu}"), ops.name_scope(f"replica_{gpu}"):
            inputs = []
            for tensor in model.inputs:
                with device(tensor.device):
                    given = Lambda(
                        part, output_shape=tuple(tensor.shape.as_list())[1:],
                        arguments={"number": number, "parts": len(numbers)},
                    )(tensor)  # fmt: skip
                    inputs.append(given)
            found = model(inputs[0] if len(inputs) == 1 else inputs)
            for i, output in enumerate(found if isinstance(found, list) else [found]):
                outputs[i].append(output)
    with device("/cpu:0" if cpu_merge else f"/gpu:{numbers[0]}"):
        merged = [
            concatenate(parts, axis=0, name=name)
            for name, parts in zip(model.output_names, outputs)
        ]
    return Model(model.inputs, merged)

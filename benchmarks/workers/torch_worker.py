"""The workloads in PyTorch, eager.

python torch_worker.py WORKLOAD
"""

from __future__ import annotations

import sys

import torch
from protocol import data, serve
from torch import nn

WORKLOAD = sys.argv[1]


def images_as(shape: tuple[int, ...]) -> nn.Module:
    return nn.Unflatten(1, shape)


def model() -> nn.Module:
    if WORKLOAD == "softmax":
        return nn.Linear(784, 10)
    if WORKLOAD == "cnn":
        return nn.Sequential(
            images_as((1, 28, 28)),
            nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10),
        )  # fmt: skip
    return nn.Sequential(
        images_as((3, 224, 224)),
        nn.Conv2d(3, 96, 11, 4, padding=4), nn.ReLU(), nn.LocalResponseNorm(11),
        nn.MaxPool2d(3, 2, padding=1),
        nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.LocalResponseNorm(11),
        nn.MaxPool2d(3, 2, padding=1),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1),
        nn.Flatten(), nn.Linear(12544, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000),
    )  # fmt: skip


def main() -> None:
    if WORKLOAD == "neuron":
        w = torch.tensor(0.8, requires_grad=True)
        optimizer: torch.optim.Optimizer = torch.optim.SGD([w], 0.025)

        def step() -> None:
            optimizer.zero_grad()
            (w * 1.0).pow(2).backward()
            optimizer.step()
    else:
        net = model()
        x, y = (torch.from_numpy(a) for a in data(WORKLOAD))
        loss = nn.CrossEntropyLoss()
        if WORKLOAD == "softmax":
            optimizer = torch.optim.SGD(net.parameters(), 0.5)
        else:
            optimizer = torch.optim.Adam(net.parameters(), 1e-4)

        def step() -> None:
            optimizer.zero_grad()
            loss(net(x), y).backward()
            optimizer.step()

    serve(f"torch {torch.__version__}", step, lambda: None)


main()

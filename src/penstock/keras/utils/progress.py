"""``keras.utils.Progbar``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np


class Progbar:
    """A progress bar with the averages of values.

    Args:
        target: the number of steps; ``None`` when it isn't known.
        width: the bar's width. verbose: 1 for a bar, 2 for one line at the end, 0 for nothing.
        stateful_metrics: names of values that are shown as they are, not averaged.
        interval: the least number of seconds between two updates.
        unit_name: what a step is called.
    """

    def __init__(self, target: int | None, width: int = 30, verbose: int = 1,
                 interval: float = 0.05, stateful_metrics: Any = None,
                 unit_name: str = "step") -> None:  # fmt: skip
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self._dynamic_display = (
            (hasattr(sys.stdout, "isatty") and sys.stdout.isatty())
            or "ipykernel" in sys.modules
            or "posix" in sys.modules
            or "PYCHARM_HOSTED" in os.environ
        )
        self._total_width = 0
        self._seen_so_far = 0
        self._values: dict[str, Any] = {}
        self._start = time.time()
        self._last_update = 0.0

    def update(self, current: int, values: Sequence[tuple[str, Any]] | None = None,
               finalize: bool | None = None) -> None:  # fmt: skip
        """Shows step ``current``.

        Args:
            current: the step. values: pairs of a name and a value.
            finalize: whether this is the last update; found out when left out.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            if name in self.stateful_metrics:
                self._values[name] = value
            elif name in self._values:
                held = self._values[name]
                weight = max(current - self._seen_so_far, 1)
                held[0] += value * weight
                held[1] += weight
            else:
                weight = max(current - self._seen_so_far, 1)
                self._values[name] = [value * weight, weight]
        self._seen_so_far = current
        now = time.time()
        if self.verbose == 1:
            if now - self._last_update < self.interval and not finalize:
                return
            self._show_bar(current, now, finalize)
        elif self.verbose == 2 and finalize:
            digits = len(str(self.target)) if self.target else 1
            shown = f"{current:{digits}d}/{self.target}" if self.target else str(current)
            sys.stdout.write(f"{shown} - {now - self._start:.0f}s{self._shown_values()}\n")
            sys.stdout.flush()
        self._last_update = now

    def _show_bar(self, current: int, now: float, finalize: bool) -> None:
        before = self._total_width
        out = "\b" * before + "\r" if self._dynamic_display else "\n"
        if self.target is None:
            bar = f"{current:7d}/Unknown"
        else:
            digits = int(np.log10(max(self.target, 1))) + 1
            done = int(self.width * float(current) / max(self.target, 1))
            head = "" if done == 0 else "=" * (done - 1) + (">" if current < self.target else "=")
            bar = f"{current:{digits}d}/{self.target} [{head}{'.' * (self.width - done)}]"
        each = (now - self._start) / current if current else 0
        if self.target is None or finalize:
            info = f" - {now - self._start:.0f}s"
            if each >= 1 or each == 0:
                info += f" {each:.0f}s/{self.unit_name}"
            elif each >= 1e-3:
                info += f" {each * 1e3:.0f}ms/{self.unit_name}"
            else:
                info += f" {each * 1e6:.0f}us/{self.unit_name}"
        else:
            left = each * (self.target - current)
            if left > 3600:
                text = f"{left // 3600:.0f}:{(left % 3600) // 60:02.0f}:{left % 60:02.0f}"
            elif left > 60:
                text = f"{left // 60:.0f}:{left % 60:02.0f}"
            else:
                text = f"{left:.0f}s"
            info = f" - ETA: {text}"
        info += self._shown_values()
        self._total_width = len(bar) + len(info)
        if before > self._total_width:
            info += " " * (before - self._total_width)
        sys.stdout.write(out + bar + info + ("\n" if finalize else ""))
        sys.stdout.flush()

    def _shown_values(self) -> str:
        text = ""
        for name, held in self._values.items():
            value = held
            if isinstance(held, list):
                value = np.mean(held[0] / max(1, held[1]))
            if isinstance(value, str):
                text += f" - {name}: {value}"
            else:
                text += f" - {name}: " + (f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}")
        return text

    def add(self, n: int, values: Any = None) -> None:
        """``n`` steps more."""
        self.update(self._seen_so_far + n, values)

"""The version of Keras whose interface this is."""

from __future__ import annotations

__version__ = "2.2.4-tf"

"""Checkpoint files: tensor bundles (V2), the older tables (V1), and the `checkpoint` file.

These are the file formats alone, on NumPy arrays; nothing here knows of graphs or sessions.
"""

from __future__ import annotations

from penstock.checkpoint.bundle_reader import BundleReader as BundleReader
from penstock.checkpoint.bundle_writer import BundleWriter as BundleWriter
from penstock.checkpoint.bundle_writer import merge_bundles as merge_bundles
from penstock.checkpoint.reader import CheckpointReader as CheckpointReader
from penstock.checkpoint.slices import TensorSlice as TensorSlice
from penstock.checkpoint.slices import parse_shape_and_slice as parse_shape_and_slice
from penstock.checkpoint.state import checkpoint_exists as checkpoint_exists
from penstock.checkpoint.state import (
    generate_checkpoint_state_proto as generate_checkpoint_state_proto,
)
from penstock.checkpoint.state import get_checkpoint_mtimes as get_checkpoint_mtimes
from penstock.checkpoint.state import get_checkpoint_state as get_checkpoint_state
from penstock.checkpoint.state import latest_checkpoint as latest_checkpoint
from penstock.checkpoint.state import remove_checkpoint as remove_checkpoint
from penstock.checkpoint.state import update_checkpoint_state as update_checkpoint_state
from penstock.checkpoint.v1 import V1Reader as V1Reader
from penstock.checkpoint.v1 import V1Writer as V1Writer

"""Models and weights in files: HDF5, ``.keras`` archives (read) and TensorFlow checkpoints."""

from __future__ import annotations

from penstock.keras.saving.configs import model_from_config as model_from_config
from penstock.keras.saving.configs import model_from_json as model_from_json
from penstock.keras.saving.configs import model_from_yaml as model_from_yaml
from penstock.keras.saving.files import load_model as load_model
from penstock.keras.saving.files import load_weights as load_weights
from penstock.keras.saving.files import save_model as save_model
from penstock.keras.saving.files import save_weights as save_weights

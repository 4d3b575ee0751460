"""``tf.saved_model.loader``: reading SavedModels."""

from penstock.checkpoint.saved_model.loader import load as load
from penstock.checkpoint.saved_model.loader import (
    maybe_saved_model_directory as maybe_saved_model_directory,
)

"""``tf.saved_model.builder``: writing SavedModels."""

from penstock.checkpoint.saved_model.builder import SavedModelBuilder as SavedModelBuilder

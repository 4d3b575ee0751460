"""``tf.contrib.layers``."""

"""``tf.contrib.framework``."""

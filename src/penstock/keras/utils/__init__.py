"""``keras.utils``."""

"""The public namespaces: ``penstock.api.v1`` is what a TensorFlow 1.x program calls ``tf``."""

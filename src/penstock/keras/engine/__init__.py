"""The engine: layers, networks of layers, and their training."""

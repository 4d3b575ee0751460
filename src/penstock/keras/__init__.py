"""Keras on the graph: layers, models, and training through sessions."""

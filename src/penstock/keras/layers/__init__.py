"""``keras.layers``: one module per family."""

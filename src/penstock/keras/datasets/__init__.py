"""``keras.datasets``: loaders that keep their files in Keras's folder."""

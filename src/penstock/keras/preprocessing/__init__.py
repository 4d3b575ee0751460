"""``keras.preprocessing``: images, texts and sequences made ready for models."""

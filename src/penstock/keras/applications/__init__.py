"""``keras.applications``: well-known architectures for images."""

"""``keras.datasets``: small data sets, downloaded once and kept in Keras's folder."""

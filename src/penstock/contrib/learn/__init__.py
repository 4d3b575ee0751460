"""``tf.contrib.learn``: its preprocessing of texts and categories, data sets and small records."""

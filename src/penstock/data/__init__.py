"""Input data: the `tf.data` pipelines and the data sets of the tutorials."""

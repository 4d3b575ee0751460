"""``tf.estimator``: models as functions, trained, evaluated and asked in loops made for them."""

"""``tf.contrib.rnn``."""

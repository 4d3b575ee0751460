"""Fake quantization."""
import numpy as np

from cases import Family, floats

cases = Family("quantization")
X = np.array([-10.0, -6.1, -1.234, 0.0, 0.017, 0.5, 3.3, 5.99, 7.0], np.float32)
OFF = dict(numeric=False)
cases.add("args", lambda tf, x: [tf.fake_quant_with_min_max_args(x), tf.fake_quant_with_min_max_args(x, min=-1, max=3, num_bits=4, narrow_range=True)], X, **OFF)
cases.add("vars", lambda tf, x, a, b: tf.fake_quant_with_min_max_vars(x, a, b), X, np.float32(-1), np.float32(3.3), **OFF)
cases.add("vars_positive", lambda tf, x: [tf.fake_quant_with_min_max_vars(x, 1.0, 3.0), tf.fake_quant_with_min_max_vars(x, -3.0, -1.0), tf.fake_quant_with_min_max_vars(x, 0.0, 0.0)], X, **OFF)
cases.add("per_channel", lambda tf, x, a, b: tf.fake_quant_with_min_max_vars_per_channel(x, a, b), floats(4, 2), np.array([-1, 0], np.float32), np.array([1, 0.5], np.float32), **OFF)
cases.add("round_trip", lambda tf, x: [tf.quantization.quantize_and_dequantize(x, -4.0, 4.0, range_given=True), tf.quantization.quantize_and_dequantize(x, 0.0, 0.0), tf.quantization.quantize_and_dequantize(x, 0.0, 6.0, signed_input=False, range_given=True, num_bits=4)], X, **OFF)

"""``tf.quantization``: rounding to quantized values."""

from penstock.ops.quantization import fake_quant_with_min_max_args as fake_quant_with_min_max_args
from penstock.ops.quantization import (
    fake_quant_with_min_max_args_gradient as fake_quant_with_min_max_args_gradient,
)
from penstock.ops.quantization import fake_quant_with_min_max_vars as fake_quant_with_min_max_vars
from penstock.ops.quantization import (
    fake_quant_with_min_max_vars_gradient as fake_quant_with_min_max_vars_gradient,
)
from penstock.ops.quantization import (
    fake_quant_with_min_max_vars_per_channel as fake_quant_with_min_max_vars_per_channel,
)
from penstock.ops.quantization import (
    fake_quant_with_min_max_vars_per_channel_gradient as fake_quant_with_min_max_vars_per_channel_gradient,  # noqa: E501
)
from penstock.ops.quantization import quantize_and_dequantize as quantize_and_dequantize

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

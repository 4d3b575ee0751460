"""``tf.compat``: bytes and text, kinds of numbers; ``tf.compat.v1``."""

from penstock.api import v1 as v1
from penstock.platform.compat import as_bytes as as_bytes
from penstock.platform.compat import as_str as as_str
from penstock.platform.compat import as_str_any as as_str_any
from penstock.platform.compat import as_text as as_text
from penstock.platform.compat import bytes_or_text_types as bytes_or_text_types
from penstock.platform.compat import complex_types as complex_types
from penstock.platform.compat import forward_compatibility_horizon as forward_compatibility_horizon
from penstock.platform.compat import forward_compatible as forward_compatible
from penstock.platform.compat import integral_types as integral_types
from penstock.platform.compat import path_to_str as path_to_str
from penstock.platform.compat import real_types as real_types
from penstock.graph.shapes import dimension_at_index as dimension_at_index
from penstock.graph.shapes import dimension_value as dimension_value

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.dtypes``: data types and casts."""

from penstock.graph.dtypes import QUANTIZED_DTYPES as QUANTIZED_DTYPES
from penstock.graph.dtypes import DType as DType
from penstock.graph.dtypes import as_dtype as as_dtype
from penstock.graph.dtypes import bfloat16 as bfloat16
from penstock.graph.dtypes import bool as bool
from penstock.graph.dtypes import complex64 as complex64
from penstock.graph.dtypes import complex128 as complex128
from penstock.graph.dtypes import double as double
from penstock.graph.dtypes import float16 as float16
from penstock.graph.dtypes import float32 as float32
from penstock.graph.dtypes import float64 as float64
from penstock.graph.dtypes import half as half
from penstock.graph.dtypes import int8 as int8
from penstock.graph.dtypes import int16 as int16
from penstock.graph.dtypes import int32 as int32
from penstock.graph.dtypes import int64 as int64
from penstock.graph.dtypes import qint8 as qint8
from penstock.graph.dtypes import qint16 as qint16
from penstock.graph.dtypes import qint32 as qint32
from penstock.graph.dtypes import quint8 as quint8
from penstock.graph.dtypes import quint16 as quint16
from penstock.graph.dtypes import resource as resource
from penstock.graph.dtypes import string as string
from penstock.graph.dtypes import uint8 as uint8
from penstock.graph.dtypes import uint16 as uint16
from penstock.graph.dtypes import uint32 as uint32
from penstock.graph.dtypes import uint64 as uint64
from penstock.graph.dtypes import variant as variant
from penstock.ops.casts import cast as cast
from penstock.ops.casts import complex as complex
from penstock.ops.casts import saturate_cast as saturate_cast
from penstock.ops.string_numbers import as_string as as_string

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.keras.preprocessing.sequence``."""

from penstock.keras.preprocessing.sequence import TimeseriesGenerator as TimeseriesGenerator
from penstock.keras.preprocessing.sequence import make_sampling_table as make_sampling_table
from penstock.keras.preprocessing.sequence import pad_sequences as pad_sequences
from penstock.keras.preprocessing.sequence import skipgrams as skipgrams
from penstock.keras.preprocessing.sequence import (
    timeseries_generator_from_json as timeseries_generator_from_json,
)

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

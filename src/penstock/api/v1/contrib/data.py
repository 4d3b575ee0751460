"""``tf.contrib.data``: what ``tf.data.experimental`` was called before."""

from penstock.data.dataset import AUTOTUNE as AUTOTUNE
from penstock.data.experimental import Counter as Counter
from penstock.data.experimental import enumerate_dataset as enumerate_dataset
from penstock.data.experimental import get_single_element as get_single_element
from penstock.data.experimental import ignore_errors as ignore_errors
from penstock.data.experimental import map_and_batch as map_and_batch
from penstock.data.experimental import parallel_interleave as parallel_interleave
from penstock.data.experimental import prefetch_to_device as prefetch_to_device
from penstock.data.experimental import shuffle_and_repeat as shuffle_and_repeat
from penstock.data.experimental import unbatch as unbatch
from penstock.data.records import TFRecordWriter as TFRecordWriter

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.data``: datasets and iterators."""

from penstock.api.v1 import data_experimental as experimental
from penstock.data.dataset import Dataset as Dataset
from penstock.data.dataset import FixedLengthRecordDataset as FixedLengthRecordDataset
from penstock.data.dataset import Options as Options
from penstock.data.dataset import TFRecordDataset as TFRecordDataset
from penstock.data.dataset import TextLineDataset as TextLineDataset
from penstock.data.dataset import get_output_classes as get_output_classes
from penstock.data.dataset import get_output_shapes as get_output_shapes
from penstock.data.dataset import get_output_types as get_output_types
from penstock.data.iterator import Iterator as Iterator
from penstock.data.iterator import make_initializable_iterator as make_initializable_iterator
from penstock.data.iterator import make_one_shot_iterator as make_one_shot_iterator

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

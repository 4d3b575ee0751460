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
from penstock.data.experimental_datasets import Reducer as Reducer
from penstock.data.experimental_datasets import (
    bucket_by_sequence_length as bucket_by_sequence_length,
)
from penstock.data.experimental_datasets import choose_from_datasets as choose_from_datasets
from penstock.data.experimental_datasets import dense_to_sparse_batch as dense_to_sparse_batch
from penstock.data.experimental_datasets import group_by_reducer as group_by_reducer
from penstock.data.experimental_datasets import group_by_window as group_by_window
from penstock.data.experimental_datasets import rejection_resample as rejection_resample
from penstock.data.experimental_datasets import sample_from_datasets as sample_from_datasets
from penstock.data.experimental_datasets import scan as scan
from penstock.data.experimental_datasets import unique as unique
from penstock.data.csv_datasets import CsvDataset as CsvDataset
from penstock.data.csv_datasets import (
    make_batched_features_dataset as make_batched_features_dataset,
)
from penstock.data.csv_datasets import make_csv_dataset as make_csv_dataset

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

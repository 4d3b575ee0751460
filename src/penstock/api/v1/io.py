"""``tf.io``: files, records and what is in them."""

from penstock.api.v1 import io_gfile as gfile
from penstock.data.records import TFRecordCompressionType as TFRecordCompressionType
from penstock.data.records import TFRecordOptions as TFRecordOptions
from penstock.data.records import TFRecordWriter as TFRecordWriter
from penstock.data.records import tf_record_iterator as tf_record_iterator
from penstock.checkpoint.graph_files import write_graph as write_graph
from penstock.ops.examples import FixedLenFeature as FixedLenFeature
from penstock.ops.examples import FixedLenSequenceFeature as FixedLenSequenceFeature
from penstock.ops.examples import SparseFeature as SparseFeature
from penstock.ops.examples import VarLenFeature as VarLenFeature
from penstock.compat.old_examples import parse_example as parse_example
from penstock.ops.examples import parse_sequence_example as parse_sequence_example
from penstock.compat.old_examples import parse_single_example as parse_single_example
from penstock.ops.examples import parse_single_sequence_example as parse_single_sequence_example
from penstock.ops.files import match_filenames_once as match_filenames_once
from penstock.ops.files import matching_files as matching_files
from penstock.ops.files import read_file as read_file
from penstock.ops.files import write_file as write_file
from penstock.ops.image_codecs import decode_and_crop_jpeg as decode_and_crop_jpeg
from penstock.ops.image_codecs import decode_bmp as decode_bmp
from penstock.ops.image_codecs import decode_gif as decode_gif
from penstock.ops.image_codecs import decode_image as decode_image
from penstock.ops.image_codecs import decode_jpeg as decode_jpeg
from penstock.ops.image_codecs import decode_png as decode_png
from penstock.ops.image_codecs import encode_jpeg as encode_jpeg
from penstock.ops.image_codecs import extract_jpeg_shape as extract_jpeg_shape
from penstock.ops.image_codecs import is_jpeg as is_jpeg
from penstock.ops.parsing import decode_compressed as decode_compressed
from penstock.ops.parsing import decode_csv as decode_csv
from penstock.ops.parsing import decode_json_example as decode_json_example
from penstock.ops.parsing import decode_raw as decode_raw
from penstock.ops.parsing import parse_tensor as parse_tensor
from penstock.ops.parsing import serialize_tensor as serialize_tensor
from penstock.ops.queues import PaddingFIFOQueue as PaddingFIFOQueue
from penstock.ops.queues import PriorityQueue as PriorityQueue
from penstock.ops.queues import QueueBase as QueueBase
from penstock.ops.queues import RandomShuffleQueue as RandomShuffleQueue
from penstock.ops.serialized_sparse import deserialize_many_sparse as deserialize_many_sparse
from penstock.ops.serialized_sparse import serialize_many_sparse as serialize_many_sparse
from penstock.ops.serialized_sparse import serialize_sparse as serialize_sparse

from penstock.ops.string_hashes import decode_base64 as decode_base64
from penstock.ops.string_hashes import encode_base64 as encode_base64

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

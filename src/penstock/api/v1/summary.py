"""``tf.summary``: what to write for TensorBoard, and the writer."""

from penstock.protos import Event as Event
from penstock.protos import SessionLog as SessionLog
from penstock.protos import Summary as Summary
from penstock.protos import SummaryDescription as SummaryDescription
from penstock.protos import TaggedRunMetadata as TaggedRunMetadata
from penstock.summary.event_files import summary_iterator as summary_iterator
from penstock.summary.functions import all_v2_summary_ops as all_v2_summary_ops
from penstock.summary.functions import audio as audio
from penstock.summary.functions import get_summary_description as get_summary_description
from penstock.summary.functions import histogram as histogram
from penstock.summary.functions import image as image
from penstock.summary.functions import initialize as initialize
from penstock.summary.functions import merge as merge
from penstock.summary.functions import merge_all as merge_all
from penstock.summary.functions import scalar as scalar
from penstock.summary.functions import tensor_summary as tensor_summary
from penstock.summary.functions import text as text
from penstock.summary.writer import FileWriter as FileWriter
from penstock.summary.writer import FileWriterCache as FileWriterCache

# --- names of older versions ---------------------------------------------------------------------
from penstock.summary.writer import FileWriter as SummaryWriter
from penstock.summary.writer import FileWriterCache as SummaryWriterCache

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.queue``: queues."""

from penstock.ops.queues import FIFOQueue as FIFOQueue
from penstock.ops.queues import PaddingFIFOQueue as PaddingFIFOQueue
from penstock.ops.queues import PriorityQueue as PriorityQueue
from penstock.ops.queues import QueueBase as QueueBase
from penstock.ops.queues import RandomShuffleQueue as RandomShuffleQueue

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

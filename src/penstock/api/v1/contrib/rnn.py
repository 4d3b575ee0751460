"""``tf.contrib.rnn``."""

from penstock.rnn.base import RNNCell as RNNCell
from penstock.rnn.cells import BasicLSTMCell as BasicLSTMCell
from penstock.rnn.cells import BasicRNNCell as BasicRNNCell
from penstock.rnn.cells import GRUCell as GRUCell
from penstock.rnn.cells import LSTMCell as LSTMCell
from penstock.rnn.cells import LSTMStateTuple as LSTMStateTuple
from penstock.rnn.wrappers import DeviceWrapper as DeviceWrapper
from penstock.rnn.wrappers import DropoutWrapper as DropoutWrapper
from penstock.rnn.wrappers import MultiRNNCell as MultiRNNCell
from penstock.rnn.wrappers import ResidualWrapper as ResidualWrapper

from penstock.rnn.projections import EmbeddingWrapper as EmbeddingWrapper
from penstock.rnn.projections import InputProjectionWrapper as InputProjectionWrapper
from penstock.rnn.projections import OutputProjectionWrapper as OutputProjectionWrapper

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
from penstock.contrib.rnn.cells import GRUBlockCellV2 as GRUBlockCell
from penstock.contrib.rnn.cells import GRUBlockCellV2 as GRUBlockCellV2
from penstock.contrib.rnn.cells import LayerNormBasicLSTMCell as LayerNormBasicLSTMCell
from penstock.contrib.rnn.cells import LSTMBlockCell as LSTMBlockCell
from penstock.contrib.rnn.cells import UGRNNCell as UGRNNCell
from penstock.contrib.rnn.stacks import (
    stack_bidirectional_dynamic_rnn as stack_bidirectional_dynamic_rnn,
)
from penstock.contrib.rnn.stacks import stack_bidirectional_rnn as stack_bidirectional_rnn
from penstock.rnn.base import LayerRNNCell as LayerRNNCell
from penstock.rnn.static import static_bidirectional_rnn as static_bidirectional_rnn
from penstock.rnn.static import static_rnn as static_rnn
from penstock.rnn.static import static_state_saving_rnn as static_state_saving_rnn
from penstock.rnn.steps import time_first as transpose_batch_time

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

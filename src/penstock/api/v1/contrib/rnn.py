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

from penstock.contrib.rnn.rare_cells import Conv1DLSTMCell as Conv1DLSTMCell
from penstock.contrib.rnn.rare_cells import Conv2DLSTMCell as Conv2DLSTMCell
from penstock.contrib.rnn.rare_cells import Conv3DLSTMCell as Conv3DLSTMCell
from penstock.contrib.rnn.rare_cells import ConvLSTMCell as ConvLSTMCell
from penstock.contrib.rnn.rare_cells import IndRNNCell as IndRNNCell
from penstock.contrib.rnn.rare_cells import IndyGRUCell as IndyGRUCell
from penstock.contrib.rnn.rare_cells import IndyLSTMCell as IndyLSTMCell
from penstock.contrib.rnn.rare_cells import NASCell as NASCell
from penstock.contrib.rnn.rare_cells import SRUCell as SRUCell
from penstock.contrib.rnn.wrappers import AttentionCellWrapper as AttentionCellWrapper
from penstock.contrib.rnn.wrappers import CompiledWrapper as CompiledWrapper
from penstock.contrib.rnn.wrappers import (
    CoupledInputForgetGateLSTMCell as CoupledInputForgetGateLSTMCell,
)
from penstock.contrib.rnn.wrappers import FusedRNNCell as FusedRNNCell
from penstock.contrib.rnn.wrappers import FusedRNNCellAdaptor as FusedRNNCellAdaptor
from penstock.contrib.rnn.wrappers import HighwayWrapper as HighwayWrapper
from penstock.contrib.rnn.wrappers import LSTMBlockFusedCell as LSTMBlockFusedCell
from penstock.contrib.rnn.wrappers import LSTMBlockWrapper as LSTMBlockWrapper
from penstock.contrib.rnn.wrappers import TimeReversedFusedRNN as TimeReversedFusedRNN
from penstock.contrib.rnn.wrappers import (
    best_effort_input_batch_size as best_effort_input_batch_size,
)

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

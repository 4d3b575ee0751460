"""``tf.nn.rnn_cell``."""

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

# --- names of 0.x --------------------------------------------------------------------------------
from penstock.rnn.old_cells import linear as _linear
from penstock.rnn.projections import EmbeddingWrapper as EmbeddingWrapper
from penstock.rnn.projections import InputProjectionWrapper as InputProjectionWrapper
from penstock.rnn.projections import OutputProjectionWrapper as OutputProjectionWrapper

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

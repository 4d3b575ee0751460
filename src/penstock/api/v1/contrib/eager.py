"""``tf.contrib.eager``: Penstock builds graphs; what asks for eager execution says so."""

from penstock.checkpoint.checkpoint import Checkpoint as Checkpoint
from penstock.compat.eager import GradientTape as GradientTape
from penstock.compat.eager import enable_eager_execution as enable_eager_execution
from penstock.compat.eager import executing_eagerly as executing_eagerly
from penstock.compat.eager import executing_eagerly as in_eager_mode
from penstock.ops.resource_variables import ResourceVariable as Variable
from penstock.ops.script import py_function as py_func

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

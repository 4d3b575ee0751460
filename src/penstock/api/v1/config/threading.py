"""``tf.config.threading``: see `penstock.runtime.configuration`."""

from penstock.runtime.configuration import (
    get_inter_op_parallelism_threads as get_inter_op_parallelism_threads,
)
from penstock.runtime.configuration import (
    get_intra_op_parallelism_threads as get_intra_op_parallelism_threads,
)
from penstock.runtime.configuration import (
    set_inter_op_parallelism_threads as set_inter_op_parallelism_threads,
)
from penstock.runtime.configuration import (
    set_intra_op_parallelism_threads as set_intra_op_parallelism_threads,
)

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

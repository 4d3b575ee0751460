"""``tf.manip``: operations that move elements around."""

from penstock.ops.arrays import reshape as reshape
from penstock.ops.functions import roll as roll
from penstock.ops.gathers import gather_nd as gather_nd
from penstock.ops.gathers import scatter_nd as scatter_nd
from penstock.ops.slices import reverse as reverse
from penstock.ops.slices import tile as tile
from penstock.ops.spatial import batch_to_space_nd as batch_to_space_nd
from penstock.ops.spatial import space_to_batch_nd as space_to_batch_nd

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.sparse``: operations on sparse tensors."""

from penstock.graph.composite import SparseTensor as SparseTensor
from penstock.ops.accumulators import SparseConditionalAccumulator as SparseConditionalAccumulator
from penstock.ops.sparse import from_dense as from_dense
from penstock.ops.sparse import sparse_placeholder as placeholder
from penstock.ops.sparse import sparse_tensor_dense_matmul as matmul
from penstock.ops.sparse import sparse_tensor_dense_matmul as sparse_dense_matmul
from penstock.ops.sparse import sparse_tensor_to_dense as to_dense
from penstock.ops.sparse_sums import sparse_add as add
from penstock.ops.sparse_layout import sparse_concat as concat
from penstock.ops.sparse_layout import sparse_expand_dims as expand_dims
from penstock.ops.sparse_cross import sparse_cross as cross
from penstock.ops.sparse_cross import sparse_cross_hashed as cross_hashed
from penstock.ops.sparse_rows import sparse_eye as eye
from penstock.ops.sparse_rows import sparse_fill_empty_rows as fill_empty_rows
from penstock.ops.sparse_rows import sparse_mask as mask
from penstock.ops.sparse_sums import sparse_maximum as maximum
from penstock.ops.sparse_rows import sparse_merge as merge
from penstock.ops.sparse_sums import sparse_minimum as minimum
from penstock.ops.sparse_layout import sparse_reorder as reorder
from penstock.ops.sparse_rows import sparse_reset_shape as reset_shape
from penstock.ops.sparse_layout import sparse_reshape as reshape
from penstock.ops.sparse_rows import sparse_retain as retain
from penstock.ops.sparse_layout import sparse_slice as slice
from penstock.ops.sparse_sums import sparse_softmax as softmax
from penstock.ops.sparse_layout import sparse_split as split
from penstock.ops.sparse_rows import sparse_to_indicator as to_indicator
from penstock.ops.sparse_layout import sparse_transpose as transpose
from penstock.ops.sparse_reductions import sparse_reduce_max as reduce_max
from penstock.ops.sparse_reductions import sparse_reduce_max_sparse as reduce_max_sparse
from penstock.ops.sparse_reductions import sparse_reduce_sum as reduce_sum
from penstock.ops.sparse_reductions import sparse_reduce_sum_sparse as reduce_sum_sparse
from penstock.ops.sparse_segments import sparse_segment_mean as segment_mean
from penstock.ops.sparse_segments import sparse_segment_sqrt_n as segment_sqrt_n
from penstock.ops.sparse_segments import sparse_segment_sum as segment_sum

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.debugging``: checks that a graph makes when it runs."""

from penstock.ops.checks import Assert as Assert
from penstock.ops.checks import assert_equal as assert_equal
from penstock.ops.checks import assert_greater as assert_greater
from penstock.ops.checks import assert_greater_equal as assert_greater_equal
from penstock.ops.checks import assert_integer as assert_integer
from penstock.ops.checks import assert_less as assert_less
from penstock.ops.checks import assert_less_equal as assert_less_equal
from penstock.ops.checks import assert_near as assert_near
from penstock.ops.checks import assert_negative as assert_negative
from penstock.ops.checks import assert_non_negative as assert_non_negative
from penstock.ops.checks import assert_non_positive as assert_non_positive
from penstock.ops.checks import assert_none_equal as assert_none_equal
from penstock.ops.checks import assert_positive as assert_positive
from penstock.ops.checks import assert_proper_iterable as assert_proper_iterable
from penstock.ops.checks import assert_rank as assert_rank
from penstock.ops.checks import assert_rank_at_least as assert_rank_at_least
from penstock.ops.checks import assert_rank_in as assert_rank_in
from penstock.ops.checks import assert_same_float_dtype as assert_same_float_dtype
from penstock.ops.checks import assert_scalar as assert_scalar
from penstock.ops.checks import assert_type as assert_type
from penstock.ops.checks import is_non_decreasing as is_non_decreasing
from penstock.ops.checks import is_numeric_tensor as is_numeric_tensor
from penstock.ops.checks import is_strictly_increasing as is_strictly_increasing
from penstock.ops.checks import verify_tensor_all_finite as assert_all_finite
from penstock.ops.identities import check_numerics as check_numerics
from penstock.ops.rounding import is_finite as is_finite
from penstock.ops.rounding import is_inf as is_inf
from penstock.ops.rounding import is_nan as is_nan
from penstock.ops.shape_checks import assert_shapes as assert_shapes

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

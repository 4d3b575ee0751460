"""``tf.linalg``: products, decompositions and solvers of matrices."""

from penstock.nn.dense import l2_normalize as l2_normalize
from penstock.ops.arrays import matrix_transpose as matrix_transpose
from penstock.ops.arrays import matrix_transpose as transpose
from penstock.ops.clipping import global_norm as global_norm
from penstock.ops.contractions import einsum as einsum
from penstock.ops.contractions import tensordot as tensordot
from penstock.ops.diagonals import cross as cross
from penstock.ops.diagonals import diag as tensor_diag
from penstock.ops.diagonals import diag_part as tensor_diag_part
from penstock.ops.diagonals import eye as eye
from penstock.ops.diagonals import matrix_band_part as band_part
from penstock.ops.diagonals import matrix_diag as diag
from penstock.ops.diagonals import matrix_diag_part as diag_part
from penstock.ops.diagonals import matrix_set_diag as set_diag
from penstock.ops.diagonals import trace as trace
from penstock.ops.linalg import adjoint as adjoint
from penstock.ops.linalg import cholesky as cholesky
from penstock.ops.decompositions import lu as lu
from penstock.ops.linalg import matrix_determinant as det
from penstock.ops.linalg import matrix_inverse as inv
from penstock.ops.linalg import matrix_solve as solve
from penstock.ops.linalg import matrix_triangular_solve as triangular_solve
from penstock.ops.decompositions import qr as qr
from penstock.ops.decompositions import self_adjoint_eig as eigh
from penstock.ops.decompositions import self_adjoint_eigvals as eigvalsh
from penstock.ops.decompositions import svd as svd
from penstock.ops.linalg_functions import cholesky_solve as cholesky_solve
from penstock.ops.linalg_functions import expm as expm
from penstock.ops.linalg_functions import logdet as logdet
from penstock.ops.linalg_functions import logm as logm
from penstock.ops.linalg_functions import matrix_rank as matrix_rank
from penstock.ops.linalg_functions import matrix_solve_ls as lstsq
from penstock.ops.linalg_functions import matvec as matvec
from penstock.ops.linalg_functions import norm as norm
from penstock.ops.linalg_functions import normalize as normalize
from penstock.ops.linalg_functions import pinv as pinv
from penstock.ops.linalg_functions import slogdet as slogdet
from penstock.ops.linalg_functions import sqrtm as sqrtm
from penstock.ops.matrices import matmul as matmul

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""Diagonals, contractions, decompositions, solvers, norms, Fourier transforms, gamma functions."""
import numpy as np

from cases import Family, complexes, floats

cases = Family("linalg")


def positive(*shape):
    """Well conditioned positive definite matrices."""
    x = floats(*shape).astype(np.float64)
    return (np.matmul(x, np.swapaxes(x, -1, -2)) + 3 * np.eye(shape[-1])).astype(np.float32)


def regular(*shape, **options):
    return floats(*shape, **options) + 2 * np.eye(shape[-1], dtype=np.float32)


# -- diagonals -------------------------------------------------------------------------------------
cases.add("diag", lambda tf, x, y: [tf.diag(x), tf.diag_part(y)], floats(3), floats(3, 3))
cases.add("matrix_diag", lambda tf, x: tf.matrix_diag(x), floats(2, 3))
cases.add("matrix_diag_part", lambda tf, x: tf.matrix_diag_part(x), floats(2, 3, 3))
cases.add("matrix_diag_part_wide", lambda tf, x: tf.matrix_diag_part(x), floats(2, 3, 4))
cases.add("matrix_set_diag", lambda tf, x, d: tf.matrix_set_diag(x, d), floats(2, 3, 4),
          floats(2, 3))  # fmt: skip
cases.add("matrix_band_part", lambda tf, x: [
    tf.matrix_band_part(x, 1, 0), tf.matrix_band_part(x, -1, 0), tf.matrix_band_part(x, 0, -1)],
          floats(2, 3, 4))  # fmt: skip
cases.add("trace", lambda tf, x: tf.trace(x), floats(2, 3, 3))
cases.add("cross", lambda tf, x, y: tf.cross(x, y), floats(2, 3), floats(2, 3, seed=2))
cases.add("eye", lambda tf, n: [tf.eye(3), tf.eye(3, 2, batch_shape=[2]), tf.eye(n),
                                tf.eye(2, dtype=tf.int32)],
          np.array(4, np.int32))  # fmt: skip

# -- contractions ----------------------------------------------------------------------------------
cases.add("tensordot", lambda tf, a, b: tf.tensordot(a, b, 1), floats(2, 3), floats(3, 4))
cases.add("tensordot_axes", lambda tf, a, b: tf.tensordot(a, b, [[2, 0], [0, 1]]),
          floats(2, 3, 4), floats(4, 2, 3))  # fmt: skip
cases.add("tensordot_outer", lambda tf, a, b: tf.tensordot(a, b, 0), floats(2), floats(3))
for name, equation, a, b in (
    ("matmul", "ij,jk->ik", (2, 3), (3, 4)),
    ("implicit", "ij,jk", (2, 3), (3, 4)),
    ("batch", "bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
    ("dot", "ij,ij->", (2, 3), (2, 3)),
    ("dense", "ijk,kl->ijl", (2, 3, 4), (4, 2)),
    ("attention", "bhd,bd->bh", (2, 3, 4), (2, 4)),
    ("outer", "i,j->ij", (3,), (4,)),
    ("transposed", "ij,kj->ki", (2, 3), (4, 3)),
    ("mixed", "abc,cbd->da", (2, 3, 4), (4, 3, 2)),
    ("product", "ij,ij->ji", (2, 3), (2, 3)),
):
    def contraction(tf, x, y, equation=equation):
        return tf.einsum(equation, x, y)

    cases.add("einsum_" + name, contraction, floats(*a), floats(*b, seed=2),
              numeric=name in ("mixed", "outer"))  # fmt: skip
cases.add("einsum_one", lambda tf, x: [tf.einsum("ij->ji", x), tf.einsum("ij->i", x),
                                       tf.einsum("ij->", x)], floats(2, 3))  # fmt: skip
cases.add("einsum_three", lambda tf, x, y, z: tf.einsum("ij,jk,kl->il", x, y, z), floats(2, 3),
          floats(3, 2), floats(2, 2))  # fmt: skip
cases.add("einsum_ellipsis", lambda tf, x, y: tf.einsum("...ij,jk->...ik", x, y),
          floats(2, 2, 3), floats(3, 4), graph=False)  # fmt: skip

# -- decompositions and solvers --------------------------------------------------------------------
LOOSE = dict(rtol=2e-4, atol=2e-4)
cases.add("cholesky", lambda tf, x: tf.cholesky(x), positive(3, 3), **LOOSE)
cases.add("cholesky_batch", lambda tf, x: tf.cholesky(x), positive(2, 3, 3), dynamic=False,
          **LOOSE)  # fmt: skip
cases.add("inverse", lambda tf, x: tf.matrix_inverse(x), regular(3, 3), **LOOSE)
cases.add("inverse_adjoint", lambda tf, x: tf.matrix_inverse(x, adjoint=True), regular(3, 3),
          grad=False, dynamic=False, **LOOSE)  # fmt: skip
cases.add("determinant", lambda tf, x: tf.matrix_determinant(x), regular(2, 3, 3), **LOOSE)
cases.add("slogdet", lambda tf, x: tf.linalg.slogdet(x), regular(2, 3, 3), **LOOSE)
cases.add("logdet", lambda tf, x: tf.linalg.logdet(x), positive(3, 3), numeric=False,
          **LOOSE)
for adjoint in (False, True):
    def solve(tf, a, b, adjoint=adjoint):
        return tf.matrix_solve(a, b, adjoint=adjoint)

    cases.add("solve_" + str(int(adjoint)), solve, regular(3, 3), floats(3, 2), **LOOSE)
    for lower in (False, True):
        def triangular(tf, a, b, adjoint=adjoint, lower=lower):
            return tf.matrix_triangular_solve(a, b, lower=lower, adjoint=adjoint)

        cases.add(f"triangular_solve_{int(adjoint)}{int(lower)}", triangular, regular(3, 3),
                  floats(3, 2), dynamic=False, **LOOSE)  # fmt: skip
cases.add("cholesky_solve", lambda tf, a, b: tf.cholesky_solve(tf.cholesky(a), b), positive(3, 3),
          floats(3, 2), numeric=False, **LOOSE)  # fmt: skip
cases.add("least_squares", lambda tf, a, b: tf.matrix_solve_ls(a, b), floats(4, 2), floats(4, 2),
          dynamic=False, **LOOSE)  # fmt: skip
cases.add("least_squares_weighted", lambda tf, a, b: tf.matrix_solve_ls(a, b, l2_regularizer=0.1),
          floats(4, 2), floats(4, 2), dynamic=False, **LOOSE)  # fmt: skip
cases.add("least_squares_wide", lambda tf, a, b: tf.matrix_solve_ls(a, b), floats(2, 4),
          floats(2, 2), dynamic=False, **LOOSE)  # fmt: skip
cases.add("least_squares_slow", lambda tf, a, b: tf.matrix_solve_ls(a, b, fast=False),
          floats(4, 2), floats(4, 2), dynamic=False, grad=False, **LOOSE)  # fmt: skip
cases.add("eigenvalues", lambda tf, x: tf.self_adjoint_eigvals(x), positive(3, 3), **LOOSE)
cases.add("eigenvectors", lambda tf, x: (lambda e, v: [e, v * v])(*tf.self_adjoint_eig(x)),
          positive(3, 3), numeric=False, **LOOSE)  # fmt: skip
cases.add("qr", lambda tf, x: list(tf.qr(x)), floats(4, 2), dynamic=False, **LOOSE)
cases.add("qr_full", lambda tf, x: tf.qr(x, full_matrices=True)[1], floats(4, 2), grad=False,
          dynamic=False, **LOOSE)  # fmt: skip
cases.add("singular_values", lambda tf, x: tf.svd(x, compute_uv=False), floats(4, 2), **LOOSE)
for name, shape in (("tall", (4, 2)), ("square", (3, 3)), ("wide", (2, 3))):
    cases.add("svd_" + name, lambda tf, x: (lambda s, u, v: [s, u * u, v * v])(*tf.svd(x)),
              floats(*shape), dynamic=False, numeric=False, **LOOSE)  # fmt: skip
cases.add("expm", lambda tf, x: tf.linalg.expm(x), 0.5 * floats(3, 3), graph=False, dynamic=False,
          grad=False, **LOOSE)  # fmt: skip
cases.add("pinv", lambda tf, x: tf.linalg.pinv(x), floats(3, 2), graph=False, dynamic=False,
          **LOOSE)  # fmt: skip
cases.add("matvec", lambda tf, a, b: tf.linalg.matvec(a, b), floats(2, 3, 4), floats(2, 4))
cases.add("adjoint", lambda tf, x: [tf.linalg.adjoint(x), tf.linalg.matrix_transpose(x)],
          complexes(2, 3), dynamic=False)  # fmt: skip
cases.add("norms", lambda tf, x: [
    tf.norm(x), tf.norm(x, ord=1, axis=1), tf.norm(x, ord=np.inf, axis=0, keepdims=True),
    tf.norm(x, ord=3), tf.norm(x, ord=1, axis=[0, 1]), tf.norm(x, ord="fro", axis=[0, 1]),
    tf.norm(x, ord=np.inf, axis=[0, 1]), tf.norm(x, axis=-1, keep_dims=True)],
          floats(2, 3), numeric=False)  # fmt: skip
cases.add("spectral_norm", lambda tf, x: tf.reshape(tf.norm(x, 2, [-2, -1]), [2]),
          floats(2, 3, 3),
          graph=False, dynamic=False, **LOOSE)  # fmt: skip

# -- Fourier transforms ----------------------------------------------------------------------------
cases.add("fft", lambda tf, x: [tf.fft(x), tf.ifft(x), tf.fft2d(x), tf.ifft2d(x)],
          complexes(2, 4), dynamic=False)  # fmt: skip
cases.add("fft3d", lambda tf, x: [tf.fft3d(x), tf.ifft3d(x)], complexes(2, 2, 3), dynamic=False)
for length in (4, 5):
    cases.add("rfft_" + str(int(length)), lambda tf, x: tf.signal.rfft(x), floats(2, length),
              numeric=False)  # fmt: skip
    cases.add("rfft2d_" + str(int(length)), lambda tf, x: tf.signal.rfft2d(x), floats(2, 3, length),
              dynamic=False, numeric=False, rtol=2e-4, atol=2e-5)  # fmt: skip

    def inverse(tf, x, length=length):
        return [tf.signal.irfft(x, [length]), tf.signal.irfft2d(x, [2, length])]

    cases.add("irfft_" + str(int(length)), inverse, complexes(2, 3), dynamic=False, rtol=1e-4)
cases.add("rfft_padded", lambda tf, x: tf.signal.rfft(x, [6]),
          floats(2, 4), dynamic=False, numeric=False)  # fmt: skip
cases.add("dct", lambda tf, x: [
    tf.signal.dct(x), tf.signal.dct(x, norm="ortho"), tf.signal.dct(x, type=3),
    tf.signal.dct(x, type=3, norm="ortho"), tf.signal.idct(x, norm="ortho"),
    tf.signal.dct(x, type=1)],
          floats(2, 4), dynamic=False, graph=False, numeric=False, rtol=1e-4,
          atol=1e-4)  # fmt: skip
cases.add("fftshift", lambda tf, x: [tf.signal.fftshift(x), tf.signal.ifftshift(x, axes=[1])],
          floats(2, 5), graph=False, dynamic=False)  # fmt: skip

# -- special functions -----------------------------------------------------------------------------
AB = dict(low=0.5, high=3.0)
cases.add("gamma", lambda tf, x: [tf.lgamma(x), tf.digamma(x)], floats(5, **AB), rtol=1e-4)
cases.add("error", lambda tf, x: [tf.erf(x), tf.erfc(x)], floats(5))
cases.add("igamma", lambda tf, a, x: [tf.igamma(a, x), tf.igammac(a, x)], floats(4, **AB),
          floats(4, seed=2, **AB), rtol=2e-4, numeric=False)  # fmt: skip
cases.add("zeta", lambda tf, x, q: tf.zeta(x, q), floats(4, low=1.5, high=4), floats(4, **AB),
          rtol=1e-4, numeric=False)  # fmt: skip
cases.add("polygamma", lambda tf, x, q: tf.polygamma(x, q), np.array([0, 1, 2, 3], np.float32),
          floats(4, **AB), rtol=1e-4, numeric=False)  # fmt: skip
cases.add("betainc", lambda tf, a, b, x: tf.betainc(a, b, x), floats(4, **AB),
          floats(4, seed=2, **AB), floats(4, low=0.1, high=0.9), rtol=2e-4,
          numeric=False)  # fmt: skip
cases.add("lbeta", lambda tf, x: tf.lbeta(x), floats(2, 3, **AB), rtol=1e-4)
cases.add("bessel", lambda tf, x: [tf.math.bessel_i0e(x), tf.math.bessel_i1e(x),
                                   tf.math.bessel_i0(x), tf.math.bessel_i1(x)],
          floats(5), rtol=1e-4)  # fmt: skip
cases.add("polyval", lambda tf, x: tf.math.polyval([1.0, 2.0, x], x), floats(3))

cases.error("cholesky_not_square", lambda tf, x: tf.cholesky(x), floats(2, 3))
cases.error("cholesky_not_positive", lambda tf, x: tf.cholesky(x), -np.eye(2, dtype=np.float32))
cases.error("inverse_singular", lambda tf, x: tf.matrix_inverse(x), np.ones((2, 2), np.float32))
cases.error("einsum_repeated", lambda tf, x: tf.einsum("ii->", x), floats(2, 2))
cases.error("einsum_count", lambda tf, x: tf.einsum("ij,jk", x), floats(2, 2))
cases.error("tensordot_axes_differ", lambda tf, x: tf.tensordot(x, x, [[0, 1], [0]]), floats(2, 2))
cases.error("norm_unknown", lambda tf, x: tf.norm(x, ord="strange"), floats(2))

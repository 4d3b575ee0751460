"""Least squares by the normal equations, by Cholesky factors, by QR and by eigenvectors."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(16)
x_vals = np.linspace(0, 10, 20)
A = np.column_stack([x_vals, np.ones(20)]).astype(np.float64)
b = (2 * x_vals + rng.normal(0, 1, 20))[:, None]
A_tensor, b_tensor = tf.constant(A), tf.constant(b)
tA_A = tf.matmul(tf.transpose(A_tensor), A_tensor)
solution = tf.matmul(tf.matmul(tf.matrix_inverse(tA_A), tf.transpose(A_tensor)), b_tensor)
L = tf.cholesky(tA_A)
sol1 = tf.matrix_solve(L, tf.matmul(A_tensor, b_tensor, transpose_a=True))
sol2 = tf.matrix_solve(tf.transpose(L), sol1)
q, r = tf.qr(A_tensor)
sol3 = tf.matrix_triangular_solve(r, tf.matmul(q, b_tensor, transpose_a=True), lower=False)
with tf.Session() as sess:
    for s in (solution, sol2, sol3, tf.matrix_solve_ls(A_tensor, b_tensor, fast=True)):
        print(sess.run(s).ravel())
    print(sess.run([tf.matrix_determinant(tA_A), tf.trace(tA_A), tf.self_adjoint_eigvals(tA_A)]))
    print(sess.run(tf.svd(tA_A, compute_uv=False)), sess.run(tf.norm(A_tensor)))
    print(sess.run(tf.einsum('ij,kj->ik', A_tensor[:2], A_tensor[:3])))

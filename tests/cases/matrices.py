"""Matrix products."""
import numpy as np

from cases import Family, complexes, floats, ints

cases = Family("matrices")

for ta in (False, True):
    for tb in (False, True):
        def build(tf, a, b, ta=ta, tb=tb):
            return tf.matmul(a, b, transpose_a=ta, transpose_b=tb)

        a = floats(3, 2) if ta else floats(2, 3)
        b = floats(4, 3) if tb else floats(3, 4)
        cases.add(f"matmul_{int(ta)}{int(tb)}", build, a, b)
        cases.add(f"matmul_batch_{int(ta)}{int(tb)}", build, np.stack([a, a + 1]),
                  np.stack([b, b - 1]))  # fmt: skip

        def adjoint(tf, a, b, ta=ta, tb=tb):
            return tf.matmul(a, b, adjoint_a=ta, adjoint_b=tb)

        cases.add(f"matmul_adjoint_{int(ta)}{int(tb)}", adjoint, complexes(2, 2),
                  complexes(2, 2),
                  dynamic=False)  # fmt: skip
cases.add("matmul_broadcast", lambda tf, a, b: tf.matmul(a, b), floats(2, 2, 3), floats(3, 2))
cases.add("matmul_broadcast_ones", lambda tf, a, b: tf.matmul(a, b), floats(1, 2, 3),
          floats(2, 3, 2))  # fmt: skip
cases.add("matmul_mixed_flags", lambda tf, a, b: tf.matmul(a, b, adjoint_a=True, transpose_b=True),
          complexes(3, 2, 2), complexes(3, 2, 2), dynamic=False)  # fmt: skip
cases.add("matmul_int", lambda tf, a, b: tf.matmul(a, b), ints(2, 3), ints(3, 2))
cases.add("matmul_double", lambda tf, a, b: tf.matmul(a, b), floats(2, 3, dtype=np.float64),
          floats(3, 2, dtype=np.float64))  # fmt: skip
cases.add("matmul_half", lambda tf, a, b: tf.matmul(a, b), floats(2, 3, dtype=np.float16),
          floats(3, 2, dtype=np.float16), dynamic=False, numeric=False)  # fmt: skip
cases.add("matmul_sparse", lambda tf, a, b: tf.matmul(a, b, b_is_sparse=True), floats(2, 3),
          floats(3, 2))  # fmt: skip
cases.add("matmul_named", lambda tf, a: tf.matmul(a, [[1.0], [2.0]], name="product"), floats(3, 2))

cases.error("matmul_sizes", lambda tf, a, b: tf.matmul(a, b), floats(2, 3), floats(2, 3))
cases.error("matmul_vector", lambda tf, a, b: tf.matmul(a, b), floats(2, 3), floats(3))
cases.error("matmul_both_flags",
            lambda tf, a: tf.matmul(a, a, transpose_a=True, adjoint_a=True),
            floats(2, 2))  # fmt: skip

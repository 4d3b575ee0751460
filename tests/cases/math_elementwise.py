"""Element-wise arithmetic, comparisons, casts and operators."""
import numpy as np

from cases import Family, bools, complexes, floats, ints

cases = Family("math_elementwise")

S = (2, 3)
SAFE = dict(low=0.2, high=0.9)


def several(*names):
    """All these functions of the same inputs, in one graph."""
    return lambda tf, *inputs: [getattr(tf, name)(*inputs) for name in names]


SMOOTH = "square exp expm1 tanh sigmoid sin cos sinh cosh asinh atan log_sigmoid negative".split()
POSITIVE = "sqrt rsqrt log log1p reciprocal tan asin acos atanh".split()
STEPS = "abs sign ceil floor rint round".split()
COMPLEX = "exp log sqrt rsqrt tanh sigmoid reciprocal square sin cos log1p expm1 sinh".split()
HALVES = "exp log sqrt tanh sigmoid square reciprocal".split()
cases.add("unary", several(*SMOOTH), floats(*S))
cases.add("unary_positive", several(*POSITIVE), floats(*S, **SAFE))
cases.add("unary_steps", several(*STEPS), floats(*S), numeric=False)
cases.add("unary_acosh", several("acosh"), floats(*S, low=1.2, high=3.0), dynamic=False)
cases.add("unary_complex", several(*COMPLEX), complexes(3), dynamic=False)
cases.add("unary_half", several(*HALVES), floats(3, dtype=np.float16, **SAFE), dynamic=False,
          numeric=False)  # fmt: skip
cases.add("unary_double", several(*HALVES), floats(3, dtype=np.float64, **SAFE), dynamic=False)
cases.add("unary_int", several("abs", "negative", "sign", "square", "round"), ints(*S),
          dynamic=False)  # fmt: skip
cases.add("abs_complex", lambda tf, x: tf.abs(x), complexes(3), dynamic=False)
cases.add("finite", lambda tf, x: [tf.is_nan(x), tf.is_inf(x), tf.is_finite(x)],
          np.array([1.0, np.inf, -np.inf, np.nan], np.float32), grad=False)  # fmt: skip
cases.add("round_halves", lambda tf, x: [tf.round(x), tf.rint(x)],
          np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.4999], np.float32), numeric=False)  # fmt: skip

ARITHMETIC = "add subtract multiply pow squared_difference div_no_nan truediv".split()
DIVISION = "divide realdiv div maximum minimum floordiv mod".split()
for label, x, y in (
    ("same", floats(*S, seed=1, **SAFE), floats(*S, seed=2, **SAFE)),
    ("rows", floats(*S, seed=1, **SAFE), floats(3, seed=2, **SAFE)),
    ("ones", floats(1, 3, seed=1, **SAFE), floats(2, 1, seed=2, **SAFE)),
    ("scalar", floats(seed=1, **SAFE), floats(*S, seed=2, **SAFE)),
):
    cases.add("arithmetic_" + label, several(*ARITHMETIC), x, y, dynamic=label == "rows",
              numeric=label in ("rows", "ones"))  # fmt: skip
    cases.add("division_" + label, several(*DIVISION), x, y, numeric=False)
cases.add("arithmetic_complex", several("add", "subtract", "multiply", "divide", "pow",
                                        "squared_difference"),
          complexes(2), complexes(2, seed=3), dynamic=False)  # fmt: skip
for kind in (np.float16, np.float64):
    options = dict(SAFE, dtype=kind)
    cases.add("arithmetic_" + kind.__name__, several("add", "multiply", "divide", "pow", "maximum"),
              floats(3, seed=1, **options), floats(3, seed=2, **options), dynamic=False,
              numeric=False)  # fmt: skip
SEVENS = np.array([-7, 7, -8, 9, -9, 0], np.int32)
TWOS = np.array([2, -2, 3, 4, -4, 5], np.int32)
cases.add("integers", several(*"""add subtract multiply div divide truediv floordiv floor_div
          truncatediv mod floormod truncatemod maximum minimum squared_difference""".split()),
          SEVENS, TWOS, dynamic=False)  # fmt: skip
cases.add("floats_divided", several(*"""div divide truediv floordiv floor_div mod floormod
          truncatemod""".split()),
          SEVENS.astype(np.float32) / 2, TWOS.astype(np.float32), grad=False,
          dynamic=False)  # fmt: skip
cases.add("int_pow", lambda tf, x: tf.pow(x, 3), ints(4))
cases.add("int8_truediv", lambda tf, x, y: x / y, SEVENS.astype(np.int8), TWOS.astype(np.int8))
cases.add("pow_zero_and_negative", lambda tf, x: [x**2, x**3.0, 2.0**x],
          np.array([0.0, -1.5, 2.0], np.float32), numeric=False)  # fmt: skip
cases.add("atan2", lambda tf, y, x: tf.atan2(y, x), floats(*S, seed=1), floats(*S, seed=2))
cases.add("xdivy", lambda tf, x, y: tf.math.xdivy(x, y), np.array([0.0, 1, 2], np.float32),
          np.array([0.0, 2, 3], np.float32), numeric=False)  # fmt: skip
cases.add("xlogy", lambda tf, x, y: tf.math.xlogy(x, y), np.array([0.0, 1, 2], np.float32),
          np.array([0.0, 2, 3], np.float32), numeric=False)  # fmt: skip
cases.add("multiply_no_nan", lambda tf, x, y: tf.math.multiply_no_nan(x, y),
          np.array([np.inf, 1, np.nan], np.float32), np.array([0.0, 2, 3], np.float32),
          numeric=False)  # fmt: skip
cases.add("multiply_no_nan_rows", lambda tf, x, y: tf.math.multiply_no_nan(x, y), floats(*S),
          floats(3), numeric=False)  # fmt: skip
cases.add("div_no_nan_zero", lambda tf, x, y: tf.div_no_nan(x, y),
          np.array([1.0, 1, 0], np.float32), np.array([0.0, 2, 0], np.float32),
          numeric=False)  # fmt: skip
cases.add("nextafter", lambda tf, x, y: tf.math.nextafter(x, y),
          np.array([0.0, 1, 2], np.float64), np.array([1.0, 2, -3], np.float64),
          numeric=False)  # fmt: skip

cases.add("operators", lambda tf, x, y: [
    x + y, x - y, x * y, x / y, x // y, x % y, -x, abs(x), x + 1, 1 + x, 2.0 - x, x - 2, 3 * x,
    x / 2, 2 / x, x // 2, 2 // x, x % 2, 2 % x, x**2, 2**x],
          floats(*S, **SAFE), floats(*S, seed=2, **SAFE), numeric=False)  # fmt: skip
cases.add("int_operators", lambda tf, x, y: [
    x + y, x - y, x * y, x / y, x // y, x % y, -x, abs(x), 7 // y, 7 % y, 7 / y, x / 2],
          SEVENS, TWOS)  # fmt: skip
cases.add("comparison_operators", lambda tf, x, y: [x < y, x <= y, x > y, x >= y, x < 1, 1 < x],
          ints(*S, seed=1), ints(*S, seed=2), grad=False)  # fmt: skip
cases.add("logical_operators", lambda tf, x, y: [x & y, x | y, x ^ y, ~x, True & x, x | False],
          bools(4), bools(4, seed=1), grad=False)  # fmt: skip
cases.add("matmul_operator", lambda tf, x, y: [x @ y, x @ np.ones((3, 1), np.float32)],
          floats(*S), floats(3, 2))  # fmt: skip
cases.add("operators_with_lists", lambda tf, x: [x + [1, 2, 3], [1, 2, 3] + x,
                                                 np.float64(2) * x, x * np.float64(2)],
          floats(*S), numeric=False)  # fmt: skip
cases.add("comparisons", several("equal", "not_equal", "less", "less_equal", "greater",
                                 "greater_equal"),
          ints(*S, low=0, high=3), ints(3, low=0, high=3), grad=False)  # fmt: skip
cases.add("equal_strings", lambda tf, x, y: [tf.equal(x, y), tf.not_equal(x, y), x + y],
          np.array([b"a", b"b"]), np.array([b"a", b"c"]), grad=False)  # fmt: skip
cases.add("logical_functions", lambda tf, x, y: [
    tf.logical_and(x, y), tf.logical_or(x, y), tf.logical_xor(x, y), tf.logical_not(x)],
          bools(2, 3), bools(3, seed=1), grad=False)  # fmt: skip
cases.add("bitwise", lambda tf, x, y: [
    tf.bitwise.bitwise_and(x, y), tf.bitwise.bitwise_or(x, y), tf.bitwise.bitwise_xor(x, y),
    tf.bitwise.invert(x), tf.bitwise.left_shift(x, y), tf.bitwise.right_shift(x, y)],
          np.array([-5, 7, 100, -128], np.int8), np.array([1, 2, 3, 5], np.int8),
          grad=False)  # fmt: skip
cases.add("add_n", lambda tf, x, y: [tf.add_n([x, y, x]), tf.add_n([x]), tf.add_n([y], name="one")],
          floats(*S), floats(*S, seed=2))  # fmt: skip
cases.add("accumulate_n", lambda tf, x, y: [tf.accumulate_n([x, y, x]), tf.accumulate_n([x])],
          floats(*S), floats(*S, seed=2))  # fmt: skip
cases.add("scalar_mul", lambda tf, x: tf.scalar_mul(2.0, x), floats(*S))
cases.add("clip_by_value", lambda tf, x: tf.clip_by_value(x, -0.5, 0.5), floats(*S), numeric=False)
cases.add("clip_by_norm", lambda tf, x: [tf.clip_by_norm(x, 1.0), tf.clip_by_norm(x, 1.0, [1])],
          floats(*S))  # fmt: skip
cases.add("clip_by_average_norm", lambda tf, x: tf.clip_by_average_norm(x, 0.1), floats(*S),
          dynamic=False)  # fmt: skip
cases.add("clip_by_global_norm", lambda tf, x, y: tf.clip_by_global_norm([x, None, y], 1.0),
          floats(*S), floats(4, seed=2))  # fmt: skip

cases.add("cast_float", lambda tf, x: [
    tf.cast(x, t) for t in (tf.float64, tf.float16, tf.int32, tf.int64, tf.int8, tf.bool,
                            tf.complex64, tf.float32)],
          np.array([0.0, 1.7, -2.9, 100.0], np.float32), numeric=False)  # fmt: skip
cases.add("cast_int", lambda tf, x: [
    tf.cast(x, t) for t in (tf.float32, tf.int64, tf.uint8, tf.int16, tf.bool, tf.float64)],
          np.array([0, 1, -2, 100], np.int32))  # fmt: skip
cases.add("cast_other", lambda tf, x, y: [tf.cast(x, tf.float32), tf.cast(x, tf.int32),
                                          tf.cast(y, tf.float32)],
          bools(3), complexes(3), dynamic=False, numeric=False)  # fmt: skip
cases.add("cast_names", lambda tf, x: [
    tf.to_float(x), tf.to_double(x), tf.to_int32(x), tf.to_int64(x), tf.cast(3, tf.float32),
    tf.cast([1, 2], tf.float32, name="mine")],
          ints(3))  # fmt: skip
cases.add("saturate_cast", lambda tf, x: [tf.saturate_cast(x, tf.uint8),
                                          tf.saturate_cast(x, tf.int8)],
          np.array([-300.0, -1, 5, 300], np.float32))  # fmt: skip
cases.add("bitcast", lambda tf, x: [tf.bitcast(x, tf.int32), tf.bitcast(x, tf.int8),
                                    tf.bitcast(x, tf.float64)],
          floats(3, 2), dynamic=False, grad=False)  # fmt: skip
cases.add("complex_parts", lambda tf, x: [tf.real(x), tf.imag(x), tf.conj(x), tf.abs(x)],
          complexes(3))  # fmt: skip
cases.add("angle", lambda tf, x: tf.angle(x), complexes(3), dynamic=False)
cases.add("complex_of_parts", lambda tf, x, y: tf.complex(x, y), floats(3), floats(3, seed=2))
cases.add("real_parts_of_real", lambda tf, x: [tf.real(x), tf.imag(x), tf.conj(x)], floats(3))
cases.add("second_order", lambda tf, x: [
    tf.gradients(f(x), x)[0] for f in (tf.tanh, tf.sigmoid, tf.sqrt, tf.rsqrt, tf.reciprocal,
                                       tf.exp, tf.log, tf.square)],
          floats(3, **SAFE))  # fmt: skip

cases.add("bucketize", lambda tf, x, y: [
    tf.raw_ops.Bucketize(input=x, boundaries=[-0.5, 0.0, 1.0]),
    tf.raw_ops.Bucketize(input=y, boundaries=[0.0, 2.0, 2.5]),
    tf.raw_ops.Bucketize(input=x, boundaries=[])], floats(3, 2), ints(4), grad=False)

cases.error("mixed_types", lambda tf, x, y: x + y, floats(2), ints(2))
cases.error("bad_shapes", lambda tf, x, y: x + y, floats(2), floats(3))
cases.error("divide_mixed", lambda tf, x, y: x / y, floats(2), ints(2))
cases.error("logical_of_numbers", lambda tf, x: tf.logical_and(x, x), floats(2))
cases.error("zero_division", lambda tf, x: x // 0, ints(2))
cases.error("negative_power", lambda tf, x: tf.pow(x, -1), ints(2))
cases.error("add_n_empty", lambda tf, x: tf.add_n([]), floats(2))
cases.error("complex_mixed", lambda tf, x, y: tf.complex(x, y), floats(2),
            floats(2, dtype=np.float64))  # fmt: skip

"""Summaries, checks, printing, functions of Python, devices, imports, sessions' helpers."""


def summaries(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    with tf.name_scope("scope"):
        tf.summary.scalar("mean", tf.reduce_mean(x))
        tf.summary.histogram("hist o", x, collections=["c"])
        with tf.name_scope("inner"):
            tf.summary.image("image", tf.zeros([1, 4, 4, 3]), 2)
    tf.summary.scalar("mean", 1.0, family="f")
    tf.summary.audio("sound", tf.zeros([2, 10]), 8000.0)
    tf.summary.text("text", tf.constant("hello"))
    tf.summary.tensor_summary("tensor", x)
    tf.summary.merge_all()
    tf.summary.merge(tf.get_collection("c"), name="joined")


def checks(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    n = tf.placeholder(tf.int32, [None], name="n")
    (
        tf.assert_equal(tf.shape(x)[0], 2),
        tf.assert_less(x, 1.0, message="big"),
        tf.assert_positive(x, [x]),
        tf.assert_non_negative(n),
        tf.assert_rank(x, 2),
    )
    (
        tf.assert_rank_at_least(tf.placeholder(tf.float32), 1),
        tf.assert_integer(n),
        tf.assert_greater_equal(n, 0, summarize=4),
        tf.assert_rank_in(x, [1, 2]),
        tf.assert_type(x, tf.float32),
    )
    (
        tf.Assert(tf.reduce_all(x > 0), [x, "text"], 5),
        tf.Print(x, [x, n], "values", 2, 3),
        tf.print("x", n),
        tf.check_numerics(x, "bad"),
        tf.assert_none_equal(n, 3),
        tf.assert_near(x, x),
    )
    (
        tf.ensure_shape(x, [2, 3]),
        tf.assert_scalar(tf.constant(1)),
        tf.debugging.assert_all_finite(x, "m"),
        tf.is_nan(x),
        tf.is_strictly_increasing(n),
        tf.is_non_decreasing(n),
        tf.is_numeric_tensor(x),
    )


def python_functions(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    tf.identity(tf.timestamp())
    with tf.control_dependencies([tf.no_op("n")]):
        tf.stop_gradient(x), tf.contrib.framework.nest.flatten([x])


def devices(tf):
    with tf.device("/job:ps/task:1"):
        v = tf.Variable(1.0, name="v")
        with tf.device("/cpu:0"):
            a = tf.constant(1.0)
    with tf.device("/gpu:1"), tf.colocate_with(v):
        b = a + 1.0
    with tf.device(lambda op: "/cpu:1" if op.type == "Mul" else ""):
        c = b * 2.0 + v
    with tf.colocate_with(c), tf.colocate_with(b):
        tf.identity(c)
    with tf.device(None), tf.name_scope("g"):
        tf.gradients(c, v, colocate_gradients_with_ops=True)
    v.assign(c)


def imported(tf):
    with tf.Graph().as_default() as other:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        v = tf.Variable(tf.ones([2, 2]), name="v")
        tf.matmul(x, v, name="y")
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])
    definition = other.as_graph_def()
    z = tf.constant([[1.0, 2.0]])
    tf.import_graph_def(definition, {"x:0": z}, ["y:0"])
    tf.import_graph_def(definition, name="")
    with tf.name_scope("s"), tf.device("/cpu:0"):
        tf.import_graph_def(definition, name="in")


def meta_imported(tf):
    with tf.Graph().as_default():
        w = tf.get_variable("w", [2])
        tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w * w))
        tf.train.Saver()
        meta = tf.train.export_meta_graph()
    tf.train.import_meta_graph(meta)
    tf.train.import_meta_graph(meta, import_scope="again", clear_devices=True)


def linear_algebra(tf):
    m = tf.placeholder(tf.float32, [None, 3, 3], name="m")
    ys = [
        tf.matrix_inverse(m),
        tf.matrix_determinant(m),
        tf.cholesky(m),
        tf.matrix_solve(m, m),
        tf.matrix_triangular_solve(m, m),
        tf.self_adjoint_eig(m)[0],
        tf.svd(m, compute_uv=False),
        tf.matrix_diag_part(m),
        tf.matrix_band_part(m, 1, 0),
        tf.qr(m)[0],
        tf.trace(m),
        tf.matrix_set_diag(m, tf.ones_like(m[:, 0])),
        tf.matrix_solve_ls(m, m),
        tf.cross(m, m),
        tf.norm(m),
        tf.expm1(m),
    ]
    tf.gradients(ys, m)
    (
        tf.fft(tf.cast(m, tf.complex64)),
        tf.linalg.logdet(m),
        tf.linalg.l2_normalize(m, 1),
        tf.global_norm([m]),
        tf.linalg.matvec(m, m[:, 0]),
        tf.histogram_fixed_width(m, [0.0, 1.0]),
    )


def math(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.placeholder(tf.float32, [2], name="y")
    names = "exp log log1p sqrt rsqrt square sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid erf erfc lgamma digamma abs sign floor ceil round rint reciprocal negative".split()
    ys = [getattr(tf, n)(x) for n in names if hasattr(tf, n)]
    ys += [
        tf.pow(x, y),
        tf.maximum(x, y),
        tf.minimum(x, y),
        tf.atan2(x, x),
        tf.squared_difference(x, y),
        tf.div(x, y),
        tf.mod(x, y),
        tf.add_n([x, x]),
        tf.accumulate_n([x, x]),
        tf.igamma(x, y),
        tf.zeta(x + 2, y),
        tf.polygamma(x, y),
        tf.betainc(x, x, x),
        tf.div_no_nan(x, y),
        tf.floor_div(x, y),
        tf.hypot(x, y) if hasattr(tf, "hypot") else x,
        tf.subtract(x, y),
        tf.multiply(x, y),
        tf.scalar_mul(2.0, x),
        tf.lbeta(x),
        tf.reduce_euclidean_norm(x, 1) if hasattr(tf, "reduce_euclidean_norm") else x,
        tf.bincount([1, 2]),
        tf.complex(x, x),
        tf.nn.softplus(x),
        tf.reduce_std(x) if hasattr(tf, "reduce_std") else x,
    ]
    tf.gradients([t for t in ys if t.dtype.is_floating], [x, y])


def helpers(tf):
    tf.train.get_or_create_global_step()
    tf.get_variable("v", [2])
    tf.train.Scaffold().finalize()


def counters(tf):
    v = tf.Variable(0, name="v")
    v.count_up_to(3)
    b = tf.Variable(tf.zeros([1]), name="b")
    (
        tf.count_nonzero(b),
        tf.setdiff1d([1, 2], [1]),
        tf.invert_permutation([1, 0]),
        tf.dynamic_partition([1, 2], [0, 1], 2),
        tf.dynamic_stitch([[0], [1]], [[1], [2]]),
    )

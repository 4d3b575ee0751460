"""Conditionals, loops, what is made of them, and their gradients."""


def cond(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    p = tf.placeholder(tf.bool, [], name="p")
    w = tf.Variable([1.0, 2.0], name="w")
    y = tf.cond(p, lambda: tf.matmul(x, tf.diag(w)), lambda: x * 2.0 + w)
    tf.gradients(y, [x, w])


def cond_nested(tf):
    x = tf.constant([1.0, 2.0], name="x")
    p = tf.placeholder(tf.bool, [])
    q = tf.placeholder(tf.bool, [])
    y, z = tf.cond(
        p, lambda: (tf.cond(q, lambda: x * x, lambda: tf.sin(x)), x), lambda: (x + 1.0, tf.exp(x))
    )
    tf.gradients([y, z], x)
    tf.cond(tf.less(1, 2), lambda: tf.no_op(), lambda: tf.group(y))


def cond_assigns(tf):
    v = tf.Variable(0, name="v")
    r = tf.get_variable("r", [], use_resource=True)
    p = tf.placeholder_with_default(True, [])
    tf.cond(p, lambda: tf.assign_add(v, 1), lambda: tf.assign(v, 0))
    tf.cond(p, lambda: r.assign_add(1.0).op, lambda: tf.no_op())
    tf.cond(p, lambda: r + 1.0, lambda: r - 1.0)


def case(tf):
    x = tf.placeholder(tf.float32, [])
    y = tf.case(
        [(x < 1.0, lambda: x), (x < 2.0, lambda: x * x)], default=lambda: -x, exclusive=True
    )
    z = tf.case({tf.less(x, 0.0): lambda: tf.constant(1.0)}, default=lambda: x)
    tf.gradients(y + z, x)


def while_loop(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable(tf.ones([3, 3]), name="w")
    i, y = tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, tf.tanh(tf.matmul(y, w))), [0, x])
    tf.gradients(y, [x, w])


def while_loop_options(tf):
    n = tf.placeholder(tf.int32, [])
    tf.while_loop(
        lambda i, y: tf.logical_and(i < n, tf.reduce_sum(y) < 100.0),
        lambda i, y: [i + 1, tf.concat([y, y[:1]], 0)],
        [tf.constant(0), tf.ones([2])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
        parallel_iterations=3,
        swap_memory=True,
        maximum_iterations=20,
        name="grow",
        back_prop=False,
    )


def while_nested(tf):
    x = tf.placeholder(tf.float32, [2], name="x")

    def body(i, y):
        _, z = tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z * x), [0, y])
        return i + 1, z + 1.0

    _, y = tf.while_loop(lambda i, y: i < 3, body, [0, x])
    tf.gradients(y, x)


def while_with_cond(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    _, y = tf.while_loop(
        lambda i, y: i < 3,
        lambda i, y: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: y * x, lambda: tf.square(y))),
        [0, x],
    )
    tf.gradients(y, x)


def while_gather(tf):
    table = tf.get_variable("table", [5, 2])
    _, s = tf.while_loop(
        lambda i, s: i < 3,
        lambda i, s: (i + 1, s + tf.gather(table, [i, i + 1])),
        [0, tf.zeros([2, 2])],
    )
    tf.gradients(s, table)


def scan(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.scan(lambda a, e: a * e, x)
    z = tf.scan(
        lambda a, e: (a[0] + e, a[1] * 2.0), x, initializer=(tf.zeros([2]), 1.0), reverse=True
    )
    tf.gradients([y] + list(z), x)


def map_fn(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.map_fn(lambda e: tf.reduce_sum(e * e), x)
    z = tf.map_fn(lambda e: e[0] - e[1], (x, y), dtype=tf.float32, parallel_iterations=2)
    tf.gradients([y, z], x)


def folds(tf):
    x = tf.placeholder(tf.float32, [4, 2], name="x")
    a = tf.foldl(lambda a, e: a + e, x)
    b = tf.foldr(lambda a, e: a * e, x, initializer=tf.ones([2]))
    tf.gradients([a, b], x)


def dynamic_rnn(tf):
    x = tf.placeholder(tf.float32, [None, 5, 3], name="x")
    n = tf.placeholder(tf.int32, [None], name="n")
    cell = tf.nn.rnn_cell.BasicLSTMCell(4)
    y, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    loss = tf.reduce_sum(y) + tf.reduce_sum(state.h)
    tf.train.GradientDescentOptimizer(0.1).minimize(loss)


def bidirectional(tf):
    x = tf.placeholder(tf.float32, [2, None, 3], name="x")
    cells = [
        tf.nn.rnn_cell.GRUCell(4),
        tf.nn.rnn_cell.MultiRNNCell(
            [tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(2, use_peepholes=True), 0.5)]
        ),
    ]
    (y, z), _ = tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x, [3, 2], dtype=tf.float32)
    tf.gradients(tf.reduce_sum(y) + tf.reduce_sum(z), tf.trainable_variables())


def static_rnn(tf):
    x = tf.unstack(tf.placeholder(tf.float32, [2, 3, 4], name="x"), axis=1)
    y, _ = tf.nn.static_rnn(
        tf.nn.rnn_cell.BasicRNNCell(5), x, dtype=tf.float32, sequence_length=tf.constant([2, 3])
    )
    tf.gradients(y, tf.trainable_variables())


def tensor_arrays(tf):
    ta = tf.TensorArray(tf.float32, 3, clear_after_read=False, element_shape=[2])
    x = tf.placeholder(tf.float32, [3, 2], name="x")
    ta = ta.unstack(x)
    ta = ta.write(1, ta.read(0) + ta.read(2))
    y = ta.stack()
    z = ta.gather([0, 1])
    s = tf.TensorArray(tf.float32, 2).split(tf.reshape(x, [6]), [2, 4])
    tf.gradients([y, z, s.concat()], x)
    ta.size()
    ta.close()


def control_dependencies(tf):
    v = tf.Variable(1.0, name="v")
    a = tf.assign_add(v, 1.0)
    with tf.control_dependencies([a]):
        b = tf.identity(v)
        with tf.control_dependencies([b, tf.no_op(name="n")]):
            c = tf.add(b, 2.0)
    tf.group(a, c, v.initializer, name="all")
    with tf.device("/gpu:0"):
        d = tf.constant(1.0)
    tf.group(a, d)
    tf.tuple([b, c, tf.IndexedSlices(tf.ones([2, 1]), [0, 1])], control_inputs=[a])
    tf.gradients(c, v)
    with tf.control_dependencies([a]), tf.control_dependencies(None):
        tf.constant(2)


def hessian(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    y = tf.reduce_sum(x * x * tf.sin(x))
    tf.hessians(y, x)
    first = tf.gradients(y, x, name="first")[0]
    tf.gradients(first, x, grad_ys=tf.ones([3]), stop_gradients=[x])


def several_paths(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    parts = tf.split(x, 3, 1)
    y = tf.concat([parts[0], parts[2]], 1)
    a, b = tf.nn.moments(x, [0])
    z = tf.add_n([tf.reduce_sum(y), tf.reduce_max(x), tf.reduce_prod(x), tf.reduce_mean(x, 1)[0]])
    c = tf.nn.top_k(x, 2)[0]
    d = tf.where(x > 0, x, tf.zeros_like(x))
    e = tf.stack(tf.unstack(a)) + b
    tf.gradients(
        [z, c, d, e, tf.cumsum(x), tf.stop_gradient(x), tf.pad(x, [[0, 0], [1, 2]])],
        x,
        aggregation_method=tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N,
    )


def custom_gradients(tf):
    @tf.custom_gradient
    def bump(x):
        return tf.exp(x), lambda dy: dy * 2.0

    x = tf.placeholder(tf.float32, [2], name="x")
    y = bump(x)
    with tf.get_default_graph().gradient_override_map({"Relu": "Relu6"}):
        z = tf.nn.relu(x)
    tf.gradients([y, z], x)

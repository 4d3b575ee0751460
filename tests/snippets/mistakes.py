"""What people get wrong, and the class and first line of the error they get for it."""
import numpy as np


def feeding(tf, out):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    n = tf.placeholder(tf.int32, name="n")
    s = tf.placeholder(tf.string, [2], name="s")
    b = tf.placeholder(tf.bool, [], name="b")
    c = tf.constant(1.0, name="c")
    v = tf.Variable([1.0, 2.0], name="v")
    y = tf.reduce_sum(x, name="y")
    with tf.Graph().as_default():
        other = tf.placeholder(tf.float32, [], name="other")
    with tf.Session() as sess:
        out.error(sess.run, y)
        out.error(sess.run, n)
        out.error(sess.run, b)
        out.error(sess.run, y, {x: [1.0, 2.0, 3.0]})
        out.error(sess.run, y, {x: np.zeros([2, 4])})
        out.kind(sess.run, y, {x: [[1.0, 2.0, 3.0], [1.0]]})
        out.kind(sess.run, y, {x: "text"})
        out.kind(sess.run, n, {n: "text"})
        out.error(sess.run, n, {n: 1.5})
        out.error(sess.run, n, {n: 2 ** 40})
        out.error(sess.run, y, {x: None})
        out.error(sess.run, y, {x: c})
        out.error(sess.run, y, {other: 1.0})
        out.error(sess.run, y, {"x": np.zeros([1, 3])})
        out.error(sess.run, y, {"x:0": np.zeros([1, 4])})
        out.error(sess.run, y, {"nothing:0": 1.0})
        out.error(sess.run, y, {3: 1.0})
        out.error(sess.run, y, {None: 1.0})
        out.kind(sess.run, y, [x, np.zeros([1, 3])])
        out.error(sess.run, y, {x: np.zeros([1, 3]), y: 3.0})
        out.error(sess.run, v, {v: [1.0]})
        out.error(sess.run, c, {c: [1.0, 2.0]})
        out.error(sess.run, s, {s: ["a"]})
        out.error(sess.run, b, {b: [True]})
        out.error(sess.run, y, {(x, n): 1.0})
        out.error(sess.run, y, {v.op: 1.0})


def fetching(tf, out):
    x = tf.constant(1.0, name="x")
    with tf.Graph().as_default():
        foreign = tf.constant(1.0, name="foreign")
    with tf.Session() as sess:
        out.error(sess.run, None)
        out.error(sess.run, [x, None])
        out.error(sess.run, 3)
        out.error(sess.run, {"a": 2.5})
        out.error(sess.run, "x")
        out.error(sess.run, "nothing")
        out.error(sess.run, "nothing:0")
        out.error(sess.run, "x:1")
        out.error(sess.run, "x:y")
        out.error(sess.run, foreign)
        out.error(sess.run, [x, foreign.op])
        out.error(sess.run, np.zeros(2))
        out.error(sess.run, [])
        out.kind(sess.run, lambda: x)
    out.error(sess.run, x)
    out.error(x.eval)
    out.error(x.op.run)
    out.error(lambda: sess.make_callable(x)())
    with tf.Session(graph=tf.Graph()) as empty:
        out.error(empty.run, "x:0")
        out.error(empty.run, [])
    with tf.Session(graph=foreign.graph):
        out.error(x.eval)
    out.error(tf.Session, 3)
    out.error(tf.Session, graph=3)
    out.error(tf.Session, config=3)


def values_that_are_missing(tf, out):
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.get_variable("r", [2], use_resource=True)
    w = tf.Variable(v.initialized_value() * 2.0, name="w")
    u = tf.Variable(v * 2.0, name="u")
    loss = tf.reduce_sum(v * 3.0)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[v])
    with tf.Session() as sess:
        for fetch in (v, v + 1.0, v.assign_add([1.0, 1.0]), step, w, u, u.initializer, tf.scatter_add(v, [0], [1.0])):
            out.error(sess.run, fetch)
        out.error(sess.run, r)
        out.error(sess.run, r * 2.0)
        out.error(v.eval)
        out.error(v.initializer.run)
        out.error(sess.run, tf.assert_variables_initialized([w]))
        out(sess.run(tf.report_uninitialized_variables([v, w])).tolist())


def shapes_that_do_not_fit(tf, out):
    a = tf.zeros([2, 3], name="a")
    b = tf.zeros([4, 5], name="b")
    c = tf.zeros([2, 3, 4], name="c")
    v = tf.Variable([1.0, 2.0], name="v")
    out.error(lambda: a + b)
    out.error(lambda: tf.matmul(a, b, name="product"))
    out.error(lambda: tf.matmul(a, c))
    out.error(lambda: tf.matmul(c, c))
    out.error(lambda: tf.matmul(a, tf.zeros([3])))
    out.error(lambda: tf.concat([a, b], 0))
    out.error(lambda: tf.concat([a, c], 0))
    out.error(lambda: tf.concat([a, a], 5))
    out.error(lambda: tf.stack([a, b]))
    out.error(lambda: tf.stack([a, a], axis=4))
    out.error(lambda: tf.unstack(tf.placeholder(tf.float32, [None, 2])))
    out.error(lambda: tf.reshape(a, [4]))
    out.error(lambda: tf.reshape(a, [-1, 4]))
    out.error(lambda: tf.reshape(a, [-1, -1]))
    out.error(lambda: tf.transpose(a, [0, 1, 2]))
    out.error(lambda: tf.transpose(a, [0, 3]))
    out.error(lambda: tf.split(a, 2, 1))
    out.error(lambda: tf.split(a, [1, 1], 1))
    out.error(lambda: tf.expand_dims(a, 4))
    out.error(lambda: tf.squeeze(a, [0]))
    out.error(lambda: tf.squeeze(a, [3]))
    out.error(lambda: tf.tile(a, [1]))
    out.error(lambda: tf.pad(a, [[1, 1]]))
    out.error(lambda: tf.slice(a, [0], [1]))
    out.error(lambda: tf.slice(a, [1, 1], [2, 2]))
    out.error(lambda: a[5])
    out.error(lambda: a[0, 0, 0])
    out.error(lambda: a["x"])
    out.error(lambda: a[1.5])
    out.error(lambda: tf.reduce_sum(a, 3))
    out.error(lambda: tf.reduce_mean(a, [0, -4]))
    out.error(lambda: tf.argmax(a, 2))
    out.error(lambda: tf.gather(tf.constant(1.0), 0))
    out.error(lambda: tf.gather(a, 0, axis=2))
    out.error(lambda: tf.gather_nd(a, tf.constant([[0, 1, 2]])))
    out.error(lambda: tf.where(tf.constant([True, False]), a, c))
    out.error(lambda: tf.one_hot(1.5, 3))
    out.error(lambda: tf.nn.conv2d(a, c, [1, 1, 1, 1], "SAME"))
    out.error(lambda: tf.nn.conv2d(tf.zeros([1, 8, 8, 3]), tf.zeros([3, 3, 4, 8]), [1, 1, 1, 1], "SAME"))
    out.error(lambda: tf.nn.conv2d(tf.zeros([1, 2, 2, 3]), tf.zeros([3, 3, 3, 8]), [1, 1, 1, 1], "VALID"))
    out.error(lambda: tf.nn.conv2d(tf.zeros([1, 8, 8, 3]), tf.zeros([3, 3, 3, 8]), [1, 1], "SAME"))
    out.error(lambda: tf.nn.conv2d(tf.zeros([1, 8, 8, 3]), tf.zeros([3, 3, 3, 8]), [1, 1, 1, 1], "same"))
    out.error(lambda: tf.nn.max_pool(a, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"))
    out.error(lambda: tf.nn.max_pool(tf.zeros([1, 2, 2, 3]), [1, 3, 3, 1], [1, 2, 2, 1], "VALID"))
    out.error(lambda: tf.nn.bias_add(a, tf.zeros([4])))
    out.error(lambda: tf.nn.bias_add(a, a))
    out.error(lambda: tf.nn.xw_plus_b(a, b, tf.zeros([5])))
    out.error(lambda: tf.nn.softmax_cross_entropy_with_logits(labels=a, logits=b))
    out.error(lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([3], tf.int32), logits=a))
    out.error(lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([2, 3], tf.int32), logits=a))
    out.error(lambda: tf.nn.sigmoid_cross_entropy_with_logits(labels=a, logits=b))
    out.kind(lambda: tf.nn.in_top_k(a, tf.zeros([3], tf.int32), 1))
    out.error(lambda: tf.nn.top_k(a, 7))
    out.error(lambda: tf.nn.embedding_lookup(a, [[1.5]]))
    out.error(lambda: tf.nn.moments(a, None))
    out.error(lambda: tf.nn.batch_normalization(a, tf.zeros([4]), tf.ones([3]), None, None, 1e-3))
    out.error(lambda: tf.nn.dropout(a, 1.5))
    out.error(lambda: tf.nn.dropout(a, 0.0))
    out.error(lambda: tf.assign(v, [1.0]))
    out.error(lambda: v.assign_add(3.0))
    out.error(lambda: tf.scatter_update(v, [0, 1], [[1.0]]))
    out.error(lambda: a.set_shape([2, 4]))
    out.error(lambda: a.set_shape([2]))
    out.error(lambda: tf.constant([[1, 2], [3]]))
    out.error(lambda: tf.constant([1, 2, 3], shape=[2]))
    out.kind(lambda: tf.constant([1, "a"]))
    out.error(lambda: tf.zeros([-1]))
    out.error(lambda: tf.zeros([None, 2]))
    out.error(lambda: tf.placeholder(tf.float32, [-1]))
    out.error(lambda: tf.random_normal([None, 2]))
    out.error(lambda: tf.range(3, 0, 0))
    out.error(lambda: tf.eye(-1))
    out.error(lambda: tf.tensordot(a, b, 1))
    out.error(lambda: tf.case([]))
    out.error(lambda: tf.boolean_mask(a, [True]))
    out.error(lambda: tf.add_n([a, b]))
    out.error(lambda: tf.add_n([]))
    out.error(lambda: tf.clip_by_value(a, b, b))
    out.error(lambda: tf.broadcast_to(a, [3, 3]))
    out.error(lambda: tf.cholesky(a))
    out.error(lambda: tf.matrix_inverse(tf.zeros([3])))


def shapes_that_do_not_fit_in_a_run(tf, out):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.placeholder(tf.float32, name="y")
    m = tf.placeholder(tf.float32, [None, None], name="m")
    i = tf.placeholder(tf.int32, name="i")
    v = tf.Variable([1.0, 2.0], name="v", validate_shape=False)
    with tf.Session() as sess:
        sess.run(v.initializer)
        for fetch, feed in [
                (x + y, {x: [1, 2], y: [1, 2, 3]}),
                (tf.matmul(m, y), {m: np.ones([2, 3]), y: np.ones([2, 3])}),
                (tf.matmul(x, y), {x: np.ones([2]), y: np.ones([2, 3])}),
                (tf.concat([x, y], 0), {x: np.ones([2, 3]), y: np.ones([2, 2])}),
                (tf.stack([x, y]), {x: [1.0], y: [1.0, 2.0]}),
                (tf.reshape(x, [2, 2]), {x: [1.0, 2.0]}),
                (tf.reshape(x, i), {x: [1.0, 2.0, 3.0], i: [-1, 2]}),
                (tf.gather(x, i), {x: [1.0], i: [0, 3]}),
                (tf.gather(x, i), {x: [1.0], i: -1}),
                (tf.gather_nd(x, i), {x: [1.0], i: [[4]]}),
                (x[i], {x: [1.0], i: 4}),
                (tf.slice(x, [i], [2]), {x: [1.0], i: 0}),
                (tf.split(x, 2), {x: [1.0, 2.0, 3.0]}),
                (tf.squeeze(x, [0]), {x: [1.0, 2.0]}),
                (tf.transpose(x, [1, 0]), {x: [1.0]}),
                (tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=m), {i: [7], m: [[1.0, 2.0]]}),
                (tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=y), {x: [[1.0]], y: [[1.0, 2.0]]}),
                (tf.identity(v) + x, {x: [1.0, 2.0, 3.0]}),
                (tf.scatter_update(v, i, x), {i: [5], x: [1.0]}),
                (tf.check_numerics(tf.log(x), "bad log"), {x: [-1.0]}),
                (tf.Assert(tf.less(x, 1.0), [x]), {x: 2.0}),
                (tf.assert_equal(x, y, message="differ"), {x: [1.0], y: [2.0]}),
                (tf.matrix_inverse(m), {m: [[0.0, 0.0], [0.0, 0.0]]}),
                (tf.cholesky(m), {m: [[-1.0, 0.0], [0.0, 1.0]]}),
                (tf.matrix_inverse(m), {m: [[0.0, 0.0]]}),
                (i // 0, {i: 1}),
                (i % tf.zeros([], tf.int32), {i: 1}),
                (tf.decode_raw(tf.as_string(x), tf.int32), {x: 1.0}),
                (tf.string_to_number(tf.as_string(i) + "x"), {i: 1}),
                (tf.invert_permutation(i), {i: [0, 0]}),
                (tf.range(0, i, 0), {i: 3}),
                (tf.fill([i], 1.0), {i: -1}),
                (tf.ensure_shape(x, [3]), {x: [1.0]}),
                (tf.nn.top_k(x, i)[0], {x: [1.0], i: 3}),
                (tf.multinomial(m, 2), {m: np.zeros([2, 0])}),
                (tf.boolean_mask(m, x > 0), {m: [[1.0]], x: [1.0, 2.0]}),
        ]:
            out.error(sess.run, fetch, feed)
        out.kind(sess.run, tf.py_func(lambda: 1, [], tf.float32))
        out.kind(sess.run, tf.py_func(lambda: "a", [], tf.float32))


def types_that_do_not_fit(tf, out):
    f = tf.constant([1.0], name="f")
    i = tf.constant([1], name="i")
    b = tf.constant([True], name="b")
    s = tf.constant(["a"], name="s")
    d = tf.constant([1.0], tf.float64, name="d")
    v = tf.Variable(1.0, name="v")
    out.error(lambda: f + i)
    out.error(lambda: f * d)
    out.error(lambda: i + 1.5)
    out.error(lambda: f + "a")
    out.error(lambda: f & b)
    out.error(lambda: b + b)
    out.error(lambda: s - s)
    out.error(lambda: -s)
    out.error(lambda: ~f)
    out.error(lambda: b and f)
    out.error(lambda: bool(f))
    out.error(lambda: 3 if f > 2 else 4)
    out.error(lambda: list(tf.placeholder(tf.float32)))
    out.error(lambda: len(f))
    out.kind(lambda: int(f))
    out.kind(lambda: float(f))
    out.error(lambda: range(i))
    out.error(lambda: tf.matmul([[1.0]], [[1]]))
    out.error(lambda: tf.concat([f, i], 0))
    out.error(lambda: tf.stack([f, i]))
    out.error(lambda: tf.where(f, f, f))
    out.error(lambda: tf.cond(f, lambda: f, lambda: f))
    out.error(lambda: tf.cond(True, lambda: f, lambda: i))
    out.error(lambda: tf.cond(b[0], f, f))
    out.error(lambda: tf.cond(b[0], lambda: f, lambda: (f, f)))
    out.error(lambda: tf.while_loop(lambda x: x < 1.0, lambda x: 1, [0.0]))
    out.error(lambda: tf.while_loop(lambda x: x, lambda x: x, [0.0]))
    out.error(lambda: tf.while_loop(lambda x: tf.constant(True), lambda x: tf.concat([x, x], 0), [f]))
    out.error(lambda: tf.while_loop(lambda x: tf.constant(True), lambda x: (x, x), [f]))
    out.error(lambda: tf.while_loop(lambda: True, lambda: None, []))
    out.error(lambda: tf.nn.relu(s))
    out.error(lambda: tf.nn.softmax(i))
    out.error(lambda: tf.sqrt(i))
    out.error(lambda: tf.exp("a"))
    out.error(lambda: tf.logical_and(f, b))
    out.error(lambda: tf.reduce_mean(s))
    out.error(lambda: tf.reduce_all(f))
    out.error(lambda: tf.nn.conv2d(tf.zeros([1, 4, 4, 1], tf.int32), tf.zeros([2, 2, 1, 1], tf.int32), [1, 1, 1, 1], "SAME"))
    out.error(lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=f, logits=[[1.0]]))
    out.error(lambda: tf.assign(v, 1))
    out.error(lambda: v.assign("a"))
    out.error(lambda: tf.assign(f, f))
    out.error(lambda: tf.Variable())
    out.error(lambda: tf.Variable(None))
    out.error(lambda: tf.Variable("a", dtype=tf.float32))
    out.error(lambda: tf.cast(f, "nonsense"))
    out.error(lambda: tf.cast(s, tf.float32))
    out.error(lambda: tf.constant(1.5, tf.int32))
    out.error(lambda: tf.constant("a", tf.float32))
    out.error(lambda: tf.constant(None))
    out.error(lambda: tf.constant([None]))
    out.error(lambda: tf.convert_to_tensor({"a": 1}))
    out.kind(lambda: tf.convert_to_tensor(object()))
    out.error(lambda: tf.convert_to_tensor(f, tf.int32))
    out.error(lambda: tf.placeholder("nonsense"))
    out.error(lambda: tf.placeholder(None))
    out.error(lambda: tf.placeholder(tf.float32, "a"))
    out.error(lambda: tf.gather(f, f))
    out.error(lambda: tf.one_hot(f, 3))
    out.error(lambda: tf.reshape(f, 1.5))
    out.error(lambda: tf.identity(None))
    out.error(lambda: tf.add(1, None))
    out.error(lambda: tf.group(3))
    out.error(lambda: tf.clip_by_norm(i, 1.0))
    out.error(lambda: tf.random_uniform([2], dtype=tf.int32))
    out.error(lambda: tf.random_uniform([2], 0, 5, tf.string))
    out.error(lambda: tf.random_shuffle(3))
    out.error(lambda: tf.SparseTensor([[0]], [1.0], [2]).dense_shape + 1.5)
    out.error(lambda: f[0].assign(1.0))


def graphs_that_are_mixed(tf, out):
    a = tf.constant(1.0, name="a")
    graph = tf.get_default_graph()
    with tf.Graph().as_default() as other:
        b = tf.constant(2.0, name="b")
        v = tf.Variable(1.0, name="v")
        out.error(lambda: a + b)
        out.error(lambda: tf.add_n([a, b]))
        out.error(lambda: tf.gradients(b, [a]))
        out.error(lambda: graph.get_tensor_by_name("b:0"))
        out.error(lambda: graph.as_graph_element(b))
        with tf.control_dependencies(None):
            out.error(lambda: tf.assign(v, a))
    out.error(lambda: graph.get_operation_by_name("nothing"))
    out.error(lambda: graph.get_operation_by_name("a:0"))
    out.error(lambda: graph.get_tensor_by_name("a"))
    out.error(lambda: graph.get_tensor_by_name("a:3"))
    out.error(lambda: graph.get_tensor_by_name("nothing:0"))
    out.error(lambda: graph.get_tensor_by_name(3))
    out.error(lambda: graph.get_operation_by_name(a))
    out.error(lambda: graph.as_graph_element("a:0:1"))
    out.error(lambda: graph.as_graph_element(a, False, False))
    out.error(lambda: graph.as_graph_element(3))
    out.error(lambda: tf.constant(1.0, name="bad name"))
    out.kind(lambda: tf.constant(1.0, name=3))
    out.error(lambda: graph.get_collection_ref(None) and None)
    out.error(lambda: a.op.get_attr("nothing"))
    out.error(lambda: tf.import_graph_def(3))
    out.error(lambda: tf.import_graph_def(graph.as_graph_def(), return_elements=["nothing"]))
    out.error(lambda: tf.import_graph_def(graph.as_graph_def(), return_elements=["a:7"]))
    with other.as_default():
        out.error(lambda: tf.Session(graph=graph).run(b))
    other.finalize()
    with other.as_default():
        out.error(lambda: tf.constant(1.0))
        out.error(lambda: tf.reset_default_graph())


def variables_used_again(tf, out):
    tf.get_variable("v", [2])
    out.error(lambda: tf.get_variable("v", [2]))
    with tf.variable_scope("s", reuse=True):
        out.error(lambda: tf.get_variable("w", [2]))
    with tf.variable_scope("s"):
        tf.get_variable("w", [2])
    with tf.variable_scope("s", reuse=True):
        out.error(lambda: tf.get_variable("w", [3]))
        out.error(lambda: tf.get_variable("w", [2], tf.float64))
        out.error(lambda: tf.get_variable("w", [2], initializer=tf.zeros([3])))
        out.error(lambda: tf.get_variable("other"))
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        out.error(lambda: tf.get_variable("w", [2, 2]))
        out.error(lambda: tf.get_variable("new"))
        out.error(lambda: tf.get_variable("new", [None, 2]))
    out.error(lambda: tf.get_variable("t", initializer=3.0, shape=[]))
    out.error(lambda: tf.get_variable("u", [2], initializer=tf.zeros([2])))
    out.error(lambda: tf.get_variable("i", [2], tf.int32))
    out.error(lambda: tf.get_variable("s2", [2], tf.string))
    out.error(lambda: tf.get_variable("x y", [2]))
    out.error(lambda: tf.get_variable("a", [2], initializer="nonsense"))
    out.error(lambda: tf.variable_scope(None).__enter__())
    out.error(lambda: tf.variable_scope(3).__enter__())
    out.error(lambda: tf.variable_scope("x", reuse="yes").__enter__() and None)
    out.error(lambda: tf.get_variable("p", [7], partitioner=tf.fixed_size_partitioner(2)).assign(1))
    out.error(lambda: tf.layers.dense(tf.placeholder(tf.float32), 3))
    out.error(lambda: tf.layers.dense(tf.placeholder(tf.float32, [None, None]), 3))
    tf.layers.dense(tf.zeros([1, 2]), 3, name="d")
    out.error(lambda: tf.layers.dense(tf.zeros([1, 2]), 3, name="d"))
    out.error(lambda: tf.layers.dense(tf.zeros([1, 3]), 3, name="d", reuse=True))
    out.error(lambda: tf.layers.dense(tf.zeros([1, 2]), 3, name="e", reuse=True))


def training(tf, out):
    x = tf.placeholder(tf.float32, [], name="x")
    i = tf.Variable(1, name="i", trainable=False)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    out.error(lambda: optimizer.minimize(x))
    v = tf.Variable(1.0, name="v")
    w = tf.Variable(1.0, name="w")
    out.error(lambda: optimizer.minimize(x))
    out.error(lambda: optimizer.minimize(x, var_list=[]))
    out.error(lambda: optimizer.minimize(v * 2.0, var_list=[w]))
    out.error(lambda: optimizer.minimize(v * 2.0, var_list=[x]))
    out.error(lambda: optimizer.minimize(v * 2.0, var_list=[i]))
    out.kind(lambda: optimizer.minimize(tf.cast(v, tf.int32)))
    out.error(lambda: optimizer.minimize(v * 2.0, gate_gradients=7))
    out.error(lambda: optimizer.apply_gradients([]))
    out.error(lambda: optimizer.apply_gradients([(None, v), (None, w)]))
    out.error(lambda: optimizer.apply_gradients([(tf.zeros([2]), v)]))
    out.error(lambda: optimizer.apply_gradients([(tf.zeros([]), x)]))
    out.error(lambda: optimizer.compute_gradients(v * 2.0, grad_loss=tf.zeros([3])))
    out.kind(lambda: tf.train.MomentumOptimizer(0.1))
    out.error(lambda: tf.train.Optimizer(False, ""))
    out.error(lambda: tf.train.AdamOptimizer(0.1).get_slot(v, "m"))
    out.error(lambda: tf.gradients([], [v]))
    out.error(lambda: tf.gradients(v, 3))
    out.error(lambda: tf.gradients(v * 2.0, v, grad_ys=[tf.ones([]), tf.ones([])]))
    out.error(lambda: tf.gradients(v * 2.0, v, grad_ys=tf.ones([], tf.int32)))
    out.error(lambda: tf.gradients(v * 2.0, v, aggregation_method=9))
    out.error(lambda: tf.gradients(tf.py_func(lambda a: a, [v], tf.float32), v))
    out.error(lambda: tf.hessians(v * tf.ones([2]), v))
    out.error(lambda: tf.train.exponential_decay(0.1, None, 10, 0.5))
    out.error(lambda: tf.train.piecewise_constant(i, [1, 2], [0.1]))
    out.error(lambda: tf.train.polynomial_decay(0.1, None, 10))
    out.error(lambda: tf.train.ExponentialMovingAverage(0.9).apply([x]))
    out.error(lambda: tf.train.ExponentialMovingAverage(0.9).apply([i]))
    out.error(lambda: tf.train.Saver([]))
    out.error(lambda: tf.train.Saver({"a": 3}))
    out.error(lambda: tf.train.Saver([v, v]))
    out.error(lambda: tf.train.create_global_step() and tf.train.create_global_step())
    out.error(lambda: tf.train.Saver().restore(tf.Session(), None))
    out.error(lambda: tf.train.Saver().restore(tf.Session(), "no_such_model"))
    out.error(lambda: tf.train.import_meta_graph("/nonexistent/model.meta"))
    out.error(lambda: tf.summary.scalar("a", [1.0, 2.0]) and None)
    with tf.Session() as sess:
        out.error(sess.run, tf.summary.scalar("b", tf.zeros([2])))

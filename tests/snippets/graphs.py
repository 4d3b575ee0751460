"""Graphs: names, scopes, control dependencies, devices, colocation, collections, look-ups."""
import numpy as np


def names(tf, out):
    graph = tf.get_default_graph()
    out(graph.unique_name("a"), graph.unique_name("a"), graph.unique_name("A"))
    out(graph.unique_name("a_1"), graph.unique_name("a/b/c"), graph.unique_name("a/b"))
    out(graph.unique_name("b", mark_as_used=False), graph.unique_name("b"))
    for name in ["x", "x", "x_1", "x", None, "y/z", "y", "a.b", "a-b", "a>b", "0"]:
        out.error(lambda: tf.constant(1.0, name=name).name)
    for name in ["_x", "x y", "x:0", "-x", ".x", "/x", "é"]:
        out.error(lambda: tf.constant(1.0, name=name).name)
    out(tf.constant(1).name, tf.constant(1).op.name, graph.version)


def scopes(tf, out):
    graph = tf.get_default_graph()
    with tf.name_scope("a") as first:
        out(first, graph.get_name_scope(), tf.no_op().name)
        with tf.name_scope("a") as inner:
            out(inner, tf.constant(1, name="c").name)
        with tf.name_scope(first):
            out(tf.constant(1, name="c").name, graph.get_name_scope())
        with tf.name_scope(None):
            out(tf.constant(1, name="c").name)
        with graph.name_scope(None):
            out(tf.constant(1, name="c").name)
        with graph.name_scope(""):
            out(tf.constant(1, name="c").name)
    with tf.name_scope("a") as second:
        out(second)
    with tf.name_scope("a/"):
        out(tf.constant(1, name="c").name)
    with tf.name_scope("b/c") as scope:
        out(scope, tf.constant(1, name="c").name)
    with tf.name_scope(None, "default", [tf.constant(2)]) as scope:
        out(scope)
    for scope in ["_a", "a b", "-", "A0"]:
        out.error(lambda: tf.name_scope(scope).__enter__())
    out.error(lambda: tf.name_scope(None, None, [tf.constant(1)]).__enter__())
    with tf.op_scope([tf.constant(1)], None, "old") as scope:
        out(scope)
    with tf.op_scope([tf.constant(1)], "new", "old") as scope:
        out(scope)


def scopes_and_variables(tf, out):
    with tf.variable_scope("v") as scope:
        tf.get_variable("w", [2])
        tf.add(1, 2, name="s")
    with tf.variable_scope(scope, reuse=True):
        out(tf.get_variable("w", [2]).name)
        tf.add(1, 2, name="s")
    with tf.name_scope("n"):
        with tf.variable_scope("v", reuse=True) as again:
            out(again.name, again.original_name_scope, tf.get_variable("w").name)
            tf.add(1, 2, name="s")
        out(tf.Variable(1.0, name="u").name)
    with tf.variable_scope(scope.original_name_scope):
        out(tf.get_variable("x", [1]).name, tf.no_op().name)
    with tf.variable_scope(scope, auxiliary_name_scope=False):
        out(tf.no_op().name)
    with tf.variable_scope("outer"), tf.variable_scope("inner") as inner:
        out(inner.name, tf.get_variable_scope().name, tf.no_op().name)


def control_dependencies(tf, out):
    a, b, c = [tf.constant(float(i), name=n) for i, n in enumerate("abc")]
    with tf.control_dependencies([a, b.op]):
        d = tf.identity(a, name="d")
        with tf.control_dependencies([c, d]):
            e = tf.add(a, b, name="e")
            f = tf.identity(d, name="f")
            g = tf.no_op(name="g")
        with tf.control_dependencies(None):
            h = tf.no_op(name="h")
            with tf.control_dependencies([c]):
                i = tf.no_op(name="i")
        with tf.control_dependencies([]):
            j = tf.no_op(name="j")
    v = tf.Variable(1.0, name="v")
    with tf.control_dependencies([v, v.assign(2.0)]):
        k = tf.identity(v, name="k")
        out([x.name for x in k.op.control_inputs])
    for x in (d, e, f):
        out(x.name, sorted(y.name for y in x.op.control_inputs))
    for x in (g, h, i, j):
        out(x.name, sorted(y.name for y in x.control_inputs))
    out.error(lambda: tf.control_dependencies([3]).__enter__())
    with tf.control_dependencies(["a:0", "b"]):
        out(sorted(y.name for y in tf.no_op(name="l").control_inputs))
    out.error(lambda: tf.control_dependencies([None]).__enter__())
    with tf.Graph().as_default():
        x = tf.constant(1)
    out.error(lambda: tf.control_dependencies([x]).__enter__())
    tf.group(a, b, c, name="together")
    tf.group(name="nothing")
    out.error(tf.group, a, None)
    out.error(tf.group, 1)
    tf.tuple([a, b, None], name="all", control_inputs=[c])
    out.error(tf.tuple, [None])
    out.error(tf.tuple, [a], control_inputs=[1])


def devices(tf, out):
    def show(*ops):
        for op in ops:
            out(op.name, repr(op.device))

    with tf.device("/cpu:0"):
        a = tf.constant(1, name="a")
        with tf.device("/job:w/task:1"):
            b = tf.constant(1, name="b")
            with tf.device(None):
                c = tf.constant(1, name="c")
        with tf.device("/gpu:1"):
            d = tf.constant(1, name="d")
        with tf.device(tf.DeviceSpec(job="ps", device_type="GPU", device_index=2)):
            e = tf.constant(1, name="e")
        with tf.device(lambda op: "/gpu:3" if op.type == "Const" else "/cpu:1"):
            f = tf.constant(1, name="f")
            g = tf.identity(f, name="g")
            v = tf.Variable(1.0, name="v")
    show(*[x.op for x in (a, b, c, d, e, f, g)])
    show(v.op, v.initializer)
    for name in ["/device:CPU:0", "/job:a/replica:2/task:3/gpu:*", "/GPU:1", "", "/cpu",
                 "/job:localhost/replica:0/task:0/device:CPU:0"]:
        out(repr(tf.DeviceSpec.from_string(name).to_string()))
    for name in ["cpu", "/cpu:0/gpu:0", "nonsense", "/job", "/device:CPU", 3]:
        def enter():
            with tf.device(name):
                return tf.constant(1).device
        out.error(enter)
    spec = tf.DeviceSpec(job="a", task=1)
    spec.merge_from(tf.DeviceSpec(task=2, device_type="GPU", device_index=1))
    out(spec.to_string(), spec == tf.DeviceSpec.from_string("/job:a/task:2/device:GPU:1"),
        spec.job, spec.task, spec.replica, spec.device_type, spec.device_index)


def colocation(tf, out):
    a = tf.constant(1.0, name="a")
    with tf.device("/cpu:1"):
        b = tf.constant(1.0, name="b")
    with tf.colocate_with(a):
        c = tf.constant(1.0, name="c")
        with tf.colocate_with(b):
            d = tf.constant(1.0, name="d")
        with tf.colocate_with(b, ignore_existing=True):
            e = tf.constant(1.0, name="e")
        with tf.colocate_with(None, ignore_existing=True):
            f = tf.constant(1.0, name="f")
    with tf.colocate_with(b), tf.device("/cpu:2"):
        g = tf.constant(1.0, name="g")
    v = tf.Variable(1.0, name="v")
    with tf.colocate_with(v):
        h = tf.constant(1.0, name="h")
    for x in (a, b, c, d, e, f, g, h):
        out(x.name, repr(x.device), sorted(x.op.colocation_groups()))
    out.error(lambda: tf.get_default_graph().colocate_with(None).__enter__())
    out.error(lambda: tf.colocate_with(3).__enter__())


def collections(tf, out):
    graph = tf.get_default_graph()
    tf.add_to_collection("a", 1)
    tf.add_to_collection("a", 1)
    graph.add_to_collections(["a", "b", "b"], 2)
    graph.add_to_collections("c", 3)
    out(tf.get_collection("a"), tf.get_collection("b"), tf.get_collection("c"),
        tf.get_collection("missing"))
    tf.get_collection("a").append(5)
    tf.get_collection_ref("a").append(6)
    tf.get_collection_ref("d").append(7)
    out(tf.get_collection("a"), tf.get_collection("d"), sorted(graph.get_all_collection_keys()))
    graph.clear_collection("a")
    out(tf.get_collection("a"), sorted(graph.collections))
    with tf.variable_scope("s"):
        tf.get_variable("v", [1])
        tf.add_to_collection("b", tf.constant(1, name="k"))
    tf.get_variable("w", [1], trainable=False)
    out([x.name for x in tf.get_collection("b", "s")], [x.name for x in tf.trainable_variables()])
    out([x.name for x in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="s")],
        [x.name for x in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "w")],
        [x.name for x in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "v")])
    for key in sorted(k for k in dir(tf.GraphKeys) if k[0] != "_"):
        out(key, getattr(tf.GraphKeys, key))


def finalized(tf, out):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    tf.add_to_collection("a", 1)
    out(graph.finalized)
    graph.finalize()
    out(graph.finalized)
    out.error(tf.constant, 1.0)
    out.error(lambda: a + 1)
    out.error(tf.add_to_collection, "a", 1)
    out.error(tf.get_collection_ref, "a")
    out.error(tf.set_random_seed, 1)
    out(tf.get_collection("a"), graph.get_tensor_by_name("a:0") is a)
    with tf.Session() as session:
        out(session.run(a))


def elements(tf, out):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    split = tf.split(tf.zeros([4]), 2, name="split")
    v = tf.Variable(1.0, name="v")
    out(graph.as_graph_element("a:0") is a, graph.as_graph_element("a") is a.op,
        graph.as_graph_element(a) is a, graph.as_graph_element(a.op) is a.op,
        graph.as_graph_element(v).name, graph.get_tensor_by_name("split:1") is split[1],
        graph.get_operation_by_name("split").type, graph.get_operations()[0] is a.op)
    for name in ["b", "b:0", "a:1", "split:2", "a:x", "a:0:0", ":0", "", "^a"]:
        out.error(lambda: graph.as_graph_element(name).name)
        out.error(lambda: graph.get_tensor_by_name(name).name)
        out.error(lambda: graph.get_operation_by_name(name).name)
    for value in [3, None, 1.5, [a], np.zeros(2)]:
        out.error(graph.as_graph_element, value)
        out.error(graph.get_tensor_by_name, value)
        out.error(graph.get_operation_by_name, value)
    out.error(graph.as_graph_element, a, False, True)
    out.error(graph.as_graph_element, a.op, True, False)
    out.error(graph.as_graph_element, a, False, False)
    out.error(graph.as_graph_element, "a:0", False, True)
    out.error(graph.as_graph_element, "a", True, False)
    with tf.Graph().as_default() as other:
        b = tf.constant(1.0, name="a")
    out.error(graph.as_graph_element, b)
    out.error(lambda: a + b)
    out.error(tf.add_n, [a, b])
    out(other.is_feedable(b), graph.is_fetchable(a))
    graph.prevent_feeding(a)
    graph.prevent_fetching(a.op)
    out(graph.is_feedable(a), graph.is_fetchable(a), graph.is_fetchable(a.op))
    with tf.Session() as session:
        out(end(session.run, a).split(" been marked")[0].split(": ")[1])
        out.error(session.run, v, {a: 1.0})


def end(function, *arguments):
    """The error that a call ends with, as text."""
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001
        return "%s: %s" % (type(error).__name__, str(error).split("\n")[0])


def nesting(tf, out):
    outer = tf.get_default_graph()
    with tf.Graph().as_default() as inner:
        out(tf.get_default_graph() is inner)
        out.error(tf.reset_default_graph)
        with outer.as_default():
            out(tf.get_default_graph() is outer)
        out(tf.get_default_graph() is inner, tf.get_default_session())
        with tf.Session() as session:
            out(tf.get_default_session() is session, session.graph is inner)
        out.error(lambda: tf.constant(1.0).eval())
        out.error(lambda: tf.no_op().run())
        with tf.Session(graph=outer) as session:
            out.error(lambda: tf.constant(1.0).eval())
            out.error(lambda: session.run(tf.constant(1.0, name="strange")))
    out(tf.get_default_graph() is outer)


def graph_keys_of_operations(tf, out):
    a = tf.placeholder(tf.float32, [None, 3], name="a")
    b = tf.matmul(a, tf.ones([3, 2]), name="b")
    op = b.op
    out(op.name, op.type, [x.name for x in op.inputs], [x.name for x in op.outputs],
        len(op.inputs), op.graph is tf.get_default_graph(), op.device, op.values()[0] is b)
    out(op.get_attr("transpose_a"), op.get_attr("T"), a.op.get_attr("dtype"),
        str(a.op.get_attr("shape")).replace("\n", " "))
    out.error(op.get_attr, "missing")
    out([x.name for x in a.consumers()], a.value_index, b.graph is a.graph, b.dtype, b.op is op)
    c = tf.split(b, 2, 1)
    out(c[1].value_index, c[1].name, [x.name for x in b.consumers()])
    d = tf.placeholder(tf.int32)
    out(d.shape, d.get_shape().ndims, a.shape, a.get_shape().as_list(), b.shape)
    d.set_shape([None, 2])
    d.set_shape([3, None])
    out(d.shape)
    out.error(d.set_shape, [4, 2])
    out.error(d.set_shape, [3])
    for call in (lambda: bool(a), lambda: len(a), lambda: list(a), lambda: a[0, 0] and 1,
                 lambda: a == 1, lambda: a != a, lambda: {a: 1}[a],
                 lambda: [1, 2][d], lambda: a in [a], lambda: a.foo, lambda: np.array(a),
                 lambda: a.eval(), lambda: a is None,
                 lambda: [x.name for x in tf.ones([2])], lambda: not a):
        try:
            out(call())
        except Exception as error:  # noqa: BLE001 - ours may say more, behind a parenthesis or colon
            out(type(error).__name__, str(error).split("\n")[0].split(" (The tensor")[0].split(" to a numpy array")[0])
    out.error(lambda: op.run())
    op._set_attr("_mine", op.node_def.attr["T"])
    out(op.get_attr("_mine"))


def texts(tf, out):
    a = tf.placeholder(tf.float32, [None, 3], name="a")
    b = tf.placeholder(tf.string)
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.get_variable("r", [2, 2], use_resource=True)
    values = [a, b, a.op, tf.no_op(name="n"), v, r, v.value(), tf.split(a, 3, 1)[2],
              tf.float32, tf.float32_ref if hasattr(
                  tf, "float32_ref") else v.dtype, a.shape, b.shape, tf.TensorShape([]),
              tf.TensorShape([1]), tf.TensorShape([None, 2]), tf.Dimension(3), tf.Dimension(None),
              tf.IndexedSlices(a, tf.constant([0])), tf.IndexedSlices(a, tf.constant([0]), [3, 3]),
              tf.VariableAggregation.SUM, tf.VariableSynchronization.AUTO, tf.AUTO_REUSE,
              tf.SparseTensorValue([[0]], [1], [2]), tf.GraphKeys.WEIGHTS, tf.QUANTIZED_DTYPES and 1,
              tf.UnconnectedGradients.NONE, tf.AggregationMethod.ADD_N,
              tf.FixedLenFeature([2], tf.float32), tf.VarLenFeature(tf.int64)]
    for value in values:
        if not isinstance(value, tf.IndexedSlices):
            out(repr(value))
        out(str(value))
    out(a.op.node_def)
    out(tf.constant([1, 2], name="c").op.node_def)
    out(tf.matmul(a, tf.ones([3, 2]), name="m").op.node_def)
    out(str(a.op).strip())
    out(tf.errors.InvalidArgumentError(None, None, "words"))
    out(repr(tf.errors.NotFoundError(None, a.op, "words").error_code))
    out(str(tf.get_default_graph().as_graph_def().node[0]))
    out(str(tf.ConfigProto(allow_soft_placement=True)))


def signatures_kept_in_graphs(tf, out):
    """Definitions of operations, as each operation tells its own."""
    x = tf.placeholder(tf.float32, [2, 4, 4, 3])
    tf.nn.conv2d(x, tf.ones([2, 2, 3, 1]), [1, 1, 1, 1], "SAME")
    tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    tf.Variable(1.0)
    tf.random_normal([2])
    tf.cast(x, tf.int32)
    tf.concat([x, x], 0)
    tf.split(x, 2)
    tf.nn.fused_batch_norm(x, [1.0] * 3, [0.0] * 3)
    tf.py_func(lambda y: y, [x], tf.float32)
    tf.FIFOQueue(2, [tf.float32])
    tf.Assert(True, [x])
    seen = set()
    for op in tf.get_default_graph().get_operations():
        if op.type not in seen:
            seen.add(op.type)
            text = [line for line in str(op.op_def).split("\n") 
                    if not any(word in line for word in ("description", "f: ", "allows_uninit"))]
            out("\n".join(text).strip())

"""Variables: the operations they make, and what happens to them in a session."""
import numpy as np


def plain(tf, out):
    v = tf.Variable(tf.zeros([2, 3]))
    w = tf.Variable([1.0, 2.0], name="w")
    with tf.name_scope("scope"):
        u = tf.Variable(3, name="u", trainable=False)
    again = tf.Variable(1.0, name="w")
    out(v, w, u, again)
    for x in (v, w, u, again):
        out(x.name, x.op.name, x.dtype, x.shape, x.trainable, x.initializer.name,
            x.initial_value.name, x.value().name, x.graph is tf.get_default_graph(), x.device)
    out([x.name for x in tf.global_variables()], [x.name for x in tf.trainable_variables()])
    out([x.name for x in tf.global_variables(scope="w")])
    out(type(v + 1.0).__name__, (v * 2.0).name, (1.0 - w).name, v[0].name, (-v).name)
    out(isinstance(v, tf.Variable), v == w, v == v, len({v, w}))


def from_function(tf, out):
    v = tf.Variable(lambda: tf.ones([2]), name="v")
    with tf.name_scope("scope"):
        w = tf.Variable(lambda: np.array([1, 2]), name="w", dtype=tf.float64)
    out(v.initial_value.name, w.dtype, w.initial_value.name)


def chained(tf, out):
    v = tf.Variable(tf.random_normal([3], seed=1), name="v")
    w = tf.Variable(v.initialized_value() * 2.0, name="w")
    x = tf.Variable(v + 1.0, name="x")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        a, b, c = sess.run([v, w, x])
        out(a), out(b), out(c)


def initialized_value_trains(tf, out):
    w = tf.Variable(tf.ones([2, 1])).initialized_value()
    loss = tf.reduce_sum(tf.square(tf.matmul([[1.0, 2.0]], w)))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        out(sess.run(loss))
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        out(sess.run(w))


def arguments(tf, out):
    v = tf.Variable([1, 2], dtype=tf.float32, collections=["mine"], trainable=False, name="v")
    out(v.dtype, [x.name for x in tf.get_collection("mine")], len(tf.global_variables()))
    w = tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], name="w")
    out([x.name for x in tf.local_variables()], [x.name for x in tf.trainable_variables()])
    with tf.device("/cpu:0"):
        d = tf.Variable(1.0, name="d")
    out(d.device, w.device)
    c = tf.Variable(1.0, name="c", caching_device="/cpu:0")
    out(c.value().device)
    p = tf.placeholder_with_default([[1.0]], [None, None])
    u = tf.Variable(p, validate_shape=False, name="u")
    out(u.shape, u)
    k = tf.Variable(1.0, constraint=tf.nn.relu, name="k")
    out(k.constraint is tf.nn.relu, v.constraint)


def assignments(tf, out):
    v = tf.Variable([1.0, 2.0], name="v")
    n = tf.Variable(3, name="n")
    ops = [v.assign([3.0, 4.0]), v.assign_add([1.0, 1.0]), v.assign_sub([0.5, 0.0]),
           tf.assign(v, [9.0, 9.0]), tf.assign_add(v, [1.0, 1.0]), tf.assign_sub(v, v / 2.0),
           n.assign(7), n.assign_add(-2), tf.assign(n, 4, name="named")]
    out([op.name for op in ops], v.assign([1.0, 1.0], read_value=False).name)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for op in ops:
            out(np.asarray(sess.run(op)))
        out(sess.run(v)), out(sess.run(n))
        v.load([5.0, 6.0], sess)
        out(v.eval(session=sess))
        with sess.as_default():
            n.load(1)
            out(n.eval())


def control_dependencies(tf, out):
    v = tf.Variable(1.0, name="v")
    with tf.control_dependencies([v.assign_add(1.0)]):
        after = v.read_value()
        same = v.value()
    out(after.name, same.name)
    with tf.control_dependencies([after]):
        w = tf.Variable(2.0, name="w")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out(sess.run(after)), out(sess.run(w))


def scatters(tf, out):
    start = np.arange(12, dtype=np.float32).reshape(4, 3) + 1.0
    new = np.array([[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]], np.float32)
    v = tf.Variable(start, name="v")
    reset = v.initializer
    slices = tf.IndexedSlices(tf.constant(new), tf.constant([0, 2]))
    ops = [f(v, [0, 2], new) for f in (tf.scatter_update, tf.scatter_add, tf.scatter_sub,
                                       tf.scatter_mul, tf.scatter_div, tf.scatter_min,
                                       tf.scatter_max)]
    ops += [tf.scatter_add(v, [1, 1], new), tf.scatter_add(v, 3, new[0]),
            tf.scatter_mul(v, [0], 2.0), tf.scatter_nd_update(v, [[0], [3]], new),
            tf.scatter_nd_add(v, [[0, 1], [0, 1]], [1.0, 2.0]),
            tf.scatter_nd_sub(v, [[3, 2]], [1.0]), tf.batch_scatter_update(v, [[0], [1], [2], [0]],
                                                                        new[[0, 1, 0, 1], :1])]
    ops += [f(slices) for f in (v.scatter_update, v.scatter_add, v.scatter_sub, v.scatter_mul,
                                v.scatter_div, v.scatter_min, v.scatter_max)]
    ops += [v.scatter_nd_update([[1]], new[:1]), v.scatter_nd_add([[1]], new[:1]),
            v.scatter_nd_sub([[1]], new[:1]), v[1].assign([7.0, 8.0, 9.0]),
            v[:2, 1:].assign([[1.0, 2.0], [3.0, 4.0]])]
    out([op.name for op in ops])
    with tf.Session() as sess:
        for op in ops:
            sess.run(reset)
            out(np.asarray(sess.run(op)))
        for bad in (tf.scatter_add(v, [4], new[:1]), tf.scatter_update(v, [-1], new[:1]),
                    tf.scatter_nd_add(v, [[4, 0]], [1.0])):
            sess.run(reset)
            try:
                sess.run(bad)
            except tf.errors.InvalidArgumentError as error:
                out(error.message.split("\n")[0].split(" [[")[0].strip())
            out(sess.run(v))


def uninitialized(tf, out):
    v = tf.Variable([1.0], name="v")
    w = tf.Variable([1], name="w", trainable=False)
    tf.Variable(1.0, name="local", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    report = tf.report_uninitialized_variables()
    some = tf.report_uninitialized_variables([w], name="some")
    asserted = tf.assert_variables_initialized()
    flag = tf.is_variable_initialized(v)
    out(report.name, some.name, asserted.name, flag.name)
    with tf.Session() as sess:
        for op in (v, v.assign_add([1.0]), v + 1.0):
            try:
                sess.run(op)
            except tf.errors.FailedPreconditionError as error:
                out(error.message.split("\n")[0].split(" [[")[0].strip())
        out([name.decode() for name in sess.run(report)], sess.run(flag))
        sess.run(v.initializer)
        out([name.decode() for name in sess.run(report)], sess.run(flag))
        sess.run(tf.variables_initializer([w]))
        out([name.decode() for name in sess.run(some)])
        sess.run(tf.local_variables_initializer())
        out(len(sess.run(report)), sess.run(asserted) is not None)


def counts(tf, out):
    v = tf.Variable(0, name="v")
    count = v.count_up_to(3)
    again = tf.count_up_to(v, 2)
    out(count.name, again.name)
    with tf.Session() as sess:
        sess.run(v.initializer)
        out(sess.run(count)), out(sess.run(count)), out(sess.run(v))
        for op in (again, count, count):
            try:
                out(sess.run(op))
            except tf.errors.OutOfRangeError as error:
                out(error.message.split("\n")[0].split(" [[")[0].strip())
        out(sess.run(v))


def protos(tf, out):
    v = tf.Variable([1.0], name="v")
    with tf.name_scope("scope"):
        w = tf.Variable([1.0], name="w", trainable=False)
        r = tf.Variable([1.0], name="r", use_resource=True)
    for x in (v, w, r):
        out(x.to_proto())
        if x is r:
            continue  # TensorFlow makes a broken variable of it.
        again = tf.Variable.from_proto(x.to_proto())
        out(again.name, again.trainable, again.initializer.name, again.value().name, again)
    out(w.to_proto(export_scope="scope"), v.to_proto(export_scope="scope"))


def types(tf, out):
    for dtype in (tf.float16, tf.float64, tf.int8, tf.uint8, tf.int64, tf.bool, tf.complex64):
        v = tf.Variable(tf.cast([1, 0], dtype), name=dtype.name)
        out(v.dtype, v.initial_value.dtype)
    s = tf.Variable(["a", "b"], name="s")
    changed = s.assign(["c", "d"])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for v in tf.global_variables()[:-1]:
            out(sess.run(v))
        out(sess.run(s).tolist())
        out(sess.run(changed).tolist(), sess.run(s).tolist())


def creators(tf, out):
    def loud(following, **kwargs):
        out("made", kwargs["name"], kwargs["trainable"])
        kwargs["name"] = "renamed_" + str(kwargs["name"])
        return following(**kwargs)

    with tf.variable_creator_scope(loud):
        out(tf.Variable(1.0, name="v").name)
        out(tf.get_variable("w", [], trainable=False).name)
    out(tf.Variable(1.0, name="v").name)


def errors(tf, out):
    out.error(tf.Variable)
    out.error(tf.Variable, 1.0, collections="mine")
    out.error(tf.Variable, tf.placeholder(tf.float32, [None]))
    out.error(tf.Variable, 1.0, constraint=3)
    v = tf.Variable([1.0, 2.0], name="v")
    out.error(tf.assign, v, [1.0, 2.0, 3.0])
    out.error(tf.assign, v, [1, 2])
    out.error(v.assign_add, 1.0)
    out.error(tf.assign, tf.constant(1.0), 2.0)
    out.error(tf.scatter_add, v, [0, 1], [1.0, 2.0, 3.0])
    out.error(v.scatter_add, tf.constant(1.0))
    out.error(iter, v)
    out.error(v.load, [1.0, 2.0])
    out.error(v.eval)
    out.error(tf.convert_to_tensor, v, dtype=tf.int32)
    out.error(tf.enable_resource_variables)
    tf.disable_resource_variables()


def resource(tf, out):
    v = tf.Variable(tf.zeros([2, 3]), use_resource=True)
    w = tf.Variable(lambda: tf.ones([2]), name="w", use_resource=True)
    out(v, v.dtype, v.name, v.op.type, v.initializer.name, w.initial_value.name)
    reads = [v.value(), v.read_value(), v.initialized_value(), tf.identity(v), v + 1.0, v[0]]
    ops = [v.assign(tf.ones([2, 3])), v.assign_add(tf.ones([2, 3])), v.assign_sub([[1.0] * 3] * 2),
           tf.scatter_add(v, [0, 0], [[1.0] * 3] * 2), tf.scatter_nd_update(v, [[0, 0]], [5.0]),
           v.scatter_update(tf.IndexedSlices(tf.ones([1, 3]), tf.constant([1]))),
           tf.assign(v, [[2.0] * 3] * 2), v[1].assign([1.0, 2.0, 3.0])]
    out([x.name for x in reads], [x.name for x in ops], v.assign(v, read_value=False).name)
    out.error(v.assign, [1.0])
    out(tf.is_variable_initialized(v).name)
    with tf.Session() as sess:
        try:
            sess.run(v)
        except tf.errors.FailedPreconditionError as error:
            out(type(error).__name__)
        sess.run(tf.global_variables_initializer())
        for op in reads + ops:
            out(np.asarray(sess.run(op)))
        v.load(np.full([2, 3], 4.0), sess)
        out(sess.run(v))


def resource_gathers(tf, out):
    v = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2), use_resource=True, name="v")
    x = tf.gather(v, [0, 2, 2])
    y = tf.gather_nd(v, [[0, 1], [2, 0]])
    dx, = tf.gradients(tf.reduce_sum(x * x), v)
    out(type(dx).__name__)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out(sess.run(x)), out(sess.run(y))
        slices = sess.run(dx)
        out(slices.values), out(slices.indices)


def resource_trains(tf, out):
    v = tf.Variable([1.0, 2.0], use_resource=True, name="v")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(v * v))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        out(sess.run(v))


def moving_average(tf, out):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable(3.0, name="w", trainable=False)
    t = tf.identity(v * 2.0, name="t")
    average = tf.train.ExponentialMovingAverage(0.9)
    update = average.apply([v, t])
    out(update.name, average.average(v).name, average.average_name(v), average.average_name(w))
    out(sorted(average.variables_to_restore()), [x.name for x in tf.moving_average_variables()])
    counted = tf.train.ExponentialMovingAverage(0.99, num_updates=w, name="counted")
    count = counted.apply()
    change = v.assign_add([1.0, 1.0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(change)
            sess.run([update, count])
        for each in (average.average(v), average.average(t), counted.average(v)):
            out(sess.run(each))


def moving_average_debiased(tf, out):
    v = tf.Variable([1.0, 2.0], name="v")
    t = tf.identity(v * 2.0, name="t")
    average = tf.train.ExponentialMovingAverage(0.9, zero_debias=True)
    update = average.apply([t])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(update)
        out(sess.run(average.average(t)))


def global_steps(tf, out):
    train = tf.train
    out(train.get_global_step())
    step = train.get_or_create_global_step()
    out(step, train.get_global_step() is step, train.get_or_create_global_step() is step)
    out.error(train.create_global_step)
    out([v.name for v in tf.get_collection(tf.GraphKeys.GLOBAL_STEP)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step.assign(5))
        out(train.global_step(sess, step))
    out.error(train.assert_global_step, 3)
    out.error(train.assert_global_step, tf.constant(3.0))
    out.error(train.assert_global_step, tf.constant([3]))


def schedules(tf, out):
    step = tf.Variable(0, name="step", trainable=False)
    fed = tf.placeholder(tf.int32, [], name="fed")
    train = tf.train
    makers = [
        lambda s: train.exponential_decay(0.1, s, 10, 0.5),
        lambda s: train.exponential_decay(0.1, s, 10, 0.5, staircase=True, name="stairs"),
        lambda s: train.piecewise_constant(s, [5, 8], [1.0, 0.5, 0.1]),
        lambda s: train.polynomial_decay(0.1, s, 10),
        lambda s: train.polynomial_decay(0.1, s, 10, power=0.5),
        lambda s: train.polynomial_decay(0.1, s, 4, power=2.0, cycle=True),
        lambda s: train.natural_exp_decay(0.1, s, 10, 0.5),
        lambda s: train.natural_exp_decay(0.1, s, 10, 0.5, True),
        lambda s: train.inverse_time_decay(0.1, s, 10, 0.5),
        lambda s: train.inverse_time_decay(0.1, s, 10, 0.5, True),
        lambda s: train.cosine_decay(0.1, s, 10, 0.1),
        lambda s: train.cosine_decay_restarts(0.1, s, 5),
        lambda s: train.cosine_decay_restarts(0.1, s, 5, t_mul=1.0, m_mul=0.5, alpha=0.1),
        lambda s: train.linear_cosine_decay(0.1, s, 10),
        lambda s: train.noisy_linear_cosine_decay(0.1, s, 10, initial_variance=1e-20),
    ]
    rates = [make(fed) for make in makers]
    named = [make(step) for make in makers]
    out([rate.name for rate in named])
    with tf.Session() as sess:
        for value in (0, 1, 4, 5, 6, 8, 9, 10, 13, 30):
            out(np.array(sess.run(rates, {fed: value})))
    for make in (train.exponential_decay, train.natural_exp_decay, train.inverse_time_decay):
        out.error(make, 0.1, None, 10, 0.5)
    for make in (train.polynomial_decay, train.cosine_decay, train.cosine_decay_restarts,
                 train.linear_cosine_decay, train.noisy_linear_cosine_decay):
        out.error(make, 0.1, None, 10)
    out.error(train.piecewise_constant, step, [5.0], [1.0, 0.5])
    out.error(train.piecewise_constant, step, [5], [1.0])

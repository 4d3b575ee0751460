"""Every optimizer of tf.train: the operations it makes and twenty steps of what it does."""
import numpy as np

STEPS = 20


def _optimizers(tf, step):
    train = tf.train
    return {
        "gradient_descent": lambda: train.GradientDescentOptimizer(0.1),
        "momentum": lambda: train.MomentumOptimizer(0.1, 0.9),
        "nesterov": lambda: train.MomentumOptimizer(0.1, 0.9, use_nesterov=True, name="N"),
        "adam": lambda: train.AdamOptimizer(0.1),
        "adagrad": lambda: train.AdagradOptimizer(0.1),
        "adagrad_da": lambda: train.AdagradDAOptimizer(
            0.1, step, l1_regularization_strength=0.01, l2_regularization_strength=0.02),
        "adadelta": lambda: train.AdadeltaOptimizer(1.0),
        "rmsprop": lambda: train.RMSPropOptimizer(0.05, momentum=0.5),
        "rmsprop_centered": lambda: train.RMSPropOptimizer(0.05, centered=True),
        "ftrl": lambda: train.FtrlOptimizer(
            0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02),
        "ftrl_power": lambda: train.FtrlOptimizer(0.1, learning_rate_power=-0.7),
        "ftrl_shrinkage": lambda: train.FtrlOptimizer(
            0.1, l2_shrinkage_regularization_strength=0.1),
        "proximal_gradient_descent": lambda: train.ProximalGradientDescentOptimizer(
            0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02),
        "proximal_adagrad": lambda: train.ProximalAdagradOptimizer(
            0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02),
    }


def _train(tf, out, name, sparse=False, resource=False, dtype=np.float32):
    random = np.random.RandomState(3)
    first = random.randn(5, 3).astype(dtype)
    step = tf.Variable(0, trainable=False, name="step", dtype=tf.int64, use_resource=resource)
    x = tf.Variable(first, name="x", use_resource=resource)
    y = tf.Variable(np.asarray(2.0, dtype), name="y", use_resource=resource)
    optimizer = _optimizers(tf, step)[name]()
    dy = tf.placeholder(dtype, [], name="dy")
    if sparse:
        values = tf.placeholder(dtype, [4, 3], name="values")
        indices = tf.placeholder(tf.int32, [4], name="indices")
        dx = tf.IndexedSlices(values, indices)
    else:
        values = dx = tf.placeholder(dtype, [5, 3], name="dx")
    train = optimizer.apply_gradients([(dx, x), (dy, y)], global_step=step)
    out(type(train).__name__, train.name, optimizer.get_name(), optimizer.get_slot_names())
    out([v.name for v in optimizer.variables()])
    out([v.name for v in tf.global_variables()], [v.name for v in tf.trainable_variables()])
    out([op.name for op in tf.get_collection(tf.GraphKeys.TRAIN_OP)])
    init = tf.global_variables_initializer()
    path = []
    with tf.Session() as sess:
        sess.run(init)
        for _ in range(STEPS):
            feed = {dy: random.randn(), values: random.randn(*values.shape.as_list())}
            if sparse:
                feed[indices] = random.randint(0, 4, 4)
            sess.run(train, feed)
            now = sess.run([x, y])
            path.append(np.append(now[0].ravel(), now[1]))
        slots = [optimizer.get_slot(x, slot) for slot in optimizer.get_slot_names()]
        count, values = sess.run([step, slots])
        out("steps", count)
        for value in values:
            out(value)
    out(np.array(path, dtype))


def _define(name):
    def dense(tf, out):
        _train(tf, out, name)

    def sparse(tf, out):
        _train(tf, out, name, sparse=True)

    def resource(tf, out):
        _train(tf, out, name, resource=True)

    def resource_sparse(tf, out):
        _train(tf, out, name, sparse=True, resource=True)

    def double(tf, out):
        _train(tf, out, name, dtype=np.float64)

    forms = [dense, sparse, resource, resource_sparse]
    if name in ("adam", "ftrl"):
        forms.append(double)
    for function in forms:
        globals()["%s_%s" % (name, function.__name__)] = function


for _name in ("gradient_descent momentum nesterov adam adagrad adagrad_da adadelta rmsprop "
              "rmsprop_centered ftrl ftrl_power ftrl_shrinkage proximal_gradient_descent "
              "proximal_adagrad").split():
    _define(_name)


def minimize(tf, out):
    x = tf.Variable([1.0, 2.0], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    loss = tf.reduce_sum(tf.square(tf.matmul(tf.reshape(x, [1, 2]), w)))
    optimizer = tf.train.GradientDescentOptimizer(0.01)
    train = optimizer.minimize(loss)
    second = optimizer.minimize(loss, var_list=[x], name="only_x")
    out(train.name, second.name)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(5):
            sess.run(train)
        sess.run(second)
        out(sess.run(x))
        out(sess.run(w))


def gates(tf, out):
    x = tf.Variable(1.0, name="x")
    y = tf.Variable(2.0, name="y")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    for gate in (optimizer.GATE_NONE, optimizer.GATE_OP, optimizer.GATE_GRAPH):
        pairs = optimizer.compute_gradients(x * y, gate_gradients=gate)
        out([(g.name, v.name) for g, v in pairs])


def grad_loss(tf, out):
    x = tf.Variable([1.0, 2.0], name="x")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    pairs = optimizer.compute_gradients(x * x, grad_loss=tf.constant([1.0, 10.0]))
    clipped = [(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in pairs]
    train = optimizer.apply_gradients(clipped, name="clipped")
    out(train.name)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        out(sess.run(x))


def embedding(tf, out):
    table = tf.Variable(np.arange(12, dtype=np.float32).reshape(4, 3), name="table")
    ids = tf.placeholder(tf.int32, [None], name="ids")
    loss = tf.reduce_sum(tf.square(tf.gather(table, ids)))
    train = tf.train.AdamOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for feed in ([0, 0, 3], [1], [2, 1]):
            sess.run(train, {ids: feed})
        out(sess.run(table))


def constraint(tf, out):
    x = tf.Variable([1.0, -2.0], name="x", constraint=lambda v: tf.maximum(v, 0.0))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(x))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        out(sess.run(x))


def slots_in_scopes(tf, out):
    with tf.variable_scope("layer"), tf.name_scope("inner"):
        x = tf.get_variable("x", [2], initializer=tf.zeros_initializer())
        with tf.name_scope("train"):
            train = tf.train.MomentumOptimizer(0.1, 0.9).apply_gradients([(tf.ones([2]), x)])
    out(train.name, [v.name for v in tf.global_variables()])


def two_optimizers(tf, out):
    x = tf.Variable([1.0], name="x")
    for _ in range(2):
        tf.train.AdamOptimizer(0.1).apply_gradients([(tf.ones([1]), x)])
    shared = tf.train.AdamOptimizer(0.1, name="Shared")
    for _ in range(2):
        shared.apply_gradients([(tf.ones([1]), x)])
    out([v.name for v in tf.global_variables()])


def learning_rates(tf, out):
    x = tf.Variable([1.0], name="x")
    rate = tf.placeholder(tf.float32, [], name="rate")
    train = tf.train.GradientDescentOptimizer(rate).apply_gradients([(tf.ones([1]), x)])
    called = tf.train.GradientDescentOptimizer(lambda: 0.5).apply_gradients([(tf.ones([1]), x)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train, {rate: 0.25})
        sess.run(called)
        out(sess.run(x))


def unknown_shape(tf, out):
    first = tf.placeholder_with_default(np.ones([2, 2], np.float32), [None, None], name="first")
    x = tf.Variable(first, validate_shape=False, name="x")
    for make in (tf.train.AdamOptimizer, tf.train.AdagradOptimizer, tf.train.RMSPropOptimizer):
        make(0.1).apply_gradients([(tf.ones([2, 2]), x)])


def half_precision(tf, out):
    x = tf.Variable(np.ones([3], np.float16), name="x")
    train = tf.train.AdamOptimizer(0.1, epsilon=1e-3).apply_gradients(
        [(tf.constant([1, 2, 3], tf.float16), x)])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        out(sess.run(x).astype(np.float32).round(2))


def errors(tf, out):
    train = tf.train
    x = tf.Variable([1.0], name="x")
    i = tf.Variable([1], name="i")
    gradient = tf.ones([1])
    sgd = train.GradientDescentOptimizer(0.1)
    out.error(train.GradientDescentOptimizer, 0.1, name="")
    out.error(sgd.apply_gradients, [])
    out.error(sgd.apply_gradients, [(None, x)])
    out.error(sgd.minimize, tf.constant(1.0), var_list=[x])
    out.error(sgd.minimize, tf.constant(1.0), var_list=[])
    out.error(sgd.compute_gradients, tf.constant(1.0), gate_gradients=7)
    out.error(train.AdagradOptimizer, 0.1, initial_accumulator_value=0.0)
    out.error(train.ProximalAdagradOptimizer, 0.1, initial_accumulator_value=-1.0)
    out.error(train.FtrlOptimizer, 0.1, initial_accumulator_value=-1.0)
    out.error(train.FtrlOptimizer, 0.1, learning_rate_power=1.0)
    out.error(train.FtrlOptimizer, 0.1, l1_regularization_strength=-1.0)
    out.error(train.FtrlOptimizer, 0.1, l2_regularization_strength=-1.0)
    out.error(train.FtrlOptimizer, 0.1, l2_shrinkage_regularization_strength=-1.0)
    out(sgd.get_slot(x, "m"), sgd.get_slot_names(), gradient.name, i.name)

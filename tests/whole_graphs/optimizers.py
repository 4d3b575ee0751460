"""Every optimizer's ``minimize``, on dense and on gathered variables; schedules and averages."""


def _model(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable(tf.zeros([3, 2]), name="w")
    b = tf.get_variable("b", [2], initializer=tf.zeros_initializer())
    table = tf.get_variable("table", [5, 2])
    rows = tf.nn.embedding_lookup(table, [1, 3, 1])
    y = tf.matmul(x, w) + b
    return tf.reduce_mean(tf.square(y)) + tf.reduce_sum(rows)


def _minimize(make):
    def build(tf):
        loss = _model(tf)
        step = tf.train.get_or_create_global_step()
        make(tf).minimize(loss, global_step=step)

    return build


def gradient_descent(tf):
    _minimize(lambda tf: tf.train.GradientDescentOptimizer(0.1))(tf)


def momentum(tf):
    _minimize(lambda tf: tf.train.MomentumOptimizer(0.1, 0.9))(tf)


def nesterov(tf):
    _minimize(lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True, use_locking=True))(
        tf
    )


def adam(tf):
    _minimize(lambda tf: tf.train.AdamOptimizer(0.01, 0.8, 0.99, 1e-7))(tf)


def adagrad(tf):
    _minimize(lambda tf: tf.train.AdagradOptimizer(0.01))(tf)


def adagrad_da(tf):
    loss = _model(tf)
    step = tf.train.get_or_create_global_step()
    tf.train.AdagradDAOptimizer(0.1, step, l1_regularization_strength=0.1).minimize(loss, step)


def adadelta(tf):
    _minimize(lambda tf: tf.train.AdadeltaOptimizer(0.01))(tf)


def rmsprop(tf):
    _minimize(lambda tf: tf.train.RMSPropOptimizer(0.01))(tf)


def rmsprop_centered(tf):
    _minimize(lambda tf: tf.train.RMSPropOptimizer(0.01, 0.8, 0.1, centered=True))(tf)


def ftrl(tf):
    _minimize(lambda tf: tf.train.FtrlOptimizer(0.01))(tf)


def ftrl_shrinkage(tf):
    _minimize(
        lambda tf: tf.train.FtrlOptimizer(
            0.01, l1_regularization_strength=0.1, l2_shrinkage_regularization_strength=0.2
        )
    )(tf)


def proximal_gradient_descent(tf):
    _minimize(lambda tf: tf.train.ProximalGradientDescentOptimizer(0.1, 0.01, 0.02))(tf)


def proximal_adagrad(tf):
    _minimize(lambda tf: tf.train.ProximalAdagradOptimizer(0.1, l1_regularization_strength=0.01))(
        tf
    )


def resource_variables(tf):
    with tf.variable_scope("r", use_resource=True):
        loss = _model(tf)
    w = tf.get_variable("v", [2], use_resource=True)
    tf.train.AdamOptimizer(0.1).minimize(loss + tf.reduce_sum(w * w))


def resource_sgd(tf):
    v = tf.get_variable("v", [4, 2], use_resource=True)
    loss = tf.reduce_sum(v * v) + tf.reduce_sum(tf.gather(v, [0, 2]))
    tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss, var_list=[v])


def clipped(tf):
    loss = _model(tf)
    optimizer = tf.train.AdamOptimizer(tf.placeholder(tf.float32, []))
    pairs = optimizer.compute_gradients(loss)
    found, norm = tf.clip_by_global_norm([g for g, _ in pairs], 5.0)
    optimizer.apply_gradients(zip(found, [v for _, v in pairs]), name="apply")
    tf.summary.scalar("norm", norm)


def clipped_each(tf):
    loss = _model(tf)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    pairs = [
        (tf.clip_by_norm(tf.convert_to_tensor(g), 1.0), v)
        for g, v in optimizer.compute_gradients(loss, aggregation_method=2)
    ]
    pairs = [(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in pairs]
    optimizer.apply_gradients(pairs)


def schedules(tf):
    step = tf.train.create_global_step()
    a = tf.train.exponential_decay(0.1, step, 100, 0.96, staircase=True)
    b = tf.train.polynomial_decay(0.1, step, 100, 0.01, power=0.5, cycle=True)
    c = tf.train.piecewise_constant(step, [10, 20], [1.0, 0.5, 0.1])
    d = tf.train.inverse_time_decay(0.1, step, 10, 0.5)
    e = tf.train.natural_exp_decay(0.1, step, 10, 0.5, staircase=True)
    f = tf.train.cosine_decay(0.1, step, 100, 0.1)
    g = tf.train.cosine_decay_restarts(0.1, step, 10)
    h = tf.train.linear_cosine_decay(0.1, step, 100)
    tf.train.noisy_linear_cosine_decay(0.1, step, 100)
    loss = _model(tf)
    tf.train.GradientDescentOptimizer(a + b + c + d + e + f + g + h).minimize(loss, step)


def averages(tf):
    loss = _model(tf)
    step = tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
    average = tf.train.ExponentialMovingAverage(0.99, num_updates=step)
    with tf.control_dependencies([train]):
        average.apply(tf.trainable_variables())
    other = tf.train.ExponentialMovingAverage(0.9, zero_debias=True, name="Other")
    other.apply([loss])
    tf.train.Saver(average.variables_to_restore())


def synchronous(tf):
    loss = _model(tf)
    step = tf.train.get_or_create_global_step()
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.GradientDescentOptimizer(0.1), replicas_to_aggregate=2, total_num_replicas=2
    )
    optimizer.minimize(loss, global_step=step)
    optimizer.get_init_tokens_op()
    optimizer.get_chief_queue_runner()


def synchronous_averages(tf):
    loss = _model(tf)
    step = tf.train.get_or_create_global_step()
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.AdamOptimizer(0.1),
        1,
        1,
        variable_averages=tf.train.ExponentialMovingAverage(0.9),
        variables_to_average=tf.trainable_variables(),
    )
    optimizer.minimize(loss, global_step=step)
    optimizer.make_session_run_hook(True)


def devices(tf):
    with tf.device(tf.train.replica_device_setter(2)):
        loss = _model(tf)
        tf.train.AdamOptimizer(0.1).minimize(loss)


def colocated(tf):
    loss = _model(tf)
    tf.train.RMSPropOptimizer(0.1).minimize(loss, colocate_gradients_with_ops=True)


def gates(tf):
    loss = _model(tf)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.5)
    optimizer.minimize(loss, gate_gradients=optimizer.GATE_GRAPH, name="graph")
    optimizer.minimize(loss, gate_gradients=optimizer.GATE_NONE, name="none")


def scaled_loss(tf):
    loss = _model(tf)
    optimizer = tf.train.AdagradOptimizer(0.1)
    pairs = optimizer.compute_gradients(loss, grad_loss=tf.constant(2.0))
    tf.train.AdagradOptimizer(0.1, name="Second").apply_gradients(pairs)

"""Variables, scopes, partitions, initializers, embeddings, savers."""


def plain(tf):
    a = tf.Variable(1, name="a")
    b = tf.Variable(tf.random_normal([2, 3]), name="b", trainable=False, collections=["mine"])
    c = tf.Variable(lambda: tf.zeros([2]), name="c", expected_shape=None)
    d = tf.Variable(b.initialized_value() * 2, name="d")
    e = tf.Variable([1.0], validate_shape=False, name="e")
    f = tf.Variable(1.0, use_resource=True, name="f")
    g = tf.Variable(f.initialized_value() + 1.0, use_resource=True)
    (
        tf.local_variables_initializer(),
        tf.global_variables_initializer(),
        tf.initialize_all_variables(),
    )
    (
        tf.report_uninitialized_variables(),
        tf.is_variable_initialized(a),
        tf.assert_variables_initialized(),
    )
    (
        a.assign(2),
        a.assign_add(1),
        a.assign_sub(1),
        a.count_up_to(5),
        f.assign(1.0),
        f.assign_add(1.0),
        tf.assign(g, 1.0),
    )
    (
        tf.assign(a, 3, validate_shape=False),
        tf.variables_initializer([d, e]),
        c.read_value(),
        f.read_value(),
        f + 1,
        a + 1,
    )
    tf.verify_tensor_all_finite(b, "bad")


def scopes(tf):
    with tf.variable_scope(
        "a", initializer=tf.constant_initializer(0.5), regularizer=lambda w: tf.nn.l2_loss(w)
    ):
        x = tf.get_variable("x", [2])
        with tf.variable_scope("b", reuse=tf.AUTO_REUSE):
            tf.get_variable("y", [2, 2])
            tf.get_variable("y", [2, 2])
    with tf.variable_scope("a", reuse=True):
        tf.get_variable("x", [2]) + 1.0
    with tf.variable_scope(None, "d"), tf.name_scope("n"):
        tf.get_variable("z", initializer=tf.ones([2]))
        x * 2.0
    with tf.variable_scope(None, "d", [x]):
        tf.get_variable(
            "z", [3], trainable=False, collections=["own", tf.GraphKeys.GLOBAL_VARIABLES]
        )
    tf.get_local_variable("l", [2])
    tf.get_variable("c", [2], constraint=lambda v: tf.clip_by_norm(v, 1.0))
    with tf.variable_scope("s", custom_getter=lambda getter, *a, **k: getter(*a, **k) * 2.0):
        tf.get_variable("w", [2])
    tf.losses.get_regularization_loss()


def initializers(tf):
    for i, make in enumerate(
        [
            tf.zeros_initializer(),
            tf.ones_initializer(),
            tf.constant_initializer([1, 2, 3, 4]),
            tf.random_normal_initializer(0, 2, seed=1),
            tf.random_uniform_initializer(-1, 1),
            tf.truncated_normal_initializer(stddev=0.1),
            tf.uniform_unit_scaling_initializer(),
            tf.variance_scaling_initializer(),
            tf.orthogonal_initializer(),
            tf.glorot_normal_initializer(),
            tf.glorot_uniform_initializer(3),
            tf.initializers.he_normal(),
            tf.initializers.lecun_uniform(),
            tf.initializers.identity(),
            tf.contrib.layers.xavier_initializer(),
            tf.contrib.layers.variance_scaling_initializer(),
            tf.keras.initializers.he_uniform(),
        ]
    ):
        tf.get_variable("v%d" % i, [2, 2], initializer=make)


def partitioned(tf):
    ids = tf.placeholder(tf.int64, [None], name="ids")
    with tf.variable_scope("p", partitioner=tf.fixed_size_partitioner(3)):
        w = tf.get_variable("w", [7, 2], initializer=tf.random_uniform_initializer())
        b = tf.get_variable("b", [5], initializer=tf.zeros_initializer())
    y = tf.matmul(tf.placeholder(tf.float32, [None, 7]), w)
    mod = tf.nn.embedding_lookup(w, ids, "mod")
    div = tf.nn.embedding_lookup(w, ids, "div", max_norm=1.0)
    v = tf.get_variable("v", [10, 4], partitioner=tf.min_max_variable_partitioner(2, 0, 16))
    u = tf.get_variable("u", [10, 4], partitioner=tf.variable_axis_size_partitioner(64, axis=1))
    loss = (
        tf.reduce_sum(y)
        + tf.reduce_sum(mod)
        + tf.reduce_sum(div)
        + tf.reduce_sum(b)
        + tf.reduce_sum(tf.convert_to_tensor(v) * u)
    )
    tf.train.AdamOptimizer(0.1).minimize(loss)
    tf.train.Saver()
    tf.gradients(loss, list(w))


def embeddings(tf):
    table = tf.get_variable("table", [6, 3])
    other = tf.Variable(tf.zeros([5, 3]), name="other")
    ids = tf.SparseTensor(
        tf.placeholder(tf.int64, [None, 2]), tf.placeholder(tf.int64, [None]), [2, 4]
    )
    weights = tf.SparseTensor(ids.indices, tf.ones([3]), [2, 4])
    a = tf.nn.embedding_lookup_sparse(table, ids, None, combiner="mean")
    b = tf.nn.embedding_lookup_sparse(table, ids, weights, combiner="sqrtn")
    c = tf.nn.embedding_lookup([table, other], [1, 2])
    d = tf.nn.embedding_lookup_sparse(
        [table, other], ids, weights, "div", combiner="sum", max_norm=2.0
    )
    e = tf.nn.safe_embedding_lookup_sparse(table, ids, default_id=0)
    loss = sum(tf.reduce_sum(x) for x in (a, b, c, d, e))
    tf.train.AdagradOptimizer(0.1).minimize(loss)


def savers(tf):
    tf.Variable(1.0, name="a")
    tf.get_variable("b", [2], use_resource=True)
    tf.train.Saver(max_to_keep=2, keep_checkpoint_every_n_hours=1, name="first")
    tf.train.Saver({"x": tf.trainable_variables()[0]})
    tf.train.Saver(sharded=True)
    tf.add_to_collection("things", tf.constant(1))
    tf.add_to_collection("numbers", 3)
    tf.add_to_collection("numbers", 4)
    tf.add_to_collection("words", "w")
    tf.add_to_collection("words", "z")
    tf.add_to_collection("floats", 0.5)
    tf.add_to_collection(tf.GraphKeys.SAVERS, tf.train.Saver())


def templates(tf):
    def layer(x):
        return x * tf.get_variable("w", [], initializer=tf.ones_initializer())

    shared = tf.make_template("shared", layer)
    shared(tf.constant(1.0))
    shared(tf.constant(2.0))
    again = tf.make_template("shared", layer, create_scope_now_=True)
    again(1.0)


def metrics(tf):
    labels = tf.placeholder(tf.int64, [None], name="labels")
    guesses = tf.placeholder(tf.int64, [None], name="guesses")
    numbers = tf.placeholder(tf.float32, [None], name="numbers")
    tf.metrics.accuracy(labels, guesses, name="acc")
    tf.metrics.mean(numbers)
    tf.metrics.mean(numbers, weights=numbers, metrics_collections="m", updates_collections=["u"])
    tf.metrics.precision(labels, guesses)
    tf.metrics.recall(labels, guesses, weights=numbers)
    tf.metrics.auc(labels, numbers)
    tf.metrics.auc(
        labels, numbers, curve="PR", summation_method="careful_interpolation", num_thresholds=20
    )
    tf.metrics.mean_squared_error(numbers, numbers)
    tf.metrics.root_mean_squared_error(numbers, numbers)
    tf.metrics.mean_absolute_error(numbers, numbers)
    tf.metrics.mean_relative_error(numbers, numbers, numbers)
    tf.metrics.mean_iou(labels, guesses, 3)
    tf.metrics.mean_per_class_accuracy(labels, guesses, 3)
    tf.metrics.false_positives(labels, guesses)
    tf.metrics.true_negatives_at_thresholds(labels, numbers, [0.2, 0.8])
    tf.metrics.precision_at_thresholds(labels, numbers, [0.5])
    tf.metrics.sensitivity_at_specificity(labels, numbers, 0.5)
    tf.metrics.percentage_below(numbers, 0.5)
    tf.metrics.mean_cosine_distance(tf.placeholder(tf.float32, [2, 3]), tf.ones([2, 3]), 1)
    tf.metrics.recall_at_k(labels, tf.placeholder(tf.float32, [None, 4]), 2)
    tf.metrics.average_precision_at_k(labels, tf.placeholder(tf.float32, [None, 4]), 2)
    tf.metrics.recall_at_top_k(labels, tf.placeholder(tf.int64, [None, 2]), k=2)
    tf.confusion_matrix(labels, guesses, 3)
    tf.confusion_matrix(labels, guesses)

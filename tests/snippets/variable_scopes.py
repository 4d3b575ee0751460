"""tf.variable_scope, tf.get_variable, templates, partitions, initializers, regularizers."""
import numpy as np


def names(tf, out):
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [1])
        c = tf.constant(1.0, name="c")
        with tf.variable_scope("b"):
            w = tf.get_variable("v", [1])
            d = tf.constant(1.0, name="c")
        with tf.name_scope("n"):
            x = tf.get_variable("x", [1])
            y = tf.Variable(1.0, name="y")
            e = tf.constant(1.0, name="c")
    out([t.name for t in (v, c, w, d, x, y, e)])
    out(a.name, a.original_name_scope, a.reuse, a.dtype, tf.get_variable_scope().name == "")
    with tf.variable_scope("a"):
        f = tf.constant(1.0, name="c")
        z = tf.get_variable("z", [1])
    with tf.variable_scope(a):
        g = tf.constant(1.0, name="c")
    with tf.variable_scope(a, reuse=True) as again:
        h = tf.constant(1.0, name="c")
        out(tf.get_variable("v", [1]) is v, again.original_name_scope, again.name)
    with tf.variable_scope("outer"):
        with tf.variable_scope(a):
            i = tf.constant(1.0, name="c")
            j = tf.get_variable("j", [1])
        with tf.name_scope(a.original_name_scope):
            k = tf.constant(1.0, name="c")
    with tf.variable_scope("a/b/deep"):
        m = tf.get_variable("v", [1])
        n = tf.constant(1.0, name="c")
    out([t.name for t in (f, z, g, h, i, j, k, m, n)])


def default_names(tf, out):
    def layer():
        with tf.variable_scope(None, "layer", [tf.constant(1.0)]) as scope:
            return [tf.get_variable("w", [1]).name, tf.constant(1.0, name="c").name, scope.name,
                    scope.original_name_scope]

    out(layer()), out(layer())
    with tf.variable_scope("top"):
        out(layer()), out(layer())
    with tf.variable_scope("top", reuse=True):
        out(layer())
    with tf.name_scope("names"):
        out(layer())
    with tf.variable_scope("layer_2"):
        pass
    out(layer())
    with tf.variable_op_scope([tf.constant(1.0)], None, "layer") as scope:
        out(scope.name, scope.original_name_scope)


def entered_twice(tf, out):
    with tf.variable_scope("a") as a:
        pass
    scope = tf.variable_scope("s")
    for _ in range(2):
        with scope as s:
            out(s.name, tf.constant(1.0, name="c").name)
    with tf.variable_scope("x"):
        with tf.variable_scope(a):
            with tf.variable_scope("y"):
                out(tf.get_variable("v", []).name, tf.constant(1.0, name="c").name)
            with tf.variable_scope(None, "y"):
                out(tf.get_variable("v", []).name, tf.constant(1.0, name="c").name)
    with tf.variable_scope(""):
        out(tf.get_variable("root", []).name, tf.constant(1.0, name="c").name)
    with tf.variable_scope(tf.get_variable_scope()):
        out(tf.get_variable("root2", []).name, tf.constant(1.0, name="c").name)
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        out(tf.get_variable("root2", []).name)
    with tf.variable_scope(a, auxiliary_name_scope=False) as b:
        out(tf.constant(1.0, name="c").name, b.original_name_scope, tf.get_variable("w", []).name)
    with tf.variable_scope("new", auxiliary_name_scope=False) as b:
        out(tf.constant(1.0, name="c").name, b.original_name_scope, tf.get_variable("w", []).name)


def reuse(tf, out):
    with tf.variable_scope("s"):
        v = tf.get_variable("v", [2])
        out.error(tf.get_variable, "v", [2])
        tf.get_variable_scope().reuse_variables()
        out(tf.get_variable("v", [2]) is v, tf.get_variable("v") is v)
        out.error(tf.get_variable, "u", [2])
        out.error(tf.get_variable, "v", [3])
        out.error(tf.get_variable, "v", [2], dtype=tf.float64)
        with tf.variable_scope("t"):
            out(tf.get_variable_scope().reuse)
            out.error(tf.get_variable, "x", [2])
        with tf.variable_scope("t", reuse=False):
            out(tf.get_variable_scope().reuse)
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE) as s:
        out(tf.get_variable("v", [2]) is v, tf.get_variable("new", []).name, s.reuse)
        out(tf.get_variable("new", []).name)
        with tf.variable_scope("inner"):
            out(tf.get_variable_scope().reuse)
        with tf.variable_scope("inner", reuse=True):
            out(tf.get_variable_scope().reuse)
            out.error(tf.get_variable, "nothing", [])
    out([x.name for x in tf.global_variables()])


def scope_defaults(tf, out):
    with tf.variable_scope("s", initializer=tf.constant_initializer(3.0), dtype=tf.float64) as s:
        v = tf.get_variable("v", [2])
        w = tf.get_variable("w", [2], initializer=tf.zeros_initializer(), dtype=tf.float32)
        with tf.variable_scope("t", dtype=tf.float32):
            u = tf.get_variable("u", [2])
        s.set_initializer(tf.ones_initializer())
        x = tf.get_variable("x", [])
        out(s.initializer is not None, s.regularizer, s.caching_device, s.partitioner,
            s.custom_getter, s.use_resource, s.constraint)
    with tf.variable_scope("r", use_resource=True):
        r = tf.get_variable("r", [])
    with tf.variable_scope("c", caching_device="/cpu:0"):
        c = tf.get_variable("c", [])
    out([(t.name, t.dtype) for t in (v, w, u, x, r, c)], r.op.type, c.value().device)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for t in (v, w, u, x):
            out(sess.run(t))


def values_as_initializers(tf, out):
    v = tf.get_variable("v", initializer=tf.constant([1.0, 2.0]))
    w = tf.get_variable("w", initializer=[1, 2])
    x = tf.get_variable("x", initializer=np.float64(3.0))
    y = tf.get_variable("y", initializer=lambda: tf.zeros([3]))
    z = tf.get_variable(
        "z", [2], initializer=lambda shape, dtype, partition_info: tf.ones(shape, dtype))
    q = tf.get_variable("q", [2], initializer=tf.zeros_initializer)
    i = tf.get_variable("i", [2], dtype=tf.int32)
    b = tf.get_variable("b", [2], dtype=tf.bool)
    out([(t.name, t.dtype, t.shape) for t in (v, w, x, y, z, q, i, b)])
    out.error(tf.get_variable, "e1", [2], initializer=tf.constant([1.0, 2.0]))
    out.error(tf.get_variable, "e2", initializer=tf.constant([1.0]), dtype=tf.int32)
    out.error(tf.get_variable, "e3")
    out.error(tf.get_variable, "e4", [None])
    out.error(tf.get_variable, "e5", [1], dtype=tf.complex64)
    out.error(tf.get_variable, "e6", initializer=tf.zeros_initializer())


def arguments(tf, out):
    v = tf.get_variable("v", [2], trainable=False, collections=["mine"])
    out([x.name for x in tf.get_collection("mine")], v.trainable)
    w = tf.get_local_variable("w", [2])
    out([x.name for x in tf.local_variables()], w.trainable)
    out([x.name for x in tf.global_variables()])
    tf.get_variable("k", [2], constraint=tf.nn.relu)
    with tf.variable_scope("s"):
        tf.get_variable("x", [])
        tf.get_local_variable("y", [])
        scope = tf.get_variable_scope()
        out([x.name for x in scope.global_variables()], [x.name for x in scope.local_variables()],
            [x.name for x in scope.trainable_variables()])


def scope_errors(tf, out):
    def enter(*args, **kwargs):
        with tf.variable_scope(*args, **kwargs):
            pass

    out.error(enter, None)
    out.error(enter, 3)
    out.error(enter, "s", reuse=3)
    out.error(enter, None, "s", reuse=True)
    out.error(enter, "s", auxiliary_name_scope=3)
    out.error(tf.get_variable, "v", [1], custom_getter=3)
    out.error(tf.get_variable, "v", [1], partitioner=3)


def regularizers(tf, out):
    def penalty(weights):
        return 0.1 * tf.reduce_sum(weights)

    with tf.variable_scope("s", regularizer=penalty):
        v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
        tf.get_variable("b", [2], regularizer=tf.no_regularizer)
        with tf.variable_scope("t"):
            tf.get_variable("w", [3], initializer=tf.ones_initializer())
        tf.get_variable_scope().reuse_variables()
        tf.get_variable("v", [2])
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    out([loss.name for loss in losses], v.name)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out(np.array(sess.run(losses)))


def custom_getters(tf, out):
    def outer(getter, *args, **kwargs):
        out("outer", kwargs.get("name", args[:1]), sorted(kwargs))
        return getter(*args, **kwargs)

    def inner(getter, name, *args, **kwargs):
        out("inner", name)
        kwargs["trainable"] = False
        return tf.identity(getter(name + "_inner", *args, **kwargs))

    def exact(getter, name, shape, dtype, initializer, regularizer, reuse, trainable, collections,
              caching_device, partitioner, validate_shape, use_resource, synchronization,
              aggregation):
        out("exact", name, shape, trainable)
        return getter(name, shape)

    with tf.variable_scope("s", custom_getter=outer):
        with tf.variable_scope("t", custom_getter=inner):
            out(tf.get_variable("v", [1]).name)
        out(tf.get_variable("w", [1]).name)
        out(tf.get_variable("x", [1], custom_getter=exact).name)
    out([(v.name, v.trainable) for v in tf.global_variables()])


def templates(tf, out):
    def scale(x, factor=1.0):
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        return tf.multiply(x, w * factor, name="scaled")

    one = tf.make_template("scale", scale)
    out(one.variable_scope_name, one.name)
    x = tf.constant(2.0)
    out([one(x).name for _ in range(3)], one.variable_scope_name)
    two = tf.make_template("scale", scale, factor=3.0)
    out([two(x).name for _ in range(2)], two.variable_scope_name)
    now = tf.make_template("now", scale, create_scope_now_=True)
    with tf.variable_scope("elsewhere"):
        out(now(x).name, now.variable_scope.name)
        out(one(x).name, tf.make_template("scale", scale)(x).name)
    unique = tf.make_template("scale", scale, unique_name_="unique")
    out(unique(x).name, [v.name for v in unique.trainable_variables], len(unique.variables))
    bad = tf.make_template("bad", lambda: tf.Variable(1.0))
    bad()
    out.error(lambda: str(bad()).split(": [")[0])
    out.error(tf.make_template, None, scale)
    out([v.name for v in tf.global_variables()])


def partitions(tf, out):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
        v = tf.get_variable("v", [5, 2], initializer=tf.ones_initializer())
        b = tf.get_variable("b", [2])
        c = tf.get_variable("scalar", [])
    out(type(v).__name__, v.name, v.shape, v.dtype, len(v), [x.name for x in v], c.name)
    for x in v:
        info = x._get_save_slice_info()
        out(info.full_name, info.full_shape, info.var_offset, info.var_shape, info.spec)
    whole = tf.convert_to_tensor(v)
    product = tf.matmul(v, [[1.0], [2.0]])
    out(whole.name, product.name, len(b))
    w = tf.get_variable("w", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]),
                        partitioner=tf.fixed_size_partitioner(2, axis=1))
    changed = v.assign(np.arange(10, dtype=np.float32).reshape(5, 2))
    out([x.name for x in changed], [x.name for x in w])
    with tf.variable_scope("s", reuse=True):
        out(tf.get_variable("v", [5, 2]) is v)
        out(tf.get_variable("v", [5, 2], partitioner=tf.fixed_size_partitioner(3)) is v)
        out.error(tf.get_variable, "v", [6, 2], partitioner=tf.fixed_size_partitioner(3))
        out.error(tf.get_variable, "v", [5, 2], partitioner=tf.fixed_size_partitioner(2))
        out.error(tf.get_variable, "no", [5, 2], partitioner=tf.fixed_size_partitioner(2))
        out.error(tf.get_variable, "scalar", [1], partitioner=tf.fixed_size_partitioner(2))
    with tf.variable_scope("s"):
        out.error(tf.get_variable, "v", [5, 2], partitioner=tf.fixed_size_partitioner(3))
    out.error(tf.get_variable, "e", [2, 2], partitioner=lambda **_: [2, 2])
    out.error(tf.get_variable, "e", [2, 2], partitioner=lambda **_: [2])
    out.error(tf.get_variable, "e", [2, 2], partitioner=lambda **_: 2)
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(v))
    out(train.name, [x.name for x in tf.global_variables()])
    slot = tf.global_variables()[-1]._get_save_slice_info()
    out(slot.full_name, slot.full_shape, slot.var_offset, slot.var_shape)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out(sess.run(whole)), out(sess.run(tf.convert_to_tensor(w)))
        sess.run(changed)
        out(sess.run(whole))
        sess.run(train)
        out(sess.run(whole))


def partitioners(tf, out):
    shape = tf.TensorShape([10, 6])
    out(tf.fixed_size_partitioner(4)(shape=shape, dtype=tf.float32),
        tf.fixed_size_partitioner(40, axis=1)(shape=shape, dtype=tf.float32))
    out(tf.variable_axis_size_partitioner(64)(shape=shape, dtype=tf.float32),
        tf.variable_axis_size_partitioner(64, max_shards=2)(shape=shape, dtype=tf.float64),
        tf.variable_axis_size_partitioner(300, axis=1)(shape=shape, dtype=tf.string))
    out(tf.min_max_variable_partitioner(5, min_slice_size=64)(shape=shape, dtype=tf.float32),
        tf.min_max_variable_partitioner(5, axis=1)(shape=shape, dtype=tf.float32))
    out.error(tf.variable_axis_size_partitioner, 0)
    parts = tf.create_partitioned_variables([4, 2], [2, 1], tf.ones_initializer(), name="made")
    more = tf.create_partitioned_variables([4], [2], tf.constant([1.0, 2.0, 3.0, 4.0]))
    out([x.name for x in parts], [x.name for x in more])
    out.error(tf.create_partitioned_variables, [4, 2], [2], tf.ones_initializer())


def initializers(tf, out):
    makers = [
        tf.zeros_initializer(), tf.ones_initializer(), tf.constant_initializer(3.0),
        tf.constant_initializer([1.0, 2.0, 3.0]), tf.random_uniform_initializer(-1, 1, seed=3),
        tf.random_normal_initializer(1.0, 2.0, seed=3),
        tf.truncated_normal_initializer(stddev=0.1, seed=3),
        tf.uniform_unit_scaling_initializer(1.5, seed=3), tf.variance_scaling_initializer(seed=3),
        tf.variance_scaling_initializer(mode="fan_avg", distribution="uniform", seed=3),
        tf.variance_scaling_initializer(2.0, "fan_out", "untruncated_normal", seed=3),
        tf.glorot_uniform_initializer(seed=3),
        tf.glorot_normal_initializer(seed=3), tf.initializers.he_normal(seed=3),
        tf.initializers.he_uniform(seed=3), tf.initializers.lecun_normal(seed=3),
        tf.initializers.lecun_uniform(seed=3),
    ]
    made = [tf.get_variable("v%d" % i, [4, 3], initializer=m) for i, m in enumerate(makers)]
    made += [tf.get_variable("k%d" % i, [2, 3, 4, 5], initializer=m)
             for i, m in enumerate(makers)]
    made += [tf.get_variable("b%d" % i, [4], initializer=m) for i, m in enumerate(makers)]
    for m in makers:
        config = m.get_config()
        out(type(m).__name__, sorted(config.items(), key=str))
        out(type(type(m).from_config(config)).__name__)
    called = [m([2, 2]) for m in makers]
    out([c.name for c in called], makers[0]([2], dtype=tf.int32).dtype)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(made):
            out(value)


def identity(tf, out):
    made = [tf.get_variable("v%d" % i, shape, initializer=tf.initializers.identity(2.0))
            for i, shape in enumerate(([2, 2], [2, 3], [3, 2]))]
    parts = tf.get_variable("parts", [4, 3], initializer=tf.initializers.identity(),
                            partitioner=tf.fixed_size_partitioner(2))
    made.append(tf.convert_to_tensor(parts))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(made):
            out(value)


def default_initializer(tf, out):
    tf.set_random_seed(7)
    v = tf.get_variable("v", [4, 3])
    w = tf.get_variable("w", [3])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out(sess.run(v)), out(sess.run(w))


def orthogonal(tf, out):
    shapes = ([3, 3], [2, 4], [4, 2], [2, 2, 3])
    made = [tf.get_variable("v%d" % i, shape, initializer=tf.orthogonal_initializer(2.0, seed=3))
            for i, shape in enumerate(shapes)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(made):
            out(value)


def initializer_errors(tf, out):
    out.error(tf.constant_initializer, {"a": 1})
    out.error(tf.variance_scaling_initializer, scale=-1.0)
    out.error(tf.variance_scaling_initializer, mode="fan")
    out.error(tf.variance_scaling_initializer, distribution="beta")
    out.error(tf.random_normal_initializer, dtype=tf.int32)
    out.error(tf.get_variable, "a", [2, 2, 2], initializer=tf.initializers.identity())
    out.error(tf.get_variable, "b", [2], initializer=tf.orthogonal_initializer())
    out.error(tf.get_variable, "c", [3], initializer=tf.constant_initializer(
        [1.0], verify_shape=True))


def _layers(tf):
    if tf.__name__ == "tensorflow":
        return tf.contrib.layers
    from penstock.ops import initializers, regularizers

    class Layers:
        xavier_initializer = staticmethod(initializers.xavier_initializer)
        variance_scaling_initializer = staticmethod(initializers.contrib_variance_scaling)

    for name, function in vars(regularizers).items():
        if callable(function):
            setattr(Layers, name, staticmethod(function))
    return Layers


def contrib_initializers(tf, out):
    layers = _layers(tf)
    makers = [layers.xavier_initializer(seed=3), layers.xavier_initializer(uniform=False, seed=3),
              layers.variance_scaling_initializer(seed=3),
              layers.variance_scaling_initializer(1.0, "FAN_OUT", True, seed=3)]
    made = [tf.get_variable("v%d" % i, [4, 3], initializer=m) for i, m in enumerate(makers)]
    made += [tf.get_variable("k%d" % i, [2, 2, 3, 4], initializer=m)
             for i, m in enumerate(makers)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in sess.run(made):
            out(value)


def contrib_regularizers(tf, out):
    layers = _layers(tf)
    with tf.variable_scope("s", regularizer=layers.l2_regularizer(0.1)):
        tf.get_variable("v", initializer=tf.constant([1.0, 2.0]))
        tf.get_variable("w", initializer=tf.constant([1.0, -2.0]),
                        regularizer=layers.l1_regularizer(0.1))
        v = tf.get_variable("x", initializer=tf.constant([1.0, -2.0]),
                            regularizer=layers.l1_l2_regularizer(0.1, 0.2))
        tf.get_variable("y", [1], regularizer=layers.l1_regularizer(0.0))
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    total = layers.apply_regularization(layers.l2_regularizer(0.5), [v])
    out([loss.name for loss in losses], total.name)
    out.error(layers.l1_regularizer, -1.0)
    out.error(layers.l2_regularizer, 1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out(np.array(sess.run(losses + [total])))

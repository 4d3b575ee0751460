"""tf.contrib.opt."""
import numpy as np

OPERATIONS = False
START = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]], np.float32)


def _steps(tf, out, make, resource=False, sparse=True, fixed=False):
    x = tf.get_variable("x", initializer=START, use_resource=resource)
    y = tf.get_variable("y", initializer=np.float32([2.0, -1.0]), use_resource=resource)
    loss = tf.reduce_sum(tf.square(y)) + tf.reduce_sum(tf.square(x - 0.5))
    if sparse:
        loss = tf.reduce_sum(tf.square(y)) + tf.reduce_sum(
            tf.square(tf.gather(x, [0, 2, 0]) - 0.5))
    optimizer = make(tf.contrib.opt, tf)
    step = tf.train.get_or_create_global_step()
    if fixed:  # TensorFlow doesn't say whether gradients are computed before weights decay
        slices = tf.IndexedSlices(tf.constant(START[:2]), tf.constant([2, 0]), tf.constant([3, 2]))
        pairs = [(slices, x), (tf.constant([0.5, 3.0]), y)]
        train = optimizer.apply_gradients(pairs, global_step=step)
    else:
        train = optimizer.minimize(loss, global_step=step)
    out([v.name for v in tf.global_variables()])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(train)
        out(sess.run(x)), out(sess.run(y))


def adamw(tf, out):
    _steps(tf, out, lambda lib, tf: lib.AdamWOptimizer(0.01, 0.1), fixed=True)


def momentumw(tf, out):
    _steps(tf, out, lambda lib, tf: lib.MomentumWOptimizer(0.01, 0.1, 0.9), True, fixed=True)


def extended(tf, out):
    def make(lib, tf):
        kind = lib.extend_with_decoupled_weight_decay(tf.train.AdagradOptimizer)
        return kind(weight_decay=0.02, learning_rate=0.1)
    _steps(tf, out, make, fixed=True)


def lazy_adam(tf, out):
    _steps(tf, out, lambda lib, tf: lib.LazyAdamOptimizer(0.1))


def lazy_adam_resource(tf, out):
    _steps(tf, out, lambda lib, tf: lib.LazyAdamOptimizer(0.1), True)


def nadam(tf, out):
    _steps(tf, out, lambda lib, tf: lib.NadamOptimizer(0.1), sparse=False)


def adamax(tf, out):
    _steps(tf, out, lambda lib, tf: lib.AdaMaxOptimizer(0.1))


def power_sign(tf, out):
    _steps(tf, out, lambda lib, tf: lib.PowerSignOptimizer(0.1), sparse=False)


def add_sign(tf, out):
    _steps(tf, out, lambda lib, tf: lib.AddSignOptimizer(0.1), True, sparse=False)


def lars(tf, out):
    _steps(tf, out, lambda lib, tf: lib.LARSOptimizer(0.5), sparse=False)


def moving_average(tf, out):
    _steps(tf, out, lambda lib, tf: lib.MovingAverageOptimizer(
        tf.train.GradientDescentOptimizer(0.1), 0.5))


def clipping(tf, out):
    def make(lib, tf):
        x = [v for v in tf.global_variables() if v.op.name == "x"][0]
        return lib.VariableClippingOptimizer(
            tf.train.GradientDescentOptimizer(0.1), {x: [1]}, 1.0)
    _steps(tf, out, make, sparse=False)


def multitask(tf, out):
    _steps(tf, out, lambda lib, tf: lib.MultitaskOptimizerWrapper(
        tf.train.MomentumOptimizer(0.1, 0.9)), sparse=False)

"""Accumulators of gradients, and the optimizer of several replicas that is made of them."""
import numpy as np


def dense(tf, out):
    mean = tf.ConditionalAccumulator(tf.float32, [2], name="mean")
    total = tf.ConditionalAccumulator(tf.float32, [2], reduction_type="SUM")
    out(mean.name, mean.dtype.name, mean.accumulator_ref.dtype.name)
    for each in (mean, total):
        old, new = each.apply_grad([1.0, 2.0]), each.apply_grad([5.0, 4.0], local_step=2)
        taken, count, step = each.take_grad(2), each.num_accumulated(), each.set_global_step(2)
        with tf.Session() as sess:
            sess.run([old, new])
            out(sess.run(count))
            out(sess.run(taken))
            sess.run(step)
            sess.run(old)
            out(sess.run(count))
            sess.run(new)
            sess.run(new)
            out(sess.run(taken))
            out.error(sess.run, each.take_grad(0))
            wrong = tf.placeholder_with_default([1.0, 2.0, 3.0], [None])
            out.error(sess.run, each.apply_grad(wrong, local_step=9))
    out.error(lambda: tf.ConditionalAccumulator(tf.float32, reduction_type="X"))
    out.error(lambda: mean.apply_grad([1.0, 2.0, 3.0]))


def sparse(tf, out):
    slices = tf.SparseConditionalAccumulator(tf.float32, [4, 2], name="s")
    one = slices.apply_grad(np.array([0, 1], np.int64), np.ones([2, 2], np.float32), [4, 2])
    two = slices.apply_grad(np.array([0, 0, 3], np.int64), np.full([3, 2], 2, np.float32), [4, 2])
    other = slices.apply_indexed_slices_grad(
        tf.IndexedSlices(tf.ones([1, 2]), tf.constant([3]), tf.constant([4, 2])), local_step=5)
    taken, last = slices.take_grad(2), slices.take_indexed_slices_grad(1)
    with tf.Session() as sess:
        sess.run(one)
        sess.run(two)
        out(sess.run(slices.num_accumulated()))
        for value in sess.run(taken):
            out(value)
        sess.run(other)
        for value in sess.run(last):
            out(np.asarray(value))
        beyond = slices.apply_grad(np.array([7], np.int64), np.ones([1, 2], np.float32), [4, 2], 9)
        out.error(sess.run, beyond)
        out.error(sess.run, slices.apply_grad(np.array([1], np.int64), np.ones([1, 3], np.float32), local_step=9))


def synchronous(tf, out):
    with tf.Graph().as_default():  # `whole_graphs/optimizers.py` compares this graph.
        _synchronous(tf, out)


def _synchronous(tf, out):
    w = tf.Variable([1.0, 2.0], name="w")
    table = tf.Variable(tf.ones([4, 2]), name="table")
    x = tf.placeholder(tf.float32, [])
    step = tf.train.get_or_create_global_step()
    loss = tf.reduce_sum(w * x) + tf.reduce_sum(tf.gather(table, [0, 2]) * x)
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 1)
    out.error(optimizer.get_chief_queue_runner)
    out.error(optimizer.get_init_tokens_op)
    out.error(optimizer.apply_gradients, [])
    out.error(lambda: optimizer.minimize(loss))
    train = optimizer.minimize(loss, global_step=step)
    out.error(lambda: optimizer.get_init_tokens_op(-5))
    hook = optimizer.make_session_run_hook(True, num_tokens=0)
    with tf.train.MonitoredTrainingSession(hooks=[hook], stop_grace_period_secs=1) as sess:
        for value in (1.0, 2.0, 3.0):
            sess.run(train, {x: value})
        out(sess.run(w))
        out(sess.run(table))
        out(sess.run(step))

"""Objects that are saved by ``tf.train.Checkpoint``: built with TensorFlow or with Penstock.

Runs on Python 3.6 too. A case gives a ``Checkpoint`` and the tensors to compare; values are made
from a counter, so that restoring them shows.
"""

import os

import numpy as np


def variables(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.get_variable("w", [2, 2], use_resource=True)
    n = tf.Variable(5, name="n", trainable=False, dtype=tf.int64)
    text = tf.Variable(["a", "bc"], name="text", trainable=False)
    inner = tf.train.Checkpoint(w=w)
    checkpoint = tf.train.Checkpoint(v=v, inner=inner)
    checkpoint.many = [v, [n, text]]
    checkpoint.named = {"a/b.c": w, "x": n}
    return checkpoint, [v, w, n, text]


def optimizers(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.get_variable("w", [2, 2], use_resource=True)
    loss = tf.reduce_sum(v * v) + tf.reduce_sum(w * w)
    made = dict(
        adam=tf.train.AdamOptimizer(0.1),
        rms=tf.train.RMSPropOptimizer(0.1, momentum=0.9, centered=True),
        momentum=tf.train.MomentumOptimizer(0.1, 0.9),
        ftrl=tf.train.FtrlOptimizer(0.1),
        adadelta=tf.train.AdadeltaOptimizer(0.1),
        adagrad=tf.train.AdagradOptimizer(0.1),
        plain=tf.train.GradientDescentOptimizer(0.1),
    )
    for name in sorted(made):
        made[name].minimize(loss)
    step = tf.train.get_or_create_global_step()
    return tf.train.Checkpoint(v=v, w=w, step=step, **made), tf.global_variables()


def cells(tf):
    kinds = tf.nn.rnn_cell
    x = tf.ones([2, 3, 4])
    stack = kinds.MultiRNNCell(
        [kinds.GRUCell(5), kinds.DropoutWrapper(kinds.BasicLSTMCell(5), 0.5), kinds.LSTMCell(2)]
    )
    tf.nn.dynamic_rnn(stack, x, dtype=tf.float32)
    dense = tf.layers.Dense(3)
    dense(x)
    norm = tf.layers.BatchNormalization()
    norm(x)
    return tf.train.Checkpoint(stack=stack, dense=dense, norm=norm), tf.global_variables()


def tables(tf):
    lookup = tf.contrib.lookup
    words = lookup.MutableHashTable(tf.string, tf.int64, -1, name="words")
    rows = lookup.MutableHashTable(tf.int64, tf.float32, [0.0, 0.0], name="rows")
    dense = lookup.MutableDenseHashTable(
        tf.int64, tf.int64, -1, empty_key=0, deleted_key=-1, initial_num_buckets=8, name="dense"
    )
    texts = lookup.MutableDenseHashTable(
        tf.string, tf.float32, [0.0, 0.0], empty_key="", deleted_key="-", initial_num_buckets=4,
        name="texts",
    )  # fmt: skip
    static = lookup.HashTable(
        lookup.KeyValueTensorInitializer(["a"], tf.constant([1], tf.int64)), -1
    )
    keys = tf.constant([5, 13, 21, 100, 3, 29, 11], tf.int64)
    fill = [
        words.insert(["one", "two", "three"], tf.constant([1, 2, 3], tf.int64)),
        rows.insert(tf.constant([7, -8], tf.int64), [[1.0, 2.0], [3.0, 4.0]]),
        dense.insert(keys, keys * 2),
        texts.insert(["a", "bb", "hello", "x" * 40], [[1.0, 2], [3, 4], [5, 6], [7, 8]]),
    ]
    for op in fill:
        tf.add_to_collection("fill", op)
    v = tf.Variable(1.5, name="v")
    checkpoint = tf.train.Checkpoint(words=words, rows=rows, dense=dense, texts=texts,
                                     static=static, v=v)  # fmt: skip
    found = [
        words.lookup(tf.constant(["three", "one", "absent", "two"])),
        rows.lookup(tf.constant([-8, 1, 7], tf.int64)),
        dense.lookup(keys),
        texts.lookup(tf.constant(["x" * 40, "bb", "no", "hello", "a"])),
        dense.size(),
    ]
    return checkpoint, [v] + found


def keras_model(tf):
    layers = tf.keras.layers
    inputs = layers.Input((4,))
    hidden = layers.Dense(3, name="first")(inputs)
    hidden = layers.Dropout(0.5)(hidden)
    branch = tf.keras.Sequential([layers.Dense(2, input_shape=(3,), name="second")])
    model = tf.keras.Model(inputs, branch(hidden))
    model.compile("adam", "mse")
    model._make_train_function()
    return tf.train.Checkpoint(model=model), model.weights + model.optimizer.weights


def keras_subclass(tf):
    layers = tf.keras.layers

    class Mine(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.several = [layers.Dense(2), layers.Dense(2)]
            self.named = {"x": layers.Dense(1)}
            self.last = layers.Dense(1)
            self.cell = layers.LSTMCell(2)

        def call(self, x):
            return self.last(self.named["x"](self.several[1](self.several[0](x))))

    model = Mine()
    model(tf.ones([2, 3]))
    rate = tf.Variable(0.5, name="rate", use_resource=True)
    descent = tf.keras.optimizers.SGD(0.1, momentum=0.9)
    descent.get_updates(tf.square(rate), [rate])
    checkpoint = tf.train.Checkpoint(model=model, rate=rate, descent=descent)
    return checkpoint, model.weights + [rate] + descent.weights


CASES = [variables, optimizers, cells, tables, keras_model, keras_subclass]


def _numbers(tf, session, start):
    """Gives every variable other values: 0.25, 0.5, ... from `start` on."""
    for variable in tf.global_variables():
        shape = variable.shape.as_list()
        values = (start + np.arange(int(np.prod(shape)))).reshape(shape)
        if variable.dtype.base_dtype == tf.string:
            values = np.vectorize(lambda each: b"text %d" % each, otypes=[object])(values)
        elif variable.dtype.base_dtype.is_floating:
            values = values / 4.0
        variable.load(values, session)


def _as_arrays(values):
    return [np.asarray(value) for value in values]


def write(tf, case, folder):
    """Saves a case under `folder/NAME-1`; returns what it holds."""
    with tf.Graph().as_default(), tf.Session() as session:
        checkpoint, wanted = case(tf)
        session.run(tf.global_variables_initializer())
        session.run(tf.tables_initializer())
        session.run(tf.get_collection("fill"))
        _numbers(tf, session, 3)
        checkpoint.save(os.path.join(folder, case.__name__), session=session)
        return _as_arrays(session.run(wanted))


def read(tf, case, folder):
    """Restores a case; returns what it then holds."""
    with tf.Graph().as_default(), tf.Session() as session:
        checkpoint, wanted = case(tf)
        session.run(tf.global_variables_initializer())
        session.run(tf.tables_initializer())
        _numbers(tf, session, 100)
        status = checkpoint.restore(os.path.join(folder, case.__name__ + "-1"))
        status.assert_consumed().assert_existing_objects_matched().run_restore_ops(session)
        return _as_arrays(session.run(wanted))


def read_by_name(tf, case, folder):
    """Restores a case's variables by their names, with a ``Saver``."""
    with tf.Graph().as_default(), tf.Session() as session:
        _, wanted = case(tf)
        session.run(tf.tables_initializer())
        named = [v for v in tf.global_variables() if v.op.name != "save_counter"]
        tf.train.Saver(named).restore(session, os.path.join(folder, case.__name__ + "-1"))
        return _as_arrays(session.run([v for v in wanted if v in named]))

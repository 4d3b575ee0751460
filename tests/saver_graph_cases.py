"""Graphs with savers, built by TensorFlow (for the golden listings) and by Penstock.

Runs on Python 3.6 too.
"""


def variables(tf):
    tf.Variable(tf.zeros([2, 3]), name="a")
    tf.Variable(3, name="b", trainable=False)
    tf.get_variable("r", [2], use_resource=True)


def plain(tf):
    variables(tf)
    tf.train.Saver()


def sharded(tf):
    variables(tf)
    tf.train.Saver(sharded=True)


def first_format(tf):
    variables(tf)
    tf.train.Saver(write_version=tf.train.SaverDef.V1)


def first_format_sharded(tf):
    variables(tf)
    tf.train.Saver(write_version=tf.train.SaverDef.V1, sharded=True)


def reshape(tf):
    variables(tf)
    tf.train.Saver(reshape=True)


def partitioned(tf):
    with tf.variable_scope("p"):
        tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    tf.train.Saver()


def devices(tf):
    with tf.device("/gpu:0"):
        tf.Variable(1.0, name="a")
    with tf.device("/job:ps/task:0"):
        tf.Variable(1.0, name="b")
    with tf.device("/job:ps/task:1"):
        tf.Variable(1.0, name="c")
    tf.train.Saver(sharded=True)


def named(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.Variable([1.0], name="b")
    tf.train.Saver({"z": a, "y": b})
    tf.train.Saver([b, a], name="x", filename="path")
    with tf.name_scope("inside"):
        tf.train.Saver([a], max_to_keep=None, keep_checkpoint_every_n_hours=2)


CASES = (plain, sharded, first_format, first_format_sharded, reshape, partitioned, devices, named)


def listing(tf, case):
    """A line for each operation that a saver made, and the saver's description."""
    from google.protobuf import text_format

    graph = tf.Graph()
    savers = []
    with graph.as_default():
        original = tf.train.Saver

        class Recorded:
            SaverDef = None

            def __call__(self, *args, **kwargs):
                saver = original(*args, **kwargs)
                savers.append(saver)
                return saver

        tf.train.Saver = Recorded()
        try:
            case(tf)
        finally:
            tf.train.Saver = original
    lines = []
    for node in graph.as_graph_def(add_shapes=True).node:
        if not node.name.startswith(("save", "x", "inside")):
            continue
        inputs = [i for i in node.input if not i.startswith("^")]
        inputs += sorted(i for i in node.input if i.startswith("^"))
        line = f"{node.name} {node.op} ({', '.join(inputs)}) {node.device}"
        for key in sorted(node.attr):
            if key == "value":
                values = [v.decode() for v in node.attr[key].tensor.string_val]
                values = ["_temp_" if v.startswith("_temp_") else v for v in values]
                line += f" value={values}"
            else:
                text = text_format.MessageToString(node.attr[key], True, True)
                line += f" {key}={text}"
        lines.append(line)
    for saver in savers:
        lines.append(text_format.MessageToString(saver.saver_def, True, True))
    return lines

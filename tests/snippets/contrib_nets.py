"""tf.contrib.slim.nets: variables and outputs of the models."""
import numpy as np

OPERATIONS = False



def _module(tf, name):
    if tf.__name__.startswith("tensorflow"):
        from tensorflow.contrib.slim.python.slim import nets
        return getattr(__import__(nets.__name__, fromlist=[name]), name)
    return getattr(tf.contrib.slim.nets, name)


def _show(tf, out, net, points):
    out(net.shape, net.name)
    out([(k, v.shape.as_list()) for k, v in points.items()])
    out([(v.op.name, v.shape.as_list()) for v in tf.global_variables()])
    out([v.name for v in tf.get_collection(tf.GraphKeys.UPDATE_OPS)][:6])
    out(len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)))


def alexnet(tf, out):
    lib = _module(tf, "alexnet")
    with tf.contrib.framework.arg_scope(lib.alexnet_v2_arg_scope()):
        _show(tf, out, *lib.alexnet_v2(tf.zeros([2, 224, 224, 3]), 10))


def overfeat(tf, out):
    lib = _module(tf, "overfeat")
    with tf.contrib.framework.arg_scope(lib.overfeat_arg_scope()):
        _show(tf, out, *lib.overfeat(tf.zeros([2, 231, 231, 3]), 10, is_training=False))


def vgg(tf, out):
    lib = _module(tf, "vgg")
    with tf.contrib.framework.arg_scope(lib.vgg_arg_scope()):
        _show(tf, out, *lib.vgg_16(tf.zeros([2, 224, 224, 3]), 10))
        _show(tf, out, *lib.vgg_a(tf.zeros([1, 256, 256, 3]), 7, spatial_squeeze=False))


def resnet_v1(tf, out):
    lib = _module(tf, "resnet_v1")
    with tf.contrib.framework.arg_scope(_module(tf, "resnet_utils").resnet_arg_scope()):
        _show(tf, out, *lib.resnet_v1_50(tf.zeros([2, 64, 64, 3]), 10))


def resnet_v2(tf, out):
    lib = _module(tf, "resnet_v2")
    with tf.contrib.framework.arg_scope(_module(tf, "resnet_utils").resnet_arg_scope()):
        _show(tf, out, *lib.resnet_v2_50(tf.zeros([2, 64, 64, 3]), 10, is_training=False,
                                         global_pool=False, output_stride=8))


def small(tf, out):
    images = np.random.RandomState(0).randn(2, 33, 33, 3).astype(np.float32)
    for name in ("resnet_v1", "resnet_v2"):
        lib = _module(tf, name)
        block = getattr(lib, name + "_block")
        blocks = [block("block1", 2, 2, 2), block("block2", 3, 1, 1)]
        with tf.contrib.framework.arg_scope(_module(tf, "resnet_utils").resnet_arg_scope()):
            with tf.contrib.framework.arg_scope(
                    [tf.contrib.layers.conv2d],
                    weights_initializer=tf.random_normal_initializer(stddev=0.1, seed=1)):
                net, points = getattr(lib, name)(tf.constant(images), blocks, 4)
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            out(sess.run(net)), out(sess.run(points["predictions"]))

"""Collections, names, control dependencies, moving averages."""
import tensorflow as tf

tf.set_random_seed(10)
with tf.variable_scope("model", initializer=tf.truncated_normal_initializer(stddev=0.5),
                       regularizer=tf.nn.l2_loss):
    w = tf.get_variable("w", [3, 3])
    with tf.variable_scope("deep"):
        v = tf.get_variable("v", shape=(3,), initializer=tf.ones_initializer)
x = tf.constant([[1., 2., 3.]])
y = tf.squeeze(tf.matmul(x, w)) * v
loss = tf.nn.l2_loss(y) + 0.1 * tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
opt = tf.train.MomentumOptimizer(0.01, 0.9)
grads = opt.compute_gradients(loss)
capped = [(tf.clip_by_value(g, -1., 1.), var) for g, var in grads]
train = opt.apply_gradients(capped)
ema = tf.train.ExponentialMovingAverage(0.5)
with tf.control_dependencies([train]):
    averages = ema.apply([w, v])
for op in tf.get_default_graph().get_operations()[:12]:
    print(op.name, op.type)
for var in tf.global_variables():
    print(var.op.name, var.get_shape().as_list())
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(5):
        sess.run(averages)
    print(sess.run([loss, ema.average(v), v]))
    print(tf.get_default_graph().get_tensor_by_name("model/w:0").eval())

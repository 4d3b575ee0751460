"""``tf.losses``, cross entropies, regularizers, sampled losses, ``tf.nn`` functions."""


def losses(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 3], name="y")
    k = tf.placeholder(tf.int32, [None], name="k")
    w = tf.placeholder(tf.float32, [None], name="w")
    tf.losses.mean_squared_error(y, x)
    tf.losses.mean_squared_error(y, x, weights=tf.expand_dims(w, 1), scope="weighted")
    tf.losses.absolute_difference(y, x, 0.5)
    tf.losses.log_loss(y, x)
    tf.losses.hinge_loss(y, x)
    tf.losses.huber_loss(y, x, delta=2.0)
    tf.losses.cosine_distance(y, x, axis=1)
    tf.losses.mean_pairwise_squared_error(y, x)
    tf.losses.softmax_cross_entropy(y, x, label_smoothing=0.1)
    tf.losses.sparse_softmax_cross_entropy(k, x, weights=w)
    tf.losses.sigmoid_cross_entropy(y, x, reduction=tf.losses.Reduction.MEAN)
    tf.losses.compute_weighted_loss(
        x, 2.0, loss_collection=None, reduction=tf.losses.Reduction.NONE
    )
    tf.losses.add_loss(tf.reduce_sum(x))
    total = tf.losses.get_total_loss()
    tf.gradients(total, x)


def cross_entropies(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 3], name="y")
    k = tf.placeholder(tf.int64, [None], name="k")
    a = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)
    b = tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)
    c = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=k, logits=x)
    d = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)
    e = tf.nn.weighted_cross_entropy_with_logits(targets=y, logits=x, pos_weight=2.0)
    f = tf.nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.transpose(y), logits=tf.transpose(x), axis=0
    )
    g = tf.nn.log_poisson_loss(y, x, compute_full_loss=True)
    tf.gradients([a, b, c, d, e, f, g], [x, y])
    tf.nn.in_top_k(x, k, 2)
    tf.nn.softmax(x, 0), tf.nn.log_softmax(x), tf.nn.softmax(x, dim=-1)


def sampled(tf):
    w = tf.get_variable("w", [20, 4])
    b = tf.get_variable("b", [20])
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    y = tf.placeholder(tf.int64, [None, 1], name="y")
    nce = tf.nn.nce_loss(w, b, y, x, 5, 20)
    soft = tf.nn.sampled_softmax_loss(w, b, y, x, 5, 20, seed=3, remove_accidental_hits=False)
    tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_mean(nce) + tf.reduce_mean(soft))


def sampled_partitioned(tf):
    w = tf.get_variable("w", [20, 4], partitioner=tf.fixed_size_partitioner(2))
    b = tf.get_variable("b", [20], partitioner=tf.fixed_size_partitioner(2))
    x = tf.placeholder(tf.float32, [3, 4], name="x")
    y = tf.placeholder(tf.int64, [3, 2], name="y")
    loss = tf.nn.sampled_softmax_loss(w, b, y, x, 5, 20, num_true=2, partition_strategy="div")
    tf.gradients(loss, list(w) + list(b))


def activations(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    ys = [
        tf.nn.relu(x),
        tf.nn.relu6(x),
        tf.nn.elu(x),
        tf.nn.selu(x),
        tf.nn.crelu(x),
        tf.nn.leaky_relu(x),
        tf.nn.softplus(x),
        tf.nn.softsign(x),
        tf.nn.sigmoid(x),
        tf.nn.tanh(x),
        tf.nn.swish(x),
        tf.nn.dropout(x, 0.5),
        tf.nn.dropout(x, rate=0.2, seed=3),
        tf.nn.dropout(x, tf.placeholder(tf.float32, [])),
        tf.nn.dropout(x, 0.5, noise_shape=[tf.shape(x)[0], 1]),
        tf.nn.dropout(x, 1.0),
        tf.nn.l2_normalize(x, 1),
        tf.nn.l2_loss(x),
        tf.nn.xw_plus_b(x, tf.ones([4, 2]), tf.zeros([2])),
        tf.nn.relu_layer(x, tf.ones([4, 2]), tf.zeros([2])),
        tf.log_sigmoid(x),
        tf.nn.zero_fraction(x),
        tf.nn.bias_add(x, [1.0, 2.0, 3.0, 4.0]),
        tf.contrib.layers.maxout(x, 2),
    ]
    tf.gradients(ys[:21], x)


def convolutions(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    k = tf.Variable(tf.zeros([3, 3, 3, 4]), name="k")
    d = tf.Variable(tf.zeros([3, 3, 3, 2]), name="d")
    ys = [
        tf.nn.conv2d(x, k, [1, 1, 1, 1], "SAME"),
        tf.nn.conv2d(x, k, [1, 2, 2, 1], "VALID", use_cudnn_on_gpu=False),
        tf.nn.conv2d(x, filter=k, strides=2, padding=[[0, 0], [1, 1], [2, 2], [0, 0]]),
        tf.nn.conv2d(x, k, 1, "SAME", dilations=[1, 2, 2, 1]),
        tf.nn.depthwise_conv2d(x, d, [1, 1, 1, 1], "SAME"),
        tf.nn.depthwise_conv2d(x, d, [1, 1, 1, 1], "VALID", rate=[2, 2]),
        tf.nn.separable_conv2d(x, d, tf.ones([1, 1, 6, 2]), [1, 1, 1, 1], "SAME"),
        tf.nn.atrous_conv2d(x, k, 2, "SAME"),
        tf.nn.conv2d_transpose(x, tf.ones([3, 3, 5, 3]), [2, 16, 16, 5], [1, 2, 2, 1]),
        tf.nn.convolution(x, k, "SAME", dilation_rate=[2, 2]),
        tf.nn.conv2d_transpose(
            x, tf.ones([3, 3, 5, 3]), tf.stack([tf.shape(x)[0], 16, 16, 5]), [1, 2, 2, 1]
        ),
        tf.nn.conv1d(x[:, 0], k[0], 2, "SAME"),
        tf.nn.conv3d(x[..., None], tf.ones([2, 2, 2, 1, 3]), [1, 1, 1, 1, 1], "SAME"),
        tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
        tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "VALID"),
        tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")[0],
        tf.nn.pool(x, [2, 2], "AVG", "SAME"),
        tf.nn.pool(x, [2, 2], "MAX", "VALID", [2, 2]),
        tf.nn.max_pool3d(x[..., None], [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "SAME"),
        tf.nn.dilation2d(x, tf.ones([2, 2, 3]), [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
        tf.nn.local_response_normalization(x),
        tf.nn.lrn(x, 4, 1.0, 0.001, 0.75),
        tf.nn.max_pool2d(x, 2, 2, "SAME"),
        tf.nn.avg_pool1d(x[:, 0], 2, 2, "SAME"),
    ]
    tf.gradients(ys, [x, k, d])


def normalizations(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    scale = tf.Variable(tf.ones([3]), name="scale")
    offset = tf.Variable(tf.zeros([3]), name="offset")
    y, mean, variance = tf.nn.fused_batch_norm(x, scale, offset)
    z, _, _ = tf.nn.fused_batch_norm(
        x, scale, offset, tf.zeros([3]), tf.ones([3]), is_training=False
    )
    m, v = tf.nn.moments(x, [0, 1, 2])
    u = tf.nn.batch_normalization(x, m, v, offset, scale, 1e-3)
    w = tf.nn.batch_norm_with_global_normalization(x, m, v, offset, scale, 1e-3, True)
    n = tf.nn.weighted_moments(x, [1, 2], tf.ones([8, 8, 1]))
    s = tf.nn.normalize_moments(*(tf.nn.sufficient_statistics(x, [0])[:3] + (None,)))
    tf.gradients([y, z, u, w] + list(n) + list(s), [x, scale, offset])


def randoms(tf):
    tf.set_random_seed(5)
    (
        tf.random_normal([2]),
        tf.random_uniform([2]),
        tf.random_uniform([2], 0, 5, tf.int32, seed=1),
        tf.truncated_normal([2], seed=2),
    )
    (
        tf.random_shuffle([1, 2, 3]),
        tf.multinomial([[0.1, 0.2]], 3),
        tf.random_gamma([2], 0.5),
        tf.random_poisson(2.0, [3]),
    )
    (
        tf.random_crop(tf.zeros([4, 4, 3]), [2, 2, 3]),
        tf.random.categorical([[0.1, 0.9]], 2),
        tf.contrib.stateless.stateless_random_normal([2], [1, 2]),
    )
    (
        tf.contrib.stateless.stateless_random_uniform([2], [1, 2]),
        tf.random.stateless_truncated_normal([2], [3, 4]),
        tf.random.stateless_categorical([[0.5, 0.5]], 2, [1, 2]),
    )
    (
        tf.nn.uniform_candidate_sampler([[1]], 1, 2, True, 5),
        tf.nn.log_uniform_candidate_sampler([[1]], 1, 2, False, 5),
    )
    (
        tf.nn.learned_unigram_candidate_sampler([[1]], 1, 2, True, 5),
        tf.nn.fixed_unigram_candidate_sampler([[1]], 1, 2, True, 3, unigrams=[1.0, 2.0, 3.0]),
    )
    (
        tf.image.random_brightness(tf.zeros([2, 2, 3]), 0.1),
        tf.image.random_flip_left_right(tf.zeros([2, 2, 3])),
        tf.image.random_contrast(tf.zeros([2, 2, 3]), 0.1, 0.3),
    )

"""tf.distributions: draws, densities, statistics, divergences."""

import numpy as np

OPERATIONS = False
X = np.array([[0.1, 0.5], [0.9, 0.3], [0.25, 0.75]], np.float32)


def _made(tf):
    lib = tf.distributions
    return [
        lib.Normal([0.0, 1.0], [1.0, 2.0]),
        lib.Laplace([0.0, 1.0], 2.0),
        lib.Uniform([0.0, -1.0], [1.5, 3.0]),
        lib.Exponential([1.0, 2.0]),
        lib.Gamma([1.5, 3.0], [1.0, 2.0]),
        lib.Beta([1.5, 3.0], [2.0, 2.5]),
        lib.StudentT([3.0, 5.0], [0.0, 1.0], 2.0),
    ]


def _show(tf, out, values):
    with tf.Session() as sess:
        for value in sess.run(values):
            out(value)


def samples(tf, out):
    lib = tf.distributions
    more = [
        lib.Bernoulli(probs=[0.2, 0.7]),
        lib.Categorical(probs=[[0.2, 0.8, 0.0], [0.5, 0.25, 0.25]]),
        lib.Dirichlet([0.5, 1.0, 3.0]),
        lib.Multinomial(5.0, probs=[0.2, 0.5, 0.3]),
    ]
    draws = [each.sample([2, 3], seed=7) for each in _made(tf) + more]
    out([draw.shape.as_list() for draw in draws])
    draws.append(lib.Normal(0.0, 1.0).sample(seed=2))
    draws.append(lib.Categorical(logits=[0.1, 2.0]).sample(4, seed=2))
    _show(tf, out, draws)


def densities(tf, out):
    values = []
    for each in _made(tf):
        values += [each.log_prob(X), each.prob([0.4, 0.6]), each.cdf([0.1, 0.8])]
    normal = _made(tf)[0]
    far = [-30.0, -4.0, 0.5, 9.0]
    standard = tf.distributions.Normal(0.0, 1.0)
    values += [
        normal.survival_function(X),
        normal.quantile(X),
        standard.log_cdf(far),
        standard.log_survival_function(far),
        standard.quantile([1e-8, 0.01, 0.999]),
    ]
    values.append(tf.distributions.Uniform(0.0, 2.0).prob([-1.0, 0.0, 1.0, 2.0]))
    _show(tf, out, values)


def statistics(tf, out):
    values = []
    for each in _made(tf):
        values += [each.mean(), each.stddev(), each.variance(), each.entropy()]
    values += [_made(tf)[0].mode(), _made(tf)[4].mode(), _made(tf)[5].mode()]
    lib = tf.distributions
    bernoulli = lib.Bernoulli(logits=[0.2, -0.7])
    categorical = lib.Categorical(logits=[[0.2, 0.8, 0.0], [0.5, 0.25, 1.25]])
    dirichlet = lib.Dirichlet([0.5, 1.0, 3.0])
    multinomial = lib.Multinomial(5.0, probs=[0.2, 0.5, 0.3])
    values += [
        bernoulli.probs,
        bernoulli.entropy(),
        bernoulli.mean(),
        bernoulli.variance(),
        bernoulli.mode(),
        bernoulli.log_prob([1, 0]),
        bernoulli.prob(1),
        categorical.probs,
        categorical.entropy(),
        categorical.mode(),
        categorical.log_prob([2, 0]),
        categorical.prob(1),
        dirichlet.mean(),
        dirichlet.variance(),
        dirichlet.entropy(),
        dirichlet.log_prob([0.2, 0.3, 0.5]),
        multinomial.mean(),
        multinomial.log_prob([1.0, 3.0, 1.0]),
    ]
    _show(tf, out, values)


def divergences(tf, out):
    lib = tf.distributions
    pairs = [
        (lib.Normal([0.0, 1.0], [1.0, 2.0]), lib.Normal(0.5, 1.5)),
        (lib.Bernoulli(probs=[0.2, 0.7]), lib.Bernoulli(probs=0.4)),
        (lib.Categorical(logits=[0.2, 0.8]), lib.Categorical(logits=[0.0, 0.1])),
        (lib.Gamma(1.5, 2.0), lib.Gamma(1.0, 3.0)),
        (lib.Beta(1.5, 2.0), lib.Beta(1.0, 3.0)),
        (lib.Dirichlet([0.5, 2.0]), lib.Dirichlet([1.0, 3.0])),
    ]
    values = [lib.kl_divergence(a, b) for a, b in pairs]
    values.append(pairs[0][0].cross_entropy(pairs[0][1]))
    _show(tf, out, values)


def gradients(tf, out):
    loc = tf.constant([0.3, -0.2])
    scale = tf.constant([0.5, 1.5])
    normal = tf.distributions.Normal(loc, scale)
    loss = tf.reduce_sum(normal.log_prob(X)) + tf.reduce_sum(normal.sample(3, seed=4) ** 2)
    logits = tf.constant([[0.1, 0.2, 0.5]])
    chosen = tf.distributions.Categorical(logits=logits).log_prob([2])
    _show(tf, out, tf.gradients(loss, [loc, scale]) + tf.gradients(chosen, logits))


def names(tf, out):
    normal = tf.distributions.Normal([0.0, 1.0], [1.0, 2.0])
    drawn = normal.sample(4)
    found = normal.log_prob(drawn)
    out([drawn.op.name, found.op.name, str(normal), repr(normal), normal.name])
    out([normal.batch_shape.as_list(), normal.event_shape.as_list(), normal.dtype.name])
    with tf.name_scope("policy"):
        out([tf.distributions.Normal(0.0, 1.0, name="pi").sample(1, seed=3).op.name])

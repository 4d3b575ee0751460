"""Candidate samplers, the losses on them, embedding look-ups."""

import numpy as np

from cases import Family, floats, ints

cases = Family("candidate_sampling")
DRAW = dict(runs=3, grad=False, dynamic=False, seed=11)
TRUE = ints(4, 2, low=0, high=20, dtype=np.int64)
WEIGHTS = [float(w) for w in range(1, 21)]


def several(build):
    return lambda tf, x: [list(build(tf, x)), list(build(tf, x))]


for unique in (True, False):
    mark = "unique" if unique else "any"
    cases.add(
        "uniform_" + mark,
        several(lambda tf, x, u=unique: tf.nn.uniform_candidate_sampler(x, 2, 6, u, 20)),
        TRUE,
        **DRAW,
    )
    cases.add(
        "log_uniform_" + mark,
        several(
            lambda tf, x, u=unique: tf.nn.log_uniform_candidate_sampler(x, 2, 6, u, 20, seed=4)
        ),
        TRUE,
        **DRAW,
    )
    cases.add(
        "learned_" + mark,
        several(lambda tf, x, u=unique: tf.nn.learned_unigram_candidate_sampler(x, 2, 6, u, 20)),
        TRUE,
        **DRAW,
    )
    cases.add(
        "fixed_" + mark,
        several(
            lambda tf, x, u=unique: tf.nn.fixed_unigram_candidate_sampler(
                x, 2, 6, u, 20, distortion=0.75, unigrams=WEIGHTS
            )
        ),
        TRUE,
        **DRAW,
    )
cases.add(
    "fixed_sharded",
    several(
        lambda tf, x: tf.nn.fixed_unigram_candidate_sampler(
            x, 2, 4, True, 10, num_reserved_ids=1, num_shards=2, shard=1, unigrams=WEIGHTS + [3.0]
        )
    ),
    TRUE,
    **DRAW,
)
cases.add(
    "power_of_two",
    several(lambda tf, x: tf.nn.uniform_candidate_sampler(x, 2, 5, True, 32)),
    TRUE,
    **DRAW,
)
cases.add("all", lambda tf, x: list(tf.nn.all_candidate_sampler(x, 2, 20, True)), TRUE, **DRAW)
cases.add(
    "accidental_hits",
    lambda tf, x: list(
        tf.nn.compute_accidental_hits(x, tf.constant([3, 5, 4, 6, 3, 19, 14], tf.int64), 2)
    ),
    TRUE,
    grad=False,
    dynamic=False,
)

LOSS = dict(seed=5, numeric=False, dynamic=False, rtol=1e-4)
ARGUMENTS = (floats(20, 3), floats(20, seed=2), TRUE, floats(4, 3, seed=3))
cases.add(
    "nce", lambda tf, w, b, y, x: tf.nn.nce_loss(w, b, y, x, 5, 20, num_true=2), *ARGUMENTS, **LOSS
)
cases.add(
    "nce_hits",
    lambda tf, w, b, y, x: tf.nn.nce_loss(w, b, y[:, :1], x, 5, 20, remove_accidental_hits=True),
    *ARGUMENTS,
    **LOSS,
)
cases.add(
    "sampled_softmax",
    lambda tf, w, b, y, x: tf.nn.sampled_softmax_loss(w, b, y[:, :1], x, 7, 20),
    *ARGUMENTS,
    **LOSS,
)
cases.add(
    "sampled_softmax_values",
    lambda tf, w, b, y, x: tf.nn.sampled_softmax_loss(
        [w[:10], w[10:]],
        b,
        y,
        x,
        6,
        20,
        num_true=2,
        partition_strategy="div",
        sampled_values=tf.nn.uniform_candidate_sampler(y, 2, 6, True, 20, seed=1),
    ),
    *ARGUMENTS,
    **LOSS,
)

IDS = ints(2, 3, low=0, high=7)
cases.add("lookup", lambda tf, p, i: tf.nn.embedding_lookup(p, i), floats(7, 3), IDS)
cases.add(
    "lookup_norm",
    lambda tf, p, i: tf.nn.embedding_lookup(p, i, max_norm=1.0, name="n"),
    floats(7, 3),
    IDS,
)
cases.add(
    "lookup_mod",
    lambda tf, p, q, i: tf.nn.embedding_lookup([p, q], i),
    floats(4, 3),
    floats(3, 3),
    IDS,
)
cases.add(
    "lookup_div",
    lambda tf, p, q, i: tf.nn.embedding_lookup([p, q], i, partition_strategy="div", max_norm=1.5),
    floats(4, 3),
    floats(3, 3),
    IDS,
)


def sparse(tf, weights=None):
    places = [[0, 0], [0, 2], [1, 1], [2, 0], [2, 1]]
    return tf.SparseTensor(places, [1, 3, 0, 4, 4] if weights is None else weights, [3, 4])


for combiner in ("sum", "mean", "sqrtn"):
    cases.add(
        "sparse_" + combiner,
        lambda tf, p, c=combiner: tf.nn.embedding_lookup_sparse(p, sparse(tf), None, combiner=c),
        floats(5, 3),
        dynamic=False,
    )
    cases.add(
        "weighted_" + combiner,
        lambda tf, p, w, c=combiner: tf.nn.embedding_lookup_sparse(
            p, sparse(tf), sparse(tf, w), combiner=c
        ),
        floats(5, 3),
        floats(5, low=0.5, high=2.0),
        dynamic=False,
    )


def gappy(tf):
    return tf.SparseTensor([[0, 0], [0, 2], [2, 0], [2, 1]], [1, -3, 4, 0], [4, 4])


cases.add(
    "safe",
    lambda tf, p: tf.nn.safe_embedding_lookup_sparse(p, gappy(tf)),
    floats(5, 3),
    dynamic=False,
    graph=False,
)
cases.add(
    "safe_default",
    lambda tf, p: tf.nn.safe_embedding_lookup_sparse(p, gappy(tf), default_id=2, combiner="sum"),
    floats(5, 3),
    dynamic=False,
    graph=False,
)
cases.error("no_params", lambda tf: tf.nn.embedding_lookup([], [1]))
cases.error("strategy", lambda tf, p: tf.nn.embedding_lookup([p, p], [1], "foo"), floats(2, 2))
cases.error(
    "combiner",
    lambda tf, p: tf.nn.embedding_lookup_sparse(p, sparse(tf), None, combiner="max"),
    floats(5, 3),
)
cases.error(
    "too_many_unique", lambda tf, x: list(tf.nn.uniform_candidate_sampler(x, 2, 30, True, 20)), TRUE
)

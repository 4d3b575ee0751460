"""Summary operations that are run by TensorFlow (for the golden values) and by Penstock."""

from __future__ import annotations

import numpy as np


def build(tf):
    """Name -> summary tensor."""
    random = np.random.RandomState(7)
    made = {}

    def constant(value, dtype=None):
        return tf.constant(value, dtype)

    with tf.name_scope("scope"):
        for dtype in ("float32", "float64", "float16", "int32", "int64", "uint8", "int8", "int16"):
            made["scalar_" + dtype] = tf.summary.scalar("s " + dtype, constant(3, dtype))
        made["scalar_again"] = tf.summary.scalar("s float32", constant(0.1))
        made["scalar_family"] = tf.summary.scalar("loss", constant(0.1), family="fam")
    made["scalar_cleaned"] = tf.summary.scalar("/a b:c?(d)/e-f.g", constant(1.5))
    made["scalar_variable"] = tf.summary.scalar("one", constant([2.5])[0])

    made["histogram"] = tf.summary.histogram("h", constant(random.randn(500).astype("f")))
    made["histogram_family"] = tf.summary.histogram("h", constant([1.0, 2.0]), family="fam")
    made["histogram_double"] = tf.summary.histogram("hd", constant(random.randn(9, 9) * 1e-6))
    made["histogram_int"] = tf.summary.histogram("hi", constant([[-3, 0, 0], [5, 900, 7]]))
    made["histogram_zeros"] = tf.summary.histogram("hz", tf.zeros([10]))
    made["histogram_empty"] = tf.summary.histogram("he", constant(np.zeros([0], "f")))
    made["histogram_one"] = tf.summary.histogram("ho", constant(7.0))
    made["histogram_edges"] = tf.summary.histogram(
        "hx", constant([1e-12, -1e-12, 1e-30, -1e-30, 1e19, 1e25, -1e25, 1.1e-12, 0.0], "float64")
    )
    made["histogram_half"] = tf.summary.histogram("hh", constant(random.randn(20).astype("f2")))
    made["histogram_bytes"] = tf.summary.histogram(
        "hb", constant(random.randint(0, 256, (40,)).astype("u1"))
    )

    images = random.randn(4, 5, 6, 3).astype("f")
    made["image_signed"] = tf.summary.image("is", constant(images))
    made["image_positive"] = tf.summary.image("ip", constant(np.abs(images)), max_outputs=2)
    made["image_one"] = tf.summary.image("io", constant(np.abs(images)), max_outputs=1)
    made["image_grey"] = tf.summary.image("ig", constant(images[..., :1]), max_outputs=7)
    made["image_alpha"] = tf.summary.image(
        "ia", constant(np.abs(random.randn(1, 3, 2, 4)).astype("f"))
    )
    made["image_bytes"] = tf.summary.image(
        "ib", constant(random.randint(0, 256, (2, 4, 3, 3)).astype("u1"))
    )
    made["image_half"] = tf.summary.image("ih", constant(np.abs(images).astype("f2")))
    made["image_double"] = tf.summary.image("id", constant(images.astype("f8")))
    bad = np.abs(images).copy()
    bad[0, 0, 0, 0] = np.nan
    bad[1, 2, 3, 1] = np.inf
    made["image_not_finite"] = tf.summary.image("in", constant(bad))
    bad[2] = -np.inf
    made["image_all_bad"] = tf.summary.image("il", constant(bad[..., :1]))
    made["image_tiny"] = tf.summary.image("it", constant(np.abs(images) * np.float32(1e-8)))
    made["image_tiny_signed"] = tf.summary.image("its", constant(images * np.float32(1e-8)))
    made["image_family"] = tf.summary.image("if", constant(images), 1, family="fam")

    sound = (random.randn(3, 40, 2) * 0.6).astype("f")
    made["audio"] = tf.summary.audio("au", constant(sound), 8000)
    made["audio_flat"] = tf.summary.audio("af", constant(sound[:, :, 0]), 44100.0, max_outputs=1)
    made["audio_family"] = tf.summary.audio("ay", constant(sound), 8000, 2, family="fam")

    made["text"] = tf.summary.text("t", constant("some *words*"))
    made["text_table"] = tf.summary.text("tt", constant([["a", "b"], ["c", "d"]]))
    made["tensor"] = tf.summary.tensor_summary(
        "x", constant([[1, 2], [3, 4]]), display_name="Shown", summary_description="words"
    )
    made["tensor_scalar"] = tf.summary.tensor_summary("xs", constant(1.5), family="fam")
    made["tensor_double"] = tf.summary.tensor_summary("xd", constant([1.5, 2.5], "float64"))

    some = [made[key] for key in ("scalar_int32", "histogram_int", "text", "audio_flat")]
    made["merged"] = tf.summary.merge(some, name="together")
    made["merged_scope"] = tf.summary.merge_all(scope="scope")
    made["merged_collection"] = tf.summary.merge(some[:2], collections=["mine"])
    made["merged_of_merged"] = tf.summary.merge_all("mine")
    return made

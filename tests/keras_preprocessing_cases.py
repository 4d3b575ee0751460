"""What tests and golden values of keras.preprocessing share (Python 3.7 reads it too)."""

import json

import numpy as np

IMAGES = np.random.RandomState(3).randint(0, 255, (6, 8, 7, 3)).astype("float32")
TEXTS = [
    "The cat sat on the mat.",
    "The dog -- a good dog -- ate the cat's food!",
    "",
    "Cats & dogs",
]


def flow(p, layout="channels_last", **options):
    x = IMAGES if layout == "channels_last" else IMAGES.transpose(0, 3, 1, 2)
    fit = options.pop("fit", False)
    generator = p.image.ImageDataGenerator(data_format=layout, **options)
    if fit:
        generator.fit(x, augment=fit == "augment", seed=5)
    batches = generator.flow(x, np.arange(6), batch_size=4, seed=7)
    found = []
    for _ in range(3):
        found += list(next(batches))
    return found


def tokenizer(p, **options):
    made = p.text.Tokenizer(**options)
    made.fit_on_texts(TEXTS)
    numbers = made.texts_to_sequences(TEXTS + ["the unknown cat"])
    found = [p.sequence.pad_sequences(numbers, 8)]
    found += [made.texts_to_matrix(TEXTS, mode) for mode in ("binary", "count", "freq", "tfidf")]
    config = json.dumps(made.get_config(), sort_keys=True)
    return found + [np.array("|".join(made.sequences_to_texts(numbers))), np.array(len(config))]


def series(p, **options):
    data = np.arange(40.0).reshape(20, 2)
    generator = p.sequence.TimeseriesGenerator(data, np.arange(20), length=4, **options)
    found = [np.array(len(generator))]
    for i in range(len(generator)):
        found += list(generator[i])
    return found


cases = {
    "plain": lambda p: flow(p),
    "shift": lambda p: flow(p, width_shift_range=0.2, height_shift_range=0.3),
    "shift_pixels": lambda p: flow(p, width_shift_range=3, height_shift_range=[-2, 1, 2]),
    "turn": lambda p: flow(
        p,
        rotation_range=40,
        shear_range=20,
        zoom_range=0.3,
        horizontal_flip=True,
        vertical_flip=True,
        fill_mode="constant",
        cval=9,
    ),
    "first": lambda p: flow(p, "channels_first", rotation_range=30, zoom_range=[0.8, 1.3]),
    "colour": lambda p: flow(p, channel_shift_range=40.0, rescale=1 / 255.0),
    "bright": lambda p: flow(p, brightness_range=[0.5, 1.5]),
    "features": lambda p: flow(
        p, fit=True, featurewise_center=True, featurewise_std_normalization=True
    ),
    "augmented": lambda p: flow(p, fit="augment", featurewise_center=True, rotation_range=20),
    "samples": lambda p: flow(p, samplewise_center=True, samplewise_std_normalization=True),
    "rotation": lambda p: [p.image.random_rotation(IMAGES[0], 30, 0, 1, 2)],
    "shear": lambda p: [p.image.random_shear(IMAGES[0], 30, 0, 1, 2)],
    "zoom": lambda p: [p.image.random_zoom(IMAGES[0], (0.5, 1.5), 0, 1, 2)],
    "moved": lambda p: [p.image.random_shift(IMAGES[0], 0.3, 0.2, 0, 1, 2)],
    "channel": lambda p: [p.image.random_channel_shift(IMAGES[0], 60.0, 2)],
    "brightness": lambda p: [p.image.random_brightness(IMAGES[0], (0.4, 1.6))],
    "picture": lambda p: [p.image.img_to_array(p.image.array_to_img(IMAGES[0]))],
    "gray": lambda p: [
        p.image.img_to_array(p.image.array_to_img(IMAGES[0][..., :1] * 3, scale=False))
    ],
    "pad": lambda p: [
        p.sequence.pad_sequences([[1, 2, 3], [4], []]),
        p.sequence.pad_sequences([[1, 2, 3], [4], []], 2, "float32", "post", "post", 7.5),
        p.sequence.pad_sequences([[[1, 2]], [[3, 4], [5, 6]]], value=-1),
    ],
    "table": lambda p: [p.sequence.make_sampling_table(50)],
    "skipgrams": lambda p: (
        list(p.sequence.skipgrams([1, 2, 0, 3, 4, 2], 6, 2))
        + list(
            p.sequence.skipgrams(
                [1, 2, 3],
                5,
                1,
                2.0,
                categorical=True,
                seed=3,
                sampling_table=np.linspace(0.2, 1, 5),
            )
        )
    ),
    "words": lambda p: [np.array(p.text.text_to_word_sequence(TEXTS[1], split="-"))],
    "hashing": lambda p: [p.text.hashing_trick(TEXTS[0], 10, "md5")],
    "tokens": tokenizer,
    "tokens_few": lambda p: tokenizer(p, num_words=4, oov_token="?"),
    "tokens_chars": lambda p: tokenizer(p, char_level=True, lower=False),
    "series": lambda p: series(p, batch_size=6, sampling_rate=2, stride=2),
    "series_shuffled": lambda p: series(p, batch_size=5, shuffle=True, reverse=True),
}

"""tf.image against TensorFlow 1.15; image files against what wrote them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from golden_cases import case_tests
from PIL import Image

import penstock as tf

test_cases = case_tests("images")
RANDOM = np.random.RandomState(0)
COLORS = RANDOM.randint(0, 256, (6, 5, 3)).astype(np.uint8)


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default():
        yield


def run(fetch: Any) -> Any:
    with tf.Session() as session:
        return session.run(fetch)


def file(array: np.ndarray, kind: str, mode: str | None = None, **options: Any) -> bytes:
    image = Image.fromarray(array)
    stream = io.BytesIO()
    (image.convert(mode) if mode else image).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_png_there_and_back(channels: int, dtype: Any) -> None:
    image = RANDOM.randint(0, np.iinfo(dtype).max, (7, 4, channels)).astype(dtype)
    back = tf.image.decode_png(tf.image.encode_png(tf.constant(image)), dtype=tf.as_dtype(dtype))
    assert back.shape.as_list() == [None, None, None]
    np.testing.assert_array_equal(run(back), image)


def test_png_channels_palette_and_depth() -> None:
    data = file(COLORS, "PNG")
    assert run(tf.image.decode_png(data, channels=4))[..., 3].min() == 255
    gray = run(tf.image.decode_png(data, channels=1))
    np.testing.assert_allclose(gray[..., 0], COLORS @ [0.299, 0.587, 0.114], atol=0.6)
    palette = run(tf.image.decode_png(file(COLORS, "PNG", "P")))
    assert palette.shape == (6, 5, 3)
    deep = run(tf.image.decode_png(data, dtype=tf.uint16))
    np.testing.assert_array_equal(deep, COLORS.astype(np.uint16) * 257)


def test_jpeg_decodes_as_libjpeg_and_keeps_its_shape() -> None:
    smooth = np.indices((16, 24)).sum(0).astype(np.uint8)[:, :, None] * np.array(
        [1, 2, 3], np.uint8
    )
    data = file(smooth, "JPEG", quality=95)
    np.testing.assert_array_equal(run(tf.image.decode_jpeg(data)), Image.open(io.BytesIO(data)))
    assert run(tf.image.decode_jpeg(data, channels=1)).shape == (16, 24, 1)
    assert run(tf.image.decode_jpeg(data, ratio=2)).shape == (8, 12, 3)
    assert run(tf.image.extract_jpeg_shape(data)).tolist() == [16, 24, 3]
    part = run(tf.image.decode_and_crop_jpeg(data, [2, 3, 5, 6]))
    np.testing.assert_array_equal(part, run(tf.image.decode_jpeg(data))[2:7, 3:9])
    back = run(tf.image.decode_jpeg(tf.image.encode_jpeg(smooth, quality=100)))
    assert np.abs(back.astype(int) - smooth).mean() < 4


def test_gif_bmp_and_decode_image() -> None:
    bmp, png, jpeg = (file(COLORS, kind) for kind in ("BMP", "PNG", "JPEG"))
    gif = file(COLORS, "GIF", save_all=True, append_images=[Image.fromarray(255 - COLORS)])
    np.testing.assert_array_equal(run(tf.image.decode_bmp(bmp)), COLORS)
    assert run(tf.image.decode_gif(gif)).shape == (2, 6, 5, 3)
    content = tf.placeholder(tf.string, [])
    image = tf.image.decode_image(content)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(image, {content: bmp}), COLORS)
        np.testing.assert_array_equal(session.run(image, {content: png}), COLORS)
        assert session.run(image, {content: jpeg}).shape == (6, 5, 3)
        assert session.run(image, {content: gif}).shape == (2, 6, 5, 3)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Unable to decode bytes as JPEG"):
            session.run(image, {content: b"no image"})


@pytest.mark.parametrize(
    "decode", [tf.image.decode_png, tf.image.decode_jpeg, tf.image.decode_gif, tf.image.decode_bmp]
)
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM"])
def test_broken_files_are_refused(decode: Any, content: bytes) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(decode(content))


def test_old_order_of_resize_images() -> None:
    new = run(tf.image.resize_images(COLORS, [3, 4]))
    np.testing.assert_array_equal(run(tf.image.resize_images(COLORS, 3, 4)), new)


def test_gradient_of_hsv_is_the_derivative() -> None:
    x = tf.placeholder(tf.float32, [4, 5, 3])
    start = RANDOM.rand(4, 5, 3).astype(np.float32) * 0.8 + 0.1
    with tf.Session():
        error = tf.test.compute_gradient_error(
            x, [4, 5, 3], tf.image.rgb_to_hsv(x), [4, 5, 3], start, 1e-3
        )
    assert error < 0.02


def test_images_that_no_codec_takes():
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"1 or 3 channels, got \[2,2,2\]"):
            session.run(tf.image.encode_jpeg(tf.zeros([2, 2, 2], tf.uint8)))
        with pytest.raises(tf.errors.InvalidArgumentError, match="1, 2, 3, or 4 channels, got 5"):
            session.run(tf.image.encode_png(tf.zeros([2, 2, 5], tf.uint8)))

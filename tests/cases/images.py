"""tf.image: resizing, geometry, colours, boxes, quality."""
import numpy as np

from cases import Family, floats, ints

cases = Family("images")
X = floats(2, 5, 7, 3, low=0.0, high=1.0)
I = floats(4, 6, 3, low=0.0, high=1.0)
U = ints(4, 6, 3, low=0, high=256, dtype=np.uint8)

for name, number in (("bilinear", 0), ("nearest", 1), ("bicubic", 2), ("area", 3)):
    for size in ([8, 4], [3, 14], [1, 1], [5, 9]):
        for align in (False, True):
            cases.add("%s_%d_%d%s" % (name, size[0], size[1], "_aligned" if align else ""),
                      lambda tf, x, n=number, s=size, a=align: tf.image.resize_images(x, s, n, a),
                      X, grad=number != 3, numeric=False, dynamic=size == [8, 4], rtol=1e-4)
cases.add("bilinear_uint8", lambda tf, x: tf.image.resize_images(x, [7, 3]), U, dynamic=False)
cases.add("nearest_uint8", lambda tf, x: tf.image.resize_images(x, [7, 3], 1), U, dynamic=False)
cases.add("half_pixel", lambda tf, x: [
    tf.image.resize_bilinear(x, [8, 4], half_pixel_centers=True),
    tf.image.resize_bicubic(x, [8, 4], half_pixel_centers=True),
    tf.image.resize_nearest_neighbor(x, [8, 4], half_pixel_centers=True)],
    X, numeric=False, rtol=1e-4)
cases.add("same_size", lambda tf, x: tf.image.resize_images(x, [5, 7]), X, dynamic=False)
cases.add("proportions", lambda tf, x: tf.image.resize_images(
    x, [10, 10], preserve_aspect_ratio=True), X, dynamic=False, numeric=False)
cases.add("resize_with_pad", lambda tf, x: tf.image.resize_image_with_pad(x, 9, 9), X,
          dynamic=False, numeric=False)
cases.error("resize_rank", lambda tf, x: tf.image.resize_images(x[0, 0], [3, 3]), X)

for name in ("flip_left_right", "flip_up_down", "transpose_image", "rot90"):
    cases.add(name, lambda tf, x, n=name: getattr(tf.image, n)(x), I, dynamic=name != "rot90")
    cases.add(name + "_batch", lambda tf, x, n=name: getattr(tf.image, n)(x), X, dynamic=False)
cases.add("rot270", lambda tf, x: tf.image.rot90(x, 3), I, dynamic=False)
for height, width in ((2, 3), (6, 8), (3, 9), (4, 6)):
    cases.add("crop_or_pad_%d_%d" % (height, width),
              lambda tf, x, h=height, w=width: tf.image.resize_image_with_crop_or_pad(x, h, w), I,
              dynamic=(height, width) == (3, 9))
cases.add("central", lambda tf, x: tf.image.central_crop(x, 0.5), I)
cases.add("central_batch", lambda tf, x: tf.image.central_crop(x, 0.7), X, dynamic=False)
cases.add("pad_box", lambda tf, x: tf.image.pad_to_bounding_box(x, 1, 2, 8, 9), I)
cases.add("crop_box", lambda tf, x: tf.image.crop_to_bounding_box(x, 1, 2, 2, 3), I)
cases.error("pad_error", lambda tf, x: tf.image.pad_to_bounding_box(x, 5, 2, 8, 9), I)
cases.error("crop_error", lambda tf, x: tf.image.crop_to_bounding_box(x, 3, 2, 2, 3), I)
cases.add("standardize", lambda tf, x: tf.image.per_image_standardization(x), I, numeric=False)
cases.add("standardize_batch", lambda tf, x: tf.image.per_image_standardization(x), X,
          numeric=False, dynamic=False)
cases.add("standardize_uint8", lambda tf, x: tf.image.per_image_standardization(x), U)

cases.add("brightness", lambda tf, x: tf.image.adjust_brightness(x, 0.2), I, numeric=False)
cases.add("brightness_uint8", lambda tf, x: tf.image.adjust_brightness(x, 0.2), U)
cases.add("contrast", lambda tf, x: tf.image.adjust_contrast(x, 1.7), I, grad=False)
cases.add("contrast_uint8", lambda tf, x: tf.image.adjust_contrast(x, 1.7), U)
cases.add("saturation", lambda tf, x: tf.image.adjust_saturation(x, 1.7), I, grad=False,
          rtol=1e-5)
cases.add("hue", lambda tf, x: tf.image.adjust_hue(x, 0.3), I, grad=False, rtol=1e-5)
cases.add("hue_back", lambda tf, x: tf.image.adjust_hue(x, -0.4), X, grad=False, rtol=1e-5)
cases.add("gamma", lambda tf, x: tf.image.adjust_gamma(x, 2.2, 0.9), I, numeric=False)
cases.add("gray", lambda tf, x: tf.image.rgb_to_grayscale(x), I, numeric=False)
cases.add("gray_uint8", lambda tf, x: tf.image.rgb_to_grayscale(x), U)
cases.add("gray_to_rgb", lambda tf, x: tf.image.grayscale_to_rgb(x), I[:, :, :1], dynamic=False)
cases.add("to_hsv", lambda tf, x: tf.image.rgb_to_hsv(x), I, grad=False)
cases.add("from_hsv", lambda tf, x: tf.image.hsv_to_rgb(x), I, grad=False)
for name in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb"):
    cases.add(name, lambda tf, x, n=name: getattr(tf.image, n)(x), I, dynamic=False)
for source, target in (("uint8", "float32"), ("float32", "uint8"), ("uint8", "int16"),
                       ("float32", "int32"), ("float64", "float32")):
    values = U.astype(source) if source != "float32" else I
    cases.add("convert_%s_%s" % (source, target),
              lambda tf, x, t=target: [tf.image.convert_image_dtype(x, t),
                                       tf.image.convert_image_dtype(x, t, saturate=True)],
              values, grad=False, numeric=False)
for name, arguments in (("random_brightness", (0.3,)), ("random_contrast", (0.5, 1.5)),
                        ("random_saturation", (0.5, 1.5)), ("random_hue", (0.2,))):
    cases.add(name, lambda tf, x, n=name, a=arguments: getattr(tf.image, n)(x, *a), I,
              grad=False, seed=5, runs=3, rtol=1e-4, dynamic=False)
cases.add("random_flip", lambda tf, x: [tf.image.random_flip_left_right(x, seed=2),
                                        tf.image.random_flip_up_down(x)],
          I, seed=5, runs=4, grad=False, dynamic=False)
cases.add("random_flip_batch", lambda tf, x: tf.image.random_flip_left_right(x), X,
          seed=5, runs=3, grad=False, dynamic=False)

B = np.array([[0.1, 0.2, 0.9, 0.8], [0.0, 0.0, 1.0, 1.0], [-0.2, 0.3, 0.5, 1.3]], np.float32)
cases.add("crop_and_resize", lambda tf, x, b: tf.image.crop_and_resize(x, b, [0, 1, 0], [3, 4]),
          X, B, numeric=False, rtol=1e-4)
cases.add("crop_and_resize_nearest", lambda tf, x: tf.image.crop_and_resize(
    x, B, [0, 1, 0], [3, 4], method="nearest", extrapolation_value=0.5), X, numeric=False,
    rtol=1e-4)
cases.add("crop_and_resize_one", lambda tf, x: tf.image.crop_and_resize(x, B, [0, 1, 0], [1, 1]),
          X, numeric=False, rtol=1e-4)
cases.add("draw", lambda tf, x: tf.image.draw_bounding_boxes(
    x, np.tile(B[None, :2], [2, 1, 1])), X, grad=False)
cases.add("glimpse", lambda tf, x: tf.image.extract_glimpse(
    x, [3, 3], [[0.0, 0.0], [0.2, -0.3]]), X, grad=False)
cases.add("glimpse_pixels", lambda tf, x: tf.image.extract_glimpse(
    x, [2, 3], [[2.0, 3.0], [2.0, 4.0]], centered=False, normalized=False), X, grad=False)
cases.add("sample_box", lambda tf: list(tf.image.sample_distorted_bounding_box(
    [60, 80, 3], [[[0.2, 0.1, 0.9, 0.8]]], seed=3, seed2=4, min_object_covered=0.3)), runs=6)
cases.add("sample_box_graph_seed", lambda tf: list(tf.image.sample_distorted_bounding_box(
    [60, 80, 3], np.zeros([1, 0, 4], np.float32), area_range=[0.3, 0.9], seed=7,
    use_image_if_no_bounding_boxes=True)), runs=4)
C = np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11],
              [0, 10.1, 1, 11.1], [0, 100, 1, 101]], np.float32)
S = np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3], np.float32)
cases.add("nms", lambda tf, b, s: tf.image.non_max_suppression(b, s, 3), C, S, grad=False)
cases.add("nms_scores", lambda tf, b, s: tf.image.non_max_suppression(b, s, 5, 0.7, 0.4), C, S,
          grad=False)
cases.add("nms_padded", lambda tf, b, s: list(tf.image.non_max_suppression_padded(
    b, s, 5, 0.5, 0.4, pad_to_max_output_size=True)), C, S, grad=False)
cases.add("nms_soft", lambda tf, b, s: list(tf.image.non_max_suppression_with_scores(
    b, s, 6, 1.0, 0.0, 0.5)), C, S, grad=False)
cases.add("nms_combined", lambda tf, b, s: list(tf.image.combined_non_max_suppression(
    b, s, 2, 3, 0.5)), C.reshape(1, 6, 1, 4) / 10, np.stack([S, S[::-1]], 1)[None], grad=False)

V = floats(2, 16, 15, 2, low=0.0, high=1.0)
Z = floats(2, 16, 15, 2, low=0.0, high=1.0, seed=3)
cases.add("variation", lambda tf, x: tf.image.total_variation(x), X, numeric=False, dynamic=False)
cases.add("gradients", lambda tf, x: list(tf.image.image_gradients(x)), X, dynamic=False)
cases.add("sobel", lambda tf, x: tf.image.sobel_edges(x), X, dynamic=False)
cases.add("psnr", lambda tf, x, y: tf.image.psnr(x, y, 1.0), V, Z, numeric=False, dynamic=False)
cases.add("ssim", lambda tf, x, y: tf.image.ssim(x, y, 1.0), V, Z, numeric=False, dynamic=False,
          rtol=1e-4, grad=False, graph=False)
cases.add("ssim_scales", lambda tf, x, y: tf.image.ssim_multiscale(
    x, y, 1.0, power_factors=[0.4, 0.6], filter_size=5), V, Z, numeric=False, dynamic=False,
    rtol=1e-4, grad=False, graph=False)

"""``tf.image``: images."""

from penstock.ops.image_colors import adjust_brightness as adjust_brightness
from penstock.ops.image_colors import adjust_contrast as adjust_contrast
from penstock.ops.image_colors import adjust_gamma as adjust_gamma
from penstock.ops.image_colors import adjust_hue as adjust_hue
from penstock.ops.image_colors import adjust_jpeg_quality as adjust_jpeg_quality
from penstock.ops.image_colors import adjust_saturation as adjust_saturation
from penstock.ops.image_colors import convert_image_dtype as convert_image_dtype
from penstock.ops.image_colors import grayscale_to_rgb as grayscale_to_rgb
from penstock.ops.image_colors import hsv_to_rgb as hsv_to_rgb
from penstock.ops.image_colors import random_brightness as random_brightness
from penstock.ops.image_colors import random_contrast as random_contrast
from penstock.ops.image_colors import random_hue as random_hue
from penstock.ops.image_colors import random_jpeg_quality as random_jpeg_quality
from penstock.ops.image_colors import random_saturation as random_saturation
from penstock.ops.image_colors import rgb_to_grayscale as rgb_to_grayscale
from penstock.ops.image_colors import rgb_to_hsv as rgb_to_hsv
from penstock.ops.image_colors import rgb_to_yiq as rgb_to_yiq
from penstock.ops.image_colors import rgb_to_yuv as rgb_to_yuv
from penstock.ops.image_colors import yiq_to_rgb as yiq_to_rgb
from penstock.ops.image_colors import yuv_to_rgb as yuv_to_rgb
from penstock.ops.image_geometry import ResizeMethod as ResizeMethod
from penstock.ops.image_geometry import central_crop as central_crop
from penstock.ops.image_geometry import crop_to_bounding_box as crop_to_bounding_box
from penstock.ops.image_geometry import flip_left_right as flip_left_right
from penstock.ops.image_geometry import flip_up_down as flip_up_down
from penstock.ops.image_geometry import pad_to_bounding_box as pad_to_bounding_box
from penstock.ops.image_geometry import per_image_standardization as per_image_standardization
from penstock.ops.image_geometry import per_image_whitening as per_image_whitening
from penstock.ops.image_geometry import random_flip_left_right as random_flip_left_right
from penstock.ops.image_geometry import random_flip_up_down as random_flip_up_down
from penstock.ops.image_geometry import resize_image_with_pad as resize_image_with_pad
from penstock.ops.image_geometry import resize_images as resize_images
from penstock.ops.image_geometry import rot90 as rot90
from penstock.ops.image_geometry import transpose as transpose
from penstock.ops.image_geometry import (
    resize_image_with_crop_or_pad as resize_image_with_crop_or_pad,
)
from penstock.ops.image_geometry import resize_image_with_crop_or_pad as resize_with_crop_or_pad
from penstock.ops.image_geometry import resize_images as resize
from penstock.ops.image_geometry import transpose as transpose_image
from penstock.ops.image_resize import resize_area as resize_area
from penstock.ops.image_resize import resize_bicubic as resize_bicubic
from penstock.ops.image_resize import resize_bilinear as resize_bilinear
from penstock.ops.image_resize import resize_nearest_neighbor as resize_nearest_neighbor
from penstock.ops.image_boxes import crop_and_resize as crop_and_resize
from penstock.ops.image_boxes import draw_bounding_boxes as draw_bounding_boxes
from penstock.ops.image_boxes import extract_glimpse as extract_glimpse
from penstock.ops.image_boxes import non_max_suppression as non_max_suppression
from penstock.ops.image_boxes import (
    combined_non_max_suppression as combined_non_max_suppression,
)
from penstock.ops.image_boxes import (
    non_max_suppression_overlaps as non_max_suppression_overlaps,
)
from penstock.ops.image_boxes import (
    non_max_suppression_padded as non_max_suppression_padded,
)
from penstock.ops.image_boxes import (
    non_max_suppression_with_scores as non_max_suppression_with_scores,
)
from penstock.ops.image_boxes import (
    sample_distorted_bounding_box as sample_distorted_bounding_box,
)
from penstock.ops.image_codecs import decode_and_crop_jpeg as decode_and_crop_jpeg
from penstock.ops.image_codecs import decode_bmp as decode_bmp
from penstock.ops.image_codecs import decode_gif as decode_gif
from penstock.ops.image_codecs import decode_image as decode_image
from penstock.ops.image_codecs import decode_jpeg as decode_jpeg
from penstock.ops.image_codecs import decode_png as decode_png
from penstock.ops.image_codecs import encode_jpeg as encode_jpeg
from penstock.ops.image_codecs import encode_png as encode_png
from penstock.ops.image_codecs import extract_jpeg_shape as extract_jpeg_shape
from penstock.ops.image_codecs import is_jpeg as is_jpeg
from penstock.nn.image_quality import image_gradients as image_gradients
from penstock.nn.image_quality import psnr as psnr
from penstock.nn.image_quality import sobel_edges as sobel_edges
from penstock.nn.image_quality import ssim as ssim
from penstock.nn.image_quality import ssim_multiscale as ssim_multiscale
from penstock.nn.image_quality import total_variation as total_variation
from penstock.ops.random_order import random_crop as random_crop
from penstock.ops.spatial import extract_image_patches as extract_image_patches

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

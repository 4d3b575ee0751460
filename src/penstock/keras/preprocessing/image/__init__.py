"""``keras.preprocessing.image``: pictures as arrays, changed at random, in batches."""

from __future__ import annotations

from penstock.keras.preprocessing.image.affine import (
    apply_affine_transform as apply_affine_transform,
)
from penstock.keras.preprocessing.image.affine import (
    apply_brightness_shift as apply_brightness_shift,
)
from penstock.keras.preprocessing.image.affine import apply_channel_shift as apply_channel_shift
from penstock.keras.preprocessing.image.affine import random_brightness as random_brightness
from penstock.keras.preprocessing.image.affine import random_channel_shift as random_channel_shift
from penstock.keras.preprocessing.image.affine import random_rotation as random_rotation
from penstock.keras.preprocessing.image.affine import random_shear as random_shear
from penstock.keras.preprocessing.image.affine import random_shift as random_shift
from penstock.keras.preprocessing.image.affine import random_zoom as random_zoom
from penstock.keras.preprocessing.image.generator import ImageDataGenerator as ImageDataGenerator
from penstock.keras.preprocessing.image.iterators import DataFrameIterator as DataFrameIterator
from penstock.keras.preprocessing.image.iterators import DirectoryIterator as DirectoryIterator
from penstock.keras.preprocessing.image.iterators import Iterator as Iterator
from penstock.keras.preprocessing.image.iterators import NumpyArrayIterator as NumpyArrayIterator
from penstock.keras.preprocessing.image.pictures import array_to_img as array_to_img
from penstock.keras.preprocessing.image.pictures import img_to_array as img_to_array
from penstock.keras.preprocessing.image.pictures import list_pictures as list_pictures
from penstock.keras.preprocessing.image.pictures import load_img as load_img
from penstock.keras.preprocessing.image.pictures import save_img as save_img

"""``tf.keras.preprocessing.image``."""

from penstock.keras.preprocessing.image import DataFrameIterator as DataFrameIterator
from penstock.keras.preprocessing.image import DirectoryIterator as DirectoryIterator
from penstock.keras.preprocessing.image import ImageDataGenerator as ImageDataGenerator
from penstock.keras.preprocessing.image import Iterator as Iterator
from penstock.keras.preprocessing.image import NumpyArrayIterator as NumpyArrayIterator
from penstock.keras.preprocessing.image import apply_affine_transform as apply_affine_transform
from penstock.keras.preprocessing.image import apply_brightness_shift as apply_brightness_shift
from penstock.keras.preprocessing.image import apply_channel_shift as apply_channel_shift
from penstock.keras.preprocessing.image import array_to_img as array_to_img
from penstock.keras.preprocessing.image import img_to_array as img_to_array
from penstock.keras.preprocessing.image import list_pictures as list_pictures
from penstock.keras.preprocessing.image import load_img as load_img
from penstock.keras.preprocessing.image import random_brightness as random_brightness
from penstock.keras.preprocessing.image import random_channel_shift as random_channel_shift
from penstock.keras.preprocessing.image import random_rotation as random_rotation
from penstock.keras.preprocessing.image import random_shear as random_shear
from penstock.keras.preprocessing.image import random_shift as random_shift
from penstock.keras.preprocessing.image import random_zoom as random_zoom
from penstock.keras.preprocessing.image import save_img as save_img

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

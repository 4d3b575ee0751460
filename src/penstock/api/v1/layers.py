"""``tf.layers``."""

from penstock.layers.base import Layer as Layer
from penstock.layers.convolution_functions import conv1d as conv1d
from penstock.layers.convolution_functions import conv2d as conv2d
from penstock.layers.convolution_functions import conv2d_transpose as conv2d_transpose
from penstock.layers.convolution_functions import conv3d as conv3d
from penstock.layers.convolution_functions import conv3d_transpose as conv3d_transpose
from penstock.layers.convolution_functions import separable_conv1d as separable_conv1d
from penstock.layers.convolution_functions import separable_conv2d as separable_conv2d
from penstock.layers.convolutional import Conv1D as Conv1D
from penstock.layers.convolutional import Conv2D as Conv2D
from penstock.layers.convolutional import Conv2DTranspose as Conv2DTranspose
from penstock.layers.convolutional import Conv3D as Conv3D
from penstock.layers.convolutional import Conv3DTranspose as Conv3DTranspose
from penstock.layers.convolutional import SeparableConv1D as SeparableConv1D
from penstock.layers.convolutional import SeparableConv2D as SeparableConv2D
from penstock.layers.core import Dense as Dense
from penstock.layers.core import Dropout as Dropout
from penstock.layers.core import Flatten as Flatten
from penstock.layers.core import dense as dense
from penstock.layers.core import dropout as dropout
from penstock.layers.core import flatten as flatten
from penstock.layers.input_spec import InputSpec as InputSpec
from penstock.layers.normalization import BatchNormalization as BatchNormalization
from penstock.layers.normalization import batch_normalization as batch_normalization
from penstock.layers.pooling import AveragePooling1D as AveragePooling1D
from penstock.layers.pooling import AveragePooling2D as AveragePooling2D
from penstock.layers.pooling import AveragePooling3D as AveragePooling3D
from penstock.layers.pooling import MaxPooling1D as MaxPooling1D
from penstock.layers.pooling import MaxPooling2D as MaxPooling2D
from penstock.layers.pooling import MaxPooling3D as MaxPooling3D
from penstock.layers.pooling import average_pooling1d as average_pooling1d
from penstock.layers.pooling import average_pooling2d as average_pooling2d
from penstock.layers.pooling import average_pooling3d as average_pooling3d
from penstock.layers.pooling import max_pooling1d as max_pooling1d
from penstock.layers.pooling import max_pooling2d as max_pooling2d
from penstock.layers.pooling import max_pooling3d as max_pooling3d

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

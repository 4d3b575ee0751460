"""``tf.keras.layers``."""

from penstock.keras.engine.input_layer import Input as Input
from penstock.keras.engine.input_layer import InputLayer as InputLayer
from penstock.keras.layers.advanced_activations import ELU as ELU
from penstock.keras.layers.advanced_activations import LeakyReLU as LeakyReLU
from penstock.keras.layers.advanced_activations import PReLU as PReLU
from penstock.keras.layers.advanced_activations import ReLU as ReLU
from penstock.keras.layers.advanced_activations import Softmax as Softmax
from penstock.keras.layers.advanced_activations import ThresholdedReLU as ThresholdedReLU
from penstock.keras.layers.convolutional import Conv1D as Conv1D
from penstock.keras.layers.convolutional import Conv2D as Conv2D
from penstock.keras.layers.convolutional import Conv3D as Conv3D
from penstock.keras.layers.convolutional import Convolution1D as Convolution1D
from penstock.keras.layers.convolutional import Convolution2D as Convolution2D
from penstock.keras.layers.convolutional import Convolution3D as Convolution3D
from penstock.keras.layers.convolutional_separable import DepthwiseConv2D as DepthwiseConv2D
from penstock.keras.layers.convolutional_separable import SeparableConv1D as SeparableConv1D
from penstock.keras.layers.convolutional_separable import SeparableConv2D as SeparableConv2D
from penstock.keras.layers.convolutional_separable import (
    SeparableConvolution1D as SeparableConvolution1D,
)
from penstock.keras.layers.convolutional_separable import (
    SeparableConvolution2D as SeparableConvolution2D,
)
from penstock.keras.layers.convolutional_transpose import Conv2DTranspose as Conv2DTranspose
from penstock.keras.layers.convolutional_transpose import Conv3DTranspose as Conv3DTranspose
from penstock.keras.layers.convolutional_transpose import (
    Convolution2DTranspose as Convolution2DTranspose,
)
from penstock.keras.layers.convolutional_transpose import (
    Convolution3DTranspose as Convolution3DTranspose,
)
from penstock.keras.layers.core import Activation as Activation
from penstock.keras.layers.core import ActivityRegularization as ActivityRegularization
from penstock.keras.layers.core import Dense as Dense
from penstock.keras.layers.core import Dropout as Dropout
from penstock.keras.layers.core import Flatten as Flatten
from penstock.keras.layers.core import InputSpec as InputSpec
from penstock.keras.layers.core import Lambda as Lambda
from penstock.keras.layers.core import Layer as Layer
from penstock.keras.layers.core import Masking as Masking
from penstock.keras.layers.core import Permute as Permute
from penstock.keras.layers.core import RepeatVector as RepeatVector
from penstock.keras.layers.core import Reshape as Reshape
from penstock.keras.layers.core import SpatialDropout1D as SpatialDropout1D
from penstock.keras.layers.core import SpatialDropout2D as SpatialDropout2D
from penstock.keras.layers.core import SpatialDropout3D as SpatialDropout3D
from penstock.keras.layers.embeddings import Embedding as Embedding
from penstock.keras.layers.local import LocallyConnected1D as LocallyConnected1D
from penstock.keras.layers.local import LocallyConnected2D as LocallyConnected2D
from penstock.keras.layers.merge import Add as Add
from penstock.keras.layers.merge import Average as Average
from penstock.keras.layers.merge import Concatenate as Concatenate
from penstock.keras.layers.merge import Dot as Dot
from penstock.keras.layers.merge import Maximum as Maximum
from penstock.keras.layers.merge import Minimum as Minimum
from penstock.keras.layers.merge import Multiply as Multiply
from penstock.keras.layers.merge import Subtract as Subtract
from penstock.keras.layers.merge import add as add
from penstock.keras.layers.merge import average as average
from penstock.keras.layers.merge import concatenate as concatenate
from penstock.keras.layers.merge import dot as dot
from penstock.keras.layers.merge import maximum as maximum
from penstock.keras.layers.merge import minimum as minimum
from penstock.keras.layers.merge import multiply as multiply
from penstock.keras.layers.merge import subtract as subtract
from penstock.keras.layers.noise import AlphaDropout as AlphaDropout
from penstock.keras.layers.noise import GaussianDropout as GaussianDropout
from penstock.keras.layers.noise import GaussianNoise as GaussianNoise
from penstock.keras.layers.normalization import BatchNormalization as BatchNormalization
from penstock.keras.layers.normalization import LayerNormalization as LayerNormalization
from penstock.keras.layers.pooling import AveragePooling1D as AveragePooling1D
from penstock.keras.layers.pooling import AveragePooling2D as AveragePooling2D
from penstock.keras.layers.pooling import AveragePooling3D as AveragePooling3D
from penstock.keras.layers.pooling import AvgPool1D as AvgPool1D
from penstock.keras.layers.pooling import AvgPool2D as AvgPool2D
from penstock.keras.layers.pooling import AvgPool3D as AvgPool3D
from penstock.keras.layers.pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
from penstock.keras.layers.pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
from penstock.keras.layers.pooling import GlobalAveragePooling3D as GlobalAveragePooling3D
from penstock.keras.layers.pooling import GlobalAvgPool1D as GlobalAvgPool1D
from penstock.keras.layers.pooling import GlobalAvgPool2D as GlobalAvgPool2D
from penstock.keras.layers.pooling import GlobalAvgPool3D as GlobalAvgPool3D
from penstock.keras.layers.pooling import GlobalMaxPool1D as GlobalMaxPool1D
from penstock.keras.layers.pooling import GlobalMaxPool2D as GlobalMaxPool2D
from penstock.keras.layers.pooling import GlobalMaxPool3D as GlobalMaxPool3D
from penstock.keras.layers.pooling import GlobalMaxPooling1D as GlobalMaxPooling1D
from penstock.keras.layers.pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
from penstock.keras.layers.pooling import GlobalMaxPooling3D as GlobalMaxPooling3D
from penstock.keras.layers.pooling import MaxPool1D as MaxPool1D
from penstock.keras.layers.pooling import MaxPool2D as MaxPool2D
from penstock.keras.layers.pooling import MaxPool3D as MaxPool3D
from penstock.keras.layers.pooling import MaxPooling1D as MaxPooling1D
from penstock.keras.layers.pooling import MaxPooling2D as MaxPooling2D
from penstock.keras.layers.pooling import MaxPooling3D as MaxPooling3D
from penstock.keras.layers.reshaping_spatial import Cropping1D as Cropping1D
from penstock.keras.layers.reshaping_spatial import Cropping2D as Cropping2D
from penstock.keras.layers.reshaping_spatial import Cropping3D as Cropping3D
from penstock.keras.layers.reshaping_spatial import UpSampling1D as UpSampling1D
from penstock.keras.layers.reshaping_spatial import UpSampling2D as UpSampling2D
from penstock.keras.layers.reshaping_spatial import UpSampling3D as UpSampling3D
from penstock.keras.layers.reshaping_spatial import ZeroPadding1D as ZeroPadding1D
from penstock.keras.layers.reshaping_spatial import ZeroPadding2D as ZeroPadding2D
from penstock.keras.layers.reshaping_spatial import ZeroPadding3D as ZeroPadding3D
from penstock.keras.layers.recurrent import GRU as GRU
from penstock.keras.layers.recurrent import LSTM as LSTM
from penstock.keras.layers.recurrent import RNN as RNN
from penstock.keras.layers.recurrent import SimpleRNN as SimpleRNN
from penstock.keras.layers.recurrent_cells import AbstractRNNCell as AbstractRNNCell
from penstock.keras.layers.recurrent_cells import GRUCell as GRUCell
from penstock.keras.layers.recurrent_cells import LSTMCell as LSTMCell
from penstock.keras.layers.recurrent_cells import SimpleRNNCell as SimpleRNNCell
from penstock.keras.layers.recurrent_cells import StackedRNNCells as StackedRNNCells
from penstock.keras.layers.wrappers import Bidirectional as Bidirectional
from penstock.keras.layers.wrappers import TimeDistributed as TimeDistributed
from penstock.keras.layers.wrappers import Wrapper as Wrapper
from penstock.keras.layers.attention import AdditiveAttention as AdditiveAttention
from penstock.keras.layers.attention import Attention as Attention
from penstock.keras.layers.dense_features import DenseFeatures as DenseFeatures
from penstock.keras.layers.convolutional_recurrent import ConvLSTM2D as ConvLSTM2D
from penstock.keras.layers.cudnn_recurrent import CuDNNGRU as CuDNNGRU
from penstock.keras.layers.cudnn_recurrent import CuDNNLSTM as CuDNNLSTM
from penstock.keras.layers.serialization import deserialize as deserialize
from penstock.keras.layers.serialization import serialize as serialize

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

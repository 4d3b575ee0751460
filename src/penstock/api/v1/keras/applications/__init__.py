"""``tf.keras.applications``."""

from penstock.api.v1.keras.applications import densenet as densenet
from penstock.api.v1.keras.applications import imagenet_utils as imagenet_utils
from penstock.api.v1.keras.applications import inception_resnet_v2 as inception_resnet_v2
from penstock.api.v1.keras.applications import inception_v3 as inception_v3
from penstock.api.v1.keras.applications import mobilenet as mobilenet
from penstock.api.v1.keras.applications import mobilenet_v2 as mobilenet_v2
from penstock.api.v1.keras.applications import nasnet as nasnet
from penstock.api.v1.keras.applications import resnet as resnet
from penstock.api.v1.keras.applications import resnet50 as resnet50
from penstock.api.v1.keras.applications import resnet_v2 as resnet_v2
from penstock.api.v1.keras.applications import vgg16 as vgg16
from penstock.api.v1.keras.applications import vgg19 as vgg19
from penstock.api.v1.keras.applications import xception as xception
from penstock.keras.applications.densenet import DenseNet121 as DenseNet121
from penstock.keras.applications.densenet import DenseNet169 as DenseNet169
from penstock.keras.applications.densenet import DenseNet201 as DenseNet201
from penstock.keras.applications.inception import InceptionResNetV2 as InceptionResNetV2
from penstock.keras.applications.inception import InceptionV3 as InceptionV3
from penstock.keras.applications.mobilenet import MobileNet as MobileNet
from penstock.keras.applications.mobilenet import MobileNetV2 as MobileNetV2
from penstock.keras.applications.nasnet import NASNetLarge as NASNetLarge
from penstock.keras.applications.nasnet import NASNetMobile as NASNetMobile
from penstock.keras.applications.resnet import ResNet101 as ResNet101
from penstock.keras.applications.resnet import ResNet101V2 as ResNet101V2
from penstock.keras.applications.resnet import ResNet152 as ResNet152
from penstock.keras.applications.resnet import ResNet152V2 as ResNet152V2
from penstock.keras.applications.resnet import ResNet50 as ResNet50
from penstock.keras.applications.resnet import ResNet50V2 as ResNet50V2
from penstock.keras.applications.vgg import VGG16 as VGG16
from penstock.keras.applications.vgg import VGG19 as VGG19
from penstock.keras.applications.xception import Xception as Xception

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.keras.utils``."""

from penstock.keras.engine.node import get_source_inputs as get_source_inputs
from penstock.keras.engine.summary import count_params as count_params
from penstock.keras.engine.summary import print_summary as print_summary
from penstock.keras.utils.arrays import convert_kernel as convert_kernel
from penstock.keras.utils.arrays import normalize as normalize
from penstock.keras.utils.arrays import to_categorical as to_categorical
from penstock.keras.utils.files import get_file as get_file
from penstock.keras.utils.drawing import model_to_dot as model_to_dot
from penstock.keras.utils.drawing import plot_model as plot_model
from penstock.keras.utils.multi_gpu import multi_gpu_model as multi_gpu_model
from penstock.keras.utils.matrices import HDF5Matrix as HDF5Matrix
from penstock.keras.utils.matrices import (
    convert_all_kernels_in_model as convert_all_kernels_in_model,
)
from penstock.keras.utils.objects import CustomObjectScope as CustomObjectScope
from penstock.keras.utils.objects import custom_object_scope as custom_object_scope
from penstock.keras.utils.objects import deserialize_keras_object as deserialize_keras_object
from penstock.keras.utils.objects import get_custom_objects as get_custom_objects
from penstock.keras.utils.objects import serialize_keras_object as serialize_keras_object
from penstock.keras.utils.progress import Progbar as Progbar
from penstock.keras.utils.sequences import Sequence as Sequence
from penstock.keras.utils.sequences import GeneratorEnqueuer as GeneratorEnqueuer
from penstock.keras.utils.sequences import OrderedEnqueuer as OrderedEnqueuer
from penstock.keras.utils.sequences import SequenceEnqueuer as SequenceEnqueuer

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.contrib.framework``."""

from penstock.contrib.framework.checkpoints import init_from_checkpoint as init_from_checkpoint
from penstock.contrib.framework.checkpoints import list_variables as list_variables
from penstock.contrib.framework.checkpoints import load_checkpoint as load_checkpoint
from penstock.contrib.framework.checkpoints import load_variable as load_variable
from penstock.contrib.framework.arg_scope import add_arg_scope as add_arg_scope
from penstock.contrib.framework.arg_scope import arg_scope as arg_scope
from penstock.contrib.framework.arg_scope import arg_scoped_arguments as arg_scoped_arguments
from penstock.contrib.framework.arg_scope import current_arg_scope as current_arg_scope
from penstock.contrib.framework.arg_scope import has_arg_scope as has_arg_scope
from penstock.contrib.framework.variables import add_model_variable as add_model_variable
from penstock.contrib.framework.variables import assign_from_checkpoint as assign_from_checkpoint
from penstock.contrib.framework.variables import (
    assign_from_checkpoint_fn as assign_from_checkpoint_fn,
)
from penstock.contrib.framework.variables import assign_from_values as assign_from_values
from penstock.contrib.framework.variables import assign_from_values_fn as assign_from_values_fn
from penstock.contrib.framework.variables import get_local_variables as get_local_variables
from penstock.contrib.framework.variables import get_model_variables as get_model_variables
from penstock.contrib.framework.variables import get_trainable_variables as get_trainable_variables
from penstock.contrib.framework.variables import get_unique_variable as get_unique_variable
from penstock.contrib.framework.variables import get_variable_full_name as get_variable_full_name
from penstock.contrib.framework.variables import get_variables as get_variables
from penstock.contrib.framework.variables import get_variables_by_name as get_variables_by_name
from penstock.contrib.framework.variables import get_variables_by_suffix as get_variables_by_suffix
from penstock.contrib.framework.variables import (
    get_variables_to_restore as get_variables_to_restore,
)
from penstock.contrib.framework.variables import global_variable as global_variable
from penstock.contrib.framework.variables import local_variable as local_variable
from penstock.contrib.framework.variables import model_variable as model_variable
from penstock.contrib.framework.variables import variable as variable
from penstock.contrib.layers.collections import smart_cond as smart_cond
from penstock.graph.convert import is_tensor_like as is_tensor
from penstock.graph.static_values import constant_value as smart_constant_value
from penstock.ops.control_flow import with_dependencies as with_dependencies
from penstock.training.global_step import assert_global_step as assert_global_step
from penstock.training.global_step import create_global_step as create_global_step
from penstock.training.global_step import get_global_step as get_global_step
from penstock.training.global_step import get_or_create_global_step as get_or_create_global_step
from penstock.graph import nest as nest

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

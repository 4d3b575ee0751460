"""``tf.graph_util``: functions on ``GraphDef`` messages."""

from penstock.graph.graph_util import (
    convert_variables_to_constants as convert_variables_to_constants,
)
from penstock.graph.graph_util import extract_sub_graph as extract_sub_graph
from penstock.graph.graph_util import must_run_on_cpu as must_run_on_cpu
from penstock.graph.graph_util import remove_training_nodes as remove_training_nodes
from penstock.graph.graph_util import (
    tensor_shape_from_node_def_name as tensor_shape_from_node_def_name,
)
from penstock.graph.importer import import_graph_def as import_graph_def

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

"""``tf.test``: test cases and gradient checks."""

from unittest import mock as mock

from penstock.testing.case import TestCase as TestCase
from penstock.testing.case import assert_equal_graph_def as assert_equal_graph_def
from penstock.testing.case import get_temp_dir as get_temp_dir
from penstock.testing.case import main as main
from penstock.testing.environment import Benchmark as Benchmark
from penstock.testing.environment import StubOutForTesting as StubOutForTesting
from penstock.testing.environment import benchmark_config as benchmark_config
from penstock.testing.environment import create_local_cluster as create_local_cluster
from penstock.testing.environment import gpu_device_name as gpu_device_name
from penstock.testing.environment import is_built_with_cuda as is_built_with_cuda
from penstock.testing.environment import is_built_with_gpu_support as is_built_with_gpu_support
from penstock.testing.environment import is_built_with_rocm as is_built_with_rocm
from penstock.testing.environment import is_gpu_available as is_gpu_available
from penstock.testing.environment import test_src_dir_path as test_src_dir_path
from penstock.testing.gradient_checker import compute_gradient as compute_gradient
from penstock.testing.gradient_checker import compute_gradient_error as compute_gradient_error

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

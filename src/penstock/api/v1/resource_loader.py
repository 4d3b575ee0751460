"""``tf.resource_loader``: files beside a program."""

from penstock.platform.resources import get_data_files_path as get_data_files_path
from penstock.platform.resources import get_path_to_datafile as get_path_to_datafile
from penstock.platform.resources import (
    get_root_dir_with_all_resources as get_root_dir_with_all_resources,
)
from penstock.platform.resources import load_resource as load_resource
from penstock.platform.resources import readahead_file_path as readahead_file_path

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

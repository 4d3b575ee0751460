"""``tf.io.gfile``: files and folders, with the names of Python's ``os``."""

from penstock.platform.file_io import copy_v2 as copy
from penstock.platform.file_io import file_exists_v2 as exists
from penstock.platform.file_io import get_matching_files_v2 as glob
from penstock.platform.file_io import is_directory_v2 as isdir
from penstock.platform.file_io import list_directory_v2 as listdir
from penstock.platform.file_io import recursive_create_dir_v2 as makedirs
from penstock.platform.file_io import create_dir_v2 as mkdir
from penstock.platform.file_io import delete_file_v2 as remove
from penstock.platform.file_io import rename_v2 as rename
from penstock.platform.file_io import delete_recursively_v2 as rmtree
from penstock.platform.file_io import stat_v2 as stat
from penstock.platform.file_io import walk_v2 as walk
from penstock.platform.file_io import GFile as GFile

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

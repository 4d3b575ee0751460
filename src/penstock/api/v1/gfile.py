"""``tf.gfile``: files and folders."""

from penstock.platform.file_io import copy as Copy
from penstock.platform.file_io import delete_recursively as DeleteRecursively
from penstock.platform.file_io import file_exists as Exists
from penstock.platform.file_io import FastGFile as FastGFile
from penstock.platform.file_io import GFile as GFile
from penstock.platform.file_io import get_matching_files as Glob
from penstock.platform.file_io import is_directory as IsDirectory
from penstock.platform.file_io import list_directory as ListDirectory
from penstock.platform.file_io import recursive_create_dir as MakeDirs
from penstock.platform.file_io import create_dir as MkDir
from penstock.platform.file_io import GFile as Open
from penstock.platform.file_io import delete_file as Remove
from penstock.platform.file_io import rename as Rename
from penstock.platform.file_io import stat as Stat
from penstock.platform.file_io import walk as Walk

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

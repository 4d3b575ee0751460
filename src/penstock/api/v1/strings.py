"""``tf.strings``: operations on strings."""

from penstock.ops.string_numbers import as_string as as_string
from penstock.ops.string_numbers import string_format as format
from penstock.ops.string_numbers import string_to_number as to_number
from penstock.ops.strings import reduce_join as reduce_join
from penstock.ops.string_patterns import regex_full_match as regex_full_match
from penstock.ops.string_patterns import regex_replace as regex_replace
from penstock.ops.strings import split as split
from penstock.ops.strings import string_join as join
from penstock.ops.strings import string_length as length
from penstock.ops.strings import string_lower as lower
from penstock.ops.strings import string_strip as strip
from penstock.ops.string_hashes import string_to_hash_bucket as to_hash_bucket
from penstock.ops.string_hashes import string_to_hash_bucket_fast as to_hash_bucket_fast
from penstock.ops.string_hashes import string_to_hash_bucket_strong as to_hash_bucket_strong
from penstock.ops.strings import string_upper as upper
from penstock.ops.strings import substr as substr
from penstock.ops.strings import unsorted_segment_join as unsorted_segment_join

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

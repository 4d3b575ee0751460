"""``tf.contrib.crf``."""

from penstock.contrib.crf import CrfDecodeBackwardRnnCell as CrfDecodeBackwardRnnCell
from penstock.contrib.crf import CrfDecodeForwardRnnCell as CrfDecodeForwardRnnCell
from penstock.contrib.crf import CrfForwardRnnCell as CrfForwardRnnCell
from penstock.contrib.crf import crf_binary_score as crf_binary_score
from penstock.contrib.crf import crf_decode as crf_decode
from penstock.contrib.crf import crf_log_likelihood as crf_log_likelihood
from penstock.contrib.crf import crf_log_norm as crf_log_norm
from penstock.contrib.crf import crf_multitag_sequence_score as crf_multitag_sequence_score
from penstock.contrib.crf import crf_sequence_score as crf_sequence_score
from penstock.contrib.crf import crf_unary_score as crf_unary_score
from penstock.contrib.crf import viterbi_decode as viterbi_decode

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

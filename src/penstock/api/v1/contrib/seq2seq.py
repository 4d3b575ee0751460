"""``tf.contrib.seq2seq``."""

from penstock.contrib.seq2seq.attention import AttentionMechanism as AttentionMechanism
from penstock.contrib.seq2seq.attention import AttentionWrapper as AttentionWrapper
from penstock.contrib.seq2seq.attention import AttentionWrapperState as AttentionWrapperState
from penstock.contrib.seq2seq.attention import BahdanauAttention as BahdanauAttention
from penstock.contrib.seq2seq.attention import LuongAttention as LuongAttention
from penstock.contrib.seq2seq.attention import tile_batch as tile_batch
from penstock.contrib.seq2seq.decoder import BasicDecoder as BasicDecoder
from penstock.contrib.seq2seq.decoder import BasicDecoderOutput as BasicDecoderOutput
from penstock.contrib.seq2seq.decoder import CustomHelper as CustomHelper
from penstock.contrib.seq2seq.decoder import Decoder as Decoder
from penstock.contrib.seq2seq.decoder import GreedyEmbeddingHelper as GreedyEmbeddingHelper
from penstock.contrib.seq2seq.decoder import Helper as Helper
from penstock.contrib.seq2seq.decoder import SampleEmbeddingHelper as SampleEmbeddingHelper
from penstock.contrib.seq2seq.decoder import TrainingHelper as TrainingHelper
from penstock.contrib.seq2seq.decoder import dynamic_decode as dynamic_decode
from penstock.contrib.seq2seq.loss import sequence_loss as sequence_loss

from penstock.contrib.seq2seq.beam_search import BeamSearchDecoder as BeamSearchDecoder
from penstock.contrib.seq2seq.beam_search import BeamSearchDecoderOutput as BeamSearchDecoderOutput
from penstock.contrib.seq2seq.beam_search import BeamSearchDecoderState as BeamSearchDecoderState
from penstock.contrib.seq2seq.beam_search import (
    FinalBeamSearchDecoderOutput as FinalBeamSearchDecoderOutput,
)
from penstock.ops.beam_search import gather_tree as gather_tree
from penstock.contrib.seq2seq.helpers import InferenceHelper as InferenceHelper
from penstock.contrib.seq2seq.helpers import (
    ScheduledEmbeddingTrainingHelper as ScheduledEmbeddingTrainingHelper,
)
from penstock.contrib.seq2seq.helpers import (
    ScheduledOutputTrainingHelper as ScheduledOutputTrainingHelper,
)
from penstock.contrib.seq2seq.monotonic import (
    BahdanauMonotonicAttention as BahdanauMonotonicAttention,
)
from penstock.contrib.seq2seq.monotonic import LuongMonotonicAttention as LuongMonotonicAttention
from penstock.contrib.seq2seq.monotonic import hardmax as hardmax
from penstock.contrib.seq2seq.monotonic import monotonic_attention as monotonic_attention
from penstock.contrib.seq2seq.monotonic import safe_cumprod as safe_cumprod

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

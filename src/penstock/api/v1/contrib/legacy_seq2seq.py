"""``tf.contrib.legacy_seq2seq`` (``tf.nn.seq2seq`` before TensorFlow 1.0)."""

from penstock.rnn.seq2seq import attention_decoder as attention_decoder
from penstock.rnn.seq2seq import basic_rnn_seq2seq as basic_rnn_seq2seq
from penstock.rnn.seq2seq import embedding_attention_decoder as embedding_attention_decoder
from penstock.rnn.seq2seq import embedding_attention_seq2seq as embedding_attention_seq2seq
from penstock.rnn.seq2seq import embedding_rnn_decoder as embedding_rnn_decoder
from penstock.rnn.seq2seq import embedding_rnn_seq2seq as embedding_rnn_seq2seq
from penstock.rnn.seq2seq import embedding_tied_rnn_seq2seq as embedding_tied_rnn_seq2seq
from penstock.rnn.seq2seq import model_with_buckets as model_with_buckets
from penstock.rnn.seq2seq import one2many_rnn_seq2seq as one2many_rnn_seq2seq
from penstock.rnn.seq2seq import rnn_decoder as rnn_decoder
from penstock.rnn.seq2seq import tied_rnn_seq2seq as tied_rnn_seq2seq
from penstock.rnn.sequence_losses import sequence_loss as sequence_loss
from penstock.rnn.sequence_losses import sequence_loss_by_example as sequence_loss_by_example

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

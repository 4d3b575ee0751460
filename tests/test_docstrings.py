"""Public functions and classes say what they do, and the much-used ones what their arguments are."""

from __future__ import annotations

import pathlib
import runpy
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).parent.parent
# The functions that old programs use most, of those that take arguments.
MUCH_USED = """
tf.Session tf.placeholder tf.reduce_mean tf.global_variables_initializer tf.Variable tf.matmul
tf.random_normal tf.cast tf.argmax tf.examples.tutorials.mnist.input_data.read_data_sets tf.equal
tf.train.AdamOptimizer tf.train.GradientDescentOptimizer tf.nn.relu tf.add
tf.python.framework.ops.reset_default_graph tf.reshape tf.reduce_sum tf.square tf.set_random_seed
tf.nn.softmax tf.constant tf.nn.softmax_cross_entropy_with_logits tf.zeros tf.variable_scope
tf.layers.dense tf.train.Saver tf.log tf.transpose tf.multiply tf.nn.conv2d
tf.nn.sparse_softmax_cross_entropy_with_logits tf.initialize_all_variables tf.nn.dropout
tf.nn.sigmoid tf.random_uniform tf.squeeze tf.nn.max_pool tf.summary.FileWriter
tf.nn.embedding_lookup tf.sqrt tf.device tf.get_variable tf.summary.merge_all tf.expand_dims
tf.layers.conv2d tf.subtract tf.shape tf.abs tf.sigmoid tf.name_scope tf.pow tf.truncated_normal
tf.nn.sigmoid_cross_entropy_with_logits tf.concat tf.summary.scalar tf.nn.bias_add
keras.layers.Dense tf.train.RMSPropOptimizer tf.layers.max_pooling2d tf.ones tf.Graph
tf.layers.dropout tf.exp tf.data.Dataset.from_tensor_slices tf.get_default_graph tf.gradients
tf.nn.tanh tf.negative tf.get_collection tf.nn.dynamic_rnn tf.estimator.inputs.numpy_input_fn
tf.gather tf.stack tf.nn.nce_loss tf.nn.softmax_cross_entropy_with_logits_v2
tf.trainable_variables tf.InteractiveSession tf.summary.histogram tf.reset_default_graph
tf.unstack tf.round tf.split tf.metrics.accuracy tf.assign tf.group tf.app.run tf.add_n
tf.train.get_checkpoint_state tf.maximum tf.one_hot tf.losses.mean_squared_error
tf.global_variables tf.convert_to_tensor tf.div tf.estimator.Estimator tf.estimator.EstimatorSpec
tf.train.SummaryWriter tf.train.get_global_step tf.ones_like tf.constant_initializer
tf.nn.rnn_cell.BasicLSTMCell tf.random_normal_initializer tf.keras.layers.Dense
tf.nn.rnn_cell.MultiRNNCell tf.stop_gradient tf.train.MomentumOptimizer tf.clip_by_global_norm
tf.diag tf.control_dependencies tf.import_graph_def tf.range tf.train.start_queue_runners
tf.image.decode_jpeg tf.logging.set_verbosity tf.slice tf.nn.top_k tf.sign tf.truediv
tf.image.random_flip_left_right tf.layers.batch_normalization tf.sin tf.zeros_like
tf.gfile.FastGFile tf.nn.elu tf.nn.l2_loss tf.argmin tf.keras.models.Sequential tf.linspace
tf.placeholder_with_default tf.train.checkpoint_exists tf.fill tf.feature_column.numeric_column
tf.nn.rnn_cell.BasicRNNCell tf.nn.softplus tf.matrix_inverse tf.nn.avg_pool tf.pack
tf.test.TestCase tf.test.main tf.tile tf.train.batch tf.compat.v1.disable_v2_behavior
tf.get_variable_scope tf.cos tf.nn.rnn_cell.LSTMCell tf.train.latest_checkpoint
tf.truncated_normal_initializer tf.cond tf.estimator.DNNClassifier tf.identity
tf.keras.layers.Flatten tf.mul tf.nn.conv2d_transpose tf.nn.moments tf.nn.rnn_cell.DropoutWrapper
tf.summary.image keras.layers.Dropout tf.all_variables tf.cholesky tf.compat.v1.Session
tf.compat.v1.global_variables_initializer tf.compat.v1.placeholder tf.compat.v1.reduce_mean
tf.edit_distance tf.image.resize tf.image.resize_images tf.keras.callbacks.TensorBoard
tf.keras.datasets.mnist.load_data tf.keras.layers.GRU tf.keras.models.Model
tf.keras.optimizers.Adam tf.layers.Dense tf.layers.conv2d_transpose tf.nn.in_top_k tf.nn.xw_plus_b
tf.python.ops.resources.shared_resources tf.read_file tf.train.slice_input_producer tf.tanh
tf.train.ClusterSpec tf.train.Server tf.clip_by_value tf.data.TFRecordDataset
tf.data.TextLineDataset tf.decode_raw tf.gfile.Exists tf.gfile.MakeDirs tf.image.random_brightness
tf.image.random_contrast tf.image.resize_bilinear tf.image.resize_image_with_crop_or_pad
tf.keras.layers.Conv2D tf.keras.layers.MaxPooling2D tf.less tf.train.AdagradOptimizer
tf.train.exponential_decay tf.train.import_meta_graph tf.train.string_input_producer
tf.compat.v1.Variable tf.compat.v1.argmax tf.compat.v1.cast tf.compat.v1.equal
tf.compat.v1.nn.relu tf.compat.v1.nn.softmax tf.keras.callbacks.ModelCheckpoint
tf.keras.layers.Embedding tf.keras.layers.Input tf.keras.optimizers.RMSprop
tf.keras.preprocessing.sequence.pad_sequences tf.keras.preprocessing.text.Tokenizer
tf.local_variables_initializer tf.nn.batch_normalization tf.nn.seq2seq.rnn_decoder
tf.nn.seq2seq.sequence_loss_by_example tf.TextLineReader tf.decode_csv
tf.keras.backend.clear_session tf.nn.l2_normalize tf.python.framework.tensor_shape.scalar
tf.random_crop tf.reduce_max tf.reduce_min tf.train.Coordinator tf.train.replica_device_setter
tf.where keras.layers.Conv2D keras.layers.Flatten keras.layers.MaxPooling2D
tf.FixedLengthRecordReader tf.SparseTensor tf.SparseTensorValue tf.arg_min
tf.compat.v1.get_default_graph tf.compat.v1.layers.conv2d tf.compat.v1.layers.dense
tf.compat.v1.layers.flatten tf.compat.v1.matmul
tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2 tf.compat.v1.reshape
tf.compat.v1.train.AdamOptimizer tf.cross tf.data.Dataset.from_generator
tf.data.experimental.CsvDataset tf.floordiv tf.image.adjust_brightness tf.image.adjust_contrast
tf.image.adjust_hue tf.image.adjust_saturation tf.image.decode_png
tf.image.per_image_standardization tf.image.sample_distorted_bounding_box tf.io.FixedLenFeature
tf.io.TFRecordWriter tf.io.decode_csv tf.io.parse_single_example tf.io.read_file
tf.keras.applications.VGG16 tf.keras.callbacks.EarlyStopping tf.keras.layers.InputLayer
tf.keras.layers.Reshape tf.keras.models.load_model tf.layers.average_pooling2d
tf.losses.softmax_cross_entropy tf.matrix_determinant tf.matrix_diag_part tf.matrix_solve
tf.merge_all_summaries tf.mod tf.nn.batch_norm_with_global_normalization
tf.nn.bidirectional_dynamic_rnn tf.nn.lrn tf.nn.relu6 tf.nn.softsign
tf.nn.weighted_cross_entropy_with_logits tf.random.uniform tf.scalar_summary tf.self_adjoint_eig
tf.sparse_placeholder tf.sparse_to_dense tf.train.ExponentialMovingAverage
tf.train.MonitoredSession tf.train.shuffle_batch tf.variance_scaling_initializer tf.while_loop
"""


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "undocumented.py"))


def test_every_public_name_has_a_docstring(tool: dict[str, Any]) -> None:
    symbols = tool["public"]()
    assert len(symbols) > 1500
    assert [name for name, value in symbols.items() if not tool["own_docstring"](value)] == []


def test_much_used_names_explain_their_arguments(tool: dict[str, Any]) -> None:
    import penstock

    missing = {}
    for name in MUCH_USED.split():
        value = penstock
        for part in name.split(".")[1:]:
            value = getattr(value, part)
        assert value.__doc__, name
        missing[name] = tool["missing_arguments"](value)
    assert {name: arguments for name, arguments in missing.items() if arguments} == {}

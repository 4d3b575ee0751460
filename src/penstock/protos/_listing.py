"""Which messages and enumerations `penstock.protos` offers, and where each comes from.

`TENSORBOARD` rows are served by the `tensorboard` package (module below
`tensorboard.compat.proto`), `OWN` rows by the field tables of `_schemas.py`. The first column
is the module in which TensorFlow 1.x programs find the same names, below `tensorflow.`.
"""

from __future__ import annotations

# (TensorFlow module, tensorboard module, names)
TENSORBOARD: tuple[tuple[str, str, str], ...] = (
    ("core.framework.allocation_description_pb2", "allocation_description_pb2",
     "AllocationDescription"),
    ("core.framework.api_def_pb2", "api_def_pb2", "ApiDef ApiDefs"),
    ("core.framework.attr_value_pb2", "attr_value_pb2", "AttrValue NameAttrList"),
    ("core.framework.cost_graph_pb2", "cost_graph_pb2", "CostGraphDef"),
    ("core.framework.function_pb2", "function_pb2",
     "FunctionDef FunctionDefLibrary GradientDef"),
    ("core.framework.graph_pb2", "graph_pb2", "GraphDef"),
    ("core.framework.node_def_pb2", "node_def_pb2", "NodeDef"),
    ("core.framework.op_def_pb2", "op_def_pb2", "OpDef OpDeprecation OpList"),
    ("core.framework.resource_handle_pb2", "resource_handle_pb2", "ResourceHandleProto"),
    ("core.framework.step_stats_pb2", "step_stats_pb2",
     ("AllocationRecord AllocatorMemoryUsed DeviceStepStats MemoryStats NodeExecStats "
     "NodeOutput StepStats")),
    ("core.framework.summary_pb2", "summary_pb2", "Summary SummaryDescription SummaryMetadata"),
    ("core.framework.summary_pb2", "histogram_pb2", "HistogramProto"),
    ("core.framework.tensor_description_pb2", "tensor_description_pb2", "TensorDescription"),
    ("core.framework.tensor_pb2", "tensor_pb2", "TensorProto VariantTensorDataProto"),
    ("core.framework.tensor_shape_pb2", "tensor_shape_pb2", "TensorShapeProto"),
    ("core.framework.types_pb2", "types_pb2", "DataType"),
    ("core.framework.variable_pb2", "variable_pb2",
     "SaveSliceInfoDef VariableAggregation VariableDef VariableSynchronization"),
    ("core.framework.versions_pb2", "versions_pb2", "VersionDef"),
    ("core.protobuf.cluster_pb2", "cluster_pb2", "ClusterDef JobDef"),
    ("core.protobuf.config_pb2", "config_pb2",
     ("CallableOptions ConfigProto GPUOptions GraphOptions OptimizerOptions RunMetadata "
     "RunOptions SessionMetadata TensorConnection ThreadPoolOptionProto")),
    ("core.protobuf.config_pb2", "rpc_options_pb2", "RPCOptions"),
    ("core.protobuf.debug_pb2", "debug_pb2",
     "DebugOptions DebugTensorWatch DebuggedSourceFile DebuggedSourceFiles"),
    ("core.protobuf.graph_debug_info_pb2", "graph_debug_info_pb2", "GraphDebugInfo"),
    ("core.protobuf.meta_graph_pb2", "meta_graph_pb2",
     "AssetFileDef CollectionDef MetaGraphDef SignatureDef TensorInfo"),
    ("core.protobuf.rewriter_config_pb2", "rewriter_config_pb2",
     "AutoParallelOptions RewriterConfig ScopedAllocatorOptions"),
    ("core.protobuf.saved_object_graph_pb2", "saved_object_graph_pb2",
     ("FunctionSpec SavedAsset SavedBareConcreteFunction SavedConcreteFunction SavedConstant "
     "SavedFunction SavedObject SavedObjectGraph SavedResource SavedUserObject SavedVariable")),
    ("core.protobuf.saver_pb2", "saver_pb2", "SaverDef"),
    ("core.protobuf.struct_pb2", "struct_pb2",
     ("DictValue ListValue NamedTupleValue NoneValue PairValue StructuredValue "
     "TensorSpecProto TupleValue TypeSpecProto")),
    ("core.protobuf.trackable_object_graph_pb2", "trackable_object_graph_pb2",
     "TrackableObjectGraph"),
    ("core.protobuf.verifier_config_pb2", "verifier_config_pb2", "VerifierConfig"),
    ("core.util.event_pb2", "event_pb2",
     ("Event LogMessage SessionLog TaggedRunMetadata WatchdogConfig WorkerHealth "
     "WorkerHeartbeatRequest WorkerHeartbeatResponse WorkerShutdownMode")),
    ("python.framework.cpp_shape_inference_pb2", "cpp_shape_inference_pb2",
     "CppShapeInferenceInputsNeeded CppShapeInferenceResult"),
)  # fmt: skip

# (TensorFlow module, key in SCHEMAS, names)
OWN: tuple[tuple[str, str, str], ...] = (
    ("core.example.example_pb2", "example", "Example SequenceExample"),
    ("core.example.example_parser_configuration_pb2", "example_parser_configuration",
     "ExampleParserConfiguration FeatureConfiguration FixedLenFeatureProto VarLenFeatureProto"),
    ("core.example.feature_pb2", "feature",
     "BytesList Feature FeatureList FeatureLists Features FloatList Int64List"),
    ("core.framework.device_attributes_pb2", "device_attributes",
     "DeviceAttributes DeviceLocality InterconnectLink LocalLinks"),
    ("core.framework.kernel_def_pb2", "kernel_def", "KernelDef KernelList"),
    ("core.framework.reader_base_pb2", "reader_base", "ReaderBaseState"),
    ("core.framework.tensor_slice_pb2", "tensor_slice", "TensorSliceProto"),
    ("core.lib.core.error_codes_pb2", "error_codes", "Code"),
    ("core.profiler.tfprof_log_pb2", "tfprof_log",
     ("CodeDef ExecMemory ExecProfile ExecTime Memory OpLogEntry OpLogProto ProfileNode "
     "ProfileProto Tuple")),
    ("core.profiler.tfprof_options_pb2", "tfprof_options", "AdvisorOptionsProto OptionsProto"),
    ("core.profiler.tfprof_output_pb2", "tfprof_output",
     "AdviceProto GraphNodeProto MultiGraphNodeProto TFProfTensorProto"),
    ("core.protobuf.control_flow_pb2", "control_flow",
     "CondContextDef ControlFlowContextDef ValuesDef WhileContextDef"),
    ("core.protobuf.device_properties_pb2", "device_properties", "DeviceProperties NamedDevice"),
    ("core.protobuf.named_tensor_pb2", "named_tensor", "NamedTensorProto"),
    ("core.protobuf.queue_runner_pb2", "queue_runner", "QueueRunnerDef"),
    ("core.protobuf.saved_model_pb2", "saved_model", "SavedModel"),
    ("core.protobuf.tensor_bundle_pb2", "tensor_bundle", "BundleEntryProto BundleHeaderProto"),
    ("core.protobuf.tensorflow_server_pb2", "tensorflow_server", "ServerDef"),
    ("core.util.saved_tensor_slice_pb2", "saved_tensor_slice",
     "SavedSlice SavedSliceMeta SavedTensorSliceMeta SavedTensorSlices"),
    ("python.training.checkpoint_state_pb2", "checkpoint_state", "CheckpointState"),
    ("contrib.session_bundle.manifest_pb2", "manifest",
     ("AssetFile ClassificationSignature GenericSignature RegressionSignature Signature "
     "Signatures TensorBinding")),
    ("contrib.tensorboard.plugins.projector.projector_config_pb2", "projector_config",
     "EmbeddingInfo ProjectorConfig SpriteMetadata"),
    ("contrib.training.python.training.hparam_pb2", "hparam", "HParamDef"),
)  # fmt: skip

# Messages that TensorFlow renamed between 1.x releases: old name -> name above.
RENAMED: dict[str, str] = {"CheckpointableObjectGraph": "TrackableObjectGraph"}

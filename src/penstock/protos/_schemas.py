"""Field tables of the TensorFlow messages that the `tensorboard` package lacks.

One entry per TensorFlow `.proto` file, in a small notation that `_builder.py` turns into
descriptors:

    message Name            a message; nested messages and enums are indented below it
    enum Name               an enumeration, its `VALUE = number` lines indented below it
    oneof name              a group of which at most one field is set
    number name type        a field; `type` may begin with `repeated`, or be `map KEY VALUE`

Numbers and types are TensorFlow 1.15's wire format. Field numbers never change meaning, so
files from 0.x read the same way.
"""

from __future__ import annotations

SCHEMAS: dict[str, str] = {
    "feature": """
        message BytesList
            1 value repeated bytes
        message FloatList
            1 value repeated float
        message Int64List
            1 value repeated int64
        message Feature
            oneof kind
                1 bytes_list BytesList
                2 float_list FloatList
                3 int64_list Int64List
        message Features
            1 feature map string Feature
        message FeatureList
            1 feature repeated Feature
        message FeatureLists
            1 feature_list map string FeatureList
    """,
    "example": """
        message Example
            1 features Features
        message SequenceExample
            1 context Features
            2 feature_lists FeatureLists
    """,
    "example_parser_configuration": """
        message VarLenFeatureProto
            1 dtype DataType
            2 values_output_tensor_name string
            3 indices_output_tensor_name string
            4 shapes_output_tensor_name string
        message FixedLenFeatureProto
            1 dtype DataType
            2 shape TensorShapeProto
            3 default_value TensorProto
            4 values_output_tensor_name string
        message FeatureConfiguration
            oneof config
                1 fixed_len_feature FixedLenFeatureProto
                2 var_len_feature VarLenFeatureProto
        message ExampleParserConfiguration
            1 feature_map map string FeatureConfiguration
    """,
    "tensor_slice": """
        message TensorSliceProto
            message Extent
                1 start int64
                oneof has_length
                    2 length int64
            1 extent repeated Extent
    """,
    "tensor_bundle": """
        message BundleHeaderProto
            enum Endianness
                LITTLE = 0
                BIG = 1
            1 num_shards int32
            2 endianness Endianness
            3 version VersionDef
        message BundleEntryProto
            1 dtype DataType
            2 shape TensorShapeProto
            3 shard_id int32
            4 offset int64
            5 size int64
            6 crc32c fixed32
            7 slices repeated TensorSliceProto
    """,
    "saved_tensor_slice": """
        message SavedSliceMeta
            1 name string
            2 shape TensorShapeProto
            3 type DataType
            4 slice repeated TensorSliceProto
        message SavedTensorSliceMeta
            1 tensor repeated SavedSliceMeta
            2 versions VersionDef
        message SavedSlice
            1 name string
            2 slice TensorSliceProto
            3 data TensorProto
        message SavedTensorSlices
            1 meta SavedTensorSliceMeta
            2 data SavedSlice
    """,
    "checkpoint_state": """
        message CheckpointState
            1 model_checkpoint_path string
            2 all_model_checkpoint_paths repeated string
            3 all_model_checkpoint_timestamps repeated double
            4 last_preserved_timestamp double
    """,
    "saved_model": """
        message SavedModel
            1 saved_model_schema_version int64
            2 meta_graphs repeated MetaGraphDef
    """,
    "error_codes": """
        enum Code
            OK = 0
            CANCELLED = 1
            UNKNOWN = 2
            INVALID_ARGUMENT = 3
            DEADLINE_EXCEEDED = 4
            NOT_FOUND = 5
            ALREADY_EXISTS = 6
            PERMISSION_DENIED = 7
            UNAUTHENTICATED = 16
            RESOURCE_EXHAUSTED = 8
            FAILED_PRECONDITION = 9
            ABORTED = 10
            OUT_OF_RANGE = 11
            UNIMPLEMENTED = 12
            INTERNAL = 13
            UNAVAILABLE = 14
            DATA_LOSS = 15
    """,
    "queue_runner": """
        message QueueRunnerDef
            1 queue_name string
            2 enqueue_op_name repeated string
            3 close_op_name string
            4 cancel_op_name string
            5 queue_closed_exception_types repeated Code
    """,
    "control_flow": """
        message ValuesDef
            1 values repeated string
            2 external_values map string string
        message ControlFlowContextDef
            oneof ctxt
                1 cond_ctxt CondContextDef
                2 while_ctxt WhileContextDef
        message CondContextDef
            1 context_name string
            2 pred_name string
            3 pivot_name string
            4 branch int32
            5 values_def ValuesDef
            6 nested_contexts repeated ControlFlowContextDef
        message WhileContextDef
            1 context_name string
            2 parallel_iterations int32
            3 back_prop bool
            4 swap_memory bool
            5 pivot_name string
            6 pivot_for_pred_name string
            7 pivot_for_body_name string
            8 loop_exit_names repeated string
            9 values_def ValuesDef
            10 loop_enter_names repeated string
            11 maximum_iterations_name string
            12 nested_contexts repeated ControlFlowContextDef
    """,
    "named_tensor": """
        message NamedTensorProto
            1 name string
            2 tensor TensorProto
    """,
    "tensorflow_server": """
        message ServerDef
            1 cluster ClusterDef
            2 job_name string
            3 task_index int32
            4 default_session_config ConfigProto
            5 protocol string
    """,
    "device_attributes": """
        message InterconnectLink
            1 device_id int32
            2 type string
            3 strength int32
        message LocalLinks
            1 link repeated InterconnectLink
        message DeviceLocality
            1 bus_id int32
            2 numa_node int32
            3 links LocalLinks
        message DeviceAttributes
            1 name string
            2 device_type string
            4 memory_limit int64
            5 locality DeviceLocality
            6 incarnation fixed64
            7 physical_device_desc string
    """,
    "device_properties": """
        message DeviceProperties
            1 type string
            2 vendor string
            3 model string
            4 frequency int64
            5 num_cores int64
            6 environment map string string
            7 num_registers int64
            8 l1_cache_size int64
            9 l2_cache_size int64
            10 l3_cache_size int64
            11 shared_memory_size_per_multiprocessor int64
            12 memory_size int64
            13 bandwidth int64
        message NamedDevice
            1 name string
            2 properties DeviceProperties
    """,
    "kernel_def": """
        message KernelDef
            message AttrConstraint
                1 name string
                2 allowed_values AttrValue
            1 op string
            2 device_type string
            3 constraint repeated AttrConstraint
            4 host_memory_arg repeated string
            5 label string
            6 priority int32
        message KernelList
            1 kernel repeated KernelDef
    """,
    "reader_base": """
        message ReaderBaseState
            1 work_started int64
            2 work_finished int64
            3 num_records_produced int64
            4 current_work bytes
    """,
    "tfprof_log": """
        message CodeDef
            message Trace
                1 file string
                6 file_id int64
                2 lineno int32
                3 function string
                7 function_id int64
                4 line string
                8 line_id int64
                5 func_start_line int32
            1 traces repeated Trace
        message OpLogEntry
            1 name string
            2 float_ops int64
            3 types repeated string
            4 code_def CodeDef
        message OpLogProto
            1 log_entries repeated OpLogEntry
            2 id_to_string map int64 string
        message ProfileProto
            1 nodes map int64 ProfileNode
            2 has_trace bool
            5 miss_accelerator_stream bool
            3 steps repeated int64
            4 id_to_string map int64 string
        message ProfileNode
            1 name string
            9 op string
            13 id int64
            2 inputs map int32 int64
            16 input_shapes map int32 Tuple
            3 outputs map int32 int64
            15 output_shapes map int32 Tuple
            14 src_output_index map int64 int32
            4 shape repeated int64
            5 op_types repeated string
            6 canonical_device string
            7 host_device string
            8 float_ops int64
            10 trace CodeDef
            11 attrs map string AttrValue
            12 execs map int64 ExecProfile
        message ExecProfile
            1 run_count int64
            2 all_start_micros int64
            3 latest_end_micros int64
            4 accelerator_execs map string ExecTime
            5 cpu_execs map string ExecTime
            7 memory_execs repeated ExecMemory
            11 allocations repeated AllocationRecord
            6 devices repeated string
        message ExecTime
            1 times repeated Tuple
        message ExecMemory
            1 memory_micros int64
            2 host_temp_bytes int64
            3 host_persistent_bytes int64
            4 accelerator_temp_bytes int64
            5 accelerator_persistent_bytes int64
            6 requested_bytes int64
            7 peak_bytes int64
            8 residual_bytes int64
            9 output_bytes int64
            10 allocator_bytes_in_use int64
            11 output_memory map int32 Memory
        message Tuple
            1 int64_values repeated int64
        message Memory
            1 bytes int64
            2 ptr uint64
    """,
    "tfprof_options": """
        message OptionsProto
            1 max_depth int64
            2 min_bytes int64
            19 min_peak_bytes int64
            20 min_residual_bytes int64
            21 min_output_bytes int64
            3 min_micros int64
            22 min_accelerator_micros int64
            23 min_cpu_micros int64
            4 min_params int64
            5 min_float_ops int64
            17 min_occurrence int64
            18 step int64
            7 order_by string
            8 account_type_regexes repeated string
            9 start_name_regexes repeated string
            10 trim_name_regexes repeated string
            11 show_name_regexes repeated string
            12 hide_name_regexes repeated string
            13 account_displayed_op_only bool
            14 select repeated string
            15 output string
            16 dump_to_file string
        message AdvisorOptionsProto
            message CheckerOption
                1 options map string string
            1 checkers map string CheckerOption
    """,
    "tfprof_output": """
        message TFProfTensorProto
            1 dtype DataType
            2 value_double repeated double
            3 value_int64 repeated int64
            4 value_str repeated string
        message GraphNodeProto
            1 name string
            15 tensor_value TFProfTensorProto
            21 run_count int64
            2 exec_micros int64
            17 accelerator_exec_micros int64
            18 cpu_exec_micros int64
            3 requested_bytes int64
            24 peak_bytes int64
            25 residual_bytes int64
            26 output_bytes int64
            4 parameters int64
            13 float_ops int64
            10 devices repeated string
            23 total_definition_count int64
            22 total_run_count int64
            6 total_exec_micros int64
            19 total_accelerator_exec_micros int64
            20 total_cpu_exec_micros int64
            7 total_requested_bytes int64
            27 total_peak_bytes int64
            28 total_residual_bytes int64
            29 total_output_bytes int64
            8 total_parameters int64
            14 total_float_ops int64
            11 shapes repeated TensorShapeProto
            16 input_shapes map int32 TensorShapeProto
            12 children repeated GraphNodeProto
        message MultiGraphNodeProto
            1 name string
            2 exec_micros int64
            12 accelerator_exec_micros int64
            13 cpu_exec_micros int64
            3 requested_bytes int64
            16 peak_bytes int64
            17 residual_bytes int64
            18 output_bytes int64
            4 parameters int64
            5 float_ops int64
            6 total_exec_micros int64
            14 total_accelerator_exec_micros int64
            15 total_cpu_exec_micros int64
            7 total_requested_bytes int64
            19 total_peak_bytes int64
            20 total_residual_bytes int64
            21 total_output_bytes int64
            8 total_parameters int64
            9 total_float_ops int64
            10 graph_nodes repeated GraphNodeProto
            11 children repeated MultiGraphNodeProto
        message AdviceProto
            message Checker
                2 reports repeated string
            1 checkers map string Checker
    """,
    "projector_config": """
        message SpriteMetadata
            1 image_path string
            2 single_image_dim repeated uint32
        message EmbeddingInfo
            1 tensor_name string
            2 metadata_path string
            3 bookmarks_path string
            4 tensor_shape repeated uint32
            5 sprite SpriteMetadata
            6 tensor_path string
        message ProjectorConfig
            1 model_checkpoint_path string
            2 embeddings repeated EmbeddingInfo
            3 model_checkpoint_dir string
    """,
    "hparam": """
        message HParamDef
            message BytesList
                1 value repeated bytes
            message FloatList
                1 value repeated float
            message Int64List
                1 value repeated int64
            message BoolList
                1 value repeated bool
            message HParamType
                oneof kind
                    1 int64_value int64
                    2 float_value float
                    3 bytes_value bytes
                    7 bool_value bool
                    4 int64_list Int64List
                    5 float_list FloatList
                    6 bytes_list BytesList
                    8 bool_list BoolList
            1 hparam map string HParamType
    """,
    "manifest": """
        message TensorBinding
            1 tensor_name string
        message AssetFile
            1 tensor_binding TensorBinding
            2 filename string
        message RegressionSignature
            1 input TensorBinding
            2 output TensorBinding
        message ClassificationSignature
            1 input TensorBinding
            2 classes TensorBinding
            3 scores TensorBinding
        message GenericSignature
            1 map map string TensorBinding
        message Signature
            oneof type
                1 regression_signature RegressionSignature
                2 classification_signature ClassificationSignature
                3 generic_signature GenericSignature
        message Signatures
            1 default_signature Signature
            2 named_signatures map string Signature
    """,
}

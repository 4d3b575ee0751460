"""The messages are TensorFlow's: names, field numbers, types, module contents."""

from __future__ import annotations

import gzip
import json
import pathlib
import pickle
import subprocess
import sys

import pytest

from penstock import protos

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "protos.json.gz"
TENSORFLOW = json.loads(gzip.decompress(GOLDEN.read_bytes()))


def short(full_name: str) -> str:
    """Without the package, if it is one of TensorFlow's."""
    package, rest = full_name.split(".", 1)
    return full_name if package == "google" else rest


def is_repeated(field) -> bool:
    old = getattr(field, "label", None)  # newer protobuf has `is_repeated` instead
    return field.is_repeated if hasattr(field, "is_repeated") else old == 3


def find(name: str):
    top, *rest = name.split(".")
    descriptor = getattr(protos, top).DESCRIPTOR
    for part in rest:
        nested = descriptor.nested_types_by_name.get(part)
        descriptor = nested if nested is not None else descriptor.enum_types_by_name[part]
    return descriptor


@pytest.mark.parametrize("module", sorted(TENSORFLOW))
def test_fields_are_tensorflows(module):
    for name, rows in TENSORFLOW[module].items():
        if name.startswith("enum "):
            ours = {v.name: v.number for v in find(name[5:]).values}
            missing = [v for n, v in rows if ours.get(v) != n and "RESERVED" not in v]
            assert not missing, name
            continue
        fields = {f.number: f for f in find(name).fields}
        for number, field_name, kind, label, type_name, oneof in rows:
            if (name, number) == (
                "TrackableObjectGraph.TrackableObject.SerializedTensor",
                4,
            ):
                continue  # `optional_restore`, which TensorFlow 2 removed again
            field = fields[number]
            found = field.message_type or field.enum_type
            assert field.name == field_name
            assert field.type == kind, (name, field_name)
            assert is_repeated(field) == (label == 3), (name, field_name)
            assert (short(found.full_name) if found else "") == type_name
            holder = field.containing_oneof
            assert (holder.name if holder else "") == oneof, (name, field_name)


def test_every_listed_name_loads():
    for name in dir(protos):
        assert getattr(protos, name) is not None
    assert {"GraphDef", "SavedModel", "Example", "CheckpointableObjectGraph"} <= set(dir(protos))


def test_listing_covers_the_modules_of_tensorflow():
    modules = protos.tensorflow_modules()
    assert set(modules) == set(TENSORFLOW)
    for module, names in modules.items():
        contents = {n for n in TENSORFLOW[module] if "." not in n.split(" ")[-1]}
        assert {n.split(" ")[-1] for n in contents} == set(names), module


def test_wire_format_of_example():
    example = protos.Example()
    example.features.feature["a"].int64_list.value.extend([1, 2])
    data = example.SerializeToString()
    assert data == b"\n\r\n\x0b\n\x01a\x12\x06\x1a\x04\n\x02\x01\x02"
    assert protos.Example.FromString(data) == example
    assert example.features.feature["a"].WhichOneof("kind") == "int64_list"


def test_recursive_messages():
    context = protos.WhileContextDef(context_name="outer")
    context.nested_contexts.add().cond_ctxt.values_def.external_values["x"] = "y"
    again = protos.WhileContextDef.FromString(context.SerializeToString())
    assert again.nested_contexts[0].cond_ctxt.values_def.external_values["x"] == "y"


def test_messages_refer_to_one_another():
    saved = protos.SavedModel()
    saved.meta_graphs.add().graph_def.CopyFrom(protos.GraphDef())
    assert isinstance(saved.meta_graphs[0], protos.MetaGraphDef)


def test_module_contents_hold_enum_values():
    types = protos.module_names("core.framework.types_pb2")
    assert types["DT_FLOAT"] == 1 and types["DT_HALF_REF"] == 119
    assert protos.module_names("core.lib.core.error_codes_pb2")["OUT_OF_RANGE"] == 11
    with pytest.raises(ImportError, match=r"tensorflow\.core\.nothing_pb2"):
        protos.module_names("core.nothing_pb2")


def test_unknown_name_suggests():
    with pytest.raises(AttributeError, match="'GrafDef'; did you mean GraphDef"):
        _ = protos.GrafDef


def test_messages_pickle():
    message = protos.BundleEntryProto(size=7)
    assert pickle.loads(pickle.dumps(message)) == message


def test_import_is_cheap():
    code = (
        "import sys, penstock.protos as p;"
        "assert not [m for m in sys.modules if m.startswith(('google.protobuf', 'tensorboard'))];"
        "p.GraphDef;"
        "heavy = {'jax', 'tensorflow', 'grpc', 'werkzeug'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

"""``tf.import_graph_def``; the messages are those of TensorFlow 1.15.5."""

from __future__ import annotations

import re

import numpy as np
import pytest
from google.protobuf import text_format

import penstock as tf

CONST = (
    'node { name: "a" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } '
    'attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape {} float_val: 1 } } } }'
)
FLOAT = 'attr { key: "T" value { type: DT_FLOAT } }'


def parsed(text: str) -> tf.GraphDef:
    return text_format.Parse(text, tf.GraphDef())


def neg(name: str, *inputs: str, attr: str = FLOAT, extra: str = "") -> str:
    listed = "".join(f'input: "{i}" ' for i in inputs)
    return f'node {{ name: "{name}" op: "Neg" {listed} {attr} {extra} }}'


def operations() -> list[str]:
    return [op.name for op in tf.get_default_graph().get_operations()]


def test_names() -> None:
    definition = parsed(CONST + neg("b/c", "a"))
    assert tf.import_graph_def(definition) is None
    tf.import_graph_def(definition, name="")
    tf.import_graph_def(definition, name="x")
    tf.import_graph_def(definition)
    assert operations() == [
        "import/a", "import/b/c", "a", "b/c", "x/a", "x/b/c", "import_1/a", "import_1/b/c",
    ]  # fmt: skip
    assert tf.constant(0, name="a").op.name == "a_1"
    with pytest.raises(ValueError, match="Node name 'a' already exists in the Graph"):
        tf.import_graph_def(definition, name="")


def test_return_elements_and_input_map() -> None:
    definition = parsed(CONST + neg("b", "a:0") + neg("c", "b", "^a"))
    five = tf.constant(5.0)
    c, op = tf.import_graph_def(
        definition, input_map={"a:0": five}, return_elements=["c:0", "b"], name="m"
    )
    assert (c.name, op.type) == ("m/c:0", "Neg")
    assert op.inputs[0] is five
    with tf.Session() as sess:
        assert sess.run(c) == 5.0
    (mapped,) = tf.import_graph_def(definition, {"a": 2.0}, ["c:0"], name="n")
    assert "n/_inputs/Const" in operations()
    (control,) = tf.import_graph_def(definition, {"^a": five.op}, ["c"], name="o")
    assert control.control_inputs == [five.op]
    with tf.Session() as sess:
        assert sess.run(mapped) == 2.0


def test_order_in_the_file_does_not_matter() -> None:
    tf.import_graph_def(parsed(neg("c", "b") + neg("b", "a") + CONST), name="")
    assert operations() == ["a", "b", "c"]


def test_defaults_are_added_and_producers_defaults_left_out() -> None:
    matmul = (
        'node { name: "m" op: "MatMul" input: "x" input: "x" attr { key: "T" value { type: '
        'DT_FLOAT } } attr { key: "new" value { b: true } } }'
    )
    x = (
        'node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } '
        'attr { key: "shape" value { shape { dim { size: 2 } dim { size: 2 } } } } }'
    )
    with pytest.raises(ValueError, match="NodeDef mentions attr 'new' not in Op<name=MatMul"):
        tf.import_graph_def(parsed(x + matmul))
    producer = tf.get_default_graph()  # nothing was kept of the failed import
    assert producer.get_operations() == []
    from penstock import protos

    op_list = text_format.Parse(
        'op { name: "MatMul" attr { name: "new" type: "bool" default_value { b: true } } }',
        protos.OpList(),
    )
    (m,) = tf.import_graph_def(parsed(x + matmul), return_elements=["m:0"],
                               producer_op_list=op_list)  # fmt: skip
    assert m.shape == (2, 2)
    assert m.op.get_attr("transpose_a") is False


def test_colocation_and_devices() -> None:
    located = 'attr { key: "_class" value { list { s: "loc:@a" } } }'
    (b,) = tf.import_graph_def(
        parsed(CONST + neg("b", "a", extra=f'device: "/gpu:0" {located}')), return_elements=["b"]
    )
    assert b.get_attr("_class") == [b"loc:@import/a"]
    assert b.device == ""
    with tf.device("/cpu:0"):
        (a,) = tf.import_graph_def(parsed(CONST), return_elements=["a"])
    assert a.device == "/device:CPU:0"


def test_control_dependencies_in_force() -> None:
    x = tf.constant(1)
    with tf.control_dependencies([x]):
        a, b = tf.import_graph_def(parsed(CONST + neg("b", "a")), return_elements=["a", "b"])
    assert a.control_inputs == [x.op]
    assert b.control_inputs == []


def test_output_shapes_are_a_hint() -> None:
    shapes = (
        'attr { key: "_output_shapes" value { list { shape { dim { size: 3 } dim { size: -1 } } '
        "} } }"
    )
    text = (
        'node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } '
        f'attr {{ key: "shape" value {{ shape {{ unknown_rank: true }} }} }} {shapes} }}'
    )
    (x,) = tf.import_graph_def(parsed(text), return_elements=["x:0"])
    assert x.shape.as_list() == [3, None]
    with pytest.raises(ValueError, match="no attr named '_output_shapes'"):
        x.op.get_attr("_output_shapes")


def test_loops_and_conditionals() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [], name="x")
        loop = tf.while_loop(lambda a: a < 100.0, lambda a: a * 2, [x])
        tf.identity(tf.cond(loop > 200, lambda: loop - 1, lambda: loop + 1), name="y")
        definition = graph.as_graph_def()
    (y,) = tf.import_graph_def(definition, return_elements=["y:0"])
    with tf.Session() as sess:
        assert sess.run(y, {"import/x:0": 3.0}) == 193.0
        assert sess.run(y, {"import/x:0": 300.0}) == 299.0


def test_round_trip() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.Variable(tf.ones([3, 2]), name="w")
        loss = tf.reduce_mean(tf.nn.relu(tf.matmul(x, w)))
        tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        tf.global_variables_initializer()
        definition = graph.as_graph_def()
    tf.import_graph_def(definition, name="")
    assert tf.get_default_graph().as_graph_def() == definition


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CONST + CONST, "Node 'a' is not unique"),
        (CONST + neg("b", "c"), "Node 'b': Unknown input node 'c'"),
        (CONST + neg("b", "a", "^z"), "Node 'b': Unknown input node '^z'"),
        (
            CONST + neg("b", "a:1"),
            "Node 'b': Connecting to invalid output 1 of source node a which has 1 outputs.",
        ),
        (
            CONST + neg("b", "a", attr='attr { key: "T" value { type: DT_INT32 } }'),
            "Input 0 of node import/b was passed float from import/a:0 incompatible with expected "
            "int32.",
        ),
        (CONST + neg("b", "a", attr=""), "NodeDef missing attr 'T' from Op<name=Neg; signature="),
        (
            CONST + neg("b", "a", attr='attr { key: "T" value { type: DT_STRING } }'),
            "Value for attr 'T' of string is not in the list of allowed values: bfloat16, half",
        ),
        (
            CONST + neg("b", "a", attr='attr { key: "T" value { i: 3 } }'),
            "AttrValue had value with type 'int' when 'type' expected",
        ),
        (
            CONST + neg("b", "a", "a"),
            "NodeDef expected inputs 'float' do not match 2 inputs specified; Op<name=Neg",
        ),
        (
            CONST + neg("b", "^a", "a"),
            "Node 'b': Control dependencies must come after regular dependencies",
        ),
        (CONST + neg("b/_!", "a"), "Node 'b/_!': Node name contains invalid characters"),
        (neg("c", "b") + neg("b", "c"), "2 nodes in a cycle"),
        (
            CONST + "versions { min_consumer: 999 }",
            "GraphDef min consumer version 999 above current version 134",
        ),
        (CONST + "versions { bad_consumers: 134 }", "GraphDef disallows consumer version 134"),
    ],
)
def test_errors_name_the_node_and_leave_nothing(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        tf.import_graph_def(parsed(text))
    assert operations() == []
    assert tf.constant(1, name="import/a").op.name == "import/a"


def test_an_unknown_operation() -> None:
    with pytest.raises(tf.errors.NotFoundError, match="Op type not registered 'Nope'.*import/a"):
        tf.import_graph_def(parsed('node { name: "a" op: "Nope" }'))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"graph_def": 3}, TypeError, "graph_def must be a GraphDef proto."),
        ({"input_map": [3]}, TypeError, "input_map must be a dictionary mapping strings"),
        ({"return_elements": [3]}, TypeError, "return_elements must be a list of strings."),
        ({"return_elements": ["b"]}, ValueError, "Requested return node 'b' not found"),
        (
            {"return_elements": ["a:3"]},
            ValueError,
            r"Invalid return output 3 of node 'a', which has 1 output\(s\)",
        ),
        (
            {"input_map": {"q:0": 1.0, "z": 2.0}},
            ValueError,
            r"Attempted to map inputs that were not found in graph_def: \[q:0, z:0\]",
        ),
        ({"name": "", "input_map": {"a": 2.0}}, ValueError, "requires a non-empty `name`"),
        ({"name": "x y"}, ValueError, "'x y' is not a valid scope name"),
    ],
)
def test_bad_arguments(arguments: dict, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        tf.import_graph_def(**{"graph_def": parsed(CONST), **arguments})


def test_graph_util(tmp_path) -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    v = tf.Variable([[1.0], [2.0]], name="v")
    r = tf.get_variable("r", initializer=tf.constant([3.0]), use_resource=True)
    y = tf.identity(tf.matmul(x, v) + r, name="y")
    tf.constant(0, name="unused")
    graph_def = tf.get_default_graph().as_graph_def()
    part = tf.graph_util.extract_sub_graph(graph_def, ["y"])
    assert "unused" not in {node.name for node in part.node}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        frozen = tf.graph_util.convert_variables_to_constants(sess, graph_def, ["y"])
        partly = tf.graph_util.convert_variables_to_constants(
            sess, graph_def, ["y"], variable_names_blacklist=["r"]
        )
        wanted = sess.run(y, {x: [[1.0, 1.0]]})
    assert not {"VariableV2", "VarHandleOp", "ReadVariableOp"} & {n.op for n in frozen.node}
    assert "VarHandleOp" in {n.op for n in partly.node}
    smaller = tf.graph_util.remove_training_nodes(frozen, protected_nodes=["y"])
    assert {n.op for n in smaller.node} == {"Const", "Placeholder", "MatMul", "AddV2", "Identity"}
    for definition in (frozen, smaller):
        with tf.Graph().as_default(), tf.Session() as sess:
            (found,) = tf.import_graph_def(definition, return_elements=["y:0"], name="")
            np.testing.assert_array_equal(sess.run(found, {"x:0": [[1.0, 1.0]]}), wanted)
    with pytest.raises(AssertionError, match="nope is not in graph"):
        tf.graph_util.extract_sub_graph(graph_def, ["nope"])
    with pytest.raises(TypeError, match="dest_nodes must be a list"):
        tf.graph_util.extract_sub_graph(graph_def, "y")
    assert tf.graph_util.tensor_shape_from_node_def_name(tf.get_default_graph(), "x") == [None, 2]
    assert tf.graph_util.must_run_on_cpu(graph_def.node[-1])


def test_python_functions_do_not_come_with_a_graph() -> None:
    text = (
        'node { name: "f" op: "PyFunc" attr { key: "token" value { s: "pyfunc_from_a_file" } } '
        'attr { key: "Tin" value { list {} } } '
        'attr { key: "Tout" value { list { type: DT_FLOAT } } } }'
    )
    (f,) = tf.import_graph_def(parsed(text), return_elements=["f:0"])
    with (
        tf.Session() as sess,
        pytest.raises(
            tf.errors.InvalidArgumentError, match="callback pyfunc_from_a_file is not found"
        ),
    ):
        sess.run(f)


def test_a_loaded_graph_never_meets_a_function_of_this_process() -> None:
    """Another process counted its functions from 0, too."""
    with tf.Graph().as_default() as graph:
        tf.py_func(lambda: np.float32(1), [], tf.float32, name="f")
    definition = graph.as_graph_def()
    token = definition.node[0].attr["token"].s
    with tf.Graph().as_default(), tf.Session() as session:
        (tensor,) = tf.import_graph_def(definition, return_elements=["f:0"], name="same")
        assert session.run(tensor) == 1  # Imported where the function is, it is called.
        definition.node[0].attr["token"].s = token.rpartition(b"_")[0]
        (tensor,) = tf.import_graph_def(definition, return_elements=["f:0"], name="other")
        with pytest.raises(tf.errors.InvalidArgumentError, match="is not found"):
            session.run(tensor)

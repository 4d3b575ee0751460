"""What notebooks show of graphs, operations and tensors."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import penstock as tf


def model() -> tuple[tf.Tensor, tf.Tensor]:
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    with tf.variable_scope("layer"):
        w = tf.get_variable("w", [4, 2])
        hidden = tf.nn.relu(tf.matmul(x, w))
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(hidden)
    with tf.name_scope("train"):
        tf.train.AdamOptimizer().minimize(loss)
    tf.global_variables_initializer()
    return hidden, loss


def texts(svg: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")]


def test_a_graph_is_collapsed_by_scope() -> None:
    model()
    graph = tf.get_default_graph()
    shown = texts(graph._repr_svg_())
    assert {"x", "layer", "loss", "train"} <= set(shown)
    assert "?×2" in shown  # the shape on the arrow from layer to loss
    assert not {"MatMul", "init"} & set(shown)
    html = graph._repr_html_()
    assert f"{len(graph.get_operations())} operations" in html
    assert "<details" in html and "MatMul" in html
    assert "also: init" in html


def test_nothing_from_outside() -> None:
    model()
    html = tf.get_default_graph()._repr_html_()
    assert "<script" not in html
    links = set(re.findall(r"https?://[^\"' ]+", html))
    assert links == {"http://www.w3.org/2000/svg"}  # the name of the SVG language, not a link


def test_every_picture_is_well_formed() -> None:
    model()
    graph = tf.get_default_graph()
    for svg in re.findall(r"<svg.*?</svg>", graph._repr_html_(), re.DOTALL):
        ElementTree.fromstring(svg)
    for op in graph.get_operations():
        ElementTree.fromstring(op._repr_svg_())


def test_boxes_of_a_row_do_not_overlap() -> None:
    model()
    root = ElementTree.fromstring(tf.get_default_graph()._repr_svg_())
    rows: dict[str, list[tuple[float, float]]] = {}
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        left = float(rect.get("x", 0))
        rows.setdefault(rect.get("y", ""), []).append((left, left + float(rect.get("width", 0))))
    for row in rows.values():
        row.sort()
        assert all(a[1] <= b[0] for a, b in zip(row, row[1:]))


def test_loops_have_cycles_and_are_drawn() -> None:
    tf.while_loop(lambda a: a < 10, lambda a: a + 1, [tf.constant(0)])
    html = tf.get_default_graph()._repr_html_()
    assert "NextIteration" in html


def test_tensors_and_operations() -> None:
    hidden, loss = model()
    html = hidden._repr_html_()
    assert "layer/Relu:0" in html and "(?, 2)" in html and "loss/Mean" in html
    assert "focus" not in html and "layer/MatMul" in texts(hidden._repr_svg_())
    html = loss.op._repr_html_()
    assert "keep_dims" in html and "layer/Relu:0 (float32, ?×2)" in html


def test_an_empty_graph() -> None:
    assert "0 operations" in tf.Graph()._repr_html_()


@pytest.mark.parametrize("count", [300])
def test_large_graphs_stay_small_on_the_page(count: int) -> None:
    x = tf.constant(1.0)
    for _ in range(count):
        x = x + 1.0
    html = tf.get_default_graph()._repr_html_()
    assert len(html) < 200_000
    assert "more" in html

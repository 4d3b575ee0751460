"""TensorBoard in a real browser, over logs that Penstock wrote.

With ``PENSTOCK_SCREENSHOTS=docs/images`` in the environment the pages are kept as pictures there.
"""

from __future__ import annotations

import json
import pathlib
import sys
import urllib.request
from collections.abc import Iterator

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import chromium  # noqa: E402
import tensorboard_server  # noqa: E402
import training_run  # noqa: E402

import penstock  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium isn't installed"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a TensorBoard shows the logs of the training run."""
    folder = tmp_path_factory.mktemp("run")
    training_run.write(str(folder / "logs"))
    with tensorboard_server.serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def page() -> Iterator[chromium.Page]:
    with chromium.browser() as page:
        yield page


def test_scalars(page: chromium.Page, address: str) -> None:
    page.open(address + "#scalars")
    page.wait_for_elements("tf-scalar-card", 2)
    text = page.text()
    assert "evaluation/accuracy" in text and "loss/cross_entropy" in text
    # A line of the chart, with a good many points.
    page.wait_for(
        f"{chromium._EVERYWHERE}; everywhere('tf-scalar-card >>> path').some("
        "p => (p.getAttribute('d') || '').split('L').length > 20)"
    )
    tensorboard_server.keep(page, "tensorboard_scalars")


def test_images(page: chromium.Page, address: str) -> None:
    page.open(address + "#images")
    page.wait_for_elements("tf-image-loader", 2)
    sizes = page.wait_for(
        f"{chromium._EVERYWHERE}; (l => l.length >= 2 && l.every(i => i.naturalWidth) "
        "? l.map(i => [i.naturalWidth, i.naturalHeight]) : null)"
        "(everywhere('tf-image-loader >>> img'))"
    )
    assert sizes == [[8, 8], [8, 8]]
    assert "input/pictures/image/0" in page.text()
    tensorboard_server.keep(page, "tensorboard_images")


def test_histograms(page: chromium.Page, address: str) -> None:
    page.open(address + "#histograms")
    page.wait_for_elements("vz-histogram-timeseries", 2)
    page.wait_for_elements("vz-histogram-timeseries >>> .histogram", 40)
    assert "model/logits" in page.text()
    tensorboard_server.keep(page, "tensorboard_histograms")


def test_distributions(page: chromium.Page, address: str) -> None:
    page.open(address + "#distributions")
    page.wait_for_elements("vz-distribution-chart", 2)
    page.wait_for_elements("vz-distribution-chart >>> path.area", 4)
    tensorboard_server.keep(page, "tensorboard_distributions")


def test_text(page: chromium.Page, address: str) -> None:
    page.open(address + "#text")
    page.wait_for_elements("strong")  # the Markdown was rendered
    assert "Penstock" in page.text()


def test_graph(page: chromium.Page, address: str) -> None:
    page.open(address + "#graphs")
    page.wait_for_elements("g.node", 6)
    names = "everywhere('g.node').map(e => e.getAttribute('data-name'))"
    scopes = set(page.evaluate(f"{chromium._EVERYWHERE}; {names}"))
    assert {"input", "model", "loss", "train", "evaluation"} <= scopes
    # Shapes stand on the edges.
    labels = page.evaluate(
        f"{chromium._EVERYWHERE}; everywhere('g.edge text').map(e => e.textContent)"
    )
    assert any("?×64" in label for label in labels), labels
    tensorboard_server.keep(page, "tensorboard_graph")
    _double_click(page, "model")
    inside = page.wait_for(
        f"{chromium._EVERYWHERE}; (l => l.includes('model/MatMul') ? l : null)({names})"
    )
    assert {"model/weights", "model/biases", "model/MatMul", "model/add"} <= set(inside)
    _double_click(page, "model/weights")
    parts = page.wait_for(
        f"{chromium._EVERYWHERE}; (l => l.includes('model/weights/read') ? l : null)({names})"
    )
    assert "model/weights/Assign" in parts
    tensorboard_server.keep(page, "tensorboard_graph_opened")
    # The card of an operation shows its type and attributes.
    _click(page, "model/MatMul")
    page.wait_for(f"{chromium._EVERYWHERE}; everywhere('tf-node-info').length > 0")
    card = page.wait_for(
        f"{chromium._EVERYWHERE}; (t => t.includes('transpose_a') ? t : null)"
        "(everywhere('tf-node-info >>> *').map(e => e.textContent).join(' ') + "
        "everywhere('.attr-left').map(e => e.textContent).join(' '))"
    )
    assert "transpose_b" in card
    tensorboard_server.keep(page, "tensorboard_graph_operation")


def _event(page: chromium.Page, name: str, kind: str) -> None:
    page.evaluate(
        f"{chromium._EVERYWHERE}; "
        f"everywhere('g.node').find(e => e.getAttribute('data-name') == {json.dumps(name)})"
        ".querySelector('.nodeshape > rect, .nodeshape > ellipse, .nodeshape *')"
        f".dispatchEvent(new MouseEvent({json.dumps(kind)}, {{bubbles: true, composed: true}}))"
    )


def _double_click(page: chromium.Page, name: str) -> None:
    _event(page, name, "dblclick")


def _click(page: chromium.Page, name: str) -> None:
    _event(page, name, "click")


def test_step_statistics_reach_the_graph_page(address: str) -> None:
    with urllib.request.urlopen(
        address + "data/plugin/graphs/run_metadata?run=.&tag=step20", timeout=60
    ) as answer:
        text = answer.read().decode()
    assert 'node_name: "model/MatMul"' in text
    assert "all_end_rel_micros" in text and "requested_bytes" in text
    with urllib.request.urlopen(address + "data/plugin/graphs/info", timeout=60) as answer:
        info = json.load(answer)
    assert info["."]["run_graph"] is True
    assert info["."]["tags"]["step20"]["profile"] is True


def test_graphs_in_a_notebook(page: chromium.Page, tmp_path: pathlib.Path) -> None:
    training_run.build_model()
    graph = penstock.get_default_graph()
    file = tmp_path / "graph.html"
    html = graph._repr_html_().replace("<details ", "<details open ", 1)
    file.write_text(f"<!doctype html><meta charset=utf-8><body>{html}</body>")
    page.open(file.as_uri())
    page.wait_for_elements("svg rect", 5)
    assert page.evaluate("document.querySelector('svg').getBoundingClientRect().width") > 100
    assert page.elements("details[open]") == 1
    page.evaluate("document.querySelectorAll('details')[1].querySelector('summary').click()")
    assert page.elements("details[open]") == 2
    page.call("Emulation.setDeviceMetricsOverride", width=640, height=620, deviceScaleFactor=1,
              mobile=False)  # fmt: skip
    tensorboard_server.keep(page, "notebook_graph")

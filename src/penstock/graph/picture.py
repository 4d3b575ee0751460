"""A layered drawing of boxes and arrows as SVG: what ``graph/display.py`` shows graphs with.

Nodes are put into rows so that arrows point down, the rows are ordered to have few crossings, and
arrows over several rows run through places kept free for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

_LETTER = 6.6
_ROW = 64.0
_GAP = 22.0
_HEIGHT = 30.0
_MARGIN = 16.0
_SWEEPS = 6

_FILLS = {
    "scope": ("#e8eef8", "#6b86b3"),
    "variable": ("#fdf0d5", "#c9973c"),
    "input": ("#e4f3e6", "#5f9e69"),
    "constant": ("#f3f3f3", "#9a9a9a"),
    "operation": ("#ffffff", "#707070"),
    "outside": ("#ffffff", "#b9b9b9"),
    "focus": ("#fbe4e4", "#b34a4a"),
}


@dataclass(eq=False)
class Node:
    """A box. ``kind`` is one of the colours' names; ``detail`` is the small second line."""

    label: str
    kind: str = "operation"
    detail: str = ""
    title: str = ""
    row: int = 0
    x: float = 0.0
    width: float = field(default=0.0)

    def __post_init__(self) -> None:
        longest = max(len(self.label), 0.86 * len(self.detail))
        self.width = max(36.0, _LETTER * longest + 18)


@dataclass(eq=False)
class Arrow:
    """An arrow with a label; dotted for an order without data."""

    source: Node
    target: Node
    label: str = ""
    dotted: bool = False


class _Place:
    """A place in a row that a long arrow runs through."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.x = 0.0
        self.width = 8.0


def draw(nodes: Iterable[Node], arrows: Iterable[Arrow], title: str = "") -> str:
    """The drawing as an ``<svg>`` element.

    Args:
        nodes: the boxes. arrows: from box to box; cycles are allowed.
        title: what the picture shows, for a reader that can't see it.
    """
    listed = list(nodes)
    kept = [a for a in arrows if a.source is not a.target]
    _assign_rows(listed, kept)
    paths = _routes(kept)
    rows = _rows(listed, paths)
    _order(rows, paths)
    _spread(rows, paths)
    return _svg(listed, paths, rows, title)


def _assign_rows(nodes: list[Node], arrows: list[Arrow]) -> None:
    """Every node below the ones it takes from; arrows that close a cycle are left aside."""
    following: dict[Node, list[Node]] = {node: [] for node in nodes}
    for arrow in arrows:
        following[arrow.source].append(arrow.target)
    state: dict[Node, int] = {}
    finished: list[Node] = []
    forward: set[tuple[int, int]] = set()
    for start in nodes:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(following[start]))]
        while stack:
            node, rest = stack[-1]
            for target in rest:
                if state.get(target) == 1:
                    continue
                forward.add((id(node), id(target)))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(following[target])))
                    break
            else:
                state[node] = 2
                finished.append(node)
                stack.pop()
    for node in nodes:
        node.row = 0
    for node in reversed(finished):
        for target in following[node]:
            if (id(node), id(target)) in forward:
                target.row = max(target.row, node.row + 1)
    # What only feeds a late node stands right above it.
    for node in finished:
        below = [t.row for t in following[node] if (id(node), id(t)) in forward]
        if below:
            node.row = max(node.row, min(below) - 1)


Route = tuple[Arrow, list["Node | _Place"]]


def _routes(arrows: list[Arrow]) -> list[Route]:
    routes: list[Route] = []
    for arrow in arrows:
        first, last = arrow.source.row, arrow.target.row
        step = 1 if last > first else -1
        between: list[Node | _Place] = [_Place(r) for r in range(first + step, last, step)]
        routes.append((arrow, [arrow.source, *between, arrow.target]))
    return routes


def _rows(nodes: list[Node], routes: list[Route]) -> list[list[Node | _Place]]:
    count = max((node.row for node in nodes), default=0) + 1
    rows: list[list[Node | _Place]] = [[] for _ in range(count)]
    for node in nodes:
        rows[node.row].append(node)
    for _, path in routes:
        for place in path[1:-1]:
            rows[place.row].append(place)
    return rows


def _neighbours(routes: list[Route]) -> dict[int, list[Node | _Place]]:
    found: dict[int, list[Node | _Place]] = {}
    for _, path in routes:
        for a, b in zip(path, path[1:]):
            found.setdefault(id(a), []).append(b)
            found.setdefault(id(b), []).append(a)
    return found


def _order(rows: list[list[Node | _Place]], routes: list[Route]) -> None:
    """Orders each row by the middle of its neighbours in the row before, down and up again."""
    near = _neighbours(routes)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for number in order:
            other = number - 1 if down else number + 1
            position = {id(item): i for i, item in enumerate(rows[other])}
            size = max(len(rows[other]), 1)

            def middle(item: Node | _Place, at: int, position: dict = position, size: int = size,
                       length: int = len(rows[number])) -> float:  # fmt: skip
                places = [position[id(n)] for n in near.get(id(item), ()) if id(n) in position]
                if places:
                    return sum(places) / len(places) / size
                return at / max(length, 1)

            keys = {id(item): middle(item, i) for i, item in enumerate(rows[number])}
            rows[number].sort(key=lambda item: keys[id(item)])


def _spread(rows: list[list[Node | _Place]], routes: list[Route]) -> None:
    """Gives every item a place in its row, near its neighbours and clear of those beside it."""
    near = _neighbours(routes)
    for row in rows:
        x = 0.0
        for item in row:
            item.x = x + item.width / 2
            x += item.width + _GAP
    widest = max((row[-1].x + row[-1].width / 2 for row in rows if row), default=0.0)
    for row in rows:
        if row:
            shift = (widest - row[-1].x - row[-1].width / 2) / 2
            for item in row:
                item.x += shift
    for _ in range(_SWEEPS):
        for row in rows:
            wanted = []
            for item in row:
                around = [n.x for n in near.get(id(item), ())]
                wanted.append(sum(around) / len(around) if around else item.x)
            _settle(row, wanted)
    left = min((item.x - item.width / 2 for row in rows for item in row), default=0.0)
    for row in rows:
        for item in row:
            item.x += _MARGIN - left


def _settle(row: list[Node | _Place], wanted: list[float]) -> None:
    """The places nearest to ``wanted`` that keep the order and the gaps."""
    blocks: list[list[float]] = []  # sum of wanted left offsets, number of items, first index
    offsets, offset = [], 0.0
    for i, item in enumerate(row):
        if i:
            offset += row[i - 1].width / 2 + _GAP + item.width / 2
        offsets.append(offset)
        blocks.append([wanted[i] - offset, 1.0, float(i)])
        while len(blocks) > 1 and (blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]):
            total, count, _ = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    for total, count, first in blocks:
        for i in range(int(first), int(first + count)):
            row[i].x = total / count + offsets[i]


def _svg(
    nodes: list[Node], routes: list[Route], rows: list[list[Node | _Place]], title: str
) -> str:
    width = max((i.x + i.width / 2 for row in rows for i in row), default=0.0) + _MARGIN
    height = (len(rows) - 1) * _ROW + _HEIGHT + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-family="sans-serif" '
        'style="max-width:100%;height:auto;background:#fff">',
        f"<title>{escape(title)}</title>",
    ]
    leaving = Counter(id(arrow.source) for arrow, _ in routes)
    coming = Counter(id(arrow.target) for arrow, _ in routes)
    for arrow, path in routes:
        # The label stands at the end that is less crowded.
        early = leaving[id(arrow.source)] < coming[id(arrow.target)]
        parts.extend(_arrow(arrow, path, early))
    parts.extend(_box(node) for node in nodes)
    return "".join(parts) + "</svg>"


def _y(item: Node | _Place) -> float:
    return _MARGIN + _HEIGHT / 2 + item.row * _ROW


def _arrow(arrow: Arrow, path: list[Node | _Place], early: bool) -> list[str]:
    down = path[-1].row >= path[0].row
    end = _HEIGHT / 2 if down else -_HEIGHT / 2
    points = [(path[0].x, _y(path[0]) + end)]
    points += [(p.x, _y(p)) for p in path[1:-1]]
    points.append((path[-1].x, _y(path[-1]) - end - (4 if down else -4)))
    text = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        half = (y0 + y1) / 2
        text += f"C{x0:.1f},{half:.1f} {x1:.1f},{half:.1f} {x1:.1f},{y1:.1f}"
    dash = ' stroke-dasharray="3 3"' if arrow.dotted else ""
    x, y = points[-1]
    tip = 4 if down else -4
    head = f"M{x - 3.5:.1f},{y - tip:.1f}L{x + 3.5:.1f},{y - tip:.1f}L{x:.1f},{y + tip:.1f}Z"
    drawn = [
        f'<path d="{text}" fill="none" stroke="#8a8a8a"{dash}/>',
        f'<path d="{head}" fill="#8a8a8a"/>',
    ]
    if arrow.label:
        (x0, y0), (x1, y1) = points[:2] if early else points[-2:]
        drawn.append(
            f'<text x="{(x0 + x1) / 2 + 4:.1f}" y="{(y0 + y1) / 2 + 3:.1f}" font-size="9" '
            f'fill="#555">{escape(arrow.label)}</text>'
        )
    return drawn


def _box(node: Node) -> str:
    fill, line = _FILLS[node.kind]
    left, top = node.x - node.width / 2, _y(node) - _HEIGHT / 2
    corner = 5 if node.kind in ("scope", "outside") else 15
    dash = ' stroke-dasharray="4 3"' if node.kind == "outside" else ""
    lift = 4 if not node.detail else -1
    text = (
        f"<g><title>{escape(node.title or node.label)}</title>"
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{node.width:.1f}" height="{_HEIGHT:.0f}" '
        f'rx="{corner}" fill="{fill}" stroke="{line}"{dash}/>'
        f'<text x="{node.x:.1f}" y="{_y(node) + lift:.1f}" font-size="11" fill="#222" '
        f'text-anchor="middle">{escape(node.label)}</text>'
    )
    if node.detail:
        text += (
            f'<text x="{node.x:.1f}" y="{_y(node) + 10:.1f}" font-size="9" fill="#666" '
            f'text-anchor="middle">{escape(node.detail)}</text>'
        )
    return text + "</g>"

"""Prints the ``@operation`` line of op types, from TensorFlow 1.15's registry.

python tools/op_signature.py ops-1.15.jsonl Conv2D MaxPool ...
"""

from __future__ import annotations

import json
import sys

from penstock.graph.signature import TYPE_SETS


def signature(row: dict) -> str:
    """The decorator for one row of the registry."""

    def argument(a: dict) -> str:
        kind = a.get("type") or a.get("type_attr")
        if a.get("type_list_attr"):
            kind = f"list({a['type_list_attr']})"
        if a.get("is_ref"):
            kind = f"Ref({kind})"
        if a.get("number_attr"):
            kind = f"{a['number_attr']} * {kind}"
        return f"{a['name']}: {kind}"

    def default(value: object, kind: str) -> str:
        if isinstance(value, list):
            return "[" + ", ".join(default(v, kind) for v in value) + "]"
        if isinstance(value, bool):
            return str(value).lower()
        if kind == "string":
            return repr(value)
        if kind == "shape" and not isinstance(value, str):
            return repr(value)
        if kind == "shape":
            return "?"
        return str(value)

    def attribute(a: dict) -> str:
        kind = a["type"]
        inner = kind[5:-1] if kind.startswith("list(") else kind
        shown = inner
        if a.get("allowed"):
            if inner == "string":
                shown = "{" + ", ".join(repr(s) for s in a["allowed"]) + "}"
            else:
                for name, members in TYPE_SETS.items():
                    if set(members) == set(a["allowed"]):
                        shown = name
                        break
                else:
                    shown = "{" + ", ".join(a["allowed"]) + "}"
        text = f"list({shown})" if kind.startswith("list(") else shown
        if "min" in a:
            text += f" >= {a['min']}"
        if "default" in a:
            text += f" = {default(a['default'], inner)}"
        return f"{a['name']}: {text}"

    parts = [f'    "{row["op"]}",']
    if row["inputs"]:
        parts.append(f'    inputs="{", ".join(map(argument, row["inputs"]))}",')
    if row["outputs"]:
        parts.append(f'    outputs="{", ".join(map(argument, row["outputs"]))}",')
    if row["attrs"]:
        parts.append(f'    attrs="{"; ".join(map(attribute, row["attrs"]))}",')
    for flag, key in (
        ("stateful", "is_stateful"),
        ("commutative", "is_commutative"),
        ("aggregate", "is_aggregate"),
    ):
        if row.get(key):
            parts.append(f"    {flag}=True,")
    return "@operation(\n" + "\n".join(parts) + "\n)"


if __name__ == "__main__":
    wanted = sys.argv[2:]
    rows = {}
    with open(sys.argv[1]) as lines:
        for line in lines:
            row = json.loads(line)
            rows[row["op"]] = row
    for name in wanted:
        row = rows[name]
        print(signature(row), f"  # gradient: {row['gradient']} {row.get('grad_fn', '')}")

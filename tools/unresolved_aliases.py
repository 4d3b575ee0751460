"""Lists the rows of the import alias's table that lead nowhere yet.

PYTHONPATH=src python tools/unresolved_aliases.py
"""

from __future__ import annotations

from penstock.compat import alias, alias_table


def main() -> None:
    rows = [
        path for path in alias_table.TENSORFLOW if alias.resolve(path, f"tensorflow.{path}") is None
    ]
    for path in rows:
        print(f"tensorflow.{path}: {alias_table.TENSORFLOW[path]}")
    print(f"{len(rows)} of {len(alias_table.TENSORFLOW)} rows lead nowhere")


if __name__ == "__main__":
    main()

"""``tensorflow.python.tools.inspect_checkpoint``: printing what a checkpoint holds."""

from __future__ import annotations

import re

from penstock.checkpoint.inspection import NewCheckpointReader


def print_tensors_in_checkpoint_file(
    file_name: str,
    tensor_name: str | None,
    all_tensors: bool,
    all_tensor_names: bool = False,
    count_exclude_pattern: str = "",
) -> None:
    """Prints tensors of a checkpoint.

    Args:
        file_name: the checkpoint. tensor_name: one tensor, where the next two are false.
        all_tensors: print names and values of all. all_tensor_names: print the names of all.
        count_exclude_pattern: tensors whose names match aren't counted in the last line.
    """
    reader = NewCheckpointReader(file_name)
    shapes = reader.get_variable_to_shape_map()
    if all_tensors or all_tensor_names:
        for name in sorted(shapes):
            print("tensor_name: ", name)
            if all_tensors:
                print(reader.get_tensor(name))
    elif not tensor_name:
        print(reader.debug_string().decode(errors="ignore"))
    else:
        print("tensor_name: ", tensor_name)
        print(reader.get_tensor(tensor_name))
    excluded = re.compile(count_exclude_pattern) if count_exclude_pattern else None
    count = 0
    for name, shape in shapes.items():
        if excluded is None or not excluded.match(name):
            size = 1
            for length in shape:
                size *= length
            count += size
    print(f"# Total number of params: {count}")

"""Sessions, hooks, supervisors and queues against a transcript of TensorFlow 1.15.5."""

from __future__ import annotations

from pathlib import Path

from session_transcript import Transcript

import penstock as tf

# What the threads of a supervisor's services say, whenever (and if) they get a turn.
SERVICES = (
    "LOG INFO global_step/sec: 0",
    "LOG INFO Recording summary at step 0.",
    "LOG INFO Saving checkpoint to path D/sv2/model.ckpt",
)
GOLDEN = Path(__file__).parent.parent / "golden" / "session_transcript.txt"


def test_they_do_and_say_what_tensorflow_does(tmp_path):
    """Order of hooks, files, events, collections, names, log lines and errors, line by line."""
    found = Transcript(tf, str(tmp_path)).run()
    expected = GOLDEN.read_text().removesuffix("\n").split("\n")
    pieces = [line for line in expected if line.startswith("==")]
    for piece in pieces:
        assert part(found, piece) == part(expected, piece)
    assert len(pieces) == 8


def part(lines: list[str], piece: str) -> list[str]:
    """The lines of a piece; a line that holds several is several."""
    listed = "\n".join(lines).split("\n")
    start = listed.index(piece) + 1
    end = next((i for i in range(start, len(listed)) if listed[i].startswith("== ")), None)
    return [line for line in listed[start:end] if line not in SERVICES]

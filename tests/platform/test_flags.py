"""tf.flags and tf.app.run, each program in a process of its own."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import textwrap


def run_program(text: str, *arguments: str) -> str:
    source = pathlib.Path(__file__).parents[2] / "src"
    program = "import penstock as tf\nflags = tf.app.flags\nFLAGS = flags.FLAGS\n"
    done = subprocess.run(
        [sys.executable, "-c", program + textwrap.dedent(text), *arguments],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(source), "PATH": "/usr/bin:/bin"},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_flags_parse_on_access_and_ignore_the_unknown() -> None:
    out = run_program(
        """
        flags.DEFINE_integer("steps", 3, "how many")
        flags.DEFINE_string(flag_name="name", default_value="a", docstring="text")
        flags.DEFINE_boolean("fast", True, "quick")
        print(FLAGS.steps, FLAGS.name, FLAGS.fast)
        FLAGS.steps = 9
        print(FLAGS.steps, sorted(f"{k}={v}" for k, v in FLAGS.__flags.items()))
        """,
        "--steps=5",
        "--nofast",
        "--unheard-of=1",
    )
    assert out.splitlines() == ["5 a False", "9 ['fast=False', 'name=a', 'steps=9']"]


def test_flags_of_absl_may_be_defined_anew() -> None:
    out = run_program(
        """
        flags.DEFINE_string("log_dir", "/logs", "where")
        flags.DEFINE_bool("v", False, "talk")
        print(FLAGS.log_dir, FLAGS.v)
        """,
        "--log_dir=/elsewhere",
    )
    assert out.split() == ["/elsewhere", "False"]


def test_a_flag_defined_twice_by_the_program_is_an_error() -> None:
    out = run_program(
        """
        flags.DEFINE_string("name", "a", "")
        try:
            exec(compile("flags.DEFINE_string('name', 'b', '')", "other", "exec"),
                 {"flags": flags, "__name__": "other"})
        except flags.DuplicateFlagError:
            print("duplicate")
        """
    )
    assert out.split() == ["duplicate"]


def test_app_run_parses_calls_main_and_exits_with_its_result() -> None:
    out = run_program(
        """
        flags.DEFINE_float("rate", 0.5, "rate")
        def main(argv):
            print(FLAGS.rate, argv[1:])
            return 3
        try:
            tf.app.run()
        except SystemExit as stop:
            print(stop.code)
        """,
        "--rate=0.25",
        "rest",
    )
    assert out.splitlines() == ["0.25 ['rest']", "3"]


def test_logging_writes_level_and_name_to_standard_error() -> None:
    out = run_program(
        """
        import io, sys
        sys.stderr = io.StringIO()
        tf.logging.info("not shown")
        tf.logging.warn("number %d", 1)
        tf.logging.set_verbosity(tf.logging.INFO)
        for i in range(5):
            tf.logging.log_every_n(tf.logging.INFO, "every %d", 2, i)
            tf.logging.log_first_n(tf.logging.INFO, "first %d", 1, i)
        print(sys.stderr.getvalue(), tf.logging.get_verbosity())
        """
    )
    assert out.split("\n")[:5] == [
        "WARNING:tensorflow:number 1",
        "INFO:tensorflow:every 0",
        "INFO:tensorflow:first 0",
        "INFO:tensorflow:every 2",
        "INFO:tensorflow:every 4",
    ]

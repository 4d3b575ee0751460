"""Monitored sessions, their hooks, and ``Supervisor``: what they do to one small model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penstock as tf


@pytest.fixture(autouse=True)
def fresh_graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


def model() -> tuple[Any, Any]:
    """x**2, downhill by 0.1: x is 0.8 of what it was after each step."""
    step = tf.train.get_or_create_global_step()
    x = tf.Variable(1.0, name="x")
    loss = tf.square(x, name="loss")
    tf.summary.scalar("loss", loss)
    return loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if "events" not in path.name)


def train_to(directory: Path, last_step: int, **options: Any) -> int:
    """How many runs it took."""
    with tf.Graph().as_default():
        _, train = model()
        runs = 0
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=str(directory),
            hooks=[tf.train.StopAtStepHook(last_step=last_step)],
            **options,
        ) as session:
            while not session.should_stop():
                session.run(train)
                runs += 1
        return runs


def test_training_is_saved_and_continued(tmp_path: Path) -> None:
    assert train_to(tmp_path, 4, save_checkpoint_steps=3) == 4
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-4")
    assert "graph.pbtxt" in names(tmp_path)
    # The first is saved at step 0, then every third, and at the end.
    saved = {name for name in names(tmp_path) if name.endswith(".index")}
    assert saved == {f"model.ckpt-{step}.index" for step in (0, 3, 4)}
    assert train_to(tmp_path, 7, save_checkpoint_steps=3) == 3
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-7")


def test_summaries_are_written_at_their_steps(tmp_path: Path) -> None:
    train_to(tmp_path, 4, save_summaries_steps=2, save_checkpoint_steps=100)
    (events,) = tmp_path.glob("events*")
    steps = [
        event.step
        for event in tf.train.summary_iterator(str(events))
        if any(value.tag == "loss_1" for value in event.summary.value)
    ]
    assert steps == [1, 3]


class Recorder(tf.train.SessionRunHook):
    """Writes down what it is told."""

    def __init__(self, tensor: Any) -> None:
        self.told: list[str] = []
        self.values: list[float] = []
        self._tensor = tensor

    def begin(self) -> None:
        self.told.append("begin")

    def after_create_session(self, session: Any, coord: Any) -> None:
        self.told.append("create")

    def before_run(self, run_context: Any) -> Any:
        self.told.append("before")
        return tf.train.SessionRunArgs(self._tensor)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.told.append("after")
        self.values.append(float(run_values.results))
        if len(self.values) == 2:
            run_context.request_stop()

    def end(self, session: Any) -> None:
        self.told.append("end")


def test_hooks_are_told_in_order_and_may_stop(fresh_graph: Any) -> None:
    loss, train = model()
    hook = Recorder(fresh_graph.get_tensor_by_name("global_step:0"))
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        while not session.should_stop():
            session.run(train)
    assert hook.told == ["begin", "create"] + ["before", "after"] * 2 + ["end"]
    assert not fresh_graph.finalized


def test_final_ops_are_run_at_the_end() -> None:
    loss, train = model()
    hook = tf.train.FinalOpsHook(loss)
    with tf.train.SingularMonitoredSession(hooks=[hook]) as session:
        session.run(train)
        assert isinstance(session.raw_session(), tf.Session)
    np.testing.assert_allclose(hook.final_ops_values, 0.64, rtol=1e-6)
    with pytest.raises(RuntimeError, match="closed Session"):
        session.run(loss)


def test_nan_losses_stop_training() -> None:
    _, train = model()
    bad = tf.log(tf.zeros([])) * 0
    hook = tf.train.NanTensorHook(bad)
    with (
        pytest.raises(tf.train.NanLossDuringTrainingError, match="NaN loss during training"),
        tf.train.MonitoredSession(hooks=[hook]) as session,
    ):
        session.run(train)
    with tf.Graph().as_default():
        _, train = model()
        hook = tf.train.NanTensorHook(tf.log(tf.zeros([])) * 0, fail_on_nan_loss=False)
        with tf.train.MonitoredSession(hooks=[hook]) as session:
            session.run(train)
            assert session.should_stop()


def test_logged_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(
        "penstock.platform.logging.info", lambda form, *args: lines.append(form % args)
    )
    x = tf.placeholder(tf.float32, [])
    y = tf.square(x)
    hook = tf.train.LoggingTensorHook({"y": y}, every_n_iter=2)
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        for value in (1.0, 2.0, 0.8):
            session.run(y, {x: value})
    shown = [line for line in lines if line.startswith("y = ")]
    assert shown[0] == "y = 1.0"
    assert shown[1].startswith("y = 0.64000005 (")
    assert len(shown) == 2


def test_an_input_that_ends_ends_training() -> None:
    tf.train.get_or_create_global_step()
    queue = tf.FIFOQueue(10, tf.int32, shapes=[])
    numbers = tf.train.limit_epochs(tf.constant([1, 2, 3]), 2)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue_many([numbers])]))
    number = queue.dequeue()
    seen = []
    with tf.train.MonitoredSession() as session:
        while not session.should_stop():
            seen.append(int(session.run(number)))
    assert seen == [1, 2, 3, 1, 2, 3]


def test_a_failing_body_is_reported() -> None:
    loss, train = model()
    with pytest.raises(ValueError, match="of mine"), tf.train.MonitoredSession() as session:
        session.run(train)
        raise ValueError("of mine")


def test_steps_of_ones_own(fresh_graph: Any) -> None:
    model()
    step = fresh_graph.get_tensor_by_name("global_step:0")

    def run(step_context: Any) -> Any:
        return step_context.session.run(step)

    with tf.train.MonitoredSession() as session:
        assert session.run_step_fn(run) == 0
        with pytest.raises(ValueError, match="step_context"):
            session.run_step_fn(lambda: None)


def test_a_scaffold_says_how_to_begin() -> None:
    x = tf.Variable(1.0)
    tf.train.get_or_create_global_step()
    seen = []
    scaffold = tf.train.Scaffold(
        init_op=tf.global_variables_initializer(),
        init_fn=lambda scaffold, session: seen.append(session.run(x)),
    )
    with tf.train.MonitoredTrainingSession(scaffold=scaffold) as session:
        assert session.run(x) == 1.0
    assert seen == [1.0]


def test_wrong_arguments_have_tensorflows_words() -> None:
    with pytest.raises(ValueError, match="One of num_steps or last_step must be specified"):
        tf.train.StopAtStepHook()
    with pytest.raises(ValueError, match="Either every_secs or every_steps"):
        tf.train.SecondOrStepTimer()
    with pytest.raises(RuntimeError, match="Global step should be created"):
        tf.Variable(1.0)
        with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(num_steps=1)]):
            pass


def test_a_supervised_session(tmp_path: Path) -> None:
    _, train = model()
    supervisor = tf.train.Supervisor(logdir=str(tmp_path), save_summaries_secs=0, save_model_secs=0)
    with supervisor.managed_session() as session:
        for _ in range(3):
            assert not supervisor.should_stop()
            session.run(train)
        supervisor.saver.save(session, supervisor.save_path, global_step=supervisor.global_step)
    with tf.Graph().as_default():
        loss, train = model()
        again = tf.train.Supervisor(logdir=str(tmp_path))
        seen = []

        def step(session: Any) -> None:
            seen.append(session.run([loss, again.global_step]))
            again.request_stop()

        tf.train.basic_train_loop(again, step)
    ((value, count),) = seen
    assert count == 3
    np.testing.assert_allclose(value, 0.64**3, rtol=1e-6)


def test_the_session_manager(tmp_path: Path) -> None:
    x = tf.Variable(2.0, name="x")
    saver = tf.train.Saver()
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
    session = manager.prepare_session("", init_op=tf.global_variables_initializer())
    session.run(x.assign(5.0))
    saver.save(session, str(tmp_path / "m"))
    restored, was = manager.recover_session("", saver, checkpoint_dir=str(tmp_path))
    assert was
    assert restored.run(x) == 5.0
    with pytest.raises(RuntimeError, match="no init_op or init_fn"):
        manager.prepare_session("")


def test_clusters_are_described() -> None:
    cluster = tf.train.ClusterSpec({"ps": ["a:1", "b:2"], "worker": {1: "c:3"}})
    assert cluster.as_dict() == {"ps": ["a:1", "b:2"], "worker": {1: "c:3"}}
    assert cluster.jobs == ["ps", "worker"]
    assert cluster.num_tasks("ps") == 2
    assert tf.train.ClusterSpec(cluster.as_cluster_def()) == cluster
    with tf.device(tf.train.replica_device_setter(cluster=cluster)):
        first, second = tf.Variable(1.0), tf.Variable(2.0)
        total = first + second
    assert (first.device, second.device) == ("/job:ps/task:0", "/job:ps/task:1")
    assert total.device == "/job:worker"


def test_a_cluster_of_several_tasks_is_refused() -> None:
    with pytest.raises(tf.errors.UnimplementedError, match="one"):
        tf.train.Server({"worker": ["a:1", "b:2"]}, job_name="worker", task_index=0)
    server = tf.train.Server.create_local_server()
    with tf.Session(server.target) as session:
        assert session.run(tf.constant(3)) == 3

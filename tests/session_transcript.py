"""What sessions, hooks, supervisors and queues do and say, step by step, by either library.

Runs on Python 3.6 too.
"""

import glob
import logging
import os
import re
import threading


class _Log(logging.Handler):
    """Notes what is logged, times left out."""

    def __init__(self, note):
        super().__init__()
        self.note = note

    def emit(self, record):
        message = re.sub(r"\d+\.\d+( sec|e?-?\d*)?", "N", record.getMessage())
        if not re.search("deprecat|Instructions|The name tf", message):
            self.note("LOG", record.levelname, message.split("\n")[0][:300])


class Transcript:
    """Runs pieces of programs, and keeps what they show as lines.

    Args:
        tf: the library. folder: where to write.
    """

    def __init__(self, tf, folder):
        self.tf = tf
        self.folder = folder
        self.lines = []

    def note(self, *words):
        text = " ".join(str(word) for word in words).replace(self.folder, "D")
        text = re.sub(r" at 0x\w+", "", text)
        text = re.sub(r"np\.\w+\(([^()]*)\)", r"\1", text)  # as NumPy 1 shows numbers
        text = re.sub(r"(tensorflow|penstock)[\w.]*\.(?=\w+(Error| object))", "", text)
        self.lines.append(re.sub(r"'_\d+_(\w+)'", r"'\1'", text))

    def attempt(self, function):
        """Notes what a function returns or raises."""
        try:
            self.note("OK", function())
        except Exception as error:
            self.note(type(error).__name__, str(error).split("\n")[0][:300])

    def events(self, folder):
        """Notes what the event files of a folder hold."""
        tf = self.tf
        for path in sorted(glob.glob(folder + "/events*")):
            for event in tf.train.summary_iterator(path):
                kind = event.WhichOneof("what")
                found = ""
                if kind == "summary":
                    found = [(v.tag, v.WhichOneof("value")) for v in event.summary.value]
                elif kind == "session_log":
                    log = event.session_log
                    found = (log.status, log.checkpoint_path.replace(self.folder, "D"), log.msg)
                elif kind == "meta_graph_def":
                    meta = tf.MetaGraphDef.FromString(event.meta_graph_def)
                    found = (len(meta.graph_def.node), sorted(meta.collection_def))
                elif kind == "graph_def":
                    found = len(tf.GraphDef.FromString(event.graph_def).node)
                self.note("EVENT", event.step, kind, found)

    def files(self, folder):
        names = [n for n in os.listdir(folder) if "events" not in n and not n.startswith("graph.")]
        self.note(sorted(names))

    def model(self):
        """A variable that counts, its summary, and a training step."""
        tf = self.tf
        tf.reset_default_graph()
        step = tf.train.get_or_create_global_step()
        v = tf.Variable(1.0, name="v")
        tf.summary.scalar("v", v)
        with tf.control_dependencies([tf.assign_add(v, 1.0)]):
            return v, tf.assign_add(step, 1)

    # -- the pieces ---------------------------------------------------------------------------
    def monitored_training_session(self):
        tf, note = self.tf, self.note
        v, train = self.model()

        class Hook(tf.train.SessionRunHook):
            def begin(self):
                note("begin")

            def after_create_session(self, session, coord):
                note("after_create", type(session).__name__, type(coord).__name__)

            def before_run(self, context):
                note("before_run", context.original_args.fetches.name, context.stop_requested)
                return tf.train.SessionRunArgs({"v": v})

            def after_run(self, context, values):
                note("after_run", values.results, type(values.run_metadata).__name__)

            def end(self, session):
                note("end")

        hooks = [
            Hook(),
            tf.train.StopAtStepHook(3),
            tf.train.LoggingTensorHook({"v": v}, every_n_iter=1),
            tf.train.NanTensorHook(v),
        ]
        folder = self.folder + "/a"
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=folder, hooks=hooks, save_checkpoint_steps=2, save_summaries_steps=1,
            log_step_count_steps=1,
        ) as session:  # fmt: skip
            while not session.should_stop():
                note("run", session.run(train))
        self.files(folder)
        self.events(folder)
        note(open(folder + "/checkpoint").read())
        graph = tf.get_default_graph()
        note([op.name for op in graph.get_operations()])
        note(sorted(graph.get_all_collection_keys()))
        v, train = self.model()
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=folder, hooks=[tf.train.StopAtStepHook(last_step=5)],
            save_checkpoint_secs=600, save_summaries_steps=None, log_step_count_steps=None,
        ) as session:  # fmt: skip
            while not session.should_stop():
                note("run again", session.run(train))
        self.attempt(
            lambda: tf.train.MonitoredTrainingSession(
                checkpoint_dir=folder, save_checkpoint_secs=1, save_checkpoint_steps=1
            )
        )

    def step_functions(self):
        tf = self.tf
        v, train = self.model()
        with tf.train.MonitoredSession() as session:

            def step(step_context):
                result = step_context.run_with_hooks(train)
                return result, step_context.session.run(v)

            self.note(session.run_step_fn(step))
            self.attempt(lambda: session.run_step_fn(lambda: 1))
            self.attempt(lambda: session.run_step_fn(lambda c: 1))
            self.attempt(session.should_stop)

    def failures(self):
        tf = self.tf

        def body(error):
            self.model()
            with tf.train.MonitoredSession():
                raise error
            return "ended"

        self.attempt(lambda: body(ValueError("x")))
        self.attempt(lambda: body(tf.errors.OutOfRangeError(None, None, "done")))

        def not_a_number(fail):
            _, train = self.model()
            x = tf.Variable(float("nan"))
            hook = tf.train.NanTensorHook(x, fail_on_nan_loss=fail)
            with tf.train.MonitoredSession(hooks=[hook]) as session:
                session.run(train)
                return session.should_stop()

        self.attempt(lambda: not_a_number(True))
        self.attempt(lambda: not_a_number(False))

    def wrong_hooks(self):
        train = self.tf.train
        for name, words in (
            ("LoggingTensorHook", dict(tensors=["a"])),
            ("LoggingTensorHook", dict(tensors=["a"], every_n_iter=0)),
            ("StopAtStepHook", {}),
            ("StopAtStepHook", dict(num_steps=1, last_step=2)),
            ("CheckpointSaverHook", dict(checkpoint_dir="x")),
            ("CheckpointSaverHook", dict(checkpoint_dir="x", save_secs=1, save_steps=1)),
            ("CheckpointSaverHook", dict(checkpoint_dir="x", save_secs=1, saver=1, scaffold=1)),
            ("StepCounterHook", dict(every_n_steps=None, every_n_secs=None)),
            ("SummarySaverHook", dict(save_steps=1)),
            ("SummarySaverHook", dict(save_steps=1, summary_op=1, scaffold=1)),
            ("ProfilerHook", {}),
            ("SecondOrStepTimer", {}),
            ("SecondOrStepTimer", dict(every_secs=1, every_steps=1)),
            ("GlobalStepWaiterHook", dict(wait_until_step=3)),
            ("FinalOpsHook", dict(final_ops=3)),
            ("FeedFnHook", dict(feed_fn=None)),
        ):
            self.tf.reset_default_graph()
            self.attempt(lambda: type(getattr(train, name)(**words)).__name__)  # noqa: B023

    def supervisor(self):
        tf, note = self.tf, self.note
        _, train = self.model()
        folder = self.folder + "/sv"
        sv = tf.train.Supervisor(logdir=folder, save_model_secs=0, save_summaries_secs=0)
        note(sv.is_chief, sv.init_op.name, sv.ready_op.name, sv.summary_op.name, sv.save_path,
             sv.save_model_secs, sv.save_summaries_secs, sv.global_step.name)  # fmt: skip
        with sv.managed_session() as session:
            note([session.run(train) for _ in range(3)])
            sv.summary_computed(session, session.run(sv.summary_op))
            self.attempt(lambda: tf.constant(1))
        self.files(folder)
        self.events(folder)
        self.attempt(sv.should_stop)
        self.model()
        sv = tf.train.Supervisor(logdir=self.folder + "/sv2", save_model_secs=1)

        def broken():
            with sv.managed_session():
                raise RuntimeError("boom")

        self.attempt(broken)

    def session_manager(self):
        tf = self.tf
        self.model()
        manager = tf.train.SessionManager()
        self.attempt(lambda: manager.prepare_session("", init_op=None, saver=None))
        manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
        self.attempt(lambda: manager.prepare_session("", init_op=tf.no_op()))
        self.attempt(lambda: manager.wait_for_session("", max_wait_secs=1))
        self.attempt(lambda: manager.recover_session("", checkpoint_dir=self.folder)[1])

    def queues(self):
        tf, attempt = self.tf, self.attempt
        tf.reset_default_graph()
        queue = tf.FIFOQueue(3, [tf.float32], shapes=[[]], name="q")
        pairs = tf.RandomShuffleQueue(
            9, 2, [tf.int32, tf.string], shapes=[[], []], names=["n", "s"], seed=1, name="pairs"
        )
        x = tf.placeholder(tf.float32, [])
        enqueue, dequeue = queue.enqueue(x), queue.dequeue()
        with tf.Session() as session:
            for value in (1.0, 2.0):
                session.run(enqueue, {x: value})
            attempt(lambda: session.run(queue.size()))
            attempt(lambda: session.run(dequeue))
            session.run(queue.close())
            attempt(lambda: session.run(enqueue, {x: 1.0}))
            attempt(lambda: session.run(queue.is_closed()))
            attempt(lambda: session.run(dequeue))
            attempt(lambda: session.run(dequeue))
            attempt(lambda: session.run(queue.dequeue_many(2)))
            attempt(lambda: session.run(queue.dequeue_up_to(2)))
            attempt(lambda: session.run(pairs.enqueue_many({"n": [1, 2, 3], "s": ["a", "b", "c"]})))
            attempt(lambda: sorted(session.run(pairs.dequeue())))
            session.run(pairs.close())
            attempt(lambda: session.run(pairs.dequeue_many(3)))
        attempt(lambda: pairs.enqueue({"n": 1}))
        attempt(lambda: pairs.enqueue([1, "a"]))
        attempt(lambda: queue.enqueue([1.0, 2.0]))
        attempt(lambda: queue.enqueue_many([[[1.0]]]))
        attempt(lambda: tf.FIFOQueue(3, [tf.float32]).dequeue_many(2))
        attempt(lambda: tf.PaddingFIFOQueue(3, [tf.float32], None))
        attempt(lambda: tf.PaddingFIFOQueue(3, [tf.float32], [[None, 2]]).dtypes)
        attempt(lambda: tf.QueueBase.from_list(0, [queue, pairs]))
        attempt(lambda: tf.PriorityQueue(3, [tf.string], [[]]).dtypes)

    def queue_runners(self):
        tf, attempt = self.tf, self.attempt
        tf.reset_default_graph()
        attempt(lambda: tf.train.start_queue_runners())
        attempt(lambda: tf.train.start_queue_runners(sess=3))
        queue = tf.FIFOQueue(10, [tf.float32], shapes=[[]], name="q")
        attempt(lambda: tf.train.QueueRunner(None, []))
        attempt(lambda: tf.train.QueueRunner(queue, [tf.no_op()]))
        bad = tf.Print(tf.constant(1.0), [])
        with tf.control_dependencies([tf.Assert(tf.constant(False), ["no luck"])]):
            bad = tf.identity(bad)
        runner = tf.train.QueueRunner(queue, [queue.enqueue(bad)])
        tf.train.add_queue_runner(runner)
        self.note(runner.name, runner.cancel_op.name, runner.close_op.name,
                  [e.__name__ for e in runner.queue_closed_exception_types])  # fmt: skip
        attempt(lambda: tf.train.QueueRunner.from_proto(runner.to_proto()).name)
        with tf.Session() as session:
            coordinator = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(session, coordinator)
            self.note(sorted(thread.name.split(":")[0] for thread in threads))
            attempt(lambda: session.run(queue.dequeue()))
            attempt(lambda: coordinator.join(threads))
            attempt(coordinator.should_stop)
        with tf.Session() as session:
            coordinator = tf.train.Coordinator()
            release = threading.Event()
            thread = threading.Thread(target=release.wait, name="stuck")
            thread.daemon = True
            thread.start()
            coordinator.request_stop()
            attempt(lambda: coordinator.join([thread], stop_grace_period_secs=0.1))
            release.set()
            attempt(coordinator.clear_stop)
            attempt(coordinator.should_stop)

    def run(self):
        """All pieces; returns the lines."""
        tf = self.tf
        tf.logging.set_verbosity(tf.logging.INFO)
        logger = logging.getLogger("tensorflow")
        before, handler = list(logger.handlers), _Log(self.note)
        logger.handlers = [handler]
        propagate, logger.propagate = logger.propagate, False
        try:
            for piece in ("monitored_training_session", "step_functions", "failures",
                          "wrong_hooks", "supervisor", "session_manager", "queues",
                          "queue_runners"):  # fmt: skip
                self.note("==", piece)
                getattr(self, piece)()
        finally:
            logger.handlers, logger.propagate = before, propagate
        return self.lines

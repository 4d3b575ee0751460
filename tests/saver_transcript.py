"""What a saver does and says, step by step, by either library. Runs on Python 3.6 too."""

import os
import re
import shutil
import time


def transcript(tf, root):
    """Saves, restores and fails in the folder `root`; returns what was seen, a line each."""
    lines = []

    def note(*words):
        text = " ".join(str(word) for word in words).replace(root, "D")
        text = re.sub(r"np\.\w+\(([^()]*)\)", r"\1", text)
        lines.extend(re.sub(r" at 0x\w+", "", text).split("\n"))

    def attempt(function):
        """Notes what a function returns or raises; of a failed restore also the reason."""
        try:
            note("OK", function())
        except Exception as error:
            text = str(error)
            why = (
                text.split("Original error:")[1].split("\n")[2] if "Original error" in text else ""
            )
            note(type(error).__name__, text.split("\n")[0][:250], "|", why[:120])

    def files(folder=root):
        note(sorted(os.listdir(folder)))

    def state(folder=root, name="checkpoint"):
        with open(os.path.join(folder, name)) as file:
            note(file.read())

    v = tf.Variable(1.0, name="v")
    w = tf.get_variable("w", [4, 2], partitioner=tf.fixed_size_partitioner(2))
    r = tf.get_variable("r", [2], use_resource=True)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    saver = tf.train.Saver(max_to_keep=2)
    for i in range(4):
        note(saver.save(session, root + "/m", global_step=i))
    files()
    state()
    note(saver.last_checkpoints)
    recovered = tf.train.Saver(max_to_keep=2)
    recovered.recover_last_checkpoints(saver.last_checkpoints + [root + "/gone"])
    note(recovered.last_checkpoints)
    recovered.save(session, root + "/m", global_step=9)
    files()
    state()
    note(recovered.last_checkpoints)
    recovered.set_last_checkpoints([root + "/m-9"])
    note(recovered.last_checkpoints)
    folder = root + "/rel"
    os.makedirs(folder)
    saver = tf.train.Saver(save_relative_paths=True, pad_step_number=True)
    note(saver.save(session, folder + "/m", global_step=7, write_meta_graph=False))
    files(folder)
    state(folder)
    note(tf.train.latest_checkpoint(folder))
    shutil.move(folder, root + "/rel2")
    note(tf.train.latest_checkpoint(root + "/rel2"))
    folder = root + "/sh"
    os.makedirs(folder)
    saver = tf.train.Saver(sharded=True)
    note(saver.save(session, folder + "/m", latest_filename="latest", meta_graph_suffix="graph"))
    files(folder)
    state(folder, "latest")
    note(tf.train.latest_checkpoint(folder, "latest"))
    attempt(lambda: saver.restore(session, folder + "/m"))
    folder = root + "/v1"
    os.makedirs(folder)
    saver = tf.train.Saver(write_version=tf.train.SaverDef.V1, sharded=True)
    note(saver.save(session, folder + "/m"))
    files(folder)
    state(folder)
    note(
        tf.train.checkpoint_exists(folder + "/m"),
        tf.train.checkpoint_exists(folder + "/m-?????-of-00001"),
    )
    attempt(lambda: saver.restore(session, tf.train.latest_checkpoint(folder)))
    folder = root + "/hours"
    os.makedirs(folder)
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1e-7)
    for i in range(3):
        saver.save(session, folder + "/m", global_step=i, write_meta_graph=False)
        time.sleep(0.01)
    files(folder)
    state(folder)
    saver = tf.train.Saver(max_to_keep=0)
    for i in range(3):
        saver.save(session, root + "/all", global_step=i, write_meta_graph=False, write_state=i < 2)
    note(saver.last_checkpoints, saver.as_saver_def().max_to_keep)
    state()
    attempt(lambda: saver.save(session, root + "/nodir/m"))
    attempt(lambda: saver.save(session, root + "/checkpoint"))
    attempt(lambda: saver.save(session, root + "/m", latest_filename="a/b"))
    attempt(lambda: saver.save(3, root + "/m"))
    attempt(lambda: saver.restore(session, None))
    attempt(lambda: saver.restore(session, root + "/none"))
    attempt(lambda: saver.save(session, root + "/m", global_step=v))
    attempt(lambda: saver.save(session, root + "/m", global_step=tf.constant(12)))
    attempt(lambda: tf.train.Saver(var_list=[]))
    attempt(lambda: tf.train.Saver(var_list=[], allow_empty=True).save(session, root + "/empty"))
    attempt(lambda: tf.train.Saver(defer_build=True).save(session, root + "/x"))
    attempt(lambda: tf.train.Saver([v], defer_build=True))
    attempt(lambda: tf.train.Saver([v, v]))
    attempt(lambda: tf.train.Saver({"a": v, "b": v}))
    attempt(lambda: tf.train.Saver([tf.constant(1)]))
    attempt(lambda: tf.train.Saver({1: v}))
    attempt(lambda: tf.train.Saver(v))
    path = saver.save(session, root + "/ok")
    x = tf.Variable(0.0, name="x")
    big = tf.Variable([1.0, 2.0], name="big")
    i = tf.Variable(3, name="i")
    attempt(lambda: tf.train.Saver([x]).restore(session, path))
    attempt(lambda: tf.train.Saver({"v": big}).restore(session, path))
    attempt(lambda: tf.train.Saver({"v": i}).restore(session, path))
    attempt(
        lambda: tf.train.Saver({"w": tf.get_variable("ww", [8])}, reshape=True).restore(
            session, path
        )
    )
    attempt(
        lambda: tf.train.Saver({"w": tf.get_variable("ww3", [3])}, reshape=True).restore(
            session, path
        )
    )
    attempt(lambda: tf.train.import_meta_graph(root + "/none.meta"))
    attempt(
        lambda: type(tf.train.import_meta_graph(root + "/ok.meta", import_scope="again")).__name__
    )
    attempt(lambda: sorted(tf.get_default_graph().get_all_collection_keys()))
    note([q.name for q in tf.global_variables()])
    attempt(lambda: tf.train.get_checkpoint_state(root + "/none"))
    attempt(lambda: tf.train.latest_checkpoint(root + "/none"))
    open(root + "/checkpoint", "w").write("garbage {")
    attempt(lambda: tf.train.latest_checkpoint(root))
    attempt(lambda: tf.train.load_checkpoint(root + "/none"))
    attempt(lambda: tf.train.list_variables(path))
    attempt(lambda: tf.train.load_variable(path, "nope"))
    attempt(lambda: tf.train.load_variable(path, "w:0").shape)
    attempt(lambda: tf.train.init_from_checkpoint(path, {"v": "x"}))
    attempt(lambda: tf.train.init_from_checkpoint(path, {"nope": "x"}))
    attempt(lambda: tf.train.init_from_checkpoint(path, {"v": "big"}))
    attempt(lambda: tf.train.init_from_checkpoint(path, {"v": "nothere"}))
    attempt(lambda: tf.train.init_from_checkpoint(path, {"zz/": "q/"}))
    attempt(lambda: tf.train.write_graph(tf.get_default_graph().as_graph_def(), root, "g.pbtxt"))
    attempt(lambda: tf.train.write_graph(tf.Graph(), root + "/new/er", "g.pb", as_text=False))
    files(root + "/new/er")
    attempt(lambda: tf.train.update_checkpoint_state(root, root + "/m-1", [root + "/m-0"]))
    state()
    attempt(lambda: tf.train.update_checkpoint_state(root, root + "/checkpoint"))
    attempt(
        lambda: tf.train.generate_checkpoint_state_proto(
            root, root + "/m-1", [root + "/m-1"], all_model_checkpoint_timestamps=[1.0, 2.0]
        )
    )
    attempt(lambda: tf.train.remove_checkpoint(path))
    attempt(lambda: tf.train.checkpoint_exists(path))
    attempt(lambda: len(tf.train.get_checkpoint_mtimes([root + "/m-9", root + "/none"])))
    attempt(
        lambda: [
            n.name
            for n in tf.graph_util.extract_sub_graph(
                tf.get_default_graph().as_graph_def(), ["v/read"]
            ).node
        ]
    )
    attempt(
        lambda: tf.graph_util.extract_sub_graph(tf.get_default_graph().as_graph_def(), ["nope"])
    )
    attempt(lambda: tf.graph_util.extract_sub_graph(tf.get_default_graph().as_graph_def(), "v"))
    attempt(lambda: tf.graph_util.extract_sub_graph(3, ["v"]))
    y = tf.add(v * 2, tf.reduce_sum(tf.convert_to_tensor(w)), name="y")
    y = tf.add(y, tf.reduce_sum(r), name="yy")
    attempt(
        lambda: [
            (n.name, n.op)
            for n in tf.graph_util.convert_variables_to_constants(
                session, tf.get_default_graph().as_graph_def(), ["yy"]
            ).node
        ]
    )
    attempt(
        lambda: [
            (n.name, n.op)
            for n in tf.graph_util.remove_training_nodes(
                tf.graph_util.convert_variables_to_constants(
                    session, tf.get_default_graph().as_graph_def(), ["yy"]
                )
            ).node
        ]
    )
    attempt(
        lambda: [
            (n.name, n.op)
            for n in tf.graph_util.convert_variables_to_constants(
                session,
                tf.get_default_graph().as_graph_def(),
                ["yy"],
                variable_names_whitelist=["v"],
            ).node
        ][:3]
    )
    attempt(
        lambda: tf.graph_util.convert_variables_to_constants(
            session, tf.get_default_graph().as_graph_def(), ["zzz"]
        )
    )
    return lines

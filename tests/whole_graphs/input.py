"""Queues, input producers, readers, batches, images, strings, parsing."""


def queues(tf):
    q = tf.FIFOQueue(
        5, [tf.float32, tf.int32], [[2], []], names=["a", "b"], shared_name="shared", name="q"
    )
    q.enqueue({"a": [1.0, 2.0], "b": 1})
    q.enqueue_many({"a": tf.zeros([3, 2]), "b": [1, 2, 3]})
    (
        q.dequeue(),
        q.dequeue_many(2),
        q.dequeue_up_to(2),
        q.size(),
        q.close(),
        q.close(True),
        q.is_closed(),
    )
    r = tf.RandomShuffleQueue(10, 2, [tf.string], seed=4)
    r.enqueue(["a"]), r.dequeue()
    p = tf.PaddingFIFOQueue(3, [tf.float32], [[None, 2]])
    p.enqueue([tf.zeros([1, 2])]), p.dequeue_many(2)
    o = tf.PriorityQueue(3, [tf.string], [[]])
    o.enqueue((tf.constant(1, tf.int64), "x")), o.dequeue()
    tf.train.add_queue_runner(tf.train.QueueRunner(r, [r.enqueue(["b"])] * 2))


def producers(tf):
    names = tf.train.string_input_producer(["a", "b"], num_epochs=2, seed=1)
    tf.train.range_input_producer(5, shuffle=False)
    a, b = tf.train.slice_input_producer([tf.zeros([4, 2]), [1, 2, 3, 4]])
    reader = tf.TextLineReader(skip_header_lines=1)
    _, line = reader.read(names)
    c, d = tf.decode_csv(line, [[1.0], ["x"]], na_value="?")
    tf.train.batch([a, b], 2, num_threads=2, capacity=8)
    tf.train.batch([line], 2, dynamic_pad=True, allow_smaller_final_batch=True)
    tf.train.shuffle_batch([c, d], 3, 20, 10, seed=7, enqueue_many=False)
    tf.train.shuffle_batch_join([[c, d], [c, d]], 3, 20, 10)
    tf.train.batch_join([[a], [a]], 4)
    tf.train.maybe_batch([a], b > 2, 2)
    tf.train.limit_epochs(a, 3)
    tf.train.input_producer(tf.zeros([3, 2]), element_shape=[2])


def readers(tf):
    q = tf.train.string_input_producer(tf.train.match_filenames_once("*.txt"))
    for reader in [
        tf.WholeFileReader(),
        tf.TFRecordReader(),
        tf.FixedLengthRecordReader(7, 1, 2),
        tf.IdentityReader(),
    ]:
        key, value = reader.read(q)
        reader.num_records_produced(), reader.reset()
    reader.read_up_to(q, 3)
    tf.decode_raw(value, tf.uint8)
    tf.parse_single_example(
        value,
        {
            "a": tf.FixedLenFeature([2], tf.float32),
            "b": tf.VarLenFeature(tf.int64),
            "c": tf.FixedLenFeature([], tf.string, default_value="z"),
        },
    )
    tf.parse_example(
        [value],
        {"a": tf.FixedLenFeature([], tf.int64), "s": tf.SparseFeature("i", "v", tf.float32, 5)},
    )
    tf.read_file("x"), tf.write_file("x", "y"), tf.matching_files("*")


def images(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3], name="x")
    one = tf.image.decode_jpeg(tf.read_file("x"), channels=3)
    (
        tf.image.decode_png("x"),
        tf.image.decode_image("x"),
        tf.image.encode_png(tf.zeros([2, 2, 3], tf.uint8)),
    )
    (
        tf.image.resize_images(x, [4, 4]),
        tf.image.resize_bilinear(x, [4, 4], True),
        tf.image.resize_image_with_crop_or_pad(x, 10, 4),
    )
    (
        tf.image.convert_image_dtype(one, tf.float32),
        tf.image.per_image_standardization(one),
        tf.image.rgb_to_grayscale(x),
    )
    (
        tf.image.flip_left_right(one),
        tf.image.adjust_contrast(x, 0.5),
        tf.image.adjust_hue(x, 0.1),
        tf.image.adjust_saturation(x, 2.0),
        tf.image.rot90(one),
    )
    (
        tf.image.crop_and_resize(x, [[0.0, 0.0, 1.0, 1.0]], [0], [3, 3]),
        tf.image.central_crop(one, 0.5),
        tf.extract_image_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
    )
    (
        tf.image.resize_nearest_neighbor(x, tf.shape(x)[1:3] * 2),
        tf.image.pad_to_bounding_box(x, 1, 1, 12, 12),
        tf.image.crop_to_bounding_box(x, 1, 1, 4, 4),
        tf.image.adjust_brightness(x, 0.5),
    )
    (
        tf.image.total_variation(x),
        tf.image.sample_distorted_bounding_box([8, 8, 3], [[[0.0, 0.0, 1.0, 1.0]]]),
        tf.image.grayscale_to_rgb(x[..., :1]),
        tf.image.resize_images(one, [5, 6], tf.image.ResizeMethod.BICUBIC),
    )


def strings(tf):
    s = tf.placeholder(tf.string, [None], name="s")
    (
        tf.string_join(["a", "b"], "-"),
        tf.string_split(s),
        tf.string_split(s, ",", False),
        tf.string_to_number(s),
        tf.as_string([1.5], 2),
        tf.substr(s, 0, 2),
    )
    (
        tf.regex_replace(s, "a", "b"),
        tf.string_to_hash_bucket(s, 5),
        tf.string_to_hash_bucket_fast(s, 5),
        tf.reduce_join(s, 0),
        tf.encode_base64(s),
        tf.strings.length(s),
    )
    tf.strings.lower(s), tf.string_strip(s), tf.strings.format("{}", [s]), s + "x"


def sparse(tf):
    s = tf.SparseTensor(
        tf.placeholder(tf.int64, [None, 2]), tf.placeholder(tf.float32, [None]), [3, 4]
    )
    (
        tf.sparse_tensor_to_dense(s),
        tf.sparse_reduce_sum(s, 1),
        tf.sparse_tensor_dense_matmul(s, tf.ones([4, 2])),
        tf.sparse_add(s, s),
        tf.sparse_concat(0, [s, s]),
    )
    (
        tf.sparse_reorder(s),
        tf.sparse_slice(s, [0, 0], [1, 2]),
        tf.sparse_to_dense([1, 2], [4], 1.0),
        tf.sparse_reshape(s, [4, 3]),
        tf.sparse_softmax(s),
    )
    (
        tf.sparse_fill_empty_rows(s, 0.0),
        tf.sparse_retain(s, s.values > 0),
        s * 2.0,
        s / tf.ones([3, 4]),
        tf.sparse.from_dense([[1, 0]]),
    )
    (
        tf.gradients(tf.sparse_tensor_dense_matmul(s, tf.ones([4, 2])), s.values),
        tf.segment_sum([1.0, 2.0], [0, 0]),
        tf.unsorted_segment_max([1.0], [0], 2),
        tf.sparse_segment_mean(tf.ones([3, 2]), [0, 1], [0, 0]),
    )


def tables(tf):
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=1)
    table.lookup(tf.constant(["a", "c"]))
    back = tf.contrib.lookup.index_to_string_table_from_tensor(["a", "b"])
    back.lookup(tf.constant([0, 1], tf.int64))
    hashed = tf.contrib.lookup.HashTable(
        tf.contrib.lookup.KeyValueTensorInitializer(["x"], [1]), -1
    )
    hashed.lookup(tf.constant(["x"]))
    tf.tables_initializer()


def datasets(tf):
    d = tf.data.Dataset.from_tensor_slices((tf.zeros([4, 2]), [1, 2, 3, 4]))
    d = d.shuffle(10, seed=3).repeat(2).batch(2).prefetch(1)
    a, b = d.make_one_shot_iterator().get_next()
    i = (
        tf.data.Dataset.range(5)
        .map(lambda x: x * 2)
        .filter(lambda x: x > 2)
        .make_initializable_iterator()
    )
    i.get_next() + 1
    str(i.initializer)
    it = tf.data.Iterator.from_structure(d.output_types, d.output_shapes)
    it.make_initializer(d)
    it.get_next()

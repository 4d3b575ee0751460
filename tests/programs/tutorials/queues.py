"""A queue, a queue runner and a coordinator."""
import tensorflow as tf

queue = tf.FIFOQueue(10, [tf.float32, tf.int32], shapes=[[2], []])
enqueue = queue.enqueue_many([[[1., 2.], [3., 4.], [5., 6.]], [7, 8, 9]])
values, label = queue.dequeue()
producer = tf.train.range_input_producer(5, num_epochs=1, shuffle=False)
batch = tf.train.batch([producer.dequeue()], batch_size=2)
with tf.Session() as sess:
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    sess.run(enqueue)
    print(sess.run(queue.size()))
    for _ in range(3):
        print(sess.run([values, label]))
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess=sess, coord=coord)
    try:
        while not coord.should_stop():
            print(sess.run(batch))
    except tf.errors.OutOfRangeError:
        print("done")
    finally:
        coord.request_stop()
    coord.join(threads)

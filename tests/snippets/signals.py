"""Frames, windows, short-time Fourier transforms and mel spectrograms."""
import numpy as np


def _run(tf, out, *tensors):
    with tf.Session() as session:
        for value in session.run(tensors):
            out(np.asarray(value))


def _signal(*shape):
    return np.random.RandomState(0).randn(*shape).astype(np.float32)


def _numbers(tf, out, build):
    with tf.Graph().as_default():
        _run(tf, out, *build())


def frames(tf, out):
    x = _signal(2, 23)
    _numbers(tf, out, lambda: [
        tf.signal.frame(x, 6, 4), tf.signal.frame(x, 6, 4, pad_end=True, pad_value=-1.0),
        tf.signal.frame(x, 3, 5), tf.signal.frame(x, 30, 4), tf.signal.frame(x, 1, 1, axis=0),
        tf.signal.frame(x, 30, 4, pad_end=True),
        tf.signal.overlap_and_add(_signal(2, 4, 6), 3), tf.signal.overlap_and_add(_signal(3, 5), 5),
        tf.signal.overlap_and_add(_signal(3, 4), 6)])


def windows(tf, out):
    _numbers(tf, out, lambda: [
        f(n, periodic=p) for f in (tf.signal.hann_window, tf.signal.hamming_window)
        for n in (1, 2, 5, 8) for p in (True, False)] + [
        tf.signal.inverse_stft_window_fn(3)(8, tf.float32), tf.signal.inverse_stft_window_fn(2)(7, tf.float32)])


def transforms(tf, out):
    x = _signal(2, 50)

    def build():
        s = tf.signal.stft(x, 16, 4)
        return [s, tf.signal.stft(x, 10, 5, fft_length=20, window_fn=tf.signal.hamming_window),
                tf.signal.stft(x, 12, 6, window_fn=None, pad_end=True),
                tf.signal.inverse_stft(s, 16, 4, window_fn=tf.signal.inverse_stft_window_fn(4)),
                tf.signal.inverse_stft(s, 16, 8, fft_length=32)]
    _numbers(tf, out, build)


def mel(tf, out):
    m = np.abs(_signal(3, 129))
    _numbers(tf, out, lambda: [
        tf.signal.linear_to_mel_weight_matrix(),
        tf.signal.linear_to_mel_weight_matrix(10, 65, 16000, 20.0, 7000.0),
        tf.signal.mfccs_from_log_mel_spectrograms(_signal(2, 3, 20)),
        tf.tensordot(m, tf.signal.linear_to_mel_weight_matrix(), 1)])
    for arguments in [(0,), (10, 65, 8000, -1.0), (10, 65, 8000, 10.0, 5.0),
                      (10, 65, 8000, 10.0, 5000.0), (10, 65, -1)]:
        out.error(tf.signal.linear_to_mel_weight_matrix, *arguments)
    out.error(tf.signal.hann_window, 4, dtype=tf.int32)

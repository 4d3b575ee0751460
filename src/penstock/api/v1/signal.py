"""``tf.signal``: frames, Fourier and cosine transforms, mel spectrograms."""

from penstock.ops.frames import frame as frame
from penstock.ops.frames import hamming_window as hamming_window
from penstock.ops.frames import hann_window as hann_window
from penstock.ops.frames import inverse_stft as inverse_stft
from penstock.ops.frames import inverse_stft_window_fn as inverse_stft_window_fn
from penstock.ops.frames import linear_to_mel_weight_matrix as linear_to_mel_weight_matrix
from penstock.ops.frames import mfccs_from_log_mel_spectrograms as mfccs_from_log_mel_spectrograms
from penstock.ops.frames import overlap_and_add as overlap_and_add
from penstock.ops.frames import stft as stft
from penstock.ops.spectral import dct as dct
from penstock.ops.spectral import fft as fft
from penstock.ops.spectral import fft2d as fft2d
from penstock.ops.spectral import fft3d as fft3d
from penstock.ops.spectral import fftshift as fftshift
from penstock.ops.spectral import idct as idct
from penstock.ops.spectral import ifft as ifft
from penstock.ops.spectral import ifft2d as ifft2d
from penstock.ops.spectral import ifft3d as ifft3d
from penstock.ops.spectral import ifftshift as ifftshift
from penstock.ops.spectral import irfft as irfft
from penstock.ops.spectral import irfft2d as irfft2d
from penstock.ops.spectral import irfft3d as irfft3d
from penstock.ops.spectral import rfft as rfft
from penstock.ops.spectral import rfft2d as rfft2d
from penstock.ops.spectral import rfft3d as rfft3d

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

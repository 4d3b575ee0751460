"""``tf.spectral``: Fourier and cosine transforms (the older name of ``tf.signal``)."""

from penstock.ops.spectral import dct as dct
from penstock.ops.spectral import fft as fft
from penstock.ops.spectral import fft2d as fft2d
from penstock.ops.spectral import fft3d as fft3d
from penstock.ops.spectral import idct as idct
from penstock.ops.spectral import ifft as ifft
from penstock.ops.spectral import ifft2d as ifft2d
from penstock.ops.spectral import ifft3d as ifft3d
from penstock.ops.spectral import irfft as irfft
from penstock.ops.spectral import irfft2d as irfft2d
from penstock.ops.spectral import irfft3d as irfft3d
from penstock.ops.spectral import rfft as rfft
from penstock.ops.spectral import rfft2d as rfft2d
from penstock.ops.spectral import rfft3d as rfft3d

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)

// Gradient of 2-D maximum pooling in NHWC, float32.

#include <cstring>

#include "parallel.h"
#include "vectors.h"

namespace penstock {
namespace ffi = xla::ffi;

struct Pooling {
  int64_t batch, height, width, channels, out_height, out_width;
  int64_t window_height, window_width, stride_height, stride_width, top, left;
};

// Gives each window's gradient to its first maximum, for channels [c0, c1) of one image.
void PoolGradImage(const Pooling& p, const float* x, const float* dy, float* dx, int64_t c0,
                   int64_t c1) {
  if (c0 == 0 && c1 == p.channels) {
    std::memset(dx, 0, sizeof(float) * p.height * p.width * p.channels);
  } else {
    for (int64_t i = 0; i < p.height * p.width; ++i) {
      std::memset(dx + i * p.channels + c0, 0, sizeof(float) * (c1 - c0));
    }
  }
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const int64_t top = oh * p.stride_height - p.top;
    const int64_t h0 = std::max<int64_t>(0, top);
    const int64_t h1 = std::min(p.height, top + p.window_height);
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const int64_t left = ow * p.stride_width - p.left;
      const int64_t w0 = std::max<int64_t>(0, left);
      const int64_t w1 = std::min(p.width, left + p.window_width);
      const float* gradient = dy + (oh * p.out_width + ow) * p.channels;
      int64_t c = c0;
      for (; c + kLanes <= c1; c += kLanes) {
        Vec best = Load(x + (h0 * p.width + w0) * p.channels + c);
        IntVec where = {};
        int32_t tap = 0;
        for (int64_t h = h0; h < h1; ++h) {
          for (int64_t w = w0; w < w1; ++w, ++tap) {
            Vec value = Load(x + (h * p.width + w) * p.channels + c);
            IntVec better = best < value;
            best = better ? value : best;
            where = better ? IntVec{} + tap : where;
          }
        }
        const Vec given = Load(gradient + c);
        tap = 0;
        for (int64_t h = h0; h < h1; ++h) {
          for (int64_t w = w0; w < w1; ++w, ++tap) {
            float* target = dx + (h * p.width + w) * p.channels + c;
            Store(target, Load(target) + (where == tap ? given : Vec{}));
          }
        }
      }
      for (; c < c1; ++c) {
        int64_t best = (h0 * p.width + w0) * p.channels + c;
        for (int64_t h = h0; h < h1; ++h) {
          for (int64_t w = w0; w < w1; ++w) {
            const int64_t here = (h * p.width + w) * p.channels + c;
            if (x[best] < x[here]) best = here;
          }
        }
        dx[best] += gradient[c];
      }
    }
  }
}

ffi::Error PoolGradHandler(Pool pool, ffi::Buffer<ffi::F32> x, ffi::Buffer<ffi::F32> dy,
                           ffi::ResultBuffer<ffi::F32> dx, ffi::Span<const int64_t> geometry) {
  auto in = x.dimensions(), out = dy.dimensions();
  if (in.size() != 4 || out.size() != 4 || geometry.size() != 6) {
    return ffi::Error::InvalidArgument("images and six numbers are wanted");
  }
  const Pooling p{in[0],       in[1],       in[2],       in[3],       out[1],      out[2],
                  geometry[0], geometry[1], geometry[2], geometry[3], geometry[4], geometry[5]};
  // One image is one part; few large images are divided by channels as well.
  const int64_t wanted = 2 * Threads(pool);
  const int64_t groups = p.channels / (4 * kLanes);
  const int64_t slices =
      p.batch >= wanted ? 1 : std::max<int64_t>(1, std::min(groups, wanted / p.batch));
  const int64_t step = (p.channels / slices + kLanes - 1) / kLanes * kLanes;
  ParallelFor(pool, p.batch * slices, [&](int64_t part) {
    const int64_t n = part / slices, slice = part % slices;
    const int64_t c0 = std::min(p.channels, slice * step);
    const int64_t c1 = slice + 1 == slices ? p.channels : std::min(p.channels, c0 + step);
    const int64_t image = n * p.height * p.width * p.channels;
    PoolGradImage(p, x.typed_data() + image,
                  dy.typed_data() + n * p.out_height * p.out_width * p.channels,
                  dx->typed_data() + image, c0, c1);
  });
  return ffi::Error::Success();
}

}  // namespace penstock

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockMaxPoolGrad, penstock::PoolGradHandler,
                              xla::ffi::Ffi::Bind()
                                  .Ctx<xla::ffi::ThreadPool>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Attr<xla::ffi::Span<const int64_t>>("geometry"));

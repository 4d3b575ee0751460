// Local response normalisation and its gradient, float32, channels last.

#include <cmath>
#include <cstring>

#include "parallel.h"
#include "vectors.h"

namespace penstock {
namespace ffi = xla::ffi;

struct Response {
  int64_t pixels, channels, radius;
  float bias, alpha, beta;
};

// Sums of 2 * radius + 1 neighbours: out[i] = in[i] + ... + in[i + 2 * radius], by doubling. `in`
// and `spare` are overwritten.
void WindowSums(float* in, float* spare, float* out, int64_t count, int64_t radius) {
  const int64_t window = 2 * radius + 1, whole = count + 2 * radius;
  int64_t covered = 0;
  float *current = in, *next = spare;
  for (int64_t length = 1;; length *= 2) {
    // Here current[i] holds the sum of `length` elements from i on.
    if (window & length) {
      if (covered == 0) {
        std::memcpy(out, current, sizeof(float) * count);
      } else {
        for (int64_t i = 0; i < count; ++i) out[i] += current[i + covered];
      }
      covered += length;
    }
    if (covered == window) return;
    const int64_t end = whole - 2 * length + 1;
    for (int64_t i = 0; i < end; ++i) next[i] = current[i] + current[i + length];
    std::swap(current, next);
  }
}

// scale ** -beta; `kind` is four times beta where roots suffice, else 0.
template <int kind>
Vec Power(Vec scale, float beta) {
  if (kind == 2) return InverseRoot(scale);
  if (kind == 3) {
    Vec root = InverseRoot(scale);
    return root * root * InverseRoot(root);
  }
  if (kind == 4) return 1.0f / scale;
  Vec result;
  for (int i = 0; i < kLanes; ++i) result[i] = std::pow(scale[i], -beta);
  return result;
}

// Normalises pixels [begin, end), or with `dy` takes the gradient there.
template <int kind>
void Respond(const Response& r, const float* x, const float* y, const float* dy, float* out,
             int64_t begin, int64_t end) {
  static thread_local Scratch memory;
  // Rows with room for neighbours on both sides and for whole vectors at the end.
  const int64_t row = (r.channels + 2 * r.radius + 4 * kLanes) / kLanes * kLanes;
  float* in = static_cast<float*>(memory.Get(sizeof(float) * row * 4));
  float *spare = in + row, *sums = in + 2 * row, *power = in + 3 * row;
  std::memset(in, 0, sizeof(float) * row * 4);
  for (int64_t pixel = begin; pixel < end; ++pixel) {
    const int64_t start = pixel * r.channels;
    const float* values = x + start;
    auto clear_ends = [&] {
      std::memset(in, 0, sizeof(float) * r.radius);
      std::memset(in + r.radius + r.channels, 0, sizeof(float) * r.radius);
    };
    clear_ends();
    for (int64_t c = 0; c < r.channels; ++c) in[r.radius + c] = values[c] * values[c];
    WindowSums(in, spare, sums, r.channels, r.radius);
    for (int64_t c = 0; c < r.channels; c += kLanes) {
      Vec scale = Load(sums + c) * r.alpha + r.bias;
      Store(sums + c, scale);
      Store(power + c, Power<kind>(scale, r.beta));
    }
    if (dy == nullptr) {
      for (int64_t c = 0; c < r.channels; ++c) out[start + c] = values[c] * power[c];
      continue;
    }
    const float *given = dy + start, *made = y + start;
    clear_ends();
    for (int64_t c = 0; c < r.channels; ++c) in[r.radius + c] = given[c] * made[c] / sums[c];
    WindowSums(in, spare, sums, r.channels, r.radius);
    const float factor = -2.0f * r.alpha * r.beta;
    for (int64_t c = 0; c < r.channels; ++c) {
      out[start + c] = given[c] * power[c] + factor * values[c] * sums[c];
    }
  }
}

void Run(Pool& pool, const Response& r, const float* x, const float* y, const float* dy,
         float* out) {
  auto function = r.beta == 0.5f    ? Respond<2>
                  : r.beta == 0.75f ? Respond<3>
                  : r.beta == 1.0f  ? Respond<4>
                                    : Respond<0>;
  const int64_t parts =
      std::max<int64_t>(1, std::min(r.pixels * r.channels / 16384, 4 * Threads(pool)));
  ParallelFor(pool, parts, [&](int64_t part) {
    function(r, x, y, dy, out, PartStart(r.pixels, parts, part),
             PartStart(r.pixels, parts, part + 1));
  });
}

Response Describe(ffi::Buffer<ffi::F32> x, int64_t radius, float bias, float alpha, float beta) {
  auto shape = x.dimensions();
  Response r{1, shape[shape.size() - 1], 0, bias, alpha, beta};
  for (size_t i = 0; i + 1 < shape.size(); ++i) r.pixels *= shape[i];
  r.radius = std::min(radius, r.channels - 1);
  return r;
}

ffi::Error LrnHandler(Pool pool, ffi::Buffer<ffi::F32> x, ffi::ResultBuffer<ffi::F32> y,
                      int64_t radius, float bias, float alpha, float beta) {
  Run(pool, Describe(x, radius, bias, alpha, beta), x.typed_data(), nullptr, nullptr,
      y->typed_data());
  return ffi::Error::Success();
}

ffi::Error LrnGradHandler(Pool pool, ffi::Buffer<ffi::F32> dy, ffi::Buffer<ffi::F32> x,
                          ffi::Buffer<ffi::F32> y, ffi::ResultBuffer<ffi::F32> dx, int64_t radius,
                          float bias, float alpha, float beta) {
  Run(pool, Describe(x, radius, bias, alpha, beta), x.typed_data(), y.typed_data(),
      dy.typed_data(), dx->typed_data());
  return ffi::Error::Success();
}

}  // namespace penstock

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockLrn, penstock::LrnHandler,
                              xla::ffi::Ffi::Bind()
                                  .Ctx<xla::ffi::ThreadPool>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Attr<int64_t>("radius")
                                  .Attr<float>("bias")
                                  .Attr<float>("alpha")
                                  .Attr<float>("beta"));

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockLrnGrad, penstock::LrnGradHandler,
                              xla::ffi::Ffi::Bind()
                                  .Ctx<xla::ffi::ThreadPool>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Attr<int64_t>("radius")
                                  .Attr<float>("bias")
                                  .Attr<float>("alpha")
                                  .Attr<float>("beta"));

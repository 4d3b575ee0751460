// Adam in one pass over variable and slots, float32, in place.
//
// XLA updates the variable and each slot in loops of their own, and so reads the slots twice. When
// the gradient is a product of two matrices, as a layer's weights have it, tiles of it are made
// here on the way and never stored.

#include <cmath>
#include <cstring>

#include "parallel.h"
#include "tile.h"

namespace penstock {
namespace ffi = xla::ffi;
using F32 = ffi::Buffer<ffi::F32>;
using Result = ffi::ResultBuffer<ffi::F32>;

// The update's scalars, in the order in which they arrive.
struct Rates {
  float alpha, beta1, beta2, epsilon;
};

struct State {
  float *variable, *mean, *square;
};

// step / (sqrt(v) + epsilon). The processor's root and quotient take as long as all else together,
// so both come from estimates and a Newton step each: right to a unit or two in the last place.
inline Vec Quotient(Vec step, Vec v, float epsilon) {
#if defined(__AVX512F__)
  // With a smaller epsilon, what the bounds below do to roots of almost nothing could be seen.
  if (epsilon >= 1e-10f) {
    // The bounds keep estimates of 0 and of infinity out of the products; they let NaN pass.
    const __m512 square = reinterpret_cast<__m512>(v);
    const __m512 bounded =
        _mm512_max_ps(_mm512_set1_ps(1e-36f), _mm512_min_ps(_mm512_set1_ps(3e38f), square));
    const Vec root = v * InverseRoot(reinterpret_cast<Vec>(bounded));
    const __m512 below = _mm512_min_ps(_mm512_set1_ps(1e38f),
                                       reinterpret_cast<__m512>(Vec(root + epsilon)));
    const Vec inverse = reinterpret_cast<Vec>(_mm512_rcp14_ps(below));
    return step * (inverse * (2.0f - reinterpret_cast<Vec>(below) * inverse));
  }
  return step / (reinterpret_cast<Vec>(_mm512_sqrt_ps(reinterpret_cast<__m512>(v))) + epsilon);
#else
  Vec root;
  for (int i = 0; i < kLanes; ++i) root[i] = std::sqrt(v[i]);
  return step / (root + epsilon);
#endif
}

// One vector of the update.
template <bool kNesterov>
inline void Update(const State& s, int64_t at, Vec g, const Rates& r) {
  const float rest1 = 1.0f - r.beta1, rest2 = 1.0f - r.beta2;
  Vec m = Load(s.mean + at), v = Load(s.square + at);
  m += (g - m) * rest1;
  v += (g * g - v) * rest2;
  Vec step = kNesterov ? m * r.beta1 + g * rest1 : m;
  Store(s.mean + at, m);
  Store(s.square + at, v);
  Store(s.variable + at, Load(s.variable + at) - Quotient(step * r.alpha, v, r.epsilon));
}

template <bool kNesterov>
void UpdateRange(const State& s, int64_t at, const float* g, int64_t count, const Rates& r) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Update<kNesterov>(s, at + i, Load(g + i), r);
  if (i == count) return;
  // The rest goes through vectors of its own, so that every element is computed the same way.
  alignas(64) float rest[4][kLanes] = {};
  const int64_t left = count - i;
  float* from[] = {s.variable + at + i, s.mean + at + i, s.square + at + i};
  for (int k = 0; k < 3; ++k) std::memcpy(rest[k], from[k], sizeof(float) * left);
  std::memcpy(rest[3], g + i, sizeof(float) * left);
  Update<kNesterov>(State{rest[0], rest[1], rest[2]}, 0, Load(rest[3]), r);
  for (int k = 0; k < 3; ++k) std::memcpy(from[k], rest[k], sizeof(float) * left);
}

// Rows [m0, m1) of a variable whose gradient is a[inner, rows]^T * b[inner, columns].
template <bool kNesterov>
void UpdateRows(const State& s, const float* a, const float* b, int64_t rows, int64_t columns,
                int64_t inner, int64_t m0, int64_t m1, const Rates& r) {
  constexpr int64_t kChunk = 16 * kPanel;
  static thread_local Scratch memory;
  const int64_t tall = (inner + 15) / 16 * 16;
  float* gradient = static_cast<float*>(
      memory.Get(sizeof(float) * (kRows * kChunk + kRows * tall + inner * kPanel)));
  float* left = gradient + kRows * kChunk;
  float* edge = left + kRows * tall;
  for (int64_t m = m0; m < m1; m += kRows) {
    const int64_t count = std::min<int64_t>(kRows, m1 - m);
    for (int64_t k = 0; k < inner; ++k) {
      for (int64_t i = 0; i < count; ++i) left[i * tall + k] = a[k * rows + m + i];
    }
    for (int64_t n0 = 0; n0 < columns; n0 += kChunk) {
      const int64_t width = std::min(kChunk, columns - n0);
      for (int64_t n = 0; n < width; n += kPanel) {
        const float* right = b + n0 + n;
        int64_t step = columns;
        if (width - n < kPanel) {
          std::memset(edge, 0, sizeof(float) * inner * kPanel);
          for (int64_t k = 0; k < inner; ++k) {
            std::memcpy(edge + k * kPanel, right + k * columns, sizeof(float) * (width - n));
          }
          right = edge;
          step = kPanel;
        }
        TileOf(count, false)(left, tall, right, step, gradient + n, kChunk, inner, false);
      }
      for (int64_t i = 0; i < count; ++i) {
        UpdateRange<kNesterov>(s, (m + i) * columns + n0, gradient + i * kChunk, width, r);
      }
    }
  }
}

State Copied(const F32& variable, const F32& mean, const F32& square, Result& new_variable,
             Result& new_mean, Result& new_square) {
  // XLA gives the results the operands' memory; elsewhere the operands are copied first.
  auto move = [](const F32& from, Result& to) {
    if (from.typed_data() != to->typed_data()) {
      std::memcpy(to->typed_data(), from.typed_data(), sizeof(float) * from.element_count());
    }
    return to->typed_data();
  };
  return {move(variable, new_variable), move(mean, new_mean), move(square, new_square)};
}

Rates ReadRates(const F32& rates) {
  const float* r = rates.typed_data();
  return {r[0], r[1], r[2], r[3]};
}

ffi::Error AdamHandler(Pool pool, F32 variable, F32 mean, F32 square, F32 rates, F32 gradient,
                       Result new_variable, Result new_mean, Result new_square, bool nesterov) {
  const State s = Copied(variable, mean, square, new_variable, new_mean, new_square);
  const Rates r = ReadRates(rates);
  const int64_t count = variable.element_count();
  const int64_t parts = std::max<int64_t>(1, std::min(count / 16384, 4 * Threads(pool)));
  const float* g = gradient.typed_data();
  ParallelFor(pool, parts, [&](int64_t part) {
    const int64_t at = PartStart(count, parts, part);
    auto update = nesterov ? UpdateRange<true> : UpdateRange<false>;
    update(s, at, g + at, PartStart(count, parts, part + 1) - at, r);
  });
  return ffi::Error::Success();
}

ffi::Error AdamProductHandler(Pool pool, F32 variable, F32 mean, F32 square, F32 rates, F32 a,
                              F32 b, Result new_variable, Result new_mean, Result new_square,
                              bool nesterov) {
  auto left = a.dimensions(), right = b.dimensions(), shape = variable.dimensions();
  if (left.size() != 2 || right.size() != 2 || shape.size() != 2 || left[0] != right[0] ||
      left[1] != shape[0] || right[1] != shape[1]) {
    return ffi::Error::InvalidArgument("the product does not have the variable's shape");
  }
  const State s = Copied(variable, mean, square, new_variable, new_mean, new_square);
  const Rates r = ReadRates(rates);
  const int64_t blocks = (shape[0] + kRows - 1) / kRows;
  const int64_t parts = std::min(blocks, 8 * Threads(pool));
  ParallelFor(pool, parts, [&](int64_t part) {
    auto update = nesterov ? UpdateRows<true> : UpdateRows<false>;
    update(s, a.typed_data(), b.typed_data(), shape[0], shape[1], left[0],
           PartStart(blocks, parts, part) * kRows,
           std::min<int64_t>(shape[0], PartStart(blocks, parts, part + 1) * kRows), r);
  });
  return ffi::Error::Success();
}

}  // namespace penstock

#define PENSTOCK_ADAM_OPERANDS                 \
  xla::ffi::Ffi::Bind()                        \
      .Ctx<xla::ffi::ThreadPool>()             \
      .Arg<xla::ffi::Buffer<xla::ffi::F32>>()  \
      .Arg<xla::ffi::Buffer<xla::ffi::F32>>()  \
      .Arg<xla::ffi::Buffer<xla::ffi::F32>>()  \
      .Arg<xla::ffi::Buffer<xla::ffi::F32>>()  \
      .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
#define PENSTOCK_ADAM_RESULTS                  \
  Ret<xla::ffi::Buffer<xla::ffi::F32>>()       \
      .Ret<xla::ffi::Buffer<xla::ffi::F32>>()  \
      .Ret<xla::ffi::Buffer<xla::ffi::F32>>()  \
      .Attr<bool>("nesterov")

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockAdam, penstock::AdamHandler,
                              PENSTOCK_ADAM_OPERANDS.PENSTOCK_ADAM_RESULTS);
XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockAdamProduct, penstock::AdamProductHandler,
                              PENSTOCK_ADAM_OPERANDS.Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .PENSTOCK_ADAM_RESULTS);

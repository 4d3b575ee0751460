// Products of float32 matrices in which one side is short, as in a layer with a small batch.
//
// Such products read a large matrix once, so packing it, as general libraries do, costs as much as
// the product. Here tiles of sums stay in registers and the large matrix streams past them.

#include <algorithm>
#include <cstring>

#include "parallel.h"
#include "tile.h"

namespace penstock {
namespace ffi = xla::ffi;

constexpr int64_t kDepth = 64;  // Most inner elements between loads of the sums.

struct Product {
  const float *a, *b;
  float* c;
  int64_t rows, inner, columns;
};

// Columns [n0, n1) of c = a * b.
void MultiplyColumns(const Product& p, int64_t n0, int64_t n1) {
  alignas(64) float packed[kDepth * kPanel];
  alignas(64) float spare[kRows * kPanel];
  const int64_t blocks = (p.rows + kRows - 1) / kRows;
  // Few rows read `b` straight from memory; then fewer far-apart rows at a time keep within the
  // first level of the processor's page table cache.
  const bool stream = blocks <= 2;
  const int64_t most = stream ? kDepth / 2 : kDepth;
  for (int64_t k = 0; k < p.inner; k += most) {
    const int64_t depth = std::min(most, p.inner - k);
    for (int64_t n = n0; n < n1; n += kPanel) {
      const int64_t width = std::min(kPanel, n1 - n);
      const float* b = p.b + k * p.columns + n;
      int64_t bk = p.columns;
      if (width < kPanel || !stream) {
        for (int64_t i = 0; i < depth; ++i) {
          if (width == kPanel) {
            const float* from = b + i * bk;
            __builtin_prefetch(from + kPanel);
            __builtin_prefetch(from + kPanel + kLanes);
            Store(packed + i * kPanel, Load(from));
            Store(packed + i * kPanel + kLanes, Load(from + kLanes));
          } else {
            std::memset(packed + i * kPanel, 0, sizeof(float) * kPanel);
            std::memcpy(packed + i * kPanel, b + i * bk, sizeof(float) * width);
          }
        }
        b = packed;
        bk = kPanel;
      }
      for (int64_t block = 0; block < blocks; ++block) {
        const int64_t m = PartStart(p.rows, blocks, block);
        const int64_t count = PartStart(p.rows, blocks, block + 1) - m;
        const float* a = p.a + m * p.inner + k;
        float* c = p.c + m * p.columns + n;
        if (width == kPanel) {
          TileOf(count, b != packed)(a, p.inner, b, bk, c, p.columns, depth, k > 0);
          continue;
        }
        for (int64_t i = 0; k > 0 && i < count; ++i) {
          std::memcpy(spare + i * kPanel, c + i * p.columns, sizeof(float) * width);
        }
        TileOf(count, false)(a, p.inner, b, bk, spare, kPanel, depth, k > 0);
        for (int64_t i = 0; i < count; ++i) {
          std::memcpy(c + i * p.columns, spare + i * kPanel, sizeof(float) * width);
        }
      }
    }
  }
}

// c[rows, columns] = a[rows, inner] * b[inner, columns].
void Multiply(Pool& pool, const Product& p) {
  // Parts are whole panels; there are enough of them to even out threads of unequal speed.
  const int64_t panels = (p.columns + kPanel - 1) / kPanel;
  const int64_t parts = std::min(panels, 4 * Threads(pool));
  ParallelFor(pool, parts, [&](int64_t part) {
    MultiplyColumns(p, PartStart(panels, parts, part) * kPanel,
                    std::min(p.columns, PartStart(panels, parts, part + 1) * kPanel));
  });
}

// kRowsA x kRowsB dot products of rows of `a` and rows of `b`.
template <int kRowsA, int kRowsB>
void Dots(const float* a, const float* b, int64_t inner, float* c, int64_t cm) {
  Vec sums[kRowsA][kRowsB] = {};
  int64_t k = 0;
  for (; k + kLanes <= inner; k += kLanes) {
    Vec right[kRowsB];
    for (int j = 0; j < kRowsB; ++j) right[j] = Load(b + j * inner + k);
#pragma GCC unroll 8
    for (int i = 0; i < kRowsA; ++i) {
      Vec left = Load(a + i * inner + k);
#pragma GCC unroll 8
      for (int j = 0; j < kRowsB; ++j) sums[i][j] += left * right[j];
    }
  }
  for (int i = 0; i < kRowsA; ++i) {
    for (int j = 0; j < kRowsB; ++j) {
      float total = Sum(sums[i][j]);
      for (int64_t rest = k; rest < inner; ++rest) {
        total += a[i * inner + rest] * b[j * inner + rest];
      }
      c[i * cm + j] = total;
    }
  }
}

#if defined(__AVX512F__)
constexpr int kDotRowsA = 5, kDotRowsB = 4;
#else
constexpr int kDotRowsA = 3, kDotRowsB = 3;
#endif

// c[rows, columns] = a[rows, inner] * b[columns, inner]^T.
void MultiplyTransposed(Pool& pool, const Product& p) {
  const int64_t groups = (p.columns + kDotRowsB - 1) / kDotRowsB;
  const int64_t parts = std::min(groups, 4 * Threads(pool));
  ParallelFor(pool, parts, [&](int64_t part) {
    const int64_t end = std::min(p.columns, PartStart(groups, parts, part + 1) * kDotRowsB);
    for (int64_t n = PartStart(groups, parts, part) * kDotRowsB; n < end; n += kDotRowsB) {
      const int64_t width = std::min<int64_t>(kDotRowsB, end - n);
      const float* b = p.b + n * p.inner;
      int64_t m = 0;
      for (; width == kDotRowsB && m + kDotRowsA <= p.rows; m += kDotRowsA) {
        Dots<kDotRowsA, kDotRowsB>(p.a + m * p.inner, b, p.inner, p.c + m * p.columns + n,
                                   p.columns);
      }
      for (; m < p.rows; ++m) {
        for (int64_t j = 0; j < width; ++j) {
          Dots<1, 1>(p.a + m * p.inner, b + j * p.inner, p.inner, p.c + m * p.columns + n + j,
                     p.columns);
        }
      }
    }
  });
}

ffi::Error ProductHandler(Pool pool, ffi::Buffer<ffi::F32> a, ffi::Buffer<ffi::F32> b,
                          ffi::ResultBuffer<ffi::F32> c, bool transpose_b) {
  auto left = a.dimensions(), right = b.dimensions(), made = c->dimensions();
  if (left.size() != 2 || right.size() != 2 || made.size() != 2 ||
      left[1] != right[transpose_b ? 1 : 0]) {
    return ffi::Error::InvalidArgument("two matrices of equal inner dimension are wanted");
  }
  const Product p{a.typed_data(), b.typed_data(), c->typed_data(), made[0], left[1], made[1]};
  if (transpose_b) {
    MultiplyTransposed(pool, p);
  } else {
    Multiply(pool, p);
  }
  return ffi::Error::Success();
}

}  // namespace penstock

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockProduct, penstock::ProductHandler,
                              xla::ffi::Ffi::Bind()
                                  .Ctx<xla::ffi::ThreadPool>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Attr<bool>("transpose_b"));

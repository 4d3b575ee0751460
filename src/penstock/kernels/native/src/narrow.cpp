// Products of float32 matrices whose result has few columns, as a classifier's last layer has.
//
// A row of the result fits a register or two. A tile of such rows stays in registers while the
// inner dimension passes by: one load of the narrow matrix serves all rows of the tile, and each
// element of the wide matrix is read once, straight from where it lies, transposed or not.

#include <algorithm>
#include <cstring>
#include <utility>

#include "parallel.h"
#include "tile.h"

namespace penstock {
namespace ffi = xla::ffi;

constexpr int64_t kWidest = 2 * kLanes;
#if defined(__AVX512F__)
constexpr int kSums = 28;  // Registers for sums; the rest hold a row of the narrow matrix.
#else
constexpr int kSums = 12;
#endif
// Below this many multiplications another thread takes longer to wake than to help.
constexpr int64_t kWorkOfThread = 1 << 21;
constexpr int64_t kBlock = 256;  // Inner elements at a time, where the rows of `a` are copied.

struct Narrow {
  const float *a, *b;
  float* c;
  int64_t rows, inner, columns;
};

// How many parts a product is worth, of at most `most`.
inline int64_t Parts(const Pool& pool, const Narrow& p, int64_t most) {
  const int64_t work = p.rows * p.inner * p.columns;
  return std::max<int64_t>(1, std::min({most, 2 * Threads(pool), work / kWorkOfThread}));
}

// `count` leading floats of a vector.
inline void StoreSome(float* p, Vec v, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), reinterpret_cast<__m512>(v));
#else
  std::memcpy(p, &v, sizeof(float) * count);
#endif
}

inline Vec LoadSome(const float* p, int64_t count) {
#if defined(__AVX512F__)
  return reinterpret_cast<Vec>(
      _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p));
#else
  Vec v{};
  std::memcpy(&v, p, sizeof(float) * count);
  return v;
#endif
}

// c[kCount, columns] = (or +=) a[kCount, depth] * b[depth, kVecs * kLanes].
template <int kVecs, int kCount>
void NarrowTile(const float* a, int64_t am, const float* b, int64_t depth, float* c,
                int64_t columns, bool add) {
  const int64_t last = columns - (kVecs - 1) * kLanes;
  Vec sums[kCount][kVecs];
#pragma GCC unroll 32
  for (int m = 0; m < kCount; ++m) {
    for (int v = 0; v < kVecs; ++v) sums[m][v] = Vec{};
    if (!add) continue;
    for (int v = 0; v < kVecs; ++v) {
      sums[m][v] = LoadSome(c + m * columns + v * kLanes, v + 1 < kVecs ? kLanes : last);
    }
  }
  // One pointer for four rows: there are fewer registers for addresses than rows.
  constexpr int kGroups = (kCount + 3) / 4;
  const float* group[kGroups];
  for (int g = 0; g < kGroups; ++g) group[g] = a + 4 * g * am;
  const int64_t am3 = 3 * am;
  for (int64_t k = 0; k < depth; ++k) {
    Vec row[kVecs];
    for (int v = 0; v < kVecs; ++v) row[v] = Load(b + (k * kVecs + v) * kLanes);
#pragma GCC unroll 32
    for (int m = 0; m < kCount; ++m) {
      const float* from = group[m / 4];
      const int64_t step = m % 4 == 0 ? 0 : m % 4 == 1 ? am : m % 4 == 2 ? 2 * am : am3;
      Vec factor = Fill(from[step]);
      for (int v = 0; v < kVecs; ++v) sums[m][v] += factor * row[v];
    }
#pragma GCC unroll 8
    for (int g = 0; g < kGroups; ++g) ++group[g];
  }
#pragma GCC unroll 32
  for (int m = 0; m < kCount; ++m) {
    for (int v = 0; v < kVecs; ++v) {
      StoreSome(c + m * columns + v * kLanes, sums[m][v], v + 1 < kVecs ? kLanes : last);
    }
  }
}

using NarrowFunction = void (*)(const float*, int64_t, const float*, int64_t, float*,
                                int64_t, bool);

template <int kVecs, int... kCounts>
NarrowFunction PickNarrow(int64_t rows, std::integer_sequence<int, kCounts...>) {
  static constexpr NarrowFunction kTiles[] = {NarrowTile<kVecs, kCounts + 1>...};
  return kTiles[rows - 1];
}

// Rows [m0, m1) of the result; `b` is packed to [inner, kVecs * kLanes].
template <int kVecs>
void MultiplyNarrow(const Narrow& p, int64_t m0, int64_t m1) {
  constexpr int kTall = kSums / kVecs;
  constexpr auto kCounts = std::make_integer_sequence<int, kTall>();
  // Rows that lie a large power of two apart would push each other out of the nearest cache.
  const bool copied = p.inner % 512 == 0;
  const int64_t most = copied ? kBlock : p.inner;
  alignas(64) float block[kTall * (kBlock + kLanes)];
  const int64_t tiles = (m1 - m0 + kTall - 1) / kTall;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const int64_t m = m0 + PartStart(m1 - m0, tiles, tile);
    const int64_t count = m0 + PartStart(m1 - m0, tiles, tile + 1) - m;
    const NarrowFunction function = PickNarrow<kVecs>(count, kCounts);
    for (int64_t k = 0; k < p.inner; k += most) {
      const int64_t depth = std::min(most, p.inner - k);
      const float* a = p.a + m * p.inner + k;
      int64_t am = p.inner;
      if (copied) {
        for (int64_t i = 0; i < count; ++i) {
          std::memcpy(block + i * (kBlock + kLanes), a + i * am, sizeof(float) * depth);
        }
        a = block;
        am = kBlock + kLanes;
      }
      function(a, am, p.b + k * kVecs * kLanes, depth, p.c + m * p.columns, p.columns, k > 0);
    }
  }
}

template <int kVecs>
void RunNarrow(Pool& pool, Narrow p) {
  static thread_local Scratch memory;
  constexpr int64_t kWidth = kVecs * kLanes, kFirst = kWidth - kLanes, kTall = kSums / kVecs;
  float* packed = static_cast<float*>(memory.Get(sizeof(float) * kWidth * (p.inner + 1)));
  for (int64_t k = 0; k < p.inner; ++k) {
    const float* from = p.b + k * p.columns;
    if (kVecs == 2) Store(packed + k * kWidth, Load(from));
    Store(packed + k * kWidth + kFirst, LoadSome(from + kFirst, p.columns - kFirst));
  }
  p.b = packed;
  const int64_t parts = Parts(pool, p, (p.rows + kTall - 1) / kTall);
  ParallelFor(pool, parts, [&](int64_t part) {
    MultiplyNarrow<kVecs>(p, PartStart(p.rows, parts, part), PartStart(p.rows, parts, part + 1));
  });
}

// sums[kColumns, kPanel] = a[depth, kPanel]^T * b[depth, kColumns], transposed.
template <int kColumns>
void ColumnsTile(const float* a, int64_t ak, const float* b, int64_t bk, int64_t depth,
                 float* sums) {
  Vec left[kColumns] = {}, right[kColumns] = {};
  for (int64_t k = 0; k < depth; ++k, a += ak, b += bk) {
    const Vec first = Load(a), second = Load(a + kLanes);
    __builtin_prefetch(a + kPanel);
    __builtin_prefetch(a + kPanel + kLanes);
#pragma GCC unroll 16
    for (int n = 0; n < kColumns; ++n) {
      const Vec factor = Fill(b[n]);
      left[n] += first * factor;
      right[n] += second * factor;
    }
  }
#pragma GCC unroll 16
  for (int n = 0; n < kColumns; ++n) {
    Store(sums + n * kPanel, left[n]);
    Store(sums + n * kPanel + kLanes, right[n]);
  }
}

using ColumnsFunction = void (*)(const float*, int64_t, const float*, int64_t, int64_t, float*);

template <int... kCounts>
ColumnsFunction PickColumns(int64_t columns, std::integer_sequence<int, kCounts...>) {
  static constexpr ColumnsFunction kTiles[] = {ColumnsTile<kCounts + 1>...};
  return kTiles[columns - 1];
}

// c[rows, columns] = a[inner, rows]^T * b[inner, columns], of at least kPanel rows: the rows go
// through the registers' lanes, and tiles of the result are turned on their way out.
void RunTransposed(Pool& pool, const Narrow& p) {
  constexpr auto kCounts = std::make_integer_sequence<int, kRows>();
  const int64_t panels = (p.rows + kPanel - 1) / kPanel;
  const int64_t groups = (p.columns + kRows - 1) / kRows;
  const int64_t parts = Parts(pool, p, panels);
  ParallelFor(pool, parts, [&](int64_t part) {
    alignas(64) float sums[kRows * kPanel];
    for (int64_t i = PartStart(panels, parts, part); i < PartStart(panels, parts, part + 1); ++i) {
      // The last panel ends with the rows, and may repeat some of the one before.
      const int64_t m = std::min(i * kPanel, p.rows - kPanel);
      const int64_t skip = i * kPanel - m;
      for (int64_t group = 0; group < groups; ++group) {
        const int64_t n = PartStart(p.columns, groups, group);
        const int64_t count = PartStart(p.columns, groups, group + 1) - n;
        PickColumns(count, kCounts)(p.a + m, p.rows, p.b + n, p.columns, p.inner, sums);
        float* c = p.c + m * p.columns + n;
        for (int64_t r = skip; r < kPanel; ++r) {
          for (int64_t j = 0; j < count; ++j) c[r * p.columns + j] = sums[j * kPanel + r];
        }
      }
    }
  });
}

// c[rows, columns] = a * b[inner, columns], where a is [rows, inner] or, transposed, [inner, rows].
ffi::Error NarrowProductHandler(Pool pool, ffi::Buffer<ffi::F32> a, ffi::Buffer<ffi::F32> b,
                                ffi::ResultBuffer<ffi::F32> c, bool transpose_a) {
  auto left = a.dimensions(), right = b.dimensions(), made = c->dimensions();
  if (left.size() != 2 || right.size() != 2 || made.size() != 2 ||
      left[transpose_a ? 0 : 1] != right[0] ||
      (transpose_a ? made[0] < kPanel : made[1] > kWidest)) {
    return ffi::Error::InvalidArgument("a product with few columns is wanted");
  }
  const Narrow p{a.typed_data(), b.typed_data(), c->typed_data(), made[0], right[0], made[1]};
  if (transpose_a) {
    RunTransposed(pool, p);
  } else if (p.columns <= kLanes) {
    RunNarrow<1>(pool, p);
  } else {
    RunNarrow<2>(pool, p);
  }
  return ffi::Error::Success();
}

}  // namespace penstock

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockNarrowProduct, penstock::NarrowProductHandler,
                              xla::ffi::Ffi::Bind()
                                  .Ctx<xla::ffi::ThreadPool>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Attr<bool>("transpose_a"));

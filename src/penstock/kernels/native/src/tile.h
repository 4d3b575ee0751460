// The inner kernel of matrix products: a tile of sums held in registers.
#pragma once

#include <cstdint>
#include <utility>

#include "vectors.h"

namespace penstock {

constexpr int64_t kPanel = 2 * kLanes;  // Columns of a tile.

// c[rows, kPanel] = (or +=) a[rows, depth] * b[depth, kPanel]; `am`, `bk` and `cm` are steps to the next row.
template <int kCount, bool kAhead>
void Tile(const float* a, int64_t am, const float* b, int64_t bk, float* c, int64_t cm,
          int64_t depth, bool add) {
  Vec sums[kCount][2];
  for (int m = 0; m < kCount; ++m) {
    sums[m][0] = add ? Load(c + m * cm) : Vec{};
    sums[m][1] = add ? Load(c + m * cm + kLanes) : Vec{};
  }
  for (int64_t k = 0; k < depth; ++k) {
    const float* row = b + k * bk;
    Vec left = Load(row), right = Load(row + kLanes);
    if (kAhead) {
      // The next panel of the same row: rows are too far apart for the hardware to foresee it.
      __builtin_prefetch(row + kPanel);
      __builtin_prefetch(row + kPanel + kLanes);
    }
    const float* column = a + k;
#pragma GCC unroll 16
    for (int m = 0; m < kCount; ++m) {
      Vec factor = Fill(column[m * am]);
      sums[m][0] += factor * left;
      sums[m][1] += factor * right;
    }
  }
  for (int m = 0; m < kCount; ++m) {
    Store(c + m * cm, sums[m][0]);
    Store(c + m * cm + kLanes, sums[m][1]);
  }
}

using TileFunction = void (*)(const float*, int64_t, const float*, int64_t, float*,
                              int64_t, int64_t, bool);

template <bool kAhead, int... kCounts>
TileFunction PickTile(int64_t rows, std::integer_sequence<int, kCounts...>) {
  static constexpr TileFunction kTiles[] = {Tile<kCounts + 1, kAhead>...};
  return kTiles[rows - 1];
}

// The tile of `rows` rows; `ahead` also fetches the panel after the one it reads.
inline TileFunction TileOf(int64_t rows, bool ahead) {
  constexpr auto kCounts = std::make_integer_sequence<int, kRows>();
  return ahead ? PickTile<true>(rows, kCounts) : PickTile<false>(rows, kCounts);
}

}  // namespace penstock

// A vector of floats as wide as the processor's registers, in the compiler's own extension.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace penstock {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kRows = 12;  // Rows of a matrix tile: 12 x 2 sums leave 8 of 32 registers.
#else
constexpr int kLanes = 8;
constexpr int kRows = 6;  // 6 x 2 sums leave 4 of 16 registers.
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVec __attribute__((vector_size(kLanes * 4)));
typedef float LooseVec __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

inline Vec Load(const float* p) { return *reinterpret_cast<const LooseVec*>(p); }
inline void Store(float* p, Vec v) { *reinterpret_cast<LooseVec*>(p) = v; }
// Subtracting zero changes no float, so this is a plain broadcast; adding it would not be.
inline Vec Fill(float v) { return v - Vec{}; }

inline float Sum(Vec v) {
  typedef float Half __attribute__((vector_size(kLanes * 2)));
  typedef float Quarter __attribute__((vector_size(kLanes)));
  Half half[2];
  Quarter quarter[2];
  std::memcpy(half, &v, sizeof(v));
  half[0] += half[1];
  std::memcpy(quarter, half, sizeof(half[0]));
  quarter[0] += quarter[1];
  float total = 0;
  for (int i = 0; i < kLanes / 4; ++i) total += quarter[0][i];
  return total;
}

// 1 / sqrt(v), to within a unit or two in the last place.
inline Vec InverseRoot(Vec v) {
#if defined(__AVX512F__)
  Vec guess = reinterpret_cast<Vec>(_mm512_rsqrt14_ps(reinterpret_cast<__m512>(v)));
  return guess * (1.5f - 0.5f * v * guess * guess);
#else
  Vec result;
  for (int i = 0; i < kLanes; ++i) result[i] = 1.0f / std::sqrt(v[i]);
  return result;
#endif
}

}  // namespace penstock

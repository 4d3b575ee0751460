// Runs numbered parts of a job on XLA's own threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <new>

#include "xla/ffi/api/ffi.h"

namespace penstock {

// The pool of the running computation. It is only valid inside the handler that received it.
using Pool = xla::ffi::ThreadPool;

inline int64_t Threads(const Pool& pool) { return std::max<int64_t>(1, pool.num_threads()); }

// Calls work(part) once for each part in [0, parts) and returns when all calls have.
//
// The caller takes parts itself and only waits for parts that another thread has already begun, so
// a pool whose threads are all busy (perhaps waiting in this very function) cannot deadlock. Tasks
// that start after everything was taken touch nothing but the shared counter.
inline void ParallelFor(Pool& pool, int64_t parts, const std::function<void(int64_t)>& work) {
  int64_t helpers = std::min(parts, Threads(pool)) - 1;
  if (helpers <= 0) {
    for (int64_t part = 0; part < parts; ++part) work(part);
    return;
  }
  struct Shared {
    std::atomic<int64_t> next{0};
    std::atomic<int64_t> done{0};
    std::mutex mutex;
    std::condition_variable finished;
  };
  auto shared = std::make_shared<Shared>();
  const auto* job = &work;  // Outlives every call of it, as the caller waits for those.
  auto take = [shared, job, parts] {
    int64_t part;
    while ((part = shared->next.fetch_add(1)) < parts) {
      (*job)(part);
      if (shared->done.fetch_add(1) + 1 == parts) {
        std::lock_guard<std::mutex> lock(shared->mutex);
        shared->finished.notify_all();
      }
    }
  };
  for (int64_t i = 0; i < helpers; ++i) pool.Schedule(std::function<void()>(take));
  take();
  // Parts end at nearly the same time, so a short spin usually saves the sleep.
  for (int spin = 0; spin < 2000 && shared->done.load() < parts; ++spin) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  if (shared->done.load() < parts) {
    std::unique_lock<std::mutex> lock(shared->mutex);
    shared->finished.wait(lock, [&] { return shared->done.load() >= parts; });
  }
}

// Start of a part when `total` elements are dealt out evenly to `parts` parts.
inline int64_t PartStart(int64_t total, int64_t parts, int64_t part) {
  return total / parts * part + std::min(part, total % parts);
}

// Memory that a thread keeps between calls, so that its pages are mapped only once.
class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { std::free(data_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // At least `bytes` bytes, aligned for any vector; former contents are lost when it grows.
  void* Get(size_t bytes) {
    if (bytes > size_) {
      std::free(data_);
      size_ = (bytes + 4095) / 4096 * 4096;
      data_ = std::aligned_alloc(4096, size_);
      if (data_ == nullptr) {
        size_ = 0;
        throw std::bad_alloc();
      }
    }
    return data_;
  }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace penstock

// 2-D convolutions in NHWC over oneDNN: forward, and the gradients of data and filter.
//
// oneDNN is told to use one thread and called once for each share of the batch, on XLA's own
// threads: two thread pools never compete, and OpenMP never starts one.

#include <omp.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "oneapi/dnnl/dnnl.hpp"
#include "parallel.h"

namespace penstock {
namespace ffi = xla::ffi;
using Format = dnnl::memory::format_tag;
using Desc = dnnl::memory::desc;
constexpr auto kFloat = dnnl::memory::data_type::f32;

enum Kind : int64_t { kForward = 0, kBackwardData = 1, kBackwardFilter = 2 };

// oneDNN takes its number of threads from OpenMP's per-thread setting; this keeps it at one while
// in scope and gives the thread back as it was.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ != 1) omp_set_num_threads(before_);
  }

 private:
  int before_;
};

// batch, height, width, in, out, filter height, filter width, out height, out width, strides 2,
// dilations 2, pads top, left, bottom, right, kind.
using Key = std::array<int64_t, 18>;

struct Plan {
  dnnl::primitive primitive;
  Desc data, filter, result, scratch;
};

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

Plan MakePlan(const Key& k) {
  OneThread one;
  const auto& engine = Engine();
  Desc data({k[0], k[3], k[1], k[2]}, kFloat, Format::nhwc);
  Desc filter({k[4], k[3], k[5], k[6]}, kFloat, Format::any);
  Desc result({k[0], k[4], k[7], k[8]}, kFloat, Format::nhwc);
  dnnl::memory::dims strides{k[9], k[10]}, dilations{k[11] - 1, k[12] - 1};
  dnnl::memory::dims low{k[13], k[14]}, high{k[15], k[16]};
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  constexpr auto direct = dnnl::algorithm::convolution_direct;
  dnnl::convolution_forward::primitive_desc forward(engine, dnnl::prop_kind::forward_training,
                                                    direct, data, filter, result, strides,
                                                    dilations, low, high, attr);
  if (k[17] == kForward) {
    return {dnnl::convolution_forward(forward), forward.src_desc(), forward.weights_desc(),
            forward.dst_desc(), forward.scratchpad_desc()};
  }
  if (k[17] == kBackwardData) {
    dnnl::convolution_backward_data::primitive_desc d(engine, direct, data, filter, result, strides,
                                                      dilations, low, high, forward, attr);
    return {dnnl::convolution_backward_data(d), d.diff_src_desc(), d.weights_desc(),
            d.diff_dst_desc(), d.scratchpad_desc()};
  }
  dnnl::convolution_backward_weights::primitive_desc d(engine, direct, data, filter, result,
                                                       strides, dilations, low, high, forward,
                                                       attr);
  return {dnnl::convolution_backward_weights(d), d.src_desc(), d.diff_weights_desc(),
          d.diff_dst_desc(), d.scratchpad_desc()};
}

// Plans are made once per geometry and live as long as the process.
const Plan& GetPlan(const Key& key) {
  static std::mutex mutex;
  static auto* plans = new std::map<Key, std::unique_ptr<Plan>>();
  std::lock_guard<std::mutex> lock(mutex);
  auto& slot = (*plans)[key];
  if (!slot) slot = std::make_unique<Plan>(MakePlan(key));
  return *slot;
}

// Moves a filter between TensorFlow's layout and the one a plan wants.
void Reorder(const Desc& from, void* source, const Desc& to, void* target) {
  OneThread one;
  dnnl::stream stream(Engine());
  dnnl::memory a(from, Engine(), source), b(to, Engine(), target);
  dnnl::reorder(a, b).execute(stream, a, b);
  stream.wait();
}

void Execute(const Plan& plan, int64_t kind, const void* data, const void* filter,
             const void* result) {
  static thread_local Scratch scratch;
  OneThread one;
  const auto& engine = Engine();
  dnnl::stream stream(engine);
  auto at = [&](const Desc& desc, const void* p) {
    return dnnl::memory(desc, engine, const_cast<void*>(p));
  };
  std::unordered_map<int, dnnl::memory> args;
  args.emplace(kind == kBackwardData ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, at(plan.data, data));
  args.emplace(kind == kBackwardFilter ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
               at(plan.filter, filter));
  args.emplace(kind == kForward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, at(plan.result, result));
  args.emplace(DNNL_ARG_SCRATCHPAD, at(plan.scratch, scratch.Get(plan.scratch.get_size())));
  plan.primitive.execute(stream, args);
  stream.wait();
}

Desc PlainFilter(const Key& key) {
  return Desc({key[4], key[3], key[5], key[6]}, kFloat, Format::hwio);
}

// How a batch is dealt out, with the plan of each part.
struct Shares {
  int64_t parts;
  std::vector<const Plan*> plans;
};

Shares MakeShares(const Key& key, int64_t threads) {
  const int64_t batch = key[0];
  // A filter gradient needs one partial sum for each part; elsewhere smaller parts even out
  // threads that are slowed down by others.
  int64_t parts = std::min(batch, key[17] == kBackwardFilter ? threads : 2 * threads);
  if (threads == 1) parts = 1;
  Shares shares{parts, {}};
  for (int64_t part = 0; part < parts; ++part) {
    Key share = key;
    share[0] = PartStart(batch, parts, part + 1) - PartStart(batch, parts, part);
    shares.plans.push_back(&GetPlan(share));
    // All parts share one reordered filter; should layouts ever depend on the batch, do not split.
    if (shares.plans.back()->filter != shares.plans[0]->filter) return {1, {&GetPlan(key)}};
  }
  return shares;
}

void Convolve(Pool& pool, Key key, const float* data, const float* filter, const float* result) {
  const int64_t batch = key[0], kind = key[17];
  const int64_t data_step = key[1] * key[2] * key[3], result_step = key[7] * key[8] * key[4];
  const int64_t threads = Threads(pool);
  const Shares shares = MakeShares(key, threads);
  const int64_t parts = shares.parts;
  const Desc& layout = shares.plans[0]->filter;
  const Desc plain = PlainFilter(key);
  const size_t bytes = (layout.get_size() + 4095) / 4096 * 4096;
  static thread_local Scratch filters;
  if (kind != kBackwardFilter) {
    const void* ordered = filter;
    if (layout != plain) {
      void* target = filters.Get(bytes);
      Reorder(plain, const_cast<float*>(filter), layout, target);
      ordered = target;
    }
    ParallelFor(pool, parts, [&](int64_t part) {
      int64_t start = PartStart(batch, parts, part);
      Execute(*shares.plans[part], kind, data + start * data_step, ordered, result + start * result_step);
    });
    return;
  }
  char* sums = static_cast<char*>(filters.Get(bytes * parts));
  ParallelFor(pool, parts, [&](int64_t part) {
    int64_t start = PartStart(batch, parts, part);
    Execute(*shares.plans[part], kind, data + start * data_step, sums + part * bytes,
            result + start * result_step);
  });
  if (parts > 1) {
    const int64_t count = layout.get_size() / sizeof(float);
    const int64_t pieces = std::max<int64_t>(1, std::min(threads, count / 16384));
    ParallelFor(pool, pieces, [&](int64_t piece) {
      float* total = reinterpret_cast<float*>(sums);
      const int64_t begin = PartStart(count, pieces, piece);
      const int64_t end = PartStart(count, pieces, piece + 1);
      for (int64_t part = 1; part < parts; ++part) {
        const float* other = reinterpret_cast<const float*>(sums + part * bytes);
        for (int64_t i = begin; i < end; ++i) total[i] += other[i];
      }
    });
  }
  Reorder(layout, sums, plain, const_cast<float*>(filter));
}

ffi::Error ConvolutionHandler(Pool pool, ffi::Buffer<ffi::F32> left, ffi::Buffer<ffi::F32> right,
                              ffi::ResultBuffer<ffi::F32> out, ffi::Span<const int64_t> geometry) {
  if (geometry.size() != 18) return ffi::Error::InvalidArgument("geometry must hold 18 numbers");
  Key key;
  std::copy(geometry.begin(), geometry.end(), key.begin());
  try {
    float* made = out->typed_data();
    const float *a = left.typed_data(), *b = right.typed_data();
    switch (key[17]) {
      case kForward:
        Convolve(pool, key, a, b, made);
        break;
      case kBackwardData:
        Convolve(pool, key, made, a, b);
        break;
      default:
        Convolve(pool, key, a, made, b);
    }
  } catch (const std::exception& error) {
    return ffi::Error::Internal(std::string("native convolution: ") + error.what());
  }
  return ffi::Error::Success();
}

}  // namespace penstock

// Makes the plans that a call with `threads` threads will need; 0 when oneDNN has none.
extern "C" int penstock_convolution_works(const int64_t* geometry, int64_t threads) {
  penstock::Key key;
  std::copy(geometry, geometry + key.size(), key.begin());
  try {
    penstock::MakeShares(key, threads);
    return 1;
  } catch (const std::exception&) {
    return 0;
  }
}

XLA_FFI_DEFINE_HANDLER_SYMBOL(PenstockConvolution, penstock::ConvolutionHandler,
                              xla::ffi::Ffi::Bind()
                                  .Ctx<xla::ffi::ThreadPool>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
                                  .Attr<xla::ffi::Span<const int64_t>>("geometry"));

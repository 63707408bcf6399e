#include "parallel/team.h"

#include <algorithm>
#include <bit>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace wordkin::parallel {
namespace {

// About 50 microseconds on a Xeon, where a pause instruction takes 140 cycles. Barriers within a time step complete
// well within this time, and waking a sleeping thread costs about as much.
constexpr int kSpins = 1000;

void pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__) && !defined(_MSC_VER)
  __asm__ volatile("yield");
#endif
}

const std::atomic<bool> kNeverCancelled{false};

// Thrown at a barrier when another member of the team has failed.
struct TeamFailed {};

struct alignas(64) Barrier {
  std::atomic<std::uint32_t> arrived{0};
  std::atomic<std::uint32_t> generation{0};  // number of completed barriers
  bool continues = true;                     // result of the last barrier, written by the last member to arrive
};

template <typename T>
void wait_while(const std::atomic<T>& value, T old) {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

class TeamRegion {
 public:
  TeamRegion(int size, const std::atomic<bool>& cancelled, TeamBody body)
      : size_(size),
        depths_(static_cast<int>(std::bit_width(static_cast<unsigned>(size)))),
        barriers_(std::make_unique<Barrier[]>(static_cast<std::size_t>(size_) * depths_)),
        cancelled_(&cancelled),
        body_(std::move(body)),
        running_(size) {}

  // Members start only after all of them were submitted; if one submission failed, none starts.
  void open(bool complete) {
    gate_.store(complete ? kOpen : kAbandoned, std::memory_order_release);
    gate_.notify_all();
  }

  void run(int member) {
    wait_while(gate_, kClosed);
    if (gate_.load(std::memory_order_relaxed) == kAbandoned) return;
    Team team;
    team.region_ = this;
    team.rank_ = member;
    team.size_ = size_;
    try {
      body_(team);
    } catch (const TeamFailed&) {  // another member reports the failure
    } catch (...) {
      fail(std::current_exception());
    }
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1 && failure_) std::rethrow_exception(failure_);
  }

  [[nodiscard]] bool is_cancelled() const { return cancelled_->load(std::memory_order_relaxed); }

  // Waits until all members of the team have arrived. The last one reads the cancellation flag for all of them.
  bool arrive_and_wait(const Team& team) {
    Barrier& barrier = barriers_[static_cast<std::size_t>(team.depth_ * size_ + team.first_)];
    const std::uint32_t generation = barrier.generation.load(std::memory_order_acquire);
    if (failed_.load(std::memory_order_acquire))
      throw TeamFailed{};  // NOLINT(bugprone-std-exception-baseclass): caught in this file
    if (barrier.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<std::uint32_t>(team.size_)) {
      barrier.continues = !is_cancelled();
      barrier.arrived.store(0, std::memory_order_relaxed);
      barrier.generation.store(generation + 1, std::memory_order_release);
      barrier.generation.notify_all();
    } else {
      wait_while(barrier.generation, generation);
    }
    if (failed_.load(std::memory_order_acquire))
      throw TeamFailed{};      // NOLINT(bugprone-std-exception-baseclass): caught in this file
    return barrier.continues;  // unchanged until all members have arrived at the next barrier
  }

 private:
  static constexpr std::uint32_t kClosed = 0, kOpen = 1, kAbandoned = 2;

  void fail(std::exception_ptr failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(failure);
    }
    failed_.store(true, std::memory_order_release);
    for (int i = 0; i < size_ * depths_; ++i) {
      barriers_[static_cast<std::size_t>(i)].generation.fetch_add(1, std::memory_order_acq_rel);
      barriers_[static_cast<std::size_t>(i)].generation.notify_all();
    }
  }

  int size_;
  int depths_;
  std::unique_ptr<Barrier[]> barriers_;
  const std::atomic<bool>* cancelled_;
  TeamBody body_;
  std::atomic<std::uint32_t> gate_{kClosed};
  std::atomic<int> running_;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

void Team::barrier() {
  if (size_ > 1) region_->arrive_and_wait(*this);
}

bool Team::barrier_and_check() {
  if (size_ > 1) return region_->arrive_and_wait(*this);
  return region_ == nullptr || !region_->is_cancelled();
}

Range Team::share(std::int64_t count, std::int64_t multiple) const {
  const std::int64_t blocks = (count + multiple - 1) / multiple;
  const auto edge = [&](std::int64_t rank) { return std::min(count, blocks * rank / size_ * multiple); };
  return {edge(rank_), edge(rank_ + 1)};
}

void start_team(ThreadPool& pool, std::size_t size, const std::atomic<bool>& cancelled, TeamBody body) {
  pool.restart_if_forked();
  // More members than workers would wait forever at the first barrier.
  size = std::clamp<std::size_t>(size, 1, pool.size());
  const auto region = std::make_shared<TeamRegion>(static_cast<int>(size), cancelled, std::move(body));
  try {
    for (std::size_t member = 0; member < size; ++member)
      pool.submit([region, member](std::size_t) { region->run(static_cast<int>(member)); });
  } catch (...) {
    region->open(false);
    throw;
  }
  region->open(true);
}

void run_team(ThreadPool& pool, std::size_t size, TeamBody body) {
  start_team(pool, size, kNeverCancelled, std::move(body));
  pool.wait_all();
}

}  // namespace wordkin::parallel

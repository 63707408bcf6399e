// Single program, multiple threads: the members of a team run the same function, each on its share of the work, and
// synchronise at barriers. This suits a training step, which consists of thousands of short, dependent pieces of work:
// a task queue would cost more than the work itself.
//
// Code inside a region must not allocate or throw. (If a member does throw, the other members leave the region at their
// next barrier, and the pool rethrows the exception to the caller.)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "parallel/thread_pool.h"

namespace wordkin::parallel {

class TeamRegion;

struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t size() const { return end - begin; }
};

// One member's view of its team.
class Team {
 public:
  Team() = default;  // a team of one outside any pool; it is never cancelled

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  // Index of this thread within the whole region, the same in every subteam; used to select per-thread scratch memory.
  [[nodiscard]] int member() const { return first_ + rank_; }

  // Waits until all members have arrived; writes before the barrier are visible to all members after it. Spins briefly,
  // then sleeps. Free in a team of one.
  void barrier();
  // A barrier that also checks for cancellation: all members get the same result, false if the work was cancelled. Each
  // subteam has its own result; once one subteam has received false, the whole team will receive it at its next check.
  [[nodiscard]] bool barrier_and_check();

  // This member's part of [0, count), in whole blocks of `multiple`; the last block may be shorter.
  [[nodiscard]] Range share(std::int64_t count, std::int64_t multiple = 1) const;

  // Runs body(part, subteam) for every part in [0, parts): concurrently in subteams of equal size if the size of the
  // team is divisible by `parts`, otherwise sequentially in the whole team. There is no barrier afterwards.
  template <typename Body>
  void split(int parts, const Body& body) {
    if (size_ % parts != 0) {
      for (int part = 0; part < parts; ++part) body(part, *this);
      return;
    }
    Team subteam = *this;
    subteam.size_ = size_ / parts;
    const int part = rank_ / subteam.size_;
    subteam.first_ = first_ + part * subteam.size_;
    subteam.rank_ = rank_ % subteam.size_;
    subteam.depth_ = depth_ + 1;
    body(part, subteam);
  }

 private:
  friend class TeamRegion;

  TeamRegion* region_ = nullptr;
  int first_ = 0;  // the member that has rank 0
  int rank_ = 0;
  int size_ = 1;
  int depth_ = 0;  // number of nested splits; each level has separate barriers
};

using TeamBody = std::function<void(Team&)>;

// Starts `body` on `size` workers of the pool (at most all of them) and returns immediately; wait for the pool to wait
// for the team. The pool must be idle. `cancelled` is read by barrier_and_check and must outlive the region.
void start_team(ThreadPool& pool, std::size_t size, const std::atomic<bool>& cancelled, TeamBody body);

// Runs `body` without a cancellation flag and waits for it.
void run_team(ThreadPool& pool, std::size_t size, TeamBody body);

}  // namespace wordkin::parallel

// Single program, several threads: a team's members run the same function, each on its share, and meet at barriers.
// What a step of training needs: thousands of short pieces that depend on each other, where a task queue would cost
// more than the work.
//
// Inside a region nothing is allocated and nothing is thrown. (If a member throws all the same, the others are thrown
// out at their next barrier, and the pool tells the caller.)
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
  Team() = default;  // a team of one, outside any pool; nobody cancels it

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  // The number of this thread within the whole region, the same in every subteam: for scratch memory of its own.
  [[nodiscard]] int member() const { return first_ + rank_; }

  // Returns when all members are here; what they wrote before is seen by all behind it. Spins a little, then sleeps.
  // Free in a team of one.
  void barrier();
  // A barrier at which all members get the same answer: false when the work was cancelled. A subteam's answer is its
  // own; once one subteam was told false, the whole team will be.
  [[nodiscard]] bool barrier_and_check();

  // This member's part of [0, count): whole blocks of `multiple`, the last one perhaps cut.
  [[nodiscard]] Range share(std::int64_t count, std::int64_t multiple = 1) const;

  // Runs body(part, subteam) for every part in [0, parts): side by side in subteams of equal size where the size can be
  // divided by `parts`, otherwise one part after the other in the whole team. No barrier behind it.
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
  int first_ = 0;  // member that is rank 0
  int rank_ = 0;
  int size_ = 1;
  int depth_ = 0;  // of splits: every depth has barriers of its own
};

using TeamBody = std::function<void(Team&)>;

// Has `size` workers of the pool (at most all of them) run `body`, and returns at once: wait for the pool. The pool
// must have nothing else to do. `cancelled` is read by barrier_and_check and outlives the region.
void start_team(ThreadPool& pool, std::size_t size, const std::atomic<bool>& cancelled, TeamBody body);

// The same without a way to cancel it, and waits.
void run_team(ThreadPool& pool, std::size_t size, TeamBody body);

}  // namespace wordkin::parallel

// Barriers, shares, splits, cancellation and exceptions in teams of threads, for the thread sanitizer. Prints the check
// that fails and exits with status 1.

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "parallel/team.h"

namespace {

using namespace wordkin::parallel;

bool all_right = true;

void require(bool held, const char* what, int size) {
  if (held) return;
  std::printf("%s, team of %d\n", what, size);
  all_right = false;
}

// Members add values that the others wrote before the barrier to plain memory: without ordering, that is a data race.
void check_barriers(ThreadPool& pool, int size) {
  std::vector<long> written(static_cast<std::size_t>(size), 0), seen(written);
  run_team(pool, static_cast<std::size_t>(size), [&](Team& team) {
    for (int round = 1; round <= 300; ++round) {
      written[team.rank()] = round;
      team.barrier();
      for (const long value : written) seen[team.rank()] += value;
      team.barrier();
    }
  });
  for (const long sum : seen)
    require(sum == 300L * 301 / 2 * size, "writes before a barrier are visible after it", size);
}

void check_shares(ThreadPool& pool, int size) {
  for (const int count : {0, 1, 5, 64, 100})
    for (const int multiple : {1, 32}) {
      std::vector<int> hits(static_cast<std::size_t>(count), 0);
      std::vector<char> whole(static_cast<std::size_t>(size), 1);
      run_team(pool, static_cast<std::size_t>(size), [&](Team& team) {
        const Range own = team.share(count, multiple);
        for (auto i = own.begin; i < own.end; ++i) ++hits[i];
        whole[team.rank()] = own.begin % multiple == 0 || own.size() == 0;
      });
      for (const int hit : hits) require(hit == 1, "every index belongs to one member", size);
      for (const char is_whole : whole) require(is_whole != 0, "shares begin at multiples", size);
    }
}

// Parts run in subteams with their own barriers, or consecutively in the whole team.
void check_splits(ThreadPool& pool, int size) {
  constexpr int kParts = 2;
  std::vector<long> sums(kParts, 0);
  std::vector<int> members(static_cast<std::size_t>(size), -1);
  std::vector<long> parts(static_cast<std::size_t>(kParts * size), 0);
  run_team(pool, static_cast<std::size_t>(size), [&](Team& team) {
    members[team.member()] = team.rank();
    for (int round = 0; round < 100; ++round) {
      team.split(kParts, [&](int part, Team& subteam) {
        parts[part * size + subteam.rank()] = 1 + subteam.rank();
        subteam.barrier();
        if (subteam.rank() == 0)
          for (int i = 0; i < subteam.size(); ++i) sums[part] += parts[part * size + i];
        subteam.barrier();
      });
      team.barrier();
    }
  });
  const int of_part = size % kParts == 0 ? size / kParts : size;
  for (const long sum : sums) require(sum == 100L * of_part * (of_part + 1) / 2, "the members of a part meet", size);
  for (int i = 0; i < size; ++i) require(members[i] == i, "a member keeps its number", size);
}

void check_cancelling(ThreadPool& pool, int size) {
  std::atomic<bool> cancelled{false};
  std::vector<int> rounds(static_cast<std::size_t>(size), 0);
  start_team(pool, static_cast<std::size_t>(size), cancelled, [&](Team& team) {
    while (team.barrier_and_check()) ++rounds[team.rank()];
  });
  require(!pool.wait(0, 0.01), "an endless region continues", size);
  cancelled.store(true);
  pool.wait_all();
  for (const int count : rounds) require(count == rounds[0], "all members stop after the same round", size);
}

void check_failing(ThreadPool& pool, int size) {
  bool is_thrown = false;
  try {
    run_team(pool, static_cast<std::size_t>(size), [&](Team& team) {
      team.barrier();
      if (team.rank() == team.size() - 1) throw std::runtime_error("a member failed");
      for (int i = 0; i < 3; ++i) team.barrier();
    });
  } catch (const std::runtime_error&) {
    is_thrown = true;
  }
  require(is_thrown, "the exception of a member reaches the caller", size);
  int ran = 0;
  run_team(pool, 1, [&](Team&) { ++ran; });
  require(ran == 1, "the pool works after a failure", size);
}

}  // namespace

int main() {
  for (const int size : {1, 2, 3, 4}) {
    ThreadPool pool(static_cast<std::size_t>(size));
    check_barriers(pool, size);
    check_shares(pool, size);
    check_splits(pool, size);
    check_cancelling(pool, size);
    check_failing(pool, size);
  }
  ThreadPool small(1);
  int sizes = 0;
  run_team(small, 8, [&](Team& team) { sizes += team.size(); });
  require(sizes == 1, "a team is no larger than its pool", 8);
  return all_right ? 0 : 1;
}

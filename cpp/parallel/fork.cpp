#include "parallel/fork.h"

#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace wordkin::parallel {
namespace {

// Written by the handler below, in a process that has one thread.
std::atomic<std::uint64_t> fork_count{0};

#if !defined(_WIN32)
const int kRegistered = pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
#endif

}  // namespace

std::uint64_t Process::forks() { return fork_count.load(std::memory_order_relaxed); }

}  // namespace wordkin::parallel

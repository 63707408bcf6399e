// Training on several threads without locks, as in word2vec/hogwild.h: the threads update the shared rows in the
// kernels only, where lost updates are rare.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "fasttext/line_trainer.h"
#include "parallel/thread_pool.h"
#include "word2vec/learning_rate.h"

namespace wordkin::fasttext {

struct LineJobOptions {
  std::uint64_t seed;
  std::int64_t job_tokens;   // a job ends with the line that reaches this number
  std::int64_t rate_tokens;  // between updates of the learning rate
  std::uint64_t first_job;   // number of jobs of the same run before
};

class LineJobs {
 public:
  // The random numbers of a job depend on the seed and on its number only, so that a run on one thread is reproducible.
  LineJobs(const LineModel& model, word2vec::LearningRate& rate, std::size_t threads, const LineJobOptions& options);
  ~LineJobs() { cancel(); }
  LineJobs(const LineJobs&) = delete;
  LineJobs& operator=(const LineJobs&) = delete;

  // Queues lines, which are copied. Throws std::invalid_argument if ids or ends are out of range.
  void feed(std::span<const std::int32_t> ids, std::span<const std::int64_t> ends);
  // Queues the lines that do not fill a job.
  void finish();
  // Waits until at most `max_pending` jobs are pending or the time is over; returns true in the first case.
  bool wait(std::size_t max_pending, double seconds) { return pool_.wait(max_pending, seconds); }
  // Discards queued jobs, and stops running ones within one line. Afterwards feed() throws std::runtime_error.
  void cancel();

  [[nodiscard]] LineTally tally() const;
  // Number of jobs of the run that were queued.
  [[nodiscard]] std::uint64_t jobs() const { return next_stream_; }
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }

 private:
  struct Job {
    std::uint64_t stream = 0;
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> ends;
  };
  void run(const Job& job, std::size_t worker);

  LineModel model_;
  word2vec::LearningRate* rate_;
  LineJobOptions options_;
  std::vector<LineTrainer> trainers_;  // one per thread
  std::uint64_t next_stream_;
  Job pending_job_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  LineTally tally_;
  parallel::ThreadPool pool_;  // last: its threads are joined before what they use is destroyed
};

}  // namespace wordkin::fasttext

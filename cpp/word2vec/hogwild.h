// Hogwild (Niu et al. 2011): threads train on separate jobs and update the shared matrices without locks.
//
// This is the only deliberate data race of the library. Threads read and write the same rows of floats, only in the
// kernels. Floats do not tear on the supported machines, an overwritten update is lost, and because updates are sparse
// this is too rare to affect quality (tests compare one thread with two). Everything else that threads share is const,
// atomic or protected by the mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "parallel/thread_pool.h"
#include "word2vec/learning_rate.h"
#include "word2vec/sentence_trainer.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

// Concatenated sentences: sentence k is ids[ends[k - 1] .. ends[k]).
struct SentenceBlock {
  std::span<const std::int32_t> ids;
  std::span<const std::int64_t> ends;
};

// The tags of each document of a block, as indices of rows.
struct TagBlock {
  std::span<const std::int32_t> ids;
  std::span<const std::int64_t> ends;
};

class Hogwild {
 public:
  // Jobs use the random streams first_stream, first_stream + 1, ... The first `skipped_jobs` jobs are not run and use
  // no stream: they were run before training was interrupted.
  Hogwild(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
          const kernels::KernelTable& kernels, std::size_t threads, LearningRate& rate, std::uint64_t first_stream,
          std::uint64_t skipped_jobs = 0);
  ~Hogwild();  // stops running jobs within one window

  // Divides a block of encoded sentences into jobs of options.job_words words (a job ends with the sentence that fills
  // it) and queues them; the remainder begins the next job. ends[k] is the end position of sentence k. The block is
  // copied. Jobs are numbered in the order of feeding and do not depend on where blocks end, so a run with one thread
  // is reproducible. Throws std::invalid_argument if ids or ends are out of range; in that case nothing is queued.
  // Sentences that are documents have tags, in the same form.
  void feed(const SentenceBlock& sentences, std::int64_t raw_words, const TagBlock& tags = {});
  // Queues the incomplete job at the end of an epoch.
  void finish();

  // Waits until at most `max_pending` jobs are pending or the time is over; returns true in the first case. Rethrows an
  // exception of a job.
  bool wait(std::size_t max_pending, double seconds);
  // Discards queued jobs and lets the running ones finish, so that the jobs that have run are the first ones.
  void discard_queued() { pool_.discard_queued(); }
  // Discards queued jobs and stops running ones after their current window. Afterwards feed() throws
  // std::runtime_error. May be called from any thread.
  void cancel();

  [[nodiscard]] Tally tally() const;  // totals of the finished jobs
  // Number of jobs that have run, while none is running; nothing if one was stopped before its end.
  [[nodiscard]] std::optional<std::uint64_t> finished_jobs() const;
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }

 private:
  struct Job {
    std::uint64_t stream = 0;
    std::int64_t raw_words = 0;
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> ends;
    std::vector<std::int32_t> tags;
    std::vector<std::int64_t> tag_ends;
  };
  struct Worker {
    SentenceTrainer trainer;
    std::vector<float*> tag_rows;
    std::vector<float> tag_update_scale;
  };
  TagRows tag_rows(const Job& job, std::size_t sentence, Worker& worker) const;
  void run(const Job& job, std::size_t worker);

  TrainingContext context_;
  LearningRate* rate_;
  std::vector<Worker> workers_;  // one per thread
  std::uint64_t next_stream_;
  std::uint64_t skipped_jobs_;
  Job pending_job_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  Tally tally_;
  std::uint64_t started_jobs_ = 0, finished_jobs_ = 0;
  parallel::ThreadPool pool_;  // last: its threads are joined before what they use is destroyed
};

}  // namespace wordkin::word2vec

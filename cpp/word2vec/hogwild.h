// Hogwild (Niu et al. 2011): threads train on their own jobs and change the shared matrices without locks.
//
// This is the one deliberate data race of the library. Threads read and write the same float rows, in the kernels only;
// floats do not tear on the machines we build for, an update that is overwritten is lost, and with sparse rows that is
// rare enough to cost no quality (tests compare one thread with two). Everything else that threads share is const,
// atomic or behind the mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "parallel/thread_pool.h"
#include "word2vec/learning_rate.h"
#include "word2vec/sentence_trainer.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

class Hogwild {
 public:
  // Jobs draw from the streams first_stream, first_stream + 1, ...
  Hogwild(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
          const kernels::KernelTable& kernels, std::size_t threads, LearningRate& rate, std::uint64_t first_stream);
  ~Hogwild();  // stops what runs, within one window

  // Cuts a block of encoded sentences into jobs of options.job_words words (a job ends with the sentence that fills it)
  // and queues them; what is left begins the next job. ends[k] is the position behind sentence k. The block is copied.
  // Jobs are numbered in the order of feeding and do not depend on where blocks end, so one thread gives the same
  // result every time. Throws std::invalid_argument for ids or ends out of range; then nothing was queued.
  void feed(std::span<const std::int32_t> ids, std::span<const std::int64_t> ends, std::int64_t raw_words);
  // Queues the job that was begun: an epoch is over.
  void finish();

  // Waits until at most `most` jobs are pending or the time is over; true in the first case. An exception of a job is
  // rethrown here.
  bool wait(std::size_t max_pending, double seconds);
  // Drops the jobs that wait and stops those that run after their current window. From then on, feeding is refused
  // (std::runtime_error). Any thread may call it.
  void cancel();

  [[nodiscard]] Tally tally() const;  // of the jobs that have ended
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }

 private:
  struct Job {
    std::uint64_t stream = 0;
    std::int64_t raw_words = 0;
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> ends;
  };
  void run(const Job& job, std::size_t worker);

  TrainingContext context_;
  LearningRate* rate_;
  std::vector<SentenceTrainer> trainers_;  // one a thread
  std::uint64_t next_stream_;
  Job pending_job_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  Tally tally_;
  parallel::ThreadPool pool_;  // last: its threads end before what they use
};

}  // namespace wordkin::word2vec

// Training threads: Hogwild (Niu et al. 2011), in which they train on separate jobs and update the shared matrices
// without locks, or a replica of the matrices for each thread.
//
// Hogwild is the only deliberate data race of the library. Threads read and write the same rows of floats, only in the
// kernels. Floats do not tear on the supported machines, an overwritten update is lost, and because updates are sparse
// this is too rare to affect quality (tests compare one thread with two). Everything else that threads share is const,
// atomic or protected by the mutex.
//
// With replicas, no two threads use the same matrices. Job k of a period trains replica k modulo their number, each
// replica sees its jobs in order and computes the learning rate from its own words, so that the result does not depend
// on the number or the speed of the threads. Replicas are combined between periods, while nothing runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "parallel/thread_pool.h"
#include "word2vec/concatenation_trainer.h"
#include "word2vec/job_splitter.h"
#include "word2vec/learning_rate.h"
#include "word2vec/replicas.h"
#include "word2vec/sentence_trainer.h"
#include "word2vec/training_context.h"

namespace wordkin::word2vec {

// Who trains what. `replicas` are trained instead of the matrices of the model if there are any. A period ends after
// `period_jobs` jobs, or never if that is 0: later jobs then wait for the next period.
struct Division {
  std::size_t threads = 1;
  std::vector<Parameters> replicas;
  std::uint64_t period_jobs = 0;
};

class Hogwild {
 public:
  Hogwild(const Options& options, const Parameters& parameters, std::span<const std::int64_t> counts,
          const kernels::KernelTable& kernels, const Division& division, LearningRate& rate, const JobNumbers& jobs);
  ~Hogwild();  // stops running jobs within one window

  // Divides a block into jobs and queues them; see JobSplitter.
  void feed(const SentenceBlock& sentences, std::int64_t raw_words, const TagBlock& tags = {});
  // Queues the incomplete job at the end of an epoch.
  void finish();

  // Whether the period has all its jobs, queued, running or done.
  [[nodiscard]] bool period_is_full() const { return period_jobs_ > 0 && jobs_in_period_ == period_jobs_; }
  // Begins the next period after `words` words of all jobs. No job may be pending.
  void start_period(std::int64_t words);
  // Combines the replicas of the first `words` words, and of as many of the last nodes, which are those next to the
  // root of the Huffman tree; those of tags together with all words. No job may be pending.
  void combine(std::int64_t words);

  // Waits until at most `max_pending` tasks of the pool are pending or the time is over; returns true in the first
  // case. Rethrows an exception of a job.
  bool wait(std::size_t max_pending, double seconds);
  // Discards queued jobs and lets the running ones finish, so that without replicas the jobs that have run are the
  // first ones.
  void discard_queued();
  // Discards queued jobs and stops running ones after their current window. Afterwards feed() throws
  // std::runtime_error. May be called from any thread.
  void cancel();

  [[nodiscard]] Tally tally() const;  // totals of the finished jobs
  // Number of jobs that have run, while none is running; nothing if one was stopped before its end.
  [[nodiscard]] std::optional<std::uint64_t> finished_jobs() const;
  [[nodiscard]] std::size_t threads() const { return pool_.size(); }

 private:
  struct Worker {
    Worker(const TrainingContext& trained, const std::atomic<bool>& cancelled);

    const TrainingContext* context;
    std::variant<SentenceTrainer, ConcatenationTrainer> trainer;
    std::vector<float*> tag_rows;
    std::vector<float> tag_update_scale;
  };
  // One replica, and the jobs of this period that will train it.
  struct Lane {
    Lane(const TrainingContext& shared, const Parameters& own, const LearningRate& planned);

    TrainingContext context;
    LearningRate rate;
    std::deque<std::shared_ptr<const Job>> jobs;
    bool is_running = false;
  };

  void dispatch();
  void submit(std::shared_ptr<const Job> job);
  void submit_to_lane(std::shared_ptr<const Job> job, std::size_t index);
  void run_lane(std::size_t index);
  void run(const Job& job, Worker& worker, LearningRate& rate);
  template <typename Trainer>
  void run(const Job& job, Trainer& trainer, Worker& worker, LearningRate& rate);
  static TagRows tag_rows(const Job& job, std::size_t sentence, Worker& worker);
  void count(LearningRate& rate, std::int64_t words);

  TrainingContext context_;
  LearningRate* rate_;
  std::deque<Lane> lanes_;       // one per replica
  std::vector<Worker> workers_;  // one per replica or thread
  JobSplitter jobs_;
  std::uint64_t period_jobs_;
  std::uint64_t jobs_in_period_ = 0;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  Tally tally_;
  std::uint64_t started_jobs_ = 0, finished_jobs_ = 0;
  parallel::ThreadPool pool_;  // last: its threads are joined before what they use is destroyed
};

}  // namespace wordkin::word2vec

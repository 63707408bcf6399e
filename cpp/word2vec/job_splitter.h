// Division of an encoded corpus into the jobs of training threads.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

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

// Consecutive sentences that one thread trains on. ends[k] is the end position of sentence k.
struct Job {
  std::uint64_t stream = 0;  // of the seed's random numbers
  std::int64_t raw_words = 0;
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;
  std::vector<std::int32_t> tags;
  std::vector<std::int64_t> tag_ends;
};

// The random streams of jobs, `first`, `first` + `step`, ..., and the number of jobs that are not run and use no
// stream, since they were run before training was interrupted.
struct JobNumbers {
  std::uint64_t first_stream = 0;
  std::uint64_t stream_step = 1;
  std::uint64_t skipped = 0;
};

class JobSplitter {
 public:
  // A job has options.job_words words and ends with the sentence that fills it. The context is borrowed.
  JobSplitter(const TrainingContext& context, const JobNumbers& numbers) : context_(&context), numbers_(numbers) {}

  // Copies a block of encoded sentences; the remainder begins the next job. Sentences that are documents have tags, in
  // the same form. Jobs are numbered in the order of feeding and do not depend on where blocks end, so a run with one
  // thread is reproducible. Throws std::invalid_argument if ids or ends are out of range; in that case nothing is
  // added.
  void feed(const SentenceBlock& sentences, std::int64_t raw_words, const TagBlock& tags);
  // Completes the last job of an epoch.
  void finish();

  // The next complete job, or nothing.
  std::optional<Job> take();
  void discard() { jobs_.clear(); }
  [[nodiscard]] bool empty() const { return jobs_.empty(); }

 private:
  const TrainingContext* context_;
  JobNumbers numbers_;
  Job pending_;
  std::deque<Job> jobs_;
};

}  // namespace wordkin::word2vec

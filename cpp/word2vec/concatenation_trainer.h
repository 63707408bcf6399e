// Trains documents whose inputs are concatenated (PV-DM with concatenation), with the scratch memory of one thread.
//
// Output rows are thousands of floats long, and reading and writing them takes most of the time. With negative
// sampling, windows of several documents therefore share one set of noise words. They are not windows of one document:
// its tag would move towards or away from the same noise words in all of them, which makes its vector noisier.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/aligned_buffer.h"
#include "random/generator.h"
#include "word2vec/sentence_trainer.h"
#include "word2vec/training_context.h"
#include "word2vec/window.h"

namespace wordkin::word2vec {

class ConcatenationTrainer {
 public:
  // Both are borrowed; `cancelled` is checked before each group of windows.
  ConcatenationTrainer(const TrainingContext& context, const std::atomic<bool>& cancelled);

  // Whether another document can begin.
  [[nodiscard]] bool has_room() const { return active_ < context_->documents_together(); }
  // Begins a document (ids below context.words()), which is subsampled first. `tags` are the first inputs of all its
  // windows; the rows are borrowed.
  void begin(std::span<const std::int32_t> document, const TagRows& tags, random::Generator& generator);
  // Trains on groups of windows, one of each document, until a document ends or that many groups are trained; returns
  // false when nothing is left.
  bool advance(std::size_t groups, float rate, random::Generator& generator);
  // Number of words of the documents that are not yet trained, including those that subsampling discards.
  [[nodiscard]] double untrained_words() const;

  // Returns the totals since the last call.
  Tally take_tally();

 private:
  static constexpr std::size_t kPrefetchGroups = 2;  // groups between prefetching the rows of a group and its update

  struct Document {
    std::vector<std::int32_t> words;  // after subsampling
    std::vector<float*> tags;
    std::vector<float> tag_update_scale;
    std::size_t raw_words = 0;
    std::size_t next = 0;  // position that is prepared next
  };
  struct Group {
    SampledWindow outputs;
    std::vector<float*> inputs;
    std::vector<float> update_scale;  // empty for 1
  };

  void prepare(random::Generator& generator);
  void gather_inputs(const Document& document, Group& group) const;
  void prefetch_entering(const Document& document) const;
  void remove_ended();
  void update(float rate, bool has_new_group);

  const TrainingContext* context_;
  const std::atomic<bool>* cancelled_;
  std::array<Document, kernels::kMaxPositions> documents_;  // the first `active_` are being trained
  std::size_t active_ = 0;
  std::vector<Group> groups_;  // ring buffer: the current group and those prepared in advance
  std::size_t prepared_ = 0, updated_ = 0;
  std::vector<std::int32_t> targets_, noise_;
  memory::AlignedBuffer<float> scratch_;
  kernels::LossAccumulator loss_;
  Tally tally_;
};

}  // namespace wordkin::word2vec

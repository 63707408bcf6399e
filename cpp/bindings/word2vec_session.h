// One run of Word2Vec training on arrays that Python owns.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "kernels/kernel_table.h"
#include "word2vec/hogwild.h"

namespace wordkin::bindings {

// The matrices that training changes, and what else it reads; None for an absent array. `subwords` has the attributes
// rows, starts, buckets and update_scale; see word2vec::Subwords.
struct TrainingArrays {
  pybind11::object input, nodes, output, update_scale, counts;
  pybind11::object tags = pybind11::none(), tag_update_scale = pybind11::none();  // of documents
  pybind11::object subwords = pybind11::none();
};

// Views of the arrays, which must outlive them; `subwords` is replaced by a tuple of its arrays.
word2vec::Parameters parameters_of(TrainingArrays& arrays);

// The linear decay of the learning rate over the planned number of words, some of which were trained before; see
// LearningRate for the weight of a word.
struct RatePlan {
  double start, end, planned_words;
  std::int64_t words_before, word_weight;
};

// Number of threads and of jobs in a period, and the replicas that are trained: tuples of their input, nodes, output
// and tags matrices.
struct Workers {
  std::size_t threads;
  pybind11::list replicas;
  std::uint64_t period_jobs;
};

class TrainingSession {
 public:
  // documents: the options of documents; None for sentences without tags
  TrainingSession(const pybind11::object& options, const pybind11::object& documents, TrainingArrays arrays,
                  const RatePlan& rate, Workers workers, const kernels::KernelTable& kernels,
                  const word2vec::JobNumbers& jobs);
  ~TrainingSession() { close(); }  // NOLINT(bugprone-exception-escape): joining threads does not throw
  TrainingSession(const TrainingSession&) = delete;
  TrainingSession& operator=(const TrainingSession&) = delete;

  // tags, tag_ends: the tags of documents in the form of ids and ends; None for sentences
  void feed(const pybind11::object& ids, const pybind11::object& ends, std::int64_t raw_words,
            const pybind11::object& tags, const pybind11::object& tag_ends);
  void finish() { running()->finish(); }
  [[nodiscard]] bool period_is_full() const { return running()->period_is_full(); }
  void start_period(std::int64_t words);
  void combine(std::int64_t words);
  bool wait(std::size_t max_pending, double seconds);
  void discard_queued();  // running jobs finish; wait() waits for them
  void cancel();          // stops the work; any thread may call it
  void close();           // stops the work and joins the threads
  [[nodiscard]] pybind11::dict tally() const;
  [[nodiscard]] double learning_rate() const { return rate_.now(); }
  [[nodiscard]] std::int64_t words() const { return rate_.words(); }
  [[nodiscard]] std::optional<std::uint64_t> finished_jobs() const { return running()->finished_jobs(); }
  [[nodiscard]] std::size_t threads() const { return running()->threads(); }

 private:
  // Shared for the duration of a call, so that no other thread closes the session during it.
  [[nodiscard]] std::shared_ptr<word2vec::Hogwild> running() const;

  TrainingArrays arrays_;
  pybind11::list replicas_;
  kernels::KernelTable kernels_;
  word2vec::LearningRate rate_;
  std::shared_ptr<word2vec::Hogwild> hogwild_;
};

// Adds the constructor, with kernels as `choose` returns them for the name of an instruction set, and the methods.
void define_session(pybind11::class_<TrainingSession>& c, kernels::KernelTable (*choose)(const std::string& isa));

}  // namespace wordkin::bindings

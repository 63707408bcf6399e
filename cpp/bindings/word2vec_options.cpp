#include "bindings/word2vec_options.h"

#include <cstdint>

namespace py = pybind11;

namespace wordkin::bindings {

word2vec::Options word2vec_options_from(const py::object& o) {
  word2vec::Options options{};
  options.architecture = choice_field(o, "architecture", kArchitectureNames);
  options.cbow_mean = field<bool>(o, "cbow_mean");
  options.window = field<int>(o, "window");
  options.shrink_windows = field<bool>(o, "shrink_windows");
  options.negative = field<int>(o, "negative");
  options.ns_exponent = field<double>(o, "ns_exponent");
  options.hierarchical_softmax = field<bool>(o, "hierarchical_softmax");
  options.train_output = field<bool>(o, "train_output");
  options.sample = field<double>(o, "sample");
  options.seed = field<std::uint64_t>(o, "seed");
  options.job_words = field<std::int64_t>(o, "job_words");
  return options;
}

word2vec::DocumentOptions document_options_from(const py::object& o) {
  word2vec::DocumentOptions options{};
  options.use_words = field<bool>(o, "use_words");
  options.train_words = field<bool>(o, "train_words");
  options.concatenate = field<bool>(o, "concatenate");
  options.tag_count = field<int>(o, "tag_count");
  options.null_word = field<std::int32_t>(o, "null_word");
  options.vector_size = size_field(o, "vector_size");
  return options;
}

}  // namespace wordkin::bindings

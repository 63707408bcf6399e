#include "bindings/token_lists.h"

#include <stdexcept>
#include <utility>

namespace py = pybind11;

namespace wordkin::bindings {

TokenLists::TokenLists(py::iterator sentences, std::string name, std::int64_t max_length, Empty empty, py::object keys)
    : sentences_(std::move(sentences)),
      name_(std::move(name)),
      max_length_(max_length),
      empty_(empty),
      keys_(std::move(keys)) {
  if (max_length_ < 1) throw std::invalid_argument("max_sentence_length must be at least 1");
  encoded_.reserve(kBatchBytes);
}

}  // namespace wordkin::bindings

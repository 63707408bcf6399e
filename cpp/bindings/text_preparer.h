// Preparation of text with tables of Unicode that Python computes.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <span>
#include <vector>

#include "text/preparation.h"

namespace wordkin::bindings {

// Holds the arrays that the tables borrow.
class TextPreparer {
 public:
  TextPreparer(const pybind11::dict& tables, const text::PreparationOptions& options);

  [[nodiscard]] pybind11::bytes prepare(const pybind11::bytes& text) const;
  // Needs no interpreter lock. Throws TextError.
  [[nodiscard]] std::vector<char> prepared(std::span<const char> text) const;

 private:
  std::vector<pybind11::object> arrays_;
  std::unique_ptr<const text::TextPreparer> preparer_;
};

// Calls `use` with a block of text, prepared if there is a preparer; needs no interpreter lock.
template <typename Use>
auto with_prepared(const std::shared_ptr<const TextPreparer>& preparer, std::span<const char> text, const Use& use) {
  if (!preparer) return use(text);
  const std::vector<char> prepared = preparer->prepared(text);
  return use(std::span<const char>(prepared));
}

}  // namespace wordkin::bindings

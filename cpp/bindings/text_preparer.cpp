#include "bindings/text_preparer.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "bindings/array_views.h"
#include "bindings/block_session.h"
#include "bindings/gil.h"
#include "text/sentence_splitter.h"

namespace py = pybind11;

namespace wordkin::bindings {
namespace {

template <typename T>
std::span<const T> entry(const py::dict& tables, const char* name, std::vector<py::object>& held) {
  if (!tables.contains(name)) throw std::invalid_argument("tables must have an array " + std::string(name));
  held.push_back(tables[name]);
  return vector_view<const T>(name, held.back(), Access::kRead);
}

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

void check(const text::CharacterTables& tables) {
  constexpr auto kSize = text::CharacterTables::kSize;
  require(tables.properties.size() == kSize && tables.combining_classes.size() == kSize &&
              tables.lower.size() == kSize && tables.decomposition.size() == kSize,
          "tables of characters must have the expected size");
  for (const std::uint8_t properties : tables.properties)
    require((properties & text::kKindMask) <= static_cast<std::uint8_t>(text::CharacterKind::kSpace),
            "properties must name a kind");
  require(!tables.starts.empty() && tables.starts.front() == 0, "starts must begin with 0");
  for (std::size_t i = 1; i < tables.starts.size(); ++i)
    require(tables.starts[i] >= tables.starts[i - 1], "starts must ascend");
  require(static_cast<std::size_t>(tables.starts.back()) <= tables.characters.size(), "starts must be in range");
  for (const std::int32_t index : tables.decomposition)
    require(index < static_cast<std::int32_t>(tables.starts.size()) - 1, "decompositions must be in range");
  require(tables.pairs.size() == tables.composed.size(), "pairs must have one composition each");
}

}  // namespace

TextPreparer::TextPreparer(const py::dict& tables, const text::PreparationOptions& options) {
  text::CharacterTables views;
  views.properties = entry<std::uint8_t>(tables, "properties", arrays_);
  views.combining_classes = entry<std::uint8_t>(tables, "combining_classes", arrays_);
  views.lower = entry<std::int32_t>(tables, "lower", arrays_);
  views.decomposition = entry<std::int32_t>(tables, "decomposition", arrays_);
  views.starts = entry<std::int32_t>(tables, "starts", arrays_);
  views.characters = entry<std::int32_t>(tables, "characters", arrays_);
  views.pairs = entry<std::uint64_t>(tables, "pairs", arrays_);
  views.composed = entry<std::int32_t>(tables, "composed", arrays_);
  check(views);
  preparer_ = std::make_unique<const text::TextPreparer>(views, options);
}

std::vector<char> TextPreparer::prepared(std::span<const char> text) const {
  text::require_utf8(text);
  return preparer_->prepare(text);
}

py::bytes TextPreparer::prepare(const py::bytes& text) const {
  std::vector<char> result;
  {
    const GilRelease release;  // milliseconds; the caller holds the text
    result = prepared(bytes_view(text));
  }
  return {result.data(), result.size()};
}

}  // namespace wordkin::bindings

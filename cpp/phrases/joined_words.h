// Words joined by a delimiter, with the limits of the words: "new" + "york_city" and "new_york" + "city" differ.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wordkin::phrases {

struct JoinedWords {
  std::string text;
  std::vector<std::uint32_t> lengths;  // of each word, in bytes; empty if the words are unknown

  void clear() {
    text.clear();
    lengths.clear();
  }
  void append(std::string_view word, std::string_view delimiter) {
    if (!lengths.empty()) text += delimiter;
    text += word;
    lengths.push_back(static_cast<std::uint32_t>(word.size()));
  }
};

}  // namespace wordkin::phrases

// The position of a word in a block of a file.
#pragma once

#include <cstddef>

namespace wordkin::vector_files {

struct WordSpan {
  std::size_t begin = 0;  // byte offsets from the start of the block
  std::size_t end = 0;
};

}  // namespace wordkin::vector_files

// Where a word lies in a block of a file.
#pragma once

#include <cstddef>

namespace wordkin::vector_files {

struct WordSpan {
  std::size_t begin = 0;  // bytes from the start of the block
  std::size_t end = 0;
};

}  // namespace wordkin::vector_files

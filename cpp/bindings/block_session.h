// Processes blocks of text on a thread pool. The bytes of a block stay alive until its result is taken.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <utility>

#include "bindings/gil.h"
#include "bindings/interruption.h"
#include "text/ordered_blocks.h"

namespace wordkin::bindings {

inline std::span<const char> bytes_view(const pybind11::bytes& bytes) {
  return {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

template <typename Result>
class BlockSession {
 public:
  BlockSession(std::size_t workers, typename text::OrderedBlocks<Result>::Work work)
      : blocks_(workers, std::move(work)) {}
  ~BlockSession() {
    if (!blocks_.is_working()) return;
    const GilRelease release;  // the work may wait for the interpreter lock
    blocks_.stop();
  }
  BlockSession(const BlockSession&) = delete;
  BlockSession& operator=(const BlockSession&) = delete;

  void submit(pybind11::bytes block, bool continues_line) {
    wait_interruptibly([this](double seconds) { return blocks_.wait_for_capacity(seconds); });
    held_.push_back(std::move(block));
    blocks_.submit(bytes_view(held_.back()), continues_line);
  }

  void wait() {
    wait_interruptibly([this](double seconds) { return blocks_.wait_for_all(seconds); });
  }

  std::optional<Result> take() {
    auto result = blocks_.take();
    if (result) held_.pop_front();
    return result;
  }

  [[nodiscard]] std::size_t workers() const { return blocks_.workers(); }

 private:
  std::deque<pybind11::bytes> held_;
  text::OrderedBlocks<Result> blocks_;
};

}  // namespace wordkin::bindings

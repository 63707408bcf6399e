// A cache-line aligned array of trivial elements that is written before it is read: nothing fills it when it is made,
// so that its pages come to be where they are written, by as many threads as write. (Packing 374 MB of weights on one
// thread takes 0.3 s instead of 0.4. Pages of 2 MB would not help: reading packed weights as one stream is as fast with
// small pages, and where a virtual machine's memory is handed back to its host, large ones cost a second more.)
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "memory/aligned_buffer.h"

namespace wordkin::memory {

template <typename T>
class UninitializedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  UninitializedBuffer() = default;
  explicit UninitializedBuffer(std::size_t size) : size_(size) {
    if (size > 0) data_ = static_cast<T*>(::operator new(size * sizeof(T), std::align_val_t{kCacheLine}));
  }
  UninitializedBuffer(UninitializedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  UninitializedBuffer& operator=(UninitializedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  UninitializedBuffer(const UninitializedBuffer&) = delete;
  UninitializedBuffer& operator=(const UninitializedBuffer&) = delete;
  ~UninitializedBuffer() { ::operator delete(data_, std::align_val_t{kCacheLine}); }

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wordkin::memory

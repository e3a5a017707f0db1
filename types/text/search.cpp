#include "types/text/search.hpp"

#include <cstring>

namespace basalt::types {

size_t find_bytes(std::string_view s, std::string_view wanted, size_t from) {
  if (from > s.size()) return std::string_view::npos;
  if (wanted.empty()) return from;
  // memmem is linear and vectorised in the C library.
  const void* at = memmem(s.data() + from, s.size() - from, wanted.data(), wanted.size());
  return at ? static_cast<size_t>(static_cast<const char*>(at) - s.data()) : std::string_view::npos;
}

}  // namespace basalt::types

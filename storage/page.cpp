#include "storage/page.hpp"

#include <cstring>

#include "storage/checksum.hpp"

namespace basalt::storage {

uint32_t page_checksum(const Page& page) {
  constexpr size_t kSkip = sizeof page.header.checksum;
  return crc32c(0, page.bytes() + kSkip, kPageSize - kSkip);
}

bool is_zero_page(const Page& page) {
  const char* bytes = page.bytes();
  return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, kPageSize - 1) == 0;
}

}  // namespace basalt::storage

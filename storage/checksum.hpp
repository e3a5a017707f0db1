// CRC32C (Castagnoli), with the processor's instruction where it has one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace basalt::storage {

// Continues `crc` (0 at the start) over `size` bytes.
uint32_t crc32c(uint32_t crc, const void* data, size_t size);
// The table-driven version, for processors without the instruction and for tests.
uint32_t crc32c_portable(uint32_t crc, const void* data, size_t size);

}  // namespace basalt::storage

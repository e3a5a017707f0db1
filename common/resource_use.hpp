// ResourceUse: what a thread has asked of storage and spill files so far. EXPLAIN's BUFFERS and WAL show differences of
// it.
#pragma once

#include <cstdint>

namespace basalt::common {

struct ResourceUse {
  uint64_t page_accesses = 0, page_reads = 0, pages_dirtied = 0;  // of the buffer pool; reads: from the data file
  uint64_t spill_bytes_read = 0, spill_bytes_written = 0;
  uint64_t log_records = 0, log_bytes = 0;

  ResourceUse& operator+=(const ResourceUse& o) {
    page_accesses += o.page_accesses;
    page_reads += o.page_reads;
    pages_dirtied += o.pages_dirtied;
    spill_bytes_read += o.spill_bytes_read;
    spill_bytes_written += o.spill_bytes_written;
    log_records += o.log_records;
    log_bytes += o.log_bytes;
    return *this;
  }
  ResourceUse operator-(const ResourceUse& o) const {
    return {page_accesses - o.page_accesses,
            page_reads - o.page_reads,
            pages_dirtied - o.pages_dirtied,
            spill_bytes_read - o.spill_bytes_read,
            spill_bytes_written - o.spill_bytes_written,
            log_records - o.log_records,
            log_bytes - o.log_bytes};
  }
};

inline constinit thread_local ResourceUse resource_use;

}  // namespace basalt::common

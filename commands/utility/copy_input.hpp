// Where COPY FROM reads: bytes of the client or a file, cut into lines and fields.
//
//   CopyBytes    the bytes, in UTF-8, piece by piece
//   CopyBatch    up to kBatchRowsMax rows: for each column the fields as strings, and the text of each line (for
//   CONTEXT) CopyParser   text and CSV: fills batches; BinaryCopyParser likewise for the binary format
//
// Field strings point into blocks that the batch's vectors keep alive, so a batch is parsed without copying a byte
// unless a field has escapes in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/utility/copy_options.hpp"
#include "common/file.hpp"
#include "common/vector.hpp"

namespace basalt::commands {

// PostgreSQL gathers at most so many rows (and bytes of lines) before it inserts them; which error comes first depends
// on it.
inline constexpr uint32_t kBatchRowsMax = 1000;
inline constexpr size_t kBatchBytesMax = 65535;

class CopyBytes {
 public:
  virtual ~CopyBytes() = default;
  // Appends some bytes to `out`; false at the end.
  virtual bool read(std::string& out) = 0;
};
std::unique_ptr<CopyBytes> make_copy_file(common::FileSystem& files, const std::string& path);
std::unique_ptr<CopyBytes> make_copy_client(ResultSink& sink);
// Converts to UTF-8.
std::unique_ptr<CopyBytes> make_copy_converter(std::unique_ptr<CopyBytes> inner, int encoding);

struct CopyBatch {
  std::vector<common::Vector> fields;   // kString; NULL where the field is
  std::vector<std::string_view> lines;  // of each row; empty in binary
  uint64_t first_line = 0;              // number of the first row's line, less one
  std::vector<uint32_t> line_offsets;   // line number of row i is first_line + line_offsets[i]
  uint32_t rows = 0;
  common::Vector blocks;                    // keeps alive what lines and fields point into
  std::unique_ptr<common::SqlError> error;  // what ended the batch early; its CONTEXT is complete
  uint64_t line_number(uint32_t row) const { return first_line + line_offsets[row]; }
};

class CopyParserBase {
 public:
  virtual ~CopyParserBase() = default;
  // False at the end of the input: no rows and no error.
  virtual bool next(CopyBatch& batch) = 0;
};

struct CopyFields {  // what the parser must know of the columns
  std::string relation;
  std::vector<std::string> names;
  std::vector<bool> force_not_null, force_null;
};
std::unique_ptr<CopyParserBase> make_copy_parser(std::unique_ptr<CopyBytes> bytes, const CopyOptions& options,
                                                 CopyFields fields, common::Interrupt& interrupt);
std::unique_ptr<CopyParserBase> make_binary_copy_parser(std::unique_ptr<CopyBytes> bytes, CopyFields fields,
                                                        common::Interrupt& interrupt);

// `COPY t, line 3: "text"` and `COPY t, line 3, column a: "value"`, texts cut as PostgreSQL cuts them.
std::string copy_context(const std::string& relation, uint64_t line);
std::string copy_line_context(const std::string& relation, uint64_t line, std::string_view text);
std::string copy_column_context(const std::string& relation, uint64_t line, const std::string& column,
                                std::string_view value, bool is_null);

}  // namespace basalt::commands

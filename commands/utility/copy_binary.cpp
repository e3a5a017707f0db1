// The binary format of COPY FROM.
#include <cstring>

#include "commands/utility/copy_input.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

using common::PhysicalType;
using common::SqlError;
using common::StringRef;
using common::Vector;
namespace sqlstate = common::sqlstate;

namespace {

SqlError bad_format(std::string message) { return {sqlstate::kBadCopyFileFormat, std::move(message)}; }

class BinaryCopyParser : public CopyParserBase {
 public:
  BinaryCopyParser(std::unique_ptr<CopyBytes> bytes, CopyFields fields, common::Interrupt& interrupt)
      : bytes_(std::move(bytes)), fields_(std::move(fields)), interrupt_(interrupt) {}

  bool next(CopyBatch& batch) override {
    batch.rows = 0;
    batch.error.reset();
    batch.lines.clear();
    batch.line_offsets.clear();
    batch.first_line = line_number_;
    batch.fields.assign(fields_.names.size(), Vector());
    for (Vector& field : batch.fields) field.reset(PhysicalType::kString, kBatchRowsMax);
    interrupt_.check();
    column_.clear();
    try {
      if (!header_read_) read_header();
      while (batch.rows < kBatchRowsMax && batch_bytes_ < kBatchBytesMax && read_row(batch)) {
        batch.line_offsets.push_back(static_cast<uint32_t>(line_number_ - batch.first_line));
        ++batch.rows;
      }
    } catch (SqlError& error) {
      if (line_number_ > 0)
        error.report().context =
            copy_context(fields_.relation, line_number_) + (column_.empty() ? "" : ", column " + column_);
      batch.error = std::make_unique<SqlError>(std::move(error));
    }
    batch_bytes_ = 0;
    return batch.rows > 0 || batch.error;
  }

 private:
  // `size` bytes from at_ on; false: the input ended before.
  bool need(size_t size) {
    while (data_.size() - at_ < size) {
      if (at_ > 0) {
        data_.erase(0, at_);
        at_ = 0;
      }
      if (ended_ || !bytes_->read(data_)) {
        ended_ = true;
        return false;
      }
    }
    return true;
  }
  uint32_t number(int size) {
    uint32_t value = 0;
    for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(data_[at_++]);
    return value;
  }

  void read_header() {
    header_read_ = true;
    static constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
    if (!need(kSignature.size()) || std::string_view(data_).substr(at_, kSignature.size()) != kSignature)
      throw bad_format("COPY file signature not recognized");
    at_ += kSignature.size();
    if (!need(4)) throw bad_format("invalid COPY file header (missing flags)");
    uint32_t flags = number(4);
    if (flags & (1u << 16)) throw bad_format("invalid COPY file header (WITH OIDS)");
    if (flags >> 16) throw bad_format("unrecognized critical flags in COPY file header");
    if (!need(4)) throw bad_format("invalid COPY file header (missing length)");
    auto extra = static_cast<int32_t>(number(4));
    if (extra < 0) throw bad_format("invalid COPY file header (missing length)");
    if (!need(static_cast<size_t>(extra))) throw bad_format("invalid COPY file header (wrong length)");
    at_ += static_cast<size_t>(extra);
  }

  bool read_row(CopyBatch& batch) {
    if (finished_) return false;
    ++line_number_;
    column_.clear();
    if (!need(2)) {
      finished_ = true;
      --line_number_;
      return false;
    }
    auto count = static_cast<int16_t>(number(2));
    if (count == -1) {
      if (need(1)) throw bad_format("received copy data after EOF marker");
      finished_ = true;
      --line_number_;
      return false;
    }
    if (count != static_cast<int16_t>(fields_.names.size()))
      throw bad_format("row field count is " + std::to_string(count) + ", expected " +
                       std::to_string(fields_.names.size()));
    for (size_t i = 0; i < fields_.names.size(); ++i) {
      column_ = fields_.names[i];
      if (!need(4)) throw bad_format("unexpected EOF in COPY data");
      auto size = static_cast<int32_t>(number(4));
      if (size == -1) {
        batch.fields[i].set_null(batch.rows);
        continue;
      }
      if (size < 0) throw bad_format("invalid field size");
      if (!need(static_cast<size_t>(size))) throw bad_format("unexpected EOF in COPY data");
      batch.fields[i].data<StringRef>()[batch.rows] =
          batch.fields[i].add_string(std::string_view(data_).substr(at_, static_cast<size_t>(size)));
      at_ += static_cast<size_t>(size);
      batch_bytes_ += static_cast<size_t>(size);
    }
    column_.clear();
    return true;
  }

  std::unique_ptr<CopyBytes> bytes_;
  CopyFields fields_;
  common::Interrupt& interrupt_;
  std::string data_, column_;
  size_t at_ = 0, batch_bytes_ = 0;
  uint64_t line_number_ = 0;
  bool header_read_ = false, ended_ = false, finished_ = false;
};

}  // namespace

std::unique_ptr<CopyParserBase> make_binary_copy_parser(std::unique_ptr<CopyBytes> bytes, CopyFields fields,
                                                        common::Interrupt& interrupt) {
  return std::make_unique<BinaryCopyParser>(std::move(bytes), std::move(fields), interrupt);
}

}  // namespace basalt::commands

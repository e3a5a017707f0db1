// Text and CSV: lines and fields.
//
// A line is found first (its end decides what CONTEXT shows, and a line may come in pieces), then cut into fields. The
// newline style of the first line is binding, as in PostgreSQL.
#include <cstring>

#include "commands/utility/copy_input.hpp"
#include "common/sqlstate.hpp"
#include "types/text/utf8.hpp"

namespace basalt::commands {

using common::PhysicalType;
using common::SqlError;
using common::StringRef;
using common::Vector;
namespace sqlstate = common::sqlstate;

namespace {

constexpr size_t kBlockBytes = 1 << 20;

SqlError bad_format(std::string message) { return {sqlstate::kBadCopyFileFormat, std::move(message)}; }

const char* find_byte(const char* from, const char* end, char c) {
  return static_cast<const char*>(std::memchr(from, c, static_cast<size_t>(end - from)));
}

enum class LineEnd : uint8_t { kUnknown, kNewline, kReturn, kReturnNewline };
enum class Found : uint8_t { kLine, kMarker, kMore };

class CopyParser : public CopyParserBase {
 public:
  CopyParser(std::unique_ptr<CopyBytes> bytes, const CopyOptions& options, CopyFields fields,
             common::Interrupt& interrupt)
      : bytes_(std::move(bytes)),
        options_(options),
        fields_(std::move(fields)),
        interrupt_(interrupt),
        csv_(options.format == CopyFormat::kCsv),
        header_(options.header) {}

  bool next(CopyBatch& batch) override {
    batch.rows = 0;
    batch.error.reset();
    batch.lines.clear();
    batch.line_offsets.clear();
    batch.first_line = line_number_;
    batch.blocks = Vector(PhysicalType::kString, 1);
    batch.fields.assign(fields_.names.size(), Vector());
    for (Vector& field : batch.fields) field.reset(PhysicalType::kString, kBatchRowsMax);
    batch_ = &batch;
    interrupt_.check();
    std::string_view line;
    size_t bytes = 0;
    try {
      if (header_ != CopyHeader::kNo) skip_header();
      while (batch.rows < kBatchRowsMax && bytes < kBatchBytesMax && read_line(line)) {
        split(line, batch.rows);
        batch.lines.push_back(line);
        batch.line_offsets.push_back(static_cast<uint32_t>(line_number_ - batch.first_line));
        ++batch.rows;
        bytes += line.size();
      }
    } catch (SqlError& error) {
      if (error.report().context.empty() && in_line_)
        error.report().context = have_line_ ? copy_line_context(fields_.relation, line_number_, line_text_)
                                            : copy_context(fields_.relation, line_number_);
      batch.error = std::make_unique<SqlError>(std::move(error));
    }
    keep_block();
    batch_ = nullptr;
    return batch.rows > 0 || batch.error;
  }

 private:
  // --- blocks
  // ----------------------------------------------------------------------------------------------------------

  void keep_block() {
    if (!block_) return;
    batch_->blocks.keep_strings_of(*block_);
    for (Vector& field : batch_->fields) field.keep_strings_of(*block_);
  }

  // More bytes behind end_; what has been parsed stays where it is. False at the end of the input.
  bool refill() {
    piece_.clear();
    while (piece_.empty())
      if (!bytes_->read(piece_)) return false;
    size_t have = static_cast<size_t>(end_ - begin_);
    if (!block_ || static_cast<size_t>(limit_ - end_) < piece_.size()) {
      keep_block();
      size_t size = std::max(kBlockBytes, (have + piece_.size()) * 2);
      auto block = std::make_unique<Vector>(PhysicalType::kString, 1);
      char* memory = block->own_heap().allocate(size);
      if (have) std::memcpy(memory, begin_, have);
      block_ = std::move(block);
      begin_ = memory;
      end_ = memory + have;
      limit_ = memory + size;
    }
    std::memcpy(end_, piece_.data(), piece_.size());
    end_ += piece_.size();
    return true;
  }

  // --- lines
  // -----------------------------------------------------------------------------------------------------------

  // False at the end of the data.
  bool read_line(std::string_view& line) {
    in_line_ = false;
    if (ended_) return false;
    ++line_number_;
    in_line_ = true;
    have_line_ = false;
    line_text_ = {};
    const char* scan = begin_;  // nothing before it can end the line
    quoted_lines_ = 0;
    in_quote_ = after_escape_ = false;
    while (true) {
      const char* line_end = nullptr;
      const char* after = nullptr;
      Found found = find_end(scan, line_end, after);
      if (found == Found::kMore) {
        size_t scanned = static_cast<size_t>(scan - begin_);
        if (input_ended_ || !refill()) {
          if (!input_ended_) {
            input_ended_ = true;
            scan = begin_ + scanned;
            continue;  // what waited for another byte is decided without it
          }
          ended_ = true;
          if (begin_ == end_) {
            in_line_ = false;
            --line_number_;
            return false;
          }
          line_end = after = end_;
        } else {
          scan = begin_ + scanned;
          continue;
        }
      }
      if (found == Found::kMarker) {
        ended_ = true;
        drain();
        if (line_end == begin_) {
          in_line_ = false;
          --line_number_;
          return false;
        }
      }
      line = {begin_, static_cast<size_t>(line_end - begin_)};
      line_number_ += quoted_lines_;
      line_text_ = line;
      begin_ = const_cast<char*>(after);
      if (types::utf8::find_invalid(line) != std::string_view::npos) types::utf8::validate(line);
      have_line_ = true;
      return true;
    }
  }

  void drain() {
    std::string ignored;
    while (bytes_->read(ignored)) ignored.clear();
    input_ended_ = true;
  }

  // Looks for the end of the line from `scan` on, which moves as far as nothing need be looked at again.
  Found find_end(const char*& scan, const char*& line_end, const char*& after) {
    // The bulk of text input: one newline, no backslash.
    if (!csv_ && line_end_ == LineEnd::kNewline && scan == begin_) {
      const char* newline = find_byte(begin_, end_, '\n');
      if (newline && !find_byte(begin_, newline, '\\') && !find_byte(begin_, newline, '\r')) {
        line_end = newline;
        after = newline + 1;
        return Found::kLine;
      }
    }
    if (csv_ && line_end_ == LineEnd::kNewline && scan == begin_ && begin_ < end_ && *begin_ != '\\') {
      const char* newline = find_byte(begin_, end_, '\n');
      if (newline && !find_byte(begin_, newline, options_.quote) && !find_byte(begin_, newline, '\r')) {
        line_end = newline;
        after = newline + 1;
        return Found::kLine;
      }
    }
    return find_end_slowly(scan, line_end, after);
  }

  Found find_end_slowly(const char*& scan, const char*& line_end, const char*& after) {
    char escape = options_.escape == options_.quote ? '\0' : options_.escape;
    while (scan < end_) {
      char c = *scan;
      if (csv_) {
        if (in_quote_ && c == escape && escape) after_escape_ = !after_escape_;
        if (c == options_.quote && !after_escape_) in_quote_ = !in_quote_;
        if (c != escape) after_escape_ = false;
        if (in_quote_ && c == (line_end_ == LineEnd::kNewline ? '\n' : '\r')) ++quoted_lines_;
      }
      bool plain = csv_ && in_quote_;
      if (!plain && c == '\r') {
        if (scan + 1 == end_ && !input_ended_) return undo(scan, c);
        bool newline_follows = scan + 1 < end_ && scan[1] == '\n';
        if (line_end_ == LineEnd::kUnknown) line_end_ = newline_follows ? LineEnd::kReturnNewline : LineEnd::kReturn;
        bool fits = line_end_ == LineEnd::kReturn || (line_end_ == LineEnd::kReturnNewline && newline_follows);
        if (!fits) raise_stray(true);
        line_end = scan;
        after = scan + (line_end_ == LineEnd::kReturnNewline ? 2 : 1);
        return Found::kLine;
      }
      if (!plain && c == '\n') {
        if (line_end_ == LineEnd::kUnknown) line_end_ = LineEnd::kNewline;
        if (line_end_ != LineEnd::kNewline) raise_stray(false);
        line_end = scan;
        after = scan + 1;
        return Found::kLine;
      }
      if (c == '\\' && (!csv_ || scan == begin_)) {
        if (end_ - scan < 4 && !input_ended_) return undo(scan, c);
        if (scan + 1 < end_ && scan[1] == '.') {
          if (is_marker(scan + 2)) {
            line_end = scan;
            after = end_;
            return Found::kMarker;
          }
        } else if (!csv_ && scan + 1 < end_) {
          ++scan;  // whatever follows the backslash is data
        }
      }
      ++scan;
    }
    return Found::kMore;
  }

  // The byte at `scan` will be looked at again: takes back what it did to the state.
  Found undo(const char*, char c) {
    if (csv_ && c == options_.quote && !after_escape_) in_quote_ = !in_quote_;
    return Found::kMore;
  }

  // What follows "\." must be a newline of the known style. CSV: else it is data.
  bool is_marker(const char* p) {
    size_t left = static_cast<size_t>(end_ - p);
    if (left == 0) return true;
    bool crnl = left >= 2 && p[0] == '\r' && p[1] == '\n';
    if (line_end_ == LineEnd::kReturnNewline) {
      if (crnl) return true;
      if (csv_) return false;
      if (p[0] == '\n') throw bad_format("end-of-copy marker does not match previous newline style");
      throw bad_format("end-of-copy marker corrupt");
    }
    if (p[0] != '\n' && p[0] != '\r') {
      if (csv_) return false;
      throw bad_format("end-of-copy marker corrupt");
    }
    if ((line_end_ == LineEnd::kNewline && p[0] != '\n') || (line_end_ == LineEnd::kReturn && p[0] != '\r'))
      throw bad_format("end-of-copy marker does not match previous newline style");
    return true;
  }

  [[noreturn]] void raise_stray(bool carriage_return) {
    std::string what = carriage_return ? "carriage return" : "newline";
    line_text_ = {begin_, 0};
    if (csv_)
      throw bad_format("unquoted " + what + " found in data").hint("Use quoted CSV field to represent " + what + ".");
    throw bad_format("literal " + what + " found in data")
        .hint(std::string("Use \"\\") + (carriage_return ? "r" : "n") + "\" to represent " + what + ".");
  }

  // --- fields
  // ----------------------------------------------------------------------------------------------------------

  struct Field {
    StringRef text;
    bool null = false;
  };

  void split(std::string_view line, uint32_t row) {
    size_t count = batch_->fields.size();
    if (count == 0) {
      if (!line.empty()) throw bad_format("extra data after last expected column");
      return;
    }
    const char* p = line.data();
    const char* end = p + line.size();
    bool more = true;
    for (size_t i = 0; i < count; ++i) {
      if (!more) throw bad_format("missing data for column \"" + fields_.names[i] + "\"");
      Vector& vector = batch_->fields[i];
      Field field = csv_ ? csv_field(p, end, more, vector) : text_field(p, end, more, vector);
      if (csv_) {
        if (field.null && fields_.force_not_null[i])
          field = {vector.add_string(options_.null_text), false};
        else if (!field.null && fields_.force_null[i] && field.text.view() == options_.null_text)
          field.null = true;
      }
      if (field.null)
        vector.set_null(row);
      else
        vector.data<StringRef>()[row] = field.text;
    }
    if (more) throw bad_format("extra data after last expected column");
  }

  bool is_null_text(std::string_view raw) const {
    return raw.size() == options_.null_text.size() &&
           std::memcmp(raw.data(), options_.null_text.data(), raw.size()) == 0;
  }

  Field text_field(const char*& p, const char* end, bool& more, Vector& vector) {
    const char* start = p;
    const char* stop = p;
    bool escaped = false;
    while (stop < end && *stop != options_.delimiter) {
      if (*stop == '\\') {
        escaped = true;
        if (++stop == end) break;
      }
      ++stop;
    }
    more = stop < end;
    p = more ? stop + 1 : end;
    std::string_view raw(start, static_cast<size_t>(stop - start));
    if (is_null_text(raw)) return {{}, true};
    if (!escaped) return {StringRef(raw), false};
    scratch_.clear();
    if (unescape(raw)) types::utf8::validate(scratch_);
    return {vector.add_string(scratch_), false};
  }

  static int digit(char c, int base) {
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 99;
    return value < base ? value : -1;
  }

  // Into scratch_. True when a number may have made it ill-formed.
  bool unescape(std::string_view raw) {
    bool suspicious = false;
    for (size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\' || i + 1 == raw.size()) {
        scratch_ += raw[i];
        continue;
      }
      char c = raw[++i];
      int value = 0;
      if (c >= '0' && c <= '7') {
        value = c - '0';
        for (int k = 0; k < 2 && i + 1 < raw.size() && digit(raw[i + 1], 8) >= 0; ++k)
          value = value * 8 + digit(raw[++i], 8);
      } else if (c == 'x' && i + 1 < raw.size() && digit(raw[i + 1], 16) >= 0) {
        for (int k = 0; k < 2 && i + 1 < raw.size() && digit(raw[i + 1], 16) >= 0; ++k)
          value = value * 16 + digit(raw[++i], 16);
      } else {
        static constexpr std::string_view kNames = "bfnrtv", kValues = "\b\f\n\r\t\v";
        size_t known = kNames.find(c);
        scratch_ += known == std::string_view::npos ? c : kValues[known];
        continue;
      }
      c = static_cast<char>(value & 0377);
      suspicious = suspicious || c == '\0' || (static_cast<unsigned char>(c) & 0x80);
      scratch_ += c;
    }
    return suspicious;
  }

  Field csv_field(const char*& p, const char* end, bool& more, Vector& vector) {
    const char* start = p;
    const char* stop = p;
    while (stop < end && *stop != options_.delimiter && *stop != options_.quote) ++stop;
    if (stop == end || *stop == options_.delimiter) {
      more = stop < end;
      p = more ? stop + 1 : end;
      std::string_view raw(start, static_cast<size_t>(stop - start));
      if (is_null_text(raw)) return {{}, true};
      return {StringRef(raw), false};
    }
    scratch_.assign(start, static_cast<size_t>(stop - start));
    bool in_quote = false;
    for (p = stop;; ++p) {
      if (p == end) {
        if (in_quote) throw bad_format("unterminated CSV quoted field");
        more = false;
        break;
      }
      char c = *p;
      if (!in_quote) {
        if (c == options_.delimiter) {
          more = true;
          ++p;
          break;
        }
        if (c == options_.quote)
          in_quote = true;
        else
          scratch_ += c;
      } else if (c == options_.escape && p + 1 < end && (p[1] == options_.escape || p[1] == options_.quote)) {
        scratch_ += *++p;
      } else if (c == options_.quote) {
        in_quote = false;
      } else {
        scratch_ += c;
      }
    }
    return {vector.add_string(scratch_), false};
  }

  // --- header
  // ----------------------------------------------------------------------------------------------------------

  void skip_header() {
    CopyHeader header = std::exchange(header_, CopyHeader::kNo);
    std::string_view line;
    if (!read_line(line) || header != CopyHeader::kMatch) return;
    std::vector<Field> found;
    Vector holder(PhysicalType::kString, 1);
    const char* p = line.data();
    const char* end = p + line.size();
    for (bool more = true; more;)
      found.push_back(csv_ ? csv_field(p, end, more, holder) : text_field(p, end, more, holder));
    if (found.size() != fields_.names.size())
      throw bad_format("wrong number of fields in header line: got " + std::to_string(found.size()) + ", expected " +
                       std::to_string(fields_.names.size()));
    for (size_t i = 0; i < found.size(); ++i) {
      std::string at = "column name mismatch in header line field " + std::to_string(i + 1) + ": got ";
      if (found[i].null)
        throw bad_format(at + "null value (\"" + options_.null_text + "\"), expected \"" + fields_.names[i] + "\"");
      if (found[i].text.view() != fields_.names[i])
        throw bad_format(at + "\"" + std::string(found[i].text.view()) + "\", expected \"" + fields_.names[i] + "\"");
    }
  }

  std::unique_ptr<CopyBytes> bytes_;
  CopyOptions options_;
  CopyFields fields_;
  common::Interrupt& interrupt_;
  bool csv_;
  CopyHeader header_;
  LineEnd line_end_ = LineEnd::kUnknown;
  CopyBatch* batch_ = nullptr;
  std::unique_ptr<Vector> block_;  // owns [.., limit_)
  char *begin_ = nullptr, *end_ = nullptr, *limit_ = nullptr;
  std::string piece_, scratch_;
  uint64_t line_number_ = 0, quoted_lines_ = 0;
  bool input_ended_ = false, ended_ = false, in_line_ = false, have_line_ = false, in_quote_ = false,
       after_escape_ = false;
  std::string_view line_text_;
};

}  // namespace

std::unique_ptr<CopyParserBase> make_copy_parser(std::unique_ptr<CopyBytes> bytes, const CopyOptions& options,
                                                 CopyFields fields, common::Interrupt& interrupt) {
  return std::make_unique<CopyParser>(std::move(bytes), options, std::move(fields), interrupt);
}

}  // namespace basalt::commands

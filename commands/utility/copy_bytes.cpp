// Sources of COPY FROM's bytes, and the texts of its CONTEXT lines.
#include <filesystem>

#include "commands/utility/copy_input.hpp"
#include "common/sqlstate.hpp"
#include "types/text/encoding.hpp"
#include "types/text/utf8.hpp"

namespace basalt::commands {

namespace {

constexpr size_t kFileBlockBytes = 1 << 20;
constexpr size_t kDisplayedBytesMax = 100;

class FileBytes : public CopyBytes {
 public:
  FileBytes(std::unique_ptr<common::File> file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  bool read(std::string& out) override {
    size_t before = out.size();
    out.resize(before + kFileBlockBytes);
    auto got = file_->read_some(offset_, out.data() + before, kFileBlockBytes);
    if (!got) throw common::SqlError(common::sqlstate::kIoError, "could not read from COPY file: " + path_);
    out.resize(before + *got);
    offset_ += *got;
    return *got > 0;
  }

 private:
  std::unique_ptr<common::File> file_;
  std::string path_;
  uint64_t offset_ = 0;
};

class ClientBytes : public CopyBytes {
 public:
  explicit ClientBytes(ResultSink& sink) : sink_(sink) {}
  bool read(std::string& out) override {
    if (ended_) return false;
    auto piece = sink_.read_copy_data();
    ended_ = !piece;
    if (piece) out += *piece;
    return !ended_;
  }

 private:
  ResultSink& sink_;
  bool ended_ = false;
};

// Converts whole lines: in no encoding does a byte of a longer character look like a newline.
class ConvertedBytes : public CopyBytes {
 public:
  ConvertedBytes(std::unique_ptr<CopyBytes> inner, int encoding) : inner_(std::move(inner)), encoding_(encoding) {}
  bool read(std::string& out) override {
    while (!ended_) {
      ended_ = !inner_->read(rest_);
      size_t whole = ended_ ? rest_.size() : rest_.rfind('\n') + 1;
      if (whole == 0) continue;
      out += types::convert_encoding(std::string_view(rest_).substr(0, whole), encoding_, types::kEncodingUtf8);
      rest_.erase(0, whole);
      return true;
    }
    return false;
  }

 private:
  std::unique_ptr<CopyBytes> inner_;
  int encoding_;
  std::string rest_;
  bool ended_ = false;
};

std::string shortened(std::string_view text) {
  if (text.size() <= kDisplayedBytesMax) return std::string(text);
  return std::string(text.substr(0, types::utf8::clip(text, kDisplayedBytesMax))) + "...";
}

}  // namespace

std::unique_ptr<CopyBytes> make_copy_file(common::FileSystem& files, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw common::SqlError(common::sqlstate::kWrongObjectType, "\"" + path + "\" is a directory");
  auto exists = files.exists(path);
  auto file = files.open(path, common::OpenMode::kReadOnly);
  if (!file) {
    bool missing = exists && !*exists;
    throw common::SqlError(missing ? common::sqlstate::kUndefinedFile : common::sqlstate::kInsufficientPrivilege,
                           "could not open file \"" + path +
                               "\" for reading: " + (missing ? "No such file or directory" : "Permission denied"))
        .hint(
            "COPY FROM instructs the PostgreSQL server process to read a file. You may want a client-side facility "
            "such as psql's \\copy.");
  }
  return std::make_unique<FileBytes>(std::move(*file), path);
}

std::unique_ptr<CopyBytes> make_copy_client(ResultSink& sink) { return std::make_unique<ClientBytes>(sink); }

std::unique_ptr<CopyBytes> make_copy_converter(std::unique_ptr<CopyBytes> inner, int encoding) {
  return std::make_unique<ConvertedBytes>(std::move(inner), encoding);
}

std::string copy_context(const std::string& relation, uint64_t line) {
  return "COPY " + relation + ", line " + std::to_string(line);
}

std::string copy_line_context(const std::string& relation, uint64_t line, std::string_view text) {
  return copy_context(relation, line) + ": \"" + shortened(text) + "\"";
}

std::string copy_column_context(const std::string& relation, uint64_t line, const std::string& column,
                                std::string_view value, bool is_null) {
  std::string text = copy_context(relation, line) + ", column " + column;
  return text + (is_null ? ": null input" : ": \"" + shortened(value) + "\"");
}

}  // namespace basalt::commands

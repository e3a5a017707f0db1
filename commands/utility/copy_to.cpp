// COPY TO: the rows of a query as text, CSV or binary, to the client or a file. Values go through their output or send
// function a column at a time; the commonest types are written directly.
#include <charconv>
#include <filesystem>

#include "commands/column_reader.hpp"
#include "commands/session_context.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility/copy_options.hpp"
#include "common/file.hpp"
#include "common/sqlstate.hpp"
#include "executor/execution.hpp"
#include "types/text/encoding.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::StringRef;
using common::Vector;
namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr size_t kFileBlockBytes = 1 << 20;

// Takes finished rows: messages of the client, or blocks of a file.
class RowTarget {
 public:
  virtual ~RowTarget() = default;
  virtual void row(std::string_view bytes) = 0;
  virtual void finish() = 0;
};

class ClientTarget : public RowTarget {
 public:
  explicit ClientTarget(ResultSink& sink) : sink_(sink) {}
  void row(std::string_view bytes) override { sink_.copy_data(bytes); }
  void finish() override { sink_.end_copy_out(); }

 private:
  ResultSink& sink_;
};

// Why a file cannot be written.
SqlError refused(const std::string& path) {
  std::error_code ignored;
  const std::string what = "could not open file \"" + path + "\" for writing: ";
  if (std::filesystem::is_directory(path, ignored))
    return SqlError(sqlstate::kWrongObjectType, what + "Is a directory");
  const bool missing = !std::filesystem::exists(std::filesystem::path(path).parent_path(), ignored) && !ignored;
  SqlError error = missing ? SqlError(sqlstate::kUndefinedFile, what + "No such file or directory")
                           : SqlError(sqlstate::kInsufficientPrivilege, what + "Permission denied");
  return std::move(error).hint(
      "COPY TO instructs the PostgreSQL server process to write a file. You may want a client-side facility such as "
      "psql's \\copy.");
}

class FileTarget : public RowTarget {
 public:
  explicit FileTarget(const std::string& path) {
    auto file = common::FileSystem::real().open(path, common::OpenMode::kCreateOrOpen);
    if (!file) throw refused(path);
    file_ = std::move(*file);
    // Devices have no length to be cut.
    auto size = file_->size();
    if (!size || *size > 0) check(file_->truncate(0));
  }
  void row(std::string_view bytes) override {
    pending_ += bytes;
    if (pending_.size() >= kFileBlockBytes) write();
  }
  void finish() override { write(); }

 private:
  void write() {
    check(file_->write(offset_, pending_.data(), pending_.size()));
    offset_ += pending_.size();
    pending_.clear();
  }
  static void check(const common::Result<void>& result) {
    if (!result.ok()) throw common::to_sql_error(result.status());
  }
  std::unique_ptr<common::File> file_;
  std::string pending_;
  uint64_t offset_ = 0;
};

class RowWriter {
 public:
  RowWriter(Session& session, const std::vector<ResultColumn>& columns, const CopyOptions& options,
            std::vector<bool> force_quote)
      : session_(session), options_(options), force_quote_(std::move(force_quote)) {
    bool binary = options.format == CopyFormat::kBinary;
    converts_ = !binary && options.encoding != types::kEncodingUtf8 && options.encoding != types::kEncodingSqlAscii;
    for (const ResultColumn& column : columns) {
      types::TypePointer type = session.catalog().type(column.type);
      Column c;
      if (!binary) c.direct = direct_of(column.type);
      Oid function = binary ? type->send : type->output;
      if (!function.valid())
        throw SqlError(sqlstate::kUndefinedFunction, "no binary output function available for type " +
                                                         session.call_context().format_type(column.type, -1));
      if (c.direct == Direct::kNone)
        c.call = compile_io_function(session, function, column.type, binary ? oid::kBytea : oid::kCstring, Oid{}, -1);
      columns_.push_back(std::move(c));
    }
    context_.call = &session.call_context();
    context_.catalog = &session.catalog();
    context_.functions = session.context().function_runtime();
  }

  void write(const Chunk& chunk, RowTarget& target) {
    std::vector<Vector> texts(columns_.size());
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (!columns_[c].call) continue;
      Chunk one;
      one.columns.push_back(chunk.columns[c]);
      one.rows = chunk.rows;
      query::Rows rows(chunk.rows);
      texts[c] = columns_[c].call->evaluate(context_, one, rows);
      rows.raise();
    }
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      if (options_.format == CopyFormat::kBinary)
        binary_row(chunk, texts, row);
      else
        text_row(chunk, texts, row);
      emit(target);
    }
  }

  void header(const std::vector<ResultColumn>& columns, RowTarget& target) {
    if (options_.format == CopyFormat::kBinary) {
      line_.assign("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
      return;  // goes out with the first row
    }
    if (options_.header == CopyHeader::kNo) return;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line_ += options_.delimiter;
      if (options_.format == CopyFormat::kCsv)
        csv_value(columns[i].name, false);
      else
        text_value(columns[i].name);
    }
    line_ += '\n';
    emit(target);
  }

  void trailer(RowTarget& target) {
    if (options_.format != CopyFormat::kBinary) return;
    line_ += "\377\377";
    emit(target);
  }

 private:
  enum class Direct : uint8_t { kNone, kInt2, kInt4, kInt8, kText };
  struct Column {
    Direct direct = Direct::kNone;
    query::EvaluatorPointer call;
  };
  static Direct direct_of(Oid type) {
    switch (type.value) {
      case 21:
        return Direct::kInt2;
      case 23:
        return Direct::kInt4;
      case 20:
        return Direct::kInt8;
      case 25:
      case 1042:
      case 1043:
        return Direct::kText;
      default:
        return Direct::kNone;
    }
  }

  void emit(RowTarget& target) {
    if (converts_) line_ = types::convert_encoding(line_, types::kEncodingUtf8, options_.encoding);
    target.row(line_);
    line_.clear();
  }

  template <typename T>
  void number(T value) {
    char digits[24];
    line_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  void big_endian(uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) line_ += static_cast<char>(value >> (8 * i));
  }

  void text_row(const Chunk& chunk, const std::vector<Vector>& texts, uint32_t row) {
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (c > 0) line_ += options_.delimiter;
      const Vector& source = columns_[c].call ? texts[c] : chunk.columns[c];
      if (source.is_null(row)) {
        line_ += options_.null_text;
        continue;
      }
      bool plain = !force_quote_[c] && options_.format == CopyFormat::kText;
      switch (plain ? columns_[c].direct : Direct::kNone) {
        case Direct::kInt2:
          number(source.view<int16_t>()[row]);
          continue;
        case Direct::kInt4:
          number(source.view<int32_t>()[row]);
          continue;
        case Direct::kInt8:
          number(source.view<int64_t>()[row]);
          continue;
        default:
          break;
      }
      char digits[24];
      std::string_view text;
      auto print = [&](auto value) {
        text = {digits, static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits)};
      };
      switch (columns_[c].direct) {
        case Direct::kInt2:
          print(source.view<int16_t>()[row]);
          break;
        case Direct::kInt4:
          print(source.view<int32_t>()[row]);
          break;
        case Direct::kInt8:
          print(source.view<int64_t>()[row]);
          break;
        default:
          text = source.view<StringRef>()[row].view();
      }
      if (options_.format == CopyFormat::kCsv)
        csv_value(text, force_quote_[c]);
      else
        text_value(text);
    }
    line_ += '\n';
  }

  void text_value(std::string_view text) {
    size_t done = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      char c = text[i];
      if (static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != options_.delimiter) continue;
      char escape = c;
      switch (c) {
        case '\b':
          escape = 'b';
          break;
        case '\f':
          escape = 'f';
          break;
        case '\n':
          escape = 'n';
          break;
        case '\r':
          escape = 'r';
          break;
        case '\t':
          escape = 't';
          break;
        case '\v':
          escape = 'v';
          break;
        default:
          if (c != '\\' && c != options_.delimiter) continue;
      }
      line_.append(text, done, i - done);
      line_ += '\\';
      line_ += escape;
      done = i + 1;
    }
    line_.append(text, done, text.size() - done);
  }

  void csv_value(std::string_view text, bool quote) {
    if (!quote) quote = text == options_.null_text || (columns_.size() == 1 && text == "\\.");
    for (size_t i = 0; !quote && i < text.size(); ++i)
      quote = text[i] == options_.delimiter || text[i] == options_.quote || text[i] == '\n' || text[i] == '\r';
    if (!quote) {
      line_ += text;
      return;
    }
    line_ += options_.quote;
    for (char c : text) {
      if (c == options_.quote || c == options_.escape) line_ += options_.escape;
      line_ += c;
    }
    line_ += options_.quote;
  }

  void binary_row(const Chunk&, const std::vector<Vector>& texts, uint32_t row) {
    big_endian(static_cast<uint32_t>(columns_.size()), 2);
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (texts[c].is_null(row)) {
        big_endian(0xffffffffu, 4);
        continue;
      }
      std::string_view bytes = texts[c].view<StringRef>()[row].view();
      big_endian(static_cast<uint32_t>(bytes.size()), 4);
      line_ += bytes;
    }
  }

  Session& session_;
  const CopyOptions& options_;
  std::vector<bool> force_quote_;
  std::vector<Column> columns_;
  query::EvaluationContext context_;
  std::string line_;
  bool converts_ = false;
};

std::vector<bool> quoted_columns(const std::vector<ResultColumn>& columns, const CopyColumnList& list, bool is_query) {
  std::vector<bool> quoted(columns.size(), list.all);
  for (const std::string& name : list.names) {
    bool found = false;
    for (size_t i = 0; i < columns.size(); ++i)
      if (columns[i].name == name) quoted[i] = found = true;
    if (found) continue;
    if (is_query) throw SqlError(sqlstate::kUndefinedColumn, "column \"" + name + "\" does not exist");
    throw SqlError(sqlstate::kInvalidColumnReference, "FORCE_QUOTE column \"" + name + "\" not referenced by COPY");
  }
  return quoted;
}

}  // namespace

uint64_t copy_to(UtilityCall& call, const parser::ParsedCopy& statement, const CopyOptions& options,
                 const parser::ParsedStatement& query) {
  Session& session = call.session;
  query::BindContext bind = session.bind_context(call.text);
  bind.parameter_types = call.parameter_types;
  auto plans = session.plan_statement(query, bind);
  if (plans.empty())
    throw SqlError(sqlstate::kFeatureNotSupported, "DO INSTEAD NOTHING rules are not supported for COPY");
  if (plans.size() > 1)
    throw SqlError(sqlstate::kFeatureNotSupported, "multi-statement DO INSTEAD rules are not supported for COPY");
  const planner::PhysicalStatement& plan = *plans[0];
  if (plan.command != query::CommandKind::kSelect && !plan.has_returning)
    throw SqlError(sqlstate::kFeatureNotSupported, "COPY query must have a RETURNING clause");
  session.check_privileges(plan);
  if (plan.modifies || plan.locks_rows) {
    session.prevent_read_only("COPY TO");
    session.transaction().assign_id();
  }
  std::vector<ResultColumn> columns = session.result_columns(plan);
  RowWriter writer(session, columns, options, quoted_columns(columns, options.force_quote, statement.query != nullptr));
  session.triggers().begin_statement();
  executor::ExecutionContext context = session.execution_context(session.statement_snapshot(), call.parameters);
  executor::Execution execution(plan, context);
  std::unique_ptr<RowTarget> target;
  if (statement.has_file) {
    target = std::make_unique<FileTarget>(statement.file);
  } else {
    call.sink.begin_copy_out(options.format == CopyFormat::kBinary, static_cast<int>(columns.size()));
    target = std::make_unique<ClientTarget>(call.sink);
  }
  writer.header(columns, *target);
  Chunk chunk;
  uint64_t rows = 0;
  while (execution.fetch(chunk, common::kChunkRowsMax)) {
    rows += chunk.rows;
    writer.write(chunk, *target);
  }
  execution.finish();
  writer.trailer(*target);
  if (plan.modifies) session.advance_command();
  session.triggers().end_statement();
  target->finish();
  return rows;
}

}  // namespace basalt::commands

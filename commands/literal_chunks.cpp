#include "commands/literal_chunks.hpp"

#include "commands/column_reader.hpp"
#include "commands/session_context.hpp"

namespace basalt::commands {

using common::Chunk;
using common::PhysicalType;
using common::StringRef;
using common::Vector;

namespace {

// The text of all rows once more, in memory that vectors can keep alive.
class TextCopy {
 public:
  TextCopy(std::string_view text, parser::FingerprintRows::Place place)
      : text_(text.substr(static_cast<size_t>(place.begin), static_cast<size_t>(place.end - place.begin))),
        keeper_(PhysicalType::kString, 1) {
    copy_ = keeper_.own_heap().allocate(text_.size());
    std::memcpy(copy_, text_.data(), text_.size());
  }

  // The cells of a column as strings. Decoded ones do not stand in the text.
  Vector fields(std::span<const parser::FingerprintRows::Cell> cells, size_t column, size_t columns, uint32_t rows) {
    Vector out(PhysicalType::kString, rows);
    out.keep_strings_of(keeper_);
    StringRef* strings = out.data<StringRef>();
    for (uint32_t row = 0; row < rows; ++row) {
      const auto& cell = cells[row * columns + column];
      if (cell.literal_class == parser::LiteralClass::kNull)
        out.set_null(row);
      else if (cell.text.size() <= StringRef::kInlineBytesMax)
        strings[row] = StringRef(cell.text);
      else if (cell.text.data() >= text_.data() && cell.text.data() < text_.data() + text_.size())
        strings[row] = StringRef(copy_ + (cell.text.data() - text_.data()), static_cast<uint32_t>(cell.text.size()));
      else
        strings[row] = out.add_string(cell.text);
    }
    return out;
  }

 private:
  std::string_view text_;
  Vector keeper_;
  char* copy_;
};

// -0 is an integer or a numeric, and so zero, before it becomes a float; the input function of floats knows both zeros.
template <typename T>
void only_positive_zeros(Vector& values, std::span<const parser::FingerprintRows::Cell> cells, size_t column,
                         size_t columns, uint32_t rows) {
  T* numbers = values.data<T>();
  for (uint32_t row = 0; row < rows; ++row)
    if (cells[row * columns + column].negated && numbers[row] == 0) numbers[row] = 0;
}

}  // namespace

bool convert_literal_rows(Session& session, const parser::FingerprintRows& rows, std::string_view text,
                          std::span<const query::LiteralColumn> columns, std::vector<Chunk>& out) {
  query::EvaluationContext context;
  context.call = &session.call_context();
  context.catalog = &session.catalog();
  context.functions = session.context().function_runtime();
  std::vector<ColumnReader> readers;
  for (const query::LiteralColumn& column : columns) readers.emplace_back(session, column.type, column.typmod, false);
  TextCopy copy(text, rows.all);
  for (size_t first = 0; first < rows.row_count(); first += common::chunk_rows()) {
    auto count = static_cast<uint32_t>(std::min<size_t>(common::chunk_rows(), rows.row_count() - first));
    auto cells = std::span(rows.cells).subspan(first * columns.size(), count * columns.size());
    Chunk chunk;
    chunk.rows = count;
    for (size_t c = 0; c < columns.size(); ++c) {
      query::Rows wanted(count);
      Vector values = readers[c].read(context, copy.fields(cells, c, columns.size(), count), wanted);
      if (wanted.error) return false;
      if (columns[c].type == types::oid::kFloat8) only_positive_zeros<double>(values, cells, c, columns.size(), count);
      if (columns[c].type == types::oid::kFloat4) only_positive_zeros<float>(values, cells, c, columns.size(), count);
      chunk.columns.push_back(std::move(values));
    }
    out.push_back(std::move(chunk));
  }
  return true;
}

std::string text_of_examples(const parser::FingerprintRows& rows, std::string_view text) {
  std::string out(text.substr(0, static_cast<size_t>(rows.all.begin)));
  for (const auto& place : rows.examples) {
    if (&place != &rows.examples.front()) out += ", ";
    out += text.substr(static_cast<size_t>(place.begin), static_cast<size_t>(place.end - place.begin));
  }
  out += text.substr(static_cast<size_t>(rows.all.end));
  return out;
}

}  // namespace basalt::commands

#include "server/row_encoder.hpp"

#include <charconv>

#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"

namespace basalt::server {

using common::Chunk;
using common::Oid;
using common::PhysicalType;
using common::StringRef;
using common::Vector;

namespace {

query::EvaluatorPointer compile_io(commands::Session& session, Oid type, Oid function, Oid result) {
  query::Function call;
  call.function = function;
  call.type = result;
  auto slot = std::make_unique<query::Slot>();
  slot->type = type;
  slot->index = 0;
  call.arguments.push_back(std::move(slot));
  query::ExpressionCompiler compiler(session.catalog(), session.call_context());
  return compiler.compile(call);
}

}  // namespace

RowEncoder::RowEncoder(commands::Session& session, const std::vector<commands::ResultColumn>& columns,
                       const std::vector<int16_t>& formats) {
  for (size_t i = 0; i < columns.size(); ++i) {
    Column column;
    int16_t format = formats.empty() ? 0 : formats.size() == 1 ? formats[0] : formats[i];
    types::TypePointer type = session.catalog().type(columns[i].type);
    if (format == 0) {
      switch (columns[i].type.value) {
        case 16:
          column.direct = Direct::kBool;
          break;
        case 20:
          column.direct = Direct::kInt8;
          break;
        case 21:
          column.direct = Direct::kInt2;
          break;
        case 23:
          column.direct = Direct::kInt4;
          break;
        case 25:
        case 1042:
        case 1043:
        case 19:
          column.direct = Direct::kText;
          break;
        default:
          column.call = compile_io(session, columns[i].type, type->output, types::oid::kCstring);
      }
    } else {
      if (!type->send.valid())
        throw common::SqlError(
            common::sqlstate::kUndefinedFunction,
            "no binary output function available for type " + session.call_context().format_type(columns[i].type, -1));
      column.call = compile_io(session, columns[i].type, type->send, types::oid::kBytea);
    }
    columns_.push_back(std::move(column));
  }
}

void RowEncoder::encode(commands::Session& session, const Chunk& chunk, wire::MessageWriter& out) {
  std::vector<Vector> texts(columns_.size());
  query::EvaluationContext context;
  context.call = &session.call_context();
  context.catalog = &session.catalog();
  context.functions = static_cast<commands::SessionContext&>(session.call_context()).function_runtime();
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (!columns_[c].call) continue;
    Chunk one;
    one.columns.push_back(chunk.columns[c]);
    one.rows = chunk.rows;
    query::Rows rows(chunk.rows);
    texts[c] = columns_[c].call->evaluate(context, one, rows);
    rows.raise();
  }
  char digits[24];
  for (uint32_t row = 0; row < chunk.rows; ++row) {
    out.begin('D');
    out.int16(static_cast<int16_t>(columns_.size()));
    for (size_t c = 0; c < columns_.size(); ++c) {
      const Vector& source = columns_[c].call ? texts[c] : chunk.columns[c];
      if (source.is_null(row)) {
        out.int32(-1);
        continue;
      }
      auto number = [&](auto value) {
        auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out.int32(static_cast<int32_t>(end - digits));
        out.bytes({digits, static_cast<size_t>(end - digits)});
      };
      switch (columns_[c].direct) {
        case Direct::kInt2:
          number(source.view<int16_t>()[row]);
          break;
        case Direct::kInt4:
          number(source.view<int32_t>()[row]);
          break;
        case Direct::kInt8:
          number(source.view<int64_t>()[row]);
          break;
        case Direct::kBool:
          out.int32(1);
          out.byte(source.view<bool>()[row] ? 't' : 'f');
          break;
        case Direct::kText:
        case Direct::kNone: {
          std::string_view bytes = source.view<StringRef>()[row].view();
          out.int32(static_cast<int32_t>(bytes.size()));
          out.bytes(bytes);
        }
      }
    }
    out.end();
  }
}

}  // namespace basalt::server

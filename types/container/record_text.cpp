#include "types/container/record_text.hpp"

#include "types/call_context.hpp"
#include "types/container/array_text.hpp"
#include "types/container/detail.hpp"
#include "types/container/message.hpp"
#include "types/container/record.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::SqlError;
using common::Value;

namespace {

class RecordParser {
 public:
  explicit RecordParser(std::string_view text) : text_(text) {}

  void open() {
    skip_blanks();
    if (peek() != '(') fail("Missing left parenthesis.");
    ++at_;
  }
  // Reads the next field; false: NULL.
  bool field(bool first, std::string& out) {
    if (!first) {
      if (peek() != ',') fail("Too few columns.");
      ++at_;
    }
    out.clear();
    if (peek() == ',' || peek() == ')') return false;
    bool quoted = false;
    while (quoted || (peek() != ',' && peek() != ')')) {
      char c = take();
      if (c == '\\') {
        out.push_back(take());
      } else if (c != '"') {
        out.push_back(c);
      } else if (quoted && peek() == '"') {
        out.push_back('"');
        ++at_;
      } else {
        quoted = !quoted;
      }
    }
    return true;
  }
  void close() {
    if (peek() != ')') fail("Too many columns.");
    ++at_;
    skip_blanks();
    if (at_ < text_.size()) fail("Junk after right parenthesis.");
  }

 private:
  [[noreturn]] void fail(const char* detail) const {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "malformed record literal: \"" + std::string(text_) + "\"")
        .detail(detail);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char take() {
    if (at_ >= text_.size()) fail("Unexpected end of input.");
    return text_[at_++];
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  std::string_view text_;
  size_t at_ = 0;
};

void check_composite(const TypeDescriptor& type) {
  if (type.kind != 'c') {
    throw SqlError(sqlstate::kFeatureNotSupported, "input of anonymous composite types is not implemented");
  }
}

Value null_field(CallContext& context, const TypeDescriptor& type) {
  Value value = Value::null(type.physical);
  if (type.kind == 'd') context.check_domain(type.oid, value);
  return value;
}

bool needs_quotes(std::string_view text, std::string_view special) {
  for (char c : text)
    if (c == '"' || c == '\\' || is_blank(c) || special.find(c) != std::string_view::npos) return true;
  return text.empty();
}

void append_doubled(std::string& out, std::string_view text) {
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back(c);
    out.push_back(c);
  }
}

// Nested records double their quotes at each level: a text of hundreds of megabytes is soon there. In pieces, between
// which a cancel is seen.
void append_field(CallContext& context, std::string& out, std::string_view text) {
  constexpr size_t kPieceBytes = 1 << 20;
  constexpr std::string_view kSpecial = "(),";
  bool quotes = text.empty();
  for (size_t at = 0; at < text.size() && !quotes; at += kPieceBytes) {
    container::check_growing_text(context, out);
    quotes = needs_quotes(text.substr(at, kPieceBytes), kSpecial);
  }
  if (quotes) out.push_back('"');
  for (size_t at = 0; at < text.size(); at += kPieceBytes) {
    std::string_view piece = text.substr(at, kPieceBytes);
    if (quotes)
      append_doubled(out, piece);
    else
      out += piece;
    container::check_growing_text(context, out);
  }
  if (quotes) out.push_back('"');
}

}  // namespace

void append_quoted(std::string& out, std::string_view text, std::string_view special) {
  if (!needs_quotes(text, special)) {
    out += text;
    return;
  }
  out.push_back('"');
  append_doubled(out, text);
  out.push_back('"');
}

std::string parse_record(CallContext& context, std::string_view text, const TypeDescriptor& type, int32_t typmod) {
  check_composite(type);
  RecordParser parser(text);
  RecordBuilder builder(type.oid, typmod);
  parser.open();
  bool first = true;
  std::string field;
  for (const CompositeAttribute& attribute : type.attributes) {
    if (attribute.dropped) continue;
    TypePointer field_type = context.type(attribute.type);
    Value value = parser.field(first, field) ? context.input(attribute.type, field, attribute.typmod)
                                             : null_field(context, *field_type);
    builder.append(attribute.type, field_type->physical, value);
    first = false;
  }
  parser.close();
  builder.number_fields(type);
  return builder.finish();
}

std::string record_to_string(CallContext& context, std::string_view bytes) {
  RecordView record(bytes);
  std::string out = "(";
  for (uint32_t i = 0; i < record.size(); ++i) {
    if (i > 0) out.push_back(',');
    if (record.is_null(i)) continue;
    append_field(context, out, context.output(record.field_type(i), record.value(i)));
  }
  out.push_back(')');
  return out;
}

std::string receive_record(CallContext& context, std::string_view message, const TypeDescriptor& type, int32_t typmod) {
  check_composite(type);
  int32_t expected = 0;
  for (const CompositeAttribute& attribute : type.attributes) expected += !attribute.dropped;
  auto count = take_message<int32_t>(message);
  if (count != expected) {
    throw SqlError(sqlstate::kDatatypeMismatch,
                   "wrong number of columns: " + std::to_string(count) + ", expected " + std::to_string(expected));
  }
  RecordBuilder builder(type.oid, typmod);
  int32_t column = 0;
  for (const CompositeAttribute& attribute : type.attributes) {
    if (attribute.dropped) continue;
    ++column;
    Oid sent{take_message<uint32_t>(message)};
    if (sent != attribute.type) {
      throw SqlError(sqlstate::kDatatypeMismatch,
                     "binary data has type " + std::to_string(sent.value) + " (" + context.format_type(sent, -1) +
                         ") instead of expected " + std::to_string(attribute.type.value) + " (" +
                         context.format_type(attribute.type, -1) + ") in record column " + std::to_string(column));
    }
    TypePointer field_type = context.type(attribute.type);
    auto size = take_message<int32_t>(message);
    if (size < -1 || (size > 0 && static_cast<size_t>(size) > message.size())) {
      throw SqlError(sqlstate::kInvalidBinaryRepresentation, "insufficient data left in message");
    }
    Value value = size == -1 ? null_field(context, *field_type)
                             : context.receive(attribute.type, take_message_bytes(message, static_cast<size_t>(size)),
                                               attribute.typmod);
    builder.append(attribute.type, field_type->physical, value);
  }
  builder.number_fields(type);
  return builder.finish();
}

std::string send_record(CallContext& context, std::string_view bytes) {
  RecordView record(bytes);
  std::string out;
  append_message(out, static_cast<int32_t>(record.size()));
  for (uint32_t i = 0; i < record.size(); ++i) {
    append_message(out, record.field_type(i).value);
    if (record.is_null(i)) {
      append_message(out, int32_t{-1});
      continue;
    }
    std::string field = context.send(record.field_type(i), record.value(i));
    append_message(out, static_cast<int32_t>(field.size()));
    out += field;
  }
  return out;
}

}  // namespace basalt::types

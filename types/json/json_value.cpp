#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/record.hpp"
#include "types/function.hpp"
#include "types/json/json.hpp"
#include "types/json/lexer.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;
using common::Value;

void append_quoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (char c : text) {
    switch (c) {
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
          out += escape;
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

namespace {

enum class Category : uint8_t { kBool, kNumber, kTime, kJson, kJsonb, kArray, kRecord, kOther };

struct Described {
  Category category;
  TypePointer type;  // the base type of a domain
};

Described describe(CallContext& context, Oid oid) {
  TypePointer type = context.type(oid);
  while (type->kind == 'd') type = context.type(type->base);
  switch (type->oid.value) {
    case oid::kBool.value:
      return {Category::kBool, type};
    case oid::kInt2.value:
    case oid::kInt4.value:
    case oid::kInt8.value:
    case oid::kFloat4.value:
    case oid::kFloat8.value:
    case oid::kNumeric.value:
      return {Category::kNumber, type};
    case oid::kDate.value:
    case oid::kTimestamp.value:
    case oid::kTimestamptz.value:
      return {Category::kTime, type};
    case oid::kJson.value:
      return {Category::kJson, type};
    case oid::kJsonb.value:
      return {Category::kJsonb, type};
    case oid::kAnyarray.value:
      return {Category::kArray, type};
    case oid::kRecord.value:
      return {Category::kRecord, type};
    default:
      break;
  }
  if (type->is_true_array()) return {Category::kArray, type};
  if (type->kind == 'c') return {Category::kRecord, type};
  return {Category::kOther, type};
}

// "NaN" and "Infinity" are numbers to SQL only.
bool is_json_number(std::string_view text) {
  return !text.empty() &&
         (text[0] == '-' ? text.size() > 1 && text[1] >= '0' && text[1] <= '9' : text[0] >= '0' && text[0] <= '9');
}

std::string field_name(const RecordView& record, const TypeDescriptor& type, uint32_t field) {
  uint32_t live = 0;
  for (const CompositeAttribute& attribute : type.attributes) {
    if (!attribute.dropped && live++ == field) return attribute.name;
  }
  return record.name(field);
}

TypePointer record_type(CallContext& context, const RecordView& record, const TypePointer& declared) {
  return record.type() == declared->oid ? declared : context.type(record.type());
}

// --- text ----------------------------------------------------------------------------------------------------------

void append_array(CallContext& context, const ArrayView& array, int dimension, uint32_t& at, bool pretty,
                  std::string& out) {
  const char* separator = pretty ? ",\n " : ",";
  out.push_back('[');
  int32_t length = array.dimension(dimension).length;
  for (int32_t i = 0; i < length; ++i) {
    if (i > 0) out += separator;
    if (dimension + 1 < array.dimensions()) {
      append_array(context, array, dimension + 1, at, false, out);
    } else {
      append_json(context, array.element_type(), array.value(at), out);
      ++at;
    }
  }
  out.push_back(']');
}

void append_any_array(CallContext& context, std::string_view bytes, bool pretty, std::string& out) {
  ArrayView array(bytes);
  if (array.size() == 0) {
    out += "[]";
    return;
  }
  uint32_t at = 0;
  append_array(context, array, 0, at, pretty, out);
}

void append_record(CallContext& context, std::string_view bytes, const TypePointer& declared, bool pretty,
                   std::string& out) {
  RecordView record(bytes);
  TypePointer type = record_type(context, record, declared);
  out.push_back('{');
  for (uint32_t i = 0; i < record.size(); ++i) {
    if (i > 0) out += pretty ? ",\n " : ",";
    append_quoted(field_name(record, *type, i), out);
    out.push_back(':');
    append_json(context, record.field_type(i), record.value(i), out);
  }
  out.push_back('}');
}

void append_described(CallContext& context, const Described& d, const Value& value, bool pretty, std::string& out) {
  switch (d.category) {
    case Category::kBool:
      out += value.as<bool>() ? "true" : "false";
      break;
    case Category::kNumber: {
      std::string text = context.output(d.type->oid, value);
      if (is_json_number(text))
        out += text;
      else
        append_quoted(text, out);
      break;
    }
    case Category::kTime:
      append_quoted(iso_text(context, d.type->oid, value), out);
      break;
    case Category::kJson:
      out += value.string();
      break;
    case Category::kJsonb:
      append_text(View(value.string()), out);
      break;
    case Category::kArray:
      append_any_array(context, value.string(), pretty, out);
      break;
    case Category::kRecord:
      append_record(context, value.string(), d.type, pretty, out);
      break;
    case Category::kOther:
      append_quoted(context.output(d.type->oid, value), out);
      break;
  }
}

[[noreturn]] void fail_key() {
  throw SqlError(sqlstate::kInvalidParameterValue, "key value must be scalar, not array, composite, or json");
}

std::string key_text(CallContext& context, Oid type, const Value& value) {
  Described d = describe(context, type);
  switch (d.category) {
    case Category::kArray:
    case Category::kRecord:
    case Category::kJson:
    case Category::kJsonb:
      fail_key();
    case Category::kBool:
      return value.as<bool>() ? "true" : "false";
    case Category::kTime:
      return iso_text(context, d.type->oid, value);
    default:
      return context.output(d.type->oid, value);
  }
}

// --- jsonb ---------------------------------------------------------------------------------------------------------

void build_array(CallContext& context, const ArrayView& array, int dimension, uint32_t& at, Builder& builder) {
  builder.begin_array();
  int32_t length = array.dimensions() == 0 ? 0 : array.dimension(dimension).length;
  for (int32_t i = 0; i < length; ++i) {
    if (dimension + 1 < array.dimensions()) {
      build_array(context, array, dimension + 1, at, builder);
    } else {
      build_jsonb(context, array.element_type(), array.value(at), builder);
      ++at;
    }
  }
  builder.end_array();
}

void build_record(CallContext& context, std::string_view bytes, const TypePointer& declared, Builder& builder) {
  RecordView record(bytes);
  TypePointer type = record_type(context, record, declared);
  builder.begin_object();
  for (uint32_t i = 0; i < record.size(); ++i) {
    builder.key(field_name(record, *type, i));
    build_jsonb(context, record.field_type(i), record.value(i), builder);
  }
  builder.end_object();
}

void build_number(CallContext& context, Oid type, const Value& value, Builder& builder) {
  if (type == oid::kNumeric && !numeric::is_special(value.string())) {
    builder.number(value.string());
    return;
  }
  std::string text = context.output(type, value);
  if (is_json_number(text))
    builder.number(numeric::parse(text));
  else
    builder.string(text);
}

// The context of a call, but with DateStyle ISO.
class IsoContext final : public CallContext {
 public:
  explicit IsoContext(CallContext& inner) : inner_(inner), settings_(inner.settings()) {
    settings_.date_style = DateStyle::kIso;
    settings_.date_order = DateOrder::kYmd;
  }
  const TypeSettings& settings() const override { return settings_; }
  bool setting(std::string_view name, std::string& value) override { return inner_.setting(name, value); }
  common::Interrupt& interrupt() override { return inner_.interrupt(); }
  common::MemoryBudget& memory() override { return inner_.memory(); }
  void notice(common::ErrorReport report) override { inner_.notice(std::move(report)); }
  int64_t transaction_time() override { return inner_.transaction_time(); }
  int64_t statement_time() override { return inner_.statement_time(); }
  int64_t clock_time() override { return inner_.clock_time(); }
  uint64_t random() override { return inner_.random(); }
  void seed_random(double seed) override { inner_.seed_random(seed); }
  TypePointer type(Oid type) override { return inner_.type(type); }
  Oid parse_object_name(Oid kind, std::string_view text) override { return inner_.parse_object_name(kind, text); }
  std::string object_name(Oid kind, Oid object) override { return inner_.object_name(kind, object); }
  std::string format_type(Oid type, int32_t typmod) override { return inner_.format_type(type, typmod); }
  Value input(Oid type, std::string_view text, int32_t typmod) override { return inner_.input(type, text, typmod); }
  std::string output(Oid type, const Value& value) override { return inner_.output(type, value); }
  Value receive(Oid type, std::string_view bytes, int32_t typmod) override {
    return inner_.receive(type, bytes, typmod);
  }
  std::string send(Oid type, const Value& value) override { return inner_.send(type, value); }
  void check_domain(Oid domain, const Value& value) override { inner_.check_domain(domain, value); }
  Value cast(Oid from, const Value& value, Oid to, int32_t typmod) override {
    return inner_.cast(from, value, to, typmod);
  }
  void* service(std::string_view name) override { return inner_.service(name); }

 private:
  CallContext& inner_;
  TypeSettings settings_;
};

}  // namespace

std::string iso_text(CallContext& context, Oid type, const Value& value) {
  const char* symbol = type == oid::kDate ? "date_out" : type == oid::kTimestamp ? "timestamp_out" : "timestamptz_out";
  ScalarKernel kernel = FunctionRegistry::instance().scalar(symbol);
  ENSURE(kernel, std::string(symbol) + " is not registered");
  IsoContext iso(context);
  FunctionCall call;
  std::unique_ptr<CallState> state;
  call.context = &iso;
  call.argument_types = {&type, 1};
  call.result_type = oid::kCstring;
  call.state = &state;
  Vector argument = Vector::constant(value.type(), value);
  Vector result(common::PhysicalType::kString, 1);
  kernel(call, {&argument, 1}, 1, result);
  if (call.failed()) throw *call.failure;
  std::string text(result.value(0).string());
  if (type == oid::kDate) return text;
  size_t blank = text.find(' ');
  if (blank == std::string::npos) return text;  // infinity
  text[blank] = 'T';
  if (type == oid::kTimestamp) return text;
  // The zone's minutes are always written: -05 becomes -05:00.
  size_t zone = text.find_first_of("+-", blank);
  size_t end = std::min(text.find(' ', blank), text.size());
  if (zone != std::string::npos && end == zone + 3) text.insert(end, ":00");
  return text;
}

void append_json(CallContext& context, Oid type, const Value& value, std::string& out) {
  if (value.is_null())
    out += "null";
  else
    append_described(context, describe(context, type), value, false, out);
}

void append_pretty_json(CallContext& context, Oid type, const Value& value, std::string& out) {
  append_described(context, describe(context, type), value, true, out);
}

void append_json_key(CallContext& context, Oid type, const Value& value, std::string& out) {
  append_quoted(key_text(context, type, value), out);
}

std::string jsonb_key(CallContext& context, Oid type, const Value& value) { return key_text(context, type, value); }

void build_jsonb(CallContext& context, Oid type, const Value& value, Builder& builder) {
  if (value.is_null()) {
    builder.null();
    return;
  }
  Described d = describe(context, type);
  switch (d.category) {
    case Category::kBool:
      builder.boolean(value.as<bool>());
      break;
    case Category::kNumber:
      build_number(context, d.type->oid, value, builder);
      break;
    case Category::kTime:
      builder.string(iso_text(context, d.type->oid, value));
      break;
    case Category::kJson:
      builder.node(View(parse_jsonb(value.string())));
      break;
    case Category::kJsonb:
      builder.node(View(value.string()));
      break;
    case Category::kArray: {
      uint32_t at = 0;
      build_array(context, ArrayView(value.string()), 0, at, builder);
      break;
    }
    case Category::kRecord:
      build_record(context, value.string(), d.type, builder);
      break;
    case Category::kOther:
      builder.string(context.output(d.type->oid, value));
      break;
  }
}

}  // namespace basalt::types::json

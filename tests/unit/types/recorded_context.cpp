#include "recorded_context.hpp"

#include <fstream>

#include "common/sqlstate.hpp"
#include "types/container/record.hpp"
#include "types/time_zone.hpp"
#include "types/type_operations.hpp"

namespace basalt::types::test {

namespace sqlstate = common::sqlstate;
using common::SqlError;

std::vector<std::string> split_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back();
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      char c = line[++i];
      // A whole field \N is NULL and stays as it is.
      if (c == 'N')
        fields.back() += "\\N";
      else
        fields.back().push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
    } else {
      fields.back().push_back(line[i]);
    }
  }
  return fields;
}

std::vector<std::vector<std::string>> recorded_lines(const std::string& file) {
  std::ifstream in(BASALT_RECORDED_DIRECTORY + file);
  ENSURE(in.good(), "no recorded file " + file);
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(split_fields(line));
  return lines;
}

RecordedContext::RecordedContext() {
  register_types();
  settings_.time_zone = TimeZone::utc();
  for (const auto& fields : recorded_lines("types.tsv")) load_type(fields);
  for (auto& [oid, type] : types_) {
    if (type->kind == 'd') type->physical = types_.at(type->base)->physical;
  }
}

void RecordedContext::load_type(const std::vector<std::string>& f) {
  auto oid = [&](size_t i) { return Oid{static_cast<uint32_t>(std::stoul(f[i]))}; };
  if (f[0] == "E") {
    types_.at(oid(1))->labels.push_back({oid(2), std::stof(f[3]), f[4]});
    types_.at(oid(1))->physical = common::PhysicalType::kInt32;
    return;
  }
  if (f[0] == "A") {
    types_.at(oid(1))->attributes.push_back({f[2], oid(3), std::stoi(f[4]), oid(5), f[6] == "t"});
    return;
  }
  auto type = std::make_shared<TypeDescriptor>();
  type->oid = oid(1);
  type->name = f[2];
  type->length = static_cast<int16_t>(std::stoi(f[3]));
  type->by_value = f[4] == "t";
  type->kind = f[5][0];
  type->category = f[6][0];
  type->delimiter = f[7][0];
  type->relation = oid(8);
  type->subscript = oid(9);
  type->element = oid(10);
  type->array = oid(11);
  type->not_null = f[16] == "t";
  type->base = oid(17);
  type->typmod = std::stoi(f[18]);
  type->collation = oid(19);
  type->range_subtype = oid(20);
  type->range_collation = oid(21);
  type->multirange = oid(22);
  type->range = oid(23);
  type->physical = physical_type_of(type->oid);
  io_[type->oid] = {f[12], f[13], f[14], f[15]};
  formatted_[type->oid] = f[24];
  names_[f[24]] = type->oid;
  names_.emplace(f[2], type->oid);
  types_[type->oid] = std::move(type);
}

Oid RecordedContext::type_named(const std::string& name) const {
  auto it = names_.find(name);
  ENSURE(it != names_.end(), "no recorded type " + name);
  return it->second;
}

TypePointer RecordedContext::type(Oid type) {
  auto it = types_.find(type);
  if (it == types_.end()) {
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for type " + std::to_string(type.value));
  }
  return it->second;
}

Value RecordedContext::call(const std::string& symbol, const std::vector<Value>& arguments,
                            const std::vector<Oid>& types, Oid result, bool variadic_array) {
  ScalarKernel kernel = FunctionRegistry::instance().scalar(symbol);
  ENSURE(kernel, "no kernel for " + symbol);
  FunctionCall call;
  std::unique_ptr<CallState> state;
  call.context = this;
  call.argument_types = types;
  call.result_type = result;
  call.collation = Oid{100};
  call.state = &state;
  call.variadic_array = variadic_array;
  std::vector<Vector> columns;
  for (size_t i = 0; i < arguments.size(); ++i)
    columns.push_back(Vector::constant(type(types[i])->physical, arguments[i]));
  Vector out(type(result)->physical, 1);
  kernel(call, columns, 1, out);
  if (call.failed()) throw *call.failure;
  return out.value(0);
}

Oid RecordedContext::io_parameter(Oid type) const {
  Oid element = types_.at(type)->element;
  return element.valid() ? element : type;
}
Oid RecordedContext::parse_object_name(Oid, std::string_view text) { return type_named(std::string(text)); }
std::string RecordedContext::object_name(Oid, Oid object) { return format_type(object, -1); }
std::string RecordedContext::format_type(Oid type, int32_t) {
  auto it = formatted_.find(type);
  return it == formatted_.end() ? "???" : it->second;
}
Value RecordedContext::input(Oid type, std::string_view text, int32_t typmod) {
  return call(io_.at(type)[0], {Value::of(text), Value::of(io_parameter(type).value), Value::of(typmod)},
              {oid::kCstring, oid::kOid, oid::kInt4}, type);
}
std::string RecordedContext::output(Oid type, const Value& value) {
  while (types_.at(type)->kind == 'd') type = types_.at(type)->base;
  return std::string(call(io_.at(type)[1], {value}, {type}, oid::kCstring).string());
}
Value RecordedContext::receive(Oid type, std::string_view bytes, int32_t typmod) {
  return call(io_.at(type)[2], {Value::of(bytes), Value::of(io_parameter(type).value), Value::of(typmod)},
              {oid::kInternal, oid::kOid, oid::kInt4}, type);
}
std::string RecordedContext::send(Oid type, const Value& value) {
  return std::string(call(io_.at(type)[3], {value}, {type}, oid::kBytea).string());
}
// The one domain of the recordings: posint, a positive integer.
void RecordedContext::check_domain(Oid, const Value& value) {
  if (value.is_null() || value.as<int32_t>() > 0) return;
  throw SqlError(sqlstate::kCheckViolation, "value for domain posint violates check constraint \"posint_check\"");
}
Value RecordedContext::cast(Oid, const Value& value, Oid, int32_t) { return value; }

namespace {

struct Arguments {
  std::vector<Value> values;
  std::vector<Oid> types;
  bool variadic_array = false;
};

// "type=text" or "VARIADIC type=text"
Arguments read_arguments(RecordedContext& context, const std::vector<std::string>& fields) {
  Arguments out;
  for (size_t i = 4; i < fields.size(); ++i) {
    size_t equals = fields[i].find('=');
    std::string name = fields[i].substr(0, equals), text = fields[i].substr(equals + 1);
    if (name.starts_with("VARIADIC ")) {
      out.variadic_array = true;
      name = name.substr(9);
    }
    Oid type = context.type_named(name);
    out.types.push_back(type);
    if (text == "\\N")
      out.values.push_back(Value::null(context.type(type)->physical));
    else
      out.values.push_back(context.input(type, text, -1));
  }
  return out;
}

std::string show(RecordedContext& context, Oid type, const Value& value) {
  if (value.is_null()) return "NULL";
  if (type == oid::kBool) return value.as<bool>() ? "true" : "false";
  return context.output(type, value);
}

// The order of two values; names what of key, hash and vector comparison disagrees.
std::string check_operations(RecordedContext& context, const Arguments& a) {
  TypeOperationsPointer ops = type_operations(context, a.types[0], context.type(a.types[0])->collation);
  auto sign = [](int x) { return x < 0 ? -1 : x > 0; };
  int order = sign(ops->compare(a.values[0], a.values[1]));
  Vector left = Vector::constant(a.values[0].type(), a.values[0]);
  Vector right = Vector::constant(a.values[1].type(), a.values[1]);
  std::string left_key, right_key, out = std::to_string(order);
  ops->append_key(left, 0, left_key);
  ops->append_key(right, 0, right_key);
  if (sign(left_key.compare(right_key)) != order) out += " but not of the keys";
  if (sign(ops->compare(left, 0, right, 0)) != order) out += " but not of vectors";
  uint64_t left_hash = 7, right_hash = 7;
  ops->hash(left, 1, &left_hash);
  ops->hash(right, 1, &right_hash);
  if (order == 0 && left_hash != right_hash) out += " but hashes differ";
  if (ops->key_is_invertible()) {
    std::string_view key = left_key;
    Value decoded = ops->decode_key(key);
    if (!key.empty() || !decoded.identical(a.values[0])) out += " but key does not decode";
  }
  return out;
}

std::string send_and_receive(RecordedContext& context, Oid type, const Value& value) {
  std::string bytes = context.send(type, value), out;
  char hex[3];
  for (char c : bytes) {
    std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned char>(c));
    out += hex;
  }
  return out + " " + context.output(type, context.receive(type, bytes, -1));
}

std::string run_set(RecordedContext& context, const std::vector<std::string>& fields, const Arguments& a) {
  Oid result = context.type_named(fields[3]);
  FunctionCall call;
  std::unique_ptr<CallState> state;
  call.context = &context;
  call.argument_types = a.types;
  call.result_type = result;
  call.collation = Oid{100};
  call.state = &state;
  std::vector<Oid> columns;
  // "r:text,json": the columns of a function that returns record.
  for (size_t at = 2; at < fields[2].size();) {
    size_t comma = std::min(fields[2].find(',', at), fields[2].size());
    columns.push_back(context.type_named(fields[2].substr(at, comma - at)));
    at = comma + 1;
  }
  if (columns.empty()) {
    for (const CompositeAttribute& attribute : context.type(result)->attributes) columns.push_back(attribute.type);
  }
  if (columns.empty()) columns.push_back(result);
  std::unique_ptr<SetFunction> rows = FunctionRegistry::instance().set(fields[1])(call, a.values);
  std::string out;
  bool any = false;
  for (common::Chunk chunk;;) {
    rows->next(chunk, 3);
    if (chunk.rows == 0) return any ? out : "NULL";
    any = true;
    for (uint32_t row = 0; row < chunk.rows; ++row) {
      if (!out.empty()) out += "|";
      RecordBuilder record(oid::kRecord);
      for (size_t c = 0; c < columns.size(); ++c) record.append(columns[c], chunk.columns[c], row);
      if (columns.size() == 1)
        out += show(context, columns[0], chunk.value(0, row));
      else
        out += context.output(oid::kRecord, Value::of(record.finish()));
    }
  }
}

}  // namespace

std::string evaluate(RecordedContext& context, const std::vector<std::string>& fields) {
  try {
    Arguments a = read_arguments(context, fields);
    if (fields[1] == "@ops") return check_operations(context, a);
    if (fields[1] == "@out") return show(context, a.types[0], a.values[0]);
    if (fields[1] == "@sendrecv") return send_and_receive(context, a.types[0], a.values[0]);
    if (fields[1] == "@hashx") {
      TypeOperationsPointer ops = type_operations(context, a.types[0], context.type(a.types[0])->collation);
      uint64_t seed = static_cast<uint64_t>(a.values[1].as<int64_t>());
      return std::to_string(static_cast<int64_t>(ops->hash_extended(a.values[0], seed)));
    }
    if (fields[2] != "s") return run_set(context, fields, a);
    Oid result = context.type_named(fields[3]);
    return show(context, result, context.call(fields[1], a.values, a.types, result, a.variadic_array));
  } catch (const SqlError& error) {
    const common::ErrorReport& r = error.report();
    return "ERROR " + std::string(r.sqlstate.view()) + " " + r.message + "|" + r.detail + "|" + r.hint + "|" +
           r.context;
  }
}

}  // namespace basalt::types::test

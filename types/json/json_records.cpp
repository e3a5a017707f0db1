// json(b)_populate_record(set) and json(b)_to_record(set): JSON objects as rows.
//
// jsonb goes through its text, so both types share one way. The result type of the call must be a composite type that
// the context knows; for json_to_record it is the one that was made of the column definition list (ResultRow).
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/record.hpp"
#include "types/json/detail.hpp"
#include "types/json/document.hpp"
#include "types/result_row.hpp"
#include "types/value_function.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::PhysicalType;
using common::SqlError;

namespace {

class Populator {
 public:
  explicit Populator(CallContext& context) : context_(context) {}

  // The fields of `object` (null: none), with those of `base` where a key is absent.
  std::vector<Value> fields(const TypeDescriptor& type, const Document* object, const Value& base) {
    if (object && !object->is_object()) {
      throw SqlError(sqlstate::kInvalidParameterValue, std::string("cannot call populate_composite on ") +
                                                           (object->is_array() ? "an array" : "a scalar"));
    }
    std::optional<RecordView> defaults;
    if (!base.is_null()) defaults.emplace(base.string());
    std::vector<Value> out;
    for (const CompositeAttribute& attribute : type.attributes) {
      if (attribute.dropped) continue;
      const Document* value = object ? object->find(attribute.name) : nullptr;
      auto position = static_cast<uint32_t>(out.size());
      Value old = defaults && position < defaults->size() ? defaults->value(position) : Value();
      bool keep = !value && !old.is_null();
      out.push_back(keep ? old : convert(attribute.type, attribute.typmod, value, attribute.name, old));
    }
    return out;
  }

  Value record(const TypeDescriptor& type, const Document* object, const Value& base) {
    std::vector<Value> values = fields(type, object, base);
    RecordBuilder builder(type.oid, type.typmod);
    std::vector<std::string> names;
    for (const CompositeAttribute& attribute : type.attributes) {
      if (attribute.dropped) continue;
      builder.append(attribute.type, context_.type(attribute.type)->physical, values[names.size()]);
      names.push_back(attribute.name);
    }
    builder.number_fields(type);
    if (type.oid == oid::kRecord) builder.set_names(names);
    return Value::of(builder.finish());
  }

 private:
  // A JSON value (null: absent) as a value of a type; `key` for the hints of errors, `old` for the fields of a record
  // that the JSON object does not have.
  Value convert(Oid type_oid, int32_t typmod, const Document* value, std::string_view key, const Value& old) {
    TypePointer type = context_.type(type_oid);
    if (type->kind == 'd') {
      Value inner = convert(type->base, type->typmod, value, key, old);
      context_.check_domain(type_oid, inner);
      return inner;
    }
    if (!value || value->is_null()) return Value::null(type->physical);
    if (type->kind == 'c' && value->token != Token::kString) return record(*type, value, old);
    if (type->is_true_array() && value->token != Token::kString) return array(*type, typmod, *value, key);
    return context_.input(type_oid, scalar_text(type_oid, *value), typmod);
  }

  static std::string scalar_text(Oid type, const Document& value) {
    bool as_json = type == oid::kJson || type == oid::kJsonb;
    return value.token == Token::kString && !as_json ? value.string : std::string(value.raw);
  }

  // --- arrays: the first path down to something else than an array fixes the number of dimensions ---

  struct ArrayState {
    const TypeDescriptor& type;
    int32_t typmod;
    std::string_view key;
    TypePointer element;
    ArrayBuilder builder;
    int dimensions = 0;
    std::vector<int32_t> lengths;
    std::vector<size_t> at;
  };

  [[noreturn]] static void fail_expected_array(const ArrayState& state) {
    SqlError error(sqlstate::kInvalidTextRepresentation, "expected JSON array");
    std::string indices;
    for (size_t i : state.at) indices += "[" + std::to_string(i) + "]";
    std::string& hint = error.report().hint;
    if (indices.empty()) {
      if (!state.key.empty()) hint = "See the value of key \"" + std::string(state.key) + "\".";
    } else if (state.key.empty()) {
      hint = "See the array element " + indices + ".";
    } else {
      hint = "See the array element " + indices + " of key \"" + std::string(state.key) + "\".";
    }
    throw error;
  }

  void add_elements(ArrayState& state, const Document& list, int depth) {
    state.at.push_back(0);
    for (const Document& element : list.values) {
      bool deeper = state.dimensions == 0 ? element.is_array() : depth < state.dimensions;
      if (deeper && !element.is_array()) fail_expected_array(state);
      if (deeper) {
        add_elements(state, element, depth + 1);
      } else {
        if (state.dimensions == 0) state.dimensions = depth;
        state.builder.append(convert(state.type.element, state.typmod, &element, state.key, Value()));
      }
      ++state.at.back();
    }
    state.at.pop_back();
    if (state.dimensions == 0) state.dimensions = depth;
    if (state.lengths.size() < static_cast<size_t>(depth)) state.lengths.resize(static_cast<size_t>(depth), -1);
    int32_t& length = state.lengths[static_cast<size_t>(depth - 1)];
    auto here = static_cast<int32_t>(list.values.size());
    if (length != -1 && length != here) {
      throw SqlError(sqlstate::kInvalidTextRepresentation, "malformed JSON array")
          .detail("Multidimensional arrays must have sub-arrays with matching dimensions.");
    }
    length = here;
  }

  Value array(const TypeDescriptor& type, int32_t typmod, const Document& value, std::string_view key) {
    TypePointer element = context_.type(type.element);
    ArrayState state{type, typmod, key, element, ArrayBuilder(type.element, element->physical), 0, {}, {}};
    if (!value.is_array()) fail_expected_array(state);
    add_elements(state, value, 1);
    if (state.builder.size() == 0) return Value::of(state.builder.finish());
    std::vector<ArrayDimension> shape;
    for (int32_t length : state.lengths) shape.push_back({length, 1});
    if (shape.size() > kArrayDimensionsMax) {
      throw SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(shape.size()) +
                                                          ") exceeds the maximum allowed (6)");
    }
    return Value::of(state.builder.finish(shape));
  }

  CallContext& context_;
};

// What the functions are called in messages, and how they read their argument.
struct Flavor {
  const char* prefix;
  bool binary;
};
constexpr Flavor kJson{"json", false};
constexpr Flavor kJsonb{"jsonb", true};

std::string text_of(const Flavor& flavor, const Value& value) {
  return flavor.binary ? to_text(View(value.string())) : std::string(value.string());
}

struct RowType {
  TypePointer row;     // the composite type
  TypePointer domain;  // over it, or null
};

RowType row_type(FunctionCall& call, Oid type, const char* function) {
  RowType out;
  auto* defined = call.state ? dynamic_cast<ResultRow*>(call.state->get()) : nullptr;
  if (type == oid::kRecord && defined) {
    out.row = defined->row;
    return out;
  }
  out.row = call.context->type(type);
  if (out.row->kind == 'd') {
    out.domain = out.row;
    while (out.row->kind == 'd') out.row = call.context->type(out.row->base);
  }
  if (type == oid::kRecord)
    throw SqlError(sqlstate::kFeatureNotSupported,
                   std::string("could not determine row type for result of ") + function)
        .hint(
            "Provide a non-null record argument, or call the function in the FROM clause using a column definition "
            "list.");
  if (out.row->kind != 'c') {
    throw SqlError(sqlstate::kDatatypeMismatch, std::string("first argument of ") + function + " must be a row type");
  }
  return out;
}

// The row type that an anonymous record has by itself.
TypePointer type_of_record(const RecordView& record) {
  auto row = std::make_shared<TypeDescriptor>();
  row->oid = oid::kRecord;
  row->kind = 'c';
  for (uint32_t i = 0; i < record.size(); ++i)
    row->attributes.push_back({record.name(i), record.field_type(i), -1, {}, false});
  return row;
}

// A base record says what the rows are, whatever a column definition list says; so does its declared type.
RowType row_type_of_base(FunctionCall& call, const Value& base, const char* function) {
  if (base.is_null()) return row_type(call, call.result_type, function);
  RecordView record(base.string());
  if (record.type() != oid::kRecord) return row_type(call, record.type(), function);
  if (call.result_type == oid::kRecord) return {type_of_record(record), nullptr};
  return row_type(call, call.result_type, function);
}

// Base record and JSON given: (base, json).
template <const Flavor& F>
Value populate_record(FunctionCall& call, std::span<const Value> arguments) {
  std::string function = std::string(F.prefix) + "_populate_record";
  RowType type = row_type_of_base(call, arguments[0], function.c_str());
  if (arguments[1].is_null()) return arguments[0];
  std::string text = text_of(F, arguments[1]);
  Document document = parse_document(text);
  Value record = Populator(*call.context).record(*type.row, &document, arguments[0]);
  if (type.domain) call.context->check_domain(type.domain->oid, record);
  return record;
}

template <const Flavor& F>
Value to_record(FunctionCall& call, std::span<const Value> arguments) {
  std::string function = std::string(F.prefix) + "_to_record";
  RowType type = row_type(call, call.result_type, function.c_str());
  std::string text = text_of(F, arguments[0]);
  Document document = parse_document(text);
  return Populator(*call.context).record(*type.row, &document, Value());
}

class RecordRows : public RowSetFunction {
 public:
  RecordRows(std::vector<PhysicalType> columns, std::vector<std::vector<Value>> rows)
      : RowSetFunction(std::move(columns)), rows_(std::move(rows)) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (at_ >= rows_.size()) return false;
    const std::vector<Value>& values = rows_[at_++];
    for (size_t c = 0; c < values.size(); ++c) {
      if (values[c].is_null())
        out.columns[c].set_null(row);
      else
        out.columns[c].set_value(row, values[c]);
    }
    return true;
  }

 private:
  std::vector<std::vector<Value>> rows_;
  size_t at_ = 0;
};

class RecordsAsValues final : public RecordRows, public RowsAreRecords {
 public:
  using RecordRows::RecordRows;
};

template <const Flavor& F>
std::unique_ptr<SetFunction> make_rows(FunctionCall& call, const RowType& type, const Value& base, const Value& json,
                                       const std::string& function) {
  // What the caller expects is not what an anonymous base record has: it comes as a record, to be compared.
  const bool as_records = type.row->oid == oid::kRecord && !base.is_null();
  std::vector<PhysicalType> columns;
  for (const CompositeAttribute& attribute : type.row->attributes) {
    if (!attribute.dropped && !as_records) columns.push_back(call.context->type(attribute.type)->physical);
  }
  if (as_records) columns.push_back(PhysicalType::kString);
  std::vector<std::vector<Value>> rows;
  if (!json.is_null()) {
    std::string text = text_of(F, json);
    Document document = parse_document(text);
    if (!document.is_array()) {
      const char* what = F.binary ? "a non-array" : document.is_object() ? "an object" : "a scalar";
      throw SqlError(sqlstate::kInvalidParameterValue, "cannot call " + function + " on " + what);
    }
    Populator populator(*call.context);
    for (const Document& element : document.values) {
      if (!element.is_object()) {
        throw SqlError(sqlstate::kInvalidParameterValue, "argument of " + function + " must be an array of objects");
      }
      if (as_records)
        rows.push_back({populator.record(*type.row, &element, base)});
      else
        rows.push_back(populator.fields(*type.row, &element, base));
    }
  }
  if (as_records) return std::make_unique<RecordsAsValues>(std::move(columns), std::move(rows));
  return std::make_unique<RecordRows>(std::move(columns), std::move(rows));
}

template <const Flavor& F>
std::unique_ptr<SetFunction> populate_recordset(FunctionCall& call, std::span<const Value> arguments) {
  std::string function = std::string(F.prefix) + "_populate_recordset";
  RowType type = row_type_of_base(call, arguments[0], function.c_str());
  return make_rows<F>(call, type, arguments[0], arguments[1], function);
}
template <const Flavor& F>
std::unique_ptr<SetFunction> to_recordset(FunctionCall& call, std::span<const Value> arguments) {
  std::string function = std::string(F.prefix) + "_to_recordset";
  RowType type = row_type(call, call.result_type, function.c_str());
  return make_rows<F>(call, type, Value(), arguments[0], function);
}

}  // namespace

void register_json_records(FunctionRegistry& registry) {
  registry.add_scalar("json_populate_record", value_kernel<populate_record<kJson>, NullArguments::kReach>());
  registry.add_scalar("jsonb_populate_record", value_kernel<populate_record<kJsonb>, NullArguments::kReach>());
  registry.add_scalar("json_to_record", value_kernel<to_record<kJson>>());
  registry.add_scalar("jsonb_to_record", value_kernel<to_record<kJsonb>>());
  registry.add_set("json_populate_recordset", populate_recordset<kJson>);
  registry.add_set("jsonb_populate_recordset", populate_recordset<kJsonb>);
  registry.add_set("json_to_recordset", to_recordset<kJson>);
  registry.add_set("jsonb_to_recordset", to_recordset<kJsonb>);
}

}  // namespace basalt::types::json

#include "commands/language/language.hpp"
#include "commands/language/language_state.hpp"
#include "commands/language/register.hpp"
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "query/polymorphic.hpp"
#include "types/container/record.hpp"
#include "types/container/value_codec.hpp"
#include "types/function_adaptor.hpp"
#include "types/result_row.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;

constexpr std::string_view kSuppressUpdates = "suppress_redundant_updates_trigger";
constexpr Oid kInternalLanguage{12};

void RowsOfFunction::next(common::Chunk& out, uint32_t rows_max) {
  uint32_t count = static_cast<uint32_t>(std::min<size_t>(rows_max, rows_.size() - at_));
  out.reset(types_, count);
  for (uint32_t i = 0; i < count; ++i)
    for (size_t c = 0; c < types_.size(); ++c) out.columns[c].set_value(i, rows_[at_ + i][c]);
  out.rows = count;
  at_ += count;
}

common::PhysicalType physical_of(Session& session, Oid type) { return session.catalog().type(type)->physical; }

bool is_row_type(Session& session, Oid type) {
  types::TypePointer descriptor = session.catalog().type(type);
  while (descriptor && descriptor->kind == 'd') descriptor = session.catalog().type(descriptor->base);
  return descriptor && (descriptor->kind == 'c' || descriptor->oid == oid::kRecord);
}

ResultShape row_shape(Session& session, Oid type) {
  ResultShape shape;
  shape.is_row = true;
  shape.type = type;
  types::TypePointer descriptor = session.catalog().type(type);
  while (descriptor && descriptor->base.valid() && descriptor->kind == 'd')
    descriptor = session.catalog().type(descriptor->base);
  catalog::RelationPointer relation =
      descriptor && descriptor->relation.valid() ? session.catalog().relation(descriptor->relation) : nullptr;
  if (!relation) {
    shape.known = false;
    return shape;
  }
  shape.type = descriptor->oid;
  shape.row_type = descriptor;
  for (const auto& column : relation->columns) {
    if (column.dropped) continue;
    shape.types.push_back(column.type);
    shape.typmods.push_back(column.typmod);
    shape.names.push_back(column.name);
  }
  return shape;
}

ResultShape result_shape(Session& session, const catalog::FunctionDescriptor& function, Oid actual_type,
                         std::span<const Oid> argument_types) {
  ResultShape shape;
  Oid type = actual_type.valid() ? actual_type : function.result_type;
  std::vector<Oid> outputs;
  std::vector<std::string> names;
  for (size_t i = 0; i < function.argument_modes.size(); ++i) {
    char mode = function.argument_modes[i];
    if (mode != 'o' && mode != 'b' && mode != 't') continue;
    outputs.push_back(query::resolve_polymorphic(function.all_argument_types[i], function.argument_types,
                                                 {argument_types.begin(), argument_types.end()}, session.catalog(),
                                                 session.context()));
    std::string name = i < function.argument_names.size() ? function.argument_names[i] : "";
    names.push_back(name.empty() ? "column" + std::to_string(outputs.size()) : name);
  }
  if (outputs.size() > 1 || (function.kind == 'p' && !outputs.empty())) {
    shape.is_row = true;
    shape.type = oid::kRecord;
    shape.types = outputs;
    shape.typmods.assign(outputs.size(), -1);
    shape.names = names;
  } else {
    types::TypePointer descriptor = session.catalog().type(type);
    types::TypePointer base = descriptor;
    while (base->kind == 'd' && base->base.valid()) base = session.catalog().type(base->base);
    if (base->kind == 'c' || type == oid::kRecord) shape = row_shape(session, type);
    shape.type = type;
    shape.is_void = type == oid::kVoid;
  }
  shape.is_set = function.returns_set;
  return shape;
}

ResultShape result_shape(Session& session, const catalog::FunctionDescriptor& function,
                         const types::FunctionCall& call) {
  ResultShape shape = result_shape(session, function, call.result_type, call.argument_types);
  auto* given = call.state ? dynamic_cast<types::ResultRow*>(call.state->get()) : nullptr;
  if (!given || !shape.is_row || shape.known) return shape;
  shape.known = shape.defined = true;
  for (const auto& column : given->row->attributes) {
    shape.types.push_back(column.type);
    shape.typmods.push_back(column.typmod);
    shape.names.push_back(column.name);
  }
  return shape;
}

Value make_record(const ResultShape& shape, const std::vector<Value>& row, const std::vector<Oid>& types) {
  types::RecordBuilder builder(shape.type.valid() ? shape.type : oid::kRecord);
  for (size_t i = 0; i < row.size(); ++i) builder.append(types[i], row[i].type(), row[i]);
  if (shape.row_type) builder.number_fields(*shape.row_type);
  if (shape.type == oid::kRecord && !shape.names.empty()) builder.set_names(shape.names);
  return Value::of(builder.finish());
}

namespace {

class LanguageRuntime : public query::FunctionRuntime {
 public:
  explicit LanguageRuntime(Session& session) : session_(session) {}

  Value call(const catalog::FunctionDescriptor& function, types::FunctionCall& call,
             std::span<const Value> arguments) override {
    CallScope scope(session_);
    FunctionSettings settings(session_, function);
    if (function.language == kSqlLanguage) return call_sql(session_, function, call, arguments);
    if (function.language == kPlpgsqlLanguage) return call_plpgsql(session_, function, call, arguments);
    throw refuse(function);
  }

  std::unique_ptr<types::SetFunction> call_set(const catalog::FunctionDescriptor& function, types::FunctionCall& call,
                                               std::span<const Value> arguments) override {
    CallScope scope(session_);
    FunctionSettings settings(session_, function);
    if (function.language == kSqlLanguage) return call_sql_set(session_, function, call, arguments);
    if (function.language == kPlpgsqlLanguage) return call_plpgsql_set(session_, function, call, arguments);
    throw refuse(function);
  }

 private:
  static SqlError refuse(const catalog::FunctionDescriptor& function) {
    return common::not_supported("function " + function.name + " in this language");
  }
  Session& session_;
};

}  // namespace

namespace {

// suppress_redundant_updates_trigger: an update that leaves every byte of the row as it was does not happen.
bool suppress_redundant_update(const TriggerCall& call) {
  auto violated = [](const char* what) {
    return SqlError(common::sqlstate::kERIETriggerProtocolViolated,
                    std::string("suppress_redundant_updates_trigger: must be called ") + what);
  };
  if (call.event != 16) throw violated("on update");
  if (!(call.trigger->type & 2)) throw violated("before update");
  if (!(call.trigger->type & 1)) throw violated("for each row");
  for (const auto& column : call.relation->columns) {
    if (column.dropped) continue;
    const auto at = static_cast<size_t>(column.number) - 1;
    const common::Vector &before = call.old_row->columns[at], &after = call.new_row->columns[at];
    if (before.is_null(0) != after.is_null(0)) return true;
    if (before.is_null(0)) continue;
    std::string old_bytes, new_bytes;
    types::append_bare_value(old_bytes, before.value(0));
    types::append_bare_value(new_bytes, after.value(0));
    if (old_bytes != new_bytes) return true;
  }
  return false;
}

std::string called_outside(types::FunctionCall&) {
  throw SqlError(common::sqlstate::kERIETriggerProtocolViolated,
                 "suppress_redundant_updates_trigger: must be called as trigger");
}

}  // namespace

bool call_trigger(Session& session, TriggerCall& call) {
  catalog::FunctionPointer function = session.catalog().function(call.trigger->function);
  if (!function)
    throw SqlError(common::sqlstate::kInternalError,
                   "cache lookup failed for function " + std::to_string(call.trigger->function.value));
  if (function->source == kSuppressUpdates && function->language == kInternalLanguage)
    return suppress_redundant_update(call);
  if (function->language != kPlpgsqlLanguage) throw common::not_supported("trigger function " + function->name);
  CallScope scope(session);
  FunctionSettings settings(session, *function);
  struct Depth {
    int& depth;
    explicit Depth(int& d) : depth(d) { ++depth; }
    ~Depth() { --depth; }
  } depth(language_state(session).trigger_depth);
  return call_plpgsql_trigger(session, *function, call);
}

void register_runtime() {
  types::FunctionRegistry::instance().add_scalar(std::string(kSuppressUpdates), types::scalar<called_outside>());
  set_function_runtime([](Session& session) -> std::unique_ptr<query::FunctionRuntime> {
    return std::make_unique<LanguageRuntime>(session);
  });
}

}  // namespace basalt::commands::language

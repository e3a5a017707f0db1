#include "commands/session_context.hpp"

#include <charconv>
#include <cstring>
#include <optional>

#include "catalog/names.hpp"
#include "commands/collations.hpp"
#include "common/sqlstate.hpp"
#include "query/stored_form.hpp"
#include "types/number/numeric.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

namespace {

FunctionRuntimeMaker g_runtime_maker = nullptr;

uint64_t random_seed() {
  uint64_t seed;
  common::strong_random(&seed, sizeof seed);
  return seed;
}

}  // namespace

void set_function_runtime(FunctionRuntimeMaker maker) { g_runtime_maker = maker; }

SessionContext::SessionContext(Session& session) : session_(session), random_(random_seed()) {}
SessionContext::~SessionContext() = default;

const types::TypeSettings& SessionContext::settings() const { return session_.settings_.types(); }
bool SessionContext::setting(std::string_view name, std::string& value) { return session_.settings_.get(name, value); }
common::Interrupt& SessionContext::interrupt() { return session_.interrupt_; }
common::MemoryBudget& SessionContext::memory() { return session_.query_memory_; }
void SessionContext::notice(common::ErrorReport report) { session_.notice(std::move(report)); }
int64_t SessionContext::transaction_time() { return session_.transaction_start(); }
int64_t SessionContext::statement_time() { return session_.statement_start(); }
int64_t SessionContext::clock_time() { return session_.server().clock.now_microseconds(); }

void SessionContext::seed_random(double seed) {
  uint64_t bits;
  std::memcpy(&bits, &seed, sizeof bits);
  random_ = common::RandomGenerator(bits);
}

types::TypePointer SessionContext::type(Oid type) {
  types::TypePointer found = session_.catalog().type(type);
  if (!found) throw SqlError(sqlstate::kInternalError, "cache lookup failed for type " + std::to_string(type.value));
  return found;
}

Oid SessionContext::parse_object_name(Oid kind, std::string_view text) {
  return catalog::parse_object_name({session_.catalog(), session_.search_path(), session_.current_user()}, kind, text);
}
std::string SessionContext::object_name(Oid kind, Oid object) {
  return catalog::object_name({session_.catalog(), session_.search_path(), session_.current_user()}, kind, object);
}
std::string SessionContext::format_type(Oid type, int32_t typmod) {
  return catalog::format_type({session_.catalog(), session_.search_path(), session_.current_user()}, type, typmod,
                              catalog::TypmodStyle::kGiven);
}

Value SessionContext::call_io(Oid function, std::span<const Value> arguments, std::span<const Oid> types, Oid result) {
  return query::call_function(session_.catalog(), *this, function_runtime(), function, arguments, types, result);
}

namespace {

// What most parameters are, without the general way through the type's input function.
std::optional<Value> plain_input(Oid type, std::string_view text, int32_t typmod) {
  if (typmod < 0 && (type == oid::kText || type == oid::kVarchar)) return Value::of(text);
  if (type == oid::kNumeric) return Value::of(types::numeric::parse(text, typmod));
  if (type != oid::kInt4 && type != oid::kInt8) return std::nullopt;
  int64_t number = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (type == oid::kInt8) return Value::of(number);
  if (number != static_cast<int32_t>(number)) return std::nullopt;
  return Value::of(static_cast<int32_t>(number));
}

// The element type for array-like types, else the type itself: the second argument of input and receive functions.
Oid io_parameter(const types::TypeDescriptor& type) { return type.element.valid() ? type.element : type.oid; }

}  // namespace

Value SessionContext::input(Oid type_oid, std::string_view text, int32_t typmod) {
  if (std::optional<Value> plain = plain_input(type_oid, text, typmod)) return *std::move(plain);
  types::TypePointer descriptor = type(type_oid);
  Value arguments[] = {Value::of(text), Value::of(static_cast<int32_t>(io_parameter(*descriptor).value)),
                       Value::of(typmod)};
  Oid types[] = {oid::kCstring, oid::kOid, oid::kInt4};
  catalog::FunctionPointer function = session_.catalog().function(descriptor->input);
  size_t count = function ? function->argument_types.size() : 3;
  return call_io(descriptor->input, {arguments, count}, {types, count}, type_oid);
}

std::string SessionContext::output(Oid type_oid, const Value& value) {
  types::TypePointer descriptor = type(type_oid);
  Oid types[] = {type_oid};
  return std::string(call_io(descriptor->output, {&value, 1}, types, oid::kCstring).string());
}

Value SessionContext::receive(Oid type_oid, std::string_view bytes, int32_t typmod) {
  types::TypePointer descriptor = type(type_oid);
  if (!descriptor->receive.valid())
    throw SqlError(sqlstate::kUndefinedFunction,
                   "no binary input function available for type " + format_type(type_oid, -1));
  Value arguments[] = {Value::of(bytes), Value::of(static_cast<int32_t>(io_parameter(*descriptor).value)),
                       Value::of(typmod)};
  Oid types[] = {oid::kInternal, oid::kOid, oid::kInt4};
  catalog::FunctionPointer function = session_.catalog().function(descriptor->receive);
  size_t count = function ? function->argument_types.size() : 3;
  return call_io(descriptor->receive, {arguments, count}, {types, count}, type_oid);
}

std::string SessionContext::send(Oid type_oid, const Value& value) {
  types::TypePointer descriptor = type(type_oid);
  if (!descriptor->send.valid())
    throw SqlError(sqlstate::kUndefinedFunction,
                   "no binary output function available for type " + format_type(type_oid, -1));
  Oid types[] = {type_oid};
  return std::string(call_io(descriptor->send, {&value, 1}, types, oid::kBytea).string());
}

namespace {

// `named` is the domain that errors speak of: the one that the value was to be of, not the one that has the constraint.
void check_domain_as(SessionContext& call, catalog::CatalogReader& catalog, Oid domain, const Value& value, Oid named) {
  types::TypePointer type = catalog.type(domain);
  if (type->kind != 'd') return;
  check_domain_as(call, catalog, type->base, value, named);
  if (type->not_null && value.is_null())
    throw SqlError(sqlstate::kNotNullViolation, "domain " + call.format_type(named, -1) + " does not allow null values")
        .schema(catalog.name_space(catalog.type(named)->namespace_oid)->name)
        .type(catalog.type(named)->name);
  struct Check {
    std::string name, tree;
  };
  std::vector<Check> checks;
  // pg_constraint (2606) by contypid (index 2666), columns oid, conname, ..., contype, ..., conbin.
  Value key[] = {Value::of(static_cast<int32_t>(domain.value))};
  catalog.scan(Oid{2606}, Oid{2666}, key, [&](common::RowId, const catalog::CatalogRow& row) {
    if (!row[25].is_null()) checks.push_back({std::string(row[1].string()), std::string(row[25].string())});
    return true;
  });
  std::sort(checks.begin(), checks.end(), [](const Check& a, const Check& b) { return a.name < b.name; });
  for (const Check& check : checks) {
    query::ExpressionPointer expression = query::expression_from_stored(check.tree, catalog);
    query::ExpressionCompiler compiler(catalog, call);
    query::EvaluatorPointer evaluator = compiler.compile(*expression);
    query::EvaluationContext context;
    context.call = &call;
    context.catalog = &catalog;
    context.functions = call.function_runtime();
    context.domain_value = &value;
    Value holds = query::evaluate_constant(*evaluator, context);
    if (holds.is_null() || holds.as<bool>()) continue;
    throw SqlError(sqlstate::kCheckViolation, "value for domain " + call.format_type(named, -1) +
                                                  " violates check constraint \"" + check.name + "\"")
        .schema(catalog.name_space(catalog.type(named)->namespace_oid)->name)
        .type(catalog.type(named)->name)
        .constraint(check.name);
  }
}

}  // namespace

void SessionContext::check_domain(Oid domain, const Value& value) {
  check_domain_as(*this, session_.catalog(), domain, value, domain);
}

Value SessionContext::cast(Oid from, const Value& value, Oid to, int32_t typmod) {
  auto constant = std::make_unique<query::Constant>();
  constant->type = from;
  constant->value = value;
  query::BindContext bind = session_.bind_context({});
  query::ExpressionPointer coerced = query::coerce_for_assignment(std::move(constant), to, typmod, bind);
  if (!coerced) {
    // PL/pgSQL and the like fall back to text.
    return value.is_null() ? Value::null(type(to)->physical) : input(to, output(from, value), typmod);
  }
  query::ExpressionCompiler compiler(session_.catalog(), *this);
  query::EvaluatorPointer evaluator = compiler.compile(*coerced);
  query::EvaluationContext context;
  context.call = this;
  context.catalog = &session_.catalog();
  context.functions = function_runtime();
  return query::evaluate_constant(*evaluator, context);
}

void* SessionContext::service(std::string_view name) {
  if (name == "catalog") return static_cast<catalog::CatalogService*>(this);
  if (name == "session") return &session_;
  if (name == "collation") return &collations_of(session_);
  return nullptr;
}

catalog::CatalogReader& SessionContext::reader() { return session_.catalog(); }
const catalog::SearchPath& SessionContext::search_path() { return session_.resolved_search_path().effective; }
const catalog::SearchPath& SessionContext::explicit_search_path() { return session_.resolved_search_path().shown; }
Oid SessionContext::current_user() { return session_.current_user(); }
Oid SessionContext::session_user() { return session_.session_user(); }
Oid SessionContext::temporary_schema() { return session_.temporary_schema(); }
catalog::DatabaseCatalog& SessionContext::database() { return session_.database_catalog(); }

query::FunctionRuntime* SessionContext::function_runtime() {
  if (!runtime_ && g_runtime_maker) runtime_ = g_runtime_maker(session_);
  return runtime_.get();
}

}  // namespace basalt::commands

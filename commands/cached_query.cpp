// Queries of the simple protocol through the statement cache (QRY-2, QRY-3).
//
//   fingerprint -> find -> lock the tables -> versions -> values of the literals -> privileges -> snapshot -> run
//
// Anything unusual about the text (several statements, an error, a notice, a literal that does not convert) goes the
// long way, which knows how to complain about it.
#include <algorithm>
#include <cmath>

#include "catalog/catalog_ids.hpp"
#include "commands/session_context.hpp"
#include "commands/statement_cache.hpp"
#include "common/sqlstate.hpp"
#include "parser/ast_select.hpp"
#include "planner/statistics.hpp"
#include "query/walker.hpp"
#include "types/container/array.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;

namespace {

// Longer texts are too unlikely to come back.
constexpr size_t kTextBytesMax = 256 << 10;
constexpr size_t kLiteralsMax = 16'384;
// What a cached statement may keep of literals that have to be the same.
constexpr size_t kPinnedBytesMax = 16 << 10;

// About ten lookups: for a plan that costs less another plan is not worth asking for.
constexpr double kCheapPlan = 100;

bool only_space(std::string_view text) { return text.find_first_not_of(" \t\r\n\f;") == std::string_view::npos; }

// Words whose value as a date or time depends on when they are read.
bool names_a_moment(std::string_view text) {
  std::string lower;
  for (char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* word : {"now", "today", "tomorrow", "yesterday"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

bool is_reg_type(Oid type) {
  switch (type.value) {
    case 24:    // regproc
    case 2202:  // regprocedure
    case 2203:  // regoper
    case 2204:  // regoperator
    case 2206:  // regtype
    case 3734:  // regconfig
    case 3769:  // regdictionary
    case 4089:  // regnamespace
    case 4096:  // regrole
    case 4191:  // regcollation
      return true;
    default:
      return false;
  }
}

// May the conversion of this string be kept? Notes what it depends on.
bool conversion_lasts(const query::Constant& constant, std::string_view text, catalog::CatalogReader& catalog,
                      query::BindDependencies& bound, PlanDependencies& dependencies) {
  if (constant.type == oid::kRegclass) {
    Oid relation{static_cast<uint32_t>(constant.value.as<int32_t>())};
    if (auto descriptor = catalog.relation(relation)) {
      dependencies.note_relation(relation);
      bound.namespaces.push_back(descriptor->namespace_oid);
      return true;
    }
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  types::TypePointer type = catalog.type(constant.type);
  while (type && !is_reg_type(type->oid) && type->element.valid()) type = catalog.type(type->element);
  if (!type || is_reg_type(type->oid) || type->kind == 'c' || type->kind == 'r' || type->kind == 'm') return false;
  auto input = catalog.function(type->input);
  return (input && input->volatility == 'i') || !names_a_moment(text);
}

// All literals that are not parameters have to be the same. False: they are too long to be kept.
bool pin_literals(const parser::Fingerprint& fingerprint, CachedStatement& statement) {
  std::vector<bool> is_parameter(fingerprint.literals.size());
  for (const auto& parameter : statement.literals)
    for (const auto& part : parameter.parts) is_parameter[static_cast<size_t>(part.literal)] = true;
  size_t bytes = 0;
  for (size_t i = 0; i < fingerprint.literals.size(); ++i) {
    if (is_parameter[i]) continue;
    statement.pinned.push_back({static_cast<int32_t>(i), std::string(fingerprint.literals[i].text)});
    bytes += sizeof(PinnedLiteral) + fingerprint.literals[i].text.size();
  }
  return bytes <= kPinnedBytesMax;
}

}  // namespace

bool is_shareable(const parser::ParsedStatement& statement) {
  if (!is_query(statement.kind)) return false;
  return statement.kind != parser::StatementKind::kSelect || !parser::as<parser::ParsedSelect>(statement).into;
}

uint32_t Session::plan_surroundings() {
  const catalog::SearchPath& path = search_path();
  if (surroundings_.number != 0 && surroundings_.search_path_changes == search_path_changes_ &&
      surroundings_.plan_generation == settings_.plan_generation() && surroundings_.user == current_user_)
    return surroundings_.number;
  std::string key = std::to_string(database().value) + ' ' + std::to_string(current_user_.value) + ' ' +
                    std::to_string(temporary_schema_.value);
  for (Oid name_space : path) key += ' ' + std::to_string(name_space.value);
  key += '\n' + settings_.plan_key();
  surroundings_ = {server_.statements->intern(key), search_path_changes_, settings_.plan_generation(), current_user_};
  return surroundings_.number;
}

bool Session::plans_stand(const PlanList& plans, const PlanDependencies& dependencies) {
  if (plans.empty() || !dependencies.settled()) return false;
  if (dependencies.newest_index_lsn() > kept_snapshot_lsn()) return false;
  lock_plan_tables(plans, transaction(), database());
  return dependencies.valid(catalog(), *database_catalog_, server_.storage, has_catalog_changes());
}

bool Session::fingerprint_for_cache(std::string_view text) {
  if (!settings_.session().statement_cache || phase_ == TransactionPhase::kFailed || text.size() > kTextBytesMax)
    return false;
  parser::ScannerOptions options;
  options.standard_conforming_strings = settings_.types().standard_conforming_strings;
  parser::fingerprint_statement(text, 0, *fingerprint_, &options);
  return fingerprint_->cacheable && fingerprint_->literals.size() <= kLiteralsMax &&
         only_space(text.substr(static_cast<size_t>(fingerprint_->next)));
}

void Session::literal_values(const CachedStatement& statement, std::vector<Value>& values) {
  auto value_of = [&](const query::LiteralParameter::Part& part, const query::LiteralParameter& parameter) {
    std::string_view text = fingerprint_->literals[static_cast<size_t>(part.literal)].text;
    std::string signed_text;
    if (part.negated) text = signed_text.append("-").append(text);
    return context_->input(parameter.type, text, parameter.typmod);
  };
  values.clear();
  values.reserve(statement.literals.size());
  for (const query::LiteralParameter& parameter : statement.literals) {
    if (!parameter.array_type.valid()) {
      values.push_back(value_of(parameter.parts[0], parameter));
      continue;
    }
    types::ArrayBuilder array(parameter.type, context_->type(parameter.type)->physical);
    for (const auto& part : parameter.parts) array.append(value_of(part, parameter));
    values.push_back(Value::of(array.finish()));
  }
}

// The shares of rows that the literals select, as powers of ten.
std::vector<int8_t> Session::literal_estimates(const CachedStatement& statement, const std::vector<Value>& values) {
  std::vector<int8_t> estimates;
  double cost = 0;
  for (const auto& plan : statement.plans) cost += plan->root->total_cost;
  if (cost <= kCheapPlan) return estimates;
  for (size_t i = 0; i < statement.literals.size(); ++i) {
    const query::LiteralParameter& literal = statement.literals[i];
    if (!literal.relation) continue;
    double share = planner::comparison_selectivity({catalog(), *context_, &server_.storage, settings_.planner(), {}},
                                                   literal, values[i]);
    estimates.push_back(static_cast<int8_t>(std::lround(std::log10(std::max(share, 1e-9)))));
  }
  return estimates;
}

// A plan for this text that still stands, and the values of its literals. Null: there is none, or a literal does not
// convert (then the bind finds the same error, and knows its place among the others of the text).
CachedStatementPointer Session::find_cached(const StatementKey& key, std::vector<Value>& values) {
  for (size_t number = 0; number < StatementCache::kPlansMax; ++number) {
    CachedStatementPointer cached = server_.statements->find(key, number);
    if (!cached) return nullptr;
    if (!plans_stand(cached->plans, *cached->dependencies)) {
      server_.statements->erase(key, cached);
      return nullptr;
    }
    try {
      literal_values(*cached, values);
    } catch (const SqlError&) {
      return nullptr;
    }
    // The last plan that there may be serves whatever the others do not.
    if (cached->estimates.empty() || number + 1 == StatementCache::kPlansMax ||
        literal_estimates(*cached, values) == cached->estimates)
      return cached;
  }
  return nullptr;
}

bool Session::run_cached(const StatementKey& key, ResultSink& sink) {
  std::vector<Value> literals;
  CachedStatementPointer cached = find_cached(key, literals);
  if (!cached) return false;
  ++statement_depth_;
  run_plans(cached->kind, cached->plans, cached->columns, {}, literals, sink);
  --statement_depth_;
  return true;
}

bool Session::prepare_from_cache(const StatementKey& key, PreparedStatement& prepared) {
  CachedStatementPointer cached = server_.statements->find(key);
  if (!cached) return false;
  if (!plans_stand(cached->plans, *cached->dependencies)) {
    server_.statements->erase(key, cached);
    return false;
  }
  prepared.kind = cached->kind;
  prepared.parameter_types = cached->parameter_types;
  prepared.plans = cached->plans;
  prepared.columns = cached->columns.back();
  prepared.returns_rows =
      cached->plans.back()->command == query::CommandKind::kSelect || cached->plans.back()->has_returning;
  prepared.dependencies = cached->dependencies;
  prepared.surroundings = key.surroundings;
  return true;
}

void Session::share_prepared(const StatementKey& key, const PreparedStatement& prepared) {
  if (prepared.plans.empty() || !prepared.dependencies->settled() || prepared.dependencies->converted_strings()) return;
  auto cached = std::make_shared<CachedStatement>();
  cached->kind = prepared.kind;
  cached->plans = prepared.plans;
  for (const auto& plan : prepared.plans) cached->columns.push_back(result_columns(*plan));
  cached->dependencies = prepared.dependencies;
  cached->parameter_types = prepared.parameter_types;
  if (pin_literals(*fingerprint_, *cached)) server_.statements->insert(key, std::move(cached));
}

void Session::run_and_share(const parser::ParsedStatementText& statement, const StatementKey& key,
                            std::string_view text, ResultSink& sink) {
  uint64_t notices_before = notices_;
  auto cached = std::make_shared<CachedStatement>();
  cached->kind = statement.statement->kind;
  auto dependencies = std::make_shared<PlanDependencies>();
  dependencies->begin(*database_catalog_);
  query::BindContext bind = bind_context(text);
  auto queries = query::bind_statement(*statement.statement, bind);
  for (const auto& query : queries) dependencies->note(*query);

  std::vector<query::LiteralText> literals;
  for (const auto& literal : fingerprint_->literals)
    literals.push_back({literal.literal_class, literal.location, literal.text});
  cached->literals = query::parameterise_literals(queries, literals, text, catalog());
  bool share = true;
  for (const auto& query : queries)
    query::walk_with_depth(*query, [&](const query::Expression& e, int) {
      const auto* constant = query::try_as<query::Constant>(&e);
      if (!constant || constant->literal < 0 || constant->type == oid::kUnknown || constant->type == oid::kText)
        return false;
      const query::LiteralText& literal = literals[static_cast<size_t>(constant->literal)];
      if (literal.literal_class == parser::LiteralClass::kString && !constant->value.is_null())
        share = share && conversion_lasts(*constant, literal.text, catalog(), bind.dependencies, *dependencies);
      return false;
    });
  std::vector<Value> values;
  literal_values(*cached, values);
  for (auto& query : queries) {
    planner::PlanContext plan_context{catalog(), *context_, &server_.storage, settings_.planner(), {}};
    plan_context.functions = context_->function_runtime();
    plan_context.literals = values;
    plan_context.snapshot_lsn = kept_snapshot_lsn();
    cached->plans.push_back(planner::plan(std::move(query), plan_context));
    cached->columns.push_back(result_columns(*cached->plans.back()));
  }
  for (Oid name_space : search_path()) bind.dependencies.namespaces.push_back(name_space);
  dependencies->settle(bind.dependencies, cached->plans, catalog(), *database_catalog_, server_.storage);

  cached->estimates = literal_estimates(*cached, values);
  // A plan without an index that all others may use is not for them.
  share = share && dependencies->newest_index_lsn() <= kept_snapshot_lsn() && dependencies->settled() &&
          !cached->plans.empty() && notices_ == notices_before;
  cached->dependencies = std::move(dependencies);
  if (pin_literals(*fingerprint_, *cached) && share) server_.statements->insert(key, cached);
  ++statement_depth_;
  run_plans(cached->kind, cached->plans, cached->columns, {}, values, sink);
  --statement_depth_;
}

}  // namespace basalt::commands

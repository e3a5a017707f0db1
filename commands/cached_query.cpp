// Queries of the simple protocol through the statement cache (QRY-2, QRY-3).
//
//   fingerprint -> find -> lock the tables -> versions -> values of the literals -> privileges -> snapshot -> run
//
// An INSERT of rows of literals is bound from a few of its rows, and its plan gets the rows at each execution: the text
// is scanned once, and but for that its rows cost no more than those of COPY.
//
// Anything unusual about the text (several statements, an error, a notice, a literal that does not convert) goes the
// long way, which knows how to complain about it.
#include <algorithm>
#include <cmath>

#include "catalog/catalog_ids.hpp"
#include "commands/literal_chunks.hpp"
#include "commands/session_context.hpp"
#include "commands/statement_cache.hpp"
#include "common/sqlstate.hpp"
#include "parser/ast_select.hpp"
#include "planner/statistics.hpp"
#include "query/walker.hpp"
#include "types/container/array.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;

namespace {

// Longer texts are too unlikely to come back; but rows of literals are worth leaving out of long ones too.
constexpr size_t kTextBytesMax = 256 << 10, kRowsTextBytesMax = 16 << 20;
constexpr size_t kLiteralsMax = 16'384;
// Cells for which a session keeps the memory.
constexpr size_t kCellsKept = 8192;
// What a cached statement may keep of literals that have to be the same.
constexpr size_t kPinnedBytesMax = 16 << 10;

// About ten lookups: for a plan that costs less another plan is not worth asking for.
constexpr double kCheapPlan = 100;

bool only_space(std::string_view text) { return text.find_first_not_of(" \t\r\n\f;") == std::string_view::npos; }

bool is_insert(std::string_view text) {
  constexpr std::string_view kWord = "insert";
  size_t start = text.find_first_not_of(" \t\r\n\f");
  if (start == std::string_view::npos || text.size() - start < kWord.size()) return false;
  return std::equal(kWord.begin(), kWord.end(), text.begin() + static_cast<long>(start),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

// What is wrong with the text, as opposed to what happened while it was looked at.
bool is_of_the_text(const SqlError& error) {
  std::string_view state = error.report().sqlstate.view();
  return state.starts_with("22") || state.starts_with("23") || state.starts_with("42") || state.starts_with("0A");
}

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

const Session::Surroundings& Session::surroundings() {
  Surroundings& known = surroundings_;
  const catalog::SearchPath& path = search_path();
  const bool same = known.number != 0 && known.plan_generation == settings_.plan_generation() &&
                    known.user == current_user_ &&
                    (known.search_path_changes == search_path_changes_ ||
                     (known.temporary_schema == temporary_schema_ && known.path == path));
  known.search_path_changes = search_path_changes_;
  if (same) return known;
  std::string key = std::to_string(database().value) + ' ' + std::to_string(temporary_schema_.value);
  for (Oid name_space : path) key += ' ' + std::to_string(name_space.value);
  key += '\n' + settings_.plan_key();
  known.number = server_.statements->intern(key);
  known.number_of_user = server_.statements->intern(key + "\nuser " + std::to_string(current_user_.value));
  known.plan_generation = settings_.plan_generation();
  known.user = current_user_;
  known.temporary_schema = temporary_schema_;
  known.path = path;
  return known;
}

bool Session::plans_stand(const PlanList& plans, const PlanDependencies& dependencies) {
  if (plans.empty() || !dependencies.settled()) return false;
  if (dependencies.newest_index_lsn() > kept_snapshot_lsn()) return false;
  lock_plan_tables(plans, transaction(), database());
  return dependencies.valid(catalog(), *database_catalog_, server_.storage, has_catalog_changes());
}

bool Session::fingerprint_for_cache(std::string_view text, parser::LiteralRows rows) {
  if (!settings_.session().statement_cache || phase_ == TransactionPhase::kFailed) return false;
  bool may_have_rows = rows == parser::LiteralRows::kLeaveOut && is_insert(text);
  if (text.size() > (may_have_rows ? kRowsTextBytesMax : kTextBytesMax)) return false;
  parser::ScannerOptions options;
  options.standard_conforming_strings = settings_.types().standard_conforming_strings;
  parser::fingerprint_statement(text, 0, *fingerprint_, &options, rows);
  if (text.size() > kTextBytesMax && !fingerprint_->rows.columns) return false;
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
    if (cached->plans.empty() && cached->refused_at == catalog_generation()) return cached;
    // What was refused is no plan and relies on nothing.
    if (cached->plans.empty() || !plans_stand(cached->plans, *cached->dependencies)) {
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
  if (cached->plans.empty() || !plans_stand(cached->plans, *cached->dependencies)) {
    server_.statements->erase(key, cached);
    return false;
  }
  adopt(cached, key, nullptr, prepared);
  return true;
}

void Session::adopt(const CachedStatementPointer& cached, const StatementKey& key,
                    std::shared_ptr<const PlanLiterals> literals, PreparedStatement& prepared) {
  prepared.kind = cached->kind;
  prepared.parameter_types = cached->parameter_types;
  prepared.plans = cached->plans;
  prepared.columns = cached->columns.back();
  prepared.returns_rows =
      cached->plans.back()->command == query::CommandKind::kSelect || cached->plans.back()->has_returning;
  prepared.dependencies = cached->dependencies;
  prepared.surroundings = plan_surroundings();
  prepared.literals = std::move(literals);
}

bool Session::prepare_with_literals(const StatementKey& key, PreparedStatement& prepared) {
  auto literals = std::make_shared<PlanLiterals>();
  CachedStatementPointer cached = fingerprint_->rows.columns ? find_literal_rows(&key, prepared.text, *literals)
                                                             : find_cached(key, literals->values);
  if (!cached) return false;
  adopt(cached, key, std::move(literals), prepared);
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

// What a text becomes on its first execution.
struct Session::NewPlan {
  std::shared_ptr<CachedStatement> cached = std::make_shared<CachedStatement>();
  std::vector<Value> values;  // of cached->literals
  bool share = true;          // it may serve others
};

// Binds and plans; no plan is made when a literal does not convert. Where the session's fingerprint has left rows out,
// `statement` is made of some of them, `fingerprint` is that of its text, and no plan is made when the rows have to
// stay in it.
void Session::make_plans(const parser::ParsedStatementText& statement, std::string_view text,
                         const parser::Fingerprint& fingerprint, NewPlan& made) {
  uint64_t notices_before = notices_;
  CachedStatement& cached = *made.cached;
  cached.kind = statement.statement->kind;
  auto dependencies = std::make_shared<PlanDependencies>();
  dependencies->begin(*database_catalog_);
  query::BindContext bind = bind_context(text);
  auto queries = query::bind_statement(*statement.statement, bind);
  for (const auto& query : queries) dependencies->note(*query);

  std::vector<query::LiteralText> literals;
  for (const auto& literal : fingerprint.literals)
    literals.push_back({literal.literal_class, literal.location, literal.text});
  cached.literals = query::parameterise_literals(queries, literals, text, catalog());
  if (&fingerprint != fingerprint_.get()) {
    int first = fingerprint_->rows.first_literal;
    int count = static_cast<int>(fingerprint.literals.size() - fingerprint_->literals.size());
    auto columns = query::take_literal_rows(queries, cached.literals, first, count);
    if (!columns) return;
    cached.row_columns = std::move(*columns);
    for (auto& parameter : cached.literals)
      for (auto& part : parameter.parts)
        if (part.literal >= first) part.literal -= count;
  }
  for (const auto& query : queries)
    query::walk_with_depth(*query, [&](const query::Expression& e, int) {
      const auto* constant = query::try_as<query::Constant>(&e);
      if (!constant || constant->literal < 0 || constant->type == oid::kUnknown || constant->type == oid::kText)
        return false;
      const query::LiteralText& literal = literals[static_cast<size_t>(constant->literal)];
      if (literal.literal_class == parser::LiteralClass::kString && !constant->value.is_null())
        made.share =
            made.share && conversion_lasts(*constant, literal.text, catalog(), bind.dependencies, *dependencies);
      return false;
    });
  try {
    literal_values(cached, made.values);
  } catch (const SqlError& error) {
    // A cast that the input function stands in for has its own words for what is wrong.
    if (!is_of_the_text(error)) throw;
    return;
  }
  for (auto& query : queries) {
    planner::PlanContext plan_context{catalog(), *context_, &server_.storage, settings_.planner(), {}};
    plan_context.functions = context_->function_runtime();
    plan_context.literals = made.values;
    plan_context.snapshot_lsn = kept_snapshot_lsn();
    cached.plans.push_back(planner::plan(std::move(query), plan_context));
    cached.columns.push_back(result_columns(*cached.plans.back()));
  }
  for (Oid name_space : search_path()) bind.dependencies.namespaces.push_back(name_space);
  dependencies->settle(bind.dependencies, cached.plans, catalog(), *database_catalog_, server_.storage);

  cached.estimates = literal_estimates(cached, made.values);
  // A plan without an index that all others may use is not for them.
  made.share = made.share && dependencies->newest_index_lsn() <= kept_snapshot_lsn() && dependencies->settled() &&
               !cached.plans.empty() && notices_ == notices_before;
  cached.dependencies = std::move(dependencies);
  made.share = pin_literals(*fingerprint_, cached) && made.share;
}

void Session::run_and_share(const parser::ParsedStatementText& statement, const StatementKey& key,
                            std::string_view text, ResultSink& sink) {
  NewPlan made;
  make_plans(statement, text, *fingerprint_, made);
  if (made.cached->plans.empty()) {
    run_statement(statement, text, {}, {}, sink);
    return;
  }
  if (made.share) server_.statements->insert(key, made.cached);
  ++statement_depth_;
  run_plans(made.cached->kind, made.cached->plans, made.cached->columns, {}, made.values, sink);
  --statement_depth_;
}

bool Session::plan_with_literals(const StatementKey& key, PreparedStatement& prepared) {
  NewPlan made;
  make_plans(prepared.parsed.at(0), prepared.text, *fingerprint_, made);
  if (made.cached->plans.empty()) return false;
  if (made.share) server_.statements->insert(key, made.cached);
  auto literals = std::make_shared<PlanLiterals>();
  literals->values = std::move(made.values);
  adopt(made.cached, key, std::move(literals), prepared);
  return true;
}

CachedStatementPointer Session::plan_literal_rows(const StatementKey* key, std::string_view text,
                                                  std::vector<Value>& values) {
  std::string examples = text_of_examples(fingerprint_->rows, text);
  parser::ScannerOptions scanner_options;
  scanner_options.standard_conforming_strings = settings_.types().standard_conforming_strings;
  parser::Fingerprint fingerprint;
  parser::fingerprint_statement(examples, 0, fingerprint, &scanner_options);
  parser::ParseOptions options;
  options.standard_conforming_strings = scanner_options.standard_conforming_strings;
  // Rows of literals may also be written in ways that only the grammar knows; and what there is to say about the text
  // is for the long way to say.
  options.collapse_literal_rows = false;
  bool noticed = false;
  options.notice = [&](const common::ErrorReport&) { noticed = true; };
  auto statements = parser::parse_statements(examples, options);
  if (noticed || statements.size() != 1) return nullptr;
  NewPlan made;
  make_plans(statements[0], examples, fingerprint, made);
  if (made.cached->plans.empty() && !made.cached->row_columns.empty()) return nullptr;
  if (made.cached->row_columns.empty()) {
    made.cached = std::make_shared<CachedStatement>();
    made.cached->refused_at = catalog_generation();
  }
  if (key && made.share) server_.statements->insert(*key, made.cached);
  values = std::move(made.values);
  return made.cached;
}

// The plan, and what this text gives it. Null: the text has to be run with its rows as tokens.
CachedStatementPointer Session::find_literal_rows(const StatementKey* key, std::string_view text,
                                                  PlanLiterals& literals) {
  try {
    CachedStatementPointer cached;
    if (key) cached = find_cached(*key, literals.values);
    if (!cached) cached = plan_literal_rows(key, text, literals.values);
    if (!cached || cached->plans.empty()) return nullptr;
    if (!convert_literal_rows(*this, fingerprint_->rows, text, cached->row_columns, literals.rows)) return nullptr;
    if (fingerprint_->rows.cells.capacity() > kCellsKept) *fingerprint_ = {};
    return cached;
  } catch (const SqlError& error) {
    // The error belongs to the whole text, and perhaps an earlier row is wrong too.
    if (!is_of_the_text(error)) throw;
    return nullptr;
  }
}

bool Session::run_literal_rows(const StatementKey* key, std::string_view text, ResultSink& sink) {
  PlanLiterals literals;
  CachedStatementPointer cached = find_literal_rows(key, text, literals);
  if (!cached) return false;
  ++statement_depth_;
  run_plans(cached->kind, cached->plans, cached->columns, {}, literals.values, sink, literals.rows);
  --statement_depth_;
  return true;
}

}  // namespace basalt::commands

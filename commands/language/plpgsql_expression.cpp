// Expressions and queries of PL/pgSQL. Variables are parameters of the query: the binder asks for every column name. An
// expression without tables, aggregates and subqueries is evaluated without planning it.
#include "commands/language/language_state.hpp"
#include "commands/language/plpgsql_frame.hpp"
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "query/walker.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

// What a parameter of the bound expression stands for.
struct PlReference {
  int datum = -1;
  int field = -1;  // of a record; -1: the whole
  std::shared_ptr<const ResultShape> shape;
};

struct PreparedExpression {
  std::string text;
  std::vector<parser::ParsedStatementText> parsed;
  std::vector<PlReference> references;
  std::unique_ptr<CachedStatement> statement;
  bool bound = false, simple = false, needs_snapshot = false;
  query::ExpressionPointer expression;
  std::vector<query::EvaluatorPointer> idle;  // evaluators that nobody is inside of
  query::BindDependencies dependencies;
  std::vector<std::pair<Oid, catalog::ObjectVersion>> functions;
  uint64_t generation = 0;
  std::vector<Oid> search_path;
};

namespace {

int find_datum(const PlScope* scope, const std::string& name) {
  for (; scope; scope = scope->parent)
    if (auto it = scope->names.find(name); it != scope->names.end()) return it->second;
  return -1;
}
int find_labelled(const PlScope* scope, const std::string& label, const std::string& name) {
  for (; scope; scope = scope->parent)
    if (scope->label == label)
      if (auto it = scope->names.find(name); it != scope->names.end()) return it->second;
  return -1;
}

bool same_shape(const std::shared_ptr<const ResultShape>& a, const std::shared_ptr<const ResultShape>& b) {
  if (a == b) return true;
  return a && b && a->type == b->type && a->types == b->types && a->names == b->names;
}

// Answers the binder's questions about names.
class Resolver {
 public:
  Resolver(PlFrame& frame, const PlExpression& expression, PreparedExpression& prepared)
      : frame_(frame), expression_(expression), prepared_(prepared) {}

  query::ExpressionPointer column(const parser::ParsedColumnRef& ref, const query::Expression* found) {
    if (ref.names.empty()) return nullptr;
    if (ref.star) return all_fields(ref);
    int datum = find_datum(expression_.scope, ref.names[0]);
    size_t used = 1;
    if (datum < 0 && ref.names.size() > 1) {
      datum = find_labelled(expression_.scope, ref.names[0], ref.names[1]);
      used = 2;
    }
    if (datum < 0) return nullptr;
    const PlDatum& variable = frame_.program->datums[static_cast<size_t>(datum)];
    if (ref.names.size() > used + 1 || (ref.names.size() == used + 1 && !variable.is_record)) return nullptr;
    const PlConflict conflict = frame_.program->conflict;
    if (found && conflict == PlConflict::kColumn) return nullptr;
    if (found && conflict == PlConflict::kError &&
        (used != 1 || ref.names.size() == 1 || has_field(datum, ref.names[used])))
      throw parser::error_at(prepared_.text, ref.location, sqlstate::kAmbiguousColumn,
                             "column reference \"" + join(ref.names) + "\" is ambiguous")
          .detail("It could refer to either a PL/pgSQL variable or a table column.");
    if (found && conflict == PlConflict::kError) return nullptr;
    if (ref.names.size() == used) return whole(datum, ref.location);
    return field(datum, ref.names[used], ref.location);
  }

  // record.*
  query::ExpressionPointer all_fields(const parser::ParsedColumnRef& ref) {
    if (ref.names.size() > 2) return nullptr;
    int datum = ref.names.size() == 1 ? find_datum(expression_.scope, ref.names[0])
                                      : find_labelled(expression_.scope, ref.names[0], ref.names[1]);
    if (datum < 0 || !frame_.program->datums[static_cast<size_t>(datum)].is_record) return nullptr;
    const auto& shape = frame_.records[static_cast<size_t>(datum)].shape;
    auto row = std::make_unique<query::RowConstructor>();
    row->type = oid::kRecord;
    row->location = ref.location;
    if (!shape) return field(datum, "*", ref.location);
    row->names = shape->names;
    for (const std::string& name : shape->names) row->arguments.push_back(field(datum, name, ref.location));
    return row;
  }

  query::ExpressionPointer positional(int number) {
    int datum = find_datum(expression_.scope, "$" + std::to_string(number));
    return datum < 0 ? nullptr : whole(datum, -1);
  }

 private:
  static std::string join(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ".") + name;
    return out;
  }
  query::ExpressionPointer node(PlReference reference, Oid type, int32_t typmod, int location) {
    auto out = std::make_unique<query::Parameter>();
    prepared_.references.push_back(std::move(reference));
    out->id = static_cast<int>(prepared_.references.size());
    out->type = type;
    out->typmod = typmod;
    out->collation = frame_.session.catalog().type(type)->collation;
    out->location = location;
    return out;
  }
  bool has_field(int datum, const std::string& name) const {
    const PlRecord& record = frame_.records[static_cast<size_t>(datum)];
    return record.shape &&
           std::find(record.shape->names.begin(), record.shape->names.end(), name) != record.shape->names.end();
  }
  query::ExpressionPointer whole(int datum, int location) {
    const PlDatum& variable = frame_.program->datums[static_cast<size_t>(datum)];
    PlReference reference{datum, -1, nullptr};
    Oid type = variable.type;
    if (variable.is_record) {
      reference.shape = frame_.records[static_cast<size_t>(datum)].shape;
      if (reference.shape && reference.shape->type.valid()) type = reference.shape->type;
    }
    return node(reference, type, variable.typmod, location);
  }
  query::ExpressionPointer field(int datum, const std::string& name, int location) {
    const PlDatum& variable = frame_.program->datums[static_cast<size_t>(datum)];
    const PlRecord& record = frame_.records[static_cast<size_t>(datum)];
    if (!record.shape)
      throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "record \"" + variable.name + "\" is not assigned yet")
          .detail("The tuple structure of a not-yet-assigned record is indeterminate.");
    for (size_t i = 0; i < record.shape->names.size(); ++i)
      if (record.shape->names[i] == name)
        return node({datum, static_cast<int>(i), record.shape}, record.shape->types[i], record.shape->typmods[i],
                    location);
    throw parser::error_at(prepared_.text, location, sqlstate::kUndefinedColumn,
                           "record \"" + variable.name + "\" has no field \"" + name + "\"");
  }

  PlFrame& frame_;
  const PlExpression& expression_;
  PreparedExpression& prepared_;
};

bool is_simple(const query::BoundQuery& q) {
  return q.command == query::CommandKind::kSelect && q.range_table.empty() && q.ctes.empty() && q.targets.size() == 1 &&
         !q.has_aggregates && !q.has_windows && !q.has_sublinks && !q.has_distinct && q.distinct.empty() && !q.limit &&
         !q.offset && !q.having && q.group_by.empty() && q.grouping_sets.empty() && !q.set_operation &&
         q.order_by.empty() && q.row_marks.empty() && !(q.from && (q.from->condition || !q.from->items.empty())) &&
         !query::returns_set(*q.targets[0].expression) && !query::contains_sublink(*q.targets[0].expression);
}

CachedStatement::SetUp set_up(PlFrame& frame, const PlExpression& expression, PreparedExpression& prepared) {
  return [&](query::BindContext& bind) {
    prepared.references.clear();
    auto resolver = std::make_shared<Resolver>(frame, expression, prepared);
    if (frame.program->conflict == PlConflict::kVariable)
      bind.before_column = [resolver](const parser::ParsedColumnRef& ref) { return resolver->column(ref, nullptr); };
    bind.after_column = [resolver](const parser::ParsedColumnRef& ref, const query::Expression* found) {
      return resolver->column(ref, found);
    };
    bind.parameter = [resolver](const parser::ParsedParameter& parameter) {
      return resolver->positional(parameter.number);
    };
    describe_transitions(bind, frame.transitions);
  };
}

bool shapes_stand(const PlFrame& frame, const PreparedExpression& prepared) {
  for (const PlReference& reference : prepared.references)
    if (frame.program->datums[static_cast<size_t>(reference.datum)].is_record &&
        !same_shape(reference.shape, frame.records[static_cast<size_t>(reference.datum)].shape))
      return false;
  return true;
}

bool simple_stands(Session& session, const PreparedExpression& prepared) {
  if (prepared.generation != session.settings().plan_generation() || prepared.search_path != session.search_path())
    return false;
  for (const auto& [function, version] : prepared.functions) {
    catalog::FunctionPointer now = session.catalog().function(function);
    if (!now || now->version != version) return false;
  }
  return true;
}

void bind_first(PlFrame& frame, const PlExpression& expression, PreparedExpression& prepared) {
  Session& session = frame.session;
  prepared.bound = false;
  prepared.simple = false;
  prepared.idle.clear();
  prepared.statement.reset();
  const parser::ParsedStatement& statement = *prepared.parsed[0].statement;
  if (!expression.is_statement) {
    query::BindContext bind = session.bind_context(prepared.text);
    set_up(frame, expression, prepared)(bind);
    auto bound = query::bind_query(statement, bind);
    if (is_simple(*bound)) {
      prepared.simple = true;
      prepared.expression = std::move(bound->targets[0].expression);
      prepared.functions.clear();
      query::walk(*prepared.expression, [&](const query::Expression& e) {
        Oid called;
        if (const auto* f = query::try_as<query::Function>(&e)) called = f->function;
        if (e.kind == query::ExpressionKind::kOperator) called = query::as<query::OperatorCall>(e).function;
        if (!called.valid() || called.value < 16384) return false;
        catalog::FunctionPointer function = session.catalog().function(called);
        if (function) prepared.functions.emplace_back(called, function->version);
        prepared.needs_snapshot = true;
        return false;
      });
      prepared.generation = session.settings().plan_generation();
      prepared.search_path = session.search_path();
      prepared.bound = true;
      return;
    }
  }
  prepared.statement = std::make_unique<CachedStatement>(statement, prepared.text);
  prepared.bound = true;
}

PreparedExpression& prepare(PlFrame& frame, const PlExpression& expression) {
  auto& slot = const_cast<PlExpression&>(expression).prepared;
  if (!slot) {
    auto fresh = std::make_shared<PreparedExpression>();
    fresh->text = expression.is_statement ? expression.text : "SELECT " + expression.text;
    fresh->parsed = parser::parse_statements(fresh->text);
    if (fresh->parsed.empty()) throw SqlError(sqlstate::kSyntaxError, "missing expression");
    slot = std::move(fresh);
  }
  bool utility = !is_query(slot->parsed[0].statement->kind);
  if (!utility &&
      (!slot->bound || !shapes_stand(frame, *slot) || (slot->simple && !simple_stands(frame.session, *slot))))
    bind_first(frame, expression, *slot);
  return *slot;
}

std::vector<Value> parameter_values(PlFrame& frame, const PreparedExpression& prepared) {
  std::vector<Value> out;
  for (const PlReference& reference : prepared.references) {
    if (reference.field < 0) {
      out.push_back(frame.get(reference.datum));
      continue;
    }
    const PlRecord& record = frame.records[static_cast<size_t>(reference.datum)];
    out.push_back(record.null ? Value::null(physical_of(frame.session,
                                                        reference.shape->types[static_cast<size_t>(reference.field)]))
                              : record.values[static_cast<size_t>(reference.field)]);
  }
  return out;
}

TypedValue evaluate_simple(PlFrame& frame, PreparedExpression& prepared) {
  Session& session = frame.session;
  query::EvaluatorPointer evaluator;
  if (!prepared.idle.empty()) {
    evaluator = std::move(prepared.idle.back());
    prepared.idle.pop_back();
  } else {
    evaluator = query::ExpressionCompiler(session.catalog(), session.context()).compile(*prepared.expression);
  }
  std::vector<Value> parameters = parameter_values(frame, prepared);
  query::EvaluationContext context;
  context.call = &session.context();
  context.catalog = &session.catalog();
  context.functions = session.context().function_runtime();
  context.parameters = parameters;
  Oid type = prepared.expression->type;
  TypedValue out;
  if (prepared.needs_snapshot) {
    CommandScope command(session, frame.options.read_only);
    out = {query::evaluate_constant(*evaluator, context), type};
  } else {
    out = {query::evaluate_constant(*evaluator, context), type};
  }
  prepared.idle.push_back(std::move(evaluator));
  return out;
}

RunResult run_planned(PlFrame& frame, const PlScope* scope, const CachedStatement::Plans& plans,
                      const std::vector<Value>& parameters, const PlFrame::RowTaker& row) {
  if (plans.empty()) return {};
  std::shared_ptr<const ResultShape> shape;
  auto last = plans.back();
  RunOptions options = frame.options;
  options.transitions = &frame.transitions;
  // WHERE CURRENT OF may name a variable.
  options.cursor_name = [&frame, scope](const std::string& name) {
    int datum = find_datum(scope, name);
    if (datum < 0 || frame.program->datums[static_cast<size_t>(datum)].type != oid::kRefcursor) return name;
    const Value& value = frame.values[static_cast<size_t>(datum)];
    return value.is_null() ? name : std::string(value.string());
  };
  bool returns = last->command == query::CommandKind::kSelect || last->has_returning;
  if (returns) shape = shape_of(*last);
  return run_plans(frame.session, plans, parameters, options, [&](const common::Chunk& chunk) {
    if (!row || !returns) return true;
    for (uint32_t r = 0; r < chunk.rows; ++r) {
      std::vector<Value> values;
      for (const auto& column : chunk.columns) values.push_back(column.value(r));
      if (!row(shape, std::move(values)) && last->command == query::CommandKind::kSelect) return false;
    }
    return true;
  });
}

}  // namespace

std::shared_ptr<const ResultShape> shape_of(const planner::PhysicalStatement& plan) {
  auto shape = std::make_shared<ResultShape>();
  shape->is_row = true;
  shape->type = oid::kRecord;
  for (size_t i = 0; i < plan.root->output.size() - plan.cursor_rows.size(); ++i) {
    const auto& column = plan.root->output[i];
    shape->names.push_back(column.name);
    shape->types.push_back(column.type);
    shape->typmods.push_back(column.typmod);
  }
  return shape;
}

namespace {

SqlError several_columns(size_t columns, const PlExpression& expression) {
  SqlError error(sqlstate::kSyntaxError, "query returned " + std::to_string(columns) + " columns");
  add_context(error, "query: " + expression.assigned + expression.text);
  return error;
}

}  // namespace

TypedValue PlFrame::evaluate(const PlExpression& expression) {
  PreparedExpression* prepared = nullptr;
  try {
    prepared = &prepare(*this, expression);
    if (!prepared->simple) {
      TypedValue out;
      int count = 0;
      run_query(expression, [&](const std::shared_ptr<const ResultShape>& shape, std::vector<Value> row) {
        if (row.size() != 1)
          throw several_columns(row.size(), expression);
        if (++count > 1) throw SqlError(sqlstate::kCardinalityViolation, "query returned more than one row");
        out = {row[0], shape->types[0]};
        return true;
      });
      if (count == 0) return {Value(), oid::kUnknown};
      return out;
    }
  } catch (SqlError& error) {
    if (!prepared && error.report().sqlstate == sqlstate::kObjectNotInPrerequisiteState)
      add_context(error, "SQL expression \"" + expression.assigned + expression.text + "\"");
    if (!prepared || prepared->simple) {
      make_internal(error, expression.assigned + expression.text);
      if (error.report().internal_position > 7)  // without "SELECT "
        error.report().internal_position += static_cast<int>(expression.assigned.size()) - 7;
    }
    throw;
  }
  return evaluate_simple(*this, *prepared);
}

// An error's place in the query: its text goes with it, or the text is in the context.
void PlFrame::place_error(SqlError& error, const PlExpression& expression) {
  bool placed = error.report().position != 0;
  const std::string text = expression.performed ? "SELECT " + expression.text : expression.assigned + expression.text;
  bool whole = expression.is_statement || expression.performed;
  make_internal(error, text);
  if (!whole && error.report().internal_position > 7 && error.report().internal_query == text)
    error.report().internal_position += static_cast<int>(expression.assigned.size()) - 7;
  if (!placed) add_context(error, (whole ? "SQL statement \"" : "SQL expression \"") + text + "\"");
}

RunResult PlFrame::run_query(const PlExpression& expression, const RowTaker& row) {
  try {
    PreparedExpression& prepared = prepare(*this, expression);
    if (!is_query(prepared.parsed[0].statement->kind)) {
      run_utility_statement(session, prepared.parsed[0], prepared.text, options, {});
      return {query::CommandKind::kUtility, 0};
    }
    if (prepared.simple) {
      TypedValue value = evaluate_simple(*this, prepared);
      auto shape = std::make_shared<ResultShape>();
      shape->is_row = true;
      shape->type = oid::kRecord;
      shape->names = {"?column?"};
      shape->types = {value.type};
      shape->typmods = {-1};
      if (row) row(shape, {value.value});
      return {query::CommandKind::kSelect, 1};
    }
    const CachedStatement::Plans plans = prepared.statement->plans(session, set_up(*this, expression, prepared));
    return run_planned(*this, expression.scope, plans, parameter_values(*this, prepared), row);
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
}

PlQuery PlFrame::plan_query(const PlExpression& expression, bool cursor) {
  try {
    PreparedExpression& prepared = prepare(*this, expression);
    PlQuery out;
    out.text = prepared.text;
    if (!is_query(prepared.parsed[0].statement->kind)) return out;
    CachedStatement::SetUp names = set_up(*this, expression, prepared);
    if (cursor) {
      query::BindContext bind = session.bind_context(prepared.text);
      names(bind);
      out.plans = session.plan_statement(*prepared.parsed[0].statement, bind, nullptr, {}, true);
    } else {
      out.plans = prepared.statement->plans(session, names);
    }
    out.parameters = parameter_values(*this, prepared);
    return out;
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
}

PlQuery PlFrame::plan_dynamic(const PlStatement& statement, bool cursor) {
  PlQuery out;
  std::vector<Oid> types;
  dynamic_query(statement, out.text, out.parameters, types);
  try {
    auto parsed = parser::parse_statements(out.text);
    if (parsed.size() != 1) throw SqlError(sqlstate::kInvalidCursorDefinition, "cannot open multi-query plan as cursor");
    if (!is_query(parsed[0].statement->kind)) return out;
    query::BindContext bind = session.bind_context(out.text);
    bind.parameter_types = types;
    describe_transitions(bind, transitions);
    out.plans = session.plan_statement(*parsed[0].statement, bind, nullptr, {}, cursor);
    return out;
  } catch (SqlError& error) {
    bool placed = error.report().position != 0;
    make_internal(error, out.text);
    if (!placed) add_context(error, "SQL statement \"" + out.text + "\"");
    throw;
  }
}

// The text and the USING values of EXECUTE.
void PlFrame::dynamic_query(const PlStatement& statement, std::string& sql, std::vector<Value>& parameters,
                            std::vector<Oid>& types) {
  TypedValue text = evaluate(*statement.expression);
  if (text.value.is_null()) throw SqlError(sqlstate::kNullValueNotAllowed, "query string argument of EXECUTE is null");
  sql = session.context().output(text.type, text.value);
  for (const auto& argument : statement.arguments) {
    TypedValue value = evaluate(*argument);
    parameters.push_back(value.value);
    types.push_back(value.type);
  }
}

RunResult PlFrame::run_dynamic(const PlStatement& statement, const RowTaker& row) {
  std::string sql;
  std::vector<Value> parameters;
  std::vector<Oid> types;
  dynamic_query(statement, sql, parameters, types);
  try {
    RunResult out;
    for (const auto& parsed : parser::parse_statements(sql)) {
      if (!is_query(parsed.statement->kind)) {
        run_utility_statement(session, parsed, sql, options, {});
        out = {query::CommandKind::kUtility, 0};
        continue;
      }
      CachedStatement cached(*parsed.statement, sql);
      const auto& plans = cached.plans(session, [&](query::BindContext& bind) {
        bind.parameter_types = types;
        describe_transitions(bind, transitions);
      });
      out = run_planned(*this, nullptr, plans, parameters, row);
    }
    return out;
  } catch (SqlError& error) {
    bool placed = error.report().position != 0;
    make_internal(error, sql);
    if (!placed) add_context(error, "SQL statement \"" + sql + "\"");
    throw;
  }
}

namespace {

// What the call says for parameter `i`, by position or name; null: nothing.
const parser::ParsedExpression* argument_of(const parser::ParsedFunctionCall& call, const std::string& name, size_t i) {
  if (i < call.arguments.size() && call.arguments[i]->kind != parser::ExpressionKind::kNamedArgument)
    return call.arguments[i].get();
  for (const auto& argument : call.arguments) {
    if (argument->kind != parser::ExpressionKind::kNamedArgument) continue;
    const auto& named = static_cast<const parser::ParsedNamedArgument&>(*argument);
    if (named.name == name) return named.value.get();
  }
  return nullptr;
}

// The variable that an output argument names.
PlTarget output_target(const PlScope* scope, const parser::ParsedExpression* argument, const std::string& parameter) {
  PlTarget out;
  if (argument && argument->kind == parser::ExpressionKind::kColumnRef) {
    const auto& names = static_cast<const parser::ParsedColumnRef&>(*argument).names;
    if (!names.empty() && names.size() <= 2) out.datum = find_datum(scope, names[0]);
    if (names.size() == 2) out.field = names[1];
  }
  if (argument && argument->kind == parser::ExpressionKind::kParameter)
    out.datum = find_datum(scope, "$" + std::to_string(static_cast<const parser::ParsedParameter&>(*argument).number));
  if (out.datum < 0)
    throw SqlError(sqlstate::kSyntaxError, "procedure parameter \"" + parameter +
                                               "\" is an output parameter but corresponding argument is not writable");
  return out;
}

}  // namespace

void PlFrame::run_call(const PlStatement& statement) {
  const PlExpression& expression = *statement.expression;
  try {
    PreparedExpression& prepared = prepare(*this, expression);
    const auto& call = *parser::as<parser::ParsedCall>(*prepared.parsed[0].statement).call;
    query::BindContext bind = session.bind_context(prepared.text);
    set_up(*this, expression, prepared)(bind);
    query::ExpressionPointer bound = query::bind_call(call, bind);
    catalog::FunctionPointer procedure = session.catalog().function(query::as<query::Function>(*bound).function);
    std::vector<PlTarget> outputs;
    for (size_t i = 0; i < procedure->argument_modes.size(); ++i) {
      const char mode = procedure->argument_modes[i];
      if (mode != 'o' && mode != 'b') continue;
      const std::string name = i < procedure->argument_names.size() ? procedure->argument_names[i] : "";
      outputs.push_back(output_target(expression.scope, argument_of(call, name, i), name));
    }
    Value result = run_procedure(session, *bound, parameter_values(*this, prepared), may_end_transaction);
    if (outputs.empty() || result.is_null()) return;
    std::string bytes(result.string());
    types::RecordView row(bytes);
    for (uint32_t i = 0; i < outputs.size(); ++i) assign(outputs[i], {row.value(i), row.field_type(i)});
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
}

bool PlFrame::evaluate_condition(const PlExpression& expression) {
  TypedValue value = evaluate(expression);
  Value condition = convert(value.value, value.type, oid::kBool, -1);
  return !condition.is_null() && condition.as<bool>();
}

}  // namespace basalt::commands::language

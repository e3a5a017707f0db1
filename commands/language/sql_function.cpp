// LANGUAGE SQL: the body is a list of statements; the rows of the last one are the result.
#include "commands/language/cached_statement.hpp"
#include "commands/language/language.hpp"
#include "commands/language/language_state.hpp"
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

namespace {

struct SqlBody {
  std::string text;
  std::vector<parser::ParsedStatementText> statements;
  std::vector<std::unique_ptr<CachedStatement>> cached;  // null: a utility statement
  std::vector<Oid> types;
};

struct SqlCache {
  std::map<std::pair<Oid, std::vector<Oid>>, std::pair<std::string, std::shared_ptr<SqlBody>>> bodies;
};

std::shared_ptr<SqlBody> parse_body(const std::string& source) {
  auto body = std::make_shared<SqlBody>();
  body->text = source;
  body->statements = parser::parse_statements(body->text);
  for (const auto& statement : body->statements)
    body->cached.push_back(is_query(statement.statement->kind)
                               ? std::make_unique<CachedStatement>(*statement.statement, body->text)
                               : nullptr);
  return body;
}

std::shared_ptr<SqlBody> body_of(Session& session, const catalog::FunctionDescriptor& function,
                                 std::span<const Oid> types) {
  if (!function.body_tree.empty()) throw common::not_supported("SQL-standard function bodies");
  auto& slot = session.extra<SqlCache>("sql functions").bodies[{function.oid, {types.begin(), types.end()}}];
  if (!slot.second || slot.first != function.source) {
    slot.second = parse_body(function.source);
    slot.second->types.assign(types.begin(), types.end());
    slot.first = function.source;
  }
  return slot.second;
}

query::ExpressionPointer parameter_node(Session& session, size_t index, Oid type) {
  auto node = std::make_unique<query::Parameter>();
  node->id = static_cast<int>(index) + 1;
  node->type = type;
  node->collation = session.catalog().type(type)->collation;
  return node;
}

// Input arguments by position and name.
std::vector<std::string> input_names(const catalog::FunctionDescriptor& function) {
  std::vector<std::string> names;
  for (size_t i = 0; i < function.argument_names.size(); ++i) {
    char mode = i < function.argument_modes.size() ? function.argument_modes[i] : 'i';
    if (mode == 'i' || mode == 'b' || mode == 'v') names.push_back(function.argument_names[i]);
  }
  return names;
}

// The number of a row type's n-th column that has not been dropped.
int16_t attribute_number(Session& session, Oid type, size_t n) {
  types::TypePointer row = session.catalog().type(type);
  while (row && row->kind == 'd') row = session.catalog().type(row->base);
  if (!row) return static_cast<int16_t>(n + 1);
  for (size_t i = 0; i < row->attributes.size(); ++i)
    if (!row->attributes[i].dropped && n-- == 0) return static_cast<int16_t>(i + 1);
  return static_cast<int16_t>(n + 1);
}

// PostgreSQL: columns win over parameters; "function.parameter" and "parameter.field" work too.
CachedStatement::SetUp set_up(Session& session, const catalog::FunctionDescriptor& function, std::vector<Oid> types) {
  return [&session, names = input_names(function), function_name = function.name, types](query::BindContext& bind) {
    bind.parameter_types = types;
    bind.after_column = [&session, names, function_name, types](
                            const parser::ParsedColumnRef& ref,
                            const query::Expression* found) -> query::ExpressionPointer {
      if (found || ref.star || ref.names.empty() || ref.names.size() > 3) return nullptr;
      size_t at = 0;
      if (ref.names.size() > 1 && ref.names[0] == function_name) at = 1;
      for (int attempt = 0; attempt < 2; ++attempt, at = 0) {
        for (size_t i = 0; i < names.size() && i < types.size(); ++i) {
          if (names[i].empty() || names[i] != ref.names[at]) continue;
          query::ExpressionPointer node = parameter_node(session, i, types[i]);
          node->location = ref.location;
          if (at + 1 == ref.names.size()) return node;
          if (at + 2 != ref.names.size()) return nullptr;
          ResultShape shape = row_shape(session, types[i]);
          for (size_t f = 0; f < shape.names.size(); ++f) {
            if (shape.names[f] != ref.names[at + 1]) continue;
            auto field = std::make_unique<query::FieldSelect>();
            field->type = shape.types[f];
            field->typmod = shape.typmods[f];
            field->collation = session.catalog().type(field->type)->collation;
            field->field = attribute_number(session, types[i], f);
            field->argument = std::move(node);
            return field;
          }
        }
        if (at == 0) break;
      }
      return nullptr;
    };
  };
}

struct SqlRun {
  Session& session;
  const catalog::FunctionDescriptor& function;
  ResultShape shape;
  std::vector<Value> parameters;

  // Runs the body; row(values, types) for each row of the last statement.
  void run(SqlBody& body, bool all_rows,
           const std::function<void(const std::vector<Value>&, const std::vector<Oid>&)>& row) {
    RunOptions options;
    options.read_only = function.volatility != 'v';
    for (size_t i = 0; i < body.statements.size(); ++i) {
      try {
        bool last = i + 1 == body.statements.size();
        if (!body.cached[i]) {
          run_utility_statement(session, body.statements[i], body.text, options, {});
          continue;
        }
        const auto& plans = body.cached[i]->plans(session, set_up(session, function, body.types));
        if (plans.empty()) continue;
        auto final_plan = plans.back();
        for (const auto& plan : plans)
          if (plan->can_set_tag) final_plan = plan;
        std::vector<Oid> types;
        for (const auto& column : final_plan->root->output) types.push_back(column.type);
        if (last && shape.defined) require_definition(types);
        bool taken = false;
        run_plans(session, plans, parameters, options, [&](const common::Chunk& chunk) {
          if (!last || shape.is_void) return true;
          for (uint32_t r = 0; r < chunk.rows && (all_rows || !taken); ++r) {
            std::vector<Value> values;
            for (const auto& column : chunk.columns) values.push_back(column.value(r));
            row(values, types);
            taken = true;
          }
          // A SELECT of which one row is wanted stops there; a change of data runs to its end.
          return all_rows || final_plan->command != query::CommandKind::kSelect;
        });
      } catch (const WrongDefinition& wrong) {
        SqlError error(sqlstate::kInvalidFunctionDefinition,
                       "return type mismatch in function declared to return record");
        error.report().detail = wrong.detail;
        add_context(error, "SQL function \"" + function.name + "\" during startup");
        throw error;
      } catch (SqlError& error) {
        make_internal(error, body.text);
        add_context(error, "SQL function \"" + function.name + "\" statement " + std::to_string(i + 1));
        throw;
      }
    }
  }

  struct WrongDefinition {
    std::string detail;
  };

  // The columns of the last statement against the column definition list of the call.
  void require_definition(const std::vector<Oid>& types) const {
    if (types.size() < shape.types.size()) throw WrongDefinition{"Final statement returns too few columns."};
    if (types.size() > shape.types.size()) throw WrongDefinition{"Final statement returns too many columns."};
    query::BindContext bind = session.bind_context({});
    for (size_t i = 0; i < types.size(); ++i) {
      if (types[i] == shape.types[i]) continue;
      if (query::coerce_for_assignment(parameter_node(session, 0, types[i]), shape.types[i], -1, bind)) continue;
      throw WrongDefinition{"Final statement returns " + session.context().format_type(types[i], -1) + " instead of " +
                            session.context().format_type(shape.types[i], -1) + " at column " + std::to_string(i + 1) +
                            "."};
    }
  }

  Value to_type(const Value& value, Oid from, Oid to, int32_t typmod) const {
    if (from == to && typmod < 0) return value;
    if (value.is_null()) return Value::null(physical_of(session, to));
    return session.context().cast(from, value, to, typmod);
  }

  // The columns of one result row in the declared types.
  std::vector<Value> convert(const std::vector<Value>& values, const std::vector<Oid>& types) const {
    std::vector<Value> out;
    if (!shape.is_row) return {to_type(values[0], types[0], shape.type, -1)};
    if (!shape.known) return values;
    // One column of the composite type itself.
    if (values.size() == 1 && (shape.types.size() != 1 || types[0] == shape.type) &&
        session.catalog().type(types[0])->kind == 'c') {
      if (values[0].is_null()) {
        for (Oid type : shape.types) out.push_back(Value::null(physical_of(session, type)));
        return out;
      }
      types::RecordView record(values[0].string());
      for (uint32_t i = 0; i < record.size(); ++i) out.push_back(record.value(i));
      return out;
    }
    for (size_t i = 0; i < shape.types.size() && i < values.size(); ++i)
      out.push_back(to_type(values[i], types[i], shape.types[i], shape.typmods[i]));
    return out;
  }
};

}  // namespace

Value call_sql(Session& session, const catalog::FunctionDescriptor& function, types::FunctionCall& call,
               std::span<const Value> arguments) {
  std::shared_ptr<SqlBody> body = body_of(session, function, call.argument_types);
  SqlRun run{session, function, result_shape(session, function, call), {arguments.begin(), arguments.end()}};
  if (function.kind == 'p' && !run.shape.is_row) run.shape.is_void = true;
  Value result = Value::null(run.shape.is_row ? common::PhysicalType::kString : physical_of(session, run.shape.type));
  run.run(*body, false, [&](const std::vector<Value>& values, const std::vector<Oid>& types) {
    std::vector<Value> row = run.convert(values, types);
    result = run.shape.is_row ? make_record(run.shape, row, run.shape.known ? run.shape.types : types) : row[0];
  });
  // A void function answers something that is not NULL, as PostgreSQL's does when its body returns void; it prints as
  // ''.
  return result;
}

std::unique_ptr<types::SetFunction> call_sql_set(Session& session, const catalog::FunctionDescriptor& function,
                                                 types::FunctionCall& call, std::span<const Value> arguments) {
  std::shared_ptr<SqlBody> body = body_of(session, function, call.argument_types);
  SqlRun run{session, function, result_shape(session, function, call), {arguments.begin(), arguments.end()}};
  std::vector<std::vector<Value>> rows;
  std::vector<Oid> row_types = run.shape.is_row ? run.shape.types : std::vector<Oid>{run.shape.type};
  const bool as_records = run.shape.is_row && !run.shape.known;
  if (as_records) row_types = {oid::kRecord};
  run.run(*body, true, [&](const std::vector<Value>& values, const std::vector<Oid>& types) {
    if (as_records)
      rows.push_back({make_record(run.shape, values, types)});
    else
      rows.push_back(run.convert(values, types));
  });
  std::vector<common::PhysicalType> physical;
  for (Oid type : row_types) physical.push_back(physical_of(session, type));
  auto out = std::make_unique<RowsOfFunction>(std::move(physical));
  for (const auto& row : rows) out->add(row);
  return out;
}

void validate_sql(Session& session, const catalog::FunctionDescriptor& function) {
  std::shared_ptr<SqlBody> body = parse_body(function.source);
  for (Oid type : function.argument_types)
    if (session.catalog().type(type)->kind == 'p') return;  // polymorphic: checked when called
  ResultShape shape = result_shape(session, function, function.result_type, function.argument_types);
  std::vector<query::ColumnDefinition> columns;
  bool yields = false;
  for (size_t i = 0; i < body->statements.size(); ++i) {
    yields = false;
    if (!body->cached[i]) continue;
    query::BindContext bind = session.bind_context(body->text);
    set_up(session, function, function.argument_types)(bind);
    auto queries = query::bind_statement(*body->statements[i].statement, bind);
    if (queries.empty()) continue;
    const query::BoundQuery& last = *queries.back();
    const auto& targets = last.command == query::CommandKind::kSelect ? last.targets : last.returning;
    yields = last.command == query::CommandKind::kSelect || !last.returning.empty();
    columns.clear();
    for (const auto& target : targets)
      if (!target.junk) columns.push_back({target.name, target.expression->type, -1, {}});
  }
  if (shape.is_void || (function.kind == 'p' && !shape.is_row)) return;
  std::string declared = session.context().format_type(function.result_type, -1);
  auto mismatch = [&](std::string detail) {
    return SqlError(sqlstate::kInvalidFunctionDefinition,
                    "return type mismatch in function declared to return " + declared)
        .detail(std::move(detail));
  };
  auto assignable = [&](Oid from, Oid to) {
    if (from == to) return true;
    query::BindContext bind = session.bind_context(body->text);
    return query::coerce_for_assignment(parameter_node(session, 0, from), to, -1, bind) != nullptr;
  };
  if (!yields) throw mismatch("Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.");
  if (shape.is_row) {
    if (!shape.known || (columns.size() == 1 && session.catalog().type(columns[0].type)->kind == 'c')) return;
    for (size_t i = 0; i < columns.size() && i < shape.types.size(); ++i)
      if (!assignable(columns[i].type, shape.types[i]))
        throw mismatch("Final statement returns " + session.context().format_type(columns[i].type, -1) +
                       " instead of " + session.context().format_type(shape.types[i], -1) + " at column " +
                       std::to_string(i + 1) + ".");
    if (columns.size() < shape.types.size()) throw mismatch("Final statement returns too few columns.");
    if (columns.size() > shape.types.size()) throw mismatch("Final statement returns too many columns.");
  } else {
    if (columns.size() != 1) throw mismatch("Final statement must return exactly one column.");
    if (session.catalog().type(shape.type)->kind == 'p') return;
    if (!assignable(columns[0].type, shape.type))
      throw mismatch("Actual return type is " + session.context().format_type(columns[0].type, -1) + ".");
  }
}

}  // namespace basalt::commands::language

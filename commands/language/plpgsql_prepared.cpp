// Names in PL/pgSQL's expressions: the binder asks for every column name. An expression without tables, aggregates and
// subqueries is bound alone, and evaluated without planning it.
#include "commands/language/plpgsql_prepared.hpp"

#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "query/walker.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

int find_datum(const PlScope* scope, const std::string& name) {
  for (; scope; scope = scope->parent)
    if (auto it = scope->names.find(name); it != scope->names.end()) return it->second;
  return -1;
}

namespace {
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

constexpr int kLocation = 7;  // of what stands behind "SELECT "

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

  // What an assignment to a part starts from.
  query::ExpressionPointer base_of(const PlTarget& target) {
    auto base = target.field.empty() ? whole(target.datum, -1) : field(target.datum, target.field, -1);
    base->location = kLocation;
    return base;
  }
  query::ExpressionPointer assigned_value(Oid type) { return node({kAssignedValue, -1, nullptr}, type, -1, -1); }

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

}  // namespace

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

namespace {

bool shapes_stand(const PlFrame& frame, const PreparedExpression& prepared) {
  for (const PlReference& reference : prepared.references)
    if (reference.datum != kAssignedValue && frame.program->datums[static_cast<size_t>(reference.datum)].is_record &&
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

// What the simple expression was bound with, for simple_stands().
void note_surroundings(Session& session, PreparedExpression& prepared) {
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
      note_surroundings(session, prepared);
      return;
    }
  }
  prepared.statement = std::make_unique<CachedStatement>(statement, prepared.text);
  prepared.bound = true;
}

}  // namespace

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

namespace {

// The names and steps of an assignment's target, as far as they lie behind the variable or field.
std::vector<parser::ParsedIndirectionStep> steps_of(parser::ParsedExpression& written, size_t names) {
  std::vector<parser::ParsedIndirectionStep> out;
  auto* indirection = written.kind == parser::ExpressionKind::kIndirection
                          ? static_cast<parser::ParsedIndirection*>(&written)
                          : nullptr;
  const auto& reference = static_cast<const parser::ParsedColumnRef&>(indirection ? *indirection->argument : written);
  for (size_t i = names; i < reference.names.size(); ++i) {
    out.emplace_back();
    out.back().field = reference.names[i];
    out.back().location = reference.location;
  }
  if (indirection)
    for (auto& step : indirection->steps) out.push_back(std::move(step));
  return out;
}

}  // namespace

PreparedExpression& prepare_part(PlFrame& frame, const PlTarget& target, Oid value_type) {
  auto& slot = target.part->prepared;
  if (!slot) {
    auto fresh = std::make_shared<PreparedExpression>();
    fresh->text = "SELECT " + target.part->text;
    fresh->parsed = parser::parse_statements(fresh->text);
    auto& select = static_cast<parser::ParsedSelect&>(*fresh->parsed[0].statement);
    fresh->steps = steps_of(*select.targets[0].value, target.names);
    slot = std::move(fresh);
  }
  PreparedExpression& prepared = *slot;
  Session& session = frame.session;
  if (prepared.bound && prepared.value_type == value_type && shapes_stand(frame, prepared) &&
      simple_stands(session, prepared))
    return prepared;
  prepared.bound = false;
  prepared.idle.clear();
  query::BindContext bind = session.bind_context(prepared.text);
  set_up(frame, *target.part, prepared)(bind);
  Resolver resolver(frame, *target.part, prepared);
  auto base = resolver.base_of(target);
  const std::string& name = frame.program->datums[static_cast<size_t>(target.datum)].name;
  prepared.expression = query::bind_part_assignment(std::move(base), name, prepared.steps,
                                                    resolver.assigned_value(value_type), kLocation, bind);
  if (query::contains_sublink(*prepared.expression))
    throw common::not_supported("a subquery among the subscripts of an assignment in PL/pgSQL");
  prepared.value_type = value_type;
  note_surroundings(session, prepared);
  return prepared;
}

std::vector<Value> parameter_values(PlFrame& frame, const PreparedExpression& prepared, const Value& assigned) {
  std::vector<Value> out;
  for (const PlReference& reference : prepared.references) {
    if (reference.datum == kAssignedValue) {
      out.push_back(assigned);
      continue;
    }
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

}  // namespace basalt::commands::language

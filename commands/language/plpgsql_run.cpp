// The interpreter of PL/pgSQL: blocks, control flow, variables.
#include <algorithm>

#include "commands/language/language_state.hpp"
#include "commands/language/plpgsql_frame.hpp"
#include "commands/session_context.hpp"
#include "commands/trigger_manager.hpp"
#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"
#include "types/container/array.hpp"
#include "types/container/array_subscript.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

const char* statement_name_of(const PlStatement& statement) {
  switch (statement.kind) {
    case PlKind::kBlock:
      return "statement block";
    case PlKind::kAssign:
      return "assignment";
    case PlKind::kIf:
      return "IF";
    case PlKind::kCase:
      return "CASE";
    case PlKind::kLoop:
      return "LOOP";
    case PlKind::kWhile:
      return "WHILE";
    case PlKind::kForInteger:
      return "FOR with integer loop variable";
    case PlKind::kForQuery:
      return "FOR over SELECT rows";
    case PlKind::kForExecute:
      return "FOR over EXECUTE statement";
    case PlKind::kForCursor:
      return "FOR over cursor";
    case PlKind::kForeach:
      return "FOREACH over array";
    case PlKind::kExit:
      return "EXIT";
    case PlKind::kContinue:
      return "CONTINUE";
    case PlKind::kReturn:
      return "RETURN";
    case PlKind::kReturnNext:
      return "RETURN NEXT";
    case PlKind::kReturnQuery:
      return "RETURN QUERY";
    case PlKind::kRaise:
      return "RAISE";
    case PlKind::kAssert:
      return "ASSERT";
    case PlKind::kPerform:
      return "PERFORM";
    case PlKind::kExecute:
      return "EXECUTE";
    case PlKind::kDiagnostics:
      return "GET DIAGNOSTICS";
    case PlKind::kOpen:
      return "OPEN";
    case PlKind::kFetch:
      return "FETCH";
    case PlKind::kClose:
      return "CLOSE";
    case PlKind::kCall:
      return "CALL";
    case PlKind::kCommit:
      return "COMMIT";
    case PlKind::kRollback:
      return "ROLLBACK";
    default:
      return "SQL statement";
  }
}

PlFrame::PlFrame(Session& s, std::shared_ptr<PlProgram> p, std::string name, bool read_only)
    : session(s), program(std::move(p)), signature(std::move(name)) {
  options.read_only = read_only;
  records.resize(program->datums.size());
  for (size_t i = 0; i < program->datums.size(); ++i) {
    const PlDatum& datum = program->datums[i];
    values.push_back(Value::null(physical_of(session, datum.type)));
    if (datum.is_record && datum.type != oid::kRecord)
      records[i].shape = std::make_shared<ResultShape>(row_shape(session, datum.type));
  }
  set_found(false);
}

void PlFrame::set_found(bool found) { values[static_cast<size_t>(program->found)] = Value::of(found); }

std::string PlFrame::context_line() const {
  std::string line = "PL/pgSQL function " + signature;
  if (current_)
    line += " line " + std::to_string(current_->line) +
            (phase_ ? std::string(" ") + phase_ : std::string(" at ") + statement_name_of(*current_));
  return line;
}

void PlFrame::run() {
  try {
    current_ = program->block.get();
    PlFlow flow = run_statement(*program->block);
    if (flow == PlFlow::kExit || flow == PlFlow::kContinue)
      throw SqlError(sqlstate::kSyntaxError, "EXIT cannot be used outside a loop");
  } catch (SqlError& error) {
    add_context(error, context_line());
    throw;
  }
}

PlFlow PlFrame::run_body(const PlBody& body) {
  common::check_stack_depth();
  for (const auto& statement : body) {
    session.interrupt().check();
    PlFlow flow = run_statement(*statement);
    if (flow != PlFlow::kNext) return flow;
  }
  return PlFlow::kNext;
}

// ---- variables

Value PlFrame::get(int datum) const {
  auto at = static_cast<size_t>(datum);
  if (!program->datums[at].is_record) return values[at];
  const PlRecord& record = records[at];
  if (!record.shape || record.null) return Value::null(common::PhysicalType::kString);
  return make_record(*record.shape, record.values, record.shape->types);
}

Value PlFrame::convert(const Value& value, Oid from, Oid to, int32_t typmod) {
  if (from == to && typmod < 0) return value;
  common::PhysicalType physical = physical_of(session, to);
  const char kind = session.catalog().type(to)->kind;
  const bool domain = kind == 'd';
  if (value.is_null() && !domain) return Value::null(physical);
  if (value.is_null()) {
    Value null = Value::null(physical);
    session.context().check_domain(to, null);
    return null;
  }
  // There is no cast between rows without a name and row types: as for other types without a cast, by their text.
  if (from == oid::kRecord && kind == 'c')
    return session.context().input(to, session.context().output(from, value), typmod);
  return session.context().cast(from, value, to, typmod);
}

void PlFrame::set(int datum, const Value& value, Oid type) {
  auto at = static_cast<size_t>(datum);
  const PlDatum& variable = program->datums[at];
  if (variable.is_record) {
    if (value.is_null()) {
      records[at].null = true;
      records[at].values.clear();
      if (records[at].shape)
        for (Oid field : records[at].shape->types)
          records[at].values.push_back(Value::null(physical_of(session, field)));
      return;
    }
    if (value.type() != common::PhysicalType::kString ||
        (type != oid::kRecord && session.catalog().type(type)->kind != 'c'))
      throw SqlError(sqlstate::kDatatypeMismatch, "cannot assign non-composite value to a record variable");
    types::RecordView view(value.string());
    auto shape = std::make_shared<ResultShape>();
    if (view.type() != oid::kRecord) *shape = row_shape(session, view.type());
    std::vector<Value> fields;
    bool build = shape->types.empty();
    shape->is_row = true;
    if (build) shape->type = oid::kRecord;
    for (uint32_t i = 0; i < view.size(); ++i) {
      if (build) {
        shape->names.push_back(view.name(i));
        shape->types.push_back(view.field_type(i));
        shape->typmods.push_back(-1);
      }
      fields.push_back(view.is_null(i) ? Value::null(view.physical(i)) : view.value(i));
    }
    set_record(datum, shape, std::move(fields));
    return;
  }
  Value converted = convert(value, type, variable.type, variable.typmod);
  if (variable.not_null && converted.is_null())
    throw SqlError(sqlstate::kNullValueNotAllowed,
                   "null value cannot be assigned to variable \"" + variable.name + "\" declared NOT NULL");
  values[at] = std::move(converted);
}

// Into a record of its own type the fields are converted one by one; another record takes over the row's shape.
void PlFrame::set_record(int datum, std::shared_ptr<const ResultShape> shape, std::vector<Value> fields) {
  auto at = static_cast<size_t>(datum);
  PlRecord& record = records[at];
  bool fixed = program->datums[at].type != oid::kRecord ||
               (is_trigger && (datum == program->new_row || datum == program->old_row));
  if (fixed && record.shape) {
    std::vector<Value> converted;
    for (size_t i = 0; i < record.shape->types.size(); ++i)
      converted.push_back(i < fields.size()
                              ? convert(fields[i], shape->types[i], record.shape->types[i], record.shape->typmods[i])
                              : Value::null(physical_of(session, record.shape->types[i])));
    record.values = std::move(converted);
  } else {
    record.shape = std::move(shape);
    record.values = std::move(fields);
  }
  record.null = false;
}

namespace {

// Is there a cast to integer for an assignment? Else binding the assignment as a whole says what is wrong.
bool may_subscript(Session& session, Oid type) {
  types::TypePointer descriptor = session.catalog().type(type);
  while (descriptor && descriptor->kind == 'd') descriptor = session.catalog().type(type = descriptor->base);
  return type == oid::kUnknown || type == oid::kInt2 || type == oid::kInt4 || type == oid::kInt8 ||
         type == oid::kNumeric || type == oid::kFloat4 || type == oid::kFloat8 || type == oid::kOid;
}

}  // namespace

void PlFrame::assign(const PlTarget& target, const TypedValue& value) {
  auto at = static_cast<size_t>(target.datum);
  const PlDatum& variable = program->datums[at];
  types::TypePointer array = target.subscript ? session.catalog().type(variable.type) : nullptr;
  if (target.part && !(array && array->is_true_array())) return assign_whole(target, with_part(target, value));
  if (target.subscript) {
    TypedValue subscript = evaluate(*target.subscript);
    if (!may_subscript(session, subscript.type)) return assign_whole(target, with_part(target, value));  // refuses it
    Value number = convert(subscript.value, subscript.type, oid::kInt4, -1);
    if (number.is_null())
      throw SqlError(sqlstate::kNullValueNotAllowed, "array subscript in assignment must not be null");
    const int32_t place[] = {number.as<int32_t>()};
    Value element = convert(value.value, value.type, array->element, variable.typmod);
    std::string bytes = values[at].is_null()
                            ? types::ArrayBuilder(array->element, physical_of(session, array->element)).finish()
                            : std::string(values[at].string());
    values[at] = Value::of(types::array_with_element(bytes, place, element));
    return;
  }
  assign_whole(target, value);
}

// To the variable or the record's field, whatever part of it the target names.
void PlFrame::assign_whole(const PlTarget& target, const TypedValue& value) {
  auto at = static_cast<size_t>(target.datum);
  const PlDatum& variable = program->datums[at];
  if (target.field.empty()) {
    set(target.datum, value.value, value.type);
    return;
  }
  PlRecord& record = records[at];
  if (!record.shape)
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "record \"" + variable.name + "\" is not assigned yet")
        .detail("The tuple structure of a not-yet-assigned record is indeterminate.");
  auto it = std::find(record.shape->names.begin(), record.shape->names.end(), target.field);
  if (it == record.shape->names.end())
    throw SqlError(sqlstate::kUndefinedColumn,
                   "record \"" + variable.name + "\" has no field \"" + target.field + "\"");
  auto field = static_cast<size_t>(it - record.shape->names.begin());
  if (record.null) {
    record.values.clear();
    for (Oid type : record.shape->types) record.values.push_back(Value::null(physical_of(session, type)));
    record.null = false;
  }
  record.values[field] = convert(value.value, value.type, record.shape->types[field], record.shape->typmods[field]);
}

void PlFrame::assign_row(const std::vector<PlTarget>& targets, const std::shared_ptr<const ResultShape>& shape,
                         const std::vector<Value>* row) {
  if (targets.size() == 1 && targets[0].field.empty() &&
      program->datums[static_cast<size_t>(targets[0].datum)].is_record) {
    auto at = static_cast<size_t>(targets[0].datum);
    if (row && row->size() == 1 && shape->types[0] != oid::kRecord && shape->types[0] == program->datums[at].type)
      return set(targets[0].datum, (*row)[0], shape->types[0]);
    if (row) return set_record(targets[0].datum, shape, *row);
    if (shape && program->datums[at].type == oid::kRecord) records[at].shape = shape;
    return set(targets[0].datum, Value(), oid::kRecord);
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    if (row && i < row->size())
      assign(targets[i], {(*row)[i], shape->types[i]});
    else
      assign(targets[i], {Value(), oid::kUnknown});
  }
}

// ---- blocks

void PlFrame::initialise(int datum) {
  const PlDatum& variable = program->datums[static_cast<size_t>(datum)];
  if (variable.initial) {
    TypedValue value = evaluate(*variable.initial);
    set(datum, value.value, value.type);
    return;
  }
  if (variable.is_record) {
    PlRecord& record = records[static_cast<size_t>(datum)];
    record.null = true;
    if (variable.type == oid::kRecord)
      record.shape = nullptr;
    else
      set(datum, Value(), variable.type);
    return;
  }
  if (variable.not_null || session.catalog().type(variable.type)->kind == 'd')
    set(datum, Value(), variable.type);
  else
    values[static_cast<size_t>(datum)] = Value::null(physical_of(session, variable.type));
}

PlFlow PlFrame::run_block(const PlStatement& block) {
  phase_ = "during statement block local variable initialization";
  for (int datum : block.locals) initialise(datum);
  phase_ = nullptr;
  PlFlow flow = block.handlers.empty() ? run_body(block.body) : guarded_block(block);
  if (flow == PlFlow::kExit && !exit_label_.empty() && exit_label_ == block.label) {
    exit_label_.clear();
    return PlFlow::kNext;
  }
  return flow;
}

namespace {

bool handles(const PlHandler& handler, std::string_view state) {
  for (const std::string& condition : handler.conditions) {
    if (condition == "others" && state != "57014" && state != "P0004") return true;
    if (condition == state) return true;
    if (condition.size() == 5 && condition.substr(2) == "000" && condition.substr(0, 2) == state.substr(0, 2))
      return true;
  }
  return false;
}

}  // namespace

// A block with EXCEPTION is a subtransaction.
PlFlow PlFrame::guarded_block(const PlStatement& block) {
  auto saved = session.triggers().save();
  size_t snapshots = language_state(session).snapshots.size();
  std::vector<std::shared_ptr<Portal>> portals;
  for (const auto& [name, portal] : session.portals()) portals.push_back(portal);
  struct Guarded {
    int& blocks;
    explicit Guarded(int& b) : blocks(b) { ++blocks; }
    ~Guarded() { --blocks; }
  };
  std::optional<Guarded> guarded(language_state(session).guarded_blocks);
  storage::SavepointId savepoint = session.begin_subtransaction();
  PlFlow flow;
  try {
    flow = run_body(block.body);
  } catch (SqlError& error) {
    guarded.reset();
    add_context(error, context_line());
    // Cursors that the block has opened are closed.
    std::erase_if(session.portals(), [&](const auto& entry) {
      return entry.second->is_cursor && std::find(portals.begin(), portals.end(), entry.second) == portals.end();
    });
    session.end_subtransaction(savepoint, false);
    session.triggers().restore(*saved);
    language_state(session).snapshots.resize(snapshots);
    SqlError held = error;
    return run_handlers(block, held);
  } catch (...) {
    session.end_subtransaction(savepoint, false);
    throw;
  }
  session.end_subtransaction(savepoint, true);
  return flow;
}

PlFlow PlFrame::run_handlers(const PlStatement& block, SqlError& error) {
  const common::ErrorReport& report = error.report();
  for (const PlHandler& handler : block.handlers) {
    if (!handles(handler, report.sqlstate.view())) continue;
    values[static_cast<size_t>(block.datum)] = Value::of(report.sqlstate.view());
    values[static_cast<size_t>(block.second_datum)] = Value::of(report.message);
    handled_.push_back(report);
    struct Pop {
      std::vector<common::ErrorReport>& list;
      ~Pop() { list.pop_back(); }
    } pop{handled_};
    return run_body(handler.body);
  }
  // The line of this call is in the context already.
  std::string line = "\n" + context_line();
  std::string& context = error.report().context;
  if (context == context_line())
    context.clear();
  else if (context.ends_with(line))
    context.resize(context.size() - line.size());
  throw error;
}

// ---- control flow

// After a loop's body: true when the loop goes on, else `out` is how it ended.
bool PlFrame::loop_flow(const PlStatement& loop, PlFlow flow, PlFlow& out) {
  if (flow == PlFlow::kNext) return true;
  bool mine = exit_label_.empty() || exit_label_ == loop.label;
  if (flow == PlFlow::kContinue && mine) {
    exit_label_.clear();
    return true;
  }
  if (flow == PlFlow::kExit && mine) {
    exit_label_.clear();
    out = PlFlow::kNext;
    return false;
  }
  out = flow;
  return false;
}

PlFlow PlFrame::run_if(const PlStatement& statement) {
  for (const PlBranch& branch : statement.branches)
    if (!branch.condition || evaluate_condition(*branch.condition)) return run_body(branch.body);
  if (statement.kind == PlKind::kCase)
    throw SqlError(sqlstate::kCaseNotFound, "case not found").hint("CASE statement is missing ELSE part.");
  return PlFlow::kNext;
}

PlFlow PlFrame::run_while(const PlStatement& statement) {
  PlFlow out = PlFlow::kNext;
  while (true) {
    session.interrupt().check();
    current_ = &statement;
    if (statement.expression && !evaluate_condition(*statement.expression)) return PlFlow::kNext;
    if (!loop_flow(statement, run_body(statement.body), out)) return out;
  }
}

PlFlow PlFrame::run_for_integer(const PlStatement& statement) {
  auto bound = [&](const PlExpression& expression, const char* what) {
    TypedValue value = evaluate(expression);
    Value number = convert(value.value, value.type, oid::kInt4, -1);
    if (number.is_null())
      throw SqlError(sqlstate::kNullValueNotAllowed, std::string(what) + " of FOR loop cannot be null");
    return static_cast<int64_t>(number.as<int32_t>());
  };
  int64_t from = bound(*statement.expression, "lower bound"), to = bound(*statement.second, "upper bound");
  int64_t step = statement.third ? bound(*statement.third, "BY value") : 1;
  if (step <= 0) throw SqlError(sqlstate::kInvalidParameterValue, "BY value of FOR loop must be greater than zero");
  bool found = false;
  PlFlow out = PlFlow::kNext;
  for (int64_t i = from; (statement.reverse ? i >= to : i <= to) && i >= INT32_MIN && i <= INT32_MAX;
       i += statement.reverse ? -step : step) {
    session.interrupt().check();
    found = true;
    values[static_cast<size_t>(statement.datum)] = Value::of(static_cast<int32_t>(i));
    if (!loop_flow(statement, run_body(statement.body), out)) break;
  }
  set_found(found);
  return out;
}

PlFlow PlFrame::run_foreach(const PlStatement& statement) {
  TypedValue value = evaluate(*statement.expression);
  if (value.value.is_null()) throw SqlError(sqlstate::kNullValueNotAllowed, "FOREACH expression must not be null");
  types::TypePointer type = session.catalog().type(value.type);
  if (!type->element.valid())
    throw SqlError(sqlstate::kDatatypeMismatch,
                   "FOREACH expression must yield an array, not type " + session.context().format_type(value.type, -1));
  std::string bytes(value.value.string());
  types::ArrayView array(bytes);
  if (statement.slice < 0 || statement.slice > array.dimensions())
    throw SqlError(sqlstate::kArraySubscriptError, "slice dimension (" + std::to_string(statement.slice) +
                                                       ") is out of the valid range 0.." +
                                                       std::to_string(array.dimensions()));
  // SLICE n: pieces of the innermost n dimensions.
  std::vector<types::ArrayDimension> shape = array.shape();
  shape.erase(shape.begin(), shape.end() - statement.slice);
  uint32_t piece = 1;
  for (const auto& dimension : shape) piece *= static_cast<uint32_t>(dimension.length);
  PlFlow out = PlFlow::kNext;
  bool found = false;
  for (uint32_t i = 0; i < array.size(); i += piece) {
    session.interrupt().check();
    found = true;
    if (statement.slice == 0) {
      assign(statement.targets[0], {array.value(i), type->element});
    } else {
      types::ArrayBuilder slice(type->element, array.physical());
      for (uint32_t k = 0; k < piece; ++k) slice.append(array.value(i + k));
      assign(statement.targets[0], {Value::of(slice.finish(shape)), value.type});
    }
    if (!loop_flow(statement, run_body(statement.body), out)) break;
  }
  set_found(found);
  return out;
}

PlFlow PlFrame::run_statement(const PlStatement& statement) {
  const PlStatement* outer = current_;
  current_ = &statement;
  PlFlow flow = PlFlow::kNext;
  switch (statement.kind) {
    case PlKind::kBlock:
      flow = run_block(statement);
      break;
    case PlKind::kAssign:
      assign(statement.targets[0], evaluate(*statement.expression));
      break;
    case PlKind::kIf:
    case PlKind::kCase:
      flow = run_if(statement);
      break;
    case PlKind::kLoop:
    case PlKind::kWhile:
      flow = run_while(statement);
      break;
    case PlKind::kForInteger:
      flow = run_for_integer(statement);
      break;
    case PlKind::kForQuery:
    case PlKind::kForExecute:
    case PlKind::kForCursor:
      flow = run_for_query(statement);
      break;
    case PlKind::kForeach:
      flow = run_foreach(statement);
      break;
    case PlKind::kExit:
    case PlKind::kContinue:
      if (!statement.expression || evaluate_condition(*statement.expression)) {
        exit_label_ = statement.label;
        flow = statement.kind == PlKind::kExit ? PlFlow::kExit : PlFlow::kContinue;
      }
      break;
    case PlKind::kReturn:
      run_return(statement);
      flow = PlFlow::kReturn;
      break;
    case PlKind::kReturnNext:
      run_return_next(statement);
      break;
    case PlKind::kReturnQuery:
      run_return_query(statement);
      break;
    case PlKind::kRaise:
      run_raise(statement);
      break;
    case PlKind::kAssert:
      run_assert(statement);
      break;
    case PlKind::kSql:
    case PlKind::kPerform:
    case PlKind::kExecute:
      run_sql(statement);
      break;
    case PlKind::kCall:
      run_call(statement);
      break;
    case PlKind::kDiagnostics:
      run_diagnostics(statement);
      break;
    case PlKind::kOpen:
      run_open(statement);
      break;
    case PlKind::kFetch:
      run_fetch(statement);
      break;
    case PlKind::kClose:
      run_close(statement);
      break;
    case PlKind::kCommit:
    case PlKind::kRollback:
      end_transaction(statement);
      break;
    case PlKind::kNull:
      break;
  }
  current_ = outer;
  return flow;
}

}  // namespace basalt::commands::language

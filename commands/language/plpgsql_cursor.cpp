// PL/pgSQL and portals: OPEN, FETCH, CLOSE, loops over queries; COMMIT and ROLLBACK, which loops outlive; CALL.
#include "commands/language/plpgsql_cursor.hpp"

#include "commands/language/collecting_sink.hpp"
#include "commands/session_context.hpp"
#include "commands/utility/cursor.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands::language {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

namespace {

using Row = std::vector<Value>;

// A row of the portal as values, without the row ids behind the columns.
void take_rows(const Chunk& chunk, size_t columns, std::vector<Row>& out) {
  for (uint32_t r = 0; r < chunk.rows; ++r) {
    Row row;
    for (size_t c = 0; c < columns; ++c) row.push_back(chunk.columns[c].value(r));
    out.push_back(std::move(row));
  }
}

SqlError no_cursor(const std::string& name) {
  return {sqlstate::kUndefinedCursor, "cursor \"" + name + "\" does not exist"};
}

}  // namespace

// ---- the rows of a loop

PlRows::PlRows(Session& session, std::shared_ptr<Portal> portal, bool one_by_one)
    : session_(session), portal_(std::move(portal)), shape_(shape_of(*portal_->statement->plans[0])) {
  cursor_ = one_by_one;
  if (one_by_one) demand_ = 1;
  language_state(session_).loops.push_back(portal_.get());
}

PlRows::PlRows(Session& session, std::shared_ptr<const ResultShape> shape, std::vector<Row> rows)
    : session_(session), shape_(std::move(shape)), buffer_(std::move(rows)) {}

PlRows::~PlRows() {
  if (!portal_) return;
  std::erase(language_state(session_).loops, portal_.get());
  auto it = session_.portals().find(portal_->name);
  if (it != session_.portals().end() && it->second == portal_) session_.portals().erase(it);
}

bool PlRows::next(Row& row) {
  if (at_ == buffer_.size() && portal_) read();
  if (at_ == buffer_.size()) return false;
  row = std::move(buffer_[at_++]);
  return true;
}

void PlRows::read() {
  buffer_.clear();
  at_ = 0;
  ReadingScope scope(session_, portal_->snapshot);
  if (cursor_) {
    // As FETCH does it, so that the cursor stands on the row.
    CollectingSink sink;
    fetch_cursor(*portal_, parser::FetchDirection::kForward, demand_, &sink);
    buffer_ = std::move(sink.taken);
    return;
  }
  Chunk chunk;
  while (buffer_.size() < demand_) {
    auto missing = static_cast<uint32_t>(demand_ - buffer_.size());
    if (portal_->execution) {
      if (!portal_->execution->fetch(chunk, missing)) {
        portal_->execution->finish();
        portal_->execution.reset();
        break;
      }
    } else if (!portal_->store->read(portal_->position, chunk, missing)) {
      break;
    }
    take_rows(chunk, shape_->types.size(), buffer_);
  }
  demand_ = 50;
}

void hold_loops(Session& session) {
  for (Portal* portal : language_state(session).loops) {
    hold_cursor(*portal);
    portal->holdable = true;
  }
}

// Where the query is one that a cursor can read, it is read through a portal; another is run to its end.
std::unique_ptr<PlRows> PlFrame::rows_of(const PlStatement& statement) {
  PlQuery query;
  bool bound = statement.kind == PlKind::kForCursor;
  if (bound) {
    query = bound_query(program->datums[static_cast<size_t>(statement.second_datum)], statement);
  } else {
    bool dynamic = statement.kind == PlKind::kForExecute;
    query = dynamic ? plan_dynamic(statement, false) : plan_query(*statement.expression, false);
    bool reads =
        query.plans.size() == 1 && query.plans[0]->command == query::CommandKind::kSelect && !query.plans[0]->modifies;
    if (!reads) {
      if (!dynamic && query.plans.empty()) return rows_of_utility(*statement.expression);
      std::vector<Row> rows;
      std::shared_ptr<const ResultShape> shape;
      auto take = [&](const std::shared_ptr<const ResultShape>& row_shape, Row row) {
        shape = row_shape;
        rows.push_back(std::move(row));
        return true;
      };
      RunResult run = dynamic ? run_dynamic(statement, take) : run_query(*statement.expression, take);
      if (!run.tag.empty())
        throw SqlError(sqlstate::kInvalidCursorDefinition, "cannot open " + run.tag + " query as cursor");
      return std::make_unique<PlRows>(session, std::move(shape), std::move(rows));
    }
  }
  std::string name = open_portal(statement, bound ? statement.second_datum : -1, std::move(query), PlScroll::kUnsaid);
  return std::make_unique<PlRows>(session, session.portals().at(name), bound || may_end_transaction);
}

// FOR row IN EXPLAIN ...
std::unique_ptr<PlRows> PlFrame::rows_of_utility(const PlExpression& expression) {
  CollectingSink sink;
  try {
    auto parsed = parser::parse_statements(expression.text);
    run_utility_statement(session, parsed[0], expression.text, options, sink);
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
  return std::make_unique<PlRows>(session, sink.shape, std::move(sink.taken));
}

PlFlow PlFrame::run_for_query(const PlStatement& statement) {
  bool bound = statement.kind == PlKind::kForCursor;
  bool named = bound && !values[static_cast<size_t>(statement.second_datum)].is_null();
  std::unique_ptr<PlRows> rows = rows_of(statement);
  PlFlow out = PlFlow::kNext;
  bool found = false;
  Row row;
  while (rows->next(row)) {
    found = true;
    session.interrupt().check();
    assign_row(statement.targets, rows->shape(), &row);
    if (!loop_flow(statement, run_body(statement.body), out)) break;
    current_ = &statement;
  }
  if (!found) assign_row(statement.targets, rows->shape(), nullptr);
  if (bound && !named) {
    auto at = static_cast<size_t>(statement.second_datum);
    values[at] = Value::null(values[at].type());
  }
  set_found(found);
  return out;
}

// ---- OPEN, FETCH, CLOSE

PlQuery PlFrame::bound_query(const PlDatum& cursor, const PlStatement& statement) {
  for (size_t i = 0; i < cursor.cursor_parameters.size() && i < statement.arguments.size(); ++i) {
    TypedValue value = evaluate(*statement.arguments[i]);
    set(cursor.cursor_parameters[i], value.value, value.type);
  }
  return plan_query(*cursor.cursor_query, true);
}

// Answers the portal's name, which the variable `datum` (if any) gets as well.
std::string PlFrame::open_portal(const PlStatement& statement, int datum, PlQuery query, PlScroll scroll) {
  (void)statement;
  LanguageState& state = language_state(session);
  NewCursor cursor;
  const PlDatum* variable = datum < 0 ? nullptr : &program->datums[static_cast<size_t>(datum)];
  if (variable && !values[static_cast<size_t>(datum)].is_null())
    cursor.name = values[static_cast<size_t>(datum)].string();
  else if (variable && variable->cursor_query)
    cursor.name = variable->name;
  if (!cursor.name.empty() && session.portals().contains(cursor.name))
    throw SqlError(sqlstate::kDuplicateCursor, "cursor \"" + cursor.name + "\" already in use");
  while (cursor.name.empty() || session.portals().contains(cursor.name))
    cursor.name = "<unnamed portal " + std::to_string(++state.unnamed_portals) + ">";
  if (query.plans.size() != 1 || query.plans[0]->command != query::CommandKind::kSelect) {
    const char* what = query.plans.size() != 1 ? "multi-query plan" : "non-SELECT query";
    throw SqlError(sqlstate::kInvalidCursorDefinition, "cannot open " + std::string(what) + " as cursor");
  }
  cursor.query_text = std::move(query.text);
  cursor.plans = std::move(query.plans);
  cursor.parameters = std::move(query.parameters);
  cursor.scrollable = scroll == PlScroll::kScroll;
  cursor.no_scroll = scroll == PlScroll::kNoScroll;
  if (options.read_only)
    cursor.snapshot = active_snapshot(session);
  else
    session.advance_command();
  for (const auto& [table, transition] : transitions) cursor.tuplestores[table] = transition.rows;
  std::string name = cursor.name;
  open_cursor(session, std::move(cursor));
  if (datum >= 0) values[static_cast<size_t>(datum)] = Value::of(name);
  return name;
}

void PlFrame::run_open(const PlStatement& statement) {
  const PlDatum& variable = program->datums[static_cast<size_t>(statement.datum)];
  PlQuery query;
  PlScroll scroll = statement.scroll;
  if (statement.dynamic) {
    query = plan_dynamic(statement, true);
  } else if (statement.expression) {
    query = plan_query(*statement.expression, true);
  } else {
    if (!variable.cursor_query) throw SqlError(sqlstate::kSyntaxError, "cursor variable must be a simple variable");
    query = bound_query(variable, statement);
    scroll = variable.scroll;
  }
  if (query.plans.empty()) throw common::not_supported("OPEN for a utility statement");
  open_portal(statement, statement.datum, std::move(query), scroll);
}

namespace {

std::shared_ptr<Portal> portal_of(PlFrame& frame, int datum) {
  const Value& value = frame.values[static_cast<size_t>(datum)];
  if (value.is_null())
    throw SqlError(sqlstate::kNullValueNotAllowed,
                   "cursor variable \"" + frame.program->datums[static_cast<size_t>(datum)].name + "\" is null");
  std::string name(value.string());
  auto it = frame.session.portals().find(name);
  if (it == frame.session.portals().end()) throw no_cursor(name);
  return it->second;
}

}  // namespace

void PlFrame::run_fetch(const PlStatement& statement) {
  std::shared_ptr<Portal> portal = portal_of(*this, statement.datum);
  CollectingSink sink;
  uint64_t rows = fetch_cursor(*portal, statement.direction, statement.count, statement.move ? nullptr : &sink);
  if (!statement.move) {
    sink.describe(portal->columns);
    assign_row(statement.targets, sink.shape, sink.taken.empty() ? nullptr : &sink.taken[0]);
  }
  row_count_ = rows;
  set_found(rows > 0);
}

void PlFrame::run_close(const PlStatement& statement) {
  session.portals().erase(portal_of(*this, statement.datum)->name);
}

// ---- the end of the transaction, and a new one

void PlFrame::end_transaction(const PlStatement& statement) {
  LanguageState& state = language_state(session);
  const bool commit = statement.kind == PlKind::kCommit;
  if (!may_end_transaction) throw SqlError(sqlstate::kInvalidTransactionTermination, "invalid transaction termination");
  if (state.guarded_blocks > 0)
    throw SqlError(sqlstate::kInvalidTransactionTermination,
                   std::string("cannot ") + (commit ? "commit" : "roll back") + " while a subtransaction is active");
  storage::IsolationLevel isolation = session.isolation();
  bool read_only = session.read_only();
  hold_loops(session);
  ++state.transactions_ended;
  commit ? session.commit() : session.rollback();
  session.transaction();
  if (!statement.chain) return;
  session.set_isolation(isolation);
  session.set_read_only(read_only);
}

}  // namespace basalt::commands::language

#include "commands/utility/cursor.hpp"

#include <algorithm>

#include "commands/families.hpp"
#include "commands/language/language_state.hpp"
#include "commands/session_context.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

using common::Chunk;
using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

SqlError no_cursor(const std::string& name) {
  return {sqlstate::kUndefinedCursor, "cursor \"" + name + "\" does not exist"};
}

SqlError unsupported(const char* text) { return {sqlstate::kFeatureNotSupported, text}; }

void check_lockable(const planner::PhysicalStatement& plan, const Portal& portal) {
  if (plan.modifies) throw unsupported("DECLARE CURSOR must not contain data-modifying statements in WITH");
  if (!plan.locks_rows) return;
  if (portal.holdable)
    throw SqlError(unsupported("DECLARE CURSOR WITH HOLD ... FOR UPDATE is not supported"))
        .detail("Holdable cursors must be READ ONLY.");
  if (portal.scrollable)
    throw SqlError(unsupported("DECLARE SCROLL CURSOR ... FOR UPDATE is not supported"))
        .detail("Scrollable cursors must be READ ONLY.");
}

// Whether PostgreSQL runs such a plan backward, which makes a cursor scrollable where nothing is said. Here the rows of
// every cursor are kept: this is only for pg_cursors.
bool can_run_backward(const planner::PhysicalNode& node) {
  using planner::PhysicalKind;
  switch (node.kind) {
    case PhysicalKind::kTableScan:
      return !planner::as<planner::PhysicalTableScan>(node).sample_method.valid();
    case PhysicalKind::kIndexScan:
    case PhysicalKind::kRowIdScan:
    case PhysicalKind::kFunctionScan:
    case PhysicalKind::kValuesScan:
    case PhysicalKind::kCteScan:
    case PhysicalKind::kMaterialize:
      return true;
    case PhysicalKind::kSort:
      return planner::as<planner::PhysicalSort>(node).presorted_keys == 0;
    case PhysicalKind::kProject:
    case PhysicalKind::kFilter:
    case PhysicalKind::kLimit:
    case PhysicalKind::kAppend:
      return std::all_of(node.children.begin(), node.children.end(),
                         [](const auto& child) { return can_run_backward(*child); });
    default:
      return false;
  }
}

void start(Session& session, Portal& portal, const NewCursor& cursor) {
  const std::optional<storage::Snapshot>& snapshot = cursor.snapshot;
  const planner::PhysicalStatement& plan = *portal.statement->plans[0];
  storage::Transaction& transaction = session.transaction();
  if (plan.locks_rows) transaction.assign_id();
  if (snapshot) {
    portal.snapshot = *snapshot;
  } else {
    bool own = session.isolation() == storage::IsolationLevel::kReadCommitted;
    portal.snapshot = own ? transaction.take_snapshot() : session.statement_snapshot();
    portal.snapshot.command = transaction.command();
  }
  portal.context =
      std::make_unique<executor::ExecutionContext>(session.execution_context(portal.snapshot, portal.parameters));
  portal.reader = session.database_catalog().reader(transaction);
  portal.context->evaluation.catalog = portal.reader.get();
  portal.context->tuplestores = cursor.tuplestores;
  portal.execution = std::make_unique<executor::Execution>(plan, *portal.context);
  std::vector<common::PhysicalType> types;
  for (const auto& output : plan.root->output) types.push_back(output.physical);
  portal.store = std::make_unique<executor::ChunkStore>(*portal.context, types, portal.context->work_mem_bytes);
  portal.started = true;
}

std::string run_declare(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedDeclareCursor>(call.statement);
  NewCursor cursor;
  cursor.name = statement.name;
  cursor.holdable = statement.options & parser::kCursorHold;
  cursor.scrollable = statement.options & parser::kCursorScroll;
  cursor.no_scroll = statement.options & parser::kCursorNoScroll;
  cursor.binary = statement.options & parser::kCursorBinary;
  if (!cursor.holdable && call.top_level && !session.in_implicit_block()) session.require_block("DECLARE CURSOR");
  if (statement.name.empty()) throw SqlError(sqlstate::kInvalidCursorName, "invalid cursor name: must not be empty");
  session.transaction();
  query::BindContext bind = session.bind_context(call.text);
  bind.parameter_types = call.parameter_types;
  cursor.plans = session.plan_statement(*statement.query, bind, nullptr, {}, true);
  cursor.parameters = call.parameters;
  cursor.query_text = call.text;
  open_cursor(session, std::move(cursor));
  return "DECLARE CURSOR";
}

// Rows [1, row] are in the store, or the end has been reached.
void ensure_rows(Portal& portal, uint64_t row) {
  if (!portal.execution) return;
  auto& session = *static_cast<Session*>(portal.context->evaluation.call->service("session"));
  language::ReadingScope scope(session, portal.snapshot);
  Chunk chunk;
  while (portal.execution && portal.store->rows() < row) {
    uint64_t missing = row - portal.store->rows();
    auto demand = static_cast<uint32_t>(std::min<uint64_t>(missing, common::kChunkRowsMax));
    if (!portal.execution->fetch(chunk, demand)) {
      portal.execution->finish();
      portal.execution.reset();
      return;
    }
    portal.store->append(chunk);
  }
}

// The moves of a cursor. Its position is the row it stands on: 0 before the first, rows + 1 behind the last.
class Fetcher {
 public:
  Fetcher(Portal& portal, ResultSink* sink) : portal_(portal), sink_(sink) {}

  uint64_t run(parser::FetchDirection direction, int64_t count) {
    using parser::FetchDirection;
    switch (direction) {
      case FetchDirection::kForward:
        return count >= 0 ? forward(count) : backward(negated(count));
      case FetchDirection::kBackward:
        return count > 0 ? backward(count) : forward(negated(count));
      case FetchDirection::kAbsolute:
        return absolute(count);
      case FetchDirection::kRelative:
        return relative(count);
    }
    UNREACHABLE("direction of FETCH");
  }

 private:
  static int64_t negated(int64_t count) { return count == INT64_MIN ? INT64_MAX : -count; }

  void require_scroll() const {
    if (portal_.no_scroll)
      throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "cursor can only scan forward")
          .hint("Declare it with SCROLL option to enable backward scan.");
  }

  uint64_t forward(int64_t count) {
    if (count == 0) return current();
    uint64_t first = portal_.position;
    uint64_t wanted = static_cast<uint64_t>(count);
    ensure_rows(portal_, wanted > UINT64_MAX - first ? UINT64_MAX : first + wanted);
    uint64_t rows = portal_.store->rows();
    uint64_t found = first < rows ? std::min(wanted, rows - first) : 0;
    emit(first, found);
    portal_.position = found < wanted ? rows + 1 : first + found;
    return found;
  }

  uint64_t backward(int64_t count) {
    require_scroll();
    uint64_t wanted = static_cast<uint64_t>(count);
    uint64_t before = portal_.position > 0 ? portal_.position - 1 : 0;
    uint64_t found = std::min(wanted, before);
    for (uint64_t i = 0; i < found; ++i) emit(before - 1 - i, 1);
    portal_.position = found < wanted ? 0 : portal_.position - found;
    return found;
  }

  uint64_t current() {
    if (portal_.position == 0 || portal_.position > portal_.store->rows()) return 0;
    require_scroll();
    emit(portal_.position - 1, 1);
    return 1;
  }

  uint64_t go_to(uint64_t row) {
    if (row <= portal_.position) require_scroll();
    ensure_rows(portal_, row);
    uint64_t rows = portal_.store->rows();
    if (row == 0 || row > rows) {
      portal_.position = row == 0 ? 0 : rows + 1;
      return 0;
    }
    portal_.position = row;
    emit(row - 1, 1);
    return 1;
  }

  uint64_t absolute(int64_t count) {
    if (count >= 0) return go_to(static_cast<uint64_t>(count));
    require_scroll();
    ensure_rows(portal_, UINT64_MAX);
    uint64_t rows = portal_.store->rows(), back = static_cast<uint64_t>(negated(count));
    if (back > rows) {
      portal_.position = 0;
      return 0;
    }
    return go_to(rows - back + 1);
  }

  uint64_t relative(int64_t count) {
    if (count == 0) return current();
    if (count > 0) return go_to(portal_.position + static_cast<uint64_t>(count));
    uint64_t back = static_cast<uint64_t>(negated(count));
    require_scroll();
    return go_to(back >= portal_.position ? 0 : portal_.position - back);
  }

  // Rows from index `first` (0-based) on.
  void emit(uint64_t first, uint64_t count) {
    if (!sink_) return;
    uint64_t at = first, end = first + count;
    Chunk chunk;
    while (at < end) {
      auto demand = static_cast<uint32_t>(std::min<uint64_t>(end - at, common::kChunkRowsMax));
      if (!portal_.store->read(at, chunk, demand)) return;
      chunk.columns.resize(portal_.columns.size());
      sink_->rows(portal_.columns, chunk);
    }
  }

  Portal& portal_;
  ResultSink* sink_;
};

std::string run_fetch(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedFetch>(call.statement);
  auto it = session.portals().find(statement.name);
  if (statement.name.empty() || it == session.portals().end()) throw no_cursor(statement.name);
  std::shared_ptr<Portal> portal = it->second;
  if (!portal->is_cursor)
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "portal \"" + statement.name + "\" cannot be run");
  if (!statement.is_move) call.sink.describe(portal->columns);
  uint64_t rows = fetch_cursor(*portal, statement.direction, statement.count, statement.is_move ? nullptr : &call.sink);
  return (statement.is_move ? "MOVE " : "FETCH ") + std::to_string(rows);
}

std::vector<ResultColumn> describe_fetch(Session& session, const parser::ParsedStatement& statement) {
  const auto& fetch = parser::as<parser::ParsedFetch>(statement);
  auto it = session.portals().find(fetch.name);
  if (fetch.is_move || it == session.portals().end()) return {};
  return it->second->columns;
}

std::string run_close(UtilityCall& call) {
  auto& portals = call.session.portals();
  const auto& statement = parser::as<parser::ParsedClosePortal>(call.statement);
  if (statement.name.empty()) {
    std::erase_if(portals, [](const auto& entry) { return entry.second->is_cursor; });
    return "CLOSE CURSOR ALL";
  }
  auto it = portals.find(statement.name);
  if (it == portals.end()) throw no_cursor(statement.name);
  portals.erase(it);
  return "CLOSE CURSOR";
}

}  // namespace

void close_cursors_over(Session& session, const executor::ChunkStore& rows) {
  std::erase_if(session.portals(), [&](const auto& item) {
    const auto& context = item.second->context;
    return context && std::any_of(context->tuplestores.begin(), context->tuplestores.end(),
                                  [&](const auto& store) { return store.second == &rows; });
  });
}

std::shared_ptr<Portal> open_cursor(Session& session, NewCursor cursor) {
  auto prepared = std::make_shared<PreparedStatement>();
  prepared->text = cursor.query_text;
  prepared->plans = std::move(cursor.plans);
  if (prepared->plans.size() != 1) throw unsupported("DECLARE CURSOR must specify exactly one query");
  const planner::PhysicalStatement& plan = *prepared->plans[0];
  auto portal = std::make_shared<Portal>();
  portal->name = cursor.name;
  portal->statement = prepared;
  portal->parameters = std::move(cursor.parameters);
  portal->returns_rows = portal->is_cursor = true;
  portal->holdable = cursor.holdable;
  portal->scrollable = cursor.scrollable;
  portal->no_scroll = cursor.no_scroll;
  portal->binary = cursor.binary;
  portal->query_text = std::move(cursor.query_text);
  portal->creation_time = session.statement_start();
  portal->savepoint_depth = session.savepoint_depth();
  check_lockable(plan, *portal);
  portal->scrollable |= !cursor.no_scroll && !plan.locks_rows && can_run_backward(*plan.root);
  session.check_privileges(plan);
  if (session.portals().contains(cursor.name))
    throw SqlError(sqlstate::kDuplicateCursor, "cursor \"" + cursor.name + "\" already exists");
  portal->columns = session.result_columns(plan);
  start(session, *portal, cursor);
  session.portals()[cursor.name] = portal;
  return portal;
}

uint64_t fetch_cursor(Portal& portal, parser::FetchDirection direction, int64_t count, ResultSink* sink) {
  return Fetcher(portal, sink).run(direction, count);
}

void hold_cursor(Portal& portal) {
  ensure_rows(portal, UINT64_MAX);
  portal.execution.reset();
  portal.reader.reset();
}

void hold_cursors(Session& session) {
  for (auto& [name, portal] : session.portals())
    if (portal->is_cursor && portal->holdable) hold_cursor(*portal);
}

bool fetch_forward(Portal& portal, uint64_t rows_max, ResultSink& sink) {
  int64_t count = rows_max == 0 || rows_max > INT64_MAX ? INT64_MAX : static_cast<int64_t>(rows_max);
  uint64_t rows = Fetcher(portal, &sink).run(parser::FetchDirection::kForward, count);
  portal.tag = "SELECT " + std::to_string(rows);
  return rows_max != 0 && rows == rows_max;
}

void register_cursor_commands() {
  using parser::StatementKind;
  register_utility(StatementKind::kDeclareCursor, run_declare);
  register_utility(StatementKind::kFetch, run_fetch);
  register_utility(StatementKind::kClosePortal, run_close);
  register_utility_describer(StatementKind::kFetch, describe_fetch);
}

}  // namespace basalt::commands

// nextval, currval, lastval, setval, pg_sequence_last_value.
//
// The kernels run row by row: each row draws a value of its own, also where the argument is constant.
#include <map>

#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/sequence.hpp"
#include "types/function.hpp"

namespace basalt::commands::ddl {

using common::Vector;
using types::FunctionCall;

namespace {

constexpr uint32_t kSelect = 1u << 1, kUpdate = 1u << 2, kUsage = 1u << 8;

// Per session: what currval() answers, and values fetched ahead (CACHE).
struct SessionSequences {
  struct Entry {
    int64_t last = 0;  // what currval() answers
    bool has_last = false;
    int64_t cached_end = 0;  // the last value of the fetched batch
    int64_t increment = 1;
    TreeId tree;
  };
  std::map<uint32_t, Entry> entries;
  Oid last_used;
};

Session& session_of(FunctionCall& call) {
  auto* session = static_cast<Session*>(call.context->service("session"));
  if (!session) throw SqlError(sqlstate::kInternalError, "no session");
  return *session;
}

SessionSequences& state_of(Session& session) { return session.extra<SessionSequences>("sequences"); }

RelationPointer open_sequence(Session& session, Oid sequence, bool lock) {
  if (lock) {
    storage::LockTag tag{storage::LockSpace::kRelation, session.database().value, 0, sequence.value, 0};
    session.transaction().lock(tag, LockMode::kRowExclusive, storage::WaitPolicy::kWait);
  }
  RelationPointer relation = session.catalog().relation(sequence);
  if (!relation)
    throw SqlError(sqlstate::kUndefinedTable, "could not open relation with OID " + std::to_string(sequence.value));
  if (relation->kind != 'S') throw SqlError(sqlstate::kWrongObjectType, quoted(relation->name) + " is not a sequence");
  return relation;
}

void require_privilege(Session& session, const catalog::RelationDescriptor& sequence, uint32_t any_of) {
  if (!catalog::relation_privileges(session.catalog(), sequence.oid, session.current_user(), any_of))
    catalog::throw_permission_denied("sequence", sequence.name);
}

catalog::PgSequenceRow sequence_row(Session& session, Oid sequence) {
  auto row = find_row<catalog::PgSequenceRow>(session.catalog(), id::kPgSequenceSeqrelidIndex, {key(sequence)});
  if (!row)
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for sequence " + std::to_string(sequence.value));
  return row->row;
}

// The value after `value`; throws at the end of the range.
int64_t step(const catalog::PgSequenceRow& row, int64_t value, const std::string& name) {
  int64_t next;
  bool overflow = __builtin_add_overflow(value, row.seqincrement, &next);
  if (row.seqincrement > 0 && (overflow || next > row.seqmax)) {
    if (!row.seqcycle)
      throw SqlError(
          sqlstate::kSequenceGeneratorLimitExceeded,
          "nextval: reached maximum value of sequence " + quoted(name) + " (" + std::to_string(row.seqmax) + ")");
    return row.seqmin;
  }
  if (row.seqincrement < 0 && (overflow || next < row.seqmin)) {
    if (!row.seqcycle)
      throw SqlError(
          sqlstate::kSequenceGeneratorLimitExceeded,
          "nextval: reached minimum value of sequence " + quoted(name) + " (" + std::to_string(row.seqmin) + ")");
    return row.seqmax;
  }
  return next;
}

int64_t current_value(Session& session, Oid sequence) {
  RelationPointer relation = open_sequence(session, sequence, false);
  require_privilege(session, *relation, kSelect | kUsage);
  auto& entry = state_of(session).entries[sequence.value];
  if (!entry.has_last)
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   "currval of sequence " + quoted(relation->name) + " is not yet defined in this session");
  return entry.last;
}

int64_t last_value(Session& session) {
  SessionSequences& state = state_of(session);
  RelationPointer relation = state.last_used.valid() ? session.catalog().relation(state.last_used) : nullptr;
  if (!relation) throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "lastval is not yet defined in this session");
  require_privilege(session, *relation, kSelect | kUsage);
  return state.entries[state.last_used.value].last;
}

int64_t set_value(Session& session, Oid sequence, int64_t value, bool is_called) {
  RelationPointer relation = open_sequence(session, sequence, true);
  require_privilege(session, *relation, kUpdate);
  session.prevent_read_only("setval()");
  catalog::PgSequenceRow row = sequence_row(session, sequence);
  if (value < row.seqmin || value > row.seqmax)
    throw SqlError(sqlstate::kNumericValueOutOfRange, "setval: value " + std::to_string(value) +
                                                          " is out of bounds for sequence " + quoted(relation->name) +
                                                          " (" + std::to_string(row.seqmin) + ".." +
                                                          std::to_string(row.seqmax) + ")");
  auto& entry = state_of(session).entries[sequence.value];
  if (is_called) {
    entry.last = value;
    entry.has_last = true;
  }
  entry.cached_end = entry.last;
  session.storage().advance_sequence(session.transaction(), relation->tree, [&](storage::SequenceState& state) {
    state.last_value = value;
    state.is_called = is_called;
  });
  return value;
}

// Runs f(row) for each row whose arguments are not NULL.
template <typename F>
void each_row(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result, F&& f) {
  for (uint32_t i = 0; i < rows; ++i) {
    bool null = false;
    for (const Vector& argument : arguments) null |= argument.is_null(i);
    if (null) {
      result.set_null(i);
      continue;
    }
    try {
      result.data<int64_t>()[i] = f(i);
    } catch (SqlError& error) {
      call.fail(i, std::move(error));
      return;
    }
  }
}

Oid sequence_argument(std::span<const Vector> arguments, uint32_t row) {
  return Oid(static_cast<uint32_t>(arguments[0].view<int32_t>()[row]));
}

void nextval_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  // The value of an identity column (query/rewrite_target.cpp): a right to the table is enough.
  const bool of_identity = !call.argument_types.empty() && call.argument_types[0] == types::oid::kOid;
  each_row(call, arguments, rows, result,
           [&](uint32_t i) { return next_value(session_of(call), sequence_argument(arguments, i), of_identity); });
}
void currval_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  each_row(call, arguments, rows, result,
           [&](uint32_t i) { return current_value(session_of(call), sequence_argument(arguments, i)); });
}
void lastval_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  each_row(call, arguments, rows, result, [&](uint32_t) { return last_value(session_of(call)); });
}
void setval_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  each_row(call, arguments, rows, result, [&](uint32_t i) {
    bool is_called = arguments.size() < 3 || arguments[2].view<bool>()[i];
    return set_value(session_of(call), sequence_argument(arguments, i), arguments[1].view<int64_t>()[i], is_called);
  });
}
void last_value_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  each_row(call, arguments, rows, result, [&](uint32_t i) -> int64_t {
    Session& session = session_of(call);
    RelationPointer relation = open_sequence(session, sequence_argument(arguments, i), false);
    require_privilege(session, *relation, kSelect | kUsage);
    storage::SequenceState state = session.storage().sequence_state(relation->tree);
    if (!state.is_called) result.set_null(i);
    return state.last_value;
  });
}

}  // namespace

int64_t next_value(Session& session, Oid sequence, bool of_identity) {
  SessionSequences& state = state_of(session);
  auto& entry = state.entries[sequence.value];
  RelationPointer relation = open_sequence(session, sequence, true);
  if (!of_identity) require_privilege(session, *relation, kUsage | kUpdate);
  session.prevent_read_only("nextval()");
  state.last_used = sequence;
  if (entry.has_last && entry.last != entry.cached_end && entry.tree == relation->tree) {
    entry.last += entry.increment;
    return entry.last;
  }
  catalog::PgSequenceRow row = sequence_row(session, sequence);
  int64_t first = 0, last = 0;
  session.storage().advance_sequence(session.transaction(), relation->tree, [&](storage::SequenceState& s) {
    first = s.is_called ? step(row, s.last_value, relation->name) : s.last_value;
    last = first;
    // The rest of the batch ends where the range does.
    for (int64_t n = 1; n < row.seqcache; ++n) {
      int64_t next;
      if (__builtin_add_overflow(last, row.seqincrement, &next) || next > row.seqmax || next < row.seqmin) break;
      last = next;
    }
    s.last_value = last;
    s.is_called = true;
  });
  entry.last = first;
  entry.has_last = true;
  entry.cached_end = last;
  entry.increment = row.seqincrement;
  entry.tree = relation->tree;
  return first;
}

void register_sequence_functions() {
  auto& registry = types::FunctionRegistry::instance();
  registry.add_scalar("nextval_oid", nextval_kernel);
  registry.add_scalar("currval_oid", currval_kernel);
  registry.add_scalar("lastval", lastval_kernel);
  registry.add_scalar("setval_oid", setval_kernel);
  registry.add_scalar("setval3_oid", setval_kernel);
  registry.add_scalar("pg_sequence_last_value", last_value_kernel);
}

}  // namespace basalt::commands::ddl

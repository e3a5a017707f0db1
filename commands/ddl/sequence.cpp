#include "commands/ddl/sequence.hpp"

#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_depend.hpp"

namespace basalt::commands::ddl {

namespace {

int64_t type_maximum(Oid type) { return type == oid::kInt2 ? INT16_MAX : type == oid::kInt4 ? INT32_MAX : INT64_MAX; }
int64_t type_minimum(Oid type) { return type == oid::kInt2 ? INT16_MIN : type == oid::kInt4 ? INT32_MIN : INT64_MIN; }

int64_t option_integer(const parser::ParsedDefElem& option) {
  if (option.argument == parser::DefArgument::kInteger) return option.integer;
  if (option.argument == parser::DefArgument::kFloat) {
    errno = 0;
    char* end = nullptr;
    int64_t value = strtoll(option.text.c_str(), &end, 10);
    if (!*end && errno == 0) return value;
    throw SqlError(sqlstate::kNumericValueOutOfRange, "value \"" + option.text + "\" is out of range for type bigint");
  }
  throw SqlError(sqlstate::kSyntaxError, option.name + " requires a numeric value");
}

struct Given {
  const parser::ParsedDefElem *as = nullptr, *cache = nullptr, *cycle = nullptr, *increment = nullptr,
                              *maximum = nullptr, *minimum = nullptr, *owned_by = nullptr, *start = nullptr,
                              *restart = nullptr;
};

Given sort_options(DdlContext& ddl, const parser::DefList& options) {
  Given given;
  struct Entry {
    const char* name;
    const parser::ParsedDefElem* Given::*member;
  };
  static constexpr Entry kEntries[] = {{"as", &Given::as},
                                       {"cache", &Given::cache},
                                       {"cycle", &Given::cycle},
                                       {"increment", &Given::increment},
                                       {"maxvalue", &Given::maximum},
                                       {"minvalue", &Given::minimum},
                                       {"owned_by", &Given::owned_by},
                                       {"start", &Given::start},
                                       {"restart", &Given::restart}};
  for (const auto& option : options) {
    if (option.name == "sequence_name") continue;
    bool known = false;
    for (const Entry& entry : kEntries) {
      if (option.name != entry.name) continue;
      known = true;
      if (given.*(entry.member))
        throw ddl.error_at(option.location, sqlstate::kSyntaxError, "conflicting or redundant options");
      given.*(entry.member) = &option;
    }
    if (!known) throw SqlError(sqlstate::kSyntaxError, "option " + quoted(option.name) + " not recognized");
  }
  return given;
}

void check_bounds(const catalog::PgSequenceRow& row, const storage::SequenceState& state) {
  auto number = [](int64_t value) { return std::to_string(value); };
  if (row.seqmin >= row.seqmax)
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "MINVALUE (" + number(row.seqmin) + ") must be less than MAXVALUE (" + number(row.seqmax) + ")");
  if (row.seqstart < row.seqmin)
    throw SqlError(sqlstate::kInvalidParameterValue, "START value (" + number(row.seqstart) +
                                                         ") cannot be less than MINVALUE (" + number(row.seqmin) + ")");
  if (row.seqstart > row.seqmax)
    throw SqlError(
        sqlstate::kInvalidParameterValue,
        "START value (" + number(row.seqstart) + ") cannot be greater than MAXVALUE (" + number(row.seqmax) + ")");
  if (state.last_value < row.seqmin)
    throw SqlError(sqlstate::kInvalidParameterValue, "RESTART value (" + number(state.last_value) +
                                                         ") cannot be less than MINVALUE (" + number(row.seqmin) + ")");
  if (state.last_value > row.seqmax)
    throw SqlError(sqlstate::kInvalidParameterValue, "RESTART value (" + number(state.last_value) +
                                                         ") cannot be greater than MAXVALUE (" + number(row.seqmax) +
                                                         ")");
}

void read_type(DdlContext& ddl, const Given& given, catalog::PgSequenceRow& row, bool fresh, bool for_identity,
               bool& reset_maximum, bool& reset_minimum) {
  if (!given.as) return;
  query::BindContext context = ddl.bind();
  Oid type = query::resolve_type(*given.as->type, context).type->oid;
  if (type != oid::kInt2 && type != oid::kInt4 && type != oid::kInt8)
    throw SqlError(sqlstate::kInvalidParameterValue, for_identity
                                                         ? "identity column type must be smallint, integer, or bigint"
                                                         : "sequence type must be smallint, integer, or bigint");
  if (!fresh) {
    // A bound that was the old type's own becomes the new type's.
    if (row.seqmax == type_maximum(row.seqtypid) && row.seqincrement > 0) reset_maximum = true;
    if (row.seqmin == type_minimum(row.seqtypid) && row.seqincrement < 0) reset_minimum = true;
  }
  row.seqtypid = type;
}

}  // namespace

SequenceOptions read_sequence_options(DdlContext& ddl, const parser::DefList& options,
                                      const catalog::PgSequenceRow* current, storage::SequenceState state,
                                      Oid default_type, bool for_identity) {
  const bool fresh = current == nullptr;
  Given given = sort_options(ddl, options);
  SequenceOptions out;
  if (current)
    out.row = *current;
  else
    out.row.seqtypid = default_type.valid() ? default_type : oid::kInt8;
  catalog::PgSequenceRow& row = out.row;
  bool reset_maximum = fresh, reset_minimum = fresh;
  read_type(ddl, given, row, fresh, for_identity, reset_maximum, reset_minimum);
  if (given.increment) {
    row.seqincrement = option_integer(*given.increment);
    if (row.seqincrement == 0) throw SqlError(sqlstate::kInvalidParameterValue, "INCREMENT must not be zero");
    state.logged = 0;
    out.state_changed = true;
  }
  if (given.cycle) row.seqcycle = given.cycle->integer != 0;
  if (given.maximum && given.maximum->argument != parser::DefArgument::kNone)
    row.seqmax = option_integer(*given.maximum);
  else if (given.maximum || reset_maximum)
    row.seqmax = row.seqincrement > 0 ? type_maximum(row.seqtypid) : -1;
  auto type_name = [&] { return catalog::format_type(ddl.scope(), row.seqtypid, -1); };
  if (row.seqmax > type_maximum(row.seqtypid) || row.seqmax < type_minimum(row.seqtypid))
    throw SqlError(sqlstate::kInvalidParameterValue, "MAXVALUE (" + std::to_string(row.seqmax) +
                                                         ") is out of range for sequence data type " + type_name());
  if (given.minimum && given.minimum->argument != parser::DefArgument::kNone)
    row.seqmin = option_integer(*given.minimum);
  else if (given.minimum || reset_minimum)
    row.seqmin = row.seqincrement > 0 ? 1 : type_minimum(row.seqtypid);
  if (row.seqmin > type_maximum(row.seqtypid) || row.seqmin < type_minimum(row.seqtypid))
    throw SqlError(sqlstate::kInvalidParameterValue, "MINVALUE (" + std::to_string(row.seqmin) +
                                                         ") is out of range for sequence data type " + type_name());
  if (given.start)
    row.seqstart = option_integer(*given.start);
  else if (fresh)
    row.seqstart = row.seqincrement > 0 ? row.seqmin : row.seqmax;
  if (fresh) state = {row.seqstart, false, 0};
  if (given.restart) {
    state = {given.restart->argument == parser::DefArgument::kNone ? row.seqstart : option_integer(*given.restart),
             false, 0};
    out.state_changed = true;
  }
  check_bounds(row, state);
  if (given.cache) {
    row.seqcache = option_integer(*given.cache);
    if (row.seqcache <= 0)
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "CACHE (" + std::to_string(row.seqcache) + ") must be greater than zero");
  }
  if (given.owned_by) {
    if (for_identity) throw SqlError(sqlstate::kSyntaxError, "invalid OWNED BY option");
    out.has_owned_by = true;
    out.owned_by = given.owned_by->names;
  }
  out.state = state;
  return out;
}

Oid create_sequence(DdlContext& ddl, const std::string& name, Oid name_space, char persistence, Oid owner,
                    const SequenceOptions& options) {
  NewRelation relation;
  relation.name = name;
  relation.name_space = name_space;
  relation.owner = owner;
  relation.kind = 'S';
  relation.persistence = persistence;
  for (auto [column, type] :
       {std::pair{"last_value", oid::kInt8}, {"log_cnt", oid::kInt8}, {"is_called", oid::kBool}}) {
    NewColumn made;
    made.name = column;
    made.type = type;
    made.not_null = true;
    relation.columns.push_back(std::move(made));
  }
  relation.tree = ddl.storage().create_sequence(ddl.transaction(), options.state);
  Oid sequence = create_relation(ddl, relation);
  catalog::PgSequenceRow row = options.row;
  row.seqrelid = sequence;
  ddl.writer.insert(id::kPgSequence, row.to_row());
  return sequence;
}

void own_sequence(DdlContext& ddl, Oid sequence, Oid table, int16_t column, bool identity) {
  catalog::record_dependency(ddl.writer, {id::kPgClass, sequence}, {id::kPgClass, table, column},
                             identity ? DependencyType::kInternal : DependencyType::kAutomatic);
}

Oid owned_sequence(DdlContext& ddl, Oid table, int16_t column, bool identity_only) {
  for (const auto& dependent : catalog::dependents_of(ddl.reader, {id::kPgClass, table, column})) {
    if (dependent.object.class_oid != id::kPgClass || dependent.object.sub != 0) continue;
    if (dependent.type != DependencyType::kInternal && (identity_only || dependent.type != DependencyType::kAutomatic))
      continue;
    RelationPointer relation = ddl.reader.relation(dependent.object.object);
    if (relation && relation->kind == 'S') return relation->oid;
  }
  return Oid();
}

query::ExpressionPointer nextval_default(DdlContext& ddl, Oid sequence, Oid type) {
  auto constant = std::make_unique<query::Constant>();
  constant->type = oid::kRegclass;
  constant->value = Value::of(static_cast<int32_t>(sequence.value));
  auto call = std::make_unique<query::Function>();
  call->function = Oid(1574);  // nextval(regclass)
  call->type = oid::kInt8;
  call->arguments.push_back(std::move(constant));
  query::BindContext context = ddl.bind();
  return query::coerce_for_assignment(std::move(call), type, -1, context);
}

}  // namespace basalt::commands::ddl

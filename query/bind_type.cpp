// Type names, facts about types, and what rows consist of.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"
#include "types/container/array.hpp"
#include "types/function.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr Oid kRangeCatalog{3541}, kMultirangeIndex{2228};
constexpr int32_t kIntervalFullRange = 0x7fff;

}  // namespace

TypePointer Analyzer::type(Oid type_oid) {
  TypePointer found = catalog.type(type_oid);
  if (!found)
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for type " + std::to_string(type_oid.value));
  return found;
}

std::string type_name_to_string(const parser::ParsedTypeName& name) {
  std::string out = name_list_to_string(name.names);
  if (name.pct_type) out += "%TYPE";
  for (size_t i = 0; i < (name.array_bounds.empty() ? 0 : 1); ++i) out += "[]";
  return out;
}

std::optional<ResolvedType> Analyzer::find_type(const parser::ParsedTypeName& name) {
  Oid found;
  int32_t typmod = -1;
  if (name.pct_type) {
    parser::ParsedRangeVar range;
    if (name.names.size() < 2)
      throw error(sqlstate::kSyntaxError,
                  "improper %TYPE reference (too few dotted names): " + name_list_to_string(name.names), name.location);
    range.name = name.names[name.names.size() - 2];
    if (name.names.size() >= 3) range.schema = name.names[name.names.size() - 3];
    auto relation = catalog.relation(find_relation(range, false));
    const auto* column = relation ? relation->column(name.names.back()) : nullptr;
    if (!column)
      throw error(sqlstate::kUndefinedColumn,
                  "column \"" + name.names.back() + "\" of relation \"" + range.name + "\" does not exist",
                  name.location);
    found = column->type;
    typmod = column->typmod;
    common::ErrorReport report{};
    report.severity = common::Severity::kNotice;
    report.sqlstate = sqlstate::kSuccessfulCompletion;
    report.message =
        "type reference " + type_name_to_string(name) + " converted to " + context.call->format_type(found, -1);
    notice(std::move(report));
  } else {
    std::string bare;
    if (name.names.size() == 2 && !find_namespace(name.names[0], true, name.location).valid())
      throw error(sqlstate::kUndefinedSchema, "schema \"" + name.names[0] + "\" does not exist", name.location);
    for (Oid name_space : lookup_path(name.names, bare, name.location)) {
      found = catalog.find_type(name_space, bare);
      if (found.valid()) break;
    }
  }
  if (!found.valid()) return std::nullopt;
  if (!name.array_bounds.empty()) {
    found = array_type(found);
    if (!found.valid()) return std::nullopt;
  }
  ResolvedType out;
  out.type = type(found);
  out.typmod = name.pct_type ? typmod : type_modifier(*out.type, name);
  return out;
}

ResolvedType Analyzer::resolve_type(const parser::ParsedTypeName& name) {
  auto found = find_type(name);
  if (!found)
    throw error(sqlstate::kUndefinedObject, "type \"" + type_name_to_string(name) + "\" does not exist", name.location);
  if (!found->type->defined)
    throw error(sqlstate::kUndefinedObject, "type \"" + type_name_to_string(name) + "\" is only a shell",
                name.location);
  return *found;
}

int32_t Analyzer::type_modifier(const types::TypeDescriptor& type_found, const parser::ParsedTypeName& name) {
  if (name.typmods.empty() && name.interval_fields < 0) return -1;
  if (!type_found.typmod_in.valid())
    throw error(sqlstate::kSyntaxError, "type modifier is not allowed for type \"" + type_name_to_string(name) + "\"",
                name.location);
  types::ArrayBuilder words(oid::kCstring, common::PhysicalType::kString);
  bool interval = name.names.back() == "interval";
  if (interval)
    words.append_string(std::to_string(name.interval_fields < 0 ? kIntervalFullRange : name.interval_fields));
  for (const auto& item : name.typmods) {
    if (auto* literal = parser::as_if<parser::ParsedLiteral>(item.get())) {
      words.append_string(literal->text);
      if (literal->literal_index >= 0) context.pinned_literals.push_back(literal->literal_index);
    } else if (auto* ref = parser::as_if<parser::ParsedColumnRef>(item.get()); ref && ref->names.size() == 1) {
      words.append_string(ref->names[0]);
    } else {
      throw error(sqlstate::kSyntaxError, "type modifiers must be simple constants or identifiers", name.location);
    }
  }
  auto function = catalog.function(type_found.typmod_in);
  ENSURE(function, "type modifier function does not exist");
  auto kernel = types::FunctionRegistry::instance().scalar(function->source);
  ENSURE(kernel, "type modifier function " + function->source + " has no code");
  types::FunctionCall call;
  std::unique_ptr<types::CallState> state;
  Oid argument = oid::kCstringArray;
  call.context = context.call;
  call.function = function->oid;
  call.argument_types = {&argument, 1};
  call.result_type = oid::kInt4;
  call.state = &state;
  std::vector<common::Vector> arguments;
  arguments.push_back(common::Vector::constant(common::PhysicalType::kString, Value::of(words.finish())));
  common::Vector result(common::PhysicalType::kInt32, 1);
  kernel(call, arguments, 1, result);
  if (call.failed()) {
    position(*call.failure, name.location);
    throw SqlError(std::move(*call.failure));
  }
  return result.value(0).as<int32_t>();
}

Oid Analyzer::base_type(Oid type_oid) {
  int32_t typmod = -1;
  return base_type(type_oid, typmod);
}

Oid Analyzer::base_type(Oid type_oid, int32_t& typmod) {
  for (;;) {
    if (type_oid.value < common::kFirstNormalOid && type_oid.value < 12000) return type_oid;  // no built-in domains
    TypePointer t = catalog.type(type_oid);
    if (!t || t->kind != 'd') return type_oid;
    typmod = t->typmod;
    type_oid = t->base;
  }
}

Oid Analyzer::element_type(Oid type_oid) {
  TypePointer t = catalog.type(type_oid);
  return t && t->is_true_array() ? t->element : Oid{};
}

Oid Analyzer::base_element_type(Oid type_oid) { return element_type(base_type(type_oid)); }

Oid Analyzer::array_type(Oid type_oid) {
  TypePointer t = catalog.type(type_oid);
  return t ? t->array : Oid{};
}

Oid Analyzer::range_subtype(Oid type_oid) {
  TypePointer t = catalog.type(type_oid);
  return t && t->kind == 'r' ? t->range_subtype : Oid{};
}

Oid Analyzer::range_multirange(Oid type_oid) {
  TypePointer t = catalog.type(type_oid);
  return t && t->kind == 'r' ? t->multirange : Oid{};
}

Oid Analyzer::multirange_range(Oid type_oid) {
  TypePointer t = catalog.type(type_oid);
  if (!t || t->kind != 'm') return Oid{};
  Oid range;
  Value key = Value::of(static_cast<int32_t>(type_oid.value));
  catalog.scan(kRangeCatalog, kMultirangeIndex, {&key, 1}, [&](common::RowId, const catalog::CatalogRow& row) {
    range = Oid{static_cast<uint32_t>(row[0].as<int32_t>())};
    return false;
  });
  return range;
}

char Analyzer::category(Oid type_oid) { return type(type_oid)->category; }
bool Analyzer::preferred(Oid type_oid) { return type(type_oid)->preferred; }

Oid Analyzer::type_collation(Oid type_oid) {
  TypePointer t = catalog.type(type_oid);
  return t ? t->collation : Oid{};
}

Oid Analyzer::relation_of_row_type(Oid type_oid) {
  TypePointer t = catalog.type(base_type(type_oid));
  return t && t->kind == 'c' ? t->relation : Oid{};
}

bool Analyzer::is_composite(Oid type_oid) { return relation_of_row_type(type_oid).valid(); }

bool is_polymorphic(Oid t) {
  switch (t.value) {
    case 2283:  // anyelement
    case 2277:  // anyarray
    case 2776:  // anynonarray
    case 3500:  // anyenum
    case 3831:  // anyrange
    case 4537:  // anymultirange
    case 5077:  // anycompatible ...
    case 5078:
    case 5079:
    case 5080:
    case 4538:
      return true;
    default:
      return false;
  }
}

RowDescription Analyzer::describe_row_type(Oid type_oid) {
  RowDescription out;
  out.type = type_oid;
  if (type_oid == oid::kRecord) {
    out.row_class = RowClass::kRecord;
    return out;
  }
  TypePointer t = catalog.type(base_type(type_oid));
  if (!t || t->kind != 'c') {
    out.row_class =
        t && t->kind == 'p' && t->oid != oid::kVoid && t->oid != oid::kCstring ? RowClass::kOther : RowClass::kScalar;
    return out;
  }
  out.row_class = RowClass::kComposite;
  for (const auto& attribute : t->attributes) {
    if (attribute.dropped)
      out.columns.push_back({});
    else
      out.columns.push_back({attribute.name, attribute.type, attribute.typmod, attribute.collation});
  }
  return out;
}

std::optional<RowDescription> Analyzer::function_outputs(const catalog::FunctionDescriptor& f) {
  if (f.all_argument_types.empty() || f.argument_modes.empty()) return std::nullopt;
  if (f.kind == 'p' ? false : f.result_type != oid::kRecord) return std::nullopt;
  RowDescription out;
  out.row_class = RowClass::kComposite;
  out.type = oid::kRecord;
  for (size_t i = 0; i < f.all_argument_types.size(); ++i) {
    char mode = f.argument_modes[i];
    if (mode != 'o' && mode != 'b' && mode != 't') continue;
    ColumnDefinition column;
    column.type = f.all_argument_types[i];
    if (i < f.argument_names.size()) column.name = f.argument_names[i];
    if (column.name.empty()) column.name = "column" + std::to_string(out.columns.size() + 1);
    column.collation = type_collation(column.type);
    out.columns.push_back(std::move(column));
  }
  if (out.columns.empty() || (f.kind != 'p' && out.columns.size() < 2)) return std::nullopt;
  return out;
}

RowDescription Analyzer::describe_row(Scope* s, const Expression& e) {
  Oid function;
  const ExpressionList* arguments = nullptr;
  if (auto* call = try_as<Function>(&e)) {
    function = call->function;
    arguments = &call->arguments;
  } else if (e.kind == ExpressionKind::kOperator) {
    function = as<OperatorCall>(e).function;
    arguments = &as<OperatorCall>(e).arguments;
  }
  if (arguments) {
    auto f = catalog.function(function);
    auto outputs = f ? function_outputs(*f) : std::nullopt;
    if (outputs) {
      for (auto& column : outputs->columns) {
        if (!is_polymorphic(column.type)) continue;
        std::vector<Oid> actual, declared = f->argument_types;
        for (const auto& argument : *arguments) actual.push_back(argument->type);
        if (actual.size() == declared.size()) column.type = enforce_generic(actual, declared, column.type, false);
        column.collation = type_collation(column.type);
      }
      return std::move(*outputs);
    }
    return describe_row_type(e.type);
  }
  if (e.type == oid::kRecord) {
    if (auto* row = try_as<RowConstructor>(&e)) {
      RowDescription out;
      out.row_class = RowClass::kComposite;
      out.type = e.type;
      for (size_t i = 0; i < row->arguments.size(); ++i) {
        const auto& item = *row->arguments[i];
        out.columns.push_back({i < row->names.size() ? row->names[i] : "f" + std::to_string(i + 1), item.type,
                               item.typmod, item.collation});
      }
      return out;
    }
    if (s && e.kind == ExpressionKind::kColumn) return expand_record(*s, as<Column>(e), 0);
  }
  return describe_row_type(e.type);
}

// What a column of type record consists of: found by following it to where the row is made.
RowDescription Analyzer::expand_record(Scope& s, const Column& column, int levels_up) {
  RowDescription unknown = describe_row_type(oid::kRecord);
  int level = levels_up + column.levels_up;
  Scope& at_level = scope_at(s, level);
  const RangeTableEntry& entry = at_level.query->entry(column.table);
  if (column.column == 0) {
    RowDescription out;
    out.row_class = RowClass::kComposite;
    out.type = oid::kRecord;
    if (entry.kind == RangeKind::kRelation) return describe_row_type(entry.relation->row_type);
    for (size_t i = 0; i < entry.columns.size() && i < entry.column_types.size(); ++i)
      out.columns.push_back(
          {entry.columns[i], entry.column_types[i], entry.column_typmods[i], entry.column_collations[i]});
    return out;
  }
  auto index = static_cast<size_t>(column.column) - 1;
  const BoundQuery* sub = nullptr;
  Scope* around = &at_level;
  if (entry.kind == RangeKind::kSubquery) {
    sub = entry.subquery.get();
  } else if (entry.kind == RangeKind::kCte && !entry.cte_self_reference) {
    around = &scope_at(s, level + entry.cte_levels_up);
    for (auto& cte : around->query->ctes)
      if (cte->name == entry.cte_name) sub = cte->query.get();
  } else if (entry.kind == RangeKind::kJoin && index < entry.join_columns.size() && entry.join_columns[index]) {
    if (auto* inner = try_as<Column>(entry.join_columns[index].get())) return expand_record(s, *inner, level);
  } else if (entry.kind == RangeKind::kFunction && entry.functions.size() == 1) {
    return describe_row(nullptr, *entry.functions[0].call);
  }
  if (sub && index < sub->targets.size()) {
    const Expression& e = *sub->targets[index].expression;
    if (e.kind != ExpressionKind::kColumn) return describe_row(nullptr, e);
    BoundQuery& inner = const_cast<BoundQuery&>(*sub);
    Scope inside(around, inner);
    return expand_record(inside, as<Column>(e), 0);
  }
  return unknown;
}

}  // namespace basalt::query

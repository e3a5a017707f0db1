// Calls, constants, column references and names to SQL.
#include <algorithm>
#include <cstring>

#include "catalog/names.hpp"
#include "query/deparser.hpp"

namespace basalt::query {

namespace oid = types::oid;

// ---------------------------------------------------------------------------------------------- names

std::string Deparser::type_text(Oid type, int32_t typmod) {
  return catalog::format_type({*context.catalog, context.search_path}, type, typmod, catalog::TypmodStyle::kGiven);
}

std::string Deparser::namespace_of(Oid name_space) {
  const auto* found = context.catalog->name_space(name_space);
  if (!found) return {};
  return name_space == bind_context.temp_namespace ? "pg_temp" : found->name;
}

std::string Deparser::function_name_of(Oid function, const std::vector<Oid>& argument_types, bool variadic,
                                       bool& use_variadic) {
  auto f = context.catalog->function(function);
  ENSURE(f, "function does not exist");
  use_variadic = variadic && f->variadic_type.valid();
  CallDetail detail;
  try {
    detail = analyzer.resolve_call({f->name}, {}, {}, argument_types, !use_variadic, true, f->kind == 'p', -1);
  } catch (const SqlError&) {
    detail.kind = CallKind::kNotFound;
  }
  if (detail.function && detail.function->oid == function) return quote_identifier(f->name);
  return quote_qualified(namespace_of(f->namespace_oid), f->name);
}

std::string Deparser::function_name(Oid function, const ExpressionList& arguments, const std::vector<std::string>&,
                                    bool variadic, bool& use_variadic) {
  std::vector<Oid> argument_types;
  for (const auto& argument : arguments) argument_types.push_back(argument->type);
  return function_name_of(function, argument_types, variadic, use_variadic);
}

std::string Deparser::operator_name(Oid op, Oid left, Oid right) {
  auto descriptor = context.catalog->operator_by_oid(op);
  ENSURE(descriptor, "operator does not exist");
  catalog::OperatorPointer found;
  try {
    found = left.valid() ? analyzer.find_operator({descriptor->name}, left, right, true, -1)
                         : analyzer.find_prefix_operator({descriptor->name}, right, true, -1);
  } catch (const SqlError&) {
  }
  if (found && found->oid == op) return descriptor->name;
  return "OPERATOR(" + quote_identifier(namespace_of(descriptor->namespace_oid)) + "." + descriptor->name + ")";
}

std::string Deparser::qualified_relation_name(const catalog::RelationDescriptor& relation) {
  return quote_qualified(namespace_of(relation.namespace_oid), relation.name);
}

std::string Deparser::relation_name(const catalog::RelationDescriptor& relation) {
  bool qualify = !relation_is_visible(context, relation.oid);
  // A WITH item of that name would hide it.
  for (const auto& level : names)
    if (level.query)
      for (const auto& cte : level.query->ctes) qualify = qualify || cte->name == relation.name;
  return qualify ? qualified_relation_name(relation) : quote_identifier(relation.name);
}

std::string Deparser::collation_name(Oid collation) {
  const auto* c = context.catalog->collation(collation);
  ENSURE(c, "collation does not exist");
  if (collation_is_visible(context, collation)) return quote_identifier(c->name);
  return quote_qualified(namespace_of(c->namespace_oid), c->name);
}

// ---------------------------------------------------------------------------------------------- leaves

void Deparser::constant(const Constant& c, int show_type) {
  auto collation = [&] {
    if (c.collation.valid() && c.collation != analyzer.type_collation(c.type))
      out += " COLLATE " + collation_name(c.collation);
  };
  if (c.value.is_null()) {
    out += "NULL";
    if (show_type >= 0) {
      out += "::" + type_text(c.type, c.typmod);
      collation();
    }
    return;
  }
  std::string text = c.type == oid::kUnknown ? std::string(c.value.string()) : context.call->output(c.type, c.value);
  bool label = true;
  if (c.type == oid::kInt4) {
    label = text[0] == '-';
    out += label ? "'" + text + "'" : text;
  } else if (c.type == oid::kNumeric) {
    bool plain = text[0] >= '0' && text[0] <= '9' && text.find_first_of("eE.") != std::string::npos;
    out += plain ? text : "'" + text + "'";
    label = !plain || c.typmod >= 0;
  } else if (c.type == oid::kBool) {
    out += text == "t" ? "true" : "false";
    label = false;
  } else {
    out += quote_literal(text);
    label = c.type != oid::kUnknown;
  }
  if (show_type < 0) return;
  if (label || show_type > 0) out += "::" + type_text(c.type, c.typmod);
  collation();
}

std::string Deparser::column(const Column& c, int levels_up, bool top) {
  size_t up = static_cast<size_t>(c.levels_up + levels_up);
  ENSURE(up < names.size(), "column of a query level that is not being printed");
  const Names& level = names[names.size() - 1 - up];
  int table = c.name_table ? c.name_table : c.table;
  int16_t number = c.name_table ? c.name_column : c.column;
  auto index = static_cast<size_t>(table) - 1;
  std::string refname = level.tables[index];
  const RangeTableEntry* entry = level.query ? &level.query->entry(table) : nullptr;
  if (entry && entry->kind == RangeKind::kJoin && entry->alias.empty() && number > 0) {
    // A merged column of an unnamed join that is a plain column of one side has that column's name.
    const auto& merged = entry->join_columns[static_cast<size_t>(number) - 1];
    if (merged && merged->kind == ExpressionKind::kColumn)
      return column(as<Column>(*merged), static_cast<int>(up), top);
    refname.clear();
  }
  std::string name;
  if (number > 0) {
    const auto& columns = level.columns[index];
    name = static_cast<size_t>(number) <= columns.size() ? columns[static_cast<size_t>(number) - 1] : "";
    if (name.empty()) name = "?dropped?column?";
  } else if (number < 0) {
    static constexpr const char* kSystem[] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};
    name = kSystem[-number - 1];
  }
  if (!refname.empty() && (prefix_columns || number == 0)) out += quote_identifier(refname) + ".";
  if (number != 0) {
    out += quote_identifier(name);
  } else {
    out += '*';
    if (top) out += "::" + type_text(c.type, -1);
  }
  return name;
}

void Deparser::coercion(const Expression& argument, Oid type, int32_t typmod, const Expression& parent) {
  auto* c = try_as<Constant>(&argument);
  if (c && c->type == type && c->typmod == -1) {
    constant(*c, -1);
  } else {
    if (!pretty) out += '(';
    expression_in(argument, false, parent);
    if (!pretty) out += ')';
  }
  out += "::" + type_text(type, typmod);
}

// ---------------------------------------------------------------------------------------------- calls

void Deparser::operator_call(const OperatorCall& call) {
  if (!pretty) out += '(';
  const auto& arguments = call.arguments;
  if (arguments.size() == 2) {
    expression_in(*arguments[0], true, call);
    out += " " + operator_name(call.op, arguments[0]->type, arguments[1]->type) + " ";
    expression_in(*arguments[1], true, call);
  } else {
    out += operator_name(call.op, Oid{}, arguments[0]->type) + " ";
    expression_in(*arguments[0], true, call);
  }
  if (!pretty) out += ')';
}

void Deparser::function(const Function& f, bool show_implicit) {
  if (f.form == CoercionForm::kImplicitCast && !show_implicit) return expression_in(*f.arguments[0], false, f);
  if (f.form == CoercionForm::kImplicitCast || f.form == CoercionForm::kExplicitCast)
    return coercion(*f.arguments[0], f.type, f.typmod, f);
  if (f.form == CoercionForm::kSqlSyntax && sql_syntax(f)) return;
  bool use_variadic = false;
  std::vector<std::string> argument_names;
  out += function_name(f.function, f.arguments, argument_names, f.variadic, use_variadic) + "(";
  for (size_t i = 0; i < f.arguments.size(); ++i) {
    if (i) out += ", ";
    if (use_variadic && i + 1 == f.arguments.size()) out += "VARIADIC ";
    expression(*f.arguments[i], true);
  }
  out += ')';
}

namespace {

std::string constant_word(const Expression& e) {
  auto* c = try_as<Constant>(&e);
  return c && !c->value.is_null() ? std::string(c->value.string()) : std::string();
}

}  // namespace

// Functions that SQL writes with words between their arguments.
bool Deparser::sql_syntax(const Function& f) {
  auto descriptor = context.catalog->function(f.function);
  const std::string& name = descriptor->name;
  const auto& a = f.arguments;
  auto words = [&](const char* open, std::initializer_list<std::pair<size_t, const char*>> parts) {
    out += open;
    for (const auto& [index, after] : parts) {
      expression(*a[index], false);
      out += after;
    }
    return true;
  };
  if (name == "timezone" && a.size() == 2) {
    out += '(';
    expression_in(*a[1], false, f);
    out += " AT TIME ZONE ";
    expression_in(*a[0], false, f);
    out += ')';
    return true;
  }
  if (name == "overlaps" && a.size() == 4) return words("((", {{0, ", "}, {1, ") OVERLAPS ("}, {2, ", "}, {3, "))"}});
  if (name == "extract" && a.size() == 2) {
    out += "EXTRACT(" + constant_word(*a[0]) + " FROM ";
    expression(*a[1], false);
    out += ')';
    return true;
  }
  if (name == "is_normalized") {
    words("((", {{0, ") IS"}});
    if (a.size() == 2) out += " " + constant_word(*a[1]);
    out += " NORMALIZED)";
    return true;
  }
  if (name == "pg_collation_for") return words("COLLATION FOR (", {{0, ")"}});
  if (name == "normalize") {
    words("NORMALIZE(", {{0, ""}});
    if (a.size() == 2) out += ", " + constant_word(*a[1]);
    out += ')';
    return true;
  }
  if (name == "overlay") {
    words("OVERLAY(", {{0, " PLACING "}, {1, " FROM "}, {2, ""}});
    if (a.size() == 4) words(" FOR ", {{3, ""}});
    out += ')';
    return true;
  }
  if (name == "position") return words("POSITION((", {{1, ") IN ("}, {0, "))"}});
  if (name == "substring" && a.size() >= 2) {
    words("SUBSTRING(", {{0, ""}});
    bool similar = a.size() == 3 && a[1]->type == oid::kText;
    words(similar ? " SIMILAR " : " FROM ", {{1, ""}});
    if (a.size() == 3) words(similar ? " ESCAPE " : " FOR ", {{2, ""}});
    out += ')';
    return true;
  }
  if (name == "btrim" || name == "ltrim" || name == "rtrim") {
    out += name == "btrim" ? "TRIM(BOTH" : name == "ltrim" ? "TRIM(LEADING" : "TRIM(TRAILING";
    if (a.size() == 2) words(" ", {{1, ""}});
    return words(" FROM ", {{0, ")"}});
  }
  return false;
}

void Deparser::aggregate(const Aggregate& a) {
  bool use_variadic = false;
  out += function_name_of(a.function, a.argument_types, a.variadic, use_variadic);
  out += a.distinct.empty() ? "(" : "(DISTINCT ";
  if (a.aggregate_kind != 'n') {
    list(a.direct_arguments);
    out += ") WITHIN GROUP (ORDER BY ";
    sort_list(a.order_by, a.arguments, false);
  } else {
    size_t shown = 0, count = 0;
    for (const auto& target : a.arguments) count += !target.junk;
    if (a.star) out += '*';
    for (const auto& target : a.arguments) {
      if (target.junk) continue;
      if (shown++) out += ", ";
      if (use_variadic && shown == count) out += "VARIADIC ";
      expression(*target.expression, true);
    }
    if (!a.order_by.empty()) {
      out += " ORDER BY ";
      sort_list(a.order_by, a.arguments, false);
    }
  }
  if (a.filter) {
    out += ") FILTER (WHERE ";
    expression(*a.filter, false);
  }
  out += ')';
}

void Deparser::window_call(const WindowCall& w) {
  bool use_variadic = false;
  std::vector<std::string> argument_names;
  out += function_name(w.function, w.arguments, argument_names, false, use_variadic) + "(";
  if (w.star)
    out += '*';
  else
    list(w.arguments);
  if (w.filter) {
    out += ") FILTER (WHERE ";
    expression(*w.filter, false);
  }
  out += ") OVER ";
  if (windows)
    for (const auto& window : *windows) {
      if (window.reference != w.window) continue;
      if (!window.name.empty())
        out += quote_identifier(window.name);
      else
        window_spec(window, *window_targets);
      return;
    }
  out += "(?)";
}

}  // namespace basalt::query

// Functions, triggers, rules, partition keys and statistics objects to SQL.
#include <algorithm>
#include <cstdio>

#include "catalog/catalog_ids.hpp"
#include "common/sqlstate.hpp"
#include "query/deparser.hpp"
#include "query/stored_form.hpp"
#include "types/container/array.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace id = catalog::id;

namespace {

Value oid_value(Oid o) { return Value::of(static_cast<int32_t>(o.value)); }
Oid oid_of(const Value& v) { return v.is_null() ? Oid{} : Oid{static_cast<uint32_t>(v.as<int32_t>())}; }

catalog::FunctionPointer function_of(DeparseContext& context, Oid oid) {
  auto f = context.catalog->function(oid);
  if (!f) throw SqlError(sqlstate::kInternalError, "cache lookup failed for function " + std::to_string(oid.value));
  return f;
}

std::string plain_type(DeparseContext& context, Oid type) { return format_type(context, type, -1, false); }

std::string namespace_name(DeparseContext& context, Oid name_space) {
  const auto* found = context.catalog->name_space(name_space);
  return found ? found->name : std::string();
}

// Arguments as CREATE FUNCTION lists them; `table_part` prints the columns of RETURNS TABLE instead.
std::string argument_list(DeparseContext& context, const catalog::FunctionDescriptor& f, bool table_part,
                          bool with_defaults, int* printed = nullptr) {
  const auto& all = f.all_argument_types.empty() ? f.argument_types : f.all_argument_types;
  ExpressionList defaults;
  if (with_defaults && f.default_count > 0 && !f.defaults_tree.empty())
    defaults = list_from_stored(f.defaults_tree, *context.catalog);
  size_t first_default = f.argument_types.size() - defaults.size();
  int order_by_after = -1;
  const auto* aggregate = f.kind == 'a' ? context.catalog->aggregate(f.oid) : nullptr;
  if (aggregate && aggregate->kind != 'n') order_by_after = aggregate->direct_arguments;
  std::string out;
  size_t input = 0;
  int count = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    char mode = f.argument_modes.empty() ? 'i' : f.argument_modes[i];
    bool is_input = mode == 'i' || mode == 'b' || mode == 'v';
    size_t input_index = input;
    if (is_input) ++input;
    if (table_part != (mode == 't')) continue;
    if (count == order_by_after)
      out += count ? " ORDER BY " : "ORDER BY ";
    else if (count)
      out += ", ";
    ++count;
    if (mode == 'i' && f.kind == 'p') out += "IN ";
    if (mode == 'o') out += "OUT ";
    if (mode == 'b') out += "INOUT ";
    if (mode == 'v') out += "VARIADIC ";
    if (i < f.argument_names.size() && !f.argument_names[i].empty()) out += quote_identifier(f.argument_names[i]) + " ";
    out += plain_type(context, all[i]);
    if (is_input && !defaults.empty() && input_index >= first_default)
      out += " DEFAULT " + deparse_expression(context, *defaults[input_index - first_default], Oid{}, false);
    // The aggregated arguments of a variadic ordered-set aggregate are its last direct ones again.
    if (count == order_by_after && i + 1 == all.size()) {
      out += " ORDER BY ";
      out += plain_type(context, all[i]);
    }
  }
  if (printed) *printed = count;
  return out;
}

std::string language_name(DeparseContext& context, Oid language) {
  std::string name;
  Value key = oid_value(language);
  context.catalog->scan(id::kPgLanguage, id::kPgLanguageOidIndex, {&key, 1},
                        [&](common::RowId, const catalog::CatalogRow& row) {
                          name = row[1].string();
                          return false;
                        });
  return name;
}

std::string dollar_quoted(const std::string& body, bool procedure) {
  std::string tag = procedure ? "$procedure" : "$function";
  while (body.find(tag) != std::string::npos) tag += 'x';
  tag += '$';
  return tag + body + tag;
}

std::string number_text(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", v);
  return buffer;
}

std::string attribute_line(DeparseContext& context, const catalog::FunctionDescriptor& f) {
  std::string out;
  if (f.kind == 'w') out += " WINDOW";
  if (f.volatility == 'i') out += " IMMUTABLE";
  if (f.volatility == 's') out += " STABLE";
  if (f.parallel == 's') out += " PARALLEL SAFE";
  if (f.parallel == 'r') out += " PARALLEL RESTRICTED";
  if (f.strict) out += " STRICT";
  if (f.security_definer) out += " SECURITY DEFINER";
  if (f.leakproof) out += " LEAKPROOF";
  bool compiled = f.language.value == 12 || f.language.value == 13;
  if (f.cost != (compiled ? 1 : 100)) out += " COST " + number_text(f.cost);
  if (f.rows > 0 && f.rows != 1000) out += " ROWS " + number_text(f.rows);
  if (f.support.valid()) {
    Deparser deparser(context, false, true, 0);
    bool use_variadic = false;
    out += " SUPPORT " + deparser.function_name_of(f.support, {types::oid::kInternal}, false, use_variadic);
  }
  return out.empty() ? out : out + "\n";
}

std::string setting_lines(const catalog::FunctionDescriptor& f) {
  std::string out;
  for (const auto& setting : f.settings) {
    size_t equals = setting.find('=');
    if (equals == std::string::npos) continue;
    std::string name = setting.substr(0, equals), value = setting.substr(equals + 1);
    out += " SET " + quote_identifier(name) + " TO ";
    bool is_list = name == "search_path" || name == "temp_tablespaces" || name == "session_preload_libraries" ||
                   name == "shared_preload_libraries" || name == "local_preload_libraries";
    if (!is_list) {
      out += quote_literal(value) + "\n";
      continue;
    }
    std::string item;
    bool quoted = false, first = true;
    auto flush = [&] {
      size_t begin = item.find_first_not_of(' ');
      item = begin == std::string::npos ? "" : item.substr(begin, item.find_last_not_of(' ') - begin + 1);
      if (!first) out += ", ";
      first = false;
      out += quote_literal(item);
      item.clear();
    };
    for (char c : value) {
      if (c == '"')
        quoted = !quoted;
      else if (c == ',' && !quoted)
        flush();
      else
        item += c;
    }
    flush();
    out += "\n";
  }
  return out;
}

}  // namespace

std::string function_arguments(DeparseContext& context, Oid function) {
  return argument_list(context, *function_of(context, function), false, true);
}

std::string function_identity_arguments(DeparseContext& context, Oid function) {
  return argument_list(context, *function_of(context, function), false, false);
}

std::string function_result(DeparseContext& context, Oid function) {
  auto f = function_of(context, function);
  if (f->kind == 'p') return "";
  if (f->returns_set) {
    int columns = 0;
    std::string table = argument_list(context, *f, true, false, &columns);
    if (columns > 0) return "TABLE(" + table + ")";
    return "SETOF " + plain_type(context, f->result_type);
  }
  return plain_type(context, f->result_type);
}

std::string function_sql_body(DeparseContext& context, Oid function) {
  auto f = function_of(context, function);
  if (f->body_tree.empty()) return "";
  auto queries = queries_from_stored(f->body_tree, *context.catalog);
  DeparseContext inner = context;
  inner.parameter_names = f->argument_names;
  auto print = [&](const BoundQuery& q) {
    Deparser deparser(inner, false, true, 0);
    deparser.indent = q.is_return ? 0 : 1;
    deparser.query(q, nullptr, true);
    return std::move(deparser.out);
  };
  if (queries.size() == 1 && queries[0]->is_return) {
    std::string text = print(*queries[0]);
    return text.substr(text.find_first_not_of(' '));
  }
  std::string out = "BEGIN ATOMIC\n";
  for (const auto& q : queries) out += " " + print(*q) + ";\n";
  return out + "END";
}

std::string function_definition(DeparseContext& context, Oid function) {
  auto f = function_of(context, function);
  if (f->kind == 'a') throw SqlError(sqlstate::kWrongObjectType, "\"" + f->name + "\" is an aggregate function");
  bool procedure = f->kind == 'p';
  std::string out = std::string("CREATE OR REPLACE ") + (procedure ? "PROCEDURE " : "FUNCTION ") +
                    quote_qualified(namespace_name(context, f->namespace_oid), f->name) + "(" +
                    argument_list(context, *f, false, true) + ")\n";
  if (!procedure) out += " RETURNS " + function_result(context, function) + "\n";
  out += " LANGUAGE " + quote_identifier(language_name(context, f->language)) + "\n";
  out += attribute_line(context, *f) + setting_lines(*f);
  if (!f->body_tree.empty()) return out + function_sql_body(context, function) + "\n";
  out += "AS ";
  bool compiled = f->language.value == 12 || f->language.value == 13;
  if (!f->binary.empty()) out += quote_literal(f->binary) + ", ";
  out += compiled && !f->binary.empty() ? quote_literal(f->source) : dollar_quoted(f->source, procedure);
  return out + "\n";
}

namespace {

struct TriggerPrinter {
  DeparseContext& context;
  const catalog::RelationDescriptor& relation;
  const catalog::TriggerDescriptor& trigger;
  bool pretty;
  std::string out;

  std::string name_of(const catalog::RelationDescriptor& r) {
    if (pretty && relation_is_visible(context, r.oid)) return quote_identifier(r.name);
    return quote_qualified(namespace_name(context, r.namespace_oid), r.name);
  }
  void events() {
    const char* separator = "";
    auto event = [&](int bit, const char* word) {
      if (!(trigger.type & bit)) return false;
      out += separator;
      out += word;
      separator = " OR";
      return true;
    };
    event(4, " INSERT");
    event(8, " DELETE");
    if (event(16, " UPDATE") && !trigger.columns.empty()) {
      const char* comma = " OF ";
      for (int16_t column : trigger.columns) {
        out += comma + quote_identifier(relation.columns[static_cast<size_t>(column) - 1].name);
        comma = ", ";
      }
    }
    event(32, " TRUNCATE");
  }
  void condition() {
    auto when = expression_from_stored(trigger.when_tree, *context.catalog);
    Deparser deparser(context, pretty, true, 0);
    deparser.push_relation(relation);
    auto& names = deparser.names.back();
    names.tables = {"old", "new"};
    names.columns.push_back(names.columns[0]);
    names.print_aliases.push_back(false);
    deparser.prefix_columns = true;
    deparser.expression(*when, false);
    out += "WHEN (" + deparser.out + ") ";
  }
  void print() {
    bool constraint = trigger.constraint.valid();
    out =
        std::string("CREATE ") + (constraint ? "CONSTRAINT " : "") + "TRIGGER " + quote_identifier(trigger.name) + " ";
    out += trigger.type & 2 ? "BEFORE" : trigger.type & 64 ? "INSTEAD OF" : "AFTER";
    events();
    out += " ON " + name_of(relation) + " ";
    if (constraint) {
      if (trigger.constraint_relation.valid())
        if (auto other = context.catalog->relation(trigger.constraint_relation)) out += "FROM " + name_of(*other) + " ";
      if (!trigger.deferrable) out += "NOT ";
      out += std::string("DEFERRABLE INITIALLY ") + (trigger.initially_deferred ? "DEFERRED " : "IMMEDIATE ");
    }
    if (!trigger.old_table.empty() || !trigger.new_table.empty()) {
      out += "REFERENCING ";
      if (!trigger.old_table.empty()) out += "OLD TABLE AS " + quote_identifier(trigger.old_table) + " ";
      if (!trigger.new_table.empty()) out += "NEW TABLE AS " + quote_identifier(trigger.new_table) + " ";
    }
    out += trigger.type & 1 ? "FOR EACH ROW " : "FOR EACH STATEMENT ";
    if (!trigger.when_tree.empty()) condition();
    Deparser deparser(context, pretty, true, 0);
    bool use_variadic = false;
    out += "EXECUTE FUNCTION " + deparser.function_name_of(trigger.function, {}, false, use_variadic) + "(";
    const char* separator = "";
    for (const auto& argument : trigger.arguments) {
      out += separator + quote_literal(argument);
      separator = ", ";
    }
    out += ')';
  }
};

}  // namespace

std::string trigger_definition(DeparseContext& context, Oid trigger, bool pretty) {
  std::string out;
  Value key = oid_value(trigger);
  context.catalog->scan(id::kPgTrigger, id::kPgTriggerOidIndex, {&key, 1},
                        [&](common::RowId, const catalog::CatalogRow& row) {
                          auto relation = context.catalog->relation(oid_of(row[1]));
                          if (!relation) return false;
                          for (const auto& t : relation->triggers) {
                            if (t.oid != trigger) continue;
                            TriggerPrinter printer{context, *relation, t, pretty, {}};
                            printer.print();
                            out = std::move(printer.out);
                          }
                          return false;
                        });
  return out;
}

std::string rule_definition(DeparseContext& context, Oid rule, bool pretty) {
  std::string out;
  Value key = oid_value(rule);
  context.catalog->scan(
      id::kPgRewrite, id::kPgRewriteOidIndex, {&key, 1}, [&](common::RowId, const catalog::CatalogRow& row) {
        auto relation = context.catalog->relation(oid_of(row[2]));
        if (!relation) return false;
        for (const auto& r : relation->rules) {
          if (r.oid != rule) continue;
          static constexpr const char* kEvents[] = {"SELECT", "UPDATE", "INSERT", "DELETE"};
          out = "CREATE RULE " + quote_identifier(r.name) + " AS\n    ON " + kEvents[r.event - '1'] + " TO ";
          bool bare = pretty && relation_is_visible(context, relation->oid);
          out += bare ? quote_identifier(relation->name)
                      : quote_qualified(namespace_name(context, relation->namespace_oid), relation->name);
          if (r.qualification_tree != "<>" && !r.qualification_tree.empty()) {
            auto condition = expression_from_stored(r.qualification_tree, *context.catalog);
            Deparser deparser(context, pretty, true, 0);
            deparser.push_relation(*relation);
            auto& names = deparser.names.back();
            names.tables = {"old", "new"};
            names.columns.push_back(names.columns[0]);
            names.print_aliases.push_back(false);
            deparser.prefix_columns = true;
            deparser.expression(*condition, false);
            out += "\n   WHERE " + deparser.out;
          }
          out += r.instead ? " DO INSTEAD " : " DO ";
          auto queries = queries_from_stored(r.action_tree, *context.catalog);
          std::vector<std::string> columns;
          for (const auto& column : relation->columns) columns.push_back(column.name);
          if (queries.size() > 1) out += '(';
          for (const auto& q : queries) {
            Deparser deparser(context, pretty, true, 0);
            deparser.force_prefix = true;
            deparser.query(*q, r.event == '1' ? &columns : nullptr, true);
            out += deparser.out;
            if (queries.size() > 1) out += ";\n";
          }
          if (queries.empty()) out += "NOTHING";
          out += queries.size() > 1 ? ");" : ";";
        }
        return false;
      });
  return out;
}

std::string partition_key_definition(DeparseContext& context, Oid relation_oid, bool pretty) {
  auto relation = context.catalog->relation(relation_oid);
  std::string out;
  if (!relation || relation->kind != 'p') return out;
  Value key = oid_value(relation_oid);
  context.catalog->scan(id::kPgPartitionedTable, id::kPgPartitionedTablePartrelidIndex, {&key, 1},
                        [&](common::RowId, const catalog::CatalogRow& row) {
                          auto strategy = static_cast<char>(row[1].as<int16_t>());
                          out = strategy == 'h' ? "HASH (" : strategy == 'l' ? "LIST (" : "RANGE (";
                          types::ArrayView columns(row[4].string()), classes(row[5].string()),
                              collations(row[6].string());
                          ExpressionList expressions;
                          if (!row[7].is_null()) expressions = list_from_stored(row[7].string(), *context.catalog);
                          size_t next = 0;
                          for (uint32_t i = 0; i < columns.size(); ++i) {
                            if (i) out += ", ";
                            auto number = columns.get<int16_t>(i);
                            Oid type, collation, wanted{static_cast<uint32_t>(collations.get<int32_t>(i))};
                            if (number) {
                              const auto& column = relation->columns[static_cast<size_t>(number) - 1];
                              out += quote_identifier(column.name);
                              type = column.type;
                              collation = column.collation;
                            } else {
                              const Expression& e = *expressions[next++];
                              std::string text = deparse_expression(context, e, relation_oid, pretty);
                              out += e.kind == ExpressionKind::kFunction ? text : "(" + text + ")";
                              type = e.type;
                              collation = e.collation;
                            }
                            if (wanted.valid() && wanted != collation) {
                              Deparser deparser(context, pretty, true, 0);
                              out += " COLLATE " + deparser.collation_name(wanted);
                            }
                            Oid opclass{static_cast<uint32_t>(classes.get<int32_t>(i))};
                            const auto* c = context.catalog->opclass(opclass);
                            if (c && context.catalog->default_opclass(c->access_method, type) != opclass)
                              out += " " + (opclass_is_visible(context, opclass)
                                                ? quote_identifier(c->name)
                                                : quote_qualified(namespace_name(context, c->namespace_oid), c->name));
                          }
                          out += ')';
                          return false;
                        });
  return out;
}

std::string statistics_definition(DeparseContext& context, Oid statistics, bool columns_only) {
  std::string out;
  Value key = oid_value(statistics);
  context.catalog->scan(
      id::kPgStatisticExt, id::kPgStatisticExtOidIndex, {&key, 1}, [&](common::RowId, const catalog::CatalogRow& row) {
        auto relation = context.catalog->relation(oid_of(row[1]));
        types::ArrayView columns(row[6].string()), kinds(row[7].string());
        ExpressionList expressions;
        if (!row[8].is_null()) expressions = list_from_stored(row[8].string(), *context.catalog);
        std::string list;
        for (uint32_t i = 0; i < columns.size(); ++i) {
          if (!list.empty()) list += ", ";
          list += quote_identifier(relation->columns[static_cast<size_t>(columns.get<int16_t>(i)) - 1].name);
        }
        for (const auto& e : expressions) {
          if (!list.empty()) list += ", ";
          std::string text = deparse_expression(context, *e, relation->oid, true);
          list += e->kind == ExpressionKind::kFunction ? text : "(" + text + ")";
        }
        if (columns_only) {
          out = list;
          return false;
        }
        bool distinct = false, dependencies = false, mcv = false;
        for (uint32_t i = 0; i < kinds.size(); ++i) {
          auto kind = static_cast<char>(kinds.get<int16_t>(i));
          distinct |= kind == 'd';
          dependencies |= kind == 'f';
          mcv |= kind == 'm';
        }
        Oid name_space = oid_of(row[3]);
        out = "CREATE STATISTICS " + quote_qualified(namespace_name(context, name_space), row[2].string());
        bool several = columns.size() + expressions.size() > 1;
        if (several && !(distinct && dependencies && mcv)) {
          std::string words;
          auto add = [&](bool on, const char* word) {
            if (on) words += (words.empty() ? "" : ", ") + std::string(word);
          };
          add(distinct, "ndistinct");
          add(dependencies, "dependencies");
          add(mcv, "mcv");
          out += " (" + words + ")";
        }
        Deparser deparser(context, true, true, 0);
        out += " ON " + list + " FROM " + deparser.relation_name(*relation);
        return false;
      });
  return out;
}

}  // namespace basalt::query

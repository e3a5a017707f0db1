#include "query/register_query.hpp"

#include "catalog/catalog_ids.hpp"
#include "catalog/catalog_service.hpp"
#include "catalog/names.hpp"
#include "common/sqlstate.hpp"
#include "query/deparse.hpp"
#include "query/stored_form.hpp"
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace id = catalog::id;
using common::SqlError;
using types::FunctionCall;
using types::scalar;

namespace {

using Text = std::optional<std::string>;

DeparseContext deparse_context(FunctionCall& call) {
  auto& service = catalog::catalog_service(call);
  DeparseContext context;
  context.catalog = &service.reader();
  context.call = call.context;
  context.search_path = service.search_path();
  return context;
}

Text non_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// ---------------------------------------------------------------------------------------------- expressions

Text expression_text(FunctionCall& call, std::string_view tree, uint32_t relation, bool pretty) {
  auto context = deparse_context(call);
  if (tree.size() < 2) return std::nullopt;
  if (relation != 0 && !context.catalog->relation(Oid{relation})) return std::nullopt;
  if (tree[1] == 'e')
    return deparse_expression(context, *expression_from_stored(tree, *context.catalog), Oid{relation}, pretty);
  std::string out;
  for (const auto& e : list_from_stored(tree, *context.catalog)) {
    if (!out.empty()) out += ", ";
    out += deparse_expression(context, *e, Oid{relation}, pretty);
  }
  return out;
}
Text get_expr(FunctionCall& call, std::string_view tree, uint32_t relation) {
  return expression_text(call, tree, relation, false);
}
Text get_expr_ext(FunctionCall& call, std::string_view tree, uint32_t relation, bool pretty) {
  return expression_text(call, tree, relation, pretty);
}

// ---------------------------------------------------------------------------------------------- views

Text view_text(FunctionCall& call, Oid view, bool pretty, int wrap) {
  auto context = deparse_context(call);
  if (!context.catalog->relation(view)) return std::nullopt;
  return view_definition(context, view, pretty, wrap);
}
Oid view_named(FunctionCall& call, std::string_view name) {
  return call.context->parse_object_name(types::oid::kRegclass, name);
}
Text get_viewdef(FunctionCall& call, uint32_t view) { return view_text(call, Oid{view}, false, 0); }
Text get_viewdef_ext(FunctionCall& call, uint32_t view, bool pretty) { return view_text(call, Oid{view}, pretty, 0); }
Text get_viewdef_wrap(FunctionCall& call, uint32_t view, int32_t wrap) {
  return view_text(call, Oid{view}, true, wrap);
}
Text get_viewdef_name(FunctionCall& call, std::string_view name) {
  return view_text(call, view_named(call, name), false, 0);
}
Text get_viewdef_name_ext(FunctionCall& call, std::string_view name, bool pretty) {
  return view_text(call, view_named(call, name), pretty, 0);
}

// ---------------------------------------------------------------------------------------------- other objects

Text index_text(FunctionCall& call, uint32_t index, int column, bool pretty) {
  auto context = deparse_context(call);
  if (!context.catalog->index(Oid{index})) return std::nullopt;
  return index_definition(context, Oid{index}, column, pretty);
}
Text get_indexdef(FunctionCall& call, uint32_t index) { return index_text(call, index, 0, false); }
Text get_indexdef_ext(FunctionCall& call, uint32_t index, int32_t column, bool pretty) {
  return index_text(call, index, column, pretty);
}

Text constraint_text(FunctionCall& call, uint32_t constraint, bool pretty) {
  auto context = deparse_context(call);
  return non_empty(constraint_definition(context, Oid{constraint}, pretty));
}
Text get_constraintdef(FunctionCall& call, uint32_t constraint) { return constraint_text(call, constraint, false); }
Text get_constraintdef_ext(FunctionCall& call, uint32_t constraint, bool pretty) {
  return constraint_text(call, constraint, pretty);
}

Text get_ruledef(FunctionCall& call, uint32_t rule) {
  auto context = deparse_context(call);
  return non_empty(rule_definition(context, Oid{rule}, false));
}
Text get_ruledef_ext(FunctionCall& call, uint32_t rule, bool pretty) {
  auto context = deparse_context(call);
  return non_empty(rule_definition(context, Oid{rule}, pretty));
}
Text get_triggerdef(FunctionCall& call, uint32_t trigger) {
  auto context = deparse_context(call);
  return non_empty(trigger_definition(context, Oid{trigger}, false));
}
Text get_triggerdef_ext(FunctionCall& call, uint32_t trigger, bool pretty) {
  auto context = deparse_context(call);
  return non_empty(trigger_definition(context, Oid{trigger}, pretty));
}

template <std::string (*Print)(DeparseContext&, Oid)>
Text function_text(FunctionCall& call, uint32_t function) {
  auto context = deparse_context(call);
  if (!context.catalog->function(Oid{function})) return std::nullopt;
  return Print(context, Oid{function});
}
Text get_function_result(FunctionCall& call, uint32_t function) {
  auto context = deparse_context(call);
  auto f = context.catalog->function(Oid{function});
  if (!f || f->kind == 'p') return std::nullopt;
  return function_result(context, Oid{function});
}
Text get_function_sqlbody(FunctionCall& call, uint32_t function) {
  auto context = deparse_context(call);
  if (!context.catalog->function(Oid{function})) return std::nullopt;
  return non_empty(function_sql_body(context, Oid{function}));
}
// The default of the n-th argument, counted over all arguments as CREATE FUNCTION lists them.
Text get_function_arg_default(FunctionCall& call, uint32_t function, int32_t number) {
  auto context = deparse_context(call);
  auto f = context.catalog->function(Oid{function});
  if (!f || number < 1 || f->default_count == 0) return std::nullopt;
  size_t total = f->all_argument_types.empty() ? f->argument_types.size() : f->all_argument_types.size();
  if (static_cast<size_t>(number) > total) return std::nullopt;
  size_t input = 0;
  for (size_t i = 0; i < static_cast<size_t>(number); ++i) {
    char mode = f->argument_modes.empty() ? 'i' : f->argument_modes[i];
    bool is_input = mode == 'i' || mode == 'b' || mode == 'v';
    if (is_input)
      ++input;
    else if (i + 1 == static_cast<size_t>(number))
      return std::nullopt;
  }
  auto defaults = list_from_stored(f->defaults_tree, *context.catalog);
  size_t first = f->argument_types.size() - defaults.size();
  if (input - 1 < first) return std::nullopt;
  return deparse_expression(context, *defaults[input - 1 - first], Oid{}, false);
}

Text get_partkeydef(FunctionCall& call, uint32_t relation) {
  auto context = deparse_context(call);
  return non_empty(partition_key_definition(context, Oid{relation}, false));
}
Text get_statisticsobjdef(FunctionCall& call, uint32_t statistics) {
  auto context = deparse_context(call);
  return non_empty(statistics_definition(context, Oid{statistics}, false));
}
Text get_statisticsobjdef_columns(FunctionCall& call, uint32_t statistics) {
  auto context = deparse_context(call);
  return non_empty(statistics_definition(context, Oid{statistics}, true));
}

// The expressions alone, as text[].
Text get_statisticsobjdef_expressions(FunctionCall& call, uint32_t statistics) {
  auto context = deparse_context(call);
  Text out;
  const Value key = Value::of(static_cast<int32_t>(statistics));
  context.catalog->scan(id::kPgStatisticExt, id::kPgStatisticExtOidIndex, {&key, 1},
                        [&](common::RowId, const catalog::CatalogRow& row) {
                          if (row[8].is_null()) return false;
                          const Oid relation{static_cast<uint32_t>(row[1].as<int32_t>())};
                          types::ArrayBuilder texts(types::oid::kText, common::PhysicalType::kString);
                          for (const auto& expression : list_from_stored(row[8].string(), *context.catalog))
                            texts.append_string(deparse_expression(context, *expression, relation, false));
                          out = texts.finish();
                          return false;
                        });
  return out;
}
// There are no partitions, so no relation has a constraint of one.
Text get_partition_constraintdef(FunctionCall&, uint32_t) { return std::nullopt; }

// pg_get_serial_sequence('table', 'column'): the sequence that the column owns.
Text get_serial_sequence(FunctionCall& call, std::string_view table, std::string_view column) {
  auto context = deparse_context(call);
  Oid relation_oid = call.context->parse_object_name(types::oid::kRegclass, table);
  auto relation = context.catalog->relation(relation_oid);
  const auto* found = relation ? relation->column(column) : nullptr;
  if (!found)
    throw SqlError(sqlstate::kUndefinedColumn, "column \"" + std::string(column) + "\" of relation \"" +
                                                   (relation ? relation->name : std::string(table)) +
                                                   "\" does not exist");
  Oid sequence;
  std::vector<Value> key{Value::of(static_cast<int32_t>(id::kPgClass.value)),
                         Value::of(static_cast<int32_t>(relation_oid.value)),
                         Value::of(static_cast<int32_t>(found->number))};
  context.catalog->scan(id::kPgDepend, Oid{2674}, key, [&](common::RowId, const catalog::CatalogRow& row) {
    auto kind = static_cast<char>(row[6].as<int16_t>());
    if (static_cast<uint32_t>(row[0].as<int32_t>()) != id::kPgClass.value || (kind != 'a' && kind != 'i')) return true;
    auto owned = context.catalog->relation(Oid{static_cast<uint32_t>(row[1].as<int32_t>())});
    if (!owned || owned->kind != 'S') return true;
    sequence = owned->oid;
    return false;
  });
  if (!sequence.valid()) return std::nullopt;
  return catalog::qualified_relation_name(*context.catalog, sequence);
}

}  // namespace

void register_query(types::FunctionRegistry& registry) {
  registry.add_scalar("pg_get_expr", scalar<get_expr>());
  registry.add_scalar("pg_get_expr_ext", scalar<get_expr_ext>());
  registry.add_scalar("pg_get_viewdef", scalar<get_viewdef>());
  registry.add_scalar("pg_get_viewdef_ext", scalar<get_viewdef_ext>());
  registry.add_scalar("pg_get_viewdef_wrap", scalar<get_viewdef_wrap>());
  registry.add_scalar("pg_get_viewdef_name", scalar<get_viewdef_name>());
  registry.add_scalar("pg_get_viewdef_name_ext", scalar<get_viewdef_name_ext>());
  registry.add_scalar("pg_get_indexdef", scalar<get_indexdef>());
  registry.add_scalar("pg_get_indexdef_ext", scalar<get_indexdef_ext>());
  registry.add_scalar("pg_get_constraintdef", scalar<get_constraintdef>());
  registry.add_scalar("pg_get_constraintdef_ext", scalar<get_constraintdef_ext>());
  registry.add_scalar("pg_get_ruledef", scalar<get_ruledef>());
  registry.add_scalar("pg_get_ruledef_ext", scalar<get_ruledef_ext>());
  registry.add_scalar("pg_get_triggerdef", scalar<get_triggerdef>());
  registry.add_scalar("pg_get_triggerdef_ext", scalar<get_triggerdef_ext>());
  registry.add_scalar("pg_get_functiondef", scalar<function_text<function_definition>>());
  registry.add_scalar("pg_get_function_arguments", scalar<function_text<function_arguments>>());
  registry.add_scalar("pg_get_function_identity_arguments", scalar<function_text<function_identity_arguments>>());
  registry.add_scalar("pg_get_function_result", scalar<get_function_result>());
  registry.add_scalar("pg_get_function_sqlbody", scalar<get_function_sqlbody>());
  registry.add_scalar("pg_get_function_arg_default", scalar<get_function_arg_default>());
  registry.add_scalar("pg_get_partkeydef", scalar<get_partkeydef>());
  registry.add_scalar("pg_get_statisticsobjdef", scalar<get_statisticsobjdef>());
  registry.add_scalar("pg_get_statisticsobjdef_columns", scalar<get_statisticsobjdef_columns>());
  registry.add_scalar("pg_get_statisticsobjdef_expressions", scalar<get_statisticsobjdef_expressions>());
  registry.add_scalar("pg_get_partition_constraintdef", scalar<get_partition_constraintdef>());
  registry.add_scalar("pg_get_serial_sequence", scalar<get_serial_sequence>());
}

}  // namespace basalt::query

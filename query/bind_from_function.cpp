// Functions in FROM: ROWS FROM, WITH ORDINALITY, column definition lists, unnest of several arrays.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

std::vector<ColumnDefinition> bind_definitions(Analyzer& a, const std::vector<parser::ParsedFunctionColumn>& list) {
  std::vector<ColumnDefinition> out;
  for (const auto& column : list) {
    if (column.type->set_of)
      throw a.error(sqlstate::kInvalidTableDefinition, "column \"" + column.name + "\" cannot be declared SETOF",
                    column.location);
    ResolvedType resolved = a.resolve_type(*column.type);
    ColumnDefinition made;
    made.name = column.name;
    made.type = resolved.type->oid;
    made.typmod = resolved.typmod;
    made.collation =
        column.collation.empty() ? resolved.type->collation : a.find_collation(column.collation, column.location);
    for (const auto& known : out)
      if (known.name == made.name)
        throw a.error(sqlstate::kDuplicateColumn, "column name \"" + made.name + "\" specified more than once");
    out.push_back(std::move(made));
  }
  return out;
}

struct Item {
  std::string name;
  ExpressionPointer call;
  std::vector<ColumnDefinition> definitions;
  int definitions_location = -1;
};

// Adds the columns of one function to the entry.
void add_columns(Analyzer& a, Scope& s, RangeTableEntry& entry, Item& item, size_t functions,
                 const parser::ParsedAlias& alias) {
  RangeFunction function;
  RowDescription row = a.describe_row(&s, *item.call);
  std::vector<ColumnDefinition> columns;
  if (!item.definitions.empty()) {
    if (row.row_class == RowClass::kComposite) {
      bool record = item.call->type == oid::kRecord;
      throw a.error(sqlstate::kSyntaxError,
                    record ? "a column definition list is redundant for a function with OUT parameters"
                           : "a column definition list is redundant for a function returning a named composite type",
                    item.definitions_location);
    }
    if (row.row_class != RowClass::kRecord)
      throw a.error(sqlstate::kSyntaxError,
                    "a column definition list is only allowed for functions returning \"record\"",
                    item.definitions_location);
    columns = item.definitions;
    function.definitions = std::move(item.definitions);
  } else if (row.row_class == RowClass::kRecord) {
    throw a.error(sqlstate::kSyntaxError, "a column definition list is required for functions returning \"record\"",
                  item.call->location);
  } else if (row.row_class == RowClass::kComposite) {
    columns = std::move(row.columns);
  } else if (row.row_class == RowClass::kScalar) {
    ColumnDefinition column;
    column.type = item.call->type;
    column.typmod = item.call->typmod;
    column.collation = item.call->collation;
    if (auto* call = try_as<Function>(item.call.get())) {
      auto f = a.catalog.function(call->function);
      for (size_t i = 0; f && i < f->argument_modes.size() && i < f->argument_names.size(); ++i)
        if (f->argument_modes[i] == 'o' || f->argument_modes[i] == 'b' || f->argument_modes[i] == 't')
          column.name = f->argument_names[i];
    }
    if (column.name.empty()) column.name = functions == 1 && !alias.name.empty() ? alias.name : item.name;
    columns.push_back(std::move(column));
  } else {
    throw a.error(sqlstate::kDatatypeMismatch,
                  "function \"" + item.name + "\" in FROM has unsupported return type " + a.type_name(item.call->type),
                  item.call->location);
  }
  for (const auto& column : columns) {
    entry.columns.push_back(column.name);
    entry.column_types.push_back(column.type);
    entry.column_typmods.push_back(column.typmod);
    entry.column_collations.push_back(column.collation);
  }
  function.column_count = static_cast<int>(columns.size());
  function.call = std::move(item.call);
  entry.functions.push_back(std::move(function));
}

// unnest(a, b) without qualification means ROWS FROM (unnest(a), unnest(b)).
bool is_wide_unnest(const parser::ParsedExpression& e, bool has_definitions) {
  auto* call = parser::as_if<parser::ParsedFunctionCall>(&e);
  return call && call->name.size() == 1 && call->name[0] == "unnest" && call->arguments.size() > 1 &&
         call->order_by.empty() && !call->filter && !call->over && !call->star && !call->distinct && !call->variadic &&
         !has_definitions;
}

}  // namespace

NamespaceItem* Analyzer::bind_range_function(Scope& s, const parser::ParsedRangeFunction& range) {
  bool saved_lateral = std::exchange(s.lateral_active, true);
  std::vector<Item> items;
  for (const auto& function : range.functions) {
    if (is_wide_unnest(*function.function, !function.columns.empty())) {
      const auto& call = as<parser::ParsedFunctionCall>(*function.function);
      for (const auto& argument : call.arguments) {
        const Expression* last_srf = s.last_set_returning;
        ClauseGuard guard(s, Clause::kFromFunction);
        ExpressionList arguments;
        arguments.push_back(bind_inner(s, *argument));
        parser::ParsedFunctionCall single;
        Item item;
        item.name = "unnest";
        item.call =
            call_or_column(s, {"pg_catalog", "unnest"}, std::move(arguments), last_srf, &single, false, call.location);
        items.push_back(std::move(item));
      }
      continue;
    }
    const Expression* last_srf = s.last_set_returning;
    Item item;
    item.call = bind(s, *function.function, Clause::kFromFunction);
    if (s.last_set_returning != last_srf && s.last_set_returning != item.call.get())
      throw error(sqlstate::kFeatureNotSupported, "set-returning functions must appear at top level of FROM",
                  s.last_set_returning->location);
    item.name = figure_column_name(function.function.get(), item.call.get());
    item.definitions = bind_definitions(*this, function.columns);
    if (!function.columns.empty()) item.definitions_location = function.columns[0].location;
    items.push_back(std::move(item));
  }
  s.lateral_active = saved_lateral;
  if (!range.columns.empty()) {
    int location = range.columns[0].location;
    if (range.is_rows_from) {
      if (items.size() == 1)
        throw error(sqlstate::kSyntaxError, "ROWS FROM() with a single function cannot have a column definition list",
                    location)
            .hint("Put the column definition list inside ROWS FROM().");
      throw error(sqlstate::kSyntaxError, "ROWS FROM() with multiple functions cannot have a column definition list",
                  location)
          .hint("Put a separate column definition list for each function inside ROWS FROM().");
    }
    if (items.size() > 1)
      throw error(sqlstate::kSyntaxError, "UNNEST() with multiple arguments cannot have a column definition list",
                  location)
          .hint("Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.");
    if (range.ordinality)
      throw error(sqlstate::kSyntaxError, "WITH ORDINALITY cannot be used with a column definition list", location)
          .hint("Put the column definition list inside ROWS FROM().");
    items[0].definitions = bind_definitions(*this, range.columns);
    items[0].definitions_location = location;
  }
  auto entry = std::make_unique<RangeTableEntry>();
  entry->kind = RangeKind::kFunction;
  entry->ordinality = range.ordinality;
  entry->name = items[0].name;
  entry->lateral = range.lateral;
  for (auto& item : items) {
    assign_collations(*item.call);
    entry->lateral = entry->lateral || contains_column_of_level(*item.call, 0);
  }
  for (auto& item : items) add_columns(*this, s, *entry, item, items.size(), range.alias);
  if (range.ordinality) {
    entry->columns.push_back("ordinality");
    entry->column_types.push_back(oid::kInt8);
    entry->column_typmods.push_back(-1);
    entry->column_collations.push_back(Oid{});
  }
  if (entry->columns.size() > 1664)
    throw error(sqlstate::kTooManyColumns, "functions in FROM can return at most 1664 columns");
  apply_alias(*entry, range.alias, "table");
  return add_entry(s, std::move(entry), {});
}

}  // namespace basalt::query

// FROM to SQL, and the names of tables and columns inside a query.
#include <algorithm>
#include <set>

#include "query/deparser.hpp"

namespace basalt::query {

namespace oid = types::oid;

// ---------------------------------------------------------------------------------------------- names

Names Deparser::make_names(const BoundQuery& q) {
  Names made;
  made.query = &q;
  std::set<std::string> taken;
  for (const auto& level : names)
    for (const auto& name : level.tables)
      if (!name.empty()) taken.insert(name);
  for (const auto& entry : q.range_table) {
    std::string name;
    if (!entry->alias.empty())
      name = entry->alias;
    else if (entry->relation && entry->kind == RangeKind::kRelation)
      name = entry->relation->name;
    else if (entry->kind != RangeKind::kJoin)
      name = entry->name;
    // Privilege entries of views stand in no FROM and need no name of their own.
    if (!name.empty()) {
      std::string unique = name;
      for (int i = 1; taken.count(unique); ++i) unique = name + "_" + std::to_string(i);
      taken.insert(unique);
      name = unique;
    }
    made.tables.push_back(name);
    bool changed = false;
    std::set<std::string> used;
    std::vector<std::string> columns;
    for (size_t i = 0; i < entry->columns.size(); ++i) {
      std::string column = entry->columns[i], real = column;
      bool dropped = false;
      if (entry->kind == RangeKind::kRelation && entry->relation && i < entry->relation->columns.size()) {
        dropped = entry->relation->columns[i].dropped;
        real = entry->relation->columns[i].name;
        if (i >= entry->alias_columns.size()) column = real;
      }
      dropped = dropped || (entry->kind == RangeKind::kFunction && !entry->column_types[i].valid());
      if (dropped) {
        columns.emplace_back();
        continue;
      }
      if (entry->kind != RangeKind::kJoin || !entry->alias.empty()) {
        std::string unique = column;
        for (int n = 1; !used.insert(unique).second; ++n) unique = column + "_" + std::to_string(n);
        column = unique;
      }
      changed = changed || column != real;
      columns.push_back(column);
    }
    made.columns.push_back(std::move(columns));
    bool print = changed;
    if (entry->kind == RangeKind::kFunction)
      print = true;
    else if (entry->kind != RangeKind::kRelation && !entry->alias_columns.empty())
      print = true;
    made.print_aliases.push_back(print);
  }
  return made;
}

void Deparser::push_relation(const catalog::RelationDescriptor& relation) {
  Names made;
  made.tables.push_back(relation.name);
  std::vector<std::string> columns;
  for (const auto& column : relation.columns) columns.push_back(column.dropped ? "" : column.name);
  made.columns.push_back(std::move(columns));
  made.print_aliases.push_back(false);
  names.push_back(std::move(made));
}

// ---------------------------------------------------------------------------------------------- FROM

void Deparser::from_clause(const BoundQuery& q, const char* prefix, const std::vector<const FromNode*>& items) {
  bool first = true;
  for (const auto* item : items) {
    if (item->kind == FromKind::kTable && !q.entry(item->table).in_from) continue;
    if (first) {
      keyword(prefix, -kStep, kStep, 2);
      first = false;
      from_item(*item, q);
      continue;
    }
    out += ", ";
    std::string saved = std::exchange(out, std::string());
    from_item(*item, q);
    std::string text = std::exchange(out, std::move(saved));
    if (indenting && wrap_column >= 0) {
      if (!text.empty() && text[0] == '\n') {
        trim_spaces();
      } else {
        size_t line = out.rfind('\n');
        size_t length = out.size() - (line == std::string::npos ? 0 : line + 1);
        if (length + text.size() > static_cast<size_t>(wrap_column)) keyword("", -kStep, kStep, kVariable);
      }
    }
    out += text;
  }
}

void Deparser::from_item(const FromNode& node, const BoundQuery& q) {
  if (node.kind == FromKind::kTable)
    from_table(node.table, q);
  else
    from_join(node, q);
}

void Deparser::column_aliases(int table) {
  auto index = static_cast<size_t>(table) - 1;
  if (!names.back().print_aliases[index]) return;
  const char* separator = "(";
  for (const auto& column : names.back().columns[index]) {
    if (column.empty()) continue;
    out += separator + quote_identifier(column);
    separator = ", ";
  }
  if (*separator == ',') out += ')';
}

void Deparser::column_definitions(int, const RangeFunction& f, bool) {
  out += '(';
  const char* separator = "";
  for (const auto& column : f.definitions) {
    out += separator + quote_identifier(column.name) + " " + type_text(column.type, column.typmod);
    if (column.collation.valid() && column.collation != analyzer.type_collation(column.type))
      out += " COLLATE " + collation_name(column.collation);
    separator = ", ";
  }
  out += ')';
}

void Deparser::table_sample(const RangeTableEntry::Sample& sample) {
  bool use_variadic = false;
  out += " TABLESAMPLE " + function_name_of(sample.method, {oid::kInternal}, false, use_variadic) + " (";
  const char* separator = "";
  for (const auto& argument : sample.arguments) {
    out += separator;
    expression(*argument, false);
    separator = ", ";
  }
  out += ')';
  if (!sample.repeatable) return;
  out += " REPEATABLE (";
  expression(*sample.repeatable, false);
  out += ')';
}

namespace {

// unnest(a), unnest(b) ... of one ROWS FROM can be written as unnest(a, b).
bool all_unnest(catalog::CatalogReader& catalog, const RangeTableEntry& entry) {
  return std::all_of(entry.functions.begin(), entry.functions.end(), [&](const RangeFunction& f) {
    auto* call = try_as<Function>(f.call.get());
    auto descriptor = call ? catalog.function(call->function) : nullptr;
    return descriptor && descriptor->name == "unnest" && descriptor->namespace_oid.value == 11 &&
           call->arguments[0]->type != types::oid::kAnyarray && descriptor->argument_types[0] == oid::kAnyarray &&
           f.definitions.empty();
  });
}

}  // namespace

void Deparser::from_table(int table, const BoundQuery& q) {
  const auto& entry = q.entry(table);
  const std::string& refname = names.back().tables[static_cast<size_t>(table) - 1];
  const RangeFunction* defined = nullptr;  // the one function with a column definition list
  if (entry.lateral) out += "LATERAL ";
  switch (entry.kind) {
    case RangeKind::kRelation:
      if (!entry.inherit && entry.relation_kind != 'v' && entry.relation_kind != 'm') out += "ONLY ";
      out += relation_name(*entry.relation);
      break;
    case RangeKind::kSubquery:
      out += '(';
      query(*entry.subquery, nullptr, true);
      out += ')';
      break;
    case RangeKind::kFunction: {
      const auto& first = entry.functions[0];
      if (entry.functions.size() == 1 && (first.definitions.empty() || !entry.ordinality)) {
        top_level(*first.call, true);
        if (!first.definitions.empty()) defined = &first;
      } else if (all_unnest(*context.catalog, entry)) {
        out += "UNNEST(";
        const char* separator = "";
        for (const auto& f : entry.functions) {
          out += separator;
          list(as<Function>(*f.call).arguments);
          separator = ", ";
        }
        out += ')';
      } else {
        out += "ROWS FROM(";
        const char* separator = "";
        for (const auto& f : entry.functions) {
          out += separator;
          top_level(*f.call, true);
          if (!f.definitions.empty()) {
            out += " AS ";
            column_definitions(table, f, true);
          }
          separator = ", ";
        }
        out += ')';
      }
      if (entry.ordinality) out += " WITH ORDINALITY";
      break;
    }
    case RangeKind::kValues:
      out += '(';
      values_lists(entry.values);
      out += ')';
      break;
    case RangeKind::kCte:
      out += quote_identifier(entry.cte_name);
      break;
    case RangeKind::kNamedTuplestore:
      out += quote_identifier(entry.tuplestore_name);
      break;
    default:
      UNREACHABLE("range table entry that cannot stand in FROM");
  }
  bool print = !entry.alias.empty() || names.back().print_aliases[static_cast<size_t>(table) - 1];
  if (entry.kind == RangeKind::kRelation)
    print = print || refname != entry.relation->name;
  else if (entry.kind == RangeKind::kCte)
    print = print || refname != entry.cte_name;
  else if (entry.kind != RangeKind::kNamedTuplestore)
    print = true;
  if (print) out += " " + quote_identifier(refname);
  if (defined)
    column_definitions(table, *defined, true);
  else
    column_aliases(table);
  if (entry.sample) table_sample(*entry.sample);
}

void Deparser::from_join(const FromNode& node, const BoundQuery& q) {
  const auto& entry = q.entry(node.table);
  bool named = !entry.alias.empty();
  auto join_is_named = [&](const FromNode& n) { return n.table && !q.entry(n.table).alias.empty(); };
  bool right_parens = pretty && node.right->kind == FromKind::kJoin && !join_is_named(*node.right);
  if (!pretty || named) out += '(';
  from_item(*node.left, q);
  const char* words = "";
  switch (node.join_kind) {
    case JoinKind::kInner:
      words = node.condition ? " JOIN " : " CROSS JOIN ";
      break;
    case JoinKind::kLeft:
      words = " LEFT JOIN ";
      break;
    case JoinKind::kFull:
      words = " FULL JOIN ";
      break;
    case JoinKind::kRight:
      words = " RIGHT JOIN ";
      break;
  }
  keyword(words, -kStep, kStep, kJoin);
  if (right_parens) out += '(';
  from_item(*node.right, q);
  if (right_parens) out += ')';
  if (!node.using_columns.empty()) {
    out += " USING (";
    const char* separator = "";
    for (const auto& column : node.using_columns) {
      out += separator + quote_identifier(column);
      separator = ", ";
    }
    out += ')';
    if (!entry.join_using_alias.empty()) out += " AS " + quote_identifier(entry.join_using_alias);
  } else if (node.condition) {
    out += " ON ";
    if (!pretty) out += '(';
    expression(*node.condition, false);
    if (!pretty) out += ')';
  } else if (node.join_kind != JoinKind::kInner) {
    out += " ON TRUE";
  }
  if (!pretty || named) out += ')';
  if (!named) return;
  out += " " + quote_identifier(names.back().tables[static_cast<size_t>(node.table) - 1]);
  column_aliases(node.table);
}

void Deparser::values_lists(const std::vector<ExpressionList>& rows) {
  out += "VALUES ";
  const char* separator = "";
  for (const auto& row : rows) {
    out += separator;
    separator = ", ";
    out += '(';
    const char* comma = "";
    for (const auto& e : row) {
      out += comma;
      comma = ",";
      top_level(*e, false);
    }
    out += ')';
  }
}

}  // namespace basalt::query

// Expressions to SQL.
#include <algorithm>

#include "catalog/names.hpp"
#include "common/stack_depth.hpp"
#include "query/deparser.hpp"

namespace basalt::query {

namespace oid = types::oid;

namespace {

BindContext names_of(DeparseContext& c) {
  BindContext out;
  out.catalog = c.catalog;
  out.call = c.call;
  out.search_path = c.search_path;
  // The session's own temporary schema is always in the path.
  for (Oid name_space : c.search_path)
    if (catalog::namespace_name(*c.catalog, name_space).starts_with("pg_temp_")) out.temp_namespace = name_space;
  return out;
}

}  // namespace

Deparser::Deparser(DeparseContext& c, bool pretty_parens, bool indent_lines, int wrap)
    : context(c),
      bind_context(names_of(c)),
      analyzer(bind_context),
      pretty(pretty_parens),
      indenting(indent_lines),
      wrap_column(wrap) {}

void Deparser::list(const ExpressionList& items, const char* separator) {
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += separator;
    first = false;
    expression(*item, true);
  }
}

namespace {

using K = ExpressionKind;

bool is_call_like(K kind) {
  switch (kind) {
    case K::kSubscript:
    case K::kArray:
    case K::kRow:
    case K::kCoalesce:
    case K::kMinMax:
    case K::kNullIf:
    case K::kAggregate:
    case K::kGrouping:
    case K::kWindow:
    case K::kCase:
      return true;
    default:
      return false;
  }
}

// The operator's name if it is a binary one whose name is a single arithmetic sign; 0 otherwise.
char simple_operator(catalog::CatalogReader& catalog, const OperatorCall& call) {
  if (call.arguments.size() != 2) return 0;
  auto op = catalog.operator_by_oid(call.op);
  return op && op->name.size() == 1 ? op->name[0] : '\0';
}

// Parents that bring their own parentheses or commas.
bool parent_delimits(const Expression& parent) {
  if (auto* f = try_as<Function>(&parent)) return f->form == CoercionForm::kExplicitCall;
  return parent.kind == K::kBool || is_call_like(parent.kind);
}

}  // namespace

bool Deparser::is_simple(const Expression& e, const Expression& parent) const {
  switch (e.kind) {
    case K::kColumn:
    case K::kConstant:
    case K::kParameter:
    case K::kDomainValue:
    case K::kSetDefault:
    case K::kCurrentOf:
    case K::kFunction:
    case K::kSqlValue:
      return true;
    case K::kFieldSelect:
      return parent.kind != K::kFieldSelect;
    case K::kFieldStore:
      return parent.kind != K::kFieldStore;
    case K::kRelabel:
      return is_simple(*as<Relabel>(e).argument, e);
    case K::kCoerceViaIo:
      return is_simple(*as<CoerceViaIo>(e).argument, e);
    case K::kArrayCoerce:
      return is_simple(*as<ArrayCoerce>(e).argument, e);
    case K::kConvertRow:
      return is_simple(*as<ConvertRow>(e).argument, e);
    case K::kCoerceToDomain:
      return is_simple(*as<CoerceToDomain>(e).argument, e);
    case K::kOperator: {
      if (parent.kind == K::kOperator) {
        const auto& up = as<OperatorCall>(parent);
        char op = simple_operator(*context.catalog, as<OperatorCall>(e));
        char parent_op = simple_operator(*context.catalog, up);
        auto low = [](char c) { return c == '+' || c == '-'; };
        auto high = [](char c) { return c == '*' || c == '/' || c == '%'; };
        if ((!low(op) && !high(op)) || (!low(parent_op) && !high(parent_op))) return false;
        if (high(op) && low(parent_op)) return true;
        if (low(op) && high(parent_op)) return false;
        return up.arguments[0].get() == &e;
      }
      return parent_delimits(parent);
    }
    case K::kSubLink:
    case K::kNullTest:
    case K::kBooleanTest:
    case K::kDistinct:
      return parent_delimits(parent);
    case K::kBool: {
      if (parent.kind == K::kBool) {
        auto kind = as<BoolCall>(e).bool_kind, above = as<BoolCall>(parent).bool_kind;
        if (kind == BoolKind::kOr) return above == BoolKind::kOr;
        return above == BoolKind::kAnd || above == BoolKind::kOr;
      }
      return parent_delimits(parent);
    }
    default:
      return is_call_like(e.kind);
  }
}

void Deparser::expression_in(const Expression& e, bool show_implicit, const Expression& parent) {
  bool parens = pretty && !is_simple(e, parent);
  if (parens) out += '(';
  expression(e, show_implicit);
  if (parens) out += ')';
}

// Where the grammar takes a function call in two ways (FROM, ORDER BY of an index), functions are shown as such.
void Deparser::top_level(const Expression& e, bool show_implicit) {
  if (e.kind == K::kColumn)
    column(as<Column>(e), 0, true);
  else
    expression(e, show_implicit);
}

void Deparser::expression(const Expression& e, bool show_implicit) {
  common::check_stack_depth();
  auto cast = [&](const Expression& argument, CoercionForm form, Oid type, int32_t typmod) {
    if (form == CoercionForm::kImplicitCast && !show_implicit)
      expression_in(argument, false, e);
    else
      coercion(argument, type, typmod, e);
  };
  switch (e.kind) {
    case K::kColumn:
      column(as<Column>(e), 0, false);
      return;
    case K::kConstant:
      return constant(as<Constant>(e), 0);
    case K::kParameter:
      return parameter(as<Parameter>(e));
    case K::kAggregate:
      return aggregate(as<Aggregate>(e));
    case K::kGrouping:
      out += "GROUPING(";
      list(as<Grouping>(e).arguments);
      out += ')';
      return;
    case K::kWindow:
      return window_call(as<WindowCall>(e));
    case K::kSubscript:
      return subscript(as<Subscript>(e));
    case K::kFunction:
      return function(as<Function>(e), show_implicit);
    case K::kNamedArgument:
      out += quote_identifier(as<NamedArgument>(e).name) + " => ";
      return expression(*as<NamedArgument>(e).argument, show_implicit);
    case K::kOperator:
      return operator_call(as<OperatorCall>(e));
    case K::kDistinct: {
      const auto& d = as<OperatorCall>(e);
      if (!pretty) out += '(';
      expression_in(*d.arguments[0], true, e);
      out += " IS DISTINCT FROM ";
      expression_in(*d.arguments[1], true, e);
      if (!pretty) out += ')';
      return;
    }
    case K::kNullIf:
      out += "NULLIF(";
      list(as<OperatorCall>(e).arguments);
      out += ')';
      return;
    case K::kScalarArray: {
      const auto& s = as<ScalarArrayCall>(e);
      if (!pretty) out += '(';
      expression_in(*s.left, true, e);
      out += " " + operator_name(s.op, s.left->type, analyzer.base_element_type(s.array->type)) +
             (s.use_or ? " ANY (" : " ALL (");
      expression_in(*s.array, true, e);
      // An array that a sub-SELECT yields would read as ANY (SELECT ...).
      if (s.array->kind == K::kSubLink && as<SubLink>(*s.array).sub_kind == SubLinkKind::kExpr)
        out += "::" + type_text(s.array->type, s.array->typmod);
      out += ')';
      if (!pretty) out += ')';
      return;
    }
    case K::kBool:
      return bool_call(as<BoolCall>(e));
    case K::kSubLink:
      return sublink(as<SubLink>(e));
    case K::kFieldSelect:
      return field_select(as<FieldSelect>(e));
    case K::kFieldStore:
      out += "ROW(";
      list(as<FieldStore>(e).values);
      out += ')';
      return;
    case K::kRelabel:
      return cast(*as<Relabel>(e).argument, as<Relabel>(e).form, e.type, e.typmod);
    case K::kCoerceViaIo:
      return cast(*as<CoerceViaIo>(e).argument, as<CoerceViaIo>(e).form, e.type, -1);
    case K::kArrayCoerce:
      return cast(*as<ArrayCoerce>(e).argument, as<ArrayCoerce>(e).form, e.type, e.typmod);
    case K::kConvertRow:
      return cast(*as<ConvertRow>(e).argument, as<ConvertRow>(e).form, e.type, -1);
    case K::kCoerceToDomain: {
      const auto& d = as<CoerceToDomain>(e);
      if (d.form == CoercionForm::kImplicitCast && !show_implicit)
        expression(*d.argument, false);
      else
        coercion(*d.argument, e.type, e.typmod, e);
      return;
    }
    case K::kCollate:
      return collate(as<Collate>(e));
    case K::kCase:
      return case_of(as<Case>(e));
    case K::kCaseTest:
      out += "CASE_TEST_EXPR";
      return;
    case K::kArray:
      return array(as<ArrayConstructor>(e));
    case K::kRow:
      return row(as<RowConstructor>(e));
    case K::kRowCompare:
      return row_compare(as<RowCompare>(e));
    case K::kCoalesce:
      out += "COALESCE(";
      list(as<Coalesce>(e).arguments);
      out += ')';
      return;
    case K::kMinMax:
      out += as<MinMax>(e).greatest ? "GREATEST(" : "LEAST(";
      list(as<MinMax>(e).arguments);
      out += ')';
      return;
    case K::kSqlValue:
      return sql_value(as<SqlValue>(e));
    case K::kNullTest: {
      const auto& t = as<NullTest>(e);
      if (!pretty) out += '(';
      expression_in(*t.argument, true, e);
      // A row that is tested as a scalar must say so.
      bool row_as_scalar = !t.argument_is_row && analyzer.is_complex(t.argument->type);
      if (row_as_scalar)
        out += t.is_not ? " IS DISTINCT FROM NULL" : " IS NOT DISTINCT FROM NULL";
      else
        out += t.is_not ? " IS NOT NULL" : " IS NULL";
      if (!pretty) out += ')';
      return;
    }
    case K::kBooleanTest:
      return boolean_test(as<BooleanTest>(e));
    case K::kDomainValue:
      out += "VALUE";
      return;
    case K::kSetDefault:
      out += "DEFAULT";
      return;
    case K::kCurrentOf:
      out += "CURRENT OF " + quote_identifier(as<CurrentOf>(e).cursor);
      return;
    case K::kSlot:
      if (context.special && context.special(e, out)) return;
      out += "$" + std::to_string(as<Slot>(e).index);
      return;
    case K::kSubPlan:
      if (context.special && context.special(e, out)) return;
      out += "(SubPlan " + std::to_string(as<SubPlanCall>(e).plan + 1) + ")";
      return;
  }
}

void Deparser::bool_call(const BoolCall& b) {
  if (!pretty) out += '(';
  if (b.bool_kind == BoolKind::kNot) {
    out += "NOT ";
    expression_in(*b.arguments[0], false, b);
  } else {
    const char* word = b.bool_kind == BoolKind::kAnd ? " AND " : " OR ";
    bool first = true;
    for (const auto& argument : b.arguments) {
      if (!first) out += word;
      first = false;
      expression_in(*argument, false, b);
    }
  }
  if (!pretty) out += ')';
}

void Deparser::boolean_test(const BooleanTest& t) {
  static constexpr const char* kNames[] = {" IS TRUE",      " IS NOT TRUE", " IS FALSE",
                                           " IS NOT FALSE", " IS UNKNOWN",  " IS NOT UNKNOWN"};
  if (!pretty) out += '(';
  expression_in(*t.argument, false, t);
  out += kNames[static_cast<int>(t.test)];
  if (!pretty) out += ')';
}

void Deparser::case_of(const Case& c) {
  keyword("CASE", 0, kVariable, 0);
  if (c.argument) {
    out += ' ';
    expression(*c.argument, true);
  }
  for (const auto& when : c.whens) {
    if (!indenting) out += ' ';
    keyword("WHEN ", 0, 0, 0);
    const Expression* condition = when.condition.get();
    // CASE x WHEN y: the condition is x = y, of which y is shown.
    if (c.argument) {
      const Expression* bare = strip_implicit_coercions(condition);
      if (bare->kind == ExpressionKind::kOperator && as<OperatorCall>(*bare).arguments.size() == 2 &&
          strip_implicit_coercions(as<OperatorCall>(*bare).arguments[0].get())->kind == ExpressionKind::kCaseTest)
        condition = as<OperatorCall>(*bare).arguments[1].get();
    }
    expression(*condition, false);
    out += " THEN ";
    expression(*when.result, true);
  }
  if (!indenting) out += ' ';
  keyword("ELSE ", 0, 0, 0);
  expression(*c.default_result, true);
  if (!indenting) out += ' ';
  keyword("END", -kVariable, 0, 0);
}

void Deparser::array(const ArrayConstructor& a) {
  out += "ARRAY[";
  list(a.elements);
  out += ']';
  // An empty array, or one whose elements do not say what they are, needs the type.
  if (a.elements.empty()) out += "::" + type_text(a.type, -1);
}

void Deparser::row(const RowConstructor& r) {
  out += "ROW(";
  const char* separator = "";
  RowDescription description;
  if (r.type != oid::kRecord) description = analyzer.describe_row_type(r.type);
  for (size_t i = 0; i < r.arguments.size(); ++i) {
    if (i < description.columns.size() && !description.columns[i].type.valid()) continue;
    out += separator;
    separator = ", ";
    // A whole-row reference inside is not to be expanded.
    if (r.arguments[i]->kind == ExpressionKind::kColumn)
      column(as<Column>(*r.arguments[i]), 0, true);
    else
      expression(*r.arguments[i], true);
  }
  // Attributes that the type has got since.
  for (size_t i = r.arguments.size(); i < description.columns.size(); ++i) {
    if (!description.columns[i].type.valid()) continue;
    out += separator;
    out += "NULL";
    separator = ", ";
  }
  out += ')';
  if (r.form == CoercionForm::kExplicitCast) out += "::" + type_text(r.type, -1);
}

void Deparser::row_compare(const RowCompare& r) {
  out += "(ROW(";
  list(r.left);
  out += ") " + operator_name(r.operators[0], r.left[0]->type, r.right[0]->type) + " ROW(";
  list(r.right);
  out += "))";
}

void Deparser::collate(const Collate& c) {
  if (!pretty) out += '(';
  expression_in(*c.argument, true, c);
  out += " COLLATE " + collation_name(c.collation);
  if (!pretty) out += ')';
}

void Deparser::parameter(const Parameter& p) {
  if (context.special && context.special(p, out)) return;
  if (p.parameter_kind == ParameterKind::kExtern) {
    auto index = static_cast<size_t>(p.id) - 1;
    if (index < context.parameter_names.size() && !context.parameter_names[index].empty()) {
      out += quote_identifier(context.parameter_names[index]);
      return;
    }
  }
  out += "$" + std::to_string(p.id);
}

void Deparser::subscript(const Subscript& s) {
  if (s.container && s.assigned) return expression(*s.assigned, true);
  bool parens = s.container->kind != ExpressionKind::kColumn && s.container->kind != ExpressionKind::kFieldSelect;
  if (parens) out += '(';
  expression(*s.container, true);
  if (parens) out += ')';
  for (size_t i = 0; i < s.upper.size(); ++i) {
    out += '[';
    if (s.slice) {
      if (s.lower[i]) expression(*s.lower[i], false);
      out += ':';
    }
    if (s.upper[i]) expression(*s.upper[i], false);
    out += ']';
  }
}

void Deparser::field_select(const FieldSelect& f) {
  const Expression& argument = *f.argument;
  bool parens = argument.kind != ExpressionKind::kSubscript && argument.kind != ExpressionKind::kFieldSelect;
  if (parens) out += '(';
  expression(argument, true);
  if (parens) out += ')';
  RowDescription row;
  if (argument.kind == ExpressionKind::kColumn && !names.empty() && argument.type == oid::kRecord) {
    // The names of an anonymous row are found where it is made.
    BoundQuery none;                             // a table's own expressions stand in no query
    std::vector<std::unique_ptr<Scope>> scopes;  // of all levels, outermost first
    for (const Names& level : names)
      scopes.push_back(std::make_unique<Scope>(scopes.empty() ? nullptr : scopes.back().get(),
                                               level.query ? const_cast<BoundQuery&>(*level.query) : none));
    row = analyzer.describe_row(scopes.back().get(), argument);
  } else {
    row = analyzer.describe_row(nullptr, argument);
  }
  auto index = static_cast<size_t>(f.field) - 1;
  out += '.';
  out += quote_identifier(index < row.columns.size() ? row.columns[index].name : "f" + std::to_string(f.field));
}

void Deparser::sql_value(const SqlValue& v) {
  static constexpr const char* kNames[] = {"CURRENT_DATE",   "CURRENT_TIME",    "CURRENT_TIMESTAMP", "LOCALTIME",
                                           "LOCALTIMESTAMP", "CURRENT_ROLE",    "CURRENT_USER",      "USER",
                                           "SESSION_USER",   "CURRENT_CATALOG", "CURRENT_SCHEMA"};
  out += kNames[static_cast<int>(v.value_kind)];
  bool timed = v.value_kind >= SqlValueKind::kCurrentTime && v.value_kind <= SqlValueKind::kLocalTimestamp;
  if (timed && v.typmod >= 0) out += "(" + std::to_string(v.typmod) + ")";
}

void Deparser::sublink(const SubLink& s) {
  if (s.sub_kind == SubLinkKind::kArray)
    out += "ARRAY(";
  else
    out += '(';
  auto left_side = [&]() -> std::string {
    // The comparison is op(left, column) for one column; AND/OR of such, or a RowCompare, for several.
    std::string op;
    const Expression& test = *s.test;
    if (test.kind == ExpressionKind::kOperator) {
      const auto& call = as<OperatorCall>(test);
      expression(*call.arguments[0], true);
      op = operator_name(call.op, call.arguments[0]->type, call.arguments[1]->type);
    } else if (auto* all = try_as<BoolCall>(&test)) {
      out += '(';
      const char* separator = "";
      for (const auto& part : all->arguments) {
        const auto& call = as<OperatorCall>(*part);
        out += separator;
        expression(*call.arguments[0], true);
        if (op.empty()) op = operator_name(call.op, call.arguments[0]->type, call.arguments[1]->type);
        separator = ", ";
      }
      out += ')';
    } else if (auto* compare = try_as<RowCompare>(&test)) {
      out += '(';
      list(compare->left);
      out += ')';
      op = operator_name(compare->operators[0], compare->left[0]->type, compare->right[0]->type);
    }
    return op;
  };
  bool need_paren = true;
  switch (s.sub_kind) {
    case SubLinkKind::kExists:
      out += "EXISTS ";
      break;
    case SubLinkKind::kAny: {
      std::string op = left_side();
      out += op == "=" ? " IN " : " " + op + " ANY ";
      break;
    }
    case SubLinkKind::kAll:
      out += " " + left_side() + " ALL ";
      break;
    case SubLinkKind::kRowCompare:
      out += " " + left_side() + " ";
      break;
    default:
      need_paren = false;
  }
  if (need_paren) out += '(';
  query(*s.query, nullptr, false);
  out += need_paren ? "))" : ")";
}

}  // namespace basalt::query

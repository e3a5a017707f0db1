#include "catalog_double.hpp"

#include <cstdlib>

#include "catalog/embedded.hpp"
#include "catalog/names.hpp"
#include "catalog/tsv.hpp"
#include "parser/parse.hpp"
#include "query/stored_form.hpp"
#include "types/function.hpp"
#include "types/quiet_context.hpp"
#include "types/time_zone.hpp"

namespace basalt::query::test {

using catalog::TsvCell;
using catalog::TsvReader;
using common::Value;

namespace {

// One row of an embedded file, read by column name.
struct Row {
  TsvReader reader;
  std::vector<TsvCell> cells;
  explicit Row(const char* file) : reader(catalog::embedded_file(file)) {}
  bool next() { return reader.next(cells); }
  const TsvCell& cell(const char* name) { return cells[static_cast<size_t>(reader.column(name))]; }
  std::string text(const char* name) { return cell(name).value_or(""); }
  int64_t number(const char* name) { return std::atoll(text(name).c_str()); }
  Oid oid(const char* name) { return Oid{static_cast<uint32_t>(number(name))}; }
  bool flag(const char* name) { return text(name) == "t"; }
  char letter(const char* name) {
    std::string s = text(name);
    return s.empty() ? '\0' : s[0];
  }
};

// "23 25" or "{23,25}"
std::vector<std::string> words(std::string s) {
  std::vector<std::string> out;
  std::string word;
  for (char c : s + " ") {
    if (c == '{' || c == '}' || c == '"') continue;
    if (c == ' ' || c == ',') {
      if (!word.empty()) out.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return out;
}

std::vector<Oid> oids(const std::string& s) {
  std::vector<Oid> out;
  for (const auto& word : words(s)) out.push_back(Oid{static_cast<uint32_t>(std::atoll(word.c_str()))});
  return out;
}

Value of(Oid o) { return Value::of(static_cast<int32_t>(o.value)); }

}  // namespace

CatalogDouble::CatalogDouble() {
  load_types();
  load_ranges();
  load_functions();
  load_operators();
  load_families();
  load_names();
  catalog::NamespaceDescriptor name_space;
  name_space.oid = kPublic;
  name_space.name = "public";
  namespaces_[kPublic.value] = name_space;
  load_defaults();
}

// The defaults of built-in functions are SQL texts that can only be bound when all else is there.
void CatalogDouble::load_defaults() {
  for (Row row("function_defaults.tsv"); row.next();) {
    auto& f = functions_.at(row.oid("oid").value);
    std::string text = "select " + row.text("defaults");
    auto query = bind_text(*this, text);
    BindContext context = make_context(*this, text);
    ExpressionList defaults;
    size_t first = f->argument_types.size() - query->targets.size();
    for (size_t i = 0; i < query->targets.size(); ++i)
      defaults.push_back(
          coerce_for_assignment(std::move(query->targets[i].expression), f->argument_types[first + i], -1, context));
    f->default_count = static_cast<int>(defaults.size());
    f->defaults_tree = to_stored(defaults);
  }
}

void CatalogDouble::load_types() {
  for (Row row("pg_type.tsv"); row.next();) {
    auto t = std::make_shared<types::TypeDescriptor>();
    t->oid = row.oid("oid");
    t->name = row.text("typname");
    t->namespace_oid = row.oid("typnamespace");
    t->length = static_cast<int16_t>(row.number("typlen"));
    t->by_value = row.flag("typbyval");
    t->kind = row.letter("typtype");
    t->category = row.letter("typcategory");
    t->preferred = row.flag("typispreferred");
    t->delimiter = row.letter("typdelim");
    t->relation = row.oid("typrelid");
    t->subscript = row.oid("typsubscript");
    t->storage = row.letter("typstorage");
    t->element = row.oid("typelem");
    t->array = row.oid("typarray");
    t->input = row.oid("typinput");
    t->output = row.oid("typoutput");
    t->typmod_in = row.oid("typmodin");
    t->typmod_out = row.oid("typmodout");
    t->collation = row.oid("typcollation");
    t->physical = types::physical_type_of(t->oid);
    type_names_[{t->namespace_oid.value, t->name}] = t->oid;
    types_[t->oid.value] = t;
  }
}

void CatalogDouble::load_ranges() {
  for (Row row("pg_range.tsv"); row.next();) {
    auto& t = types_[row.oid("rngtypid").value];
    t->range_subtype = row.oid("rngsubtype");
    t->multirange = row.oid("rngmultitypid");
  }
}

void CatalogDouble::load_functions() {
  for (Row row("pg_proc.tsv"); row.next();) {
    auto f = std::make_shared<catalog::FunctionDescriptor>();
    f->oid = row.oid("oid");
    f->name = row.text("proname");
    f->namespace_oid = row.oid("pronamespace");
    f->language = row.oid("prolang");
    f->variadic_type = row.oid("provariadic");
    f->kind = row.letter("prokind");
    f->strict = row.flag("proisstrict");
    f->returns_set = row.flag("proretset");
    f->volatility = row.letter("provolatile");
    f->result_type = row.oid("prorettype");
    f->argument_types = oids(row.text("proargtypes"));
    f->all_argument_types = oids(row.text("proallargtypes"));
    for (const auto& mode : words(row.text("proargmodes"))) f->argument_modes.push_back(mode[0]);
    f->argument_names = words(row.text("proargnames"));
    f->source = row.text("prosrc");
    functions_[f->oid.value] = f;
    function_names_.emplace(f->name, f);
  }
  for (Row row("pg_aggregate.tsv"); row.next();) {
    catalog::AggregateDescriptor a;
    a.function = row.oid("aggfnoid");
    a.kind = row.letter("aggkind");
    a.direct_arguments = static_cast<int16_t>(row.number("aggnumdirectargs"));
    aggregates_[a.function.value] = a;
  }
}

void CatalogDouble::load_operators() {
  for (Row row("pg_operator.tsv"); row.next();) {
    auto op = std::make_shared<catalog::OperatorDescriptor>();
    op->oid = row.oid("oid");
    op->name = row.text("oprname");
    op->namespace_oid = row.oid("oprnamespace");
    op->kind = row.letter("oprkind");
    op->can_merge = row.flag("oprcanmerge");
    op->can_hash = row.flag("oprcanhash");
    op->left = row.oid("oprleft");
    op->right = row.oid("oprright");
    op->result = row.oid("oprresult");
    op->commutator = row.oid("oprcom");
    op->negator = row.oid("oprnegate");
    op->function = row.oid("oprcode");
    operators_[op->oid.value] = op;
    operator_names_.emplace(op->name, op);
  }
  for (Row row("pg_cast.tsv"); row.next();) {
    catalog::CastDescriptor c;
    c.oid = row.oid("oid");
    c.source = row.oid("castsource");
    c.target = row.oid("casttarget");
    c.function = row.oid("castfunc");
    c.context = row.letter("castcontext");
    c.method = row.letter("castmethod");
    casts_[{c.source.value, c.target.value}] = c;
  }
}

void CatalogDouble::load_families() {
  for (Row row("pg_opclass.tsv"); row.next();) {
    catalog::OpclassDescriptor c;
    c.oid = row.oid("oid");
    c.access_method = row.oid("opcmethod");
    c.name = row.text("opcname");
    c.namespace_oid = row.oid("opcnamespace");
    c.family = row.oid("opcfamily");
    c.input_type = row.oid("opcintype");
    c.is_default = row.flag("opcdefault");
    opclasses_[c.oid.value] = c;
  }
  for (Row row("pg_amop.tsv"); row.next();)
    members_.push_back({row.oid("amopfamily"), row.oid("amoplefttype"), row.oid("amoprighttype"), row.oid("amopopr"),
                        row.oid("amopmethod"), static_cast<int>(row.number("amopstrategy"))});
  for (Row row("pg_amproc.tsv"); row.next();)
    support_.push_back({row.oid("amprocfamily"), row.oid("amproclefttype"), row.oid("amprocrighttype"),
                        row.oid("amproc"), static_cast<int16_t>(row.number("amprocnum"))});
}

void CatalogDouble::load_names() {
  for (Row row("pg_collation.tsv"); row.next();) {
    catalog::CollationDescriptor c;
    c.oid = row.oid("oid");
    c.name = row.text("collname");
    c.namespace_oid = row.oid("collnamespace");
    collations_[c.oid.value] = c;
  }
  for (Row row("pg_namespace.tsv"); row.next();) {
    catalog::NamespaceDescriptor n;
    n.oid = row.oid("oid");
    n.name = row.text("nspname");
    namespaces_[n.oid.value] = n;
  }
  for (Row row("pg_class.tsv"); row.next();) {
    if (row.letter("relkind") != 'r') continue;
    auto r = std::make_shared<RelationDescriptor>();
    r->oid = row.oid("oid");
    r->name = row.text("relname");
    r->namespace_oid = row.oid("relnamespace");
    r->row_type = row.oid("reltype");
    relations_[r->oid.value] = r;
  }
  for (Row row("pg_attribute.tsv"); row.next();) {
    auto it = relations_.find(row.oid("attrelid").value);
    if (it == relations_.end() || row.number("attnum") <= 0) continue;
    catalog::ColumnDescriptor c;
    c.name = row.text("attname");
    c.number = static_cast<int16_t>(row.number("attnum"));
    c.type = row.oid("atttypid");
    c.typmod = static_cast<int32_t>(row.number("atttypmod"));
    c.collation = row.oid("attcollation");
    it->second->columns.push_back(c);
    if (auto t = types_.find(it->second->row_type.value); t != types_.end())
      t->second->attributes.push_back({c.name, c.type, c.typmod, c.collation, false});
  }
}

// ---------------------------------------------------------------------------------------------- lookups

catalog::RelationPointer CatalogDouble::relation(Oid o) {
  auto it = relations_.find(o.value);
  return it == relations_.end() ? nullptr : it->second;
}
Oid CatalogDouble::find_relation(Oid name_space, std::string_view name) {
  for (const auto& [o, r] : relations_)
    if (r->namespace_oid == name_space && r->name == name) return Oid{o};
  return Oid{};
}
catalog::IndexPointer CatalogDouble::index(Oid o) {
  for (const auto& [oid, r] : relations_)
    for (const auto& index : r->indexes)
      if (index->oid == o) return index;
  return nullptr;
}
types::TypePointer CatalogDouble::type(Oid o) {
  auto it = types_.find(o.value);
  return it == types_.end() ? nullptr : it->second;
}
Oid CatalogDouble::find_type(Oid name_space, std::string_view name) {
  auto it = type_names_.find({name_space.value, std::string(name)});
  return it == type_names_.end() ? Oid{} : it->second;
}
catalog::FunctionPointer CatalogDouble::function(Oid o) {
  auto it = functions_.find(o.value);
  return it == functions_.end() ? nullptr : it->second;
}
std::vector<catalog::FunctionPointer> CatalogDouble::functions_named(std::string_view name) {
  std::vector<catalog::FunctionPointer> out;
  for (auto [it, end] = function_names_.equal_range(name); it != end; ++it) out.push_back(it->second);
  return out;
}
const catalog::AggregateDescriptor* CatalogDouble::aggregate(Oid f) {
  auto it = aggregates_.find(f.value);
  return it == aggregates_.end() ? nullptr : &it->second;
}
catalog::OperatorPointer CatalogDouble::operator_by_oid(Oid o) {
  auto it = operators_.find(o.value);
  return it == operators_.end() ? nullptr : it->second;
}
std::vector<catalog::OperatorPointer> CatalogDouble::operators_named(std::string_view name) {
  std::vector<catalog::OperatorPointer> out;
  for (auto [it, end] = operator_names_.equal_range(name); it != end; ++it) out.push_back(it->second);
  return out;
}
const catalog::CastDescriptor* CatalogDouble::cast(Oid source, Oid target) {
  auto it = casts_.find({source.value, target.value});
  return it == casts_.end() ? nullptr : &it->second;
}
std::vector<catalog::CastDescriptor> CatalogDouble::casts_from(Oid source) {
  std::vector<catalog::CastDescriptor> out;
  for (const auto& [key, c] : casts_)
    if (key.first == source.value) out.push_back(c);
  return out;
}
const catalog::OpclassDescriptor* CatalogDouble::opclass(Oid o) {
  auto it = opclasses_.find(o.value);
  return it == opclasses_.end() ? nullptr : &it->second;
}
Oid CatalogDouble::default_opclass(Oid method, Oid type_oid) {
  Oid binary, polymorphic;
  auto t = type(type_oid);
  for (const auto& [o, c] : opclasses_) {
    if (c.access_method != method || !c.is_default) continue;
    if (c.input_type == type_oid) return Oid{o};
    const auto* found = cast(type_oid, c.input_type);
    if (found && found->method == 'b' && found->context == 'i') binary = Oid{o};
    uint32_t in = c.input_type.value;
    if ((in == 2277 && t->is_true_array()) || (in == 3500 && t->kind == 'e') || (in == 3831 && t->kind == 'r') ||
        (in == 4537 && t->kind == 'm') || (in == 2249 && t->kind == 'c'))
      polymorphic = Oid{o};
  }
  return binary.valid() ? binary : polymorphic;
}
Oid CatalogDouble::find_opclass(Oid method, Oid name_space, std::string_view name) {
  for (const auto& [o, c] : opclasses_)
    if (c.access_method == method && c.namespace_oid == name_space && c.name == name) return Oid{o};
  return Oid{};
}
Oid CatalogDouble::family_operator(Oid family, Oid left, Oid right, int strategy) {
  for (const auto& m : members_)
    if (m.family == family && m.left == left && m.right == right && m.strategy == strategy) return m.op;
  return Oid{};
}
std::vector<std::pair<Oid, int>> CatalogDouble::operator_families(Oid op, Oid method) {
  std::vector<std::pair<Oid, int>> out;
  for (const auto& m : members_)
    if (m.op == op && m.method == method) out.emplace_back(m.family, m.strategy);
  return out;
}
const catalog::CollationDescriptor* CatalogDouble::collation(Oid o) {
  auto it = collations_.find(o.value);
  return it == collations_.end() ? nullptr : &it->second;
}
Oid CatalogDouble::find_collation(Oid name_space, std::string_view name) {
  for (const auto& [o, c] : collations_)
    if (c.namespace_oid == name_space && c.name == name) return Oid{o};
  return Oid{};
}
const catalog::NamespaceDescriptor* CatalogDouble::name_space(Oid o) {
  auto it = namespaces_.find(o.value);
  return it == namespaces_.end() ? nullptr : &it->second;
}
Oid CatalogDouble::find_namespace(std::string_view name) {
  for (const auto& [o, n] : namespaces_)
    if (n.name == name) return Oid{o};
  return Oid{};
}
void CatalogDouble::scan(Oid catalog_oid, Oid, std::span<const Value> key, const RowCallback& callback) {
  auto wanted = [&](size_t i) { return Oid{static_cast<uint32_t>(key[i].as<int32_t>())}; };
  if (catalog_oid.value == 3541) {
    for (const auto& [o, t] : types_)
      if (t->multirange.valid() && t->multirange == wanted(0))
        callback(common::RowId{1}, {of(Oid{o}), of(t->range_subtype), of(t->multirange)});
  } else if (catalog_oid.value == 2603) {
    for (const auto& s : support_)
      if (s.family == wanted(0) && s.left == wanted(1))
        callback(common::RowId{1},
                 {of(Oid{1}), of(s.family), of(s.left), of(s.right), Value::of(s.number), of(s.function)});
  }
}

// ---------------------------------------------------------------------------------------------- additions

ResolvedType CatalogDouble::type_named(const std::string& sql) {
  auto name = parser::parse_type_name(sql);
  BindContext context = make_context(*this, sql);
  return resolve_type(*name, context);
}

std::shared_ptr<types::TypeDescriptor> CatalogDouble::add_type(const std::string& name, char kind, char category) {
  auto t = std::make_shared<types::TypeDescriptor>();
  t->oid = Oid{next_++};
  t->name = name;
  t->namespace_oid = kPublic;
  t->kind = kind;
  t->category = category;
  auto array = std::make_shared<types::TypeDescriptor>();
  array->oid = Oid{next_++};
  array->name = "_" + name;
  array->namespace_oid = kPublic;
  array->category = 'A';
  array->storage = 'x';
  array->element = t->oid;
  array->subscript = Oid{6179};
  array->input = Oid{750};
  array->output = Oid{751};
  t->array = array->oid;
  for (const auto& made : {t, array}) {
    types_[made->oid.value] = made;
    type_names_[{kPublic.value, made->name}] = made->oid;
  }
  return t;
}

std::shared_ptr<RelationDescriptor> CatalogDouble::add_table(const std::string& name,
                                                             const std::vector<ColumnSpec>& columns,
                                                             const std::vector<std::string>& primary_key) {
  auto r = std::make_shared<RelationDescriptor>();
  r->oid = Oid{next_++};
  r->name = name;
  r->namespace_oid = kPublic;
  r->owner = Oid{10};
  auto t = add_type(name, 'c', 'C');
  t->relation = r->oid;
  r->row_type = t->oid;
  relations_[r->oid.value] = r;
  for (const auto& spec : columns) {
    ResolvedType resolved = type_named(spec.type);
    catalog::ColumnDescriptor c;
    c.name = spec.name;
    c.number = static_cast<int16_t>(r->columns.size() + 1);
    c.type = resolved.type->oid;
    c.typmod = resolved.typmod;
    c.collation = resolved.type->collation;
    c.not_null = spec.not_null;
    if (!spec.default_sql.empty()) {
      BindContext context = make_context(*this, spec.default_sql);
      c.has_default = true;
      c.default_tree =
          to_stored(*bind_default(*parser::parse_expression(spec.default_sql), ExpressionUse::kColumnDefault, {},
                                  c.name, c.type, c.typmod, c.collation, context));
    }
    r->columns.push_back(c);
    t->attributes.push_back({c.name, c.type, c.typmod, c.collation, false});
  }
  if (primary_key.empty()) return r;
  auto index = std::make_shared<catalog::IndexDescriptor>();
  catalog::ConstraintDescriptor constraint;
  index->oid = Oid{next_++};
  index->relation = r->oid;
  index->name = name + "_pkey";
  index->access_method = Oid{403};
  index->unique = index->primary = true;
  index->key_count = static_cast<int>(primary_key.size());
  for (const auto& key : primary_key) {
    const auto* column = r->column(key);
    catalog::IndexKeyDescriptor k;
    k.column = column->number;
    k.type = column->type;
    k.opclass = default_opclass(Oid{403}, column->type);
    k.collation = column->collation;
    index->keys.push_back(k);
    constraint.columns.push_back(column->number);
  }
  constraint.oid = Oid{next_++};
  constraint.name = index->name;
  constraint.type = 'p';
  constraint.relation = r->oid;
  constraint.index = index->oid;
  r->indexes.push_back(index);
  r->constraints.push_back(constraint);
  return r;
}

void CatalogDouble::add_view(const std::string& name, const std::string& sql) {
  auto statements = parser::parse_statements(sql);
  add_view(kPublic, name, *statements.at(0).statement, sql);
}

void CatalogDouble::add_view(Oid name_space, const std::string& name, const parser::ParsedStatement& query,
                             const std::string& text, const std::vector<std::string>& columns) {
  std::vector<std::unique_ptr<BoundQuery>> queries;
  BindContext context = make_context(*this, text);
  queries.push_back(bind_query(query, context));
  std::vector<ColumnSpec> none;
  auto r = add_table(name, none);
  auto t = types_[r->row_type.value];
  r->kind = 'v';
  r->namespace_oid = name_space;
  for (const auto& target : queries[0]->targets) {
    if (target.junk) continue;
    catalog::ColumnDescriptor c;
    c.name = r->columns.size() < columns.size() ? columns[r->columns.size()] : target.name;
    c.number = static_cast<int16_t>(r->columns.size() + 1);
    c.type = target.expression->type;
    c.typmod = target.expression->typmod;
    c.collation = target.expression->collation;
    r->columns.push_back(c);
    t->attributes.push_back({c.name, c.type, c.typmod, c.collation, false});
  }
  catalog::RewriteRuleDescriptor rule;
  rule.oid = Oid{next_++};
  rule.name = "_RETURN";
  rule.action_tree = to_stored(queries);
  r->rules.push_back(rule);
}

void CatalogDouble::add_domain(const std::string& name, const std::string& base) {
  ResolvedType resolved = type_named(base);
  auto t = add_type(name, 'd', resolved.type->category);
  t->base = resolved.type->oid;
  t->typmod = resolved.typmod;
  t->collation = resolved.type->collation;
  t->physical = resolved.type->physical;
}

void CatalogDouble::add_enum(const std::string& name, const std::vector<std::string>& labels) {
  auto t = add_type(name, 'e', 'E');
  t->physical = common::PhysicalType::kInt32;
  for (const auto& label : labels) t->labels.push_back({Oid{next_++}, static_cast<float>(t->labels.size()), label});
}

Oid CatalogDouble::add_function(const std::string& name, const std::string& result,
                                const std::vector<std::string>& arguments, bool returns_set, char kind) {
  auto f = std::make_shared<catalog::FunctionDescriptor>();
  f->oid = Oid{next_++};
  f->name = name;
  f->namespace_oid = kPublic;
  f->kind = kind;
  f->returns_set = returns_set;
  f->result_type = type_named(result).type->oid;
  ExpressionList defaults;
  for (std::string spec : arguments) {
    bool variadic = spec.rfind("variadic ", 0) == 0;
    if (variadic) spec = spec.substr(9);
    size_t equals = spec.find(" = ");
    std::string default_sql = equals == std::string::npos ? "" : spec.substr(equals + 3);
    spec = spec.substr(0, equals);
    size_t blank = spec.find(' ');
    auto resolved = type_named(spec.substr(blank + 1));
    f->argument_names.push_back(spec.substr(0, blank));
    f->argument_types.push_back(resolved.type->oid);
    if (variadic) f->variadic_type = resolved.type->element;
    if (default_sql.empty()) continue;
    BindContext context = make_context(*this, default_sql);
    defaults.push_back(bind_default(*parser::parse_expression(default_sql), ExpressionUse::kFunctionDefault, {}, "",
                                    resolved.type->oid, -1, Oid{}, context));
  }
  f->default_count = static_cast<int>(defaults.size());
  if (!defaults.empty()) f->defaults_tree = to_stored(defaults);
  functions_[f->oid.value] = f;
  function_names_.emplace(f->name, f);
  return f->oid;
}

// ---------------------------------------------------------------------------------------------- call context

namespace {

class Context final : public types::QuietContext {
 public:
  explicit Context(CatalogDouble& c) : catalog_(c) { settings_.time_zone = types::TimeZone::utc(); }
  types::TypePointer type(Oid t) override { return catalog_.type(t); }
  Oid parse_object_name(Oid kind, std::string_view text) override {
    return catalog::parse_object_name(scope(), kind, text);
  }
  std::string object_name(Oid kind, Oid object) override { return catalog::object_name(scope(), kind, object); }
  std::string format_type(Oid t, int32_t typmod) override { return catalog::format_type(scope(), t, typmod); }
  Value input(Oid t, std::string_view text, int32_t typmod) override {
    auto descriptor = catalog_.type(t);
    if (descriptor->kind == 'e') {
      for (const auto& label : descriptor->labels)
        if (label.label == text) return Value::of(static_cast<int32_t>(label.oid.value));
      throw common::SqlError(common::SqlState{"22P02"},
                             "invalid input value for enum " + descriptor->name + ": \"" + std::string(text) + "\"");
    }
    Value typelem = Value::of(static_cast<int32_t>(descriptor->element.valid() ? descriptor->element.value : t.value));
    return run(descriptor->input, {Value::of(text), typelem, Value::of(typmod)}, descriptor->physical);
  }
  std::string output(Oid t, const Value& value) override {
    auto descriptor = catalog_.type(t);
    if (descriptor->kind == 'e') {
      for (const auto& label : descriptor->labels)
        if (label.oid.value == static_cast<uint32_t>(value.as<int32_t>())) return label.label;
    }
    return std::string(run(descriptor->output, {value}, common::PhysicalType::kString, t).string());
  }
  Value receive(Oid, std::string_view, int32_t) override { UNREACHABLE("not in these tests"); }
  std::string send(Oid, const Value&) override { UNREACHABLE("not in these tests"); }
  void check_domain(Oid, const Value&) override {}
  Value cast(Oid, const Value&, Oid, int32_t) override { UNREACHABLE("not in these tests"); }
  void* service(std::string_view) override { return nullptr; }

 private:
  catalog::NameScope scope() { return {catalog_, path_}; }
  Value run(Oid function, std::vector<Value> arguments, common::PhysicalType result_type, Oid argument_type = Oid{}) {
    auto f = catalog_.function(function);
    auto kernel = types::FunctionRegistry::instance().scalar(f->source);
    ENSURE(kernel, "no code for " + f->source);
    types::FunctionCall call;
    std::unique_ptr<types::CallState> state;
    call.context = this;
    call.function = function;
    call.state = &state;
    std::vector<Oid> argument_types = f->argument_types;
    if (argument_type.valid()) argument_types[0] = argument_type;
    call.argument_types = argument_types;
    call.result_type = f->result_type;
    arguments.resize(f->argument_types.size());
    std::vector<common::Vector> vectors;
    for (const auto& argument : arguments) vectors.push_back(common::Vector::constant(argument.type(), argument));
    common::Vector result(result_type, 1);
    kernel(call, vectors, 1, result);
    if (call.failed()) throw common::SqlError(*call.failure);
    return result.value(0);
  }

  CatalogDouble& catalog_;
  catalog::SearchPath path_{Oid{11}, CatalogDouble::kPublic};
};

}  // namespace

types::CallContext& call_context(CatalogDouble& c) {
  static std::map<CatalogDouble*, std::unique_ptr<Context>> contexts;
  auto& slot = contexts[&c];
  if (!slot) slot = std::make_unique<Context>(c);
  return *slot;
}

BindContext make_context(CatalogDouble& c, std::string_view text) {
  BindContext context;
  context.catalog = &c;
  context.call = &call_context(c);
  context.text = text;
  context.search_path = {Oid{11}, CatalogDouble::kPublic};
  context.database_name = "postgres";
  context.user = Oid{10};
  context.infer_parameters = true;
  return context;
}

std::unique_ptr<BoundQuery> bind_text(CatalogDouble& c, const std::string& text, bool rewrite) {
  auto statements = parser::parse_statements(text);
  BindContext context = make_context(c, text);
  auto query = bind_query(*statements.at(0).statement, context);
  if (!rewrite) return query;
  auto rewritten = rewrite_query(std::move(query), context);
  return std::move(rewritten.at(0));
}

std::string error_of(CatalogDouble& c, const std::string& text) {
  try {
    bind_text(c, text, true);
    return "";
  } catch (const common::SqlError& e) {
    const auto& r = e.report();
    return std::string(r.sqlstate.view()) + "|" + std::to_string(r.position) + "|" + r.message + "|" + r.detail + "|" +
           r.hint;
  }
}

CatalogDouble& shared_catalog() {
  static CatalogDouble* shared = [] {
    types::register_types();
    auto* c = new CatalogDouble;
    c->add_table("t", {{"a", "int", true}, {"b", "text"}, {"c", "numeric(10,2)"}, {"d", "timestamp"}}, {"a"});
    c->add_table("u", {{"a", "int"}, {"x", "bigint"}, {"y", "varchar(20)"}, {"z", "int[]"}});
    c->add_table("w",
                 {{"id", "int", true, "7"}, {"name", "text", false, "'none'"}, {"at", "timestamptz", false, "now()"}},
                 {"id"});
    c->add_domain("posint", "int");
    c->add_enum("mood", {"sad", "ok", "happy"});
    c->add_view("v", "select a, b from t where a > 0");
    return c;
  }();
  return *shared;
}

}  // namespace basalt::query::test

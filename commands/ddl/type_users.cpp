#include "commands/ddl/type_users.hpp"

#include <algorithm>
#include <set>

#include "commands/ddl/reindex.hpp"

namespace basalt::commands::ddl {

namespace {

// Walks over everything that is made of a type; each object once.
class TypeUsers {
 public:
  explicit TypeUsers(DdlContext& ddl) : ddl_(ddl) {}
  virtual ~TypeUsers() = default;

  void walk(Oid type) {
    if (!types_.insert(type).second) return;
    for (const auto& dependent : catalog::dependents_of(ddl_.reader, {id::kPgType, type})) {
      const ObjectAddress& user = dependent.object;
      if (user.class_oid == id::kPgType) {
        if (enters(user.object)) walk(user.object);
      } else if (user.class_oid == id::kPgClass) {
        in_relation(user, type);
      } else {
        elsewhere(user, type);
      }
    }
  }
  const std::set<Oid>& types() const { return types_; }

 protected:
  virtual bool enters(Oid) { return true; }
  virtual void column(const catalog::RelationDescriptor& relation, const catalog::ColumnDescriptor& column) = 0;
  // An index expression, or an object that is no relation, has a row of the type in it.
  virtual void index(Oid, Oid) {}
  virtual void elsewhere(const ObjectAddress&, Oid) {}
  virtual void row_type(Oid type) { walk(type); }
  DdlContext& ddl_;

 private:
  void in_relation(const ObjectAddress& user, Oid type) {
    RelationPointer relation = ddl_.relation(user.object);
    if (!relation) return;
    if (relation->kind == 'i') return index(user.object, type);
    if (user.sub <= 0) return;
    const auto& descriptor = relation->columns[static_cast<size_t>(user.sub) - 1];
    if (relation->kind == 'r' || relation->kind == 'm') column(*relation, descriptor);
    if (relation->row_type.valid()) row_type(relation->row_type);
  }
  std::set<Oid> types_;
};

// What is refused, as it stands in the message: `type "c"`, and `uses it`.
class RefuseUsers : public TypeUsers {
 public:
  RefuseUsers(DdlContext& ddl, std::string what, std::string how, bool expressions)
      : TypeUsers(ddl), what_(std::move(what)), how_(std::move(how)), expressions_(expressions) {}

 protected:
  void column(const catalog::RelationDescriptor& relation, const catalog::ColumnDescriptor& column) override {
    refuse("column " + quoted(relation.name + "." + column.name));
  }
  void index(Oid index, Oid type) override {
    if (!expressions_) return;
    RelationPointer relation = ddl_.relation(index);
    for (const auto& column : relation->columns)
      if (column.type == type) refuse("column " + quoted(relation->name + "." + column.name));
  }
  void elsewhere(const ObjectAddress& user, Oid type) override {
    if (!expressions_) return;
    if (user.class_oid == id::kPgRewrite || user.class_oid == id::kPgConstraint || user.class_oid == id::kPgAttrdef)
      refuse(catalog::describe_object(ddl_.scope(), user));
    if (user.class_oid != id::kPgProc) return;
    // The type of an argument does not matter, a row in the default of one does.
    auto function = ddl_.reader.function(user.object);
    const auto& types = function->all_argument_types.empty() ? function->argument_types : function->all_argument_types;
    const bool in_signature =
        function->result_type == type || std::find(types.begin(), types.end(), type) != types.end();
    if (function->default_count > 0 && !in_signature) refuse(catalog::describe_object(ddl_.scope(), user));
  }

 private:
  [[noreturn]] void refuse(const std::string& user) {
    throw SqlError(sqlstate::kFeatureNotSupported, "cannot alter " + what_ + " because " + user + " uses " + how_);
  }
  std::string what_, how_;
  bool expressions_;
};

class DomainColumns : public TypeUsers {
 public:
  using Visit = std::function<void(const catalog::RelationDescriptor&, const catalog::ColumnDescriptor&)>;
  DomainColumns(DdlContext& ddl, Visit visit) : TypeUsers(ddl), visit_(std::move(visit)) {}

 protected:
  bool enters(Oid type) override { return ddl_.reader.type(type)->kind == 'd'; }
  void column(const catalog::RelationDescriptor& relation, const catalog::ColumnDescriptor& column) override {
    visit_(relation, column);
  }
  void row_type(Oid) override {}

 private:
  Visit visit_;
};

// Domains over the domain are entered as such; what else is made of it, as what rows of it are in.
class DomainInside : public TypeUsers {
 public:
  DomainInside(DdlContext& ddl, RefuseUsers& inside) : TypeUsers(ddl), inside_(inside) {}

 protected:
  bool enters(Oid type) override {
    if (ddl_.reader.type(type)->kind == 'd') return true;
    inside_.walk(type);
    return false;
  }
  void column(const catalog::RelationDescriptor&, const catalog::ColumnDescriptor&) override {}
  void row_type(Oid type) override { inside_.walk(type); }

 private:
  RefuseUsers& inside_;
};

class Holders : public TypeUsers {
 public:
  using TypeUsers::TypeUsers;
  std::set<Oid> tables;

 protected:
  void column(const catalog::RelationDescriptor& relation, const catalog::ColumnDescriptor&) override {
    tables.insert(relation.oid);
  }
};

}  // namespace

void require_row_type_unused(DdlContext& ddl, const catalog::RelationDescriptor& changed) {
  const bool composite = changed.kind == 'c';
  RefuseUsers(ddl, (composite ? "type " : "table ") + quoted(changed.name), composite ? "it" : "its row type", true)
      .walk(changed.row_type);
}

void require_domain_only_in_columns(DdlContext& ddl, Oid domain) {
  RefuseUsers inside(ddl, "type " + quoted(catalog::format_type(ddl.scope(), domain, -1)), "it", false);
  DomainInside(ddl, inside).walk(domain);
}

void each_domain_column(
    DdlContext& ddl, Oid domain,
    const std::function<void(const catalog::RelationDescriptor&, const catalog::ColumnDescriptor&)>& visit) {
  DomainColumns(ddl, visit).walk(domain);
}

void rebuild_indexes_over(DdlContext& ddl, Oid row_type) {
  Holders holders(ddl);
  holders.walk(row_type);
  if (holders.tables.empty()) return;
  // Keys are made of the attributes that there are now.
  ddl.session.new_statement_catalog();
  for (Oid table : holders.tables)
    for (const auto& index : ddl.relation(table)->indexes)
      for (const auto& part : index->keys)
        if (holders.types().contains(part.type)) {
          reindex_relation(ddl.session, ddl.text, table, index->oid);
          break;
        }
}

}  // namespace basalt::commands::ddl

// Descriptors: immutable pictures of catalog objects, built from the rows of pg_catalog and shared by everybody who
// plans or runs with them. A descriptor carries the version of its object; a plan that depends on it is valid while the
// version stands (QRY-3). Names and numbers are PostgreSQL's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "common/value.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::catalog {

using common::Oid;
using common::TreeId;
using common::Value;
using types::TypeDescriptor;
using types::TypePointer;

// Counts changes of an object's definition; compared for equality only.
using ObjectVersion = uint64_t;

struct ColumnDescriptor {
  std::string name;
  int16_t number = 0;  // pg_attribute.attnum, from 1
  Oid type;
  int32_t typmod = -1;
  Oid collation;
  int32_t dimensions = 0;
  bool not_null = false;
  bool dropped = false;
  bool has_default = false;  // also for generated columns
  char identity = 0;         // 'a' always, 'd' by default, 0 none
  char generated = 0;        // 's' stored, 0 none
  bool is_local = true;
  int32_t inherit_count = 0;
  std::string default_tree;  // stored form of the default or generation expression (pg_attrdef.adbin)
  Oid default_oid;           // pg_attrdef.oid
  common::PhysicalType physical = common::PhysicalType::kInt32;
  int32_t statistics_target = -1;
};

struct IndexKeyDescriptor {
  int16_t column = 0;  // attnum; 0: an expression
  Oid type;            // of the key
  Oid opclass;
  Oid collation;
  bool descending = false;
  bool nulls_first = false;
};

struct IndexDescriptor {
  Oid oid;
  Oid relation;
  std::string name;
  TreeId tree;
  Oid access_method;
  std::vector<IndexKeyDescriptor> keys;  // key columns, then INCLUDE columns (opclass 0)
  int key_count = 0;
  std::string expressions_tree;  // pg_index.indexprs: stored form of a list, in order of the keys with column 0
  std::string predicate_tree;    // pg_index.indpred
  bool unique = false, nulls_not_distinct = false, primary = false, exclusion = false;
  bool immediate = true, valid = true, ready = true, live = true, clustered = false, replica_identity = false;
  uint64_t usable_from_lsn = 0;  // serves only snapshots from here on (STO-12)
  double row_estimate = 0;
  int32_t pages = 0;
};

struct ConstraintDescriptor {
  Oid oid;
  std::string name;
  char type = 'c';  // c check, f foreign key, p primary, u unique, t trigger, x exclusion
  Oid relation, domain, index;
  bool deferrable = false, deferred = false, validated = true, no_inherit = false, is_local = true;
  std::vector<int16_t> columns;  // conkey
  Oid foreign_relation;
  std::vector<int16_t> foreign_columns;  // confkey
  char update_action = 'a', delete_action = 'a', match = 's';
  std::vector<int16_t> delete_set_columns;
  std::vector<Oid> equality_pf, equality_pp, equality_ff;
  std::string expression_tree;  // conbin
};

struct TriggerDescriptor {
  Oid oid, relation, function, constraint, constraint_relation, parent;
  std::string name;
  int16_t type = 0;  // PostgreSQL's bits: row 1, before 2, insert 4, delete 8, update 16, truncate 32, instead 64
  char enabled = 'O';
  bool internal = false, deferrable = false, initially_deferred = false;
  std::vector<int16_t> columns;
  std::vector<std::string> arguments;
  std::string when_tree;
  std::string old_table, new_table;
};

struct RewriteRuleDescriptor {
  Oid oid;
  std::string name;
  char event = '1';  // 1 select, 2 update, 3 insert, 4 delete
  bool instead = true;
  char enabled = 'O';
  std::string qualification_tree, action_tree;
};

// One `acl` item, as aclitem shows it.
struct AclItem {
  Oid grantee;  // 0: public
  Oid grantor;
  uint32_t privileges = 0;  // bits in PostgreSQL's order: a r w d D x t X U C T c s A
  uint32_t grant_options = 0;
};
using Acl = std::optional<std::vector<AclItem>>;  // nullopt: the default privileges

struct RelationDescriptor {
  Oid oid;
  ObjectVersion version = 0;
  std::string name;
  Oid namespace_oid, owner, row_type, of_type, access_method, tablespace, toast;
  char kind = 'r';         // relkind: r i S t v m c f p I
  char persistence = 'p';  // relpersistence: p u t
  bool shared = false;
  TreeId tree;                            // heap tree or sequence; 0 for views and composite types
  std::vector<ColumnDescriptor> columns;  // columns[i].number == i + 1; storage column i; dropped ones included
  std::vector<std::shared_ptr<const IndexDescriptor>> indexes;  // in OID order
  std::vector<ConstraintDescriptor> constraints;                // of this relation, in name order
  std::vector<ConstraintDescriptor> referencing;                // foreign keys of other relations that point here
  std::vector<TriggerDescriptor> triggers;                      // in name order
  std::vector<RewriteRuleDescriptor> rules;
  std::vector<Oid> parents;  // pg_inherits, in inhseqno order
  bool has_children = false;
  bool row_security = false, force_row_security = false, is_partition = false, populated = true;
  char replica_identity = 'd';
  std::vector<std::string> options;  // reloptions "name=value"
  std::string partition_bound_tree;  // relpartbound
  Acl acl;
  // Statistics of the relation (pg_class); column statistics are read separately.
  double row_estimate = -1;
  int32_t pages = 0;

  const ColumnDescriptor* column(std::string_view column_name) const;  // null: none; dropped columns are not found
  bool is_table() const { return kind == 'r' || kind == 'p' || kind == 't'; }
};
using RelationPointer = std::shared_ptr<const RelationDescriptor>;
using IndexPointer = std::shared_ptr<const IndexDescriptor>;

struct FunctionDescriptor {
  Oid oid;
  ObjectVersion version = 0;
  std::string name;
  Oid namespace_oid, owner, language, support, variadic_type;
  char kind = 'f';  // prokind: f p a w
  bool security_definer = false, leakproof = false, strict = false, returns_set = false;
  char volatility = 'v', parallel = 'u';
  float cost = 1, rows = 0;
  Oid result_type;
  std::vector<Oid> argument_types;      // input arguments
  std::vector<Oid> all_argument_types;  // proallargtypes; empty: all are IN
  std::vector<char> argument_modes;     // proargmodes: i o b v t
  std::vector<std::string> argument_names;
  int default_count = 0;
  std::string defaults_tree;  // stored form of a list
  std::string source;         // prosrc: the symbol of a built-in, or the body
  std::string binary, body_tree;
  std::vector<std::string> settings;  // proconfig "name=value"
  Acl acl;
};
using FunctionPointer = std::shared_ptr<const FunctionDescriptor>;

struct AggregateDescriptor {  // pg_aggregate, beside the FunctionDescriptor
  Oid function;
  char kind = 'n';  // n normal, o ordered-set, h hypothetical-set
  int16_t direct_arguments = 0;
  Oid transition, final, combine, sort_operator, state_type;
  bool has_initial = false;
  std::string initial;
  bool final_extra = false;
};

struct OperatorDescriptor {
  Oid oid;
  std::string name;
  Oid namespace_oid, left, right, result, function, commutator, negator, restrict_estimator, join_estimator;
  char kind = 'b';  // b infix, l prefix
  bool can_merge = false, can_hash = false;
};
using OperatorPointer = std::shared_ptr<const OperatorDescriptor>;

struct CastDescriptor {
  Oid oid, source, target, function;  // function 0: binary coercible or by input/output
  char context = 'e';                 // e explicit, a assignment, i implicit
  char method = 'f';                  // f function, i input/output, b binary coercible
};

struct OpclassDescriptor {
  Oid oid, access_method, namespace_oid, family, input_type, key_type;
  std::string name;
  bool is_default = false;
};

struct CollationDescriptor {
  Oid oid, namespace_oid;
  std::string name;
  char provider = 'c';  // d default, c libc, i icu
  bool deterministic = true;
  std::string collate, locale;
};

struct NamespaceDescriptor {
  Oid oid, owner;
  std::string name;
  Acl acl;
};

struct RoleDescriptor {
  Oid oid;
  std::string name;
  bool super = false, inherit = true, create_role = false, create_db = false, can_login = false, replication = false,
       bypass_rls = false;
  int32_t connection_limit = -1;
  std::string password;  // empty: none
  std::optional<int64_t> valid_until;
  std::vector<Oid> member_of;
};

struct DatabaseDescriptor {
  Oid oid, owner;
  std::string name;
  bool is_template = false, allow_connections = true;
  int32_t connection_limit = -1;
  Acl acl;
};

// One row of pg_statistic, decoded for the planner.
struct ColumnStatistics {
  float null_fraction = 0;
  int32_t width = 0;
  float distinct = 0;  // > 0 a count, < 0 minus a fraction of the rows
  std::vector<Value> most_common_values;
  std::vector<float> most_common_frequencies;
  std::vector<Value> histogram_bounds;
  std::optional<float> correlation;
};

}  // namespace basalt::catalog

// A physical plan as EXPLAIN shows it: projections vanish into the node below, filters become a line of it, the build
// side of a hash join stands below a Hash node, an index join is a nested loop with an index scan inside.
#include <cmath>
#include <map>

#include "commands/session_context.hpp"
#include "commands/utility/explain_entry.hpp"
#include "commands/utility/explain_node.hpp"
#include "query/deparse.hpp"

namespace basalt::commands {

using common::Oid;
using planner::as;
using planner::JoinType;
using planner::PhysicalKind;
using planner::PhysicalNode;
using query::Expression;
using query::ExpressionList;
using query::ExpressionPointer;

namespace {

using Property = ExplainProperty;

class Explainer {
 public:
  Explainer(Session& session, const planner::PhysicalStatement& statement, const ExplainOptions& options,
            const std::vector<executor::NodeCounters>* counters)
      : session_(session), statement_(statement), options_(options), counters_(counters) {
    deparse_.catalog = &session.catalog();
    deparse_.call = &session.call_context();
    deparse_.search_path = session.search_path();
    deparse_.special = [this](const Expression& e, std::string& out) { return special(e, out); };
    int tables = count_tables(*statement.root);
    for (const auto& plan : statement.subplans) tables += count_tables(*plan);
    for (const auto& plan : statement.ctes) tables += count_tables(*plan);
    several_ = tables > 1;
    prefix_ = several_ || options.verbose;
    name_tables(*statement.root);
    for (const auto& plan : statement.ctes) name_tables(*plan);
    for (const auto& plan : statement.subplans) name_tables(*plan);
    name_ctes(*statement.root);
    for (const auto& plan : statement.subplans) name_ctes(*plan);
    for (const auto& plan : statement.ctes) name_ctes(*plan);
  }

  ExplainEntry run() {
    ExplainEntry root = entry(*statement_.root);
    std::vector<ExplainEntry> first;
    for (size_t i = 0; i < statement_.ctes.size(); ++i) {
      ExplainEntry cte = entry(*statement_.ctes[i]);
      cte.relationship = "InitPlan";
      cte.subplan_name = "CTE " + cte_names_[static_cast<int>(i)];
      first.push_back(std::move(cte));
    }
    for (ExplainEntry& plan : init_plans_) first.push_back(std::move(plan));
    root.children.insert(root.children.begin(), std::make_move_iterator(first.begin()),
                         std::make_move_iterator(first.end()));
    return root;
  }

 private:
  // --- preparation
  // -----------------------------------------------------------------------------------------------------

  // Every table gets a name of its own: t, t_1, t_2. The target of UPDATE and DELETE is the table that is scanned for
  // it.
  void name_tables(const PhysicalNode& node) {
    if (node.kind == PhysicalKind::kModify) {
      const auto& modify = as<planner::PhysicalModify>(node);
      if (modify.command == query::CommandKind::kInsert) unique_name(modify.alias);
    }
    if (node.kind == PhysicalKind::kTableScan || node.kind == PhysicalKind::kIndexScan ||
        node.kind == PhysicalKind::kRowIdScan)
      name_table(static_cast<const planner::ScanBase&>(node));
    else if (std::string alias = source_alias(node); !alias.empty())
      names_[&node] = unique_name(alias);
    for (const auto& child : node.children) name_tables(*child);
    if (node.kind == PhysicalKind::kIndexJoin) name_table(*as<planner::PhysicalIndexJoin>(node).inner);
  }
  void name_table(const planner::ScanBase& scan) {
    names_[&scan] = unique_name(scan.alias.empty() ? scan.relation->name : scan.alias);
  }
  std::string unique_name(const std::string& name) {
    std::string unique = name;
    for (int i = 1; !used_names_.insert({unique, true}).second; ++i) unique = name + "_" + std::to_string(i);
    return unique;
  }

  void name_ctes(const PhysicalNode& node) {
    if (node.kind == PhysicalKind::kCteScan) {
      const auto& scan = as<planner::PhysicalCteScan>(node);
      cte_names_[scan.cte] = scan.name;
    }
    for (const auto& child : node.children) name_ctes(*child);
  }

  // --- names of slots
  // --------------------------------------------------------------------------------------------------

  std::string qualified(const std::string& alias, const std::string& column) const {
    std::string name = query::quote_identifier(column);
    return prefix_ && !alias.empty() ? query::quote_identifier(alias) + "." + name : name;
  }

  std::string unique_alias(const PhysicalNode& node) const {
    auto it = names_.find(&node);
    return it != names_.end() ? it->second : source_alias(node);
  }

  const std::string& alias_of(const planner::ScanBase& scan) const {
    auto it = names_.find(&scan);
    if (it != names_.end()) return it->second;
    return scan.alias.empty() ? scan.relation->name : scan.alias;
  }

  std::string scan_column(const planner::ScanBase& scan, size_t i) const {
    static const char* const kSystem[] = {"", "ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};
    int16_t column = scan.columns[i];
    if (column > 0) return qualified(alias_of(scan), scan.relation->columns[static_cast<size_t>(column) - 1].name);
    if (column == planner::kRowIdAttribute) return qualified(alias_of(scan), "ctid");
    return column < 0 && column >= -6 ? qualified(alias_of(scan), kSystem[-column]) : qualified(alias_of(scan), "*");
  }

  // Output column `i` of a node; `simple`: needs no parentheses when another node refers to it.
  std::string output_text(const PhysicalNode& node, size_t i, bool& simple) {
    simple = true;
    switch (node.kind) {
      case PhysicalKind::kTableScan:
      case PhysicalKind::kIndexScan:
      case PhysicalKind::kRowIdScan:
        return scan_column(static_cast<const planner::ScanBase&>(node), i);
      case PhysicalKind::kFunctionScan:
      case PhysicalKind::kValuesScan:
      case PhysicalKind::kCteScan:
      case PhysicalKind::kWorkTableScan:
        return qualified(unique_alias(node), node.output[i].name);
      case PhysicalKind::kResult:
        return listed(as<planner::PhysicalResult>(node).expressions, i, nullptr, nullptr, simple);
      case PhysicalKind::kProject:
        return listed(as<planner::PhysicalProject>(node).expressions, i, node.children[0].get(), nullptr, simple, true);
      case PhysicalKind::kProjectSet:
        return listed(as<planner::PhysicalProjectSet>(node).expressions, i, node.children[0].get(), nullptr, simple);
      case PhysicalKind::kIndexJoin: {
        size_t left = node.children[0]->output.size();
        if (i < left) return output_text(*node.children[0], i, simple);
        return scan_column(*as<planner::PhysicalIndexJoin>(node).inner, i - left);
      }
      case PhysicalKind::kHashJoin:
      case PhysicalKind::kMergeJoin:
      case PhysicalKind::kNestedLoop:
      case PhysicalKind::kApply: {
        size_t left = node.children[0]->output.size();
        if (i < left) return output_text(*node.children[0], i, simple);
        return output_text(*node.children[1], i - left, simple);
      }
      case PhysicalKind::kAggregate:
        return aggregate_text(as<planner::PhysicalAggregate>(node), i, simple);
      case PhysicalKind::kWindow:
        return window_text(as<planner::PhysicalWindow>(node), i, simple);
      case PhysicalKind::kModify:
        return listed(as<planner::PhysicalModify>(node).returning, i, &node, nullptr, simple);
      default:
        if (!node.children.empty() && i < node.children[0]->output.size())
          return output_text(*node.children[0], i, simple);
        return i < node.output.size() ? query::quote_identifier(node.output[i].name) : "?";
    }
  }

  std::string listed(const ExpressionList& list, size_t i, const PhysicalNode* left, const PhysicalNode* right,
                     bool& simple, bool same_node = false) {
    if (i >= list.size() || !list[i]) return "?";
    simple = list[i]->kind == query::ExpressionKind::kSlot;
    if (simple && left)
      return slot_text(*left, right, static_cast<size_t>(static_cast<const query::Slot&>(*list[i]).index), simple);
    return text(*list[i], left, right, same_node);
  }

  std::string slot_text(const PhysicalNode& left, const PhysicalNode* right, size_t index, bool& simple) {
    if (left.kind == PhysicalKind::kModify && !right) {
      const auto& modify = as<planner::PhysicalModify>(left);
      simple = true;
      if (index < modify.relation->columns.size()) return qualified(modify.alias, modify.relation->columns[index].name);
      size_t behind = index - modify.relation->columns.size();
      return behind == 0 ? "ctid" : output_text(*left.children[0], behind - 1, simple);
    }
    if (index < left.output.size()) return output_text(left, index, simple);
    if (right) return output_text(*right, index - left.output.size(), simple);
    simple = true;
    return "$" + std::to_string(index);
  }

  // A list of expressions in a call's parentheses.
  std::string joined(const ExpressionList& list, const PhysicalNode& input) {
    std::string out;
    for (const auto& e : list) out += (out.empty() ? "" : ", ") + text(*e, &input, nullptr);
    return out;
  }

  std::string call_name(Oid function) {
    auto descriptor = session_.catalog().function(function);
    return descriptor ? query::quote_identifier(descriptor->name) : "?";
  }

  std::string aggregate_text(const planner::PhysicalAggregate& node, size_t i, bool& simple) {
    const PhysicalNode& input = *node.children[0];
    if (i < node.groups.size()) return listed(node.groups, i, &input, nullptr, simple);
    simple = false;
    i -= node.groups.size();
    if (i >= node.aggregates.size()) return "GROUPING(...)";
    const planner::AggregateCall& call = node.aggregates[i];
    std::string out = call_name(call.function) + (call.distinct ? "(DISTINCT " : "(");
    auto sorted = [&] {
      std::string keys;
      for (const auto& key : call.order_by) keys += (keys.empty() ? "" : ", ") + sort_key(key, input);
      return keys;
    };
    if (call.kind != 'n') {
      out += joined(call.direct_arguments, input) + ") WITHIN GROUP (ORDER BY " + sorted();
    } else {
      auto function = session_.catalog().function(call.function);
      out +=
          call.arguments.empty() && function && function->argument_types.empty() ? "*" : joined(call.arguments, input);
      if (!call.order_by.empty() && !call.distinct) out += " ORDER BY " + sorted();
    }
    if (call.filter) out += ") FILTER (WHERE " + text(*call.filter, &input, nullptr);
    return out + ")";
  }

  std::string window_text(const planner::PhysicalWindow& node, size_t i, bool& simple) {
    const PhysicalNode& input = *node.children[0];
    if (i < input.output.size()) return output_text(input, i, simple);
    simple = false;
    const planner::WindowCallSpec& call = node.calls[i - input.output.size()];
    auto function = session_.catalog().function(call.function);
    bool star = call.is_aggregate && call.arguments.empty() && function && function->argument_types.empty();
    return call_name(call.function) + "(" + (star ? "*" : joined(call.arguments, input)) + ") OVER (?)";
  }

  // --- expressions
  // -----------------------------------------------------------------------------------------------------

  struct Inputs {
    const PhysicalNode *left, *right;
    bool same_node = false;  // the expression is shown as a part of the node that `left` is
  };

  std::string text(const Expression& e, const PhysicalNode* left, const PhysicalNode* right, bool same_node = false) {
    Inputs saved = std::exchange(inputs_, Inputs{left, right, same_node});
    std::string out = query::deparse_expression(deparse_, e, Oid{}, false);
    inputs_ = saved;
    return out;
  }

  bool special(const Expression& e, std::string& out) {
    if (e.kind == query::ExpressionKind::kSlot) {
      if (conflict_columns_ && !inputs_.left) {
        out += conflict_column(static_cast<size_t>(static_cast<const query::Slot&>(e).index));
        return true;
      }
      if (!inputs_.left) return false;
      bool simple = true;
      std::string name = slot_text(*inputs_.left, inputs_.right,
                                   static_cast<size_t>(static_cast<const query::Slot&>(e).index), simple);
      bool plain = simple || (inputs_.same_node && is_call_of(*inputs_.left, e));
      out += plain ? name : "(" + name + ")";
      return true;
    }
    if (e.kind == query::ExpressionKind::kParameter) {
      const auto& parameter = static_cast<const query::Parameter&>(e);
      if (parameter.parameter_kind != query::ParameterKind::kExec) return false;
      auto it = parameter_names_.find(parameter.id);
      if (it == parameter_names_.end()) return false;
      out += it->second;
      return true;
    }
    const auto& call = static_cast<const query::SubPlanCall&>(e);
    Inputs here = inputs_;
    for (size_t i = 0; i < call.parameters.size() && i < call.arguments.size(); ++i)
      parameter_names_[call.parameters[i]] = parameter_text(*call.arguments[i], here.left, here.right);
    bool uncorrelated = call.parameters.empty() && call.outer_parameters.empty() && !call.test;
    int ctes = static_cast<int>(statement_.ctes.size());  // numbered as plans, before these
    std::string number = std::to_string(ctes + call.plan + 1);
    if (uncorrelated) {
      std::string result = "$" + std::to_string(statement_.exec_parameters + ctes + call.plan);
      if (shown_plans_.insert({call.plan, true}).second)
        init_plans_.push_back(subplan(call.plan, "InitPlan", "InitPlan " + number + " (returns " + result + ")"));
      out += result;
      return true;
    }
    if (shown_plans_.insert({call.plan, true}).second && subplans_)
      subplans_->push_back(subplan(call.plan, "SubPlan", "SubPlan " + number));
    out += "(" + std::string(call.hashable ? "hashed " : "") + "SubPlan " + number + ")";
    return true;
  }

  // While it lives, column names carry their table's name, or do not.
  struct PrefixScope {
    bool& prefix;
    bool saved;
    PrefixScope(bool& p, bool on) : prefix(p), saved(std::exchange(p, on)) {}
    ~PrefixScope() { prefix = saved; }
  };

  // What inner plans read of an outer row always carries its table's name.
  std::string parameter_text(const Expression& e, const PhysicalNode* left, const PhysicalNode* right) {
    PrefixScope scope(prefix_, true);
    return text(e, left, right);
  }

  ExplainEntry subplan(int plan, const char* relationship, std::string name) {
    Inputs saved = inputs_;
    std::vector<ExplainEntry>* list = subplans_;
    ExplainEntry made = entry(*statement_.subplans[static_cast<size_t>(plan)]);
    inputs_ = saved;
    subplans_ = list;
    made.relationship = relationship;
    made.subplan_name = std::move(name);
    return made;
  }

  // --- nodes
  // -----------------------------------------------------------------------------------------------------------

  void add(ExplainEntry& e, const char* name, std::string value) {
    e.properties.push_back({name, std::move(value), {}, {}});
  }
  void add_number(ExplainEntry& e, const char* name, uint64_t value) {
    e.properties.push_back({name, std::to_string(value), Property::Kind::kNumber, {}});
  }
  // What the node's condition has dropped, for each loop: as many as `outer` has rows, where it is an index's lookups.
  void add_removed(ExplainEntry& e, const char* name, const PhysicalNode& node, const PhysicalNode* outer = nullptr) {
    if (!counters_) return;
    const executor::NodeCounters& counted = (*counters_)[static_cast<size_t>(node.id)];
    uint64_t loops = outer ? (*counters_)[static_cast<size_t>(outer->id)].rows : counted.loops;
    if (options_.format == ExplainFormat::kText && counted.filtered_out == 0) return;
    double removed = loops ? static_cast<double>(counted.filtered_out) / static_cast<double>(loops) : 0;
    auto number = static_cast<uint64_t>(std::nearbyint(removed));
    for (auto& property : e.properties)
      if (property.name == name) {
        property.value = std::to_string(std::stoull(property.value) + number);
        return;
      }
    add_number(e, name, number);
  }
  void add_list(ExplainEntry& e, const char* name, std::vector<std::string> list) {
    e.properties.push_back({name, {}, Property::Kind::kList, std::move(list)});
  }
  void identify(ExplainEntry& e, const char* name, std::string value) {
    e.identity.push_back({name, std::move(value), {}, {}});
  }
  void title(ExplainEntry& e, std::string node_type) {
    e.title = node_type;
    identify(e, "Node Type", std::move(node_type));
  }

  std::string sort_key(const planner::SortKey& key, const PhysicalNode& input) {
    std::string out;
    if (key.expression->kind == query::ExpressionKind::kSlot) {
      bool simple = true;
      out = slot_text(input, nullptr, static_cast<size_t>(static_cast<const query::Slot&>(*key.expression).index),
                      simple);
      if (!simple) out = "(" + out + ")";
    } else {
      out = text(*key.expression, &input, nullptr);
    }
    if (key.descending) out += " DESC";
    if (key.nulls_first != key.descending) out += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    return out;
  }
  std::vector<std::string> sort_keys(const std::vector<planner::SortKey>& keys, const PhysicalNode& input) {
    std::vector<std::string> list;
    for (const auto& key : keys) list.push_back(sort_key(key, input));
    return list;
  }

  // With what its input took.
  double total_ms(const PhysicalNode& node) const {
    double own = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].total_us) / 1000;
    return own + (is_transform(node) ? total_ms(*node.children[0]) : 0);
  }
  double startup_ms(const PhysicalNode& node) const {
    double own = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].startup_us) / 1000;
    return own + (is_transform(node) ? startup_ms(*node.children[0]) : 0);
  }

  common::ResourceUse use_of(const PhysicalNode& node) const {
    common::ResourceUse use = (*counters_)[static_cast<size_t>(node.id)].use;
    if (is_transform(node)) use += use_of(*node.children[0]);
    return use;
  }

  void set_numbers(ExplainEntry& e, const PhysicalNode& node) {
    e.startup_cost = node.startup_cost;
    e.total_cost = node.total_cost;
    e.rows = node.rows;
    e.width = node.width;
    if (!counters_) return;
    const executor::NodeCounters& counted = (*counters_)[static_cast<size_t>(node.id)];
    e.loops = static_cast<double>(counted.loops);
    if (counted.loops == 0) return;
    e.use = use_of(node);
    e.actual_rows = static_cast<double>(counted.rows) / e.loops;
    e.actual_total_ms = total_ms(node) / e.loops;
    e.actual_startup_ms = std::min(startup_ms(node) / e.loops, e.actual_total_ms);
  }

  // Projections and filters above a node are shown with it: their rows and costs are the outermost's.
  ExplainEntry entry(const PhysicalNode& node) {
    if (node.kind == PhysicalKind::kProject) {
      ExplainEntry inner = entry(*node.children[0]);
      set_numbers(inner, node);
      if (options_.verbose) set_output(inner, node);
      std::vector<ExplainEntry> later;
      std::vector<ExplainEntry>* saved = std::exchange(subplans_, &later);
      for (size_t i = 0; i < node.output.size(); ++i) {
        bool simple;
        if (as<planner::PhysicalProject>(node).expressions.size() > i) output_text(node, i, simple);
      }
      subplans_ = saved;
      for (auto& plan : later) inner.children.push_back(std::move(plan));
      return inner;
    }
    std::vector<ExplainEntry> later;
    std::vector<ExplainEntry>* saved = std::exchange(subplans_, &later);
    ExplainEntry e;
    if (node.kind == PhysicalKind::kFilter) {
      e = entry(*node.children[0]);
      PrefixScope scope(prefix_, count_tables(*node.children[0]) == 1 ? options_.verbose : prefix_);
      std::string condition = text(*as<planner::PhysicalFilter>(node).condition, node.children[0].get(), nullptr, true);
      bool merged = false;
      for (auto& property : e.properties)
        if (property.name == "Filter") {
          property.value = "(" + property.value + " AND " + condition + ")";
          merged = true;
        }
      if (!merged) add(e, "Filter", condition);
      add_removed(e, "Rows Removed by Filter", node);
      set_numbers(e, node);
    } else {
      describe(e, node);
      set_numbers(e, node);
      if (node.kind == PhysicalKind::kModify && as<planner::PhysicalModify>(node).returning.empty())
        e.rows = e.width = 0;
      if (options_.verbose) set_output(e, node);
    }
    subplans_ = saved;
    for (auto& plan : later) e.children.push_back(std::move(plan));
    return e;
  }

  void set_output(ExplainEntry& e, const PhysicalNode& node) {
    if (node.kind == PhysicalKind::kAppend || node.kind == PhysicalKind::kMergeAppend ||
        node.kind == PhysicalKind::kRecursiveUnion)
      return;
    PrefixScope scope(prefix_, several_);
    std::vector<std::string> list;
    for (size_t i = 0; i < node.output.size(); ++i) {
      bool simple = true;
      list.push_back(output_text(node, i, simple));
    }
    for (size_t i = 0; i < e.properties.size(); ++i)
      if (e.properties[i].name == "Output") {
        e.properties[i].list = std::move(list);
        return;
      }
    if (list.empty()) return;
    e.properties.insert(e.properties.begin(), {"Output", {}, Property::Kind::kList, std::move(list)});
  }

  void child(ExplainEntry& e, const PhysicalNode& node, const char* relationship) {
    ExplainEntry made = entry(node);
    made.relationship = relationship;
    e.children.push_back(std::move(made));
  }

  void describe(ExplainEntry& e, const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kTableScan:
      case PhysicalKind::kIndexScan:
      case PhysicalKind::kRowIdScan:
        return describe_scan(e, static_cast<const planner::ScanBase&>(node));
      case PhysicalKind::kResult: {
        const auto& result = as<planner::PhysicalResult>(node);
        title(e, "Result");
        if (result.never)
          add(e, "One-Time Filter", "false");
        else if (result.gate)
          add(e, "One-Time Filter", text(*result.gate, nullptr, nullptr));
        return;
      }
      case PhysicalKind::kFunctionScan:
      case PhysicalKind::kValuesScan:
      case PhysicalKind::kCteScan:
      case PhysicalKind::kWorkTableScan:
      case PhysicalKind::kTuplestoreScan:
        return describe_other_scan(e, node);
      case PhysicalKind::kHashJoin:
      case PhysicalKind::kMergeJoin:
      case PhysicalKind::kNestedLoop:
      case PhysicalKind::kApply:
      case PhysicalKind::kIndexJoin:
        return describe_join(e, static_cast<const planner::JoinBase&>(node));
      case PhysicalKind::kAggregate:
        return describe_aggregate(e, as<planner::PhysicalAggregate>(node));
      case PhysicalKind::kModify:
        return describe_modify(e, as<planner::PhysicalModify>(node));
      default:
        describe_simple(e, node);
    }
  }

  std::string relation_text(const planner::ScanBase& scan) {
    std::string name = query::quote_identifier(scan.relation->name);
    if (options_.verbose) {
      const auto* schema = session_.catalog().name_space(scan.relation->namespace_oid);
      name = query::quote_qualified(schema->name, scan.relation->name);
    }
    if (alias_of(scan) != scan.relation->name) name += " " + query::quote_identifier(alias_of(scan));
    return name;
  }

  void identify_relation(ExplainEntry& e, const planner::ScanBase& scan) {
    identify(e, "Relation Name", scan.relation->name);
    if (options_.verbose) identify(e, "Schema", session_.catalog().name_space(scan.relation->namespace_oid)->name);
    identify(e, "Alias", alias_of(scan));
  }

  // `conditions` refer to the output of `outer` (an index join), or to nothing.
  std::string index_conditions(const planner::PhysicalIndexScan& scan, const PhysicalNode* outer) {
    static const char* const kOperators[] = {"?", "<", "<=", "=", ">=", ">"};
    std::vector<std::string> parts;
    for (const auto& condition : scan.conditions) {
      const auto& key = scan.index->keys[static_cast<size_t>(condition.key)];
      std::string column;
      if (key.column > 0) {
        PrefixScope scope(prefix_, options_.verbose);
        column = qualified(alias_of(scan), scan.relation->columns[static_cast<size_t>(key.column) - 1].name);
      } else {
        column = query::index_definition(deparse_, scan.index->oid, condition.key + 1, false);
      }
      if (condition.is_null)
        parts.push_back("(" + column + " IS NULL)");
      else if (condition.is_not_null)
        parts.push_back("(" + column + " IS NOT NULL)");
      else {
        std::string value = text(*condition.value, outer, nullptr);
        parts.push_back("(" + column + " " + kOperators[condition.strategy] + " " +
                        (condition.any_array ? "ANY (" + value + ")" : value) + ")");
      }
    }
    if (parts.size() == 1) return parts[0];
    std::string all = "(";
    for (size_t i = 0; i < parts.size(); ++i) all += (i ? " AND " : "") + parts[i];
    return all + ")";
  }

  void describe_index_scan(ExplainEntry& e, const planner::PhysicalIndexScan& scan, const PhysicalNode* outer) {
    bool backward = scan.direction != storage::ScanDirection::kForward;
    std::string kind = scan.index_only ? "Index Only Scan" : "Index Scan";
    identify(e, "Node Type", kind);
    identify(e, "Scan Direction", backward ? "Backward" : "Forward");
    identify(e, "Index Name", scan.index->name);
    identify_relation(e, scan);
    e.title = kind + (backward ? " Backward" : "") + " using " + query::quote_identifier(scan.index->name) + " on " +
              relation_text(scan);
    if (!scan.conditions.empty()) add(e, "Index Cond", index_conditions(scan, outer));
    PrefixScope scope(prefix_, options_.verbose);
    if (scan.filter) {
      add(e, "Filter", text(*scan.filter, &scan, nullptr));
      add_removed(e, "Rows Removed by Filter", scan, outer);
    }
    if (scan.index_only && counters_)
      add_number(e, "Heap Fetches", (*counters_)[static_cast<size_t>(scan.id)].heap_fetches);
  }

  void describe_scan(ExplainEntry& e, const planner::ScanBase& scan) {
    if (scan.kind == PhysicalKind::kIndexScan)
      return describe_index_scan(e, static_cast<const planner::PhysicalIndexScan&>(scan), nullptr);
    PrefixScope scope(prefix_, options_.verbose);
    std::string kind = scan.kind == PhysicalKind::kRowIdScan ? "Tid Scan" : "Seq Scan";
    const auto* table =
        scan.kind == PhysicalKind::kTableScan ? static_cast<const planner::PhysicalTableScan*>(&scan) : nullptr;
    if (table && table->sample_method.valid()) kind = "Sample Scan";
    identify(e, "Node Type", kind);
    identify_relation(e, scan);
    e.title = kind + " on " + relation_text(scan);
    if (!table) {
      const auto& row_ids = static_cast<const planner::PhysicalRowIdScan&>(scan);
      std::string condition;
      if (!row_ids.current_of.empty())
        condition = "CURRENT OF " + row_ids.current_of;
      else if (!row_ids.row_ids.empty())
        condition = "(ctid = " +
                    (row_ids.any_array ? "ANY (" + text(*row_ids.row_ids[0], nullptr, nullptr) + ")"
                                       : text(*row_ids.row_ids[0], nullptr, nullptr)) +
                    ")";
      add(e, "TID Cond", condition);
    }
    std::vector<std::string> parts;
    if (table)
      for (const auto& pushed : table->pushed) parts.push_back(pushed_text(scan, pushed));
    const auto* both = scan.filter ? query::try_as<query::BoolCall>(scan.filter.get()) : nullptr;
    if (both && both->bool_kind == query::BoolKind::kAnd)
      for (const auto& part : both->arguments) parts.push_back(text(*part, &scan, nullptr));
    else if (scan.filter)
      parts.push_back(text(*scan.filter, &scan, nullptr));
    if (parts.empty()) return;
    std::string all = parts[0];
    if (parts.size() > 1) {
      all = "(";
      for (size_t i = 0; i < parts.size(); ++i) all += (i ? " AND " : "") + parts[i];
      all += ")";
    }
    add(e, "Filter", all);
    add_removed(e, "Rows Removed by Filter", scan);
  }

  std::string pushed_text(const planner::ScanBase& scan, const planner::PushedFilter& filter) {
    using storage::LeafFilterKind;
    std::string column = qualified(alias_of(scan), scan.relation->columns[static_cast<size_t>(filter.column) - 1].name);
    if (filter.kind == LeafFilterKind::kIsNull) return "(" + column + " IS NULL)";
    if (filter.kind == LeafFilterKind::kIsNotNull) return "(" + column + " IS NOT NULL)";
    return "(" + column + " " + leaf_operator(filter.kind) + " " + text(*filter.value, nullptr, nullptr) + ")";
  }

  void describe_other_scan(ExplainEntry& e, const PhysicalNode& node) {
    auto scan = [&](const char* kind, const char* property, const std::string& name, const std::string& alias) {
      identify(e, "Node Type", kind);
      if (property) identify(e, property, name);
      identify(e, "Alias", alias.empty() ? name : alias);
      e.title = std::string(kind) + " on " + query::quote_identifier(name);
      if (!alias.empty() && alias != name) e.title += " " + query::quote_identifier(alias);
    };
    switch (node.kind) {
      case PhysicalKind::kFunctionScan: {
        const auto& f = as<planner::PhysicalFunctionScan>(node);
        std::string name = f.alias;
        if (f.functions.size() == 1 && f.functions[0].call &&
            f.functions[0].call->kind == query::ExpressionKind::kFunction)
          name = call_name(static_cast<const query::Function&>(*f.functions[0].call).function);
        scan("Function Scan", "Function Name", name, unique_alias(node));
        return;
      }
      case PhysicalKind::kValuesScan:
        return scan("Values Scan", nullptr, unique_alias(node), "");
      case PhysicalKind::kCteScan:
        return scan("CTE Scan", "CTE Name", as<planner::PhysicalCteScan>(node).name, unique_alias(node));
      case PhysicalKind::kWorkTableScan:
        return scan("WorkTable Scan", "CTE Name", as<planner::PhysicalWorkTableScan>(node).name, unique_alias(node));
      default:
        scan("Named Tuplestore Scan", "Tuplestore Name", as<planner::PhysicalTuplestoreScan>(node).name, "");
    }
  }

  void join_title(ExplainEntry& e, const char* kind, JoinType type) {
    identify(e, "Node Type", kind);
    identify(e, "Join Type", join_name(type));
    e.title = kind;
    if (type == JoinType::kInner) return;
    std::string word(kind);
    size_t join = word.rfind(" Join");
    if (join != std::string::npos) word.resize(join);
    e.title = word + " " + join_name(type) + " Join";
  }

  std::string key_conditions(const ExpressionList& left, const ExpressionList& right, const PhysicalNode& a,
                             const PhysicalNode& b) {
    std::string all;
    for (size_t i = 0; i < left.size(); ++i)
      all += (i ? " AND (" : "(") + text(*left[i], &a, nullptr) + " = " + text(*right[i], &b, nullptr) + ")";
    return left.size() > 1 ? "(" + all + ")" : all;
  }

  void add_join_filter(ExplainEntry& e, const planner::JoinBase& node, const PhysicalNode* right) {
    if (!node.condition) return;
    add(e, "Join Filter", text(*node.condition, node.children[0].get(), right));
    add_removed(e, "Rows Removed by Join Filter", node);
  }

  void describe_join(ExplainEntry& e, const planner::JoinBase& node) {
    const PhysicalNode& left = *node.children[0];
    switch (node.kind) {
      case PhysicalKind::kHashJoin: {
        const auto& join = static_cast<const planner::PhysicalHashJoin&>(node);
        const PhysicalNode& right = *node.children[1];
        join_title(e, "Hash Join", node.join);
        add(e, "Hash Cond", key_conditions(join.left_keys, join.right_keys, left, right));
        add_join_filter(e, node, &right);
        child(e, left, "Outer");
        ExplainEntry hash;
        title(hash, "Hash");
        set_numbers(hash, right);
        hash.startup_cost = right.total_cost;
        hash.actual_startup_ms = hash.actual_total_ms;
        child(hash, right, "Outer");
        hash.relationship = "Inner";
        e.children.push_back(std::move(hash));
        return;
      }
      case PhysicalKind::kMergeJoin: {
        const auto& join = static_cast<const planner::PhysicalMergeJoin&>(node);
        join_title(e, "Merge Join", node.join);
        add(e, "Merge Cond", key_conditions(join.left_keys, join.right_keys, left, *node.children[1]));
        add_join_filter(e, node, node.children[1].get());
        break;
      }
      case PhysicalKind::kIndexJoin:
        return describe_index_join(e, static_cast<const planner::PhysicalIndexJoin&>(node));
      case PhysicalKind::kApply: {
        const auto& apply = static_cast<const planner::PhysicalApply&>(node);
        for (size_t i = 0; i < apply.parameters.size(); ++i)
          parameter_names_[apply.parameters[i]] = parameter_text(*apply.arguments[i], &left, nullptr);
        [[fallthrough]];
      }
      default:
        join_title(e, "Nested Loop", node.join);
        add_join_filter(e, node, node.children[1].get());
    }
    child(e, left, "Outer");
    child(e, *node.children[1], "Inner");
  }

  void describe_index_join(ExplainEntry& e, const planner::PhysicalIndexJoin& node) {
    const PhysicalNode& left = *node.children[0];
    join_title(e, "Nested Loop", node.join);
    add_join_filter(e, node, node.inner.get());
    child(e, left, "Outer");
    ExplainEntry inner;
    describe_index_scan(inner, *node.inner, &left);
    inner.startup_cost = node.inner->startup_cost;
    inner.total_cost = node.inner->total_cost;
    inner.rows = node.inner->rows;
    inner.width = node.inner->width;
    if (counters_) {
      inner.loops = static_cast<double>((*counters_)[static_cast<size_t>(left.id)].rows);
      auto found = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].rows);
      inner.actual_rows = inner.loops > 0 ? found / inner.loops : 0;
      double spent = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].total_us) / 1000;
      inner.actual_total_ms = inner.actual_startup_ms = inner.loops > 0 ? spent / inner.loops : 0;
    }
    if (options_.verbose) set_output(inner, *node.inner);
    inner.relationship = "Inner";
    e.children.push_back(std::move(inner));
  }

  void describe_aggregate(ExplainEntry& e, const planner::PhysicalAggregate& node) {
    const PhysicalNode& input = *node.children[0];
    bool sets = !node.grouping_sets.empty();
    const char* strategy = node.strategy == planner::AggregateStrategy::kPlain  ? "Plain"
                           : node.strategy == planner::AggregateStrategy::kHash ? "Hashed"
                                                                                : "Sorted";
    bool sorted = node.strategy == planner::AggregateStrategy::kSorted;
    bool only_groups = sorted && node.aggregates.empty();
    identify(e, "Node Type", only_groups ? "Group" : "Aggregate");
    if (!only_groups)
      identify(e, "Strategy", sets && node.strategy == planner::AggregateStrategy::kHash ? "Mixed" : strategy);
    if (!only_groups) identify(e, "Partial Mode", "Simple");
    e.title = node.strategy == planner::AggregateStrategy::kPlain ? "Aggregate"
              : only_groups                                       ? "Group"
              : sorted                                            ? "GroupAggregate"
                                                                  : "HashAggregate";
    auto group = [&](size_t i) {
      bool simple = true;
      std::string name = listed(node.groups, i, &input, nullptr, simple);
      return simple || node.groups[i]->kind != query::ExpressionKind::kSlot ? name : "(" + name + ")";
    };
    if (!sets) {
      std::vector<std::string> keys;
      for (size_t i = 0; i < node.groups.size(); ++i) keys.push_back(group(i));
      if (!keys.empty()) add_list(e, "Group Key", std::move(keys));
    }
    for (const auto& set : node.grouping_sets) {
      std::vector<std::string> keys;
      for (int position : set) keys.push_back(group(static_cast<size_t>(position)));
      bool hashed = node.strategy == planner::AggregateStrategy::kHash && !keys.empty();
      if (keys.empty()) keys.push_back("()");
      add_list(e, hashed ? "Hash Key" : "Group Key", std::move(keys));
    }
    child(e, input, "Outer");
  }

  void describe_modify(ExplainEntry& e, const planner::PhysicalModify& node) {
    using query::CommandKind;
    const char* operation = node.command == CommandKind::kInsert   ? "Insert"
                            : node.command == CommandKind::kUpdate ? "Update"
                            : node.command == CommandKind::kDelete ? "Delete"
                                                                   : "Merge";
    identify(e, "Node Type", "ModifyTable");
    identify(e, "Operation", operation);
    identify(e, "Relation Name", node.relation->name);
    identify(e, "Alias", node.alias);
    std::string name = query::quote_identifier(node.relation->name);
    if (options_.verbose)
      name = query::quote_qualified(session_.catalog().name_space(node.relation->namespace_oid)->name,
                                    node.relation->name);
    if (node.alias != node.relation->name) name += " " + query::quote_identifier(node.alias);
    e.title = std::string(operation) + " on " + name;
    if (node.on_conflict) describe_conflict(e, node);
    child(e, *node.children[0], "Outer");
  }

  void describe_conflict(ExplainEntry& e, const planner::PhysicalModify& node) {
    const planner::ModifyOnConflict& conflict = *node.on_conflict;
    add(e, "Conflict Resolution", conflict.action == query::ConflictAction::kNothing ? "NOTHING" : "UPDATE");
    std::vector<std::string> arbiters;
    for (Oid index : conflict.arbiter_indexes) arbiters.push_back(session_.catalog().index(index)->name);
    if (!arbiters.empty()) add_list(e, "Conflict Arbiter Indexes", std::move(arbiters));
    if (conflict.where) {
      conflict_columns_ = &node;
      PrefixScope scope(prefix_, true);
      add(e, "Conflict Filter", text(*conflict.where, nullptr, nullptr));
      conflict_columns_ = nullptr;
    }
    if (!counters_) return;
    const executor::NodeCounters& counted = (*counters_)[static_cast<size_t>(node.id)];
    if (counted.conflicts_filtered_out > 0)
      add_number(e, "Rows Removed by Conflict Filter", counted.conflicts_filtered_out);
    uint64_t rows = (*counters_)[static_cast<size_t>(node.children[0]->id)].rows;
    add_number(e, "Tuples Inserted", rows - std::min(rows, counted.conflicts));
    add_number(e, "Conflicting Tuples", counted.conflicts);
  }

  // Of the existing row and, behind it, the proposed one.
  std::string conflict_column(size_t index) const {
    const auto& columns = conflict_columns_->relation->columns;
    bool proposed = index >= columns.size();
    return qualified(proposed ? "excluded" : conflict_columns_->alias, columns[index % columns.size()].name);
  }

  void describe_simple(ExplainEntry& e, const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kProjectSet:
        title(e, "ProjectSet");
        break;
      case PhysicalKind::kWindow:
        title(e, "WindowAgg");
        break;
      case PhysicalKind::kSort: {
        const auto& sort = as<planner::PhysicalSort>(node);
        title(e, sort.presorted_keys > 0 ? "Incremental Sort" : "Sort");
        add_list(e, "Sort Key", sort_keys(sort.keys, *node.children[0]));
        break;
      }
      case PhysicalKind::kLimit:
        title(e, "Limit");
        break;
      case PhysicalKind::kUnique:
        title(e, "Unique");
        break;
      case PhysicalKind::kSetOperation: {
        const auto& operation = as<planner::PhysicalSetOperation>(node);
        std::string command = operation.operation == query::SetOperationKind::kIntersect ? "Intersect" : "Except";
        if (operation.all) command += " All";
        identify(e, "Node Type", "SetOp");
        identify(e, "Strategy", "Hashed");
        identify(e, "Command", command);
        e.title = "HashSetOp " + command;
        break;
      }
      case PhysicalKind::kAppend:
        title(e, "Append");
        break;
      case PhysicalKind::kMergeAppend:
        title(e, "Merge Append");
        add_list(e, "Sort Key", sort_keys(as<planner::PhysicalMergeAppend>(node).keys, *node.children[0]));
        break;
      case PhysicalKind::kRecursiveUnion:
        title(e, "Recursive Union");
        break;
      case PhysicalKind::kMaterialize:
        title(e, "Materialize");
        break;
      case PhysicalKind::kLockRows:
        title(e, "LockRows");
        break;
      default:
        title(e, "Result");
    }
    bool members = node.kind == PhysicalKind::kAppend || node.kind == PhysicalKind::kMergeAppend;
    for (size_t i = 0; i < node.children.size(); ++i)
      child(e, *node.children[i], members ? "Member" : i == 0 ? "Outer" : "Inner");
  }

  Session& session_;
  const planner::PhysicalStatement& statement_;
  const ExplainOptions& options_;
  const std::vector<executor::NodeCounters>* counters_;
  query::DeparseContext deparse_;
  bool prefix_ = false, several_ = false;
  std::map<const PhysicalNode*, std::string> names_;
  std::map<std::string, bool> used_names_;
  Inputs inputs_{nullptr, nullptr};
  const planner::PhysicalModify* conflict_columns_ = nullptr;  // while its Conflict Filter is shown
  std::map<int, std::string> parameter_names_, cte_names_;
  std::map<int, bool> shown_plans_;
  std::vector<ExplainEntry> init_plans_;
  std::vector<ExplainEntry>* subplans_ = nullptr;
};

}  // namespace

ExplainEntry explain_plan(Session& session, const planner::PhysicalStatement& statement, const ExplainOptions& options,
                          const std::vector<executor::NodeCounters>* counters) {
  return Explainer(session, statement, options, counters).run();
}

}  // namespace basalt::commands

// EXPLAIN's four formats.
#include <cstdio>

#include "commands/utility/explain_entry.hpp"

namespace basalt::commands {

namespace {

using Property = ExplainProperty;

std::string fixed(double value, int digits) {
  char buffer[64];
  snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char buffer[8];
      snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned char>(c));
      out += buffer;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

// A document: what the structured formats have in common.
struct Node {
  enum class Kind : uint8_t { kScalar, kObject, kList } kind = Kind::kObject;
  std::string name, text;
  bool literal = false;  // a number or boolean: not quoted
  std::vector<Node> items;
};

Node scalar(std::string name, std::string text, bool literal) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.name = std::move(name);
  node.text = std::move(text);
  node.literal = literal;
  return node;
}

Node property_node(const Property& p) {
  if (p.kind != Property::Kind::kList) return scalar(p.name, p.value, p.kind != Property::Kind::kText);
  Node node;
  node.kind = Node::Kind::kList;
  node.name = p.name;
  for (const auto& item : p.list) node.items.push_back(scalar("Item", item, false));
  return node;
}

// Blocks of temporary files count like pages.
uint64_t blocks(uint64_t bytes) {
  constexpr uint64_t kBlockBytes = 16384;
  return (bytes + kBlockBytes - 1) / kBlockBytes;
}

void add_buffers(Node& node, const common::ResourceUse& use) {
  auto add = [&](const char* name, uint64_t count) { node.items.push_back(scalar(name, std::to_string(count), true)); };
  add("Shared Hit Blocks", use.page_accesses - use.page_reads);
  add("Shared Read Blocks", use.page_reads);
  add("Shared Dirtied Blocks", use.pages_dirtied);
  for (const char* name : {"Shared Written Blocks", "Local Hit Blocks", "Local Read Blocks", "Local Dirtied Blocks",
                           "Local Written Blocks"})
    add(name, 0);
  add("Temp Read Blocks", blocks(use.spill_bytes_read));
  add("Temp Written Blocks", blocks(use.spill_bytes_written));
}

void add_log(Node& node, const common::ResourceUse& use) {
  node.items.push_back(scalar("WAL Records", std::to_string(use.log_records), true));
  node.items.push_back(scalar("WAL FPI", "0", true));
  node.items.push_back(scalar("WAL Bytes", std::to_string(use.log_bytes), true));
}

Node entry_node(const ExplainEntry& e, const ExplainOptions& options) {
  Node node;
  node.name = "Plan";
  size_t i = 0;
  auto identity = [&] { node.items.push_back(property_node(e.identity[i++])); };
  bool strategy = e.identity.size() > 1 && (e.identity[1].name == "Strategy" || e.identity[1].name == "Operation");
  if (!e.identity.empty()) identity();
  while (
      strategy && i < e.identity.size() &&
      (e.identity[i].name == "Strategy" || e.identity[i].name == "Partial Mode" || e.identity[i].name == "Operation"))
    identity();
  if (!e.relationship.empty()) node.items.push_back(scalar("Parent Relationship", e.relationship, false));
  if (!e.subplan_name.empty()) node.items.push_back(scalar("Subplan Name", e.subplan_name, false));
  node.items.push_back(scalar("Parallel Aware", "false", true));
  node.items.push_back(scalar("Async Capable", "false", true));
  while (i < e.identity.size()) identity();
  if (options.costs) {
    node.items.push_back(scalar("Startup Cost", fixed(e.startup_cost, 2), true));
    node.items.push_back(scalar("Total Cost", fixed(e.total_cost, 2), true));
    node.items.push_back(scalar("Plan Rows", fixed(e.rows, 0), true));
    node.items.push_back(scalar("Plan Width", std::to_string(e.width), true));
  }
  if (options.analyze) {
    if (options.timing) {
      node.items.push_back(scalar("Actual Startup Time", fixed(e.actual_startup_ms, 3), true));
      node.items.push_back(scalar("Actual Total Time", fixed(e.actual_total_ms, 3), true));
    }
    node.items.push_back(scalar("Actual Rows", fixed(e.actual_rows, 0), true));
    node.items.push_back(scalar("Actual Loops", fixed(e.loops, 0), true));
  }
  for (const Property& p : e.properties) node.items.push_back(property_node(p));
  if (options.buffers) add_buffers(node, e.use);
  if (options.wal) add_log(node, e.use);
  if (!e.children.empty()) {
    Node plans;
    plans.kind = Node::Kind::kList;
    plans.name = "Plans";
    for (const auto& child : e.children) plans.items.push_back(entry_node(child, options));
    node.items.push_back(std::move(plans));
  }
  return node;
}

void print_json(const Node& node, int indent, std::string& out) {
  std::string space(static_cast<size_t>(indent), ' ');
  if (node.kind == Node::Kind::kScalar) {
    out += node.literal ? node.text : quoted(node.text);
    return;
  }
  bool list = node.kind == Node::Kind::kList;
  bool flat = list && !node.items.empty() && node.items[0].kind == Node::Kind::kScalar;
  out += list ? "[" : "{";
  for (size_t i = 0; i < node.items.size(); ++i) {
    if (i) out += flat ? ", " : ",";
    if (!flat) out += "\n" + space + "  ";
    if (!list) out += quoted(node.items[i].name) + ": ";
    print_json(node.items[i], indent + 2, out);
  }
  if (!flat) out += "\n" + space;
  out += list ? "]" : "}";
}

void print_yaml(const Node& node, int indent, bool first_on_line, std::string& out) {
  std::string space(static_cast<size_t>(indent), ' ');
  for (const Node& item : node.items) {
    if (!first_on_line) out += "\n" + space;
    first_on_line = false;
    if (node.kind == Node::Kind::kList) {
      out += "- ";
      if (item.kind == Node::Kind::kScalar)
        out += quoted(item.text);
      else
        print_yaml(item, indent + 2, true, out);
      continue;
    }
    out += item.name + ":";
    if (item.kind == Node::Kind::kScalar)
      out += " " + (item.literal ? item.text : quoted(item.text));
    else {
      out += " ";
      print_yaml(item, indent + 2, false, out);
    }
  }
}

void print_xml(const Node& node, int indent, std::string& out) {
  std::string space(static_cast<size_t>(indent), ' '), tag;
  for (char c : node.name) tag += c == ' ' || c == '(' || c == ')' || c == '/' ? '-' : c;
  if (node.kind == Node::Kind::kScalar) {
    out += space + "<" + tag + ">" + xml_escaped(node.text) + "</" + tag + ">\n";
    return;
  }
  out += space + "<" + tag + ">\n";
  for (const Node& item : node.items) print_xml(item, indent + 2, out);
  out += space + "</" + tag + ">\n";
}

Node query_node(const std::pair<ExplainEntry, ExplainSummary>& plan, const ExplainOptions& options) {
  Node query;
  query.name = "Query";
  query.items.push_back(entry_node(plan.first, options));
  if (options.settings) {
    Node settings;
    settings.name = "Settings";
    for (const auto& [name, value] : plan.second.settings) settings.items.push_back(scalar(name, value, false));
    query.items.push_back(std::move(settings));
  }
  if (options.buffers) {
    Node planning;
    planning.name = "Planning";
    add_buffers(planning, plan.second.planning_use);
    query.items.push_back(std::move(planning));
  }
  if (plan.second.planning_ms >= 0)
    query.items.push_back(scalar("Planning Time", fixed(plan.second.planning_ms, 3), true));
  if (options.analyze) {
    Node triggers;
    triggers.kind = Node::Kind::kList;
    triggers.name = "Triggers";
    query.items.push_back(std::move(triggers));
  }
  if (plan.second.execution_ms >= 0)
    query.items.push_back(scalar("Execution Time", fixed(plan.second.execution_ms, 3), true));
  return query;
}

// --- text ------------------------------------------------------------------------------------------------------------

// "Buffers: shared hit=1 read=2, temp read=3", without what is 0; empty when all is.
std::string buffers_text(const common::ResourceUse& use) {
  std::string out;
  auto add = [&](const char* kind, std::initializer_list<std::pair<const char*, uint64_t>> counts) {
    bool first = true;
    for (const auto& [name, count] : counts) {
      if (count == 0) continue;
      if (first) out += (out.empty() ? "Buffers: " : ", ") + std::string(kind);
      first = false;
      out += " " + std::string(name) + "=" + std::to_string(count);
    }
  };
  add("shared",
      {{"hit", use.page_accesses - use.page_reads}, {"read", use.page_reads}, {"dirtied", use.pages_dirtied}});
  add("temp", {{"read", blocks(use.spill_bytes_read)}, {"written", blocks(use.spill_bytes_written)}});
  return out;
}

void print_text(const ExplainEntry& e, int indent, const ExplainOptions& options, std::string& out) {
  // The first node stands at the margin; others after an arrow; properties two further in.
  auto spaces = [](int n) { return std::string(static_cast<size_t>(n), ' '); };
  if (!e.subplan_name.empty()) {
    out += spaces(indent) + e.subplan_name + "\n";
    indent += 2;
  }
  out += spaces(indent);
  if (indent > 0) {
    out += "->  ";
    indent += 4;
  }
  out += e.title;
  if (options.costs)
    out += "  (cost=" + fixed(e.startup_cost, 2) + ".." + fixed(e.total_cost, 2) + " rows=" + fixed(e.rows, 0) +
           " width=" + std::to_string(e.width) + ")";
  if (options.analyze) {
    if (e.loops == 0)
      out += " (never executed)";
    else {
      out += " (actual ";
      if (options.timing) out += "time=" + fixed(e.actual_startup_ms, 3) + ".." + fixed(e.actual_total_ms, 3) + " ";
      out += "rows=" + fixed(e.actual_rows, 0) + " loops=" + fixed(e.loops, 0) + ")";
    }
  }
  out += "\n";
  for (const Property& p : e.properties) {
    out += spaces(indent + 2) + p.name + ": ";
    if (p.kind == Property::Kind::kList) {
      for (size_t i = 0; i < p.list.size(); ++i) out += (i ? ", " : "") + p.list[i];
    } else {
      out += p.value;
    }
    out += "\n";
  }
  const std::string buffers = options.buffers ? buffers_text(e.use) : "";
  if (!buffers.empty()) out += spaces(indent + 2) + buffers + "\n";
  if (options.wal && e.use.log_records > 0)
    out += spaces(indent + 2) + "WAL: records=" + std::to_string(e.use.log_records) +
           " bytes=" + std::to_string(e.use.log_bytes) + "\n";
  for (const auto& child : e.children) print_text(child, indent + 2, options, out);
}

std::string text_of(const std::vector<std::pair<ExplainEntry, ExplainSummary>>& plans, const ExplainOptions& options) {
  std::string out;
  for (size_t i = 0; i < plans.size(); ++i) {
    if (i) out += "\n";
    print_text(plans[i].first, 0, options, out);
    const ExplainSummary& summary = plans[i].second;
    if (options.settings && !summary.settings.empty()) {
      out += "Settings: ";
      for (size_t k = 0; k < summary.settings.size(); ++k)
        out += (k ? ", " : "") + summary.settings[k].first + " = '" + summary.settings[k].second + "'";
      out += "\n";
    }
    const std::string buffers = options.buffers ? buffers_text(summary.planning_use) : "";
    if (!buffers.empty()) out += "Planning:\n  " + buffers + "\n";
    if (summary.planning_ms >= 0) out += "Planning Time: " + fixed(summary.planning_ms, 3) + " ms\n";
    if (summary.execution_ms >= 0) out += "Execution Time: " + fixed(summary.execution_ms, 3) + " ms\n";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace

std::string print_explain(const std::vector<std::pair<ExplainEntry, ExplainSummary>>& plans,
                          const ExplainOptions& options) {
  if (options.format == ExplainFormat::kText) return text_of(plans, options);
  Node root;
  root.kind = Node::Kind::kList;
  for (const auto& plan : plans) root.items.push_back(query_node(plan, options));
  std::string out;
  switch (options.format) {
    case ExplainFormat::kJson:
      print_json(root, 0, out);
      break;
    case ExplainFormat::kYaml:
      print_yaml(root, 0, true, out);
      break;
    default:
      out = "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n";
      for (const Node& query : root.items) print_xml(query, 2, out);
      out += "</explain>";
  }
  return out;
}

}  // namespace basalt::commands

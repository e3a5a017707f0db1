#include "common/stack_depth.hpp"
#include "types/json/json.hpp"
#include "types/json/jsonpath.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types::json::path {

namespace {

int priority(Op op) {
  switch (op) {
    case Op::kOr:
      return 0;
    case Op::kAnd:
      return 1;
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kGreater:
    case Op::kLessEqual:
    case Op::kGreaterEqual:
    case Op::kStartsWith:
      return 2;
    case Op::kAdd:
    case Op::kSubtract:
      return 3;
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kModulo:
      return 4;
    case Op::kPlus:
    case Op::kMinus:
      return 5;
    default:
      return 6;
  }
}

const char* operator_text(Op op) {
  switch (op) {
    case Op::kOr:
      return "||";
    case Op::kAnd:
      return "&&";
    case Op::kEqual:
      return "==";
    case Op::kNotEqual:
      return "!=";
    case Op::kLess:
      return "<";
    case Op::kGreater:
      return ">";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kStartsWith:
      return "starts with";
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kModulo:
      return "%";
    default:
      return nullptr;
  }
}

const char* method_text(Op op) {
  switch (op) {
    case Op::kType:
      return ".type()";
    case Op::kSize:
      return ".size()";
    case Op::kAbs:
      return ".abs()";
    case Op::kFloor:
      return ".floor()";
    case Op::kCeiling:
      return ".ceiling()";
    case Op::kDouble:
      return ".double()";
    case Op::kKeyvalue:
      return ".keyvalue()";
    default:
      return nullptr;
  }
}

class Printer {
 public:
  std::string out;

  void item(const Item& v, bool in_key, bool brackets) {
    common::check_stack_depth();
    if (operator_text(v.op))
      binary(v, brackets);
    else if (v.op == Op::kPlus || v.op == Op::kMinus)
      sign(v, brackets);
    else if (method_text(v.op))
      out += method_text(v.op);
    else if (v.op >= Op::kKey)
      accessor(v, in_key, brackets);
    else
      primary(v);
    if (v.next) item(*v.next, true, true);
  }

 private:
  void operand(const Item& parent, const Item& child) { item(child, false, priority(child.op) <= priority(parent.op)); }

  void binary(const Item& v, bool brackets) {
    if (brackets) out.push_back('(');
    operand(v, *v.left);
    out += std::string(" ") + operator_text(v.op) + " ";
    operand(v, *v.right);
    if (brackets) out.push_back(')');
  }
  void sign(const Item& v, bool brackets) {
    if (brackets) out.push_back('(');
    out.push_back(v.op == Op::kPlus ? '+' : '-');
    operand(v, *v.left);
    if (brackets) out.push_back(')');
  }

  void primary(const Item& v) {
    switch (v.op) {
      case Op::kNull:
        out += "null";
        break;
      case Op::kBool:
        out += v.truth ? "true" : "false";
        break;
      case Op::kNumber:
        if (v.next) out.push_back('(');
        out += numeric::to_string(v.number);
        if (v.next) out.push_back(')');
        break;
      case Op::kString:
        append_quoted(v.text, out);
        break;
      case Op::kVariable:
        out.push_back('$');
        append_quoted(v.text, out);
        break;
      case Op::kRoot:
        out.push_back('$');
        break;
      case Op::kCurrent:
        out.push_back('@');
        break;
      default:
        out += "last";
    }
  }

  static std::string level(uint32_t depth) { return depth == kDepthLast ? "last" : std::to_string(depth); }

  void accessor(const Item& v, bool in_key, bool brackets) {
    switch (v.op) {
      case Op::kKey:
        if (in_key) out.push_back('.');
        append_quoted(v.text, out);
        break;
      case Op::kAnyKey:
        out += in_key ? ".*" : "*";
        break;
      case Op::kAnyElement:
        out += "[*]";
        break;
      case Op::kIndex:
        subscripts(v);
        break;
      case Op::kAnyDepth:
        out += in_key ? ".**" : "**";
        if (v.first == v.last)
          out += "{" + level(v.first) + "}";
        else if (v.first != 0 || v.last != kDepthLast)
          out += "{" + level(v.first) + " to " + level(v.last) + "}";
        break;
      case Op::kFilter:
        wrapped("?(", *v.left, ")");
        break;
      case Op::kNot:
        wrapped("!(", *v.left, ")");
        break;
      case Op::kIsUnknown:
        wrapped("(", *v.left, ") is unknown");
        break;
      case Op::kExists:
        wrapped("exists (", *v.left, ")");
        break;
      case Op::kDatetime:
        out += ".datetime(";
        if (v.left) item(*v.left, false, false);
        out.push_back(')');
        break;
      default:
        like_regex(v, brackets);
    }
  }
  void wrapped(const char* before, const Item& inner, const char* after) {
    out += before;
    item(inner, false, false);
    out += after;
  }
  void subscripts(const Item& v) {
    out.push_back('[');
    for (size_t i = 0; i < v.subscripts.size(); ++i) {
      if (i > 0) out.push_back(',');
      item(*v.subscripts[i].from, false, false);
      if (!v.subscripts[i].to) continue;
      out += " to ";
      item(*v.subscripts[i].to, false, false);
    }
    out.push_back(']');
  }
  void like_regex(const Item& v, bool brackets) {
    if (brackets) out.push_back('(');
    operand(v, *v.left);
    out += " like_regex ";
    append_quoted(v.text, out);
    if (!v.flags.empty()) out += " flag \"" + v.flags + "\"";
    if (brackets) out.push_back(')');
  }
};

}  // namespace

std::string print(const Path& path) {
  Printer printer;
  if (!path.lax) printer.out = "strict ";
  printer.item(*path.root, false, true);
  return printer.out;
}

}  // namespace basalt::types::json::path

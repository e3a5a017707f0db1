// || - #- jsonb_set jsonb_insert, and assignment to subscripts.
#include "common/sqlstate.hpp"
#include "types/function_adaptor.hpp"
#include "types/json/detail.hpp"
#include "types/json/edit.hpp"
#include "types/value_function.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

[[noreturn]] void fail_parameter(const std::string& message) {
  throw SqlError(sqlstate::kInvalidParameterValue, message);
}

class Editor {
 public:
  Editor(const TextArray& path, std::optional<View> replacement, PathEdit edit)
      : path_(path), replacement_(replacement), edit_(edit) {}

  Builder builder;

  void apply(View value, size_t level) {
    if (!path_[level]) {
      throw SqlError(sqlstate::kNullValueNotAllowed,
                     "path element at position " + std::to_string(level + 1) + " is null");
    }
    if (value.is_object())
      edit_object(value, level);
    else if (value.is_array())
      edit_array(value, level);
    else if (edit_ == PathEdit::kAssign)
      fail_scalar();
    else
      builder.node(value);
  }

 private:
  bool last(size_t level) const { return level + 1 == path_.size(); }
  bool inserts() const { return edit_ == PathEdit::kInsertBefore || edit_ == PathEdit::kInsertAfter; }
  bool creates() const { return inserts() || edit_ == PathEdit::kCreate || edit_ == PathEdit::kAssign; }
  [[noreturn]] static void fail_scalar() {
    throw SqlError(sqlstate::kInvalidParameterValue, "cannot replace existing key")
        .detail("The path assumes key is a composite object, but it is a scalar value.");
  }

  // The replacement inside of what the rest of the path, from `level`, asks for.
  void push_nested(size_t level) {
    if (level >= path_.size()) {
      builder.node(*replacement_);
      return;
    }
    std::optional<int64_t> index = path_[level] ? path_index(*path_[level]) : std::nullopt;
    if (!path_[level]) apply(View(std::string_view("\0", 1)), level);  // reports the NULL step
    if (!index) {
      builder.begin_object().key(*path_[level]);
      push_nested(level + 1);
      builder.end_object();
      return;
    }
    builder.begin_array();
    for (int64_t i = 0; i < *index; ++i) builder.null();
    push_nested(level + 1);
    builder.end_array();
  }

  void edit_object(View value, size_t level) {
    const std::string& key = *path_[level];
    bool found = false;
    builder.begin_object();
    for (uint32_t i = 0; i < value.size(); ++i) {
      if (value.key(i) != key) {
        builder.key(value.key(i)).node(value.value(i));
        continue;
      }
      found = true;
      if (!last(level)) {
        builder.key(key);
        apply(value.value(i), level + 1);
        continue;
      }
      if (inserts()) {
        throw SqlError(sqlstate::kInvalidParameterValue, "cannot replace existing key")
            .hint("Try using the function jsonb_set to replace key value.");
      }
      if (edit_ != PathEdit::kDelete) builder.key(key).node(*replacement_);
    }
    if (!found && creates() && (last(level) || edit_ == PathEdit::kAssign)) {
      builder.key(key);
      push_nested(level + 1);
    }
    builder.end_object();
  }

  // Position in an array of n elements: -1 is before the first, n behind the last.
  int64_t position(View value, size_t level) const {
    std::optional<int64_t> index = path_index(*path_[level]);
    if (!index) {
      throw SqlError(sqlstate::kInvalidTextRepresentation, "path element at position " + std::to_string(level + 1) +
                                                               " is not an integer: \"" + *path_[level] + "\"");
    }
    int64_t n = value.size();
    if (*index >= 0) return edit_ == PathEdit::kAssign ? *index : std::min(*index, n);
    if (-*index <= n) return *index + n;
    if (edit_ == PathEdit::kAssign) {
      throw SqlError(sqlstate::kInvalidParameterValue, "path element at position " + std::to_string(level + 1) +
                                                           " is out of range: " + std::to_string(*index));
    }
    return -1;
  }

  void edit_element(View element, size_t level) {
    if (!last(level)) return apply(element, level + 1);
    switch (edit_) {
      case PathEdit::kDelete:
        break;
      case PathEdit::kInsertBefore:
        builder.node(*replacement_).node(element);
        break;
      case PathEdit::kInsertAfter:
        builder.node(element).node(*replacement_);
        break;
      default:
        builder.node(*replacement_);
    }
  }

  void edit_array(View value, size_t level) {
    int64_t at = position(value, level);
    int64_t n = value.size();
    bool adds = creates() && (last(level) || edit_ == PathEdit::kAssign);
    builder.begin_array();
    if (at < 0 && adds) builder.node(*replacement_);
    for (int64_t i = 0; i < n; ++i) {
      View element = value.element(static_cast<uint32_t>(i));
      if (i == at)
        edit_element(element, level);
      else
        builder.node(element);
    }
    if (at >= n && adds) {
      for (int64_t i = n; i < at && edit_ == PathEdit::kAssign; ++i) builder.null();
      push_nested(level + 1);
    }
    builder.end_array();
  }

  const TextArray& path_;
  std::optional<View> replacement_;
  PathEdit edit_;
};

// --- functions -----------------------------------------------------------------------------------------------------

std::string jsonb_concat(std::string_view left, std::string_view right) {
  View a(left), b(right);
  Builder builder;
  if (a.is_object() && b.is_object()) {
    builder.begin_object();
    for (View v : {a, b}) {
      for (uint32_t i = 0; i < v.size(); ++i) builder.key(v.key(i)).node(v.value(i));
    }
    return builder.end_object().finish();
  }
  builder.begin_array();
  for (View v : {a, b}) {
    if (!v.is_array())
      builder.node(v);
    else
      for (uint32_t i = 0; i < v.size(); ++i) builder.node(v.element(i));
  }
  return builder.end_array().finish();
}

// Keeps the pairs of an object, or the strings of an array, that `drop` does not name.
template <typename Drop>
std::string without(View value, Drop&& drop) {
  if (!value.is_container()) fail_parameter("cannot delete from scalar");
  Builder builder;
  if (value.is_object()) {
    builder.begin_object();
    for (uint32_t i = 0; i < value.size(); ++i) {
      if (!drop(value.key(i))) builder.key(value.key(i)).node(value.value(i));
    }
    return builder.end_object().finish();
  }
  builder.begin_array();
  for (uint32_t i = 0; i < value.size(); ++i) {
    View element = value.element(i);
    if (element.kind() != Kind::kString || !drop(element.payload())) builder.node(element);
  }
  return builder.end_array().finish();
}

std::string jsonb_delete(std::string_view value, std::string_view key) {
  return without(View(value), [&](std::string_view candidate) { return candidate == key; });
}
std::string jsonb_delete_array(std::string_view value, std::string_view keys) {
  TextArray names = path_array(keys);
  return without(View(value), [&](std::string_view candidate) {
    for (const auto& name : names) {
      if (name && *name == candidate) return true;
    }
    return false;
  });
}
std::string jsonb_delete_idx(std::string_view bytes, int32_t index) {
  View value(bytes);
  if (!value.is_container()) fail_parameter("cannot delete from scalar");
  if (value.is_object()) fail_parameter("cannot delete from object using integer index");
  int64_t at = index < 0 ? int64_t{index} + value.size() : index;
  Builder builder;
  builder.begin_array();
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (i != at) builder.node(value.element(i));
  }
  return builder.end_array().finish();
}

std::string edit_checked(std::string_view bytes, std::string_view path, std::optional<View> replacement, PathEdit edit,
                         const char* scalar_message) {
  TextArray steps = path_array(path);
  View value(bytes);
  if (!value.is_container()) fail_parameter(scalar_message);
  bool nothing = value.size() == 0 && (edit == PathEdit::kReplace || edit == PathEdit::kDelete);
  if (steps.empty() || nothing) return std::string(bytes);
  return edit_path(value, steps, replacement, edit);
}

std::string jsonb_delete_path(std::string_view value, std::string_view path) {
  return edit_checked(value, path, std::nullopt, PathEdit::kDelete, "cannot delete path in scalar");
}
std::string jsonb_set(std::string_view value, std::string_view path, std::string_view replacement, bool create) {
  return edit_checked(value, path, View(replacement), create ? PathEdit::kCreate : PathEdit::kReplace,
                      "cannot set path in scalar");
}
std::string jsonb_insert(std::string_view value, std::string_view path, std::string_view replacement, bool after) {
  return edit_checked(value, path, View(replacement), after ? PathEdit::kInsertAfter : PathEdit::kInsertBefore,
                      "cannot set path in scalar");
}

Value jsonb_set_lax(FunctionCall&, std::span<const Value> a) {
  if (a[0].is_null() || a[1].is_null() || a[3].is_null()) return Value();
  constexpr const char* kTreatments =
      "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"";
  if (a[4].is_null()) fail_parameter(kTreatments);
  if (!a[2].is_null()) return Value::of(jsonb_set(a[0].string(), a[1].string(), a[2].string(), a[3].as<bool>()));
  std::string_view treatment = a[4].string();
  if (treatment == "raise_exception") {
    throw SqlError(sqlstate::kNullValueNotAllowed, "JSON value must not be null")
        .detail("Exception was raised because null_value_treatment is \"raise_exception\".")
        .hint("To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.");
  }
  if (treatment == "use_json_null") {
    std::string null = Builder().null().finish();
    return Value::of(jsonb_set(a[0].string(), a[1].string(), null, a[3].as<bool>()));
  }
  if (treatment == "delete_key") return Value::of(jsonb_delete_path(a[0].string(), a[1].string()));
  if (treatment == "return_target") return a[0];
  fail_parameter(kTreatments);
}

}  // namespace

std::string edit_path(View value, const TextArray& path, std::optional<View> replacement, PathEdit edit) {
  Editor editor(path, replacement, edit);
  editor.apply(value, 0);
  return editor.builder.finish();
}

void register_jsonb_edit(FunctionRegistry& registry) {
  registry.add_scalar("jsonb_concat", scalar<jsonb_concat>());
  registry.add_scalar("jsonb_delete", scalar<jsonb_delete>());
  registry.add_scalar("jsonb_delete_array", scalar<jsonb_delete_array>());
  registry.add_scalar("jsonb_delete_idx", scalar<jsonb_delete_idx>());
  registry.add_scalar("jsonb_delete_path", scalar<jsonb_delete_path>());
  registry.add_scalar("jsonb_set", scalar<jsonb_set>());
  registry.add_scalar("jsonb_insert", scalar<jsonb_insert>());
  registry.add_scalar("jsonb_set_lax", value_kernel<jsonb_set_lax, NullArguments::kReach>());
}

}  // namespace basalt::types::json

// jsonb_path_exists, jsonb_path_match, jsonb_path_query and their kin; the type jsonpath.
#include "common/sqlstate.hpp"
#include "types/container/message.hpp"
#include "types/function_adaptor.hpp"
#include "types/json/detail.hpp"
#include "types/json/jsonpath_execute.hpp"
#include "types/text/utf8.hpp"
#include "types/value_function.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

std::string jsonpath_in(std::string_view text) { return path::print(path::parse(text)); }
std::string jsonpath_out(std::string_view path) { return std::string(path); }
std::string jsonpath_recv(std::string_view message) {
  auto version = take_message<int8_t>(message);
  if (version != 1) {
    throw SqlError(sqlstate::kInternalError, "unsupported jsonpath version number: " + std::to_string(version));
  }
  utf8::validate(message);
  return jsonpath_in(message);
}
std::string jsonpath_send(std::string_view path) { return "\x01" + std::string(path); }

struct PathState : CallState {
  std::string text;
  path::Path parsed;
};

const path::Path& parsed_path(FunctionCall& call, std::string_view text) {
  auto& state = call.state_or<PathState>([] { return std::make_unique<PathState>(); });
  if (!state.parsed.root || state.text != text) {
    state.parsed = path::parse(text);
    state.text = text;
  }
  return state.parsed;
}

const std::string& no_variables() {
  static const std::string kEmpty = Builder().begin_object().end_object().finish();
  return kEmpty;
}

// Operators have two arguments and are always silent; functions: (target, path, vars, silent).
class Query {
 public:
  Query(FunctionCall& call, std::span<const Value> arguments)
      : silent_(arguments.size() < 4 || arguments[3].as<bool>()),
        executor_(parsed_path(call, arguments[1].string()), View(arguments[0].string()),
                  View(arguments.size() > 2 ? arguments[2].string() : std::string_view(no_variables())),
                  call.context->interrupt()) {}

  // False: an error that was to be kept silent.
  bool each(const path::Executor::Sink& sink) {
    try {
      executor_.each(sink);
      return true;
    } catch (const SqlError& error) {
      if (!silent_ || !error.report().sqlstate.view().starts_with("22")) throw;
      return false;
    }
  }
  bool lax() const { return executor_.lax(); }
  bool silent() const { return silent_; }

 private:
  bool silent_;
  path::Executor executor_;
};

Value jsonb_path_exists(FunctionCall& call, std::span<const Value> arguments) {
  Query query(call, arguments);
  bool found = false;
  bool good = query.each([&](View) {
    found = true;
    return !query.lax();
  });
  return good ? Value::of(found) : Value();
}

Value jsonb_path_match(FunctionCall& call, std::span<const Value> arguments) {
  Query query(call, arguments);
  std::vector<Kind> kinds;
  bool good = query.each([&](View value) {
    kinds.push_back(value.kind());
    return true;
  });
  if (good && kinds.size() == 1) {
    if (kinds[0] == Kind::kTrue || kinds[0] == Kind::kFalse) return Value::of(kinds[0] == Kind::kTrue);
    if (kinds[0] == Kind::kNull) return Value();
  }
  if (query.silent()) return Value();
  throw SqlError(sqlstate::kSingletonSqlJsonItemRequired, "single boolean result is expected");
}

std::vector<std::string> results(FunctionCall& call, std::span<const Value> arguments) {
  Query query(call, arguments);
  std::vector<std::string> found;
  // What was found before a silent error stays.
  query.each([&](View value) {
    found.emplace_back(value.bytes());
    return true;
  });
  return found;
}

Value jsonb_path_query_array(FunctionCall& call, std::span<const Value> arguments) {
  Builder builder;
  builder.begin_array();
  for (const std::string& node : results(call, arguments)) builder.node(View(node));
  return Value::of(builder.end_array().finish());
}

Value jsonb_path_query_first(FunctionCall& call, std::span<const Value> arguments) {
  std::vector<std::string> found = results(call, arguments);
  return found.empty() ? Value() : Value::of(found.front());
}

class PathRows final : public RowSetFunction {
 public:
  explicit PathRows(std::vector<std::string> rows)
      : RowSetFunction({common::PhysicalType::kString}), rows_(std::move(rows)) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (at_ >= rows_.size()) return false;
    out.columns[0].data<common::StringRef>()[row] = out.columns[0].add_string(rows_[at_++]);
    return true;
  }

 private:
  std::vector<std::string> rows_;
  size_t at_ = 0;
};

std::unique_ptr<SetFunction> jsonb_path_query(FunctionCall& call, std::span<const Value> arguments) {
  for (const Value& argument : arguments) {
    if (argument.is_null()) return std::make_unique<PathRows>(std::vector<std::string>());
  }
  return std::make_unique<PathRows>(results(call, arguments));
}

}  // namespace

void register_jsonpath(FunctionRegistry& registry) {
  registry.add_scalar("jsonpath_in", scalar<jsonpath_in>());
  registry.add_scalar("jsonpath_out", scalar<jsonpath_out>());
  registry.add_scalar("jsonpath_recv", scalar<jsonpath_recv>());
  registry.add_scalar("jsonpath_send", scalar<jsonpath_send>());
  registry.add_scalar("jsonb_path_exists", value_kernel<jsonb_path_exists>());
  registry.add_scalar("jsonb_path_exists_opr", value_kernel<jsonb_path_exists>());
  registry.add_scalar("jsonb_path_match", value_kernel<jsonb_path_match>());
  registry.add_scalar("jsonb_path_match_opr", value_kernel<jsonb_path_match>());
  registry.add_scalar("jsonb_path_query_array", value_kernel<jsonb_path_query_array>());
  registry.add_scalar("jsonb_path_query_first", value_kernel<jsonb_path_query_first>());
  registry.add_set("jsonb_path_query", jsonb_path_query);
  // The _tz forms differ only in comparisons of .datetime() across time zones.
  registry.add_scalar("jsonb_path_exists_tz", value_kernel<jsonb_path_exists>());
  registry.add_scalar("jsonb_path_match_tz", value_kernel<jsonb_path_match>());
  registry.add_scalar("jsonb_path_query_array_tz", value_kernel<jsonb_path_query_array>());
  registry.add_scalar("jsonb_path_query_first_tz", value_kernel<jsonb_path_query_first>());
  registry.add_set("jsonb_path_query_tz", jsonb_path_query);
}

}  // namespace basalt::types::json

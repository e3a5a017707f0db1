// A CallContext for tests of text functions, and a way to call a registered function with a row of values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/sqlstate.hpp"
#include "types/function.hpp"
#include "types/quiet_context.hpp"

namespace basalt::types::test {

class TextContext final : public QuietContext {
 public:
  TypePointer type(common::Oid) override { return nullptr; }
  common::Oid parse_object_name(common::Oid, std::string_view) override { return {}; }
  std::string object_name(common::Oid, common::Oid) override { return "-"; }
  std::string format_type(common::Oid, int32_t) override { return "?"; }
  common::Value input(common::Oid type, std::string_view text, int32_t) override {
    if (type != oid::kInt4) throw common::not_supported("input of this type");
    size_t used = 0;
    int32_t number = 0;
    try {
      number = std::stoi(std::string(text), &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != text.size()) {
      throw common::SqlError(common::sqlstate::kInvalidTextRepresentation,
                             "invalid input syntax for type integer: \"" + std::string(text) + "\"");
    }
    return common::Value::of(number);
  }
  std::string output(common::Oid type, const common::Value& value) override {
    if (type == oid::kBool) return value.as<bool>() ? "t" : "f";
    if (type == oid::kInt4) return std::to_string(value.as<int32_t>());
    if (type == oid::kInt2) return std::to_string(value.as<int16_t>());
    if (type == oid::kInt8) return std::to_string(value.as<int64_t>());
    return std::string(value.string());
  }
  common::Value receive(common::Oid, std::string_view, int32_t) override { return {}; }
  std::string send(common::Oid, const common::Value&) override { return {}; }
  void check_domain(common::Oid, const common::Value&) override {}
  common::Value cast(common::Oid, const common::Value& value, common::Oid, int32_t) override { return value; }
  void* service(std::string_view name) override { return name == "collation" ? collations_ : nullptr; }

  void set_collations(void* collations) { collations_ = collations; }
  TypeSettings& mutable_settings() { return settings_; }

 private:
  void* collations_ = nullptr;
};

struct Argument {
  common::Oid type;
  common::Value value;
};

// The result of the scalar function `symbol`; throws the SqlError that it reports.
inline common::Value call_function(CallContext& context, const char* symbol, const std::vector<Argument>& arguments,
                                   common::PhysicalType result_type, common::Oid collation = common::Oid{100},
                                   bool variadic = false) {
  std::vector<common::Oid> types;
  std::vector<common::Vector> vectors;
  for (const Argument& argument : arguments) {
    types.push_back(argument.type);
    common::PhysicalType physical = physical_type_of(argument.type);
    vectors.push_back(common::Vector::constant(physical, argument.value));
  }
  std::unique_ptr<CallState> state;
  FunctionCall call;
  call.context = &context;
  call.argument_types = types;
  call.collation = collation;
  call.variadic_array = variadic;
  call.state = &state;
  ScalarKernel kernel = FunctionRegistry::instance().scalar(symbol);
  if (!kernel) throw common::not_supported(symbol);
  common::Vector result(result_type, 1);
  kernel(call, vectors, 1, result);
  if (call.failed()) throw common::SqlError(*call.failure);
  return result.value(0);
}

}  // namespace basalt::types::test

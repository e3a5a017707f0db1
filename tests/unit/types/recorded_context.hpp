// A CallContext over a table of types recorded from PostgreSQL (recorded/types.tsv), and the evaluation of recorded
// cases (recorded/*.tsv): a line holds what PostgreSQL answered, and the call that should answer the same.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "types/function.hpp"
#include "types/quiet_context.hpp"

namespace basalt::types::test {

class RecordedContext final : public QuietContext {
 public:
  RecordedContext();

  Oid type_named(const std::string& name) const;
  // Calls a registered scalar function; throws its error.
  Value call(const std::string& symbol, const std::vector<Value>& arguments, const std::vector<Oid>& types, Oid result,
             bool variadic_array = false);

  TypePointer type(Oid type) override;
  Oid parse_object_name(Oid kind, std::string_view text) override;
  std::string object_name(Oid kind, Oid object) override;
  std::string format_type(Oid type, int32_t typmod) override;
  Value input(Oid type, std::string_view text, int32_t typmod) override;
  std::string output(Oid type, const Value& value) override;
  Value receive(Oid type, std::string_view bytes, int32_t typmod) override;
  std::string send(Oid type, const Value& value) override;
  void check_domain(Oid domain, const Value& value) override;
  Value cast(Oid from, const Value& value, Oid to, int32_t typmod) override;
  void* service(std::string_view) override { return nullptr; }

 private:
  void load_type(const std::vector<std::string>& fields);
  Oid io_parameter(Oid type) const;

  std::map<Oid, std::shared_ptr<TypeDescriptor>> types_;
  std::map<Oid, std::array<std::string, 4>> io_;  // symbols of input, output, receive, send
  std::map<Oid, std::string> formatted_;
  std::map<std::string, Oid> names_;
};

// Splits at tabs; \t \n \r \\ stand for themselves inside of a field.
std::vector<std::string> split_fields(const std::string& line);
std::vector<std::vector<std::string>> recorded_lines(const std::string& file);
// Evaluates the call in fields[1...] and answers as the recorder wrote PostgreSQL's answer.
std::string evaluate(RecordedContext& context, const std::vector<std::string>& fields);

}  // namespace basalt::types::test

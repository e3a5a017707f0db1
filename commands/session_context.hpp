// SessionContext: the CallContext that functions see (types/call_context.hpp), and the services of the session:
//   "session"  commands::Session*           "catalog"  catalog::CatalogService*
#pragma once

#include "catalog/catalog_service.hpp"
#include "commands/session.hpp"
#include "common/clock.hpp"
#include "query/evaluator.hpp"
#include "types/call_context.hpp"

namespace basalt::commands {

// Makes the FunctionRuntime that runs SQL and PL/pgSQL functions; set by the part of commands/ that has the languages.
using FunctionRuntimeMaker = std::unique_ptr<query::FunctionRuntime> (*)(Session& session);
void set_function_runtime(FunctionRuntimeMaker maker);

class SessionContext : public types::CallContext, public catalog::CatalogService {
 public:
  explicit SessionContext(Session& session);
  ~SessionContext() override;

  // CallContext
  const types::TypeSettings& settings() const override;
  bool setting(std::string_view name, std::string& value) override;
  common::Interrupt& interrupt() override;
  common::MemoryBudget& memory() override;
  void notice(common::ErrorReport report) override;
  int64_t transaction_time() override;
  int64_t statement_time() override;
  int64_t clock_time() override;
  uint64_t random() override { return random_.next(); }
  void seed_random(double seed) override;
  types::TypePointer type(common::Oid type) override;
  common::Oid parse_object_name(common::Oid kind, std::string_view text) override;
  std::string object_name(common::Oid kind, common::Oid object) override;
  std::string format_type(common::Oid type, int32_t typmod) override;
  common::Value input(common::Oid type, std::string_view text, int32_t typmod) override;
  std::string output(common::Oid type, const common::Value& value) override;
  common::Value receive(common::Oid type, std::string_view bytes, int32_t typmod) override;
  std::string send(common::Oid type, const common::Value& value) override;
  void check_domain(common::Oid domain, const common::Value& value) override;
  common::Value cast(common::Oid from, const common::Value& value, common::Oid to, int32_t typmod) override;
  void* service(std::string_view name) override;

  // CatalogService
  catalog::CatalogReader& reader() override;
  const catalog::SearchPath& search_path() override;
  const catalog::SearchPath& explicit_search_path() override;
  common::Oid current_user() override;
  common::Oid session_user() override;
  common::Oid temporary_schema() override;
  catalog::DatabaseCatalog& database() override;

  query::FunctionRuntime* function_runtime();

 private:
  // Calls an input, output, receive or send function.
  common::Value call_io(common::Oid function, std::span<const common::Value> arguments,
                        std::span<const common::Oid> types, common::Oid result);
  Session& session_;
  common::RandomGenerator random_;
  std::unique_ptr<query::FunctionRuntime> runtime_;
  int domain_depth_ = 0;
};

}  // namespace basalt::commands

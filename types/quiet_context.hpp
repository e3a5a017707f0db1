// The surroundings of a call that belongs to no session: settings as they are by default, no interrupts, no notices,
// the clocks at 0. What concerns types and names is left to who derives from it (the bootstrap of the catalogs, tests).
#pragma once

#include "types/call_context.hpp"

namespace basalt::types {

class QuietContext : public CallContext {
 public:
  const TypeSettings& settings() const override { return settings_; }
  bool setting(std::string_view, std::string&) override { return false; }
  common::Interrupt& interrupt() override { return interrupt_; }
  common::MemoryBudget& memory() override { return memory_; }
  void notice(common::ErrorReport) override {}
  int64_t transaction_time() override { return 0; }
  int64_t statement_time() override { return 0; }
  int64_t clock_time() override { return 0; }
  uint64_t random() override { return 4; }
  void seed_random(double) override {}

 protected:
  TypeSettings settings_;
  common::Interrupt interrupt_;
  common::MemoryBudget memory_{size_t{1} << 40, nullptr};
};

}  // namespace basalt::types

// A set-returning function whose rows are strings, made when they are asked for.
#pragma once

#include <optional>
#include <string>

#include "types/function.hpp"

namespace basalt::types {

class StringSet : public SetFunction {
 public:
  void next(common::Chunk& out, uint32_t rows_max) final;

 protected:
  // The next row; false at the end. `value` nullopt is NULL.
  virtual bool produce(std::optional<std::string>& value) = 0;
};

class EmptySet final : public StringSet {
  bool produce(std::optional<std::string>&) override { return false; }
};

}  // namespace basalt::types

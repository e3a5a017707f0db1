// NumericSum: an exact sum of numerics. While it can, it adds in an int128 at the largest scale seen; what does not fit
// is moved to an arbitrary-precision part.
#pragma once

#include <memory>

#include "types/aggregate/aggregate.hpp"
#include "types/number/big_decimal.hpp"

namespace basalt::types::aggregate {

class NumericSum {
 public:
  NumericSum() = default;
  NumericSum(const NumericSum&) = delete;
  NumericSum& operator=(const NumericSum&) = delete;

  void add(common::int128 unscaled, int32_t scale);
  void add(const numeric::BigDecimal& value);
  void merge(const NumericSum& other);
  numeric::BigDecimal total() const;
  int32_t scale() const { return scale_; }
  // The largest scale may be known from elsewhere (values that were taken out again).
  void serialize(std::string& out) const;
  void deserialize(std::string_view& bytes);

 private:
  void spill();
  Int128 sum_ = 0;
  int32_t sum_scale_ = 0;
  int32_t scale_ = 0;  // largest display scale seen
  std::unique_ptr<numeric::BigDecimal> big_;
};

}  // namespace basalt::types::aggregate

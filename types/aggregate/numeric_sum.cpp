#include "types/aggregate/numeric_sum.hpp"

#include <algorithm>

#include "types/number/numeric_fast.hpp"

namespace basalt::types::aggregate {

using common::int128;
using numeric::BigDecimal;

void NumericSum::spill() {
  BigDecimal part(static_cast<int128>(sum_), sum_scale_);
  if (big_) {
    *big_ = numeric::add(*big_, part);
  } else {
    big_ = std::make_unique<BigDecimal>(std::move(part));
  }
  sum_ = 0;
}

void NumericSum::add(int128 unscaled, int32_t scale) {
  scale_ = std::max(scale_, scale);
  int32_t shift = scale - sum_scale_;
  int128 sum = sum_;
  bool fits = true;
  if (shift > 0) {
    if (sum == 0) {
      sum_scale_ = scale;
    } else if (shift <= numeric::kPowersMax && !__builtin_mul_overflow(sum, int128{numeric::kPowers10[shift]}, &sum)) {
      sum_ = sum;
      sum_scale_ = scale;
    } else {
      fits = false;
    }
  } else if (shift < 0) {
    fits = -shift <= numeric::kPowersMax &&
           !__builtin_mul_overflow(unscaled, int128{numeric::kPowers10[-shift]}, &unscaled);
  }
  if (fits && !__builtin_add_overflow(sum, unscaled, &sum)) {
    sum_ = sum;
    return;
  }
  if (!fits && shift < 0) {
    add(BigDecimal(unscaled, scale));
    return;
  }
  spill();
  sum_scale_ = std::max(scale, sum_scale_);
  sum_ = unscaled;
}

void NumericSum::add(const BigDecimal& value) {
  scale_ = std::max(scale_, value.scale);
  if (big_) {
    *big_ = numeric::add(*big_, value);
  } else {
    big_ = std::make_unique<BigDecimal>(value);
  }
}

void NumericSum::merge(const NumericSum& other) {
  add(static_cast<int128>(other.sum_), other.sum_scale_);
  if (other.big_) add(*other.big_);
  scale_ = std::max(scale_, other.scale_);
}

BigDecimal NumericSum::total() const {
  BigDecimal r(static_cast<int128>(sum_), sum_scale_);
  if (big_) r = numeric::add(r, *big_);
  r.scale = scale_;
  return r;
}

// The parts as a text without ambiguity: fixed bytes, then the digits of the big part.
void NumericSum::serialize(std::string& out) const {
  int128 sum = sum_;
  uint32_t limbs = big_ ? static_cast<uint32_t>(big_->limbs.size()) : 0;
  int32_t weight = big_ ? big_->weight : 0;
  int32_t negative = big_ && big_->negative;
  for (const void* p : {static_cast<const void*>(&sum)}) out.append(static_cast<const char*>(p), sizeof sum);
  for (int32_t v : {sum_scale_, scale_, weight, negative, static_cast<int32_t>(limbs)}) {
    out.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  if (limbs) out.append(reinterpret_cast<const char*>(big_->limbs.data()), limbs * sizeof(uint32_t));
}

void NumericSum::deserialize(std::string_view& bytes) {
  auto take = [&bytes](void* into, size_t n) {
    ENSURE(bytes.size() >= n, "aggregate state cut short");
    std::memcpy(into, bytes.data(), n);
    bytes.remove_prefix(n);
  };
  int128 sum;
  take(&sum, sizeof sum);
  sum_ = sum;
  int32_t weight, negative, limbs;
  for (int32_t* v : {&sum_scale_, &scale_, &weight, &negative, &limbs}) take(v, sizeof *v);
  if (limbs == 0) return;
  big_ = std::make_unique<BigDecimal>();
  big_->weight = weight;
  big_->negative = negative != 0;
  big_->scale = scale_;
  big_->limbs.resize(static_cast<size_t>(limbs));
  take(big_->limbs.data(), static_cast<size_t>(limbs) * sizeof(uint32_t));
}

}  // namespace basalt::types::aggregate

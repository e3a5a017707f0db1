// generate_series() over int4, int8 and numeric.
#include "types/function.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/number.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types {

namespace {

SqlError zero_step() { return SqlError(sqlstate::kInvalidParameterValue, "step size cannot equal zero"); }

void one_column(common::Chunk& out, common::PhysicalType type, uint32_t rows) {
  out.columns.resize(1);
  out.columns[0].reset(type, rows);
  out.rows = 0;
}

template <typename T>
class IntegerSeries : public SetFunction {
 public:
  IntegerSeries(T start, T stop, T step) : next_(start), stop_(stop), step_(step) {
    if (step == 0) throw zero_step();
    done_ = step > 0 ? start > stop : start < stop;
  }
  void next(common::Chunk& out, uint32_t rows_max) override {
    one_column(out, common::PhysicalTypeOf<T>::value, rows_max);
    T* data = out.columns[0].data<T>();
    while (!done_ && out.rows < rows_max) {
      data[out.rows++] = next_;
      done_ = __builtin_add_overflow(next_, step_, &next_) || (step_ > 0 ? next_ > stop_ : next_ < stop_);
    }
  }

 private:
  T next_, stop_, step_;
  bool done_;
};

class EmptySeries : public SetFunction {
 public:
  explicit EmptySeries(common::PhysicalType type) : type_(type) {}
  void next(common::Chunk& out, uint32_t rows_max) override { one_column(out, type_, rows_max); }

 private:
  common::PhysicalType type_;
};

class NumericSeries : public SetFunction {
 public:
  NumericSeries(std::string start, std::string stop, std::string step)
      : next_(std::move(start)), stop_(std::move(stop)), step_(std::move(step)) {}
  void next(common::Chunk& out, uint32_t rows_max) override {
    one_column(out, common::PhysicalType::kString, rows_max);
    auto& column = out.columns[0];
    while (out.rows < rows_max) {
      int c = numeric::compare(std::string_view(next_), std::string_view(stop_));
      if (numeric::sign(step_) > 0 ? c > 0 : c < 0) break;
      column.data<common::StringRef>()[out.rows++] = column.add_string(next_);
      next_ = numeric::add(next_, step_);
    }
  }

 private:
  std::string next_, stop_, step_;
};

template <typename T>
std::unique_ptr<SetFunction> make_integer(FunctionCall&, std::span<const Value> a) {
  for (const Value& v : a) {
    if (v.is_null()) return std::make_unique<EmptySeries>(common::PhysicalTypeOf<T>::value);
  }
  return std::make_unique<IntegerSeries<T>>(a[0].as<T>(), a[1].as<T>(), a.size() > 2 ? a[2].as<T>() : T{1});
}

std::unique_ptr<SetFunction> make_numeric(FunctionCall&, std::span<const Value> a) {
  for (const Value& v : a) {
    if (v.is_null()) return std::make_unique<EmptySeries>(common::PhysicalType::kString);
  }
  const char* kNames[] = {"start", "stop", "step size"};
  for (size_t i : {size_t{0}, size_t{1}, size_t{2}}) {
    if (i >= a.size() || !numeric::is_special(a[i].string())) continue;
    throw SqlError(sqlstate::kInvalidParameterValue, std::string(kNames[i]) + (i < 2 ? " value" : "") + " cannot be " +
                                                         (numeric::is_nan(a[i].string()) ? "NaN" : "infinity"));
  }
  if (a.size() > 2 && numeric::is_zero(a[2].string())) throw zero_step();
  return std::make_unique<NumericSeries>(std::string(a[0].string()), std::string(a[1].string()),
                                         a.size() > 2 ? std::string(a[2].string()) : numeric::from_int64(1));
}

}  // namespace

void register_number_series(FunctionRegistry& r) {
  r.add_set("generate_series_int4", make_integer<int32_t>);
  r.add_set("generate_series_step_int4", make_integer<int32_t>);
  r.add_set("generate_series_int8", make_integer<int64_t>);
  r.add_set("generate_series_step_int8", make_integer<int64_t>);
  r.add_set("generate_series_numeric", make_numeric);
  r.add_set("generate_series_step_numeric", make_numeric);
  r.add_internal("generate_series_int4_support");
  r.add_internal("generate_series_int8_support");
}

}  // namespace basalt::types

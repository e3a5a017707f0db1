// The pg_proc symbols of numeric: operators, casts, I/O, hashes.
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/number.hpp"
#include "types/number/numeric.hpp"
#include "types/number/numeric_fast.hpp"

namespace basalt::types {

namespace {

using common::StringRef;
using common::VectorView;

// --- kernels with a path for the 12-byte form
// -------------------------------------------------------------------------

using Fast = bool (*)(numeric::Inline, numeric::Inline, numeric::Inline&);
using Slow = std::string (*)(std::string_view, std::string_view);

bool divide_checked(numeric::Inline a, numeric::Inline b, numeric::Inline& out) {
  return b.unscaled != 0 && numeric::divide_fast(a, b, out);
}

template <Fast fast, Slow slow>
void arithmetic_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto a = arguments[0].view<StringRef>(), b = arguments[1].view<StringRef>();
  StringRef* out = result.data<StringRef>();
  bool constant = a.constant && b.constant && rows > 0;
  uint32_t row = 0, count = constant ? 1 : rows;
  try {
    for (; row < count; ++row) {
      if (a.is_null(row) || b.is_null(row)) {
        result.set_null(row);
        continue;
      }
      const StringRef &x = a[row], &y = b[row];
      numeric::Inline r;
      if (numeric::is_inline(x) && numeric::is_inline(y) && fast(numeric::read_inline(x), numeric::read_inline(y), r)) {
        out[row] = numeric::inline_ref(r.unscaled, r.scale);
      } else {
        out[row] = result.add_string(slow(x.view(), y.view()));
      }
    }
  } catch (SqlError& error) {
    call.fail(row, std::move(error));
    return;
  }
  if (constant) result.make_constant();
}

struct Eq {
  static bool test(int c) { return c == 0; }
};
struct Ne {
  static bool test(int c) { return c != 0; }
};
struct Lt {
  static bool test(int c) { return c < 0; }
};
struct Le {
  static bool test(int c) { return c <= 0; }
};
struct Gt {
  static bool test(int c) { return c > 0; }
};
struct Ge {
  static bool test(int c) { return c >= 0; }
};

template <typename Test>
void compare_kernel(FunctionCall&, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto a = arguments[0].view<StringRef>(), b = arguments[1].view<StringRef>();
  bool* out = result.data<bool>();
  bool constant = a.constant && b.constant && rows > 0;
  for (uint32_t row = 0, count = constant ? 1 : rows; row < count; ++row) {
    if (a.is_null(row) || b.is_null(row)) {
      result.set_null(row);
    } else {
      out[row] = Test::test(numeric::compare(a[row], b[row]));
    }
  }
  if (constant) result.make_constant();
}

int32_t compare_values(std::string_view a, std::string_view b) { return numeric::compare(a, b); }
std::string larger(std::string_view a, std::string_view b) { return std::string(numeric::compare(a, b) > 0 ? a : b); }
std::string smaller(std::string_view a, std::string_view b) { return std::string(numeric::compare(a, b) < 0 ? a : b); }

// --- I/O -------------------------------------------------------------------------------------------------------------
std::string input(std::string_view text, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  return numeric::parse(text, typmod.value_or(-1));
}
std::string receive(std::string_view bytes, std::optional<uint32_t>, std::optional<int32_t> typmod) {
  return numeric::receive(bytes, typmod.value_or(-1));
}

// The modifiers arrive as a cstring array.
int32_t typmod_in(std::string_view modifiers) {
  ArrayView view(modifiers);
  if (view.size() > 2 || view.size() == 0)
    throw SqlError(sqlstate::kInvalidParameterValue, "invalid NUMERIC type modifier");
  auto number = [&](uint32_t i) { return parse_int32(view.string(i)); };
  int32_t precision = number(0);
  if (precision < 1 || precision > numeric::kPrecisionMax) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "NUMERIC precision " + std::to_string(precision) + " must be between 1 and 1000");
  }
  int32_t scale = view.size() == 2 ? number(1) : 0;
  if (scale < -1000 || scale > 1000) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "NUMERIC scale " + std::to_string(scale) + " must be between -1000 and 1000");
  }
  return numeric::make_typmod({precision, scale});
}

std::string typmod_out(int32_t typmod) {
  if (typmod < 4) return {};
  auto [precision, scale] = numeric::split_typmod(typmod);
  return "(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
}

// --- casts -----------------------------------------------------------------------------------------------------------
template <typename T>
std::string from_integer(T a) {
  return numeric::from_int64(a);
}

float to_float4(std::string_view a) {
  if (numeric::is_special(a)) return static_cast<float>(numeric::to_double(a));
  return parse_float32(numeric::to_string(a));
}

int32_t hash(std::string_view a) { return static_cast<int32_t>(numeric::hash_numeric(a)); }
int64_t hash_extended(std::string_view a, int64_t seed) {
  return static_cast<int64_t>(numeric::hash_numeric_extended(a, static_cast<uint64_t>(seed)));
}

std::string increment(std::string_view a) { return numeric::add(a, numeric::from_int64(1)); }
std::string same(std::string_view a) { return std::string(a); }

bool in_range(std::string_view value, std::string_view base, std::string_view offset, bool subtract, bool less) {
  if (numeric::is_nan(offset) || numeric::sign(offset) < 0) {
    throw SqlError(sqlstate::kInvalidPrecedingOrFollowingSize,
                   "invalid preceding or following size in window function");
  }
  if (numeric::is_nan(value)) return numeric::is_nan(base) ? true : !less;
  if (numeric::is_nan(base)) return less;
  if (numeric::is_infinite(offset) && numeric::is_infinite(base) &&
      (subtract ? numeric::sign(base) > 0 : numeric::sign(base) < 0)) {
    return true;
  }
  std::string sum = subtract ? numeric::subtract(base, offset) : numeric::add(base, offset);
  int c = numeric::compare(value, std::string_view(sum));
  return less ? c <= 0 : c >= 0;
}

}  // namespace

void register_numeric(FunctionRegistry& r) {
  r.add_scalar("numeric_add", arithmetic_kernel<numeric::add_fast, numeric::add>);
  r.add_scalar("numeric_sub", arithmetic_kernel<numeric::subtract_fast, numeric::subtract>);
  r.add_scalar("numeric_mul", arithmetic_kernel<numeric::multiply_fast, numeric::multiply>);
  r.add_scalar("numeric_div", arithmetic_kernel<divide_checked, numeric::divide>);
  r.add_scalar("numeric_eq", compare_kernel<Eq>);
  r.add_scalar("numeric_ne", compare_kernel<Ne>);
  r.add_scalar("numeric_lt", compare_kernel<Lt>);
  r.add_scalar("numeric_le", compare_kernel<Le>);
  r.add_scalar("numeric_gt", compare_kernel<Gt>);
  r.add_scalar("numeric_ge", compare_kernel<Ge>);
  r.add_scalar("numeric_cmp", scalar<compare_values>());
  r.add_scalar("numeric_larger", scalar<larger>());
  r.add_scalar("numeric_smaller", scalar<smaller>());
  r.add_scalar("numeric_in", scalar<input>());
  r.add_scalar("numeric_out", scalar<numeric::to_string>());
  r.add_scalar("numeric_recv", scalar<receive>());
  r.add_scalar("numeric_send", scalar<numeric::send>());
  r.add_scalar("numerictypmodin", scalar<typmod_in>());
  r.add_scalar("numerictypmodout", scalar<typmod_out>());
  r.add_scalar("numeric", scalar<numeric::apply_typmod>());
  r.add_scalar("int2_numeric", scalar<from_integer<int16_t>>());
  r.add_scalar("int4_numeric", scalar<from_integer<int32_t>>());
  r.add_scalar("int8_numeric", scalar<from_integer<int64_t>>());
  r.add_scalar("float4_numeric", scalar<numeric::from_float>());
  r.add_scalar("float8_numeric", scalar<numeric::from_double>());
  r.add_scalar("numeric_int2", scalar<numeric::to_int16>());
  r.add_scalar("numeric_int4", scalar<numeric::to_int32>());
  r.add_scalar("numeric_int8", scalar<numeric::to_int64>());
  r.add_scalar("numeric_float4", scalar<to_float4>());
  r.add_scalar("numeric_float8", scalar<numeric::to_double>());
  r.add_scalar("hash_numeric", scalar<hash>());
  r.add_scalar("hash_numeric_extended", scalar<hash_extended>());
  r.add_scalar("numeric_inc", scalar<increment>());
  r.add_scalar("numeric_uplus", scalar<same>());
  r.add_scalar("numeric_uminus", scalar<numeric::negate>());
  r.add_scalar("in_range_numeric_numeric", scalar<in_range>());
  r.add_internal("numeric_sortsupport");
  r.add_internal("numeric_support");
}

}  // namespace basalt::types

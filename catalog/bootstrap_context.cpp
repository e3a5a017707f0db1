// The CallContext of catalog/ itself: enough for types/ to compare and encode values of catalog columns.
#include "catalog/catalog_table.hpp"
#include "types/builtin_oids.hpp"
#include "types/quiet_context.hpp"

namespace basalt::catalog {

namespace {

namespace oid = types::oid;
using types::TypeDescriptor;
using types::TypePointer;

TypePointer make_type(Oid type, const char* name, Oid element, Oid collation) {
  auto out = std::make_shared<TypeDescriptor>();
  out->oid = type;
  out->name = name;
  out->namespace_oid = Oid(11);
  out->element = element;
  if (element.valid()) out->subscript = Oid(6179);
  if (element.valid()) out->category = 'A';
  out->collation = collation;
  out->physical = types::physical_type_of(type);
  return out;
}

class BootstrapContext final : public types::QuietContext {
 public:
  TypePointer type(Oid type) override {
    static const TypePointer kTypes[] = {
        make_type(oid::kOidvector, "oidvector", oid::kOid, Oid()),
        make_type(oid::kInt2vector, "int2vector", oid::kInt2, Oid()),
        make_type(oid::kOid, "oid", Oid(), Oid()),
        make_type(oid::kInt2, "int2", Oid(), Oid()),
        make_type(oid::kName, "name", Oid(), Oid(950)),
        make_type(oid::kText, "text", Oid(), Oid(100)),
    };
    for (const TypePointer& known : kTypes) {
      if (known->oid == type) return known;
    }
    unavailable();
  }
  Oid parse_object_name(Oid, std::string_view) override { unavailable(); }
  std::string object_name(Oid, Oid object) override { return std::to_string(object.value); }
  std::string format_type(Oid type, int32_t) override { return std::to_string(type.value); }
  Value input(Oid, std::string_view, int32_t) override { unavailable(); }
  std::string output(Oid, const Value&) override { unavailable(); }
  Value receive(Oid, std::string_view, int32_t) override { unavailable(); }
  std::string send(Oid, const Value&) override { unavailable(); }
  void check_domain(Oid, const Value&) override { unavailable(); }
  Value cast(Oid, const Value&, Oid, int32_t) override { unavailable(); }
  void* service(std::string_view) override { return nullptr; }

 private:
  [[noreturn]] static void unavailable() { UNREACHABLE("catalog columns need more of a context than bootstrap has"); }
};

}  // namespace

types::CallContext& bootstrap_context() {
  static BootstrapContext context;
  return context;
}

}  // namespace basalt::catalog

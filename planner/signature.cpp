#include "planner/signature.hpp"

namespace basalt::planner {

std::string function_signature(catalog::CatalogReader& catalog, common::Oid function) {
  catalog::FunctionPointer descriptor = catalog.function(function);
  std::string text = descriptor->name + "(";
  for (size_t i = 0; i < descriptor->argument_types.size(); ++i) {
    if (i > 0) text += ",";
    text += catalog.type(descriptor->argument_types[i])->name;
  }
  return text + ")";
}

}  // namespace basalt::planner

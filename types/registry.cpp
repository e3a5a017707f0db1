#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "types/function.hpp"

namespace basalt::types {

struct FunctionRegistry::Tables {
  std::unordered_map<std::string, ScalarKernel> scalars;
  std::unordered_map<std::string, SetFunctionMaker> sets;
  std::unordered_map<std::string, AggregateMaker> aggregates;
  std::unordered_set<std::string> windows;
  std::unordered_set<std::string> internals;
};

FunctionRegistry::FunctionRegistry() : tables_(std::make_shared<Tables>()) {}

FunctionRegistry& FunctionRegistry::instance() {
  static FunctionRegistry registry;
  return registry;
}

void FunctionRegistry::add_scalar(std::string_view symbol, ScalarKernel kernel) {
  bool added = tables_->scalars.emplace(symbol, kernel).second;
  ENSURE(added, "two kernels for symbol " + std::string(symbol));
}

void FunctionRegistry::add_set(std::string_view symbol, SetFunctionMaker maker) {
  bool added = tables_->sets.emplace(symbol, maker).second;
  ENSURE(added, "two set functions for symbol " + std::string(symbol));
}

void FunctionRegistry::add_aggregate(std::string_view signature, AggregateMaker maker) {
  bool added = tables_->aggregates.emplace(signature, maker).second;
  ENSURE(added, "two aggregates for signature " + std::string(signature));
}

void FunctionRegistry::add_window(std::string_view signature) { tables_->windows.emplace(signature); }
void FunctionRegistry::add_internal(std::string_view symbol) { tables_->internals.emplace(symbol); }

ScalarKernel FunctionRegistry::scalar(std::string_view symbol) const {
  auto it = tables_->scalars.find(std::string(symbol));
  return it == tables_->scalars.end() ? nullptr : it->second;
}

SetFunctionMaker FunctionRegistry::set(std::string_view symbol) const {
  auto it = tables_->sets.find(std::string(symbol));
  return it == tables_->sets.end() ? nullptr : it->second;
}

AggregateMaker FunctionRegistry::aggregate(std::string_view signature) const {
  auto it = tables_->aggregates.find(std::string(signature));
  return it == tables_->aggregates.end() ? nullptr : it->second;
}

bool FunctionRegistry::known(std::string_view name) const {
  std::string key(name);
  return tables_->scalars.contains(key) || tables_->sets.contains(key) || tables_->aggregates.contains(key) ||
         tables_->windows.contains(key) || tables_->internals.contains(key);
}

std::vector<std::string> FunctionRegistry::symbols() const {
  std::vector<std::string> names;
  for (const auto& [name, code] : tables_->scalars) names.push_back(name);
  for (const auto& [name, code] : tables_->sets) names.push_back(name);
  for (const auto& [name, code] : tables_->aggregates) names.push_back(name);
  names.insert(names.end(), tables_->windows.begin(), tables_->windows.end());
  names.insert(names.end(), tables_->internals.begin(), tables_->internals.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace basalt::types

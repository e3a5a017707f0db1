#include "query/bound_query.hpp"

namespace basalt::query {

SubLink::SubLink() : Expression(kKind) {}
SubLink::~SubLink() = default;

}  // namespace basalt::query

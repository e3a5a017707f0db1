#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include "fixture.hpp"

namespace {

struct EndOfRun : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  void testRunEnded(const Catch::TestRunStats&) override { basalt::catalog::shared_cluster().reset(); }
};

CATCH_REGISTER_LISTENER(EndOfRun)

}  // namespace

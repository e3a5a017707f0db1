// ActingAs: work on an object that may run functions of its owner's (index expressions, the query of a materialized
// view, triggers of a table that a foreign key changes) is done with the owner's rights, whoever asks for it: a
// superuser's REINDEX is not to lend its rights to them. Until it ends, nobody becomes somebody else; kRestricted also
// says so where the owner is who asks.
#pragma once

#include "commands/session.hpp"

namespace basalt::commands {

class ActingAs {
 public:
  enum class Mode { kRestricted, kLocal };
  ActingAs(Session& session, common::Oid user, Mode mode = Mode::kRestricted)
      : session_(session), saved_(session.current_user()), restricted_(mode == Mode::kRestricted) {
    depth(session_) += restricted_;
    session_.set_current_user(user);
  }
  ~ActingAs() {
    session_.set_current_user(saved_);
    depth(session_) -= restricted_;
  }
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;
  static bool is_active(Session& session) { return depth(session) > 0; }

 private:
  static int& depth(Session& session) { return session.extra<int>("acting as"); }
  Session& session_;
  common::Oid saved_;
  bool restricted_;
};

}  // namespace basalt::commands

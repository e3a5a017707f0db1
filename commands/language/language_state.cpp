#include "commands/language/language_state.hpp"

#include "commands/setting_text.hpp"
#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"
#include "parser/parse.hpp"

namespace basalt::commands::language {

using common::SqlError;
namespace sqlstate = common::sqlstate;

LanguageState& language_state(Session& session) { return session.extra<LanguageState>("languages"); }

storage::Snapshot active_snapshot(Session& session) {
  LanguageState& state = language_state(session);
  return state.snapshots.empty() ? session.statement_snapshot() : state.snapshots.back();
}

CallScope::CallScope(Session& session)
    : session_(session),
      state_(language_state(session)),
      transaction_(&session.transaction()),
      transactions_ended_(state_.transactions_ended),
      command_(transaction_->command()) {
  common::check_stack_depth();
  session.interrupt().check();
  ++state_.depth;
}

CallScope::~CallScope() {
  --state_.depth;
  if (session_.has_transaction() && &session_.transaction() == transaction_ &&
      state_.transactions_ended == transactions_ended_)
    transaction_->set_command(command_);
}

CommandScope::CommandScope(Session& session, bool read_only) : session_(session), own_(!read_only) {
  transaction_ = &session.transaction();
  if (read_only) {
    snapshot_ = active_snapshot(session);
  } else {
    session.advance_command();
    snapshot_ = transaction_->take_snapshot();
  }
  LanguageState& state = language_state(session);
  transactions_ended_ = state.transactions_ended;
  state.snapshots.push_back(snapshot_);
}

CommandScope::~CommandScope() {
  LanguageState& state = language_state(session_);
  state.snapshots.pop_back();
  if (own_ && session_.has_transaction() && &session_.transaction() == transaction_ &&
      state.transactions_ended == transactions_ended_)
    transaction_->release_snapshot(snapshot_);
}

FunctionSettings::FunctionSettings(Session& session, const catalog::FunctionDescriptor& function) : session_(session) {
  if (function.security_definer && session.current_user() != function.owner) {
    user_ = session.current_user();
    user_changed_ = true;
    session.set_current_user(function.owner);
  }
  for (const std::string& setting : function.settings) {
    size_t equals = setting.find('=');
    std::string name = setting.substr(0, equals);
    become_role(session, name, setting.substr(equals + 1));
    saved_.emplace_back(name, session.settings().show(name));
    session.settings().set(name, setting.substr(equals + 1), Settings::Scope::kLocal, SettingSource::kSession, true);
  }
}

FunctionSettings::~FunctionSettings() {
  for (size_t i = saved_.size(); i-- > 0;) try {
      session_.settings().set(saved_[i].first, saved_[i].second, Settings::Scope::kLocal, SettingSource::kSession,
                              true);
    } catch (const SqlError&) {
      // The value was valid before; where it no longer is, the end of the transaction puts the setting right.
    }
  if (user_changed_) session_.set_current_user(user_);
}

void add_context(SqlError& error, const std::string& line) {
  std::string& context = error.report().context;
  context += (context.empty() ? "" : "\n") + line;
}

void make_internal(SqlError& error, std::string_view query) {
  common::ErrorReport& report = error.report();
  if (report.position == 0) return;
  report.internal_position = report.position;
  report.internal_query = query;
  report.position = 0;
}

}  // namespace basalt::commands::language

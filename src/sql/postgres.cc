// SPDX-License-Identifier: EUPL-1.2
//
// PostgreSQL behind the seam.
//
// Writes run under REPEATABLE READ: a closure that reads, thinks and writes what another has changed
// meanwhile fails with 40001 and runs again, so it is right even where its author did not think of the other.
// (READ COMMITTED would let it overwrite; SERIALIZABLE would add false alarms and a cost to every read for
// anomalies that conditional UPDATEs and constraints already exclude.)
//
// Where a connection breaks, everything that surely was not committed runs again on a new one. Where it
// breaks while COMMIT is under way, nobody can know: so each writing transaction leaves a mark, a row of
// `written` with an id drawn for it. Whoever is in doubt asks for it by putting one that says "not done" in
// its place: either the transaction has committed, then its own is there; or it never can any more, for an id
// is there once (decision 0032).
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>

#include "base/id.h"
#include "sql/change_listener.h"
#include "sql/pool.h"
#include "sql/postgres_session.h"

namespace lotse::sql {

namespace {

using Clock = std::chrono::steady_clock;
using Again = PostgresSession::Again;

constexpr int max_attempts = 10;
// Marks are asked for within seconds.
constexpr std::chrono::hours kMarksKept{1};
constexpr std::chrono::minutes kMarksSwept{10};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// How long a database that went away is waited for: from when it was missed first, whoever missed it. So a
// restart is hardly noticed, and nobody waits for one that stays away.
class Absence {
 public:
  void over() noexcept { since_ = 0; }
  bool longer_than(std::chrono::milliseconds patience) noexcept {
    const auto now = Clock::now().time_since_epoch().count();
    Clock::rep since = 0;
    if (since_.compare_exchange_strong(since, now)) return false;
    return Clock::duration(now - since) > patience;
  }
  bool known() const noexcept { return since_ != 0; }

 private:
  std::atomic<Clock::rep> since_{0};
};

const char* gave_up(Again again) {
  switch (again) {
    case Again::Conflict:
      return "others kept changing the same rows";
    case Again::Unknown:
      return "the connection was lost during COMMIT: whether the change took effect is not known";
    default:
      return "the connection to the database was lost";
  }
}

std::chrono::milliseconds jitter(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int most = std::min(200, 2 << std::min(attempt, 7));
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(1, most)(random));
}

// Hears NOTIFY on a connection of its own.
class PostgresChanges final : public ChangeSource {
 public:
  explicit PostgresChanges(const Address& address) : connection_(connect(address)) {
    const Result listening(PQexec(connection_.get(), "LISTEN lotse_change"));
    if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) throw Unavailable("cannot listen for changes");
    // Numbers that lie ahead of this server come from another one, by a dump: nobody follows them any more,
    // and one day they would collide with ours. Where the role or a replica does not allow it, another
    // process does it.
    const Result forgotten(PQexec(connection_.get(),
                                  "DELETE FROM change WHERE seq >= (cast(cast(pg_snapshot_xmax("
                                  "pg_current_snapshot()) as text) as bigint) << 20)"));
  }
  std::int64_t newest() override {
    const Result found(PQexec(connection_.get(), "SELECT coalesce(max(seq), 0) FROM settled_change"));
    if (PQresultStatus(found.get()) != PGRES_TUPLES_OK) throw Unavailable("cannot look for changes");
    return std::strtoll(PQgetvalue(found.get(), 0, 0), nullptr, 10);
  }
  void announce() override {
    // Not within the writing transactions: NOTIFY makes those commit one after another.
    const Result told(PQexec(connection_.get(), "NOTIFY lotse_change"));
    if (PQresultStatus(told.get()) != PGRES_COMMAND_OK) throw Unavailable("cannot tell of changes");
  }
  int socket() override { return PQsocket(connection_.get()); }
  void drain() override {
    if (PQconsumeInput(connection_.get()) == 0) throw Unavailable("the connection for changes was lost");
    while (PGnotify* notice = PQnotifies(connection_.get())) PQfreemem(notice);
  }

 private:
  Connection connection_;
};

class PostgresEngine final : public Engine {
 public:
  PostgresEngine(const std::string& url, const Options& options)
      : Engine(EngineKind::Postgresql, url, options), address_(make_address(url, options)) {
    connect(address_);  // says now what is wrong with the address; the pool connects when first used
    for (int i = 0; i < std::max(1, options.connections); ++i)
      pool_.add(std::make_unique<PostgresSession>(address_));
  }

  Figures figures() const override { return {reads_, writes_, commits_, repeats_}; }

  std::int64_t wait_for_change(std::int64_t after, std::chrono::milliseconds timeout) override {
    std::call_once(listener_once_, [&] {
      listener_ =
          std::make_unique<ChangeListener>([&] { return std::make_unique<PostgresChanges>(address_); });
      told_ = listener_.get();
    });
    return listener_->wait(after, timeout);
  }

 private:
  void do_read(const std::function<void(Tx&)>& closure) override;
  void do_write(const std::function<void(Tx&)>& closure) override;
  void do_alter(const std::function<void(Session&)>& closure) override {
    const auto session = pool_.take(options().busy);
    transact(*session, "BEGIN ISOLATION LEVEL READ COMMITTED", [&] {
      // A migration may take its time, and another one wait for it; but not for ever for a lock, with all
      // others queueing behind.
      session->script("sql.patience", "SET LOCAL statement_timeout = 0");
      session->script("sql.patience", "SET LOCAL lock_timeout = '60s'");
      session->run([&](Tx&) { closure(*session); }, true);
    });
  }

  // One attempt, for what is not repeated.
  static void transact(PostgresSession& session, const char* begin, const std::function<void()>& work) {
    session.begin(begin);
    try {
      work();
      session.commit();
    } catch (...) {
      const Again again = session.again;
      session.rollback();
      if (again != Again::No) throw Unavailable(gave_up(again));
      throw;
    }
  }

  void begin(PostgresSession& session, const char* text);
  bool was_done(PostgresSession& session, const std::string& mark);
  void acknowledge(PostgresSession& session);
  void sweep_marks(PostgresSession& session) noexcept;

  const Address address_;
  Pool<PostgresSession> pool_;
  Absence absence_;
  std::mutex looking_;  // for a database that has been away for long
  std::atomic<Clock::rep> next_sweep_{0};
  std::atomic<std::uint64_t> reads_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> repeats_{0};
  std::once_flag listener_once_;
  std::unique_ptr<ChangeListener> listener_;
  std::atomic<ChangeListener*> told_{nullptr};
};

// Of those who want a database that has been away for long, one looks for it: else all would wait in vain.
void PostgresEngine::begin(PostgresSession& session, const char* text) {
  std::unique_lock looking(looking_, std::defer_lock);
  if (absence_.known() && absence_.longer_than(options().busy) && !looking.try_lock())
    throw Unavailable("the database is away");
  session.begin(text);
  absence_.over();
}

void PostgresEngine::do_read(const std::function<void(Tx&)>& closure) {
  const auto deadline = Clock::now() + 2 * options().busy;
  const auto session = pool_.take(options().busy);
  ++reads_;
  for (int attempt = 1;; ++attempt) {
    bool begun = false;
    try {
      begin(*session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      begun = true;
      session->run(closure, false);
      return session->commit();
    } catch (...) {
      const Again again = session->again;
      session->rollback();
      if (again == Again::No && begun) throw;
      // As for changes: a read that itself ends the server's process would be tried for ever.
      const bool patient = again == Again::Conflict
                               ? attempt < max_attempts
                               : !absence_.longer_than(options().busy) && Clock::now() < deadline;
      if (!patient) {
        if (!begun) throw;  // says why there is no connection
        throw Unavailable(gave_up(Again::Lost));
      }
    }
    ++repeats_;
    std::this_thread::sleep_for(jitter(attempt));
  }
}

// Whether the transaction with this mark has committed; when it has not, it cannot any more. May be asked
// again.
bool PostgresEngine::was_done(PostgresSession& session, const std::string& mark) {
  begin(session, "BEGIN ISOLATION LEVEL READ COMMITTED");
  // Waits for a transaction that is still about to commit.
  session.script("sql.bar",
                 "INSERT INTO written (id, done) VALUES ('" + mark + "', 0) ON CONFLICT DO NOTHING");
  const bool done =
      session.value("sql.was_done", "SELECT done FROM written WHERE id = '" + mark + "'") == "1";
  session.commit();
  return done;
}

void PostgresEngine::acknowledge(PostgresSession& session) {
  ++commits_;
  ++writes_;
  if (ChangeListener* listener = told_.load(); listener != nullptr && session.last_noted() != 0)
    listener->tell();
  sweep_marks(session);
}

void PostgresEngine::sweep_marks(PostgresSession& session) noexcept {
  const auto now = Clock::now().time_since_epoch();
  auto next = next_sweep_.load();
  if (now.count() < next ||
      !next_sweep_.compare_exchange_strong(next, (now + Clock::duration(kMarksSwept)).count()))
    return;
  try {
    // The ids sort by the time that they were made at.
    const auto before = now_ms() - std::chrono::milliseconds(kMarksKept).count();
    session.begin("BEGIN");
    session.script("sql.sweep_marks", "DELETE FROM written WHERE id < '" + new_uuid(before) + "'");
    session.commit();
  } catch (const std::exception&) {
    session.rollback();  // the next one will do it
  }
}

void PostgresEngine::do_write(const std::function<void(Tx&)>& closure) {
  constexpr const char* how = "BEGIN ISOLATION LEVEL REPEATABLE READ";
  const auto deadline = Clock::now() + 2 * options().busy;
  const auto session = pool_.take(options().busy);
  if (options().twice) {
    // The hook that proves that a closure may run twice.
    session->begin(how);
    try {
      session->run(closure, true);
    } catch (...) {
      session->rollback();
      if (session->again == Again::No) throw;
    }
    session->rollback();
    ++repeats_;
  }
  std::string mark;
  bool doubtful = false;
  for (int attempt = 1;; ++attempt) {
    bool begun = false;
    try {
      if (doubtful && was_done(*session, mark)) return acknowledge(*session);
      doubtful = false;
      mark = new_uuid(now_ms());
      begin(*session, how);
      begun = true;
      session->run(closure, true);
      session->commit("INSERT INTO written (id, done) VALUES ('" + mark + "', 1)");
      return acknowledge(*session);
    } catch (...) {
      // Asked of the session, not of the exception: the closure may have turned that into another one.
      const Again again = session->again;
      session->rollback();
      if (again == Again::No && begun) throw;
      doubtful = doubtful || (begun && again == Again::Unknown);
      const bool patient = again == Again::Conflict
                               ? attempt < max_attempts
                               : !absence_.longer_than(options().busy) && Clock::now() < deadline;
      if (!patient && doubtful) throw Unavailable(gave_up(Again::Unknown));
      if (!patient && !begun) throw;  // says why there is no connection
      if (!patient) throw Unavailable(gave_up(again));
    }
    ++repeats_;
    std::this_thread::sleep_for(jitter(attempt));
  }
}

}  // namespace

std::unique_ptr<Engine> open_postgres(const std::string& url, const Options& options) {
  return std::make_unique<PostgresEngine>(url, options);
}

void postgres_command(const std::string& url, const std::string& text) {
  const Address address = make_address(url, {});
  const Connection connection = connect(address);
  const Result result(PQexec(connection.get(), text.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    throw Broken("command failed: SQLSTATE " + field(result.get(), PG_DIAG_SQLSTATE) + " (" +
                 field(result.get(), PG_DIAG_MESSAGE_PRIMARY) + ")");
  }
}

}  // namespace lotse::sql

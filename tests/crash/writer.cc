// SPDX-License-Identifier: EUPL-1.2
//
// For the tests of crashes, never installed: writes into a store as `serve` has it open, and looks whether
// one is sound.
//
//     crash_writer write FOLDER [options]     one line on standard output for each change that was
//     acknowledged, not
//                                             before: "ack WHAT ID", and "refused WHY" for each that was not
//     crash_writer look                       reads "SECONDS FOLDER" from standard input, SECONDS being what
//     the clock is
//                                             ahead; answers "sound" or "faulty: …" for each, after one more
//                                             change was made and sealed there
//
// Who seals has a lease on the unit for 30 seconds, which a killed process takes along: let the clock go on
// by more.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "access/audit_signer.h"
#include "access/desk_test_support.h"
#include "access/head_sink.h"
#include "access/operator.h"
#include "access/record.h"
#include "access/sealer.h"
#include "app.h"
#include "base/log.h"
#include "care/care.h"
#include "care_commands.h"
#include "commands.h"
#include "sql/lock.h"

namespace lotse {
namespace {

using namespace std::chrono_literals;
using access::Action;

constexpr access::Right kBegin{"crash.write", 14, Action::write}, kEnd{"crash.delete", 14, Action::erase};
const access::Relation kOwn{{"own_event", "minimal"},
                            {"participation", "registered", "not_staff_as_client", "not_address_protected"}};
constexpr int kUnits = 2;
constexpr std::int64_t kDayMs = 86'400'000;

struct Wanted {
  std::string folder, follow, import, heads;
  int threads = 4;
  int changes = 0;           // of each thread, refused ones among them; 0: for ever
  std::int64_t ahead_s = 0;  // what the clock is ahead
  bool swing = false;        // the clock jumps by a day, there and back
};

// The machine's clock, and a bit.
class JumpingClock final : public Clock {
 public:
  explicit JumpingClock(std::int64_t ahead_ms) : ahead_ms_(ahead_ms) {}
  Instant now() const override { return {system_->now().ms + ahead_ms_}; }
  void jump(std::int64_t ms) { ahead_ms_ += ms; }

 private:
  std::shared_ptr<const Clock> system_ = system_clock();
  std::atomic<std::int64_t> ahead_ms_;
};

void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) ::_exit(3);
}

// A command as serve.sock takes it.
int run(access::Store& store, const std::shared_ptr<const Clock>& clock,
        const std::vector<std::string>& words, std::ostream& said) {
  return command(store, clock, getuid(), words, "/", {}, said, said);
}

void make_units(access::Store& store, const std::shared_ptr<const Clock>& clock) {
  std::ostringstream there, said;
  run(store, clock, {"units"}, there);
  const std::string list = there.str();
  for (auto made = std::count(list.begin(), list.end(), '\n'); made < kUnits; ++made)
    if (run(store, clock,
            {"admin", "invite", "--new-unit", "House", "--kind", "family_centre", "--email",
             "anna@example.org", "--name", "Anna"},
            said) != 0)
      throw std::runtime_error("no unit: " + said.str());
}

// One who makes small changes through the doors, each of another kind.
class Writer {
 public:
  Writer(access::Store& store, const Clock& clock, UnitId unit) : store_(store), clock_(clock), unit_(unit) {}

  // What is then acknowledged.
  std::string change(int number) {
    const std::string id = new_uuid(clock_.now().ms);
    if (number % 4 == 1) return later(id);
    if (number % 4 == 3 && !last_.empty()) return end(std::exchange(last_, ""));
    return begin(id);
  }

 private:
  access::Desk desk() const {
    return {store_,
            access::DeskTestAccess::actor({.who = "crash",
                                           .name = "Crash",
                                           .unit = unit_,
                                           .unit_kind = "family_centre",
                                           .function = "organiser",
                                           .second_factor = false}),
            access::kDirectoryPurpose, clock_};
  }
  std::string begin(const std::string& id) {
    desk().records(kBegin, kOwn).change("crash.begin", id, {{}, {id}}, [&](access::RecordChange& c) {
      c.begin(id, "crash");
      return 0;
    });
    last_ = id;
    return "ack begin " + id;
  }
  std::string end(const std::string& id) {
    desk().records(kEnd, kOwn).change("crash.end", id, {{id}}, [&](access::RecordChange& c) {
      c.end(id);
      return 0;
    });
    return "ack end " + id;
  }
  std::string later(const std::string& id) {
    const auto desk = access::Operator(store_, clock_, "operator:crash").desk(unit_, "family_centre");
    desk.unit(access::kDirectoryWrite).change("crash.later", id, [&](access::Change& c) {
      c.job({.kind = "crash.later", .subject = id, .key = id});
      return 0;
    });
    return "ack later " + id;
  }

  access::Store& store_;
  const Clock& clock_;
  const UnitId unit_;
  std::string last_;
};

void write_changes(access::Store& store, JumpingClock& clock, const Wanted& wanted, int thread) {
  Writer writer(store, clock, 1 + thread % kUnits);
  for (int i = 0; wanted.changes == 0 || i < wanted.changes; ++i) {
    if (wanted.swing && thread == 0 && i % 10 == 9) clock.jump(i / 10 % 2 == 0 ? kDayMs : -2 * kDayMs);
    if (wanted.swing && thread == 0 && i % 20 == 0) clock.jump(kDayMs);
    try {
      say(writer.change(i));
    } catch (const sql::Unavailable&) {
      say("refused unavailable");
      std::this_thread::sleep_for(2ms);
    } catch (const std::exception& e) {
      say(std::string("refused other ") + e.what());
      std::this_thread::sleep_for(2ms);
    }
  }
}

// As access::Sealing does, without its pauses: so a crash meets it at work.
void seal(access::Store& store, const Clock& clock, const seal::Signer& signer, const std::string& heads,
          const std::stop_token& stop) {
  access::Sealer sealer(store, clock, signer);
  std::optional<access::FileSink> sink;
  if (!heads.empty()) sink.emplace(heads);
  while (!stop.stop_requested()) {
    try {
      sealer.seal_due(stop);
      if (sink) access::HeadGiver(store, *sink, signer).give_due(stop);
    } catch (const std::exception& e) {
      say(std::string("unsealed ") + e.what());
    }
    std::this_thread::sleep_for(10ms);
  }
}

void import(access::Store& store, const std::shared_ptr<const Clock>& clock, const std::string& folder,
            const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::string source = "crash" + random_hex(6);
    std::ostringstream said;
    if (run(store, clock, {"import", "hsds", folder, "--source", source, "--unit", "1"}, said) == 0)
      say("ack import " + source);
    else
      say("refused import " + said.str());
    std::this_thread::sleep_for(20ms);
  }
}

int write(const Wanted& wanted) {
  std::filesystem::create_directories(wanted.folder);
  const sql::FileLock lock(wanted.folder + "/lotse.lock");
  const auto clock = std::make_shared<JumpingClock>(wanted.ahead_s * 1'000);
  StoreChoice choice;
  choice.data = wanted.folder;
  const auto store = open_store(choice, *clock);
  make_units(*store, clock);
  const auto signer = access::audit_signer(*store, clock->now());
  say("open");
  // Ends in the turn of its making: what others work with goes last.
  std::vector<std::jthread> beside;
  beside.emplace_back([&](const std::stop_token& stop) { seal(*store, *clock, signer, wanted.heads, stop); });
  if (!wanted.import.empty())
    beside.emplace_back([&](const std::stop_token& stop) { import(*store, clock, wanted.import, stop); });
  if (!wanted.follow.empty())
    beside.emplace_back([&](const std::stop_token& stop) {
      care::FollowChoice how;
      how.folder = wanted.follow;
      how.every = 20ms;
      care::follow(*store, *clock, how, stop, [](const std::string&) {});
    });
  std::vector<std::thread> threads;
  for (int i = 0; i < wanted.threads; ++i)
    threads.emplace_back([&, i] { write_changes(*store, *clock, wanted, i); });
  for (auto& each : threads) each.join();
  return 0;
}

std::string look_at(const std::string& folder, std::int64_t ahead_s) {
  try {
    const auto clock = std::make_shared<JumpingClock>(ahead_s * 1'000);
    StoreChoice choice;
    choice.data = folder;
    const auto store = open_store(choice, *clock, 1);
    const auto sound = [&] {
      std::ostringstream out, err;
      return check_store(*store, *clock, {}, out, err) == 0 ? "" : "faulty: " + err.str();
    };
    if (auto faults = sound(); !faults.empty()) return faults;
    make_units(*store, clock);
    Writer(*store, *clock, 1).change(0);
    const auto signer = access::audit_signer(*store, clock->now());
    if (access::Sealer(*store, *clock, signer).seal_due() == 0) return "faulty: nothing was sealed";
    if (auto faults = sound(); !faults.empty()) return faults;
    return "sound";
  } catch (const std::exception& e) {
    return std::string("faulty: ") + e.what();
  }
}

int look() {
  std::int64_t ahead_s = 0;
  for (std::string folder; std::cin >> ahead_s && std::getline(std::cin >> std::ws, folder);) {
    std::string answer = look_at(folder, ahead_s);
    std::replace(answer.begin(), answer.end(), '\n', ' ');
    say(answer);
  }
  return 0;
}

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  lotse::Wanted wanted;
  CLI::App app;
  app.require_subcommand(1);
  auto* writing = app.add_subcommand("write");
  writing->add_option("folder", wanted.folder)->required();
  writing->add_option("--threads", wanted.threads);
  writing->add_option("--changes", wanted.changes);
  writing->add_option("--ahead", wanted.ahead_s);
  writing->add_option("--follow", wanted.follow);
  writing->add_option("--import", wanted.import);
  writing->add_option("--heads", wanted.heads);
  writing->add_flag("--swing", wanted.swing);
  app.add_subcommand("look");
  CLI11_PARSE(app, count, values);
  lotse::log_enabled(false);
  try {
    return writing->parsed() ? lotse::write(wanted) : lotse::look();
  } catch (const std::exception& e) {
    std::cerr << "crash_writer: " << e.what() << "\n";
    return 1;
  }
}

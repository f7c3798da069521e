// SPDX-License-Identifier: EUPL-1.2
// The command line. Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 wrong use.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <optional>

#include "care_commands.h"
#include "commands.h"
#include "sample/sample.h"
#include "serve.h"
#include "sql/lock.h"

namespace lotse {
namespace {

void add_store(CLI::App& command, StoreChoice& choice) {
  auto* group = command.add_option_group("store", "Where the data lie: one of the two");
  group->add_option("--data", choice.data, "Folder of the SQLite store; made where missing");
  group->add_option("--store", choice.store,
                    "Address of the store: sqlite:PATH or postgresql://USER@HOST/DATABASE");
  group->require_option(1);
  command.add_option("--password-file", choice.password_file,
                     "File whose first line is the password for PostgreSQL");
  command
      .add_option(
          "--cipher", choice.cipher,
          "What new texts are sealed with: xchacha20, or aes256 where BSI TR-02102 is asked for; what is "
          "sealed opens with either")
      ->check(CLI::IsMember({"xchacha20", "aes256"}));
  command.add_option(
      "--key-file", choice.key_file,
      "File of the installation's keys; made where store and file are new (see docs/operating.md)");
}

void add_mail(CLI::App& command, notice::SmtpChoice& mail) {
  command.add_option(
      "--smtp-host", mail.address,
      "Mail server: smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS (smtp-plain:// only on "
      "this machine); without it, mails wait");
  command.add_option("--smtp-user", mail.user, "Name for signing in at the mail server");
  command.add_option("--smtp-password-file", mail.password_file,
                     "File whose first line is the password for the mail server");
  command.add_option("--smtp-ca-file", mail.ca_file,
                     "Certificates (PEM) that vouch for the mail server, instead of those of the system");
  command.add_option("--mail-from", mail.from, "Address from which mails come");
}

void describe_serve(CLI::App& command, ServeOptions& serving) {
  add_store(command, serving.store);
  command.add_option("--listen", serving.listen, "Address and port; port 0 takes a free one")
      ->capture_default_str();
  command.add_flag("--sample", serving.sample,
                   "Fill an empty store with an invented town, and print the sign-ins");
  command.add_option("--today", serving.today, "Live another day (YYYY-MM-DD); only on a sample");
  command.add_option(
      "--public-url", serving.public_url,
      "Address under which people reach it, such as https://lotse.example.org, behind a proxy that ends TLS");
  auto* certificate = command.add_option(
      "--tls-cert", serving.tls_cert,
      "Speak TLS 1.3 with this certificate and those that vouch for it (PEM); SIGHUP reads it anew");
  auto* key = command.add_option("--tls-key", serving.tls_key, "Its key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
  command.add_option("--feedback-email", serving.feedback_email,
                     "Where readers can say that a text is wrong");
  command.add_option(
      "--heads", serving.heads,
      "To whom the signed heads of the audit are given: a file (best one that this machine can "
      "only add to), https://OTHER/audit/heads of another installation, mailto:ADDRESS once a "
      "day; may be said several times");
  command.add_option("--heads-ca-file", serving.heads_ca_file,
                     "Certificates that vouch for the other installations, in place of the system's");
  command.add_option("--witness", serving.witness,
                     "KEY=FILE: keep the heads that another installation gives to /audit/heads here; KEY is "
                     "its public key; may be said several times");
  command.add_option("--metrics", serving.metrics,
                     "Address and port on which a Prometheus server finds figures, such as 127.0.0.1:9180");
  command.add_option("--workers", serving.workers, "Threads that answer requests")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  add_mail(command, serving.mail);
}

int routes(bool json) {
  const auto clock = system_clock();
  const auto folder = std::filesystem::temp_directory_path() / ("lotse-routes-" + random_hex(8));
  int code = 0;
  {
    const auto store = open_store({folder.string(), "", ""}, *clock);
    const App app = make_app(*store, clock, {});
    if (json)
      std::cout << routes_json(app.site->routes()) << "\n";
    else
      for (const auto& each : app.site->routes())
        std::cout << each.method << (each.method.size() < 4 ? "  " : " ") << each.pattern << "  "
                  << each.access.right->name << "  P" << int{each.access.purpose}
                  << (each.access.open ? "  public" : "") << "\n";
  }
  std::filesystem::remove_all(folder);
  return code;
}

void describe_restore(CLI::App& command, RestoreWanted& wanted, StoreChoice& to) {
  command.add_option("--from", wanted.from, "File of lotse backup, or folder of lotse backup --follow");
  auto* group = command.add_option_group("store", "Where to restore: one of the two");
  group->add_option("--data", to.data, "Folder of a SQLite store; must hold none");
  group->add_option("--store", to.store, "Address of a PostgreSQL store, as its owner; must hold none");
  group->require_option(1);
  command.add_option("--password-file", to.password_file,
                     "File whose first line is the password for PostgreSQL");
  command.add_option("--key-file", to.key_file,
                     "File of the installation's keys of that time; without it, where serve looks for it");
  command.add_option("--keys", wanted.keys,
                     "A newer copy of the keys (FILE.keys): whoever is erased there stays so");
  command.add_option("--until", wanted.until,
                     "From a folder: the store as of this minute, such as 2026-11-22T10:15");
  command.add_option("--heads", wanted.heads, "File of heads of the audit that were given away");
  command.add_flag("--try", wanted.only_try, "See whether it could be restored, and leave nothing");
  command.add_flag("--recovered", wanted.recovered,
                   "PostgreSQL itself brought the store back (without --from): make it fit to be served");
}

int remove_sample(const std::string& data) {
  const sql::FileLock lock(data + "/lotse.lock");
  {
    const auto clock = system_clock();
    if (!std::filesystem::exists(data + "/lotse.db")) {
      std::cerr << "lotse: there is no store in this folder\n";
      return 1;
    }
    const auto store = open_as_it_is({data, "", ""});
    if (sample::state(*store, *clock) == sample::State::none) {
      std::cerr << "lotse: this store is no sample; it is left as it is\n";
      return 1;
    }
  }
  for (const char* file : {"lotse.db", "lotse.db-wal", "lotse.db-shm", "keys.db", "keys.db-wal",
                           "keys.db-shm", "installation.key", "installation.key.lock"})
    std::filesystem::remove(data + "/" + file);
  std::cout << "the sample was removed\n";
  return 0;
}

// Memory that may hold keys and names is never written to a file when the program breaks down. (The
// sanitizers look at it through the door that this shuts.)
void leave_no_core() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__)
  prctl(PR_SET_DUMPABLE, 0);
#endif
}

int run(int count, char** values) {
  leave_no_core();
  CLI::App app{"Lotse: finding help for families across institutions.", "lotse"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "lotse 0.1.0");
  int code = 0;

  ServeOptions serving;
  auto* serve_command =
      app.add_subcommand("serve", "Serve the website; prints 'listening on http://…' once it serves");
  describe_serve(*serve_command, serving);
  serve_command->callback([&] { code = serve(serving, command); });

  StoreChoice upgrading;
  auto* upgrade_command = app.add_subcommand(
      "upgrade", "Make a store, or bring one of an older program up to date, as its owner");
  add_store(*upgrade_command, upgrading);
  upgrade_command->callback([&] { code = upgrade(upgrading, *system_clock(), std::cout, std::cerr); });

  bool as_json = false;
  auto* routes_command = app.add_subcommand("routes", "Print every route with its right and purpose");
  routes_command->add_flag("--json", as_json, "As JSON");
  routes_command->callback([&] { code = routes(as_json); });

  std::string sample_data;
  auto* sample_command = app.add_subcommand("sample", "The invented town");
  sample_command->require_subcommand(1);
  auto* remove_command =
      sample_command->add_subcommand("remove", "Remove a sample store; nothing else is ever removed");
  remove_command->add_option("--data", sample_data, "Folder of the store")->required();
  remove_command->callback([&] { code = remove_sample(sample_data); });

  StoreChoice choice;
  std::vector<std::string> arguments(values + 1, values + count);
  add_commands(app, [&](CLI::App& each) {
    add_store(each, choice);
    each.callback([&, chosen = &each] {
      const auto* follow = chosen->get_option_no_throw("--follow");
      const bool follows = follow && follow->count() > 0 && follow->as<bool>();
      if (chosen->get_name() == "backup" && choice.folder().empty()) choice.what = StoreChoice::For::copying;
      code = follows ? follow_served(choice, arguments) : run_command(choice, arguments, command);
    });
  });

  RestoreWanted restoring;
  StoreChoice restored;
  auto* restore_command =
      app.add_subcommand("restore", "Put a store together from copies; see docs/backup.md");
  describe_restore(*restore_command, restoring, restored);
  restore_command->callback([&] {
    code = restore(restored, restoring, *system_clock(), operator_name(getuid()), std::cout, std::cerr);
  });

  try {
    app.parse(count, values);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return 2;
  }
  return code;
}

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  try {
    return lotse::run(count, values);
  } catch (const std::exception& e) {
    std::cerr << "lotse: " << e.what() << "\n";
    return 1;
  }
}

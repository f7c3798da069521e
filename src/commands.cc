// SPDX-License-Identifier: EUPL-1.2
#include "commands.h"

#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "access/operator.h"
#include "admin_commands.h"
#include "audit_commands.h"
#include "care_commands.h"
#include "directory/directory.h"
#include "import_commands.h"
#include "interchange/interchange.h"
#include "topic/topic.h"
#include "unit/unit.h"

namespace lotse {
namespace {

struct Wanted {
  std::string path, source, report, map, to, form = "json", language = "de";
  std::int64_t unit = 0;
  bool dry = false, plain = false, strict = false, forget = false;
  AuditWanted audit;
  AdminWanted admin;
  CareWanted care;
};

/** What a command works with. */
struct Bench {
  access::Store& store;
  access::Operator by;
  std::string folder;
  const StoreChoice& named;  // the store as the command line names it
  const std::stop_token& stop;
  std::ostream& out;
  std::ostream& err;
  std::string absolute(const std::string& path) const {
    return (std::filesystem::path(folder) / path).lexically_normal().string();
  }
};

// The unit that keeps what is imported. In an empty store a first one is made for it, and the starting topics
// with it.
std::optional<access::Desk> desk_for(const Bench& b, std::int64_t wanted, bool dry) {
  auto units = unit::all(b.by.visitor());
  if (units.empty() && wanted == 0) {
    unit::Unit first;
    first.kind = "coordination";
    first.legal_regime = "gdpr_sgb";
    first.name = "Koordination";
    // What would be kept is only compared: there is nobody yet whom it could be kept for.
    if (dry) return b.by.desk(1, first.kind);
    unit::make(b.by, first);
    units = unit::all(b.by.visitor());
    b.out << "made unit " << units.front().id << " (coordination), which keeps what is imported\n";
    topic::put(b.by.desk(units.front().id, first.kind), topic::starting_catalogue());
  }
  for (const auto& each : units)
    if (wanted == each.id || (wanted == 0 && units.size() == 1)) return b.by.desk(each.id, each.kind);
  b.err << (wanted ? "lotse: there is no unit with this number. These are the units:\n"
                   : "lotse: say which unit keeps the entries, with --unit. These are the units:\n");
  for (const auto& each : units) b.err << "  " << each.id << "  " << each.kind << "  " << each.name << "\n";
  return std::nullopt;
}

// The first twenty; the report has them all.
std::string names_of_vanished(const directory::Outcome& outcome, std::string_view kind) {
  std::string text;
  std::size_t more = 0;
  for (const auto& each : outcome.remarks) {
    if (each.what != directory::Outcome::Remark::What::vanished || each.kind != kind) continue;
    if (++more <= 20) text += "      " + each.foreign_id + (each.ours.empty() ? "" : "  " + each.ours) + "\n";
  }
  return more > 20 ? text + "      … and " + std::to_string(more - 20) + " more\n" : text;
}

void print_outcome(const Bench& b, const directory::Outcome& outcome, bool dry) {
  b.out << (dry ? "Nothing was written (--dry-run). It would be:\n" : "Done:\n");
  for (const auto& [kind, counts] : outcome.kinds) {
    if (counts.added + counts.changed + counts.same + counts.vanished + counts.elsewhere == 0) continue;
    b.out << "  " << kind << ": " << counts.added << " new, " << counts.changed << " changed, " << counts.same
          << " as before";
    if (counts.kept > 0) b.out << "; in " << counts.kept << " of them a correction made here stays";
    b.out << "\n";
    if (counts.vanished > 0)
      b.out << "    " << counts.vanished << " given before are missing now; they were left as they are:\n"
            << names_of_vanished(outcome, kind);
    if (counts.elsewhere > 0)
      b.out << "    " << counts.elsewhere << " are given by another source already; they were not taken\n";
  }
}

void print_problems(const Bench& b, const Problems& problems) {
  std::size_t shown = 0;
  for (const auto& each : problems) {
    if (++shown > 20) {
      b.err << "  … and " << problems.size() - 20 << " more\n";
      return;
    }
    b.err << "lotse: " << (each.field.empty() ? "" : each.field + ": ")
          << words::translate(*words::language("en"), each.text) << "\n";
  }
}

// A line that is written over twice a second while a long import works.
class Progress {
 public:
  Progress(std::ostream& out, const directory::Batch& batch)
      : total_(batch.organisations.size() + batch.locations.size() + batch.placed.size() +
               batch.terms.size() + 2 * batch.services.size()),
        thread_([this, &out](const std::stop_token& stop) {
          for (int tick = 1; !stop.stop_requested(); ++tick) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            if (tick % 10 == 0) out << "  " << done_ << " of at most " << total_ << '\r' << std::flush;
          }
        }) {}
  std::atomic<std::size_t>* done() const { return &done_; }

 private:
  std::size_t total_;
  mutable std::atomic<std::size_t> done_{0};
  std::jthread thread_;
};

int take(const Bench& b, const Wanted& w, interchange::Imported imported) {
  const auto& english = *words::language("en");
  const auto desk = desk_for(b, w.unit, w.dry);
  if (!desk) return 1;
  // Entries without a point take that of their postcode, and say so.
  std::map<std::string, std::optional<Point>> known;
  const auto lookup = [&](const std::string& postcode) {
    const auto [at, fresh] = known.try_emplace(postcode, std::nullopt);
    if (fresh && !postcode.empty()) at->second = unit::point_of_postcode(*desk, postcode);
    return at->second;
  };
  const auto placed = interchange::approximate(imported.batch, lookup, imported.report);
  b.out << imported.report.screen(english);
  if (placed > 0) b.out << placed << " locations without a point take that of their postcode (approximate)\n";
  const auto write_report = [&] {
    if (!w.report.empty()) imported.report.write_csv(b.absolute(w.report), english);
  };
  write_report();
  b.out << "comparing and writing " << imported.batch.services.size() << " services …" << std::endl;
  const auto outcome = [&] {
    const Progress progress(b.out, imported.batch);
    return directory::put(*desk, imported.batch, w.dry, progress.done());
  }();
  if (!outcome) {
    print_problems(b, outcome.error());
    b.err << "lotse: nothing was written\n";
    return 1;
  }
  print_outcome(b, *outcome, w.dry);
  auto remarks = interchange::told(*outcome);
  b.out << remarks.screen(english);
  // First in the table: they wait for a decision, and a report that is too long is cut at its end.
  remarks.append(std::move(imported.report));
  imported.report = std::move(remarks);
  write_report();
  if (!w.report.empty()) b.out << "all findings: " << b.absolute(w.report) << "\n";
  return 0;
}

// Of the file or folder; a slash at the end, as shells write it, changes nothing.
std::string last_name(std::filesystem::path path) {
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

int import_hsds(const Bench& b, const Wanted& w) {
  b.out << "reading " << b.absolute(w.path) << " …" << std::endl;
  interchange::HsdsOptions options;
  options.source = "hsds:" + (w.source.empty() ? last_name(b.absolute(w.path)) : w.source);
  // A service is worth finding even if its organisation is missing in the data: a placeholder stands for it,
  // and is reported.
  options.placeholders = !w.strict;
  options.language = w.language;
  auto imported = interchange::import_hsds(b.absolute(w.path), options);
  if (!imported) {
    print_problems(b, imported.error());
    return 1;
  }
  return take(b, w, std::move(*imported));
}

std::optional<std::string> bytes_of(const Bench& b, const std::string& path) {
  auto bytes = interchange::read_file(b.absolute(path), interchange::Limits{}.file_bytes);
  if (bytes) return std::move(*bytes);
  print_problems(b, bytes.error());
  return std::nullopt;
}

int import_table(const Bench& b, const Wanted& w) {
  const auto toml = bytes_of(b, w.map), bytes = bytes_of(b, w.path);
  if (!toml || !bytes) return 1;
  auto mapping = interchange::read_mapping(*toml, w.map);
  if (!mapping) {
    print_problems(b, mapping.error());
    return 1;
  }
  if (!w.source.empty()) mapping->name = w.source;
  b.out << "reading " << b.absolute(w.path) << " …" << std::endl;
  auto imported =
      interchange::import_table(std::filesystem::path(w.path).filename().string(), *bytes, *mapping);
  if (!imported) {
    print_problems(b, imported.error());
    return 1;
  }
  return take(b, w, std::move(*imported));
}

int import_places(const Bench& b, const Wanted& w) {
  const auto bytes = bytes_of(b, w.path);
  if (!bytes) return 1;
  const auto places = interchange::import_places(std::filesystem::path(w.path).filename().string(), *bytes);
  if (!places) {
    print_problems(b, places.error());
    return 1;
  }
  const auto& english = *words::language("en");
  b.out << places->report.screen(english);
  if (!w.report.empty()) places->report.write_csv(b.absolute(w.report), english);
  if (w.dry) {
    b.out << "Nothing was written (--dry-run).\n";
    return 0;
  }
  const auto desk = desk_for(b, w.unit, false);
  if (!desk) return 1;
  std::vector<unit::Place> list;
  for (const auto& each : places->list) list.push_back({each.postcode, each.name, {each.lat, each.lon}});
  const int added = unit::put_places(*desk, list);
  b.out << "Done: " << list.size() << " places, " << added << " of them new\n";
  return 0;
}

int export_hsds(const Bench& b, const Wanted& w) {
  const auto whole = directory::read_whole(b.by.visitor());
  const auto files =
      w.form == "csv" ? interchange::export_csv(whole, w.plain) : interchange::export_json(whole, w.plain);
  const std::string to = b.absolute(w.to);
  if (std::filesystem::exists(to) && !std::filesystem::is_empty(to)) {
    b.err << "lotse: " << to << " is not empty; nothing was written\n";
    return 1;
  }
  std::filesystem::create_directories(to);
  for (const auto& [name, bytes] : files) {
    std::ofstream file(to + "/" + name, std::ios::binary);
    file << bytes;
    if (!file.flush()) {
      b.err << "lotse: " << to << "/" << name << " could not be written; the export is not complete\n";
      return 1;
    }
  }
  b.out << "Done: " << whole.services.size() << " services, " << whole.organisations.size()
        << " organisations, " << whole.locations.size() << " locations in " << files.size() << " files in "
        << to << "\n";
  return 0;
}

int list_units(const Bench& b) {
  for (const auto& each : unit::all(b.by.visitor()))
    b.out << each.id << "  " << each.kind << "  " << each.legal_regime << "  " << each.name << "\n";
  return 0;
}

using Chosen = std::function<int(const Bench&)>;
using Run = std::function<void(CLI::App&, Chosen)>;

void describe_audit(CLI::App& app, AuditWanted& w, const std::function<void(CLI::App&)>& with_store,
                    const Run& run) {
  auto* audit = app.add_subcommand("audit", "Whether the audit is what was sealed; see docs/audit.md");
  audit->require_subcommand(1);
  auto* verify = audit->add_subcommand("verify", "Check entries, tree, signatures and heads given away");
  verify->add_option("--heads", w.heads, "File of heads that were given away; may be said several times");
  verify->add_option("--unit", w.unit, "Only the unit with this number")->check(CLI::NonNegativeNumber);
  verify->add_option("--patience", w.patience, "Minutes after which an entry should be sealed")
      ->capture_default_str()
      ->check(CLI::Range(0, 525'600));
  auto* prove = audit->add_subcommand("prove", "Print the proof that one entry is in the sealed audit");
  prove->add_option("--entry", w.entry, "Id of the entry")->required();
  prove->add_option("--unit", w.unit, "Number of its unit")->required()->check(CLI::NonNegativeNumber);
  for (CLI::App* each : {verify, prove}) {
    each->add_option(
        "--key", w.keys,
        "Public key whose signatures count, instead of the store's own; may be said several times");
    with_store(*each);
  }
  run(*verify, [&w](const Bench& b) {
    AuditWanted absolute = w;
    for (auto& each : absolute.heads) each = b.absolute(each);
    return verify_audit(b.store, b.by.clock(), absolute, b.out, b.err);
  });
  run(*prove, [&w](const Bench& b) { return prove_audit(b.store, b.by.clock(), w, b.out, b.err); });
}

void describe_admin(CLI::App& app, AdminWanted& w, const std::function<void(CLI::App&)>& with_store,
                    const Run& run) {
  auto* admin = app.add_subcommand("admin", "Accounts of staff");
  admin->require_subcommand(1);
  auto* invite = admin->add_subcommand(
      "invite", "Invite somebody: the first administrator of a unit, or anybody else; prints a link");
  invite->add_option("--email", w.email, "E-mail address, with which the person will sign in")->required();
  invite->add_option("--name", w.name, "Name, as colleagues see it")->required();
  invite->add_option("--unit", w.unit, "Number of the unit");
  invite->add_option("--new-unit", w.new_unit, "Name of a unit that is made for it");
  invite->add_option("--kind", w.kind, "Kind of the new unit, such as family_centre; see docs/operating.md");
  invite->add_option("--regime", w.regime, "Law that the new unit works under: gdpr_sgb, gdpr, kdg, dsg_ekd")
      ->capture_default_str();
  invite->add_option("--function", w.functions, "Functions there; admin without it");
  invite->add_option("--public-url", w.base, "What the link begins with: where people reach Lotse")
      ->capture_default_str();
  with_store(*invite);
  run(*invite, [&w](const Bench& b) { return invite_admin(b.store, b.by, w, b.out, b.err); });
  auto* renew = admin->add_subcommand(
      "renew", "For somebody who cannot get in and whom no administrator can help; prints a link");
  renew->add_option("--email", w.email, "E-mail address of the account")->required();
  renew->add_option("--public-url", w.base, "What the link begins with: where people reach Lotse")
      ->capture_default_str();
  with_store(*renew);
  run(*renew, [&w](const Bench& b) { return renew_access(b.store, b.by, w, b.out, b.err); });
}

void describe_care(CLI::App& app, CareWanted& w, const std::function<void(CLI::App&)>& with_store,
                   const Run& run) {
  auto* backup = app.add_subcommand("backup", "Copy the store while it works; see docs/backup.md");
  backup->add_option("--to", w.to, "File to write; with --follow, the folder of copies")->required();
  backup->add_flag("--follow", w.follow,
                   "Keep the folder up to date for as long as this runs: whole copies, and what changes");
  backup->add_option("--every", w.every, "Seconds between two looks at what has changed")
      ->capture_default_str()
      ->check(CLI::Range(1, 60));
  backup->add_option("--whole-every", w.whole_every, "Hours between two whole copies")
      ->capture_default_str()
      ->check(CLI::Range(1, 24 * 7));
  backup->add_option("--keep", w.keep, "Days that copies are kept; more than 30 keep keys of whom was erased")
      ->capture_default_str()
      ->check(CLI::Range(1, 30));
  with_store(*backup);
  run(*backup, [&w](const Bench& b) {
    CareWanted absolute = w;
    absolute.to = b.absolute(w.to);
    return back_up(b.store, b.named, b.by.clock(), absolute, b.stop, b.out, b.err);
  });
  auto* check = app.add_subcommand("check", "Whether store, keys and audit are sound and belong together");
  check->add_option("--heads", w.heads, "File of heads that were given away; may be said several times");
  with_store(*check);
  run(*check, [&w](const Bench& b) {
    CareWanted absolute = w;
    for (auto& each : absolute.heads) each = b.absolute(each);
    return check_store(b.store, b.by.clock(), absolute, b.out, b.err);
  });
}

void describe_past_imports(CLI::App& import, Wanted& w, const std::function<void(CLI::App&)>& with_store,
                           const Run& run) {
  auto* list = import.add_subcommand("list", "Imports that staff made by pages, with their ids");
  auto* undo = import.add_subcommand("undo", "Take an import that staff made by pages back as a whole");
  undo->add_option("ID", w.path, "Of the import")->required();
  for (CLI::App* each : {list, undo}) {
    each->add_option("--unit", w.unit, "Number of its unit");
    with_store(*each);
  }
  run(*list, [&w](const Bench& b) {
    const auto desk = desk_for(b, w.unit, true);
    return desk ? list_imports(*desk, b.out) : 1;
  });
  run(*undo, [&w](const Bench& b) {
    const auto desk = desk_for(b, w.unit, true);
    return desk ? undo_import(*desk, w.path, b.out, b.err) : 1;
  });
}

// The same description for the command line and for what comes in through the socket.
void describe(CLI::App& app, Wanted& w, const std::function<void(CLI::App&)>& with_store, Chosen* chosen) {
  const Run run = [chosen](CLI::App& each, Chosen what) {
    if (chosen) each.callback([chosen, what] { *chosen = what; });
  };
  auto* import = app.add_subcommand("import", "Bring entries into the directory");
  import->require_subcommand(1);
  auto* hsds = import->add_subcommand(
      "hsds", "Open Referral HSDS: 1.1 CSV package, 3.x CSV or JSON; a folder, a zip file, a file");
  hsds->add_option("PATH", w.path, "What to read")->required();
  const auto common = [&](CLI::App& each) {
    each.add_option("--unit", w.unit, "Number of the unit that keeps the entries");
    each.add_option("--source", w.source, "Name of the giver; the same name updates its own entries");
    each.add_option("--report", w.report, "Write every finding as a table (CSV) into this file");
    each.add_flag("--dry-run", w.dry, "Read, check and compare; write nothing");
    with_store(each);
  };
  hsds->add_option("--language", w.language, "Language of the texts (BCP 47)")->capture_default_str();
  hsds->add_flag(
      "--strict", w.strict,
      "Leave out services whose organisation is missing in the data, instead of making a placeholder for it");
  common(*hsds);
  run(*hsds, [&w](const Bench& b) { return import_hsds(b, w); });
  auto* table = import->add_subcommand(
      "table", "A table (CSV, JSON, GeoJSON) through a mapping file; see docs/import.md");
  table->add_option("FILE", w.path, "What to read")->required();
  table->add_option("--map", w.map, "Mapping file (TOML): which column is what")->required();
  common(*table);
  run(*table, [&w](const Bench& b) { return import_table(b, w); });
  auto* places = import->add_subcommand("places", "Postcodes and names of places with their points (CSV)");
  places->add_option("FILE", w.path, "What to read")->required();
  common(*places);
  run(*places, [&w](const Bench& b) { return import_places(b, w); });
  describe_past_imports(*import, w, with_store, run);
  auto* out = app.add_subcommand("export", "Give the directory away");
  out->require_subcommand(1);
  auto* hsds_out = out->add_subcommand("hsds", "Open Referral HSDS 3.1");
  hsds_out->add_option("--to", w.to, "Folder to write into; made where missing, must be empty")->required();
  hsds_out->add_option("--form", w.form, "json or csv")
      ->check(CLI::IsMember({"json", "csv"}))
      ->capture_default_str();
  hsds_out->add_flag("--plain", w.plain, "Only what the standard knows, without extensions");
  with_store(*hsds_out);
  run(*hsds_out, [&w](const Bench& b) { return export_hsds(b, w); });
  describe_admin(app, w.admin, with_store, run);
  auto* units = app.add_subcommand("units", "List the units with their numbers");
  with_store(*units);
  run(*units, [](const Bench& b) { return list_units(b); });
  auto* key = app.add_subcommand("key", "The keys under which data about people are sealed");
  key->require_subcommand(1);
  auto* rotate = key->add_subcommand(
      "rotate", "Fresh keys for the installation and all units; the data stay as they are");
  rotate->add_flag(
      "--forget", w.forget,
      "Take the key before out of the key file at once; only when no other process serves this store");
  with_store(*rotate);
  run(*rotate, [&w](const Bench& b) { return rotate_keys(b.store, b.by, w.forget, b.out); });
  describe_audit(app, w.audit, with_store, run);
  describe_care(app, w.care, with_store, run);
  auto* listed =
      app.add_subcommand("jobs", "List what waits to be done, what is being done and what has failed");
  with_store(*listed);
  run(*listed, [](const Bench& b) { return list_jobs(b.store, b.by.clock(), b.out); });
}

}  // namespace

std::string operator_name(unsigned user) {
  const passwd* found = getpwuid(user);
  return "operator:" + (found && found->pw_name ? std::string(found->pw_name) : std::to_string(user));
}

void add_commands(CLI::App& app, const std::function<void(CLI::App&)>& with_store) {
  static Wanted ignored;
  describe(app, ignored, with_store, nullptr);
}

int command(access::Store& store, std::shared_ptr<const Clock> clock, unsigned user,
            const std::vector<std::string>& arguments, const std::string& folder, const std::stop_token& stop,
            std::ostream& out, std::ostream& err) {
  CLI::App app;
  Wanted wanted;
  StoreChoice named;
  std::function<int(const Bench&)> chosen;
  describe(
      app, wanted,
      [&](CLI::App& each) {
        each.add_option("--data", named.data);
        each.add_option("--store", named.store);
        each.add_option("--password-file", named.password_file);
        each.add_option("--key-file", named.key_file);
        each.add_option("--cipher", named.cipher);
      },
      &chosen);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& e) {
    err << "lotse: " << e.what() << "\n";
    return 2;
  }
  if (!chosen) return 2;
  return chosen(
      Bench{store, access::Operator(store, *clock, operator_name(user)), folder, named, stop, out, err});
}

}  // namespace lotse

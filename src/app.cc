// SPDX-License-Identifier: EUPL-1.2
#include "app.h"

#include <cstdlib>
#include <filesystem>

#include "access/key_ring.h"
#include "access/store_copy.h"
#include "admin/admin.h"
#include "base/json.h"
#include "care/care.h"
#include "directory/directory.h"
#include "interchange/interchange.h"
#include "legal/legal.h"
#include "unit/unit.h"
#include "web/visit.h"

namespace lotse {

std::string StoreChoice::url() const { return store.empty() ? "sqlite:" + data + "/lotse.db" : store; }

std::string StoreChoice::folder() const {
  const std::string address = url();
  if (!address.starts_with("sqlite:")) return "";
  return std::filesystem::absolute(address.substr(7)).parent_path().string();
}

std::string StoreChoice::keys_url() const {
  const std::string address = url();
  if (!address.starts_with("sqlite:")) return address;
  const std::filesystem::path file(address.substr(7));
  const std::string stem = file.stem().string();
  return "sqlite:" + (file.parent_path() / (stem == "lotse" ? "keys.db" : stem + ".keys.db")).string();
}

std::string StoreChoice::key_path() const {
  if (!key_file.empty()) return key_file;
  if (const char* handed = std::getenv("CREDENTIALS_DIRECTORY"))
    if (const auto file = std::filesystem::path(handed) / "lotse.key"; std::filesystem::exists(file))
      return file.string();
  const std::string address = url();
  if (address.starts_with("sqlite:")) {
    const std::filesystem::path file(address.substr(7));
    const std::string stem = file.stem().string();
    return (file.parent_path() / (stem == "lotse" ? "installation.key" : stem + ".key")).string();
  }
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state != nullptr && *state != '\0') return std::string(state) + "/lotse/installation.key";
  if (home == nullptr || *home == '\0')
    throw sql::Refused("say where the file of the installation's keys lies: --key-file FILE");
  return std::string(home) + "/.local/state/lotse/installation.key";
}

sql::Options StoreChoice::options(bool keys) const {
  sql::Options options;
  options.password_file = password_file;
  if (what == For::restoring)
    options.schema = care::kRestoring[keys];
  else if (keys)
    options.schema = "keys";
  return options;
}

sql::MigrationReport migrate_store(const StoreChoice& choice, Instant now) {
  sql::MigrationReport report;
  for (const bool keys : {true, false}) {
    auto options = choice.options(keys);
    options.owner = true;
    const auto owner = sql::open(keys ? choice.keys_url() : choice.url(), options);
    auto part = sql::migrate(*owner, keys ? access::KeyRing::migrations() : migrations(), now.ms);
    report.applied.insert(report.applied.end(), part.applied.begin(), part.applied.end());
    report.for_administrator += part.for_administrator;
  }
  return report;
}

bool is_new(const StoreChoice& choice) {
  const auto empty = [&](bool keys, const std::string& url) {
    if (!std::filesystem::exists(url.substr(7))) return true;
    access::Store store(sql::open(url, choice.options(keys)), {});
    return access::StoreCopy(store).holds_nothing();
  };
  return empty(false, choice.url()) && empty(true, choice.keys_url());
}

void must_be_whole(const StoreChoice& choice) {
  if (choice.folder().empty() || is_new(choice)) return;
  const bool data = is_there(choice), keys = std::filesystem::exists(choice.keys_url().substr(7));
  if (data && !keys)
    throw sql::Refused(
        "the store of keys is missing: put it back beside the data, or restore both from a copy");
  if (keys && !data)
    throw sql::Refused(
        "the keys of a store are here, its data are not: put the data back, or restore both from a copy");
}

bool is_there(const StoreChoice& choice) { return std::filesystem::exists(choice.url().substr(7)); }

bool is_up_to_date(const StoreChoice& choice) {
  try {
    sql::require_migrated(*sql::open(choice.url(), choice.options(false)), migrations());
    sql::require_migrated(*sql::open(choice.keys_url(), choice.options(true)), access::KeyRing::migrations());
    return true;
  } catch (const sql::Refused&) {
    return false;
  }
}

namespace {

std::unique_ptr<access::KeyRing> open_keys(const StoreChoice& choice, int connections) {
  auto options = choice.options(true);
  options.readers = options.connections = connections;
  auto engine = sql::open(choice.keys_url(), options);
  if (choice.what == StoreChoice::For::serving) sql::refuse_privileged(*engine);
  sql::require_migrated(*engine, access::KeyRing::migrations());
  return std::make_unique<access::KeyRing>(
      std::move(engine), choice.key_path(),
      choice.cipher == "aes256" ? seal::Profile::aes256 : seal::Profile::xchacha20);
}

}  // namespace

std::unique_ptr<access::Store> open_store(const StoreChoice& choice, const Clock& clock, int workers) {
  const std::string url = choice.url();
  const bool sqlite = url.starts_with("sqlite:");
  if (sqlite && !choice.data.empty()) {
    std::filesystem::create_directories(choice.data);
    std::filesystem::permissions(choice.data, std::filesystem::perms::owner_all);
  }
  must_be_whole(choice);
  if (sqlite && is_new(choice)) migrate_store(choice, clock.now());
  sql::Options options = choice.options(false);
  // One for each worker, those for sign-ins among them, for what follows the changes, for a command, for the
  // sealing of the audit and for each thread of the jobs: a worker that waits for a connection serves nobody.
  options.readers = options.connections = workers + 8;
  auto engine = sql::open(url, options);
  if (choice.what == StoreChoice::For::serving) sql::refuse_privileged(*engine);
  sql::require_migrated(*engine, migrations());
  // Keys are kept in memory; few ask for one at a time.
  auto store = std::make_unique<access::Store>(std::move(engine), migrations(), open_keys(choice, 2));
  if (choice.what != StoreChoice::For::copying) access::match_identities(*store);
  return store;
}

std::unique_ptr<access::Store> open_as_it_is(const StoreChoice& choice) {
  return std::make_unique<access::Store>(sql::open(choice.url(), {}), migrations());
}

namespace {

// For whoever watches over the service: does the process answer, and does it reach its store? Tells nothing
// else.
void install_health(web::Site& site) {
  constexpr web::Access open{&access::kNothing, access::kDirectoryPurpose, true};
  const auto well = [] {
    http::Response response{.body = "ok\n"};
    response.add("Content-Type", "text/plain; charset=utf-8").add("Cache-Control", "no-store");
    return response;
  };
  site.get("/health", web::urgent(open), [well](web::Ask&) { return well(); });
  site.get("/health/store", open, [well](web::Ask& ask) {
    unit::regions(ask.desk);  // a store that is away is a 503, as everywhere
    return well();
  });
}

}  // namespace

const seal::Key& UnitKeys::key_of(UnitId unit) const {
  const std::lock_guard lock(mutex_);
  auto& key = keys_[unit];
  if (!key) key = store_.keys().make(unit, record_, clock_->now());
  return *key;
}

seal::Profile UnitKeys::profile() const { return store_.keys().profile(); }

App make_app(access::Store& store, std::shared_ptr<const Clock> clock, web::SiteOptions options) {
  App app;
  const access::Desk visitor(store, {}, access::kDirectoryPurpose, *clock);
  if (const auto regions = unit::regions(visitor); !regions.empty()) options.region = regions.front().name;
  app.finder = std::make_shared<directory::Finder>(store, clock);
  app.passwords = std::make_shared<account::Passwords>();
  app.site = std::make_unique<web::Site>(store, clock, std::move(options));
  const auto keys = std::make_shared<const UnitKeys>(store, clock, "suggestion");
  directory::install(*app.site, app.finder, keys);
  interchange::install(*app.site);
  unit::install(*app.site);
  web::install_visits(*app.site, directory::visits(keys));
  legal::install(*app.site, store);
  // One of the installation's own records, which stays when the keys above it are changed.
  account::install(*app.site, app.passwords,
                   store.keys().make(kInstallation, "account", clock->now())->copy(), {},
                   store.keys().profile());
  admin::install(*app.site);
  install_health(*app.site);
  app.site->check();
  return app;
}

std::string routes_json(std::span<const web::Route> routes) {
  Json list = Json::array();
  for (const auto& each : routes)
    list.push_back({{"method", each.method},
                    {"path", each.pattern},
                    {"right", each.access.right ? each.access.right->name : ""},
                    {"purpose", "P" + std::to_string(each.access.purpose)},
                    {"public", each.access.open}});
  list.push_back({{"method", "GET"},
                  {"path", "/static/{asset}"},
                  {"right", access::kNothing.name},
                  {"purpose", "P6"},
                  {"public", true}});
  return list.dump(1);
}

}  // namespace lotse

// SPDX-License-Identifier: EUPL-1.2
#include "app.h"

#include <filesystem>

#include "base/json.h"
#include "directory/directory.h"
#include "unit/unit.h"

namespace lotse {

std::string StoreChoice::url() const { return store.empty() ? "sqlite:" + data + "/lotse.db" : store; }

std::string StoreChoice::folder() const {
  const std::string address = url();
  if (!address.starts_with("sqlite:")) return "";
  return std::filesystem::absolute(address.substr(7)).parent_path().string();
}

std::unique_ptr<access::Store> open_store(const StoreChoice& choice, const Clock& clock, int workers) {
  const std::string url = choice.url();
  const bool sqlite = url.starts_with("sqlite:");
  if (sqlite && !choice.data.empty()) {
    std::filesystem::create_directories(choice.data);
    std::filesystem::permissions(choice.data, std::filesystem::perms::owner_all);
  }
  sql::Options options;
  options.password_file = choice.password_file;
  // One for each worker, those for sign-ins among them, for what follows the changes and for a command: a
  // worker that waits for a connection serves nobody.
  options.readers = options.connections = workers + 4;
  if (sqlite) {
    options.owner = true;
    auto owner = sql::open(url, options);
    sql::migrate(*owner, migrations(), clock.now().ms);
    options.owner = false;
  }
  auto engine = sql::open(url, options);
  sql::refuse_privileged(*engine);
  sql::require_migrated(*engine, migrations());
  return std::make_unique<access::Store>(std::move(engine), migrations());
}

std::unique_ptr<access::Store> open_as_it_is(const StoreChoice& choice) {
  return std::make_unique<access::Store>(sql::open(choice.url(), {}), migrations());
}

App make_app(access::Store& store, std::shared_ptr<const Clock> clock, web::SiteOptions options) {
  App app;
  const access::Desk visitor(store, {}, access::kDirectoryPurpose, *clock);
  if (const auto regions = unit::regions(visitor); !regions.empty()) options.region = regions.front().name;
  app.finder = std::make_shared<directory::Finder>(store, clock);
  app.passwords = std::make_shared<account::Passwords>();
  app.site = std::make_unique<web::Site>(store, clock, std::move(options));
  directory::install(*app.site, app.finder);
  unit::install(*app.site);
  account::install(*app.site, app.passwords);
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

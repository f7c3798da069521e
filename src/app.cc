// SPDX-License-Identifier: EUPL-1.2
#include "app.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

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

std::optional<seal::Key> account_key(const StoreChoice& choice) {
  const std::string folder = choice.folder();
  if (choice.key_file.empty() && folder.empty()) return std::nullopt;
  const std::string path = choice.key_file.empty() ? folder + "/account.key" : choice.key_file;
  if (choice.key_file.empty() && !std::filesystem::exists(path)) {
    // Whole or not at all, and for nobody else to read from the first moment on.
    const std::string part = path + ".part";
    std::filesystem::remove(part);
    std::ofstream(part).close();
    std::filesystem::permissions(part,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::ofstream file(part);
    file << random_hex(seal::Key::kBytes) << "\n";
    if (!file.flush()) throw sql::Refused("the key of second factors cannot be written: " + path);
    std::filesystem::rename(part, path);
  }
  std::string text;
  if (std::ifstream file(path); !std::getline(file, text))
    throw sql::Refused("the key of second factors cannot be read: " + path);
  std::array<std::byte, seal::Key::kBytes> bytes{};
  bool good = text.size() == 2 * bytes.size();
  for (std::size_t i = 0; good && i < bytes.size(); ++i) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, value, 16);
    good = error == std::errc{} && end == text.data() + 2 * i + 2;
    bytes[i] = static_cast<std::byte>(value);
  }
  if (!good) throw sql::Refused("the key of second factors must be 64 hexadecimal digits: " + path);
  auto key = seal::Key::of(bytes);
  seal::wipe(bytes);
  return key;
}

App make_app(access::Store& store, std::shared_ptr<const Clock> clock, web::SiteOptions options,
             std::optional<seal::Key> key) {
  App app;
  const access::Desk visitor(store, {}, access::kDirectoryPurpose, *clock);
  if (const auto regions = unit::regions(visitor); !regions.empty()) options.region = regions.front().name;
  app.finder = std::make_shared<directory::Finder>(store, clock);
  app.passwords = std::make_shared<account::Passwords>();
  app.site = std::make_unique<web::Site>(store, clock, std::move(options));
  directory::install(*app.site, app.finder);
  unit::install(*app.site);
  account::install(*app.site, app.passwords, std::move(key));
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

// SPDX-License-Identifier: EUPL-1.2
#include "directory/pages.h"

namespace lotse::directory {

void install(web::Site& site, std::shared_ptr<Finder> finder) {
  const Rooms rooms{std::move(finder)};
  install_start(site, rooms);
  install_search(site, rooms);
  install_entry(site, rooms);
  install_information(site);
  install_staff(site, rooms);
  install_confirmation(site);
}

}  // namespace lotse::directory

// SPDX-License-Identifier: EUPL-1.2
#include "directory/pages.h"

namespace lotse::directory {

void install(web::Site& site, std::shared_ptr<Finder> finder, std::shared_ptr<const notice::KeyOfUnit> keys) {
  const Rooms rooms{std::move(finder), std::move(keys), allowed_notes()};
  install_start(site, rooms);
  install_search(site, rooms);
  install_entry(site, rooms);
  install_information(site);
  install_staff(site, rooms);
  install_confirmation(site);
  install_history(site, rooms);
  install_suggest(site, rooms);
  install_notes(site, rooms);
}

}  // namespace lotse::directory

// SPDX-License-Identifier: EUPL-1.2
// A batch in parts that can be put one after the other.
#include <map>
#include <set>

#include "directory/imported.h"

namespace lotse::directory {
namespace {

// The entries of one kind that are in no part yet, by id.
template <class T>
class Pile {
 public:
  explicit Pile(std::vector<Batch::Item<T>>& items) {
    for (auto& item : items) items_.try_emplace(id_of(item.thing), std::move(item));
  }
  // How many were moved: one, or none where it is not there or in a part already.
  std::size_t move(const std::string& id, std::vector<Batch::Item<T>>& into) {
    const auto at = items_.find(id);
    if (at == items_.end()) return 0;
    into.push_back(std::move(at->second));
    items_.erase(at);
    return 1;
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const auto& [id, item] : items_) all.push_back(id);
    return all;
  }

 private:
  std::map<std::string, Batch::Item<T>> items_;
};

class Divider {
 public:
  Divider(Batch& batch, std::size_t most)
      : most_(most), source_(batch.source), organisations_(batch.organisations), locations_(batch.locations) {
    for (const auto& item : batch.services)
      services_.emplace_back(id_of(item.thing), item.thing.organization_id.text);
    for (const auto& item : batch.placed) {
      placed_of_[item.thing.service_id.text].push_back(id_of(item.thing));
      place_of_.try_emplace(id_of(item.thing), item.thing.location_id.text);
    }
    part_.source = source_;
  }

  std::vector<Batch> run(Batch& batch) {
    Pile services(batch.services);
    Pile placed(batch.placed);
    const auto place = [&](const std::string& id) {
      size_ += locations_.move(place_of_.at(id), part_.locations) + placed.move(id, part_.placed);
    };
    for (const auto& [id, organisation] : services_) {
      size_ += organisations_.move(organisation, part_.organisations) + services.move(id, part_.services);
      for (const auto& each : placed_of_[id]) place(each);
      end_if_full();
    }
    rest(organisations_, &Batch::organisations);
    rest(locations_, &Batch::locations);
    rest(placed, &Batch::placed);
    Pile terms(batch.terms);
    rest(terms, &Batch::terms);
    if (size_ > 0) parts_.push_back(std::move(part_));
    return std::move(parts_);
  }

 private:
  void end_if_full() {
    if (size_ < most_) return;
    parts_.push_back(std::exchange(part_, {}));
    part_.source = source_;
    size_ = 0;
  }
  template <class T>
  void rest(Pile<T>& pile, std::vector<Batch::Item<T>> Batch::*list) {
    for (const auto& id : pile.ids()) {
      size_ += pile.move(id, part_.*list);
      end_if_full();
    }
  }

  const std::size_t most_;
  const std::string source_;
  Pile<Organisation> organisations_;
  Pile<Location> locations_;
  std::vector<std::pair<std::string, std::string>> services_;  // with their organisations, in their order
  std::map<std::string, std::vector<std::string>> placed_of_;
  std::map<std::string, std::string> place_of_;
  Batch part_;
  std::size_t size_ = 0;  // of part_, in entries
  std::vector<Batch> parts_;
};

}  // namespace

std::vector<Batch> parts_of(Batch batch, std::size_t most) { return Divider(batch, most).run(batch); }

}  // namespace lotse::directory

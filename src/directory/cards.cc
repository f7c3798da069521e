// SPDX-License-Identifier: EUPL-1.2
#include "directory/cards.h"

#include <algorithm>

namespace lotse::directory {

std::uint64_t CardShelf::turn() const {
  const std::lock_guard lock(mutex_);
  return turn_;
}

std::vector<std::shared_ptr<const CardText>> CardShelf::find(const std::vector<std::string_view>& offers,
                                                             std::string_view language, Day today) {
  std::vector<std::shared_ptr<const CardText>> found;
  found.reserve(offers.size());
  const std::lock_guard lock(mutex_);
  for (const auto offer : offers) found.push_back(find_one(offer, language, today));
  return found;
}

std::shared_ptr<const CardText> CardShelf::find_one(std::string_view offer, std::string_view language,
                                                    Day today) {
  for (Half* half : {&young_, &old_}) {
    const auto at = half->find(offer);
    if (at == half->end()) continue;
    for (const auto& each : at->second) {
      if (each.language != language || each.day != today) continue;
      const auto card = each.card;
      if (half == &old_) put(offer, {std::string(language), today, card});
      return card;
    }
  }
  return nullptr;
}

void CardShelf::put(std::string_view offer, Kept kept) {
  if (young_cards_ >= most_) {
    old_ = std::move(young_);
    young_ = {};
    young_cards_ = 0;
  }
  auto& cards = young_[std::string(offer)];
  const auto same = std::find_if(cards.begin(), cards.end(),
                                 [&](const auto& each) { return each.language == kept.language; });
  if (same != cards.end()) {
    *same = std::move(kept);
    return;
  }
  cards.push_back(std::move(kept));
  ++young_cards_;
}

void CardShelf::keep(std::uint64_t turn, std::string_view offer, std::string_view language, Day today,
                     std::shared_ptr<const CardText> card) {
  const std::lock_guard lock(mutex_);
  if (turn == turn_) put(offer, {std::string(language), today, std::move(card)});
}

void CardShelf::forget(std::string_view offer) {
  const std::lock_guard lock(mutex_);
  ++turn_;
  for (Half* half : {&young_, &old_})
    if (const auto at = half->find(offer); at != half->end()) {
      if (half == &young_) young_cards_ -= at->second.size();
      half->erase(at);
    }
}

void CardShelf::forget_all() {
  const std::lock_guard lock(mutex_);
  ++turn_;
  young_ = {};
  old_ = {};
  young_cards_ = 0;
}

}  // namespace lotse::directory

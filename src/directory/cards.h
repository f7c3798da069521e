// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/geo.h"
#include "directory/offer.h"

namespace lotse::directory {

/** What a line of the results says about an offer, in one language. */
struct CardText {
  std::string title, summary, language, state;  // language: of title and summary
  std::string organisation, address, phone, service_id;
  HoursOf hours;                    // in the week of a day
  std::vector<std::string> groups;  // that it is only for
  bool everywhere = false;
  std::optional<Point> place;
};

/**
 * Cards that were read lately, so that a page of results is not read from the store each time. One is
 * forgotten when its offer changes, by whoever follows the changes: so a card is never older than what is
 * searched. Thread-safe.
 */
class CardShelf {
 public:
  /** Keeps at most twice as many cards as `most`. */
  explicit CardShelf(std::size_t most = 10'000) : most_(most) {}

  /** To be asked before cards are read from the store. */
  std::uint64_t turn() const;
  /** The cards of these offers, null where there is none, in their order. */
  std::vector<std::shared_ptr<const CardText>> find(const std::vector<std::string_view>& offers,
                                                    std::string_view language, Day today);
  /** Keeps what was read since `turn`, unless something was forgotten meanwhile: it may be of before. */
  void keep(std::uint64_t turn, std::string_view offer, std::string_view language, Day today,
            std::shared_ptr<const CardText> card);
  void forget(std::string_view offer);
  void forget_all();

 private:
  struct Kept {
    std::string language;
    Day day;
    std::shared_ptr<const CardText> card;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Half = std::unordered_map<std::string, std::vector<Kept>, Hash, std::equal_to<>>;
  std::shared_ptr<const CardText> find_one(std::string_view offer, std::string_view language, Day today);
  void put(std::string_view offer, Kept kept);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::uint64_t turn_ = 0;
  // When the young are as many as may be, they become the old, and the old go: what is asked for moves back.
  Half young_, old_;
  std::size_t young_cards_ = 0;
};

}  // namespace lotse::directory

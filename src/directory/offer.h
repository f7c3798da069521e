// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hours.h"
#include "directory/types.h"
#include "match/match.h"
#include "topic/topic.h"

/** From entries to what match/ searches. Pure. */
namespace lotse::directory {

/** One row of table `offer`. */
struct OfferRow {
  std::string id, location_id, facts, words, address, phone;
};

/** A service's place with what is said about both. */
struct At {
  Placed placed;
  Location location;
};

/**
 * The offers of a service: one for each place, or one without a place. Empty if it is not active. The point
 * and address of a confidential location are left out here already, so that nothing behind can give them
 * away.
 */
std::vector<OfferRow> offers_of(const Service& service, const Organisation& organisation,
                                std::span<const At> places);

/** Opening hours as the product reads them. */
struct OpeningHours {
  struct Dated {
    match::Opening opening;
    std::string from, to;  // days YYYY-MM-DD, both included; empty: without end
    auto operator<=>(const Dated&) const = default;
  };
  std::vector<Dated> openings;  // sorted
  bool complete = false;        // there are some, and nothing was left unread

  /** Those that hold on a day or in the six after it: its week. */
  std::vector<match::Opening> in_week_of(Day day) const;
};

/** The same as a page shows them. */
std::vector<Span> spans_of(std::span<const match::Opening> openings);

/**
 * What the product can read from schedules: each week (RFC 5545: `freq` WEEKLY with `byday`, or DAILY), with
 * times that `minute_of` reads, between `valid_from` and `valid_to`; an end before the beginning lies on the
 * next day (see `is_span`). Everything else (every second week, a day of the month, times nobody can be sure
 * of) is left unread, and then nobody may say "closed".
 */
OpeningHours openings_of(std::span<const Schedule> schedules);

/** Minutes of a time as HSDS writes it: "10:00", "10:00:00", either with "Z" or an offset, which does not
 * count: a house's hours are those of its clock. Nothing for any other text ("05:00 PM"). */
std::optional<Minute> minute_of(std::string_view text);

/** `HH:MM` of a time that `minute_of` reads; any other text as it is, so that nothing typed is lost. */
std::string shown_time(const std::string& text);

/** The schedules that hold at a place: its own, else the service's, else the location's. */
std::span<const Schedule> schedules_at(const Service& service, const At* at);

/** "Street 1, 00101 Town"; empty for a confidential location or one without address. */
std::string address_line(const Location& location);
/**
 * The texts that a reader gets: in her language, else German, else English, else the first by its tag; those
 * without a title come last. The cards of search.cc take theirs by the same rule. Not for no texts (CHECK).
 */
const Texts::value_type& text_for(const Texts& texts, std::string_view language);

/** The number to call: at this place, of the service, of its contact, of the organisation. */
std::string phone_of(const Service& service, const Organisation& organisation, const At* at);

/** Reads `facts` and `words` again, as they are in the week of `today`. Topics that the catalogue does not
 * know are left out. Nothing if the row was not written by `offers_of`. */
std::optional<match::Offer> offer_from(std::string_view id, std::string_view facts, std::string_view words,
                                       const topic::Catalogue& topics, Day today);
/** Only the opening hours in the week of `today` and whether one needs an appointment: for lists. */
struct HoursOf {
  std::vector<match::Opening> openings;
  bool by_appointment = false;
};
HoursOf hours_of(std::string_view facts, Day today);
/** The bit of a group of kAudiences; 0 for any other. */
std::uint16_t audience_bit(std::string_view group);
/** The groups that an offer is only for; none: for everybody. */
std::vector<std::string> audience_in(std::string_view facts);
/** Where it is, as far as that may be told. */
std::optional<Point> place_in(std::string_view facts);
/** By telephone, online, at home, or at a place that is kept secret. */
bool is_everywhere(std::string_view facts);

/** The word under which an offer is found by its topic's names in any language: "#00042"; of fixed width, so
 * that none begins another. */
std::string topic_word(int number);

}  // namespace lotse::directory

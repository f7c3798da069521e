// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/** Opening hours that the product can read from schedules; `unread` counts those that it cannot. Rules:
 * weekly `byday` with times. */
std::vector<match::Opening> openings_of(std::span<const Schedule> schedules, int* unread = nullptr);

/** `HH:MM` of a time as HSDS writes it ("10:00", "10:00:00", "10:00Z"); any other text as it is, so that
 * nothing typed is lost. */
std::string shown_time(const std::string& text);

/** The schedules that hold at a place: its own, else the service's, else the location's. */
std::span<const Schedule> schedules_at(const Service& service, const At* at);

/** "Street 1, 00101 Town"; empty for a confidential location or one without address. */
std::string address_line(const Location& location);
/** The number to call: at this place, of the service, of its contact, of the organisation. */
std::string phone_of(const Service& service, const Organisation& organisation, const At* at);

/** Reads `facts` and `words` again. Topics that the catalogue does not know are left out. */
match::Offer offer_from(std::string_view id, std::string_view facts, std::string_view words,
                        const topic::Catalogue& topics);
/** Only the opening hours and whether one needs an appointment: for lists. */
struct HoursOf {
  std::vector<match::Opening> openings;
  bool by_appointment = false;
};
HoursOf hours_of(std::string_view facts);

/** The word under which an offer is found by its topic's names in any language: "#00042"; of fixed width, so
 * that none begins another. */
std::string topic_word(int number);

}  // namespace lotse::directory

// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "directory/directory.h"
#include "directory/offer.h"
#include "directory/search.h"
#include "unit/unit.h"
#include "web/allowance.h"
#include "web/form.h"
#include "web/site.h"

/** Inside directory/: what its pages share. */
namespace lotse::directory {

/** What the pages need beside the desk. */
struct Rooms {
  std::shared_ptr<Finder> finder;
  std::shared_ptr<const notice::KeyOfUnit> keys;
  std::shared_ptr<web::Allowance> notes;  // how many each network may write
};

/** The cookie with the visitor's rounded position; nothing if absent or not a place. */
std::optional<Point> position_of(const web::Ask& ask);

/** The search form, filled with what was asked; with `filters` opened where one is set. */
web::Html search_form(const web::Ask& ask, const Found& found, const topic::Catalogue& topics);

/** "Ukrainian", "Arabic and Turkish": names of languages in the reader's, for ISO 639-3 codes. */
std::string language_list(const web::Ask& ask, const std::vector<std::string>& codes);

/** A group of kAudiences in the reader's language, and several of them. */
std::string group_name(const web::Ask& ask, std::string_view group);
std::string group_list(const web::Ask& ask, const std::vector<std::string>& groups);

/** "1 year", "8 months", "3 years": an age in completed months. */
std::string age_text(const web::Ask& ask, int months);

/** Opening hours in one line for a card: "Monday 09:00–11:00, Wednesday …", or by appointment. */
web::Html hours_line(const web::Ask& ask, const HoursOf& hours);

/** Each line of a German address in a block of its own, so that it reads right on pages from right to left.
 */
web::Html address_lines(const std::string& address);

/** A line with an icon. */
web::Html line(std::string_view icon, const web::Html& content);

/** Why an offer fits, nearly fits, or where we do not know. */
web::Html reasons(const web::Ask& ask, const match::Hit& hit, const match::Question& question);

/** What is to be said about the language of an offer's texts: machine translation, or only in another
 * language. Empty: nothing. */
web::Html language_note(const web::Ask& ask, std::string_view language, std::string_view state);

/** The map of results: quarters, water and roads of the region where known, the numbered places, and where
 * you are. */
struct Pin {
  Point at;
  std::string label;   // number on the map
  std::string target;  // id on the page to jump to; empty: no link
  std::string name;
};
web::Html map(const web::Ask& ask, const std::vector<Pin>& pins, const std::optional<Point>& here);

struct Note;
/** Whether it is about something that others at home should not see. */
bool is_sensitive(const Rooms& rooms, const Entry& e);
std::shared_ptr<web::Allowance> allowed_notes();
/** The fields of a note about an entry, what was typed into them, and the thanks for it. */
web::Html note_fields(const web::FormView& form, const Entry& e);
Note note_of(const web::Ask& ask, const Entry& e);
web::Html thanks_for_note(const web::Ask& ask);

/** What may be told of an entry by somebody who looks through it; `exact` ones can be taken over as they are.
 */
struct Fact {
  std::string name;
  const char* label;
  bool exact = false;
};
std::span<const Fact> facts();
/** What the entry says there for a reader of this language; empty where it says nothing. Lines end in \n. */
std::string fact_text(const web::Ask& ask, const Entry& e, std::string_view fact, std::string_view language);

/** A state of HSDS in the reader's language. */
std::string status_label(const web::Ask& ask, std::string_view status);

/** Two texts without what both begin and end with, cut between words. */
struct Apart {
  std::string before, ours, theirs, after;
};
Apart apart(const std::string& ours, const std::string& theirs);
/** One of the two, with what is only there struck out or (`proposed`) underlined: not by colour alone. */
web::Html marked(const Apart& parts, bool proposed);

/** A detail of a service by its name (see Moved), as a page calls it; empty for one that has no name there.
 */
std::string detail_label(const web::Ask& ask, const std::string& name);
/** What such a detail says, as people read it; lines end in \n. Empty where it says nothing. */
std::string detail_text(const web::Ask& ask, const topic::Catalogue& topics, const std::string& name,
                        const Json& value);

void install_start(web::Site& site, const Rooms& rooms);
void install_search(web::Site& site, const Rooms& rooms);
void install_entry(web::Site& site, const Rooms& rooms);
void install_information(web::Site& site);
void install_staff(web::Site& site, const Rooms& rooms);
void install_confirmation(web::Site& site);
void install_suggest(web::Site& site, const Rooms& rooms);
void install_history(web::Site& site, const Rooms& rooms);
void install_notes(web::Site& site, const Rooms& rooms);

}  // namespace lotse::directory

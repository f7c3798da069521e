// SPDX-License-Identifier: EUPL-1.2
// What people without an account say about entries, and what staff make of it.
#include "directory/suggestion.h"

#include <atomic>
#include <thread>

#include "directory/pages_test_support.h"
#include "jobs/jobs.h"

namespace lotse::directory {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

class NotesTest : public PagesOnStore {
 protected:
  std::string path() const { return "/offers/" + offer_ + "/note"; }
  http::Response send(std::vector<http::Field> form, const std::string& from = "203.0.113.7") {
    form.push_back({"_guard", hash_hex("guard:" + guard_).substr(0, 32)});
    http::Request r;
    r.method = "POST";
    r.path = path();
    r.remote = from;
    r.body = http::encode_query(form);
    r.fields = {{"Cookie", "lotse_guard=" + guard_},
                {"Content-Type", "application/x-www-form-urlencoded"},
                {"Sec-Fetch-Site", "same-origin"},
                {"Accept-Language", "de"}};
    return site_->answer(r);
  }
  // What the form sends when nothing was touched.
  static std::vector<http::Field> empty_form() {
    return {{"text", ""},    {"name", "Elterncafé <b>"}, {"description", "Kaffee & Gespräch"},
            {"email", ""},   {"phone", "02561 4710"},    {"url", ""},
            {"contact", ""}, {"contact_name", ""},       {"further", ""}};
  }
  static std::vector<http::Field> form(std::map<std::string, std::string> typed) {
    auto all = empty_form();
    for (auto& field : all)
      if (const auto at = typed.find(field.name); at != typed.end()) field.value = at->second;
    return all;
  }
  std::string only_note(UnitId unit) {
    const auto notes = waiting_notes(desk(unit));
    EXPECT_EQ(notes.size(), 1u);
    return notes.empty() ? "" : notes.front().id;
  }
  Opened opened(const std::string& id) { return open_note(desk(one_), *keys_, id); }
  std::int64_t count(const std::string& where) {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(one_);
      n = tx.one({"test.count", "SELECT count(*) FROM suggestion WHERE unit_id = $1 AND " + where}, {one_},
                 [](const sql::Row& r) { return r.integer(0); })
              .value();
    });
    return n;
  }
};
LOTSE_ON_EACH_ENGINE(NotesTest);

TEST_P(NotesTest, EverybodyFindsTheFormAtTheOffer) {
  EXPECT_TRUE(has(get("/offers/" + offer_), "href=\"" + path() + "\""));
  const auto page = get(path());
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "Elterncafé &lt;b&gt;"));
  EXPECT_TRUE(has(page, "02561 4710"));
  EXPECT_EQ(get("/offers/" + new_uuid(1) + "/note").status, 404);
}

TEST_P(NotesTest, ANoteReachesTheUnitThatKeepsTheEntryAndNoOther) {
  EXPECT_EQ(send(form({{"text", "Der <b> Eingang ist hinten"},
                       {"phone", "02561 4711"},
                       {"contact", "vera@example.net"}}))
                .status,
            200);
  EXPECT_TRUE(waiting_notes(desk(two_)).empty());
  const auto note = opened(only_note(one_));
  EXPECT_EQ(note.note.text, "Der <b> Eingang ist hinten");
  EXPECT_EQ(note.note.contact, "vera@example.net");
  EXPECT_EQ(note.note.proposed, (std::map<std::string, std::string>{{"phone", "02561 4711"}}));
  EXPECT_FALSE(note.head.provider);
  EXPECT_FALSE(note.changed_since);
  EXPECT_THROW(open_note(desk(two_), *keys_, note.head.id), NotFound);
  EXPECT_THROW(open_note(desk(one_, "case_worker"), *keys_, note.head.id), NotFound);
  EXPECT_EQ(find_kept(desk(one_), service_).version, 1) << "a note changes nothing";
}

TEST_P(NotesTest, WhoLooksHowSomebodyCanBeReachedIsEntered) {
  const auto looked = [&] {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(one_);
      n = tx.one({"test.looked",
                  "SELECT count(*) FROM audit_entry WHERE what = 'directory.suggestion.contact' AND actor <> "
                  "''"},
                 {}, [](const sql::Row& r) { return r.integer(0); })
              .value();
    });
    return n;
  };
  ASSERT_EQ(send(form({{"text", "Der Eingang ist hinten"}})).status, 200);
  opened(only_note(one_));
  EXPECT_EQ(looked(), 0) << "nobody wanted an answer";
  ASSERT_EQ(send(form({{"text", "Umgezogen"}, {"contact", "vera@example.net"}})).status, 200);
  for (const auto& each : waiting_notes(desk(one_))) opened(each.id);
  EXPECT_EQ(looked(), 1);
}

TEST_P(NotesTest, WhatIsWrittenLiesSealed) {
  send(form({{"text", "geheimer Satz"}, {"contact", "vera@example.net"}}));
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(one_);
    tx.each({"test.sealed", "SELECT note, contact FROM suggestion WHERE unit_id = $1"}, {one_},
            [](const sql::Row& r) {
              for (const int column : {0, 1}) {
                const auto bytes = r.blob(column);
                const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                EXPECT_EQ(text.find("geheim"), text.npos);
                EXPECT_EQ(text.find("vera"), text.npos);
              }
            });
  });
}

TEST_P(NotesTest, EmptyTooLongAndMachinesNotes) {
  EXPECT_EQ(send(empty_form()).status, 422);
  EXPECT_EQ(send(form({{"text", "  \r\n "}})).status, 422);
  EXPECT_EQ(send(form({{"text", std::string(2'001, 'x')}})).status, 422);
  EXPECT_EQ(send(form({{"phone", std::string(501, '1')}})).status, 422);
  const auto again = send(form({{"text", "gut"}, {"contact", std::string(201, 'x')}}));
  EXPECT_EQ(again.status, 422);
  EXPECT_TRUE(has(again, "gut")) << "what was typed stays";
  EXPECT_EQ(send(form({{"text", "gut"}, {"further", "x"}})).status, 200) << "a machine learns nothing";
  EXPECT_TRUE(waiting_notes(desk(one_)).empty());
  EXPECT_EQ(send(form({{"text", std::string(2'000, 'x')}})).status, 200);
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 1u);
}

TEST_P(NotesTest, ANetworkWritesOnlySoMany) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(send(form({{"text", "x"}})).status, 200) << i;
  EXPECT_EQ(send(form({{"text", "x"}})).status, 429);
  EXPECT_EQ(send(form({{"text", "x"}}), "198.51.100.1").status, 200) << "another one may";
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 11u);
}

TEST_P(NotesTest, AFormThatIsSentTwiceIsOneNote) {
  auto typed = form({{"text", "Der Eingang ist hinten"}});
  typed.push_back({"_once", std::string(32, 'a')});
  EXPECT_TRUE(has(send(typed), "<title>Danke"));
  const auto again = send(typed);
  EXPECT_EQ(again.status, 200);
  EXPECT_TRUE(has(again, "Das haben wir schon")) << again.body;
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 1u);
  // Typed anew on the same page, or the same on a fresh one, is another note.
  auto more = form({{"text", "Der Eingang ist vorn"}});
  more.push_back({"_once", std::string(32, 'a')});
  EXPECT_TRUE(has(send(more), "<title>Danke"));
  typed.back().value = std::string(32, 'b');
  EXPECT_TRUE(has(send(typed), "<title>Danke"));
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 3u);
}

TEST_P(NotesTest, StaffTakeOverFactByFact) {
  send(form({{"phone", "02561 4711"}, {"email", "cafe@example.org"}, {"contact", "vera@example.net"}}));
  const auto note = opened(only_note(one_));
  EXPECT_FALSE(close_note(desk(one_), note, {{{"phone", true}}, ""}, 1)) << "nothing was said of the other";
  EXPECT_FALSE(close_note(desk(one_), note, {{{"phone", true}, {"email", false}}, ""}, 1)) << "and why not?";
  EXPECT_EQ(close_note(desk(one_), note, {{{"phone", true}, {"email", false}}, "privat"}, 1).value(), 2);
  const auto e = find_kept(desk(one_), service_);
  EXPECT_EQ(e.service.phones.front().number, "02561 4711");
  EXPECT_EQ(e.service.email, "");
  EXPECT_TRUE(waiting_notes(desk(one_)).empty());
  EXPECT_EQ(count("contact IS NOT NULL"), 0) << "answered: nobody needs it any more";
  EXPECT_THROW(close_note(desk(one_), note, {{{"phone", true}, {"email", false}}, "privat"}, 2), NotFound);
  EXPECT_THROW(opened(note.head.id), NotFound);
}

TEST_P(NotesTest, WhatWasTakenOverSurvivesAnImport) {
  send(form({{"phone", "02561 4711"}}));
  ASSERT_TRUE(close_note(desk(one_), opened(only_note(one_)), {{{"phone", true}}, ""}, 1));
  Batch b;
  b.source = "test";
  Service s = find_kept(desk(one_), service_).service;
  s.phones = {{.number = "02561 4710"}};
  s.url = "https://example.org";
  b.services.push_back({s, "s"});
  ASSERT_TRUE(put(desk(one_), b, false));
  const auto e = find_kept(desk(one_), service_);
  EXPECT_EQ(e.service.phones.front().number, "02561 4711");
  EXPECT_EQ(e.service.url, "https://example.org");
}

TEST_P(NotesTest, WhatTheRulesRefuseIsNotTakenOver) {
  send(form({{"email", "kein at"}, {"name", ""}}));
  const auto note = opened(only_note(one_));
  const auto refused = close_note(desk(one_), note, {{{"email", true}, {"name", true}}, ""}, 1);
  ASSERT_FALSE(refused);
  EXPECT_GE(refused.error().size(), 2u);
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 1u);
}

TEST_P(NotesTest, AStaleVersionLosesNothing) {
  send(form({{"phone", "02561 4711"}}));
  const auto note = opened(only_note(one_));
  auto e = find_kept(desk(one_), service_);
  e.service.email = "neu@example.org";
  ASSERT_TRUE(correct(desk(one_), e.service, 1));
  EXPECT_THROW(close_note(desk(one_), note, {{{"phone", true}}, ""}, 1), Stale);
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 1u) << "it waits still";
  EXPECT_TRUE(opened(note.head.id).changed_since);
  EXPECT_EQ(find_kept(desk(one_), service_).service.email, "neu@example.org");
}

TEST_P(NotesTest, OfTwoReviewersAtOnceOneIsFirst) {
  send(form({{"phone", "02561 4711"}}));
  const auto note = opened(only_note(one_));
  std::atomic<int> closed{0}, late{0};
  const auto go = [&](bool take) {
    try {
      if (close_note(desk(one_), note, {{{"phone", take}}, "so"}, 1)) ++closed;
    } catch (const NotFound&) {
      ++late;
    } catch (const Stale&) {
      ++late;
    }
  };
  std::thread first([&] { go(true); }), second([&] { go(false); });
  first.join();
  second.join();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(late, 1);
}

TEST_P(NotesTest, ThePagesOfStaff) {
  send(form({{"text", "Der <b> Eingang"}, {"phone", "02561 4711"}, {"contact", "vera@example.net"}}));
  const auto id = only_note(one_);
  const auto jule = sign_in(one_, "directory_editor"), merle = sign_in(one_, "case_worker"),
             fatima = sign_in(two_, "directory_editor");
  const std::string note = "/staff/notes/" + id;
  EXPECT_TRUE(has(get("/staff/notes", "lotse=" + jule), note));
  EXPECT_FALSE(has(get("/staff/notes", "lotse=" + fatima), note));
  EXPECT_EQ(get("/staff/notes", "lotse=" + merle).status, 404);
  EXPECT_EQ(get(note, "lotse=" + fatima).status, 404);
  EXPECT_EQ(post(note, {{"version", "1"}, {"take_phone", "yes"}}, fatima).status, 404);
  const auto page = get(note, "lotse=" + jule);
  EXPECT_TRUE(has(page, "02561 <del>4710</del>"));
  EXPECT_TRUE(has(page, "02561 <ins>4711</ins>"));
  EXPECT_TRUE(has(page, "Der &lt;b&gt; Eingang"));
  EXPECT_TRUE(has(page, "vera@example.net"));
  EXPECT_EQ(post(note, {{"version", "1"}}, jule).status, 422);
  const auto stale = post(note, {{"version", "7"}, {"take_phone", "yes"}}, jule);
  EXPECT_EQ(stale.status, 409);
  EXPECT_TRUE(has(stale, "gespeichert wurde nichts"));
  EXPECT_EQ(post(note, {{"version", "1"}, {"take_phone", "yes"}}, jule).status, 303);
  EXPECT_TRUE(has(get("/offers/" + offer_), "02561 4711"));
}

TEST_P(NotesTest, WhoRunsTheOfferWritesByHerLink) {
  const auto link = confirmation_link(desk(one_), service_);
  const auto door = visitor().visitor(link.held());
  const auto entry = find_visited(door);
  EXPECT_FALSE(suggest(door, *keys_, entry, {"de", "", "", {}})) << "an empty one is refused";
  ASSERT_TRUE(suggest(door, *keys_, entry, {"de", "Neue Nummer", "", {{"phone", "0221 1"}}}));
  const auto note = opened(only_note(one_));
  EXPECT_TRUE(note.head.provider);
  EXPECT_EQ(note.note.proposed.at("phone"), "0221 1");
  EXPECT_THROW(suggest(door, *keys_, entry, {"de", "Noch eine", "", {}}), access::LinkOver);
  EXPECT_EQ(waiting_notes(desk(one_)).size(), 1u);
}

TEST_P(NotesTest, HowPeopleCanBeReachedIsForgotten) {
  send(form({{"text", "alt"}, {"contact", "vera@example.net"}}));
  const auto id = only_note(one_);
  jobs::Runner runner(*store_, clock_);
  install_forgetting(runner, clock_);
  clock_->set(Instant{clock_->now().ms + 89 * kDayMs});
  while (runner.run_one()) {
  }
  EXPECT_EQ(count("contact IS NOT NULL"), 1) << "not yet";
  clock_->set(Instant{clock_->now().ms + 2 * kDayMs});
  while (runner.run_one()) {
  }
  EXPECT_EQ(count("contact IS NOT NULL"), 0);
  EXPECT_EQ(opened(id).note.text, "alt") << "what is wrong in the entry is still to be mended";
  ASSERT_TRUE(close_note(desk(one_), opened(id), {{}, ""}, 1));
  clock_->set(Instant{clock_->now().ms + 91 * kDayMs});
  while (runner.run_one()) {
  }
  EXPECT_EQ(count("1 = 1"), 0);
}

}  // namespace
}  // namespace lotse::directory

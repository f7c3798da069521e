// SPDX-License-Identifier: EUPL-1.2
// What was changed in an entry, and taking it back.
#include "directory/history.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "directory/pages_test_support.h"
#include "directory/suggestion.h"
#include "jobs/jobs.h"

namespace lotse::directory {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

Json json(const char* text) { return parse_json(text).value(); }

TEST(Moved, TellsMembersAndThePartsOfTexts) {
  const auto found = moved(
      json(
          R"({"name":"a","url":"u","languages":["deu","tur"],"lotse_texts":{"uk":{"name":"x","state":"machine"}}})"),
      json(
          R"({"name":"b","languages":["tur","deu"],"lotse_texts":{"uk":{"name":"y","state":"machine"}},"x_own":1})"));
  EXPECT_EQ(found.was, json(R"({"name":"a","lotse_texts.uk.name":"x","x_own":null,"url":"u"})"));
  EXPECT_EQ(found.became, json(R"({"name":"b","lotse_texts.uk.name":"y","x_own":1,"url":null})"));
}

TEST(Moved, AnOwnTextThatSaysTheSameIsNoDetailOfItsOwn) {
  const auto found = moved(json(R"({"name":"a","description":"d","lotse_language":"de"})"),
                           json(R"({"name":"b","description":"d","lotse_language":"de",
                     "lotse_texts":{"de":{"name":"b","description":"d"}}})"));
  EXPECT_EQ(found.became, json(R"({"name":"b"})"));
  const auto other = moved(json(R"({"name":"b","lotse_texts":{"de":{"name":"b"}}})"),
                           json(R"({"name":"b","lotse_texts":{"de":{"name":"anders"}}})"));
  EXPECT_EQ(other.became, json(R"({"lotse_texts.de.name":"anders"})"));
}

class HistoryTest : public PagesOnStore {
 protected:
  Entry kept() { return find_kept(desk(one_), service_); }
  History all() { return history(desk(one_), service_, 0, 100); }
  // A correction by staff; the new version.
  std::int64_t correct_it(const std::function<void(Service&)>& how) {
    auto e = kept();
    how(e.service);
    return correct(desk(one_), e.service, e.version).value();
  }
  // What the source gives from now on.
  void from_source(const std::function<void(Service&)>& how) {
    how(given_);
    Batch b;
    b.source = "test";
    b.services.push_back({given_, "s"});
    ASSERT_TRUE(put(desk(one_), b, false));
  }
  void SetUp() override {
    PagesOnStore::SetUp();
    given_ = kept().service;
  }
  std::string history_path() const { return edit_path() + "/history"; }
  http::Response post_json(const std::string& path, const Json& body, const std::string& session) {
    http::Request r;
    r.method = "POST";
    r.path = path;
    r.body = body.dump();
    r.fields = {{"Cookie", "lotse=" + session + "; lotse_guard=" + guard_},
                {"Content-Type", "application/json"},
                {"Accept", "application/json"},
                {"Sec-Fetch-Site", "same-origin"}};
    return site_->answer(r);
  }

  Service given_;
};
LOTSE_ON_EACH_ENGINE(HistoryTest);

TEST_P(HistoryTest, each_way_of_changing_leaves_one_line_the_newest_first) {
  EXPECT_EQ(all().total, 0) << "the first import is no change";
  correct_it([](Service& s) { s.email = "neu@example.org"; });
  from_source([](Service& s) { s.url = "https://example.org/neu"; });
  ASSERT_TRUE(undo(desk(one_), service_, 2, 3));
  const auto h = all();
  ASSERT_EQ(h.total, 3);
  EXPECT_EQ(h.revisions[0].cause.way, Way::undo);
  EXPECT_EQ(h.revisions[0].cause.undone, 2);
  EXPECT_EQ(h.revisions[1].cause.way, Way::import);
  EXPECT_EQ(h.revisions[1].cause.source, "test");
  EXPECT_EQ(h.revisions[2].cause.way, Way::correction);
  EXPECT_EQ(h.revisions[2].version, 2);
  EXPECT_EQ(h.revisions[2].hand.account, "somebody");
  EXPECT_EQ(h.revisions[2].hand.function, "directory_editor");
  EXPECT_EQ(h.revisions[2].details.was, json(R"({"email":null})"));
  EXPECT_EQ(h.revisions[2].details.became, json(R"({"email":"neu@example.org"})"));
  EXPECT_EQ(history(desk(one_), service_, 2, 1).revisions.at(0).version, 2);
  from_source([](Service&) {});
  correct_it([](Service&) {});
  EXPECT_EQ(all().total, 3) << "what changes nothing is none";
}

TEST_P(HistoryTest, a_note_that_was_taken_over_is_told) {
  const auto id =
      suggest(visitor(), *keys_, find_offer(visitor(), offer_), {"de", "", "", {{"phone", "0221 1"}}});
  ASSERT_TRUE(id);
  ASSERT_TRUE(close_note(desk(one_), open_note(desk(one_), *keys_, *id), {{{"phone", true}}, ""}, 1));
  ASSERT_EQ(all().total, 1);
  EXPECT_EQ(all().revisions[0].cause.way, Way::note);
  EXPECT_TRUE(all().revisions[0].details.became.contains("phones"));
}

TEST_P(HistoryTest, an_import_that_was_undone_stays_undone) {
  from_source([](Service& s) { s.name = "Falsch", s.alert = "Umbau"; });
  ASSERT_TRUE(undo(desk(one_), service_, 2, 2));
  EXPECT_EQ(kept().service.name, "Elterncafé <b>");
  EXPECT_EQ(kept().service.alert, "");
  from_source([](Service&) {});
  EXPECT_EQ(kept().service.name, "Elterncafé <b>") << "the source says the same again";
  from_source([](Service& s) { s.url = "https://example.org/neu"; });
  EXPECT_EQ(kept().service.name, "Elterncafé <b>");
  EXPECT_EQ(kept().service.url, "https://example.org/neu") << "what was not undone follows the source";
  finder_->catch_up();
  EXPECT_TRUE(has(get("/offers?q=Elterncaf%C3%A9"), "Elterncafé"));
}

TEST_P(HistoryTest, a_correction_that_was_undone_follows_its_source_again) {
  correct_it([](Service& s) { s.email = "unser@example.org"; });
  ASSERT_TRUE(undo(desk(one_), service_, 2, 2));
  from_source([](Service& s) { s.email = "ihre@example.org"; });
  EXPECT_EQ(kept().service.email, "ihre@example.org");
}

TEST_P(HistoryTest, only_what_the_change_touched_is_taken_back) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Vätertreff";
  ASSERT_EQ(post(edit_path(), form, jule).status, 303);
  form[0].value = "2";
  form[2].value = "Tee";
  form[3].value = "Зустріч";
  ASSERT_EQ(post(edit_path(), form, jule).status, 303);
  ASSERT_TRUE(undo(desk(one_), service_, 2, 3)) << "the text was changed later, and not the title";
  auto s = kept().service;
  EXPECT_EQ(s.name, "Elterncafé <b>");
  EXPECT_EQ(s.lotse_texts.at("de").name, "Elterncafé <b>");
  EXPECT_EQ(s.description, "Tee");
  EXPECT_EQ(s.lotse_texts.at("uk").name, "Зустріч");
  ASSERT_TRUE(undo(desk(one_), service_, 3, 4));
  s = kept().service;
  EXPECT_EQ(s.lotse_texts.at("uk").name, "Кафе для батьків");
  EXPECT_EQ(s.lotse_texts.at("uk").state, TextState::machine);
  EXPECT_EQ(s.description, "Kaffee & Gespräch");
}

TEST_P(HistoryTest, what_was_changed_later_is_not_taken_back_and_the_later_change_is_named) {
  correct_it([](Service& s) { s.email = "eins@example.org", s.alert = "Umbau"; });
  correct_it([](Service& s) { s.email = "zwei@example.org"; });
  const auto refused = undo(desk(one_), service_, 2, 3);
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().size(), 1u);
  EXPECT_EQ(refused.error()[0].field, "email");
  EXPECT_EQ(refused.error()[0].text.args,
            (std::vector<std::pair<std::string, std::string>>{{"number", "3"}}));
  EXPECT_EQ(kept().service.alert, "Umbau") << "all or nothing";
  EXPECT_EQ(all().revisions.at(1).obstacles, refused.error());
  // In turn it goes: the later one first. And an undo is undone like any other.
  ASSERT_TRUE(undo(desk(one_), service_, 3, 3));
  EXPECT_TRUE(all().revisions.back().obstacles.empty());
  ASSERT_TRUE(undo(desk(one_), service_, 2, 4));
  EXPECT_EQ(kept().service.email, "");
  const auto twice = undo(desk(one_), service_, 2, 5);
  ASSERT_FALSE(twice) << "it was undone already";
  ASSERT_TRUE(undo(desk(one_), service_, 5, 5));
  EXPECT_EQ(kept().service.email, "eins@example.org");
}

TEST_P(HistoryTest, what_no_correction_may_say_no_undo_brings_back) {
  from_source([](Service& s) { s.phones = {{.number = "nicht anrufen"}}; });
  correct_it([](Service& s) { s.phones = {{.number = "0221 4711"}}; });
  const auto refused = undo(desk(one_), service_, 3, 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error()[0].field, "phone");
  EXPECT_EQ(kept().service.phones[0].number, "0221 4711");
}

TEST_P(HistoryTest, another_organisation_is_the_sources_to_say) {
  Batch b;
  b.source = "test";
  Organisation o;
  o.id.text = id_for("test", "organisation", "o2");
  o.name = "Haus Mond";
  b.organisations.push_back({o, "o2"});
  given_.organization_id = o.id;
  b.services.push_back({given_, "s"});
  ASSERT_TRUE(put(desk(one_), b, false));
  const auto refused = undo(desk(one_), service_, 2, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error()[0].field, "organization_id");
}

TEST_P(HistoryTest, others_see_no_history_and_a_stale_version_is_told) {
  correct_it([](Service& s) { s.email = "neu@example.org"; });
  EXPECT_THROW(history(desk(two_), service_, 0, 10), NotFound);
  EXPECT_THROW(undo(desk(two_), service_, 2, 2), NotFound);
  EXPECT_THROW(history(desk(one_, "case_worker"), service_, 0, 10), NotFound);
  EXPECT_THROW(undo(desk(one_), service_, 2, 1), Stale);
  EXPECT_THROW(undo(desk(one_), service_, 7, 2), NotFound);
  EXPECT_EQ(kept().service.email, "neu@example.org");
}

TEST_P(HistoryTest, of_two_who_change_at_once_none_is_lost) {
  constexpr int kRounds = 20;
  std::atomic<int> done = 0;
  const auto work = [&](bool corrects) {
    for (int i = 0; i < kRounds; ++i) {
      try {
        const auto e = kept();
        auto s = e.service;
        s.alert = std::to_string(i);
        const auto next =
            corrects ? correct(desk(one_), s, e.version) : undo(desk(one_), service_, 2, e.version);
        if (next) ++done;
      } catch (const Stale&) {
        // The other was first; nothing was written.
      }
    }
  };
  correct_it([](Service& s) { s.email = "neu@example.org"; });
  { std::jthread one(work, true), two(work, true), three(work, false); }
  const auto h = all();
  EXPECT_GE(done, 1);
  EXPECT_EQ(h.entry.version, 2 + done);
  // From the oldest on, each begins where the one before it ended.
  std::string alert, email;
  int undone = 0;
  for (auto r = h.revisions.rbegin(); r != h.revisions.rend(); ++r) {
    const auto follow = [&](const char* name, std::string& text) {
      if (!r->details.was.contains(name)) return;
      const auto text_of = [](const Json& value) { return value.is_null() ? "" : value.get<std::string>(); };
      EXPECT_EQ(text_of(r->details.was.at(name)), text) << r->version;
      text = text_of(r->details.became.at(name));
    };
    follow("alert", alert);
    follow("email", email);
    undone += r->cause.way == Way::undo;
  }
  EXPECT_EQ(alert, h.entry.service.alert);
  EXPECT_EQ(email, h.entry.service.email);
  EXPECT_LE(undone, 1) << "the others found it done";
  EXPECT_EQ(email.empty(), undone == 1);
}

TEST_P(HistoryTest, a_big_import_writes_one_line_for_each_entry_that_it_changes) {
  crowd(130);
  Batch b;
  b.source = "crowd";
  for (int i = 0; i < 130; ++i) {
    const std::string key = "s" + std::to_string(i);
    Service s = find_kept(desk(one_), {id_for("crowd", "service", key)}).service;
    if (i >= 3) s.alert = "Umbau";
    b.services.push_back({s, key});
  }
  ASSERT_TRUE(put(desk(one_), b, true));
  const auto lines = [&] {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(one_);
      n = *tx.one({"t.lines", "SELECT count(*) FROM revision WHERE way = 'import'"}, {},
                  [](const sql::Row& r) { return r.integer(0); });
    });
    return n;
  };
  EXPECT_EQ(lines(), 0) << "a trial writes nothing";
  ASSERT_TRUE(put(desk(one_), b, false));
  EXPECT_EQ(lines(), 127);
}

TEST_P(HistoryTest, changes_are_forgotten_after_two_years) {
  correct_it([](Service& s) { s.email = "neu@example.org"; });
  jobs::Runner runner(*store_, clock_);
  install_forgetting(runner, clock_);
  const auto nights = [&](int days) {
    clock_->set(Instant{clock_->now().ms + days * kDayMs});
    while (runner.run_one()) {
    }
  };
  nights(729);
  EXPECT_EQ(all().total, 1) << "not yet";
  nights(2);
  EXPECT_EQ(all().total, 0);
  EXPECT_EQ(kept().service.email, "neu@example.org");
}

TEST_P(HistoryTest, the_page_shows_both_sides_and_takes_back) {
  const auto jule = sign_in(one_, "directory_editor"), merle = sign_in(one_, "case_worker"),
             fatima = sign_in(two_, "directory_editor");
  auto form = untouched();
  form[1].value = "Vätertreff <i>";
  form[8].value = "https://example.org/neu";
  ASSERT_EQ(post(edit_path(), form, jule).status, 303);
  for (const auto& other : {merle, fatima}) {
    EXPECT_EQ(get(history_path(), "lotse=" + other).status, 404);
    EXPECT_EQ(post(history_path() + "/2", {{"version", "2"}}, other).status, 404);
  }
  EXPECT_EQ(get(history_path()).status, 303);
  EXPECT_TRUE(has(get(edit_path(), "lotse=" + jule), history_path()));
  const auto page = get(history_path(), "lotse=" + jule);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "<del>Elterncafé &lt;b&gt;</del>"));
  EXPECT_TRUE(has(page, "<ins>Vätertreff &lt;i&gt;</ins>"));
  EXPECT_TRUE(has(page, "Haus eins"));
  EXPECT_EQ(post(history_path() + "/2", {{"version", "1"}}, jule).status, 409);
  EXPECT_EQ(kept().version, 2);
  EXPECT_EQ(post(history_path() + "/9", {{"version", "2"}}, jule).status, 404);
  EXPECT_EQ(post(history_path() + "/x", {{"version", "2"}}, jule).status, 404);
  EXPECT_EQ(post(history_path() + "/2", {{"version", "2"}}, jule).status, 303);
  EXPECT_TRUE(has(get("/offers?q=Elterncaf%C3%A9"), "Elterncafé"));
  const auto twice = post(history_path() + "/2", {{"version", "3"}}, jule);
  EXPECT_EQ(twice.status, 422);
  EXPECT_TRUE(has(twice, "Titel: Änderung 3 hat das später"));
  EXPECT_EQ(kept().version, 3);
}

TEST_P(HistoryTest, long_histories_come_in_pages) {
  for (int i = 0; i < 21; ++i) correct_it([&](Service& s) { s.alert = std::to_string(i); });
  const auto jule = sign_in(one_, "directory_editor");
  const auto first = get(history_path(), "lotse=" + jule),
             second = get(history_path() + "?page=2", "lotse=" + jule);
  EXPECT_TRUE(has(first, "id=\"change-22\""));
  EXPECT_FALSE(has(first, "id=\"change-2\""));
  EXPECT_TRUE(has(first, "rel=\"next\""));
  EXPECT_TRUE(has(second, "id=\"change-2\""));
  EXPECT_FALSE(has(second, "rel=\"next\""));
  EXPECT_TRUE(has(get(history_path() + "?page=-5", "lotse=" + jule), "id=\"change-22\""));
}

TEST_P(HistoryTest, json_says_and_does_the_same) {
  correct_it([](Service& s) { s.email = "neu@example.org"; });
  const auto jule = sign_in(one_, "directory_editor");
  const auto read = parse_json(get(history_path(), "lotse=" + jule, "application/json").body).value();
  EXPECT_EQ(read.at("lotse_version"), 2);
  EXPECT_EQ(read.at("total"), 1);
  const auto& change = read.at("changes").at(0);
  EXPECT_EQ(change.at("number"), 2);
  EXPECT_EQ(change.at("way"), "correction");
  EXPECT_EQ(change.at("own"), false);
  EXPECT_EQ(change.at("details"), json(R"({"email":{"before":null,"after":"neu@example.org"}})"));
  const std::string path = history_path() + "/2";
  EXPECT_EQ(post_json(path, {{"lotse_version", 1}}, jule).status, 409);
  EXPECT_EQ(post_json(path, "no object", jule).status, 409);
  const auto done = post_json(path, {{"lotse_version", 2}}, jule);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(parse_json(done.body).value().at("lotse_version"), 3);
  const auto refused = post_json(path, {{"lotse_version", 3}}, jule);
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(has(refused, "email"));
}

}  // namespace
}  // namespace lotse::directory

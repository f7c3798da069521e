// SPDX-License-Identifier: EUPL-1.2
// Imports by pages, from the file to taking back. The cast: Jule edits the entries of unit one, Merle works
// with cases there and has no right to entries, Fatima edits those of unit two.
#include "interchange/run.h"

#include <gmock/gmock.h>

#include "access/gate.h"
#include "base/log.h"
#include "directory/directory_test_support.h"
#include "interchange/mapping_form.h"
#include "web/site_test_support.h"

namespace lotse::interchange {
namespace {

using directory::find_kept;
using web::has;

constexpr const char* kMapping = R"([source]
name = "liste"
[organisation]
id = "Träger"
name = "Träger"
[location]
id = "Nr"
[location.address]
address_1 = "Straße"
[service]
id = "Nr"
name = "Titel"
)";

std::string table(int rows, const std::string& title = "Angebot") {
  std::string text = "Nr;Titel;Träger;Straße\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i) + ";" + title + " " + std::to_string(i) + ";Haus " + std::to_string(i % 3) +
            ";Weg " + std::to_string(i) + "\n";
  return text;
}

class RunTest : public directory::TwoUnits {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "topic", "directory", "interchange"});
    return list;
  }
  void SetUp() override {
    TwoUnits::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    log_ = log_enabled(false);
    topic::put(desk(one_), topic::starting_catalogue());
    runner_ = std::make_unique<jobs::Runner>(*store_, clock_);
    install_imports(*runner_, *store_, clock_);
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{});
    install(*site_);
    site_->check();
  }
  void TearDown() override {
    site_.reset();
    runner_.reset();
    log_enabled(log_);
    TwoUnits::TearDown();
  }
  void work() {
    while (runner_->run_one()) continue;
  }
  interchange::Run run(const std::string& id) { return find_run(desk(one_), id); }
  std::string begun(const std::string& content, const std::string& name = "liste.csv") {
    const auto id = begin(desk(one_), name, content);
    EXPECT_TRUE(id.has_value());
    return id.value_or("");
  }
  std::string checked(const std::string& content) {
    const auto id = begun(content);
    EXPECT_TRUE(decide(desk(one_), run(id), kMapping));
    work();
    return id;
  }
  std::string imported(const std::string& content) {
    const auto id = checked(content);
    EXPECT_TRUE(start(desk(one_), run(id)));
    work();
    clock_->set({clock_->now().ms + 1000});
    return id;
  }
  std::int64_t count(const std::string& text) {
    std::int64_t found = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(one_);
      found = tx.one({"t.count", text}, {}, [](const sql::Row& r) { return r.integer(0); }).value();
    });
    return found;
  }

  std::string sign_in(UnitId unit, const std::string& function) {
    access::Gate gate(*store_, *clock_);
    const access::Operator boss(*store_, *clock_, "operator:test");
    const auto account =
        gate.make_account(boss, unit, function + std::to_string(unit) + "@example.org", "Jule", "x", "de");
    gate.grant(boss, account, unit, function, {2020, 1, 1});
    gate.mark_sample(boss, unit, account);
    sql::TestAccess::change(
        engine(),
        "INSERT INTO installation (key, value) VALUES ('sample', '1') ON CONFLICT (key) DO NOTHING");
    return gate.start(gate.begin(account, 0), {unit, "family_centre", "Haus", function}).value();
  }
  http::Response get(const std::string& path, const std::string& session, const std::string& accept = "") {
    http::Request r;
    r.method = "GET";
    r.path = path;
    r.fields = {{"Accept-Language", "de"}, {"Cookie", "lotse=" + session}};
    if (!accept.empty()) r.fields.push_back({"Accept", accept});
    return site_->answer(r);
  }
  http::Response post(const std::string& path, std::vector<http::Field> form, const std::string& session) {
    form.push_back({"_guard", guard(session)});
    return sent(path, http::encode_query(form), "application/x-www-form-urlencoded", session);
  }
  http::Response send(const std::string& content, const std::string& name, const std::string& session) {
    const std::string body = "--g\r\nContent-Disposition: form-data; name=\"_guard\"\r\n\r\n" +
                             guard(session) +
                             "\r\n--g\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
                             "\"\r\n\r\n" + content + "\r\n--g--\r\n";
    return sent("/staff/import", body, "multipart/form-data; boundary=g", session);
  }
  http::Response sent(const std::string& path, std::string body, const std::string& type,
                      const std::string& session) {
    http::Request r;
    r.method = "POST";
    r.path = path;
    r.body = std::move(body);
    r.fields = {{"Cookie", "lotse=" + session + "; lotse_guard=" + std::string(64, 'a')},
                {"Content-Type", type},
                {"Sec-Fetch-Site", "same-origin"},
                {"Accept-Language", "de"}};
    return site_->answer(r);
  }
  static std::string guard(const std::string& session) {
    return hash_hex("guard:" + std::string(64, 'a') + session).substr(0, 32);
  }

  std::unique_ptr<jobs::Runner> runner_;
  std::unique_ptr<web::Site> site_;
  bool log_ = true;
};
LOTSE_ON_EACH_ENGINE(RunTest);

TEST_P(RunTest, from_the_file_to_the_entries_and_back) {
  const auto id = checked(table(60));
  auto r = run(id);
  ASSERT_EQ(r.state, RunState::checked);
  EXPECT_EQ(r.result.at("kinds").at("service").at("added"), 60);
  EXPECT_EQ(r.result.at("entries").size(), 10u);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 0) << "nothing is written before it is started";
  ASSERT_TRUE(start(desk(one_), r));
  work();
  r = run(id);
  ASSERT_EQ(r.state, RunState::done);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 60);
  EXPECT_EQ(count("SELECT count(*) FROM import_file"), 0) << "the file goes when the import has ended";
  EXPECT_EQ(tally(desk(one_), r).kinds.at("service").added, 60);
  EXPECT_EQ(known_mappings(desk(one_)), std::vector<std::string>{"liste"});
  ASSERT_TRUE(undo(desk(one_), r));
  work();
  EXPECT_EQ(run(id).state, RunState::undone);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM organisation"), 0);
  EXPECT_TRUE(undo(desk(one_), run(id))) << "once more does no harm";
  work();
  EXPECT_EQ(run(id).state, RunState::undone);
  EXPECT_EQ(count("SELECT count(*) FROM audit_entry WHERE what = 'import.undo'"), 1);
}

TEST_P(RunTest, the_mapping_is_there_again_next_time) {
  imported(table(2));
  const auto again = run(begun(table(3)));
  EXPECT_EQ(again.mapping, kMapping);
  EXPECT_EQ(again.source, "liste");
  EXPECT_EQ(run(begun("ganz,anders\n1,2\n")).mapping, "");
}

TEST_P(RunTest, a_second_one_is_refused_while_one_is_at_work) {
  const auto first = checked(table(3)), second = checked(table(3, "Anders"));
  ASSERT_TRUE(start(desk(one_), run(first)));
  EXPECT_FALSE(start(desk(one_), run(second)));
  work();
  ASSERT_TRUE(start(desk(one_), run(second)));
  work();
  EXPECT_EQ(run(second).state, RunState::done);
}

TEST_P(RunTest, of_two_who_start_it_at_once_one_does) {
  const auto id = checked(table(3));
  const auto seen = run(id);
  ASSERT_TRUE(start(desk(one_), seen));
  EXPECT_THROW((void)start(desk(one_), seen), Stale);
  EXPECT_THROW((void)decide(desk(one_), seen, kMapping), Stale);
}

TEST_P(RunTest, undoing_waits_for_later_imports_of_the_same_name) {
  const auto first = imported(table(3));
  const auto second = imported(table(3, "Neu"));
  EXPECT_FALSE(undo(desk(one_), run(first)));
  ASSERT_TRUE(undo(desk(one_), run(second)));
  work();
  EXPECT_EQ(find_kept(desk(one_), {directory::id_for("table:liste", "service", "1")}).service.name,
            "Angebot 1");
  ASSERT_TRUE(undo(desk(one_), run(first)));
  work();
  EXPECT_EQ(count("SELECT count(*) FROM service"), 0);
}

TEST_P(RunTest, cancelled_the_file_is_gone) {
  for (const bool also_checked : {false, true}) {
    const auto id = also_checked ? checked(table(3)) : begun(table(3));
    cancel(desk(one_), run(id));
    EXPECT_EQ(run(id).state, RunState::cancelled);
    EXPECT_EQ(count("SELECT count(*) FROM import_file"), 0);
    EXPECT_THROW(cancel(desk(one_), run(id)), Stale);
    EXPECT_THROW((void)start(desk(one_), run(id)), Stale);
  }
}

TEST_P(RunTest, cancelled_while_it_is_being_checked_it_stays_cancelled) {
  const auto id = begun(table(3));
  ASSERT_TRUE(decide(desk(one_), run(id), kMapping));
  cancel(desk(one_), run(id));
  work();
  EXPECT_EQ(run(id).state, RunState::cancelled);
}

TEST_P(RunTest, stopped_before_its_job_began_nothing_stays) {
  const auto id = checked(table(100));
  ASSERT_TRUE(start(desk(one_), run(id)));
  cancel(desk(one_), run(id));
  EXPECT_EQ(run(id).state, RunState::undoing);
  work();
  EXPECT_EQ(run(id).state, RunState::undone);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM import_file"), 0);
}

TEST_P(RunTest, a_job_that_somebody_ended_can_be_gone_on_with_or_taken_back) {
  for (const bool forth : {true, false}) {
    const auto id = checked(table(5, forth ? "A" : "B"));
    ASSERT_TRUE(start(desk(one_), run(id)));
    const std::string job = run(id).job->id;
    desk(one_).unit(access::kDirectoryWrite).change("t.cancel", id, [&](access::Change& change) {
      return change.cancel_job(job);
    });
    auto r = run(id);
    EXPECT_TRUE(awaits_job(r) && !is_at_work(r));
    forth ? go_on(desk(one_), r) : cancel(desk(one_), r);
    EXPECT_THROW(go_on(desk(one_), run(id)), Stale) << "it is at work";
    work();
    EXPECT_EQ(run(id).state, forth ? RunState::done : RunState::undone);
  }
  EXPECT_EQ(count("SELECT count(*) FROM service WHERE name LIKE 'A%'"), 5);
}

TEST_P(RunTest, a_mapping_that_does_not_fit_leads_back_to_the_columns) {
  const auto id = begun("a,b\n1,2\n");
  ASSERT_TRUE(decide(desk(one_), run(id), kMapping));
  work();
  const auto r = run(id);
  EXPECT_EQ(r.state, RunState::draft);
  EXPECT_GT(r.result.at("problems").size(), 2u);
  EXPECT_TRUE(decide(desk(one_), r, "[source]\nname = 1.5\n").error().size() > 0);
}

TEST_P(RunTest, another_unit_and_others_without_the_right_find_nothing) {
  const auto id = checked(table(3));
  EXPECT_THROW(find_run(desk(two_), id), NotFound);
  EXPECT_THROW(find_run(desk(one_, "case_worker"), id), NotFound);
  EXPECT_THROW(find_run(desk(one_), "' OR 1=1"), NotFound);
  EXPECT_TRUE(runs(desk(two_), 10).empty());
  EXPECT_TRUE(known_mappings(desk(two_)).empty());
}

TEST_P(RunTest, old_ones_are_forgotten) {
  const auto done = imported(table(3));
  const auto draft = begun(table(3, "Entwurf"));
  const auto start_ms = clock_->now().ms;
  clock_->set({start_ms + 25LL * 3'600'000});
  work();
  EXPECT_EQ(run(draft).state, RunState::cancelled);
  EXPECT_EQ(count("SELECT count(*) FROM import_file"), 0);
  EXPECT_EQ(run(done).state, RunState::done);
  clock_->set({start_ms + 92LL * 24 * 3'600'000});
  work();
  EXPECT_THROW(run(done), NotFound);
  EXPECT_EQ(count("SELECT count(*) FROM imported"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM import_report"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 3);
}

TEST_P(RunTest, what_is_refused_is_in_the_report_with_its_row) {
  const auto id = checked(
      "Nr;Titel;Träger;Straße\n1;A;H;W\n1;Doppelt;H;W\n2;;H;W\n3;zu;viele;Zellen;hier\n"
      "4;=cmd|' /C calc'!A0;H;W\n;<script>alert(1)</script>;H;W\n");
  const auto r = run(id);
  EXPECT_EQ(r.result.at("refused"), 4);
  EXPECT_EQ(r.result.at("kinds").at("service").at("added"), 2);
  std::vector<std::size_t> lines;
  const auto report = report_of(desk(one_), r);
  for (const auto& each : report.findings())
    if (each.severity == Severity::row_not_used) lines.push_back(each.line);
  EXPECT_THAT(lines, testing::UnorderedElementsAre(3, 4, 5, 7));
  const auto jule = sign_in(one_, "directory_editor");
  const auto page = get("/staff/import/" + id, jule);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "Zeile 4"));
  EXPECT_FALSE(has(page, "<script>alert"));
  const auto csv = get("/staff/import/" + id + "/refused.csv", jule);
  EXPECT_TRUE(has(csv, "Zeile nicht übernommen"));
  EXPECT_FALSE(has(csv, "\n=cmd") || has(csv, ",=cmd"));
  EXPECT_TRUE(csv.header("content-disposition").starts_with("attachment"));
}

TEST_P(RunTest, pages_from_the_upload_to_the_end) {
  const auto jule = sign_in(one_, "directory_editor");
  EXPECT_TRUE(has(get("/staff/import", jule), "multipart/form-data"));
  EXPECT_EQ(send("", "leer.csv", jule).status, 422);
  EXPECT_TRUE(has(send("", "", jule), "Wählen Sie die Datei"));
  const auto sent = send(table(3), "kitas.csv", jule);
  ASSERT_EQ(sent.status, 303);
  const std::string path(sent.header("location"));
  EXPECT_TRUE(has(get(path, jule), "Was bedeuten die Spalten?"));
  const auto wrong = post(path + "/columns", {{"service.name", "Titel"}}, jule);
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, "#source"));
  ASSERT_EQ(post(path + "/columns",
                 {{"source", "kitas"},
                  {"service.name", "Titel"},
                  {"organisation.name", "Träger"},
                  {"service.id", "Nr"}},
                 jule)
                .status,
            303);
  EXPECT_TRUE(has(get(path, jule), "lo-wait"));
  work();
  EXPECT_TRUE(has(get(path, jule), "Angebot 2"));
  EXPECT_TRUE(has(get(path + "/mapping.toml", jule), "name = \"kitas\""));
  ASSERT_EQ(post(path + "/start", {}, jule).status, 303);
  EXPECT_EQ(post(path + "/start", {}, jule).status, 409);
  work();
  EXPECT_TRUE(has(get(path, jule, "application/json"), "\"state\":\"done\""));
  ASSERT_EQ(post(path + "/undo", {}, jule).status, 303);
  work();
  EXPECT_TRUE(has(get(path, jule), "zurückgenommen"));
  EXPECT_EQ(count("SELECT count(*) FROM service"), 0);
}

TEST_P(RunTest, pages_are_for_those_who_may_and_forms_must_be_ours) {
  const auto id = checked(table(3));
  const auto merle = sign_in(one_, "case_worker"), fatima = sign_in(two_, "directory_editor");
  for (const auto& session : {merle, fatima}) {
    EXPECT_EQ(get("/staff/import/" + id, session).status, 404);
    EXPECT_EQ(get("/staff/import/" + id + "/report.csv", session).status, 404);
    EXPECT_EQ(post("/staff/import/" + id + "/start", {}, session).status, 404);
  }
  EXPECT_EQ(get("/staff/import", merle).status, 404);
  EXPECT_EQ(send(table(1), "a.csv", merle).status, 404);
  const auto jule = sign_in(one_, "directory_editor");
  EXPECT_EQ(
      sent("/staff/import",
           "--g\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\na,b\n1,2\r\n--g--",
           "multipart/form-data; boundary=g", jule)
          .status,
      403);
  EXPECT_EQ(sent("/staff/import", "kaputt", "multipart/form-data; boundary=g", jule).status, 400);
  EXPECT_EQ(run(id).state, RunState::checked);
}

TEST_P(RunTest, a_file_that_is_too_large_gets_a_page_that_says_so) {
  const auto jule = sign_in(one_, "directory_editor");
  const auto large = send(std::string(kFileBytes + 1, 'x'), "gross.csv", jule);
  EXPECT_EQ(large.status, 413);
  EXPECT_TRUE(has(large, "10 MB"));
  EXPECT_GT(site_->body_limit("POST", "/staff/import"), kFileBytes);
  EXPECT_LT(site_->body_limit("POST", "/staff/import/x/columns"), kFileBytes);
}

}  // namespace
}  // namespace lotse::interchange

// SPDX-License-Identifier: EUPL-1.2
// The files of a record as those who use them meet them: through a server, on a socket.
#include <atomic>

#include "access/gate.h"
#include "access/operator.h"
#include "file/file_test_support.h"
#include "http/client_test_helper.h"
#include "web/site_test_support.h"

namespace lotse::file {
namespace {

class FilePagesTest : public FileFixture {
 protected:
  static constexpr std::size_t kMost = 1024 * 1024;

  void SetUp() override {
    FileFixture::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const int unit : {7, 8})
      sql::TestAccess::change(engine(),
                              "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
                              "opening_hours) VALUES ($1, $1, 'family_centre', 'gdpr', 'Haus', '')",
                              {unit});
    sql::TestAccess::change(engine(), "INSERT INTO installation (key, value) VALUES ('sample', '1')");
    site_ = std::make_unique<web::Site>(*store_, std::make_shared<StandingClock>(clock_.now()),
                                        web::SiteOptions{});
    install(*site_, {.path = "/staff/things/{record}/files",
                     .heading = msg("File"),
                     .category = 14,
                     .field = "agreement",
                     .read = &access::kThingRead,
                     .write = &access::kThingWrite,
                     .erase = &access::kThingErase,
                     .relation =
                         [](web::Ask&, const std::string& record) {
                           if (record == "t0") throw NotFound();
                           return access::kRegistered;
                         },
                     .most_bytes = kMost});
    site_->check();
    http::ServerOptions options;
    options.limits.body_limit = [this](const std::string& method, std::string_view path) {
      return site_->body_limit(method, path);
    };
    server_ =
        std::make_unique<http::Running>(options, [this](const http::Request& r) { return site_->answer(r); });
  }
  void TearDown() override {
    server_.reset();
    site_.reset();
    FileFixture::TearDown();
  }
  std::string sign_in(const std::string& function, UnitId unit = 7) {
    access::Gate gate(*store_, clock_);
    const access::Operator by(*store_, clock_, "operator:test");
    const auto account =
        gate.make_account(by, unit, function + std::to_string(unit) + "@example.org", "Olena", "x", "de");
    gate.grant(by, account, unit, function, {2020, 1, 1});
    gate.mark_sample(by, unit, account);
    return gate.start(gate.begin(account, 0), {unit, "family_centre", "Haus", function}).value();
  }
  http::Answer get(const std::string& session, const std::string& path, const std::string& more = "") {
    return http::Client(server_->port())
        .ask("GET " + path + " HTTP/1.1\r\nHost: test\r\nAccept-Language: de\r\nCookie: lotse=" + session +
             "\r\n" + more + "\r\n");
  }
  http::Answer post(const std::string& session, const std::string& path, const std::string& type,
                    const std::string& body) {
    return http::Client(server_->port())
        .ask("POST " + path +
             " HTTP/1.1\r\nHost: test\r\nAccept-Language: de\r\nSec-Fetch-Site: same-origin\r\nCookie: "
             "lotse=" +
             session + "; lotse_guard=" + web::kGuardSecret + "\r\nContent-Type: " + type +
             "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static std::string guard(const std::string& session) {
    return hash_hex("guard:" + web::kGuardSecret + session).substr(0, 32);
  }
  http::Answer upload(const std::string& session, const std::string& name, const std::string& bytes,
                      bool guarded = true, const std::string& path = "/staff/things/t1/files") {
    std::string body = "--Bb\r\nContent-Disposition: form-data; name=\"_guard\"\r\n\r\n" +
                       (guarded ? guard(session) : "x") +
                       "\r\n--Bb\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
                       "\"\r\nContent-Type: text/html\r\n\r\n" + bytes + "\r\n--Bb--\r\n";
    return post(session, path, "multipart/form-data; boundary=Bb", body);
  }
  std::string first_id() { return list(reading(), agreement()).at(0).id; }

  std::unique_ptr<web::Site> site_;
  std::unique_ptr<http::Running> server_;
  const std::string kPath = "/staff/things/t1/files";
};
LOTSE_ON_EACH_ENGINE(FilePagesTest);

TEST_P(FilePagesTest, AFileGoesInAndComesOutAsADownload) {
  const auto olena = sign_in("organiser");
  EXPECT_NE(get(olena, kPath).body.find("enctype=\"multipart/form-data\""), std::string::npos);
  const std::string bytes = "%PDF-1.4\n" + text_of(700'000);
  const auto done = upload(olena,
                           "Br\xC3\xBC"
                           "cke 1.pdf",
                           bytes);
  EXPECT_EQ(done.status, 303);
  EXPECT_TRUE(done.has("Location: " + kPath + "?done=put"));
  EXPECT_NE(get(olena, kPath)
                .body.find("Br\xC3\xBC"
                           "cke 1.pdf"),
            std::string::npos);
  const auto file = get(olena, kPath + "/" + first_id());
  EXPECT_EQ(file.status, 200);
  EXPECT_TRUE(file.body == bytes);
  for (const char* field :
       {"Content-Type: application/pdf\r\n",
        "Content-Disposition: attachment; filename=\"Br_cke 1.pdf\"; "
        "filename*=UTF-8''Br%C3%BCcke%201.pdf\r\n",
        "X-Content-Type-Options: nosniff\r\n", "Content-Security-Policy: sandbox; default-src 'none'\r\n",
        "Cache-Control: private, no-store\r\n"})
    EXPECT_TRUE(file.has(field)) << field << file.head;
  EXPECT_FALSE(file.has("Content-Encoding"));
  const auto all = entries();
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const auto& each) { return each.what == "file.open"; }));
}

TEST_P(FilePagesTest, EachRefusalShowsTheFormAgainWithItsReason) {
  const auto olena = sign_in("organiser");
  for (const auto& [bytes, reason] :
       {std::pair<std::string, std::string>{"<html><script>alert(1)</script>", "PDF-Datei"},
        {"", "leer"},
        {std::string(kMost + 1, 'x'), "gro\xC3\x9F"}}) {
    const auto refused = upload(olena, "a.pdf", bytes);
    EXPECT_EQ(refused.status, 422);
    EXPECT_NE(refused.body.find("href=\"#file\""), std::string::npos);
    EXPECT_NE(refused.body.find(reason), std::string::npos) << reason;
  }
  const auto none = upload(olena, "", "");
  EXPECT_EQ(none.status, 422);
  EXPECT_EQ(upload(olena, "a.txt", std::string(kMost + 100'000, 'x')).status, 413);
  EXPECT_EQ(post(olena, kPath, "multipart/form-data; boundary=Bb", "--Bb\r\n").status, 400);
  EXPECT_TRUE(list(reading(), agreement()).empty());
}

TEST_P(FilePagesTest, AFormOfSomebodyElseIsNoForm) {
  const auto olena = sign_in("organiser");
  EXPECT_EQ(upload(olena, "a.txt", "text", false).status, 403);
  EXPECT_TRUE(list(reading(), agreement()).empty());
}

TEST_P(FilePagesTest, WhoMayNotMeetsNothing) {
  const auto olena = sign_in("organiser");
  ASSERT_EQ(upload(olena, "a.txt", "some text").status, 303);
  const auto id = first_id();
  const auto merle = sign_in("case_worker"), other = sign_in("organiser", 8);
  EXPECT_EQ(get(merle, kPath).status, 404);
  EXPECT_EQ(get(merle, kPath + "/" + id).status, 404);
  EXPECT_EQ(upload(merle, "a.txt", "more").status, 404);
  EXPECT_EQ(post(merle, kPath + "/" + id + "/removal", "application/x-www-form-urlencoded",
                 "_guard=" + guard(merle))
                .status,
            404);
  EXPECT_EQ(get(other, kPath + "/" + id).status, 404);
  EXPECT_EQ(get(olena, kPath + "/nothing").status, 404);
  EXPECT_EQ(get(olena, "/staff/things/t0/files").status, 404) << "none of this feature's records";
  EXPECT_EQ(get("", kPath).status, 303) << "sign in first";
  EXPECT_EQ(upload("", "a.txt", "more").status, 303);
  EXPECT_EQ(list(reading(), agreement()).size(), 1u);
}

TEST_P(FilePagesTest, AFileIsRemovedByItsButton) {
  const auto olena = sign_in("organiser");
  upload(olena, "a.txt", "some text");
  const auto path = kPath + "/" + first_id();
  EXPECT_NE(get(olena, kPath).body.find("href=\"" + path + "/removal\""), std::string::npos);
  const auto asked = get(olena, path + "/removal").body;
  EXPECT_NE(asked.find("action=\"" + path + "/removal\""), std::string::npos);
  EXPECT_NE(asked.find("a.txt"), std::string::npos);
  EXPECT_EQ(get(olena, kPath + "/nothing/removal").status, 404);
  EXPECT_EQ(get(sign_in("case_worker"), path + "/removal").status, 404);
  EXPECT_EQ(
      post(olena, path + "/removal", "application/x-www-form-urlencoded", "_guard=" + guard(olena)).status,
      303);
  EXPECT_EQ(get(olena, path).status, 404);
  EXPECT_EQ(
      post(olena, path + "/removal", "application/x-www-form-urlencoded", "_guard=" + guard(olena)).status,
      404);
}

TEST_P(FilePagesTest, JsonSaysTheSame) {
  const auto olena = sign_in("organiser");
  upload(olena, "a.txt", "some text");
  const auto all = Json::parse(get(olena, kPath, "Accept: application/json\r\n").body);
  ASSERT_EQ(all.at("files").size(), 1u);
  EXPECT_EQ(all["files"][0]["name"], "a.txt");
  EXPECT_EQ(all["files"][0]["type"], "text");
  EXPECT_EQ(all["files"][0]["size"], 9);
}

TEST_P(FilePagesTest, ADamagedFileIsSaidToBeSo) {
  const auto olena = sign_in("organiser");
  upload(olena, "a.txt", "some text");
  damage("DELETE FROM file_piece WHERE unit_id = 7");
  const auto answer = get(olena, kPath + "/" + first_id());
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("some text"), std::string::npos);
  EXPECT_NE(answer.body.find("besch\xC3\xA4"
                             "digt"),
            std::string::npos);
  EXPECT_FALSE(answer.has("Content-Disposition"));
}

TEST_P(FilePagesTest, DownloadsThatNobodyTakesAreBounded) {
  const auto olena = sign_in("organiser");
  upload(olena, "a.txt", "some text");
  web::Fields cookie{{"Cookie", "lotse=" + olena}};
  const auto request = web::get(kPath + "/" + first_id(), cookie);
  std::vector<http::Response> waiting;
  for (;;) {
    waiting.push_back(site_->answer(request));
    if (waiting.back().status != 200) break;
    ASSERT_LE(waiting.size(), 64u) << "64 MB, of one MB each";
  }
  EXPECT_EQ(waiting.size(), 65u);
  EXPECT_EQ(waiting.back().status, 503);
  EXPECT_FALSE(waiting.back().header("Retry-After").empty());
  waiting.erase(waiting.begin());
  EXPECT_EQ(site_->answer(request).status, 200);
}

}  // namespace
}  // namespace lotse::file

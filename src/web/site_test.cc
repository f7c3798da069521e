// SPDX-License-Identifier: EUPL-1.2
#include "web/site_test_support.h"

namespace lotse::web {
namespace {

const Fields kSecurity{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
     "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
     "manifest-src 'self'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Vary", "Accept-Encoding, Accept-Language, Cookie"}};

TEST_F(SiteTest, RoutesAreFound) {
  EXPECT_TRUE(has(answer("/"), "[start]"));
  auto r = answer("/offers/42");
  EXPECT_TRUE(has(r, "[offer id=42]"));
  EXPECT_EQ(r.route, "/offers/{id}");
  EXPECT_TRUE(has(answer("/offers/new"), "[new]")) << "fixed words go before placeholders";
  EXPECT_TRUE(has(answer("/offers/1/copy/2"), "[copy id=1 part=2]"));
  EXPECT_TRUE(has(answer("/x/new"), "[any-new any=x]"));
  EXPECT_TRUE(has(answer("/offers/%"), "[offer id=%]")) << "the path comes decoded";
  EXPECT_TRUE(has(answer("/offers/<b>"), "[offer id=&lt;b&gt;]"));
  for (const char* lost : {"/nothing", "/offers", "/offers/", "/offers/1/", "/offers/1/copy",
                           "/offers/1/copy/", "/Offers/1", "/form/x"}) {
    r = answer(lost);
    EXPECT_EQ(r.status, 404) << lost;
    EXPECT_EQ(r.route, "-");
  }
}

TEST_F(SiteTest, AnotherMethodIs405AndSaysWhichThereAre) {
  auto r = answer(get("/only-post"));
  EXPECT_EQ(r.status, 405);
  EXPECT_EQ(r.header("Allow"), "POST");
  r = answer(post("/offers/1", ""));
  EXPECT_EQ(r.status, 405);
  EXPECT_EQ(r.header("Allow"), "GET, HEAD");
  r = answer(ask_for("DELETE", "/form"));
  EXPECT_EQ(r.status, 405);
  EXPECT_EQ(r.header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(answer(ask_for("PUT", "/nothing")).status, 404);
}

TEST_F(SiteTest, HeadIsAnsweredAsGet) {
  auto request = get("/offers/42");
  const auto whole = answer(request);
  request.head_only = true;
  const auto head = answer(request);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.fields, whole.fields);
  EXPECT_EQ(head.body, whole.body);  // the server leaves it out and keeps its length
}

TEST_F(SiteTest, ARouteWithoutARightStopsTheStart) {
  EXPECT_NO_THROW(site_.check());
  site_.get("/free", Access{}, [](Ask& ask) { return page(ask, {}); });
  try {
    site_.check();
    FAIL();
  } catch (const Bug& e) {
    EXPECT_NE(std::string(e.what()).find("GET /free"), std::string::npos) << e.what();
  }
}

TEST_F(SiteTest, ARouteDeclaredTwiceStopsTheStart) {
  site_.post("/offers/{id}", kOpen, [](Ask&) { return see(Url::path("/")); });
  EXPECT_NO_THROW(site_.check());
  site_.get("/offers/{id}", kOpen, [](Ask&) { return see(Url::path("/")); });
  EXPECT_THROW(site_.check(), Bug);
}

TEST_F(SiteTest, TheLanguageIsChosenByCookieThenHeader) {
  EXPECT_TRUE(has(answer("/"), "[de]"));
  EXPECT_TRUE(has(answer("/", {{"Accept-Language", "uk, de;q=0.5"}}), "[uk]"));
  EXPECT_TRUE(has(answer("/", {{"Accept-Language", "uk"}, {"Cookie", "a=b; lotse_language=tr"}}), "[tr]"));
  EXPECT_TRUE(has(answer("/", {{"Accept-Language", "uk"}, {"Cookie", "lotse_language=xx"}}), "[uk]"))
      << "an unknown cookie is ignored";
  EXPECT_TRUE(has(answer("/", {{"Cookie", "lotse_language=de-x-simple"}}), "[de-x-simple]"));
  const auto r = answer("/", {{"Cookie", "lotse_language=ar"}});
  EXPECT_EQ(r.header("Content-Language"), "ar");
  EXPECT_TRUE(has(r, "<html lang=\"ar\" dir=\"rtl\">"));
  EXPECT_TRUE(has(r, http::asset_named("lotse.rtl.css")->path));
  EXPECT_EQ(answer("/", {{"Cookie", "lotse_language=de-x-simple"}}).header("Content-Language"), "de");
}

TEST_F(SiteTest, AChoiceOfLanguageKeepsWhereOneIs) {
  auto r = answer("/offers/42?q=a%26b&_language=uk&page=2&q=%C3%A4");
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("Location"), "/offers/42?q=a%26b&page=2&q=%C3%A4");
  EXPECT_EQ(cookie_set(r, "lotse_language"),
            "lotse_language=uk; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=31536000");
  r = answer("/?_language=fa");
  EXPECT_EQ(r.header("Location"), "/");
  r = answer("/offers/gr\xC3\xBC\xC3\x9F %?_language=fa");
  EXPECT_EQ(r.header("Location"), "/offers/gr%C3%BC%C3%9F%20%25");
}

TEST_F(SiteTest, AnUnknownLanguageIsIgnored) {
  for (const char* odd : {"xx", "DE", "%22%3E%3Cscript%3E", "de%0D%0ASet-Cookie:a=b", "uk;Path=/x"}) {
    const auto r = answer("/offers/42?a=1&_language=" + std::string(odd));
    EXPECT_EQ(r.status, 303) << odd;
    EXPECT_EQ(r.header("Location"), "/offers/42?a=1") << odd;
    EXPECT_TRUE(values(r, "Set-Cookie").empty()) << odd;
  }
  EXPECT_TRUE(has(answer("/?_language="), "[start ?_language=]"));
}

TEST_F(SiteTest, TheLanguageCanBeChosenOnThePageThatSaysNotFoundToo) {
  const auto r = answer("/nothing?a=1&_language=uk");
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("Location"), "/nothing?a=1");
  EXPECT_NE(cookie_set(r, "lotse_language"), "");
  EXPECT_EQ(answer("/nothing?a=1").status, 404);
}

TEST_F(SiteTest, AChoiceOfLanguageInsideAFormKeepsWhatWasTyped) {
  const std::string cookie = "__Host-lotse_guard=" + kGuardSecret;
  const auto guard = guard_in(answer("/form", {{"Cookie", cookie}}));
  const auto r = answer(post("/form", "_action=language&_language=tr&name=Ay%C5%9Fe&_guard=" + guard,
                             {{"Cookie", cookie}, {"Origin", "https://lotse.example"}}));
  EXPECT_EQ(r.status, 200);
  EXPECT_TRUE(has(r, "again in tr with Ayşe"));
  EXPECT_TRUE(cookie_set(r, "lotse_language").starts_with("lotse_language=tr;"));
  // It is a form like any other: without the token nothing happens.
  EXPECT_EQ(answer(post("/form", "_action=language&_language=tr&name=x",
                        {{"Cookie", cookie}, {"Origin", "https://lotse.example"}}))
                .status,
            403);
}

TEST_F(SiteTest, SecurityHeadersAreOnEveryAnswer) {
  std::vector<http::Response> all;
  for (const char* target : {"/", "/form", "/json", "/nothing", "/only-post", "/stale", "/busy", "/bug",
                             "/staff-only", "/?_language=uk", "/?a=%zz"})
    all.push_back(answer(target));
  all.push_back(answer(post("/form", "")));
  all.push_back(answer(get("/bug", {{"Accept", "application/json"}})));
  for (const auto& r : all)
    for (const auto& [name, value] : kSecurity)
      EXPECT_EQ(values(r, name), std::vector<std::string>{value})
          << r.route << " " << r.status << " " << name;
  for (const auto& r : all)
    EXPECT_EQ(values(r, "Cache-Control"), std::vector<std::string>{"private, no-cache"}) << r.route;
  EXPECT_EQ(values(answer("/private"), "Cache-Control"), std::vector<std::string>{"public, max-age=5"});
}

TEST_F(SiteTest, NoPageHasScriptOrStyleInside) {
  for (const char* target : {"/", "/form", "/nothing"}) {
    const auto r = answer(target);
    EXPECT_FALSE(has(r, "<style") || has(r, " style=") || has(r, " onclick=") || has(r, "javascript:"))
        << target;
    const auto first = r.content().find("<script");
    EXPECT_EQ(r.content().find("<script", first + 1), std::string_view::npos);
    EXPECT_TRUE(has(r, "<script type=\"module\" src=\"/static/"));
    EXPECT_TRUE(has(r, "Wiesen &amp; Bach"));
  }
}

TEST_F(SiteTest, StaticFilesAreNotSniffed) {
  const auto r = answer(std::string(http::asset_named("lotse.css")->path));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.route, "/static/{asset}");
  EXPECT_EQ(values(r, "X-Content-Type-Options"), std::vector<std::string>{"nosniff"});
  EXPECT_EQ(values(answer("/static/nothing.css"), "X-Content-Type-Options"),
            std::vector<std::string>{"nosniff"});
  EXPECT_EQ(answer("/static/nothing.css").status, 404);
}

TEST_F(SiteTest, HeaderValuesHoldNoLineEnds) {
  const auto check = [](const http::Response& r) {
    for (const auto& each : r.fields)
      for (const unsigned char c : each.name + each.value)
        EXPECT_TRUE(c >= ' ' && c < 0x7F) << each.name << ": " << each.value;
  };
  for (const char* target : {"/offers/x?_language=uk&q=%0D%0ASet-Cookie:a=b", "/?_language=%0D%0Auk",
                             "/staff-only?to=%0D%0Ax", "/offers/\xC3\xA4?_language=uk"})
    check(answer(target));
  check(answer("/staff-only", {{"Cookie", "lotse_language=\xC3\xA4"}}));
}

TEST_F(SiteTest, PagesOfTheAnonymousAreCompressedWhereWanted) {
  auto r = answer("/", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(r.header("Content-Encoding"), "gzip");
  EXPECT_EQ(r.body.substr(0, 2), "\x1F\x8B");
  EXPECT_EQ(answer("/").header("Content-Encoding"), "");
  EXPECT_EQ(answer("/", {{"Accept-Encoding", "gzip;q=0"}}).header("Content-Encoding"), "");
  EXPECT_EQ(answer("/json", {{"Accept-Encoding", "gzip"}}).header("Content-Encoding"), "")
      << "too small to be worth it";
}

struct Fault {
  const char* target;
  int status;
  const char* title;
};
constexpr Fault kFaults[] = {{"/?a=%zz", 400, "We could not read your request"},
                             {"/lost", 404, "We did not find this page"},
                             {"/nothing", 404, "We did not find this page"},
                             {"/only-post", 405, "This does not work here"},
                             {"/stale", 409, "Somebody else has just changed this"},
                             {"/conflict", 409, "Somebody else has just changed this"},
                             {"/broken", 500, "Something went wrong on our side"},
                             {"/bug", 500, "Something went wrong on our side"},
                             {"/other", 500, "Something went wrong on our side"},
                             {"/busy", 503, "We are busy at the moment"}};

TEST_F(SiteTest, ErrorPagesInAllTwelveLanguages) {
  ASSERT_EQ(words::languages().size(), 12u);
  for (const auto& language : words::languages())
    for (const auto& fault : kFaults) {
      const auto r = answer(fault.target, {{"Cookie", "lotse_language=" + std::string(language.tag)}});
      const std::string where = std::string(fault.target) + " " + std::string(language.tag);
      EXPECT_EQ(r.status, fault.status) << where;
      EXPECT_EQ(r.header("Content-Type"), "text/html; charset=utf-8") << where;
      EXPECT_EQ(r.header("Content-Language"), language.html) << where;
      const std::string title = words::translate(language, msg(fault.title));
      EXPECT_TRUE(language.tag.starts_with("de") ||
                  title != words::translate(*words::language("de"), msg(fault.title)))
          << where << " is not translated";
      EXPECT_TRUE(has(r, "<h1 class=\"kern-heading-large\">" + Html::text(title).markup() + "</h1>"))
          << where;
      EXPECT_TRUE(has(r, "noindex"));
      EXPECT_FALSE(has(r, "kanarie")) << where;
    }
  const auto german = answer("/nothing");
  EXPECT_FALSE(has(german, "We did not find this page"));
}

TEST_F(SiteTest, ErrorsAsProblemDetails) {
  for (const auto& fault : kFaults) {
    const auto r = answer(fault.target, {{"Accept", "application/json"}, {"Cookie", "lotse_language=en"}});
    EXPECT_EQ(r.status, fault.status) << fault.target;
    EXPECT_EQ(values(r, "Content-Type"), std::vector<std::string>{"application/problem+json"});
    const auto body = parse_json(r.content());
    ASSERT_TRUE(body);
    EXPECT_EQ((*body)["status"], fault.status);
    EXPECT_EQ((*body)["title"], fault.title);
    EXPECT_EQ((*body)["type"], "about:blank");
    EXPECT_FALSE((*body)["detail"].get<std::string>().empty());
    EXPECT_FALSE(has(r, "kanarie")) << fault.target;
  }
  EXPECT_EQ(answer("/busy").header("Retry-After"), "5");
  EXPECT_EQ(answer("/busy", {{"Accept", "application/json"}}).header("Retry-After"), "5");
  EXPECT_EQ(answer("/bug").header("Retry-After"), "");
}

TEST_F(SiteTest, WhatNoHandlerHearsIsAnsweredInTheReadersLanguage) {
  for (const auto& [status, title] :
       {std::pair{413, "This was too much to send"}, {503, "We are busy at the moment"}})
    for (const auto& language : words::languages()) {
      const auto asked =
          post("/form?secret=1", "",
               {{"Cookie", "lotse_language=" + std::string(language.tag)}, {"Accept", "text/html"}});
      const auto first = site_.refusal(asked, status), second = site_.refusal(asked, status);
      EXPECT_EQ(first.status, status);
      EXPECT_EQ(first.header("Content-Language"), language.html);
      EXPECT_TRUE(has(first, words::translate(language, msg(title)))) << language.tag;
      EXPECT_EQ(first.body, second.body);
      EXPECT_FALSE(has(first, "secret")) << "others get the same page";
      EXPECT_EQ(values(first, "Cache-Control"), std::vector<std::string>{"no-store"});
      EXPECT_EQ(values(first, "Content-Security-Policy").size(), 1u);
      EXPECT_EQ(first.header("Set-Cookie"), "");
    }
  const auto json = site_.refusal(get("/form", {{"Accept", "application/json"}}), 413);
  EXPECT_EQ(json.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(parse_json(json.body)->at("status"), 413);
}

TEST_F(SiteTest, RoutesSayWhetherTheyAreUrgent) {
  site_.post("/stop/{what}", urgent(kOpen), [](Ask&) { return see(Url::path("/")); });
  EXPECT_TRUE(site_.is_urgent("POST", "/stop/sharing"));
  EXPECT_FALSE(site_.is_urgent("GET", "/stop/sharing"));
  EXPECT_FALSE(site_.is_urgent("POST", "/stop"));
  EXPECT_FALSE(site_.is_urgent("POST", "/form"));
}

TEST_F(SiteTest, FormsHaveANumberOfTheirOwn) {
  const auto number_in = [](const http::Response& r) {
    constexpr std::string_view kMark = "name=\"_once\" value=\"";
    const auto at = r.content().find(kMark);
    return at == std::string_view::npos ? "" : std::string(r.content().substr(at + kMark.size(), 32));
  };
  const auto first = number_in(answer("/form")), second = number_in(answer("/form"));
  EXPECT_EQ(first.size(), 32u);
  EXPECT_NE(first, second);
}

// What is done is done in the store; here only where a second click leads.
TEST_F(SiteTest, ASecondClickLeadsWhereTheFirstDid) {
  int sent = 0;
  site_.post("/twice", kOpen, [&](Ask&) -> http::Response {
    if (++sent > 1) throw access::DoneBefore();
    return see(Url::path("/done"));
  });
  const auto page = answer("/form");
  const std::string cookie = cookie_set(page, "__Host-lotse_guard");
  const auto send = [&](const std::string& typed) {
    return answer(post("/twice", "_guard=" + guard_in(page) + "&_once=1&text=" + typed,
                       {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"Sec-Fetch-Site", "same-origin"}}));
  };
  EXPECT_EQ(send("a").header("Location"), "/done");
  EXPECT_EQ(send("a").header("Location"), "/done");
  EXPECT_TRUE(has(send("b"), "sent this twice") || has(send("b"), "zweimal gesendet"))
      << "nothing is known of that one";
  clock_->set(Instant{clock_->now().ms + 11'000});
  const auto late = send("a");
  EXPECT_EQ(late.status, 200) << "who comes back to an old page is told";
  EXPECT_EQ(late.header("Location"), "");
}

TEST_F(SiteTest, NoTextOfAnExceptionIsInAnyHeader) {
  for (const auto& fault : kFaults)
    for (const auto& each : answer(fault.target).fields)
      EXPECT_EQ(each.value.find("kanarie"), std::string::npos);
}

TEST_F(SiteTest, WhoIsNotSignedInIsSentToTheSignIn) {
  auto r = answer("/staff-only");
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("Location"), "/sign-in?to=%2Fstaff-only");
  EXPECT_FALSE(has(r, "staff"));
  EXPECT_EQ(answer("/who-are-you").header("Location"), "/sign-in?to=%2Fwho-are-you");
  EXPECT_EQ(answer("/staff-only?a=b").header("Location"), "/sign-in?to=%2Fstaff-only");
  r = answer("/staff-only", {{"Accept", "application/json"}});
  EXPECT_EQ(r.status, 401);
  EXPECT_EQ(r.header("Content-Type"), "application/problem+json");
  EXPECT_EQ((*parse_json(r.content()))["status"], 401);
  // What was sent is lost, and it is no page to come back to.
  r = answer(post("/staff-only", "a=b", {{"Origin", "https://lotse.example"}}));
  EXPECT_EQ(r.header("Location"), "/sign-in?to=%2F");
}

TEST_F(SiteTest, AFormThatIsNoFormIs400) {
  for (const char* body : {"a=%zz", "a=%FF", "a=%00", "%"})
    EXPECT_EQ(answer(post("/form", body, {{"Origin", "https://lotse.example"}})).status, 400) << body;
  for (const char* query : {"/?a=%", "/?%C3=1", "/?a=%00"}) EXPECT_EQ(answer(query).status, 400) << query;
}

TEST_F(SiteTest, CookiesAreForTheServerAlone) {
  http::Response r;
  set_cookie(r, site_, "a", "b", 0);
  set_cookie(r, site_, "a", "", -1);
  EXPECT_EQ(values(r, "Set-Cookie"),
            (std::vector<std::string>{"a=b; Path=/; HttpOnly; SameSite=Lax; Secure",
                                      "a=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"}));
  EXPECT_EQ(site_.session_cookie(), "__Host-lotse");
  Site plain(store_, clock_, {});
  http::Response other;
  set_cookie(other, plain, "a", "b", 60);
  EXPECT_EQ(values(other, "Set-Cookie"),
            std::vector<std::string>{"a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"});
  EXPECT_EQ(plain.session_cookie(), "lotse");
}

TEST_F(SiteTest, NavigationShowsStaffEntriesToStaffOnly) {
  site_.add_to_navigation({"/offers", msg("Offers"), false});
  site_.add_to_navigation({"/staff", msg("My work"), true});
  const auto r = answer("/", {{"Cookie", "lotse_language=en"}});
  EXPECT_TRUE(has(r, "href=\"/offers\""));
  EXPECT_FALSE(has(r, "href=\"/staff\""));
  EXPECT_TRUE(has(r, "href=\"/sign-in\""));
  EXPECT_FALSE(has(r, "href=\"/sign-out\""));
}

TEST_F(SiteTest, TheChoiceOfLanguageEscapesWhatWasAsked) {
  const auto r = answer("/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&%3Cb%3E=1");
  EXPECT_FALSE(has(r, "<script>alert")) << "in the hidden fields of the choice";
  EXPECT_TRUE(has(r, "name=\"q\" value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""));
}

TEST_F(SiteTest, FieldsEscapeAndNameTheirProblems) {
  site_.get("/fields", kOpen, [](Ask& ask) {
    const FormView form{ask,
                        {{"name", msg("Enter your e-mail address.")}, {"", msg("{x}", {{"x", "<whole>"}})}}};
    const std::string evil = "\"><b>";
    return page(ask,
                {.title = evil,
                 .main = all({problem_summary(form),
                              text_field(form, "name", evil, {.hint = evil, .value = evil, .needed = true}),
                              text_field(form, "more", "L", {.value = "</textarea>" + evil, .rows = 3}),
                              select_field(form, "s", evil, {{evil, evil}, {"b", "B"}}, "b"),
                              radios(form, "r", evil, {{evil, evil}}, evil), checkbox(form, "c", evil, true),
                              button(evil)}),
                 .problems = true});
  });
  const auto r = answer("/fields", {{"Cookie", "lotse_language=en"}});
  EXPECT_FALSE(has(r, "\"><b>"));
  EXPECT_FALSE(has(r, "<b>"));
  EXPECT_FALSE(has(r, "<whole>"));
  EXPECT_TRUE(has(r, "<title>Error: "));
  EXPECT_TRUE(has(r, "<a class=\"kern-link\" href=\"#name\">Enter your e-mail address.</a>"));
  EXPECT_TRUE(has(r, "aria-describedby=\"name-hint name-error\" aria-invalid=\"true\" required"));
  EXPECT_TRUE(has(r, "id=\"name-error\""));
  EXPECT_TRUE(has(r, "<option value=\"b\" selected>B</option>"));
}

TEST_F(SiteTest, BodiesAreTakenWhereARouteTakesThem) {
  EXPECT_EQ(site_.body_limit("POST", "/form"), 16u * 1024) << "open to everybody";
  EXPECT_EQ(site_.body_limit("POST", "/staff-only"), 1024u * 1024);
  for (const char* path : {"/", "/nothing", "/offers/1", "/static/lotse.css"})
    EXPECT_EQ(site_.body_limit("POST", path), 0u) << path;
  for (const char* method : {"GET", "PUT", "DELETE", "OPTIONS"})
    EXPECT_EQ(site_.body_limit(method, "/form"), 0u) << method;
}

TEST_F(SiteTest, OnlyAUniqueConstraintIsSomebodyElsesChange) {
  EXPECT_EQ(answer("/conflict").status, 409);
  testing::internal::CaptureStderr();
  const auto bug = site_.answer(get("/constraint"));
  const auto busy = site_.answer(get("/busy"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(bug.status, 500);
  EXPECT_FALSE(has(bug, "Somebody else"));
  EXPECT_NE(log.find("\"constraint\":\"service.name\""), std::string::npos) << log;
  EXPECT_EQ(busy.status, 503);
  EXPECT_NE(log.find("\"store.unavailable\",\"route\":\"/busy\",\"what\""), std::string::npos) << log;
}

}  // namespace
}  // namespace lotse::web

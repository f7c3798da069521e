// SPDX-License-Identifier: EUPL-1.2
#include "web/html.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace lotse::web {
namespace {

TEST(Html, EveryCharacterWithAMeaningIsEscaped) {
  EXPECT_EQ(Html::text("& < > \" '").markup(), "&amp; &lt; &gt; &quot; &#39;");
  EXPECT_EQ(Html::text("&amp;").markup(), "&amp;amp;");
  EXPECT_EQ(Html::text("").markup(), "");
  EXPECT_EQ(Html::text("Grüße, Київ, مرحبا \xF0\x9F\x91\xAA").markup(),
            "Grüße, Київ, مرحبا \xF0\x9F\x91\xAA");
  EXPECT_EQ(el("p", {}, {"<b>"}).markup(), "<p>&lt;b&gt;</p>");
  EXPECT_EQ(el("p", {}, {std::string("a\"b")}).markup(), "<p>a&quot;b</p>");
  EXPECT_EQ(el("p", {}, {std::string_view("'")}).markup(), "<p>&#39;</p>");
  EXPECT_EQ(el("title", {}, {"</title><script>"}).markup(), "<title>&lt;/title&gt;&lt;script&gt;</title>");
  EXPECT_EQ(el("textarea", {}, {"</textarea>"}).markup(), "<textarea>&lt;/textarea&gt;</textarea>");
}

TEST(Html, EveryAttributeIsEscaped) {
  const std::string evil = "\"><script>x('&')</script>",
                    safe = "&quot;&gt;&lt;script&gt;x(&#39;&amp;&#39;)&lt;/script&gt;";
  EXPECT_EQ(el("p", {attr("title", evil)}).markup(), "<p title=\"" + safe + "\"></p>");
  EXPECT_EQ(el("p", {cls(evil)}).markup(), "<p class=\"" + safe + "\"></p>");
  EXPECT_EQ(el("p", {id(evil)}).markup(), "<p id=\"" + safe + "\"></p>");
  EXPECT_EQ(el("input", {attr("value", evil)}).markup(), "<input value=\"" + safe + "\">");
  EXPECT_EQ(el("p", {attr_if(true, "lang", evil)}).markup(), "<p lang=\"" + safe + "\"></p>");
  EXPECT_EQ(el("a", {href(Url::path("/a", "q=\"><i>"))}).markup(),
            "<a href=\"/a?q=&quot;&gt;&lt;i&gt;\"></a>");
  EXPECT_EQ(el("a", {href(Url::fragment("\"><i>"))}).markup(), "<a href=\"#&quot;&gt;&lt;i&gt;\"></a>");
  EXPECT_EQ(el("a", {href(*Url::web("https://a.de/\"onclick='x'<b>&"))}).markup(),
            "<a href=\"https://a.de/&quot;onclick=&#39;x&#39;&lt;b&gt;&amp;\"></a>");
  EXPECT_EQ(el("form", {action(Url::path("/a\"b"))}).markup(), "<form action=\"/a&quot;b\"></form>");
  EXPECT_EQ(el("img", {src(Url::path("/a'b")), attr("alt", "")}).markup(), "<img src=\"/a&#39;b\" alt=\"\">");
}

TEST(Html, AttributesAreThereOrNot) {
  EXPECT_EQ(
      el("input", {flag("checked"), flag("disabled", false), attr_if(false, "lang", "de"), attr("value", "")})
          .markup(),
      "<input checked value=\"\">");
  EXPECT_EQ(el("td", {attr("colspan", 3)}).markup(), "<td colspan=\"3\"></td>");
  for (const char* tag : {"br", "hr"}) {
    const Html html = std::string_view(tag) == "br" ? el("br") : el("hr");
    EXPECT_EQ(html.markup(), "<" + std::string(tag) + ">");
  }
}

TEST(Html, MarkupIsNotEscapedAgain) {
  const Html inner = el("b", {}, {"<"});
  EXPECT_EQ(el("p", {}, {inner, "<", inner}).markup(), "<p><b>&lt;</b>&lt;<b>&lt;</b></p>");
  Html sum = all({inner, " & "});
  sum += inner;
  EXPECT_EQ(sum.markup(), "<b>&lt;</b> &amp; <b>&lt;</b>");
  EXPECT_TRUE(Html().empty());
  EXPECT_TRUE(all({}).empty());
}

static_assert(!std::is_constructible_v<Html, std::string> && !std::is_constructible_v<Html, const char*>,
              "a text never becomes markup");
static_assert(!std::is_constructible_v<Url, std::string> && !std::is_default_constructible_v<Url>,
              "an address is judged when it is made");

TEST(Url, WebTakesOnlyWebAddresses) {
  for (const char* good : {"https://a.de", "http://a.de/x?y=z#q", "https://ü.de/ä", "https://a.de:8080/"}) {
    ASSERT_TRUE(Url::web(good)) << good;
    EXPECT_EQ(Url::web(good)->text(), good);
  }
  for (const std::string& bad : {std::string("javascript:alert(1)"),
                                 std::string("JavaScript:alert(1)"),
                                 std::string(" javascript:alert(1)"),
                                 std::string("data:text/html,<script>"),
                                 std::string("vbscript:x"),
                                 std::string("file:///etc/passwd"),
                                 std::string("ftp://a.de"),
                                 std::string("//a.de"),
                                 std::string("/a"),
                                 std::string("a.de"),
                                 std::string(),
                                 std::string("https:"),
                                 std::string("https://"),
                                 std::string("https:a.de/abcdef"),
                                 std::string("https://a.de/a b"),
                                 std::string(" https://a.de"),
                                 std::string("https://a.de "),
                                 std::string("https://a.de/\n"),
                                 std::string("https://a\t.de"),
                                 std::string("https://a.de/\0x", 15),
                                 std::string("https://a.de/\x7f"),
                                 std::string("java\nscript:https://a.de"),
                                 "https://a.de/" + std::string(2000, 'x')})
    EXPECT_FALSE(Url::web(bad)) << bad;
}

TEST(Url, PathIsOneOfOurs) {
  EXPECT_EQ(Url::path("/").text(), "/");
  EXPECT_EQ(Url::path("/offers/%C3%A4", "a=b&c=d").text(), "/offers/%C3%A4?a=b&c=d");
  EXPECT_EQ(Url::path("/a", "").text(), "/a");
  for (const std::string& bad :
       {std::string(), std::string("a"), std::string("//evil.example"), std::string("https://evil.example"),
        std::string("javascript:alert(1)"), std::string("/\\evil.example"), std::string("\\\\evil.example"),
        std::string("?a"), std::string("/\t/evil.example"), std::string("/\n/evil.example"),
        std::string("/a\r\nSet-Cookie: x=y"), std::string("/a\0", 3), std::string(" /a")})
    EXPECT_THROW(Url::path(bad), Bug) << bad;
  EXPECT_THROW(Url::path("/a", "b=\r\nc"), Bug);
}

TEST(Url, MailAndTelephoneAreCleaned) {
  EXPECT_EQ(Url::mail("info@example.org").text(), "mailto:info@example.org");
  EXPECT_EQ(Url::mail("a@b.de?bcc=x@y.de&body=%41").text(), "mailto:a@b.debcc=x@y.debody=41");
  EXPECT_EQ(Url::mail(" a\r\n@b.de\t").text(), "mailto:a@b.de");
  EXPECT_EQ(Url::telephone("+49 (0) 351 / 123-45").text(), "tel:+4935112345");
  EXPECT_EQ(Url::telephone("(0351) 123 45").text(), "tel:035112345");
  EXPECT_EQ(Url::telephone("0351 (0) 12").text(), "tel:0351012");
  EXPECT_EQ(Url::telephone("+49+49;ext=1").text(), "tel:+49491");
  EXPECT_EQ(Url::telephone("javascript:alert").text(), "tel:");
  EXPECT_EQ(Url::fragment("main").text(), "#main");
}

TEST(Document, IsAWholePage) {
  Head head{"uk",
            false,
            "Titel <b> & \"x\"",
            "De'scription",
            Url::path("/static/a.css"),
            Url::path("/static/a.js"),
            Url::path("/static/i.svg"),
            true};
  const std::string page = document(head, el("body", {}, {"<x>"}));
  EXPECT_TRUE(
      page.starts_with("<!doctype html>\n<html lang=\"uk\" dir=\"ltr\"><head><meta charset=\"utf-8\">"))
      << page;
  EXPECT_NE(page.find("<title>Titel &lt;b&gt; &amp; &quot;x&quot;</title>"), std::string::npos);
  EXPECT_NE(page.find("<meta name=\"description\" content=\"De&#39;scription\">"), std::string::npos);
  EXPECT_NE(page.find("<link rel=\"stylesheet\" href=\"/static/a.css\">"), std::string::npos);
  EXPECT_NE(page.find("<script type=\"module\" src=\"/static/a.js\"></script>"), std::string::npos);
  EXPECT_EQ(page.find("noindex"), std::string::npos);
  EXPECT_TRUE(page.ends_with("</head><body>&lt;x&gt;</body></html>\n"));
  head.index = false;
  head.right_to_left = true;
  head.language = "ar";
  head.description.clear();
  const std::string other = document(head, {});
  EXPECT_NE(other.find("<html lang=\"ar\" dir=\"rtl\">"), std::string::npos);
  EXPECT_NE(other.find("<meta name=\"robots\" content=\"noindex\">"), std::string::npos);
  EXPECT_EQ(other.find("description"), std::string::npos);
}

}  // namespace
}  // namespace lotse::web

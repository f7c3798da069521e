// SPDX-License-Identifier: EUPL-1.2
#include "http/head.h"

#include <gtest/gtest.h>

#include "base/check.h"
#include "http/wire.h"

namespace lotse::http {
namespace {

using namespace std::string_literals;

Scan scan(std::string_view bytes, const Limits& limits = {}) { return HeadScanner(limits).feed(bytes); }

TEST(HeadScanner, FindsTheEndHoweverItArrives) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n";
  const Limits limits;
  HeadScanner scanner(limits);
  for (std::size_t n = 0; n < head.size(); ++n) EXPECT_EQ(scanner.feed(head.substr(0, n)), Scan::more) << n;
  EXPECT_EQ(scanner.feed(head + "body"), Scan::complete);
  EXPECT_EQ(scanner.begin(), 2u);
  EXPECT_EQ(scanner.end(), head.size());
}

TEST(HeadScanner, RefusesOddLines) {
  for (const std::string& head :
       {"GET / HTTP/1.1\nHost: a\n\n"s, "GET / HTTP/1.1\r\nHost: a\n\r\n"s, "GET / HTTP/1.1\rHost"s,
        "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"s, "GET / HTTP/1.1\r\n\tX: a\r\n\r\n"s, " GET / HTTP/1.1"s,
        "GET /\0 HTTP/1.1"s, "GET / HTTP/1.1\r\nX: \x01\r\n\r\n"s, "\r\n\r\nGET /"s, "\x16\x03\x01\x02"s,
        "\n"s, "GET / HTTP/1.1\r\nX: a\x7f"s})
    EXPECT_EQ(scan(head), Scan::bad) << head;
}

TEST(HeadScanner, RefusesWhatIsTooLong) {
  const Limits limits{.header = 200, .fields = 3, .target = 50};
  EXPECT_EQ(scan("GET /" + std::string(100, 'a'), limits), Scan::target_too_long);
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nX: " + std::string(300, 'a'), limits), Scan::header_too_large);
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits), Scan::complete);
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", limits), Scan::header_too_large);
}

TEST(Target, DecodesPathAndLeavesQuery) {
  const auto target = decode_target("/f%C3%A4lle/1?q=a%20b&x=/../");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/fälle/1");
  EXPECT_EQ(target->query, "q=a%20b&x=/../");
  EXPECT_EQ(decode_target("/")->path, "/");
  EXPECT_EQ(decode_target("/a/?")->path, "/a/");
  EXPECT_EQ(decode_target("/.well-known/..a/b..")->path, "/.well-known/..a/b..");
}

TEST(Target, RefusesWhatIsReadInTwoWays) {
  for (const char* raw :
       {"",     "a",         "*",      "http://evil/", "//evil",    "/a//b",   "/..",     "/../x", "/a/./b",
        "/a/.", "/%2e%2e/x", "/a%2Fb", "/a%5Cb",       "/a\\b",     "/%00",    "/%0d%0a", "/%ff",  "/%c0%ae",
        "/%",   "/%4",       "/%zz",   "/a#b",         "/\xc3\xa4", "/a?\xff", "/a b",    "/?a b", "/%7f"})
    EXPECT_FALSE(decode_target(raw).has_value()) << raw;
}

TEST(Framing, RefusesAmbiguity) {
  const Field host{"Host", "test"};
  const auto refusal = [&](std::vector<Field> fields, bool newer = true) {
    return judge_framing(fields, newer).refusal;
  };
  EXPECT_EQ(refusal({host}), 0);
  EXPECT_EQ(refusal({}), 400);
  EXPECT_EQ(refusal({}, false), 0);
  EXPECT_EQ(refusal({host, host}), 400);
  EXPECT_EQ(refusal({{"Host", "a b"}}), 400);
  EXPECT_EQ(refusal({{"Host", "a/b"}}), 400);
  EXPECT_EQ(refusal({{"Host", ""}}), 400);
  EXPECT_EQ(refusal({{"host", "[::1]:8080"}}), 0);
  EXPECT_EQ(refusal({host, {"Content-Length", "5"}, {"content-length", "5"}}), 400);
  for (const char* length : {"", "+5", "-1", "5, 5", "0x5", "5 5", "9999999999999999999"})
    EXPECT_EQ(refusal({host, {"Content-Length", length}}), 400) << length;
  EXPECT_EQ(refusal({host, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}), 400);
  EXPECT_EQ(refusal({host, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}), 400);
  EXPECT_EQ(refusal({host, {"Transfer-Encoding", "chunked"}}, false), 400);
  EXPECT_EQ(refusal({host, {"Transfer-Encoding", "gzip, chunked"}}), 501);
  EXPECT_EQ(refusal({host, {"Transfer-Encoding", "identity"}}), 501);
  EXPECT_EQ(refusal({host, {"Expect", "200-ok"}}), 417);
}

TEST(Framing, KeepAlive) {
  EXPECT_TRUE(judge_framing({{"Host", "a"}}, true).keep_alive);
  EXPECT_FALSE(judge_framing({{"Host", "a"}, {"Connection", "Keep-Alive, Close"}}, true).keep_alive);
  EXPECT_FALSE(judge_framing({{"Connection", "keep-alive"}}, false).keep_alive);
}

TEST(Address, IsNormalised) {
  EXPECT_EQ(normal_address("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(normal_address("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(normal_address("2001:DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(normal_address("unbekannt"), "");
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_TRUE(is_loopback("127.9.9.9"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("192.0.2.7"));
  EXPECT_FALSE(is_loopback("2001:db8::1"));
}

TEST(Address, ForwardedTakesTheLastOne) {
  const auto client = [](std::vector<Field> fields) { return forwarded_client(fields, "127.0.0.1"); };
  EXPECT_EQ(client({{"X-Forwarded-For", "6.6.6.6, 192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client({{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client({{"X-Forwarded-For", "<script>"}}), "127.0.0.1");
  EXPECT_EQ(client({}), "127.0.0.1");
}

TEST(Request, FindsHeadersAndCookies) {
  Request request;
  request.fields = {{"HOST", "test"}, {"Cookie", "a=1; b=zwei=2;c= 3 ;d"}, {"cookie", "e=5"}};
  EXPECT_EQ(request.header("host"), "test");
  EXPECT_EQ(request.header("fehlt"), "");
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("b"), "zwei=2");
  EXPECT_EQ(request.cookie("c"), " 3");
  EXPECT_EQ(request.cookie("d"), std::nullopt);
  EXPECT_EQ(request.cookie("e"), "5");
  EXPECT_EQ(request.cookie("A"), std::nullopt);
}

TEST(Wire, WritesTheHead) {
  Response response{.status = 404, .body = "weg"};
  response.add("Set-Cookie", "a=1").add("Set-Cookie", "b=2");
  const std::string head = format_head(response, false);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 404 Not Found\r\nDate: ")) << head;
  EXPECT_TRUE(
      head.ends_with("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"))
      << head;
  EXPECT_EQ(format_head({.status = 204}, true).find("Content-Length"), std::string::npos);
  EXPECT_EQ(http_date(std::chrono::system_clock::from_time_t(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Wire, RefusesInjection) {
  const std::vector<Field> wrong{{"Location", "/a\r\nSet-Cookie: x=1"},
                                 {"X", "a\nb"},
                                 {"X", "a\rb"},
                                 {"X", "a\0b"s},
                                 {"X Y", "a"},
                                 {"X:", "a"},
                                 {"", "a"},
                                 {"X\r\nY", "a"},
                                 {"Content-Length", "5"},
                                 {"transfer-encoding", "chunked"},
                                 {"Connection", "close"},
                                 {"Date", "heute"}};
  for (const Field& field : wrong) EXPECT_THROW(format_head({.fields = {field}}, true), Bug) << field.name;
  EXPECT_THROW(format_head({.status = 99}, true), Bug);
  EXPECT_NO_THROW(format_head({.fields = {{"X", "Ümlaut; a=\"b\""}}}, true));
}

}  // namespace
}  // namespace lotse::http

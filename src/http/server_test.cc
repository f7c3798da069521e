// SPDX-License-Identifier: EUPL-1.2
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include "http/client_test_helper.h"
#include "http/http.h"

namespace lotse::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view fixed_text = "bytes of the program";

// Says back what arrived; some paths misbehave.
Response echo(const Request& request) {
  Response response;
  response.route = "/{echo}";
  if (request.path == "/fixed") response.fixed = fixed_text;
  if (request.path == "/throw") throw std::runtime_error("handler broke");
  if (request.path == "/throw-int") throw 5;
  if (request.path == "/inject") response.add("Location", "/\r\nSet-Cookie: stolen=1");
  if (request.path == "/empty") response.status = 204;
  if (request.path == "/large") response.body.assign(3'000'000, 'x');
  if (!response.fixed.empty() || response.status == 204 || !response.body.empty()) return response;
  response.add("Content-Type", "text/plain");
  response.body =
      request.method + " " + request.path + " " + request.query + " " + request.remote + " " + request.body;
  return response;
}

std::string post(std::string_view body, std::string_view more = "") {
  return "POST /p HTTP/1.1\r\nHost: test\r\n" + std::string(more) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Server, AnswersAndKeepsTheConnection) {
  Running running({}, echo);
  Client client(running.port());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.get("/f%C3%A4lle?q=1");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /fälle q=1 127.0.0.1 ");
    EXPECT_TRUE(answer.has("\r\nDate: "));
    EXPECT_FALSE(answer.has("Server:"));
    EXPECT_FALSE(answer.has("Connection:"));
  }
  EXPECT_EQ(client.ask(post("name=1")).body, "POST /p  127.0.0.1 name=1");
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").status, 200);
  EXPECT_EQ(client.read_all(), "");
}

TEST(Server, HeadHasTheLengthButNoBody) {
  Running running({}, echo);
  Client client(running.port());
  const Answer got = client.get("/x");
  client.send("HEAD /x HTTP/1.1\r\nHost: test\r\n\r\n");
  const Answer head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has("\r\nContent-Length: " + std::to_string(got.body.size()) + "\r\n")) << head.head;
  EXPECT_EQ(client.get("/after").body, "GET /after  127.0.0.1 ") << "no stray bytes in between";
}

TEST(Server, FixedEmptyAndLargeBodies) {
  Running running({}, echo);
  Client client(running.port());
  EXPECT_EQ(client.get("/fixed").body, fixed_text);
  const Answer empty = client.get("/empty");
  EXPECT_EQ(empty.status, 204);
  EXPECT_FALSE(empty.has("Content-Length"));
  EXPECT_EQ(client.get("/large").body, std::string(3'000'000, 'x'));
  EXPECT_EQ(client.get("/").status, 200);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  Running running({.io_threads = 2, .workers = 4}, echo);
  Client client(running.port());
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += i % 2 == 0 ? "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: test\r\n\r\n"
                      : post(std::to_string(i));
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(client.read().body,
              i % 2 == 0 ? "GET /" + number + "  127.0.0.1 " : "POST /p  127.0.0.1 " + number);
  }
}

TEST(Server, OldClientsAreServedOnce) {
  Running running({}, echo);
  Client client(running.port());
  client.send("GET /alt HTTP/1.0\r\n\r\nGET /second HTTP/1.0\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 200 OK\r\n")) << all;
  EXPECT_TRUE(all.ends_with("Connection: close\r\n\r\nGET /alt  127.0.0.1 ")) << all;
}

TEST(Server, RequestsOfAConnectionAreCounted) {
  ServerOptions options;
  options.limits.requests_per_connection = 3;
  Running running(std::move(options), echo);
  Client client(running.port());
  EXPECT_FALSE(client.get("/1").has("Connection: close"));
  EXPECT_FALSE(client.get("/2").has("Connection: close"));
  EXPECT_TRUE(client.get("/3").has("Connection: close"));
  EXPECT_EQ(client.read_all(), "");
}

TEST(Server, ChunkedBodiesAreJoined) {
  Running running({}, echo);
  Client client(running.port());
  const std::string head = "POST /p HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(client.ask(head + "4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n").body,
            "POST /p  127.0.0.1 Wikipedia");
  client.send(head + "1\r\na\r\n");
  client.send("1\r\nb\r\n0\r\nHost: other\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
  EXPECT_EQ(client.read().body, "POST /p  127.0.0.1 ab") << "a trailer changes nothing";
  EXPECT_EQ(client.get("/").status, 200);
}

TEST(Server, ContinuesWhenAsked) {
  ServerOptions options;
  options.limits.body = 100;
  Running running(std::move(options), echo);
  Client client(running.port());
  client.send("POST /p HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  EXPECT_EQ(client.ask("hallo").body, "POST /p  127.0.0.1 hallo");
  EXPECT_EQ(
      client.ask("POST /p HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n")
          .status,
      413);
}

TEST(Server, HandlersThatFailAreAnsweredFor) {
  std::mutex mutex;
  std::vector<std::string> failures;
  ServerOptions options;
  options.failure = [&](std::string_view what) {
    const std::scoped_lock lock(mutex);
    failures.emplace_back(what);
  };
  Running running(std::move(options), echo);
  Client client(running.port());
  for (const char* path : {"/throw", "/throw-int", "/inject"}) {
    const Answer answer = client.get(path);
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_EQ(answer.body, "500 Internal Server Error\n");
    EXPECT_FALSE(answer.has("stolen"));
  }
  EXPECT_EQ(client.get("/").status, 200) << "the connection goes on";
  const std::scoped_lock lock(mutex);
  ASSERT_EQ(failures.size(), 3u);
  EXPECT_EQ(failures[0], "handler broke");
}

TEST(Server, LogSaysNothingAboutPersons) {
  std::mutex mutex;
  std::vector<std::string> lines;
  ServerOptions options;
  options.log = [&](const LogLine& line) {
    const std::scoped_lock lock(mutex);
    lines.push_back(fmt::format("{} {} {} {}", line.method, line.route, line.status, line.bytes));
    EXPECT_GE(line.microseconds, 0);
  };
  {
    Running running(std::move(options), echo);
    Client client(running.port());
    client.get("/secret?name=Maria");
    client.send("HEAD /x HTTP/1.1\r\nHost: test\r\n\r\n");
    client.read(true);
    client.ask("MARIA / HTTP/1.1\r\nHost: test\r\n\r\n");
  }
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "GET /{echo} 200 33");
  EXPECT_EQ(lines[1], "HEAD /{echo} 200 0");
  EXPECT_EQ(lines[2], "-  501 20");
}

TEST(Server, ForwardedAddressOnlyWhereTrusted) {
  const std::string request = "GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\r\n";
  Running plain({}, echo);
  EXPECT_EQ(Client(plain.port()).ask(request).body, "GET /  127.0.0.1 ");
  ServerOptions options;
  options.trust_forwarded = true;
  options.limits.connections_per_address = 1;
  Running proxied(std::move(options), echo);
  Client first(proxied.port());
  EXPECT_EQ(first.ask(request).body, "GET /  192.0.2.7 ");
  EXPECT_EQ(Client(proxied.port()).get("/").status, 200) << "the proxy may have many connections";
}

TEST(Server, SaysWhyItCannotListen) {
  Server first({}, echo);
  try {
    Server second({.port = first.port()}, echo);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1 port " + std::to_string(first.port())),
              std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("in use"), std::string::npos) << error.what();
  }
  EXPECT_THROW(Server({.address = "localhost"}, echo), std::runtime_error);
  EXPECT_THROW(Server({.address = "192.0.2.1"}, echo), std::runtime_error)
      << "not an address of this machine";
}

}  // namespace
}  // namespace lotse::http

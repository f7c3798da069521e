// SPDX-License-Identifier: EUPL-1.2
// What the server does not take, over a real socket: broken, ambiguous and oversized requests.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "http/client_test_helper.h"
#include "http/http.h"

namespace lotse::http {
namespace {

using namespace std::string_literals;

// Counts whether anything got through that should not.
struct Guard {
  std::atomic<int> ran{0};
  std::atomic<int> smuggled{0};
  Handler handler() {
    return [this](const Request& request) {
      ++ran;
      if (request.path == "/smuggled") ++smuggled;
      return Response{.body = request.body};
    };
  }
};

ServerOptions small_limits() {
  ServerOptions options;
  options.limits.header = 2'000;
  options.limits.target = 300;
  options.limits.body = 1'000;
  options.limits.body_limit = [](const std::string& method, std::string_view path) -> std::size_t {
    return method == "POST" && path == "/upload" ? 500'000 : 1'000;
  };
  return options;
}

// Each is sent with another request behind it; there must be one answer, and then the end.
void expect_refused(const std::vector<std::pair<std::string, int>>& cases) {
  Guard guard;
  Running running(small_limits(), guard.handler());
  for (const auto& [request, status] : cases) {
    Client client(running.port());
    client.send(request + "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
    EXPECT_EQ(client.read().status, status) << request;
    EXPECT_EQ(client.read_all(), "") << request;
  }
  EXPECT_EQ(guard.smuggled, 0);
  EXPECT_EQ(guard.ran, 0);
}

TEST(Refusal, WhereNoBodyIsTakenNoneIs) {
  Guard guard;
  ServerOptions options;
  options.limits.body_limit = [](const std::string&, std::string_view) -> std::size_t { return 0; };
  Running running(std::move(options), guard.handler());
  for (const char* body :
       {"Content-Length: 1\r\n\r\nx", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"}) {
    Client client(running.port());
    client.send("POST / HTTP/1.1\r\nHost: test\r\n" + std::string(body));
    EXPECT_EQ(client.read().status, 413) << body;
  }
  EXPECT_EQ(guard.ran, 0);
  for (const char* none : {"Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    Client client(running.port());
    client.send("POST / HTTP/1.1\r\nHost: test\r\n" + std::string(none));
    EXPECT_EQ(client.read().status, 200) << none;
  }
}

TEST(Refusal, AllBodiesTogetherHaveALimit) {
  Guard guard;
  ServerOptions options;
  options.limits.bodies = 100'000;
  Running running(std::move(options), guard.handler());
  const auto whole = [&](std::size_t size) {
    Client client(running.port());
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                std::string(size, 'x'));
    return client.read().status;
  };
  EXPECT_EQ(whole(90'000), 200);
  EXPECT_EQ(whole(90'000), 200) << "what was answered counts no more";
  EXPECT_EQ(whole(110'000), 503);
  {
    Client waiting(running.port());  // says that much will come, and sends half of it
    waiting.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n" +
                 std::string(50'000, 'x'));
    int status = 200;
    for (int i = 0; i < 3'000 && status == 200; ++i) status = whole(60'000);
    EXPECT_EQ(status, 503);
    EXPECT_EQ(whole(10'000), 200) << "small ones still fit";
  }
  int status = 503;
  for (int i = 0; i < 3'000 && status == 503; ++i)
    status = whole(60'000);  // it hears of the end a little later
  EXPECT_EQ(status, 200);
}

TEST(Refusal, Smuggling) {
  const std::string get = "GET / HTTP/1.1\r\nHost: test\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: test\r\n";
  expect_refused({
      {post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
      {post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhallo", 400},
      {post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhallo", 400},
      {post + "Content-Length: 5, 5\r\n\r\nhallo", 400},
      {post + "Content-Length: +5\r\n\r\nhallo", 400},
      {post + "Content-Length: -5\r\n\r\nhallo", 400},
      {post + "Content-Length: 0x5\r\n\r\nhallo", 400},
      {post + "Content-Length : 5\r\n\r\nhallo", 400},
      {post + "Content-Length: 18446744073709551617\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding:\x0b"
              "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {get + "X: a\r\n folded\r\n\r\n", 400},
      {get + " X: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: test\n\n", 400},
      {get + "X: a\n\r\n", 400},
      {get + "X: a\rY: b\r\n\r\n", 400},
      {get + "X: a\0b\r\n\r\n"s, 400},
      {get + ": empty\r\n\r\n", 400},
      {get + "no colon\r\n\r\n", 400},
      {get + "X(Y): a\r\n\r\n", 400},
      {get + "Host: other\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a@b/c\r\n\r\n", 400},
  });
}

TEST(Refusal, RequestLines) {
  const std::string host = "\r\nHost: test\r\n\r\n";
  expect_refused({
      {"GET http://test/ HTTP/1.1" + host, 400},
      {"GET //test/ HTTP/1.1" + host, 400},
      {"OPTIONS * HTTP/1.1" + host, 400},
      {"CONNECT test:443 HTTP/1.1" + host, 405},
      {"TRACE / HTTP/1.1" + host, 405},
      {"BREW / HTTP/1.1" + host, 501},
      {"get / HTTP/1.1" + host, 501},
      {"GET /a/../b HTTP/1.1" + host, 400},
      {"GET /%2e%2e/b HTTP/1.1" + host, 400},
      {"GET /%00 HTTP/1.1" + host, 400},
      {"GET /%ff HTTP/1.1" + host, 400},
      {"GET  / HTTP/1.1" + host, 400},
      {"GET /  HTTP/1.1" + host, 400},
      {"GET /\tHTTP/1.1" + host, 400},
      {"GET / HTTP/1.1 " + host, 400},
      {"GET / http/1.1" + host, 400},
      {"GET / HTTP/2.0" + host, 400},
      {"GET / HTTP/1.2" + host, 400},
      {"GET /" + host, 400},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"\x16\x03\x01\x02\x00\x01"s, 400},
      {"GET / HTTP/1.1\r\nHost: test\r\nExpect: miracles\r\n\r\n", 417},
  });
}

TEST(Refusal, Oversized) {
  std::string many = "GET / HTTP/1.1\r\nHost: test\r\n";
  for (int i = 0; i < 100; ++i) many += "X: a\r\n";
  expect_refused({
      {"GET /" + std::string(290, 'a') + std::string(20, 'b') + " HTTP/1.1\r\nHost: test\r\n\r\n", 414},
      {"GET /" + std::string(5'000, 'a'), 414},
      {"GET / HTTP/1.1\r\nHost: test\r\nX: " + std::string(5'000, 'a'), 431},
      {many + "\r\n", 431},
  });
}

TEST(Refusal, ChunkSizes) {
  const std::string head = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect_refused({
      {head + "x\r\n", 400},
      {head + "-1\r\n", 400},
      {head + "\r\n", 400},
      {head + " 4\r\nWiki\r\n0\r\n\r\n", 400},
      {head + "0x4\r\nWiki\r\n0\r\n\r\n", 400},
      {head + "4\nWiki\r\n0\r\n\r\n", 400},
      {head + "4\r\nWikipedia\r\n0\r\n\r\n", 400},
      {head + "4 4\r\nWiki\r\n0\r\n\r\n", 400},
      {head + "4;\x01\r\nWiki\r\n0\r\n\r\n", 400},
      {head + "FFFFFFFFFFFFFFFFF\r\n", 400},
      {head + "FFFFFFFFFFFFFFFF\r\n", 413},
      {head + "3e9\r\n", 413},
  });
}

// Bug of many servers: the answer is destroyed by the reset that unread bytes cause, as a browser that is
// still sending reads nothing before it fails (libraries.md 2.4, gotcha 1).
TEST(Refusal, TooLargeBodyGetsItsAnswerAlthoughItKeepsSending) {
  Guard guard;
  ServerOptions options = small_limits();
  options.limits.linger_time = std::chrono::minutes(10);
  Running running(std::move(options), guard.handler());
  for (int run = 0; run < 20; ++run) {
    Client client(running.port());
    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n");
    EXPECT_EQ(client.read().status, 413);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(client.send(std::string(10'000, 'x'))) << i;
    client.finish_sending();
    EXPECT_EQ(client.read_all(), "");
    EXPECT_FALSE(client.was_reset());
  }
  Client chunked(running.port());
  chunked.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 100; ++i) chunked.send("64\r\n" + std::string(100, 'x') + "\r\n");
  EXPECT_EQ(chunked.read().status, 413);
  EXPECT_EQ(guard.ran, 0);
}

TEST(Refusal, TooLargeBodyIsAnsweredByAPageWhereThereIsOne) {
  Guard guard;
  ServerOptions options = small_limits();
  options.refusal = [](const Request& request, int status) {
    if (request.path == "/broken") throw std::runtime_error("no page");
    Response response;
    response.status = status;
    response.body = "too much for " + request.path + " in " + std::string(request.header("Accept-Language"));
    return response;
  };
  Running running(std::move(options), guard.handler());
  const auto post = [&](const std::string& path) {
    Client client(running.port());
    client.send("POST " + path +
                " HTTP/1.1\r\nHost: test\r\nAccept-Language: uk\r\nContent-Length: 200000\r\n\r\n" +
                std::string(200'000, 'x'));
    return client.read();
  };
  const Answer page = post("/form");
  EXPECT_EQ(page.status, 413);
  EXPECT_EQ(page.body, "too much for /form in uk");
  EXPECT_TRUE(page.has("Connection: close"));
  EXPECT_EQ(post("/broken").status, 413) << "a bare one";
  EXPECT_EQ(guard.ran, 0);
}

// One worker, which is stuck, and a queue for one.
TEST(Refusal, WhoMustComeBackGetsAPageWhereThereIsOne) {
  Gate gate;
  ServerOptions options;
  options.workers = 1;
  options.limits.queue = 1;
  options.refusal = [](const Request& request, int status) {
    Response response;
    response.status = status;
    response.body = "later, " + request.path;
    return response;
  };
  Running running(std::move(options), [&](const Request&) {
    gate.pass();
    return Response{};
  });
  Client stuck(running.port());
  stuck.send("GET /stuck HTTP/1.1\r\nHost: test\r\n\r\n");
  gate.wait_for(1);
  Client waits(running.port()), late(running.port());
  const std::string get = "GET /late HTTP/1.1\r\nHost: test\r\n\r\n";
  waits.send(get);
  late.send(get);
  // Which of the two came first is for the kernel to say.
  while (!waits.has_bytes_within(10) && !late.has_bytes_within(10)) {
  }
  Client& refused = late.has_bytes_within(0) ? late : waits;
  const Answer answer = refused.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "later, /late");
  EXPECT_TRUE(answer.has("Retry-After: "));
  gate.open();
}

TEST(Refusal, BodyLimitFollowsTheRoute) {
  Guard guard;
  Running running(small_limits(), guard.handler());
  const auto post = [](std::string path, std::size_t size) {
    return "POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'x');
  };
  EXPECT_EQ(Client(running.port()).ask(post("/", 1'000)).status, 200);
  EXPECT_EQ(Client(running.port()).ask(post("/", 1'001)).status, 413);
  EXPECT_EQ(Client(running.port()).ask(post("/upload", 500'000)).body.size(), 500'000u);
  EXPECT_EQ(Client(running.port()).ask(post("/upload", 500'001)).status, 413);
}

TEST(Refusal, ChunkExtensionsCannotGoOnForEver) {
  Guard guard;
  Running running(small_limits(), guard.handler());
  Client client(running.port());
  client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  client.send(std::string(100'000, 'x'));
  EXPECT_EQ(client.read().status, 400);
  Client many(running.port());
  std::string chunks = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 900; ++i) chunks += "1;" + std::string(200, 'x') + "\r\na\r\n";
  many.send(chunks);
  EXPECT_EQ(many.read().status, 413);
}

// 300 broken requests with a fixed seed; whatever is answered, the server must still be there.
TEST(Refusal, RandomBytes) {
  Guard guard;
  Running running(small_limits(), guard.handler());
  const std::string good =
      "POST /p?a=1 HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nCookie: "
      "a=1\r\n\r\n4\r\nWiki\r\n0\r\n\r\n";
  std::mt19937 random(42);
  for (int run = 0; run < 300; ++run) {
    std::string bytes = good + good;
    if (run % 3 == 0) bytes.assign(random() % 400, '\0');
    for (char& c : bytes)
      if (run % 3 == 0 || random() % 60 == 0) c = static_cast<char>(random());
    if (run % 5 == 0) bytes.resize(random() % (bytes.size() + 1));
    Client client(running.port());
    client.send(bytes);
    client.finish_sending();
    const std::string answers = client.read_all();
    EXPECT_TRUE(answers.empty() || answers.starts_with("HTTP/1.1 ")) << run;
  }
  EXPECT_EQ(Client(running.port()).get("/").status, 200);
}

}  // namespace
}  // namespace lotse::http

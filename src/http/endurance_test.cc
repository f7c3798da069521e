// SPDX-License-Identifier: EUPL-1.2
// Slow clients, many clients, too many clients, and the end. Limits are tiny so that the tests are quick; no
// verdict depends on how fast the machine is, only on whether something happens at all.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "http/client_test_helper.h"
#include "http/http.h"

namespace lotse::http {
namespace {

using std::chrono::milliseconds;

Response hello(const Request& request) { return {.body = "hello " + request.path}; }

// Sends a byte now and then until the server has had enough; false if it never does.
bool is_cut_off(Client& client) {
  for (int i = 0; i < 1'500; ++i) {
    client.send("a");
    if (client.ends_within(20)) return true;
  }
  return false;
}

TEST(Slow, HeadersAreCutOffAlthoughSomethingKeepsComing) {
  ServerOptions options;
  options.limits.header_time = milliseconds(200);
  Running running(std::move(options), hello);
  Client slow(running.port());
  slow.send("GET / HTTP/1.1\r\nHost: test\r\nX: ");
  EXPECT_EQ(Client(running.port()).get("/x").status, 200) << "others are served meanwhile";
  EXPECT_TRUE(is_cut_off(slow));
}

TEST(Slow, BodiesAreCutOff) {
  ServerOptions options;
  options.limits.body_time = milliseconds(200);
  options.limits.rate = 1'000'000'000;
  Running running(std::move(options), hello);
  Client slow(running.port());
  slow.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_TRUE(is_cut_off(slow));
  Client chunked(running.port());
  chunked.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n");
  EXPECT_TRUE(is_cut_off(chunked));
}

TEST(Slow, ReadersAreCutOff) {
  std::atomic<int> logged{0};
  ServerOptions options;
  options.limits.write_time = milliseconds(200);
  options.limits.rate = 1'000'000'000;
  options.log = [&](const LogLine& line) { logged = line.bytes < 50'000'000 ? 1 : 2; };
  Running running(std::move(options),
                  [](const Request&) { return Response{.body = std::string(50'000'000, 'x')}; });
  Client client(running.port());
  client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");  // and never reads
  for (int i = 0; i < 3'000 && logged == 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(logged, 1) << "given up, and the log says that not all was sent";
}

TEST(Slow, IdleConnectionsAreClosed) {
  ServerOptions options;
  options.limits.idle_time = milliseconds(100);
  Running running(std::move(options), hello);
  Client client(running.port());
  Client silent(running.port());
  EXPECT_EQ(client.get("/").status, 200);
  EXPECT_TRUE(client.ends_within(30'000));
  EXPECT_TRUE(silent.ends_within(30'000));
}

TEST(Many, AThousandIdleConnectionsAreStillServed) {
  ASSERT_GE(raise_open_files(4'096), 2'100u) << "the test needs open files";
  ServerOptions options;
  options.limits.connections_per_address = 2'000;
  options.limits.idle_time = milliseconds(600'000);
  Running running(std::move(options), hello);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 1'000; ++i) {
    clients.push_back(std::make_unique<Client>(running.port()));
    ASSERT_EQ(clients.back()->get("/").status, 200) << i;
  }
  EXPECT_EQ(running.server.connections(), 1'000u);
  EXPECT_EQ(Client(running.port()).get("/another").body, "hello /another");
  for (const auto& client : clients) ASSERT_EQ(client->get("/again").status, 200);
}

TEST(Many, IdleConnectionsDoNotShutOthersOut) {
  ServerOptions options;
  options.limits.connections = 3;
  options.limits.header_time = options.limits.idle_time = milliseconds(600'000);
  Running running(std::move(options), hello);
  Client silent(running.port()), served(running.port());
  EXPECT_EQ(served.get("/").status, 200);
  Client busy(running.port());
  busy.send("GET / HTTP/1.1\r\n");
  int status = 0;
  for (int i = 0; i < 3'000 && status != 200; ++i) {
    status = Client(running.port()).get("/").status;
    if (status != 200) std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(status, 200);
  EXPECT_TRUE(silent.ends_within(10'000));
  EXPECT_TRUE(served.ends_within(10'000));
  busy.send("Host: test\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(busy.read_all().starts_with("HTTP/1.1 200 ")) << "who is in the middle of something stays";
}

TEST(Many, AnAddressHasItsShare) {
  ServerOptions options;
  options.limits.connections_per_address = 3;
  Running running(std::move(options), hello);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(running.port()));
    ASSERT_EQ(clients.back()->get("/").status, 200);
  }
  const std::string refused = Client(running.port()).read_all();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 ")) << refused;
  EXPECT_NE(refused.find("\r\nRetry-After: "), std::string::npos);
  clients.pop_back();
  int status = 0;
  for (int i = 0; i < 3'000 && status != 200; ++i) {  // the server hears of the end a little later
    status = Client(running.port()).get("/").status;
    if (status != 200) std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(status, 200);
}

TEST(Overload, AFullQueueGives503) {
  Gate gate;
  ServerOptions options;
  options.workers = 1;
  options.limits.queue = 2;
  options.limits.queue_time = milliseconds(600'000);
  Running running(std::move(options), [&](const Request&) {
    gate.pass();
    return Response{.body = "done"};
  });
  std::vector<std::unique_ptr<Client>> clients;
  const auto send_one = [&] {
    clients.push_back(std::make_unique<Client>(running.port()));
    clients.back()->send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  };
  send_one();
  gate.wait_for(1);
  for (int i = 0; i < 6; ++i) send_one();
  // One runs, two wait; which two of the six is chance, so each is asked until four have been turned away.
  std::vector<int> status(clients.size(), 0);
  int refused = 0;
  for (int round = 0; round < 3'000 && refused < 4; ++round) {
    for (std::size_t i = 1; i < clients.size(); ++i) {
      if (status[i] != 0 || !clients[i]->has_bytes_within(5)) continue;
      const Answer answer = clients[i]->read();
      status[i] = answer.status;
      ++refused;
      EXPECT_EQ(answer.status, 503);
      EXPECT_TRUE(answer.has("\r\nRetry-After: "));
    }
  }
  EXPECT_EQ(refused, 4);
  gate.open();
  for (std::size_t i = 0; i < clients.size(); ++i)
    if (status[i] == 0) {
      EXPECT_EQ(clients[i]->read().status, 200);
    }
  EXPECT_EQ(gate.entered(), 3);
  EXPECT_EQ(Client(running.port()).get("/").status, 200) << "and back to normal";
}

TEST(Overload, WhoWaitsTooLongIsNeverRun) {
  Gate gate;
  ServerOptions options;
  options.workers = 1;
  options.limits.queue_time = milliseconds(50);
  Running running(std::move(options), [&](const Request&) {
    gate.pass();
    return Response{};
  });
  Client first(running.port());
  first.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  gate.wait_for(1);
  Client second(running.port());
  const Answer answer = second.get("/");
  EXPECT_EQ(answer.status, 503) << "although the only worker is stuck";
  EXPECT_TRUE(answer.has("\r\nRetry-After: "));
  gate.open();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(gate.entered(), 1);
}

TEST(Overload, PriorityRequestsGetThrough) {
  Gate gate;
  ServerOptions options;
  options.workers = 2;
  options.limits.queue_time = milliseconds(600'000);
  options.priority = [](const Request& request) { return request.path == "/sign-in"; };
  Running running(std::move(options), [&](const Request& request) {
    if (request.path != "/sign-in") gate.pass();
    return Response{.body = request.path};
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<Client>(running.port()));
    clients.back()->send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
  }
  gate.wait_for(2);
  EXPECT_EQ(Client(running.port()).get("/sign-in").body, "/sign-in");
  gate.open();
  for (const auto& client : clients) EXPECT_EQ(client->read().status, 200);
}

TEST(Stop, RequestsInFlightAreAnsweredAndIdleConnectionsClosed) {
  Gate gate;
  Running running({.io_threads = 2}, [&](const Request& request) {
    if (request.path == "/slow") gate.pass();
    return Response{.body = "answered"};
  });
  Client idle(running.port());
  EXPECT_EQ(idle.get("/").status, 200);
  Client busy(running.port());
  busy.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
  gate.wait_for(1);
  running.server.stop();
  running.server.stop();
  EXPECT_TRUE(idle.ends_within(30'000));
  EXPECT_FALSE(Client(running.port()).connected()) << "nobody new";
  gate.open();
  const Answer answer = busy.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "answered");
  EXPECT_TRUE(answer.has("Connection: close"));
  running.wait();
}

TEST(Stop, DoesNotWaitForEver) {
  Gate gate;
  ServerOptions options;
  options.workers = 1;
  options.limits.drain_time = milliseconds(100);
  options.limits.queue_time = milliseconds(600'000);
  Running running(std::move(options), [&](const Request&) {
    gate.pass();
    return Response{};
  });
  Client stuck(running.port());
  stuck.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  gate.wait_for(1);
  Client waiting(running.port());
  waiting.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  running.server.stop();
  running.wait();  // returns although the handler has not
  EXPECT_TRUE(stuck.ends_within(30'000));
  gate.open();  // the destructor waits for it
}

TEST(Stop, BeforeRunAndWithoutRun) {
  Server never({}, hello);
  Server early({}, hello);
  early.stop();
  early.run();
  EXPECT_EQ(early.connections(), 0u);
}

TEST(Many, ConnectionsThatComeAndGoLeaveNothingBehind) {
  Running running({.io_threads = 2, .workers = 2}, hello);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        Client client(running.port());
        if (i % 3 == 0) continue;  // goes away at once
        client.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\n");
        if (i % 3 == 2) continue;  // goes away before the answer
        EXPECT_EQ(client.read().status, 200);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 3'000 && running.server.connections() != 0; ++i)
    std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(running.server.connections(), 0u);
}

}  // namespace
}  // namespace lotse::http

// SPDX-License-Identifier: EUPL-1.2
// The bytes of a file for every path, through our own HTTP server: what a page is compared with.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "http/http.h"

/** Arguments: file; "gzip" if its bytes are compressed already. */
int main(int count, char** values) try {
  using namespace lotse;
  std::ifstream file(count > 1 ? values[1] : "", std::ios::binary);
  if (!file) {
    std::cerr << "bench_static FILE [gzip]\n";
    return 2;
  }
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const bool gzip = count > 2 && std::string(values[2]) == "gzip";
  signal(SIGPIPE, SIG_IGN);
  http::ServerOptions options;
  http::Server server(options, [&](const http::Request&) {
    http::Response response;
    response.fixed = bytes;
    response.add("Content-Type", "text/html; charset=utf-8");
    if (gzip) response.add("Content-Encoding", "gzip");
    return response;
  });
  std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;
  server.run();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "bench_static: " << error.what() << "\n";
  return 1;
}

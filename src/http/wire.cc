// SPDX-License-Identifier: EUPL-1.2
#include "http/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

#include "base/check.h"

namespace lotse::http {
namespace {

bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

bool is_servers_own(std::string_view name) {
  static constexpr std::array<std::string_view, 4> own{"Content-Length", "Transfer-Encoding", "Connection",
                                                       "Date"};
  return std::any_of(own.begin(), own.end(), [&](std::string_view each) { return same_name(each, name); });
}

// Formatting a date costs more than the rest of the head, and it changes once a second.
std::string_view date_now() {
  thread_local std::time_t second = -1;
  thread_local std::string text;
  const auto now = std::chrono::system_clock::now();
  if (const std::time_t current = std::chrono::system_clock::to_time_t(now); current != second) {
    second = current;
    text = http_date(now);
  }
  return text;
}

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 300   ? "OK"
             : status < 400 ? "Redirection"
             : status < 500 ? "Client Error"
                            : "Server Error";
  }
}

std::string http_date(std::chrono::system_clock::time_point instant) {
  // strftime would follow the locale; the names here are English by definition.
  static constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(utc.tm_wday)],
                     utc.tm_mday, months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string format_head(const Response& response, bool keep_alive) {
  CHECK(response.status >= 200 && response.status <= 599);
  std::string head;
  head.reserve(512);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason_of(response.status), date_now());
  for (const Field& field : response.fields) {
    CHECK(is_token(field.name));
    CHECK(is_value(field.value));
    CHECK(!is_servers_own(field.name));
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (!is_bodyless(response.status))
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.content().size());
  if (!keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

bool is_bodyless(int status) { return status == 204 || status == 304; }

Response plain_response(int status) {
  Response response;
  response.status = status;
  response.add("Content-Type", "text/plain; charset=utf-8").add("Cache-Control", "no-store");
  response.add("X-Content-Type-Options", "nosniff");
  response.body = fmt::format("{} {}\n", status, reason_of(status));
  // The one refusal that somebody meets who only chose a file; nothing is known of her language here.
  if (status == 413)
    response.body +=
        "\nDas ist zu groß. Bitte gehen Sie zurück und senden Sie weniger, zum Beispiel eine kleinere "
        "Datei.\n"
        "This is too large. Please go back and send less, for example a smaller file.\n";
  return response;
}

void ask_to_come_back(Response& response) {
  thread_local std::minstd_rand random{std::random_device{}()};
  if (!response.header("Retry-After").empty()) return;
  response.add("Retry-After", fmt::format("{}", std::uniform_int_distribution<int>(2, 9)(random)));
}

Response overload_response() {
  Response response = plain_response(503);
  ask_to_come_back(response);
  return response;
}

}  // namespace lotse::http

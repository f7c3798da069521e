// SPDX-License-Identifier: EUPL-1.2
#include "notice/smtp.h"

#include <curl/curl.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>

#include "base/check.h"
#include "notice/address.h"

namespace lotse::notice {
namespace {

constexpr std::string_view kPlain = "smtp-plain://", kStartTls = "smtp://", kTls = "smtps://";

// The address without its scheme; nothing if it is none of ours.
std::optional<std::string_view> rest_of(std::string_view address) {
  for (const auto scheme : {kPlain, kStartTls, kTls})
    if (address.starts_with(scheme)) return address.substr(scheme.size());
  return std::nullopt;
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, port).ptr == end && port > 0 && port < 65536;
}

// HOST, HOST:PORT, [IPV6], [IPV6]:PORT; the host, or nothing.
std::optional<std::string_view> host_of(std::string_view rest) {
  const bool bracket = rest.starts_with('[');
  const auto end = bracket ? rest.find(']') : rest.find(':');
  if (bracket && end == rest.npos) return std::nullopt;
  const auto host = bracket ? rest.substr(1, end - 1) : rest.substr(0, end);
  const auto port = rest.substr(std::min(bracket ? end + 1 : end, rest.size()));
  const bool good = !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || (bracket && c == ':');
  });
  if (!good || (!port.empty() && (port[0] != ':' || !is_port(port.substr(1))))) return std::nullopt;
  return host;
}

bool is_loopback(std::string_view host) {
  const bool number =
      std::all_of(host.begin(), host.end(), [](char c) { return c == '.' || std::isdigit(c); });
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && number);
}

// A secret that leaves no copy behind.
struct Secret {
  std::string text;
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { sodium_memzero(text.data(), text.size()); }
};

bool read_secret(const std::string& file, Secret& secret) {
  std::ifstream in(file);
  // Room before reading: a text that grows leaves its beginning elsewhere.
  secret.text.reserve(4096);
  std::getline(in, secret.text);
  if (secret.text.ends_with('\r')) secret.text.pop_back();
  return !secret.text.empty();
}

// What is still to be handed over.
struct Body {
  std::string_view rest;
  bool begun = false;
};

std::size_t give(char* to, std::size_t size, std::size_t count, void* body) {
  auto& [rest, begun] = *static_cast<Body*>(body);
  begun = true;
  const auto some = std::min(size * count, rest.size());
  std::memcpy(to, rest.data(), some);
  rest.remove_prefix(some);
  return some;
}

int stops(void* must_stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const std::function<bool()>*>(must_stop))() ? 1 : 0;
}

struct Close {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Close>;

template <class T>
void set(const Handle& handle, CURLoption option, T value) {
  CHECK(curl_easy_setopt(handle.get(), option, value) == CURLE_OK);
}

void set_server(const Handle& handle, const SmtpChoice& choice) {
  const bool plain = choice.address.starts_with(kPlain);
  // The name in EHLO would be that of this machine; who sends is enough.
  const std::string url = (plain ? "smtp://" : "") +
                          (plain ? choice.address.substr(kPlain.size()) : choice.address) + "/" +
                          choice.from.substr(choice.from.find('@') + 1);
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_USE_SSL, static_cast<long>(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!choice.ca_file.empty()) set(handle, CURLOPT_CAINFO, choice.ca_file.c_str());
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, choice.connect_timeout_ms);
  set(handle, CURLOPT_TIMEOUT_MS, choice.timeout_ms);
}

// What was asked last and what was answered, as far as that decides what a refusal is about.
struct Talk {
  std::string asked;   // "MAIL", "RCPT"
  std::string status;  // RFC 3463, "5.1.1"; empty where the server gives none
  bool over = false;
};

int listen(CURL*, curl_infotype what, char* text, std::size_t size, void* to) {
  auto& talk = *static_cast<Talk*>(to);
  const std::string_view line(text, size);
  // Four letters, and no more: what follows may be a password. With QUIT all has been said.
  if (what == CURLINFO_HEADER_OUT) {
    if (line.starts_with("QUIT"))
      talk.over = true;
    else
      talk.asked = line.substr(0, 4);
  }
  if (what != CURLINFO_HEADER_IN || size < 4 || talk.over) return 0;
  const auto word = line.substr(4, line.find_first_of(" \r\n", 4) - 4);
  const bool is_status = word.size() >= 5 && word[1] == '.' && (word[0] == '4' || word[0] == '5');
  talk.status = is_status ? word : "";
  return 0;
}

// Whether a reply 5xx is about this mail or its recipient. What is about us (our address, our server, a
// policy) the operator can mend, so that it waits: else one mistyped option would empty the outbox.
bool is_about_mail(long reply, const Talk& talk, bool begun) {
  const auto of = [&](std::string_view subject) {
    return talk.status.starts_with("5." + std::string(subject) + ".");
  };
  if (begun)
    return of("2") || of("6") || talk.status == "5.3.4" ||
           (talk.status.empty() && (reply == 552 || reply == 554));
  if (talk.asked != "RCPT") return false;
  if (!talk.status.empty()) return of("1") || of("2");
  return reply == 550 || reply == 551 || reply == 553;
}

Sent sent_by(CURLcode result, long reply, const Talk& talk, bool begun) {
  using How = Sent::How;
  if (result == CURLE_OK) return {How::accepted, std::to_string(reply)};
  // libcurl has these two for a reply that it did not like: to MAIL, RCPT and DATA the first, to the mail
  // itself the second, and the second too for a greeting.
  const bool replied = result == CURLE_SEND_ERROR || (result == CURLE_WEIRD_SERVER_REPLY && begun);
  if (replied && reply >= 500 && reply <= 599 && is_about_mail(reply, talk, begun))
    return {How::refused, std::to_string(reply)};
  if (replied && reply >= 400 && reply <= 599) return {How::later, std::to_string(reply)};
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return {How::later, "connect"};
    case CURLE_OPERATION_TIMEDOUT:
      return {How::later, "timeout"};
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {How::later, "tls"};
    case CURLE_ABORTED_BY_CALLBACK:
      return {How::later, "stopped"};
    case CURLE_LOGIN_DENIED:
      return {How::later, "sign_in"};
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return {How::later, "broken_off"};
    default:
      return {How::later, "protocol"};
  }
}

}  // namespace

// The command line is English: these are no texts to be translated.
Problems problems_of(const SmtpChoice& choice) {
  Problems problems;
  const auto rest = rest_of(choice.address);
  const auto host = rest ? host_of(*rest) : std::nullopt;
  if (!host)
    problems.push_back({"--smtp-host", Text{"must be smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS"}});
  else if (choice.address.starts_with(kPlain) && !is_loopback(*host))
    problems.push_back(
        {"--smtp-host", Text{"mail must not go through a network in plain text: smtp-plain:// is "
                             "only for a server on this machine"}});
  if (!is_mail_address(choice.from))
    problems.push_back({"--mail-from", Text{"must be an address such as lotse@example.org"}});
  if (choice.user.empty() != choice.password_file.empty())
    problems.push_back({"--smtp-user", Text{"goes together with --smtp-password-file"}});
  return problems;
}

Smtp::Smtp(SmtpChoice choice) : choice_(std::move(choice)) {
  CHECK(problems_of(choice_).empty());
  CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

Sent Smtp::send(std::string_view to, std::string_view message, const std::function<bool()>& must_stop) const {
  CHECK(is_mail_address(to));
  const Handle handle(curl_easy_init());
  CHECK(handle);
  set_server(handle, choice_);
  Secret password;
  if (!choice_.user.empty()) {
    if (!read_secret(choice_.password_file, password)) return {Sent::How::later, "password_file"};
    set(handle, CURLOPT_USERNAME, choice_.user.c_str());
    set(handle, CURLOPT_PASSWORD, password.text.c_str());
    set(handle, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
  }
  const std::unique_ptr<curl_slist, Close> recipients(
      curl_slist_append(nullptr, ("<" + std::string(to) + ">").c_str()));
  CHECK(recipients);
  Body body{message};
  set(handle, CURLOPT_MAIL_FROM, ("<" + choice_.from + ">").c_str());
  set(handle, CURLOPT_MAIL_RCPT, recipients.get());
  set(handle, CURLOPT_UPLOAD, 1L);
  set(handle, CURLOPT_READFUNCTION, &give);
  set(handle, CURLOPT_READDATA, &body);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &stops);
  set(handle, CURLOPT_XFERINFODATA, &must_stop);
  Talk talk;
  set(handle, CURLOPT_VERBOSE, 1L);
  set(handle, CURLOPT_DEBUGFUNCTION, &listen);
  set(handle, CURLOPT_DEBUGDATA, &talk);
  const CURLcode result = curl_easy_perform(handle.get());
  long reply = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply);
  return sent_by(result, reply, talk, body.begun);
}

}  // namespace lotse::notice

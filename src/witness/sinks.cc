// SPDX-License-Identifier: EUPL-1.2
#include <curl/curl.h>

#include <memory>
#include <stdexcept>

#include "access/head_sink.h"
#include "base/check.h"
#include "base/id.h"
#include "notice/address.h"
#include "notice/mail.h"
#include "witness/witness.h"
#include "words/words.h"

namespace lotse::witness {
namespace {

constexpr std::string_view kMailTo = "mailto:", kHttps = "https://", kHttp = "http://";

bool is_loopback(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://[::1]", "http://localhost"})
    if (url.starts_with(host)) {
      const auto rest = url.substr(host.size()), port = rest.substr(0, rest.find('/'));
      // "127.0.0.1:x@elsewhere" is elsewhere.
      return port.empty() || (port[0] == ':' && port.find_first_not_of("0123456789", 1) == port.npos);
    }
  return false;
}

bool is_url(std::string_view place) { return place.starts_with(kHttps) || place.starts_with(kHttp); }

struct Close {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  CHECK(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

std::size_t leave_out(char*, std::size_t size, std::size_t count, void*) { return size * count; }

std::string lines_of(std::span<const access::AuditHead> heads, std::span<const access::AuditEnds> ends) {
  std::string lines;
  for (const auto& each : heads) lines += access::line_of(each) + "\n";
  for (const auto& each : ends) lines += access::line_of(each) + "\n";
  return lines;
}

class PostSink final : public access::HeadSink {
 public:
  PostSink(std::string url, std::string ca_file);
  const std::string& name() const override { return name_; }
  void give(std::span<const access::AuditHead> heads, std::span<const access::AuditEnds> ends) override;

 private:
  const std::string url_, ca_file_, name_;
};

class MailSink final : public access::HeadSink {
 public:
  MailSink(std::string to, notice::SmtpChoice smtp, const Clock& clock);
  const std::string& name() const override { return name_; }
  std::chrono::seconds every() const override { return std::chrono::hours(24); }
  bool newest_alone() const override { return true; }
  void give(std::span<const access::AuditHead> heads, std::span<const access::AuditEnds> ends) override;

 private:
  const std::string to_, name_;
  const notice::Smtp smtp_;
  const Clock& clock_;
};

PostSink::PostSink(std::string url, std::string ca_file)
    : url_(std::move(url)), ca_file_(std::move(ca_file)), name_("post:" + url_) {
  CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

void PostSink::give(std::span<const access::AuditHead> heads, std::span<const access::AuditEnds> ends) {
  if (heads.empty()) return;
  const std::unique_ptr<CURL, Close> handle(curl_easy_init());
  const std::unique_ptr<curl_slist, Close> fields(
      curl_slist_append(nullptr, "Content-Type: application/jsonl"));
  CHECK(handle && fields);
  const std::string body = lines_of(heads, ends);
  set(handle.get(), CURLOPT_URL, url_.c_str());
  set(handle.get(), CURLOPT_PROTOCOLS_STR, "https,http");
  set(handle.get(), CURLOPT_FOLLOWLOCATION, 0L);
  set(handle.get(), CURLOPT_NOSIGNAL, 1L);
  set(handle.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file_.empty()) set(handle.get(), CURLOPT_CAINFO, ca_file_.c_str());
  set(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, 5'000L);
  set(handle.get(), CURLOPT_TIMEOUT_MS, 15'000L);
  set(handle.get(), CURLOPT_HTTPHEADER, fields.get());
  set(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(handle.get(), CURLOPT_POSTFIELDS, body.c_str());
  set(handle.get(), CURLOPT_WRITEFUNCTION, &leave_out);
  long status = 0;
  const CURLcode result = curl_easy_perform(handle.get());
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (result != CURLE_OK || status != 204)
    throw std::runtime_error(
        "the other installation took no heads: " +
        (result != CURLE_OK ? std::string(curl_easy_strerror(result)) : "status " + std::to_string(status)));
}

MailSink::MailSink(std::string to, notice::SmtpChoice smtp, const Clock& clock)
    : to_(std::move(to)), name_("mail:" + hash_hex(to_)), smtp_(std::move(smtp)), clock_(clock) {}

void MailSink::give(std::span<const access::AuditHead> heads, std::span<const access::AuditEnds> ends) {
  if (heads.empty()) return;
  const auto& language = words::german();
  // Lines of JSON at the end: what is before them is for people.
  const std::string body =
      words::translate(
          language,
          msg("Here are the newest signed heads of the audit of Lotse. Please keep this mail: with it, it "
              "can be shown later whether entries were changed or removed. It holds no data about people. "
              "To check: save the lines in curly brackets as a file and run lotse audit verify --heads "
              "with it.")) +
      "\n\n" + lines_of(heads, ends);
  const auto now = clock_.now();
  const std::string mail =
      notice::written({.id = new_uuid(now.ms),
                       .from = smtp_.from(),
                       .to = to_,
                       .subject = words::translate(language, msg("Lotse: signed heads of the audit")),
                       .body = body,
                       .made = now});
  const auto sent = smtp_.send(to_, mail, [] { return false; });
  if (sent.how != notice::Sent::How::accepted)
    throw std::runtime_error("the mail with heads was not taken: " + sent.code);
}

}  // namespace

std::string problem_of(const std::string& place, const notice::SmtpChoice& smtp) {
  if (place.starts_with(kMailTo)) {
    if (!notice::is_mail_address(std::string_view(place).substr(kMailTo.size())))
      return "mailto: needs an address such as mailto:dpo@example.org";
    if (smtp.address.empty()) return "mailto: needs a mail server (--smtp-host)";
    return "";
  }
  if (place.starts_with(kHttp) && !is_loopback(place))
    return "heads go to another machine by https://… alone";
  if (is_url(place) && !place.ends_with(kPath))
    return "another installation takes them at https://…" + std::string(kPath);
  return "";
}

std::unique_ptr<access::HeadSink> sink_for(const std::string& place, const notice::SmtpChoice& smtp,
                                           const std::string& ca_file, const Clock& clock) {
  CHECK(problem_of(place, smtp).empty());
  if (place.starts_with(kMailTo))
    return std::make_unique<MailSink>(place.substr(kMailTo.size()), smtp, clock);
  if (is_url(place)) return std::make_unique<PostSink>(place, ca_file);
  return std::make_unique<access::FileSink>(place);
}

}  // namespace lotse::witness

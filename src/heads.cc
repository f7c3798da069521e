// SPDX-License-Identifier: EUPL-1.2
#include "heads.h"

#include <filesystem>
#include <iostream>

#include "access/audit_signer.h"
#include "access/sealing.h"
#include "base/log.h"

namespace lotse {
namespace {

// A hundred heads, which is what comes at once, with some ten thousand records that ended.
constexpr std::size_t kHeadsBody = 4 * 1024 * 1024;

bool is_path(const std::string& place) {
  return !place.starts_with("mailto:") && place.find("://") == place.npos;
}

}  // namespace

struct SealedAudit::Parts {
  seal::Signer signer;
  std::vector<std::unique_ptr<access::HeadSink>> sinks{};
  std::optional<access::Sealing> sealing{};  // last: ends before what it uses
};

SealedAudit::SealedAudit(access::Store& store, const Clock& clock, const ServeOptions& options)
    : parts_(new Parts{access::audit_signer(store, clock.now())}) {
  std::vector<access::HeadSink*> sinks;
  for (const auto& place : options.heads) {
    const auto whole = is_path(place) ? std::filesystem::absolute(place).lexically_normal().string() : place;
    parts_->sinks.push_back(witness::sink_for(whole, options.mail, options.heads_ca_file, clock));
    parts_->sinks.back()->give({}, {});
    sinks.push_back(parts_->sinks.back().get());
  }
  parts_->sealing.emplace(store, clock, parts_->signer, sinks, &store.keys());
}

SealedAudit::~SealedAudit() = default;

std::optional<std::vector<witness::Trust>> trusted_by(const ServeOptions& options) {
  std::vector<witness::Trust> trusted;
  for (const auto& place : options.heads)
    if (const auto problem = witness::problem_of(place, options.mail); !problem.empty()) {
      std::cerr << "lotse: --heads: " << problem << "\n";
      return std::nullopt;
    }
  for (const auto& each : options.witness) {
    auto trust = witness::trust_of(each);
    if (!trust) {
      std::cerr << "lotse: --witness: say KEY=FILE; the key is the one that stands in each of their heads\n";
      return std::nullopt;
    }
    trust->file = std::filesystem::absolute(trust->file).lexically_normal().string();
    trusted.push_back(std::move(*trust));
  }
  return trusted;
}

void take_heads(http::ServerOptions& options) {
  options.limits.body_limit = [site = std::move(options.limits.body_limit)](const std::string& method,
                                                                            std::string_view path) {
    return path == witness::kPath && method == "POST" ? kHeadsBody : site(method, path);
  };
}

http::Response answer_of(witness::Witness& witness, const http::Request& request) {
  using Answer = witness::Witness::Answer;
  http::Response response{.status = 405, .route = std::string(witness::kPath)};
  if (request.method != "POST") return response.add("Allow", "POST");
  try {
    const auto answer = witness.take(request.body);
    response.status = answer == Answer::kept          ? 204
                      : answer == Answer::unknown_key ? 403
                      : answer == Answer::busy        ? 503
                                                      : 422;
  } catch (const std::exception&) {
    log_event("witness.failed");
    response.status = 503;
    response.add("Retry-After", "60");
  }
  return response;
}

}  // namespace lotse

// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "http/http.h"
#include "serve.h"
#include "witness/witness.h"

/** Inside serve: what the serving process does about heads of the audit, its own and those of others. */
namespace lotse {

/** Seals the audit while it lives, and gives its heads away where that is wanted. */
class SealedAudit {
 public:
  /** Throws where a file for heads cannot be written: better now than unseen at night. */
  SealedAudit(access::Store& store, const Clock& clock, const ServeOptions& options);
  ~SealedAudit();
  SealedAudit(const SealedAudit&) = delete;
  SealedAudit& operator=(const SealedAudit&) = delete;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/** Whose heads are kept; nothing where the options say something wrong, which has been told then. */
std::optional<std::vector<witness::Trust>> trusted_by(const ServeOptions& options);
/** Room for what other installations give, beside what the limits say already. */
void take_heads(http::ServerOptions& options);
/** The answer to what came to witness::kPath. */
http::Response answer_of(witness::Witness& witness, const http::Request& request);

}  // namespace lotse

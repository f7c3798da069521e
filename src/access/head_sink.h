// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <chrono>
#include <span>
#include <stop_token>
#include <string>

#include "access/audit_form.h"
#include "access/store.h"

namespace lotse::access {

/**
 * Where heads of the audit go so that they are out of our own reach: a second party. Who can change the store
 * and has the key can make a new history, but not the heads that others hold.
 */
class HeadSink {
 public:
  HeadSink() = default;
  HeadSink(const HeadSink&) = delete;
  HeadSink& operator=(const HeadSink&) = delete;
  virtual ~HeadSink() = default;
  /** Under which it is remembered what was given; another name is given everything anew. Nothing personal. */
  virtual const std::string& name() const = 0;
  /** How long to wait at least between two times of giving. */
  virtual std::chrono::seconds every() const { return std::chrono::seconds(0); }
  /** Whether it wants the newest head of each unit alone, all at once; that stands for those before. */
  virtual bool newest_alone() const { return false; }
  /** Hands them over for good, each head with what had ended by then, or throws std::runtime_error: then they
   * are given again later. So the same head may come twice. */
  virtual void give(std::span<const AuditHead> heads, std::span<const AuditEnds> ends) = 0;
};

/**
 * A file to which each head is added as a line (`line_of`) and what had ended as another, on the disk when
 * `give` returns. Best one that the server can only add to: a share of another office, a write-once store.
 * Several processes may add to one.
 */
class FileSink final : public HeadSink {
 public:
  /** `path` is absolute; the file is made where it is missing (0640), its folder is not. */
  explicit FileSink(std::string path);
  const std::string& name() const override { return name_; }
  void give(std::span<const AuditHead> heads, std::span<const AuditEnds> ends) override;

 private:
  const std::string path_, name_;
};

/** Gives each head of each unit to a sink, with what had ended by then, in order, at least once, and
 * remembers how far it came. To a sink that wants the newest alone, those, with all that had ended since. */
class HeadGiver {
 public:
  /** `signer` signs what had ended; the heads are signed. */
  HeadGiver(Store& store, HeadSink& sink, const seal::Signer& signer)
      : store_(store), sink_(sink), signer_(signer) {}
  /** All that the sink has not got yet, until `stop`. Returns how many heads were given; what the sink throws
   * comes out, and what it took before stays taken. */
  std::size_t give_due(const std::stop_token& stop = {});

 private:
  std::size_t give_newest();
  Store& store_;
  HeadSink& sink_;
  const seal::Signer& signer_;
};

}  // namespace lotse::access

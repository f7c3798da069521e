// SPDX-License-Identifier: EUPL-1.2
#include "access/head_sink.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "access/audit_rows.h"

namespace lotse::access {
namespace {

constexpr sql::Statement kGiven{"heads.given",
                                "SELECT size FROM audit_given WHERE unit_id = $1 AND sink = $2"};
// Two processes may have given the same; it never goes back.
constexpr sql::Statement kRemember{
    "heads.remember",
    "INSERT INTO audit_given (unit_id, sink, size) VALUES ($1, $2, $3) ON CONFLICT (unit_id, sink) DO UPDATE "
    "SET size = excluded.size WHERE audit_given.size < excluded.size"};
constexpr std::int64_t kAtOnce = 100;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0640)) {
    if (fd_ < 0) fail("the file for heads of the audit does not open");
  }
  ~OpenFile() { ::close(fd_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Whether the file ends in the middle of a line: a crash or a full disk cut it off.
bool is_cut(int fd) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size < 0) fail("the file for heads of the audit cannot be read");
  char last = '\n';
  if (size > 0 && ::pread(fd, &last, 1, size - 1) != 1)
    fail("the file for heads of the audit cannot be read");
  return last != '\n';
}

}  // namespace

FileSink::FileSink(std::string path) : path_(std::move(path)), name_("file:" + path_) {}

void FileSink::give(std::span<const AuditHead> heads, std::span<const AuditEnds> ends) {
  const bool fresh = !std::filesystem::exists(path_);
  const OpenFile file(path_, O_RDWR | O_APPEND | O_CREAT);
  // Lines of two processes must not meet in the middle. The kernel lets go of the lock with the file.
  if (::flock(file.fd(), LOCK_EX) != 0) fail("the file for heads of the audit cannot be locked");
  // A line that was cut off stays as it is, on a line of its own: nothing is ever taken away here.
  std::string lines = is_cut(file.fd()) ? "\n" : "";
  for (const auto& each : heads) lines += line_of(each) + "\n";
  for (const auto& each : ends) lines += line_of(each) + "\n";
  for (std::string_view rest = lines; !rest.empty();) {
    const ssize_t written = ::write(file.fd(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("the file for heads of the audit cannot be written");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.fd()) != 0) fail("the file for heads of the audit is not on the disk");
  if (!fresh) return;
  const OpenFile folder(std::filesystem::path(path_).parent_path().string(), O_RDONLY | O_DIRECTORY);
  if (::fsync(folder.fd()) != 0) fail("the file for heads of the audit is not on the disk");
}

std::size_t HeadGiver::give_newest() {
  std::vector<AuditHead> newest;
  std::vector<AuditEnds> ends;
  store_.read([&](sql::Tx& tx) {
    newest.clear();
    ends.clear();
    for (const UnitId unit : audited_units(tx)) {
      tx.enter_unit(unit);
      std::optional<AuditHead> last;
      auto before =
          tx.one(kGiven, {unit, sink_.name()}, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
      for (auto heads = heads_after(tx, unit, before, kAtOnce); !heads.empty();
           heads = heads_after(tx, unit, before, kAtOnce)) {
        for (const auto& each : heads)
          if (auto ended = ends_of(tx, each); !ended.records.empty()) ends.push_back(std::move(ended));
        last = heads.back();
        before = last->size;
      }
      if (!last) continue;
      // Beside each head something is said, also that nothing ended.
      if (ends.empty() || ends.back().unit != unit || ends.back().size != last->size)
        ends.push_back(ends_of(tx, *last));
      newest.push_back(std::move(*last));
    }
  });
  if (newest.empty()) return 0;
  for (auto& each : ends) each = sign(std::move(each), signer_);
  sink_.give(newest, ends);
  store_.write([&](sql::Tx& tx) {
    for (const auto& each : newest) {
      tx.enter_unit(each.unit);
      tx.change(kRemember, {each.unit, sink_.name(), each.size});
    }
  });
  return newest.size();
}

std::size_t HeadGiver::give_due(const std::stop_token& stop) {
  if (sink_.newest_alone()) return give_newest();
  std::vector<UnitId> units;
  store_.read([&](sql::Tx& tx) { units = audited_units(tx); });
  std::size_t given = 0;
  for (const UnitId unit : units) {
    while (!stop.stop_requested()) {
      std::vector<AuditHead> heads;
      std::vector<AuditEnds> ends;
      store_.read([&](sql::Tx& tx) {
        tx.enter_unit(unit);
        ends.clear();
        const auto before =
            tx.one(kGiven, {unit, sink_.name()}, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
        heads = heads_after(tx, unit, before, kAtOnce);
        for (const auto& each : heads) ends.push_back(ends_of(tx, each));
      });
      if (heads.empty()) break;
      for (auto& each : ends) each = sign(std::move(each), signer_);
      sink_.give(heads, ends);
      store_.write([&](sql::Tx& tx) {
        tx.enter_unit(unit);
        tx.change(kRemember, {unit, sink_.name(), heads.back().size});
      });
      given += heads.size();
    }
  }
  return given;
}

}  // namespace lotse::access

// SPDX-License-Identifier: EUPL-1.2
#include "metrics.h"

#include <fmt/format.h>

namespace lotse {
namespace {

std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void head(std::string& out, std::string_view name, std::string_view kind, std::string_view help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
}

void one(std::string& out, std::string_view name, std::string_view kind, std::string_view help,
         std::uint64_t value) {
  head(out, name, kind, help);
  out += fmt::format("{} {}\n", name, value);
}

}  // namespace

void Metrics::count(const http::LogLine& line) {
  std::size_t slot = 0;
  while (slot < kEnds.size() && line.microseconds > kEnds[slot]) ++slot;
  const std::lock_guard lock(mutex_);
  ++answers_[{std::string(line.method), std::string(line.route), line.status}];
  ++times_[slot];
  bytes_ += line.bytes;
  microseconds_ += line.microseconds;
}

std::string Metrics::text(const sql::Figures& store, std::size_t connections,
                          std::optional<std::chrono::seconds> copies) const {
  std::string out;
  const std::lock_guard lock(mutex_);
  head(out, "lotse_requests_total", "counter", "Requests answered.");
  for (const auto& [name, count] : answers_)
    out += fmt::format("lotse_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n",
                       label(std::get<0>(name)), label(std::get<1>(name)), std::get<2>(name), count);
  head(out, "lotse_request_seconds", "histogram",
       "From the last byte of a request to the last of its answer.");
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < times_.size(); ++i) {
    all += times_[i];
    const std::string end =
        i < kEnds.size() ? fmt::format("{:g}", static_cast<double>(kEnds[i]) / 1e6) : "+Inf";
    out += fmt::format("lotse_request_seconds_bucket{{le=\"{}\"}} {}\n", end, all);
  }
  out += fmt::format("lotse_request_seconds_sum {:.6f}\nlotse_request_seconds_count {}\n",
                     static_cast<double>(microseconds_) / 1e6, all);
  one(out, "lotse_answer_bytes_total", "counter", "Bytes of bodies that were sent.", bytes_);
  one(out, "lotse_connections", "gauge", "Connections that are open.", connections);
  one(out, "lotse_store_reads_total", "counter", "Snapshots read.", store.reads);
  one(out, "lotse_store_writes_total", "counter", "Changes acknowledged.", store.writes);
  one(out, "lotse_store_commits_total", "counter", "Commits that made them durable.", store.commits);
  one(out, "lotse_store_repeats_total", "counter", "Changes that ran again.", store.repeats);
  if (copies)
    one(out, "lotse_copy_age_seconds", "gauge", "Since the folder of copies held all of the store.",
        static_cast<std::uint64_t>(copies->count()));
  return out;
}

}  // namespace lotse

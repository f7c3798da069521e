// SPDX-License-Identifier: EUPL-1.2
#include "interchange/report.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <tuple>

namespace lotse::interchange {
namespace {

constexpr std::size_t kLongest = 120;
constexpr std::size_t kMost = 100'000;

std::string cut(std::string_view text) {
  std::size_t points = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (points++ == kLongest) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

// A spreadsheet runs what begins with one of these; a tab or line end in front does not keep it from doing
// so.
std::string harmless(const std::string& value) {
  const auto at = value.find_first_not_of(" \t\r\n");
  if (at == std::string::npos) return value;
  const bool formula = std::string_view("=+-@").find(value[at]) != std::string_view::npos;
  return formula || value[0] == '\t' || value[0] == '\r' ? "'" + value : value;
}

}  // namespace

void Report::add(Finding finding) {
  finding.value = cut(finding.value);
  finding.ours = cut(finding.ours);
  take(std::move(finding));
}

// A file of a million broken rows must not take the memory of the server with it.
void Report::take(Finding finding) {
  if (findings_.size() < kMost) {
    findings_.push_back(std::move(finding));
    return;
  }
  Sum& more = more_[{finding.severity, finding.file, finding.reason.id}];
  if (++more.count > 1) return;
  more = {finding.severity, finding.file, finding.reason.id, 1, finding};
}

void Report::add(Severity severity, std::string file, std::size_t line, std::string field,
                 std::string_view value, Text reason) {
  add(Finding{severity, std::move(file), line, std::move(field), std::string(value), std::move(reason), "",
              ""});
}

void Report::append(Report other) {
  for (auto& finding : other.findings_) take(std::move(finding));
  for (auto& [kind, sum] : other.more_)
    if (const auto [at, fresh] = more_.try_emplace(kind, sum); !fresh) at->second.count += sum.count;
  for (const auto& [file, total] : other.totals_) {
    totals_[file].read += total.read;
    totals_[file].used += total.used;
  }
}

std::size_t Report::count(Severity severity) const {
  std::size_t n = 0;
  for (const Finding& f : findings_) n += f.severity == severity;
  for (const auto& [kind, sum] : more_) n += sum.severity == severity ? sum.count : 0;
  return n;
}

std::vector<Report::Sum> Report::sums() const {
  std::map<std::tuple<Severity, std::string, std::string>, std::size_t> index;
  std::vector<Sum> sums;
  for (const Finding& f : findings_) {
    const auto [at, fresh] = index.try_emplace({f.severity, f.file, f.reason.id}, sums.size());
    if (fresh) sums.push_back({f.severity, f.file, f.reason.id, 0, f});
    ++sums[at->second].count;
  }
  for (const auto& [kind, more] : more_)
    if (const auto at = index.find(kind); at != index.end())
      sums[at->second].count += more.count;
    else
      sums.push_back(more);
  std::stable_sort(sums.begin(), sums.end(), [](const Sum& a, const Sum& b) {
    return std::tuple(a.severity, std::string_view(a.file), b.count) <
           std::tuple(b.severity, std::string_view(b.file), a.count);
  });
  return sums;
}

std::string Report::screen(const words::Language& language) const {
  std::string text;
  const auto number = [&](std::size_t n) { return words::number(language, static_cast<std::int64_t>(n)); };
  for (const auto& [file, total] : totals_) {
    text += words::translate(
        language, msg("{file}: {read} read, {used} used",
                      {{"file", file}, {"read", number(total.read)}, {"used", number(total.used)}}));
    text += '\n';
  }
  for (const Sum& sum : sums()) {
    text += words::translate(language, label(sum.severity)) + " (" + number(sum.count) + "×) " + sum.file;
    if (sum.first.line) text += ":" + std::to_string(sum.first.line);
    if (!sum.first.entry.empty()) text += " " + sum.first.entry;
    if (!sum.first.field.empty()) text += " " + sum.first.field;
    text += ": " + words::translate(language, sum.first.reason) + '\n';
  }
  return text;
}

std::string Report::csv(const words::Language& language) const {
  const auto say = [&](const Text& text) { return words::translate(language, text); };
  std::string text =
      csv_line({say(msg("What")), say(msg("File")), say(msg("Line")), say(msg("Entry")), say(msg("Field")),
                say(msg("Value")), say(msg("In the directory")), say(msg("Reason"))});
  const auto line_of = [&](const Finding& f) {
    return csv_line({say(label(f.severity)), harmless(f.file), f.line ? std::to_string(f.line) : "",
                     harmless(f.entry), harmless(f.field), harmless(f.value), harmless(f.ours),
                     say(f.reason)});
  };
  for (const Finding& f : findings_) text += line_of(f);
  for (const auto& [kind, sum] : more_) {
    Finding rest = sum.first;
    rest.line = 0;
    rest.entry = rest.ours = "";
    rest.value = "… " + std::to_string(sum.count) + "×";
    text += line_of(rest);
  }
  return text;
}

void Report::write_csv(const std::string& path, const words::Language& language) const {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const std::string text = csv(language);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write the report: " + path);
}

Text label(Severity severity) {
  switch (severity) {
    case Severity::row_not_used:
      return msg("Row not used");
    case Severity::value_not_used:
      return msg("Value not used");
    case Severity::value_changed:
      return msg("Value changed");
    case Severity::note:
      break;
  }
  return msg("Note");
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string& cell = cells[i];
    if (i) line += ',';
    const bool blank_end = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
    // A single empty cell would be an empty line, which readers skip.
    if (!blank_end && cell.find_first_of(",\"\r\n") == std::string::npos &&
        (cells.size() > 1 || !cell.empty())) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace lotse::interchange

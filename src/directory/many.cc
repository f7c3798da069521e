// SPDX-License-Identifier: EUPL-1.2
#include "directory/many.h"

#include <algorithm>

#include "base/check.h"

namespace lotse::directory {
namespace {

constexpr std::size_t kAtOnce = 50;

// "?" becomes "$1", "$2" …
std::string numbered(std::string_view text, std::size_t& number) {
  std::string result;
  for (const char c : text) {
    if (c == '?')
      result += "$" + std::to_string(++number);
    else
      result += c;
  }
  return result;
}

}  // namespace

ManyRows::ManyRows(std::string name, std::string_view head, std::string_view row, std::string_view tail)
    : name_(std::move(name)), width_(static_cast<std::size_t>(std::count(row.begin(), row.end(), '?'))) {
  const auto text = [&](std::size_t rows) {
    std::string whole(head);
    std::size_t number = 0;
    for (std::size_t i = 0; i < rows; ++i) whole += (i ? ", " : " ") + numbered(row, number);
    return whole + std::string(tail);
  };
  one_ = text(1);
  many_ = text(kAtOnce);
}

std::int64_t ManyRows::run(access::Change& change, std::span<const sql::Value> values) const {
  CHECK(values.size() % width_ == 0);
  std::int64_t changed = 0;
  while (!values.empty()) {
    const bool many = values.size() >= kAtOnce * width_;
    const std::size_t taken = width_ * (many ? kAtOnce : 1);
    changed += change.change({name_, many ? many_ : one_}, sql::Params(values.first(taken)));
    values = values.subspan(taken);
  }
  return changed;
}

ManyIds::ManyIds(std::string name, std::string_view text, std::size_t others) : name_(std::move(name)) {
  constexpr std::string_view kMark = "(?…)";
  const auto at = text.find(kMark);
  CHECK(at != text.npos);
  const auto with = [&](std::size_t ids) {
    std::string list;
    std::size_t number = others;
    for (std::size_t i = 0; i < ids; ++i) list += numbered(i ? ", ?" : "?", number);
    return std::string(text.substr(0, at)) + "(" + list + ")" + std::string(text.substr(at + kMark.size()));
  };
  one_ = with(1);
  many_ = with(kAtOnce);
}

void ManyIds::for_heaps(
    std::span<const std::string> ids, const std::vector<sql::Value>& others,
    const std::function<void(const sql::Statement&, const std::vector<sql::Value>&)>& run) const {
  for (std::size_t from = 0; from < ids.size(); from += kAtOnce) {
    const bool one = from + 1 == ids.size();
    std::vector<sql::Value> values = others;
    // A list that is not full ends with its last id some more times: so two texts do for all lengths.
    for (std::size_t i = 0; i < (one ? 1 : kAtOnce); ++i)
      values.emplace_back(ids[std::min(from + i, ids.size() - 1)]);
    run({name_, one ? one_ : many_}, values);
  }
}

void ManyIds::each(access::View& view, std::span<const std::string> ids,
                   const std::vector<sql::Value>& others,
                   const std::function<void(const sql::Row&)>& row) const {
  for_heaps(ids, others, [&](const sql::Statement& s, const auto& values) { view.each(s, values, row); });
}

void ManyIds::change(access::Change& change, std::span<const std::string> ids,
                     const std::vector<sql::Value>& others) const {
  for_heaps(ids, others, [&](const sql::Statement& s, const auto& values) { change.change(s, values); });
}

}  // namespace lotse::directory

// SPDX-License-Identifier: EUPL-1.2
#include "directory/merge.h"

#include <algorithm>

namespace lotse::directory {
namespace {

const Json& member(const Json& doc, const std::string& name) {
  static const Json none;
  const auto at = doc.find(name);
  return at == doc.end() ? none : *at;
}

std::string shown(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

bool is_same(const Json& a, const Json& b) {
  if (a == b) return true;
  if (!a.is_array() || !b.is_array() || a.size() != b.size()) return false;
  const auto sorted = [](const Json& list) {
    std::vector<std::string> texts;
    for (const auto& each : list) texts.push_back(each.dump());
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  return sorted(a) == sorted(b);
}

Merged merge(const Json& base, const Json& ours, const Json& theirs) {
  Merged merged;
  const auto decide = [&](const std::string& name) {
    if (merged.doc.contains(name)) return;
    const Json &was = member(base, name), &mine = member(ours, name), &given = member(theirs, name);
    const bool corrected = !is_same(was, mine), moved = !is_same(was, given);
    const bool apart = corrected && moved && !is_same(mine, given);
    if (apart) merged.differences.push_back({name, shown(mine), shown(given)});
    const Json& taken = corrected ? mine : given;
    if (!taken.is_null()) merged.doc[name] = taken;
  };
  for (const auto& [name, value] : ours.items()) decide(name);
  for (const auto& [name, value] : theirs.items()) decide(name);
  return merged;
}

}  // namespace lotse::directory

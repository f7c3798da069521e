// SPDX-License-Identifier: EUPL-1.2
// The fuzz target as a plain function: on what is kept, and on what lies near to it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

int fuzz_site(const std::uint8_t* data, std::size_t size);

namespace lotse::web {
namespace {

TEST(Fuzz, WhateverIsAskedIsAnsweredProperly) {
  std::vector<std::string> kept;
  for (const auto& each : std::filesystem::directory_iterator(LOTSE_SOURCE_DIR "/src/web/site_fuzz_corpus")) {
    std::ifstream file(each.path(), std::ios::binary);
    kept.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::sort(kept.begin(), kept.end());
  ASSERT_GT(kept.size(), 10u);
  const auto run = [](const std::string& text) {
    fuzz_site(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  for (const auto& each : kept) run(each);
  std::mt19937 random(20261122);
  for (int i = 0; i < 1'500; ++i) {
    std::string text = kept[random() % kept.size()];
    for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes)
      text[random() % text.size()] =
          static_cast<char>(random() % 3 == 0 ? random() : "<>&\"'%=/;,"[random() % 10]);
    run(text);
  }
}

}  // namespace
}  // namespace lotse::web

// SPDX-License-Identifier: EUPL-1.2
// The fuzz targets as plain functions: on what is kept, on what lies near to it, and on random bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

int fuzz_form(const std::uint8_t* data, std::size_t size);
int fuzz_request(const std::uint8_t* data, std::size_t size);

namespace lotse::http {
namespace {

void run(int (*target)(const std::uint8_t*, std::size_t), const std::string& text) {
  target(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::vector<std::string> kept_requests() {
  std::vector<std::filesystem::path> files;
  for (const auto& each :
       std::filesystem::directory_iterator(LOTSE_SOURCE_DIR "/src/http/request_fuzz_corpus"))
    files.push_back(each.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> all;
  for (const auto& each : files) {
    std::ifstream file(each, std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return all;
}

// Letters that mean something to the parsers are drawn often.
TEST(Fuzz, FormsSurviveRandomBytes) {
  static constexpr std::string_view telling = "%&=+/.;,:\r\n \tGET HTTP/1.1q0\"*%41%c3%a4aA";
  std::mt19937 random(20261122);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 80, '\0');
    for (char& c : text)
      c = random() % 4 == 0 ? static_cast<char>(random()) : telling[random() % telling.size()];
    run(fuzz_form, text);
  }
}

TEST(Fuzz, RequestsKeepTheirPromisesHoweverTheyArrive) {
  const auto kept = kept_requests();
  ASSERT_GT(kept.size(), 20u);
  for (const auto& each : kept) run(fuzz_request, each);
  std::mt19937 random(20261122);
  for (int i = 0; i < 5'000; ++i) {
    std::string text = kept[random() % kept.size()];
    for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes)
      text[random() % text.size()] =
          static_cast<char>(random() % 3 == 0 ? random() : "\r\n :;0aF"[random() % 8]);
    if (random() % 4 == 0) text += kept[random() % kept.size()];
    if (random() % 8 == 0) text.resize(random() % (text.size() + 1));
    run(fuzz_request, text);
  }
}

}  // namespace
}  // namespace lotse::http

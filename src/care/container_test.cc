// SPDX-License-Identifier: EUPL-1.2
#include "care/container.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

int fuzz_container(const std::uint8_t* data, std::size_t size);

namespace lotse::care {
namespace {

seal::MasterKeys some_keys() {
  std::vector<seal::Key> keys;
  keys.push_back(seal::Key::random());
  return seal::MasterKeys::of(std::move(keys));
}

std::string written(const seal::MasterKeys& keys, std::string_view text, seal::Profile profile,
                    const Json& header = {{"part", "data"}}) {
  std::string file;
  ContainerWriter out(profile, keys, header, [&](std::string_view bytes) { file += bytes; });
  for (std::size_t at = 0; at < text.size(); at += 700'001) out.add(text.substr(at, 700'001));
  out.finish();
  return file;
}

std::string read(const std::string& file, const seal::MasterKeys& keys) {
  std::istringstream in(file);
  ContainerReader reader(in, keys);
  std::string text;
  while (const auto piece = reader.next()) text += *piece;
  return text;
}

std::string long_text() {
  std::string text;
  std::uint32_t x = 1;
  for (int i = 0; i < 2'500'000; ++i) {
    x = x * 1'664'525 + 1'013'904'223;
    text += i % 100'000 < 60'000 ? static_cast<char>(x >> 24) : 'a';
  }
  return text;
}

TEST(Container, WhatIsWrittenIsRead) {
  const auto keys = some_keys();
  for (const auto profile : {seal::Profile::xchacha20, seal::Profile::aes256})
    for (const auto& text :
         {std::string(), std::string("a"), std::string(std::size_t{1} << 20, 'x'), long_text()})
      EXPECT_TRUE(read(written(keys, text, profile), keys) == text);
  EXPECT_LT(written(keys, std::string(2'000'000, 'x'), seal::Profile::xchacha20).size(), 20'000U);
}

TEST(Container, TheHeadCanBeReadWithoutAKeyAndTheRestNot) {
  const auto keys = some_keys();
  const std::string file = written(keys, "Anna Beispiel", seal::Profile::xchacha20, {{"part", "keys"}});
  std::istringstream in(file);
  EXPECT_EQ(header_of(in)["part"], "keys");
  EXPECT_EQ(file.find("Anna"), std::string::npos);
  try {
    read(file, some_keys());
    FAIL() << "another installation's key opened it";
  } catch (const CopyRefused& e) {
    EXPECT_NE(std::string(e.what()).find("--key-file"), std::string::npos);
  }
}

TEST(Container, EachChangedByteIsFound) {
  const auto keys = some_keys();
  const std::string file = written(keys, "what was written", seal::Profile::xchacha20);
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    EXPECT_THROW(read(changed, keys), CopyRefused) << i;
  }
}

TEST(Container, AFileThatEndsEarlyIsFoundWhereverItEnds) {
  const auto keys = some_keys();
  const std::string text(2'200'000, 'x');
  const std::string file = written(keys, text, seal::Profile::aes256);
  for (std::size_t size = 0; size < file.size(); size += 13)
    EXPECT_THROW(read(file.substr(0, size), keys), CopyRefused) << size;
}

TEST(Container, PiecesOfAnotherFileOrInAnotherOrderAreFound) {
  const auto keys = some_keys();
  const std::string text = long_text();
  const std::string one = written(keys, text, seal::Profile::xchacha20),
                    two = written(keys, text, seal::Profile::xchacha20);
  const auto body = [](const std::string& file) { return file.find('\n', file.find('\n') + 1) + 1; };
  EXPECT_THROW(read(one.substr(0, body(one)) + two.substr(body(two)), keys), CopyRefused);
  const auto size_at = [&](std::size_t at) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
      size |= std::size_t{static_cast<unsigned char>(one[at + i])} << (8 * i);
    return size + 5;
  };
  const std::size_t first = body(one), second = first + size_at(first), third = second + size_at(second);
  EXPECT_THROW(read(one.substr(0, first) + one.substr(second, third - second) +
                        one.substr(first, second - first) + one.substr(third),
                    keys),
               CopyRefused);
  EXPECT_THROW(read(one.substr(0, second) + one.substr(third), keys), CopyRefused) << "a piece left out";
}

TEST(Container, WhatIsNoCopyIsToldSo) {
  const auto keys = some_keys();
  for (const std::string text : {"", "\n", "lotse-copy 1\n", "lotse-copy 1\nx\n", "lotse-copy 1\n[]\n",
                                 "lotse-copy 2\n{}\n", "lotse-copy 1\n{\"sealed_key\":7}\n"})
    EXPECT_THROW(read(text, keys), CopyRefused) << text;
  EXPECT_THROW(read(std::string(100'000, 'x'), keys), CopyRefused);
}

TEST(Container, ReplaysWhatFuzzingTries) {
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text += static_cast<char>(random());
    if (i % 3 == 0 && text.size() > 2) text[0] = '\0';  // near the beginning
    fuzz_container(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
}

}  // namespace
}  // namespace lotse::care

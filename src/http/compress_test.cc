// SPDX-License-Identifier: EUPL-1.2
#include "http/compress.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

namespace lotse::http {
namespace {

std::string gunzip(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    char piece[4096];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof piece - stream.avail_out);
  }
  EXPECT_EQ(state, Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  inflateEnd(&stream);
  return out;
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST(Gzip, RoundTripAtEverySizeAndLevel) {
  std::string page;
  for (int i = 0; i < 300; ++i)
    page += "<li><a href=\"/angebote/" + std::to_string(i) + "\">Angebot</a></li>\n";
  for (int level = 1; level <= 9; ++level) EXPECT_EQ(gunzip(gzip(page, level)), page);
  EXPECT_LT(gzip(page).size(), page.size() / 4);
  for (const std::size_t size : {0u, 1u, 100u, 70'000u}) EXPECT_EQ(gunzip(gzip(noise(size))), noise(size));
}

TEST(Gzip, SameBytesTwiceAndLevelOutOfRange) {
  EXPECT_EQ(gzip("Lotse", 4), gzip("Lotse", 4));
  EXPECT_EQ(gunzip(gzip("Lotse", 0)), "Lotse");
  EXPECT_EQ(gunzip(gzip("Lotse", 99)), "Lotse");
}

TEST(Gzip, EachThreadHasItsOwnState) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const std::string text(static_cast<std::size_t>(1000 + i), static_cast<char>('a' + i));
      for (int run = 0; run < 50; ++run) EXPECT_EQ(gunzip(gzip(text, 1 + run % 9)), text);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Accepts, FollowsQualities) {
  EXPECT_TRUE(accepts("gzip, deflate, br", "gzip"));
  EXPECT_TRUE(accepts("gzip, deflate, br", "br"));
  EXPECT_FALSE(accepts("gzip", "br"));
  EXPECT_FALSE(accepts("", "gzip"));
  EXPECT_FALSE(accepts("gzip;q=0", "gzip"));
  EXPECT_FALSE(accepts("gzip; q=0.000, *", "gzip"));
  EXPECT_TRUE(accepts("*", "gzip"));
  EXPECT_FALSE(accepts("*;q=0", "gzip"));
  EXPECT_TRUE(accepts("*;q=0, gzip", "gzip"));
  EXPECT_TRUE(accepts("X-GZIP", "gzip"));
  EXPECT_TRUE(accepts(" br ; Q=0.001 ", "BR"));
  EXPECT_FALSE(accepts("gzipped, bro", "gzip"));
}

TEST(Accepts, QualityIsInThousandths) {
  EXPECT_EQ(coding_quality("gzip;q=0.5, br;q=1.0", "gzip"), 500);
  EXPECT_EQ(coding_quality("gzip;q=0.5, br;q=1.0", "br"), 1000);
  EXPECT_EQ(coding_quality("gzip;q=0.125", "gzip"), 125);
  EXPECT_EQ(coding_quality("gzip", "identity"), 1000);
  EXPECT_EQ(coding_quality("identity;q=0", "identity"), 0);
  EXPECT_EQ(coding_quality("*;q=0", "identity"), 0);
}

TEST(Accepts, AMalformedWeightRefuses) {
  for (const char* text :
       {"gzip;q=", "gzip;q=2", "gzip;q=1.5", "gzip;q=0.1234", "gzip;q=x", "gzip;q=-1", "gzip;q=0,5"})
    EXPECT_FALSE(accepts(text, "gzip")) << text;
}

}  // namespace
}  // namespace lotse::http

// SPDX-License-Identifier: EUPL-1.2
#include "http/static.h"

#include <gtest/gtest.h>

#include <array>

namespace lotse::http {
namespace {

constexpr std::array<Asset, 2> two{
    Asset{"lotse.css", "/static/lotse.abc.css", "text/css; charset=utf-8", "raw bytes", "gzip bytes",
          "br bytes", "abcdef"},
    Asset{"mark.svg", "/static/mark.123.svg", "image/svg+xml", "<svg/>", "", "", "123456"},
};

Request get(std::string path, std::vector<Field> fields = {}) {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.fields = std::move(fields);
  return request;
}

TEST(Static, LeavesOtherPathsAlone) {
  EXPECT_FALSE(serve_asset(get("/"), two).has_value());
  EXPECT_FALSE(serve_asset(get("/static"), two).has_value());
  EXPECT_FALSE(serve_asset(get("/statically/lotse.abc.css"), two).has_value());
}

TEST(Static, SendsPlainBytesToKeepForEver) {
  const auto response = serve_asset(get("/static/lotse.abc.css"), two);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content(), "raw bytes");
  EXPECT_EQ(response->fixed.data(), two[0].raw.data()) << "no copy";
  EXPECT_EQ(response->header("content-type"), "text/css; charset=utf-8");
  EXPECT_EQ(response->header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(response->header("Vary"), "Accept-Encoding");
  EXPECT_EQ(response->header("ETag"), "\"abcdef\"");
  EXPECT_EQ(response->header("Content-Encoding"), "");
}

TEST(Static, NegotiatesTheCoding) {
  const auto coding = [](std::string accept, const char* path = "/static/lotse.abc.css") {
    const auto response = serve_asset(get(path, {{"Accept-Encoding", std::move(accept)}}), two);
    return std::string(response->header("Content-Encoding"));
  };
  EXPECT_EQ(coding("gzip, deflate, br"), "br");
  EXPECT_EQ(coding("gzip, deflate"), "gzip");
  EXPECT_EQ(coding("br;q=0.5, gzip;q=0.8"), "gzip");
  EXPECT_EQ(coding("br;q=0, gzip;q=0"), "");
  EXPECT_EQ(coding("*"), "br");
  EXPECT_EQ(coding("gzip, br", "/static/mark.123.svg"), "") << "not there";
  const auto packed = serve_asset(get("/static/lotse.abc.css", {{"Accept-Encoding", "gzip"}}), two);
  EXPECT_EQ(packed->content(), "gzip bytes");
  EXPECT_EQ(packed->header("ETag"), "\"abcdef-gzip\"");
}

TEST(Static, AnswersNotModified) {
  const auto status = [](std::string tag, std::string accept = "") {
    return serve_asset(get("/static/lotse.abc.css",
                           {{"If-None-Match", std::move(tag)}, {"Accept-Encoding", std::move(accept)}}),
                       two)
        ->status;
  };
  EXPECT_EQ(status("\"abcdef\""), 304);
  EXPECT_EQ(status("\"x\", W/\"abcdef\""), 304);
  EXPECT_EQ(status("*"), 304);
  EXPECT_EQ(status("\"abcdef-br\"", "br"), 304);
  EXPECT_EQ(status("\"abcdef\"", "br"), 200) << "another representation";
  EXPECT_EQ(status("abcdef"), 200);
  const auto response = serve_asset(get("/static/lotse.abc.css", {{"If-None-Match", "*"}}), two);
  EXPECT_EQ(response->content(), "");
  EXPECT_EQ(response->header("ETag"), "\"abcdef\"");
  EXPECT_EQ(response->header("Vary"), "Accept-Encoding");
}

TEST(Static, UnknownAndWrongMethod) {
  const auto unknown = serve_asset(get("/static/lotse.000.css"), two);
  ASSERT_TRUE(unknown.has_value());
  EXPECT_EQ(unknown->status, 404);
  EXPECT_EQ(unknown->header("Cache-Control"), "no-store");
  Request post = get("/static/lotse.abc.css");
  post.method = "POST";
  EXPECT_EQ(serve_asset(post, two)->status, 405);
  EXPECT_EQ(serve_asset(post, two)->header("Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace lotse::http

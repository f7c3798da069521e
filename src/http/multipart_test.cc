// SPDX-License-Identifier: EUPL-1.2
#include "http/multipart.h"

#include <gtest/gtest.h>

namespace lotse::http {
namespace {

const std::string kType = "multipart/form-data; boundary=XyZ";

std::string part(const std::string& head, const std::string& content) {
  return "--XyZ\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content + "\r\n";
}
FormError error_of(const std::string& body, const std::string& type = kType) {
  const auto found = decode_multipart(type, body, 5);
  EXPECT_FALSE(found.has_value()) << body;
  return found ? FormError::too_many : found.error();
}

TEST(Multipart, FieldsAndFilesComeApart) {
  const std::string bytes("\0\r\n--Xy\xFF--XyZ", 14);
  const std::string body = part("name=\"_guard\"", "abc") +
                           part(
                               "name=\"file\"; filename=\"Bri\xC3\xA4"
                               "f.pdf\"\r\nContent-Type: text/html",
                               bytes) +
                           part("name=\"note\"", "\xC3\xBC\r\n") + "--XyZ--\r\n";
  const auto found = decode_multipart(kType, body);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->form.pairs.size(), 2u);
  EXPECT_EQ(found->form.find("_guard"), "abc");
  EXPECT_EQ(found->form.find("note"), "\xC3\xBC\r\n");
  ASSERT_EQ(found->files.size(), 1u);
  EXPECT_EQ(found->files[0].field, "file");
  EXPECT_EQ(found->files[0].name,
            "Bri\xC3\xA4"
            "f.pdf");
  EXPECT_EQ(found->files[0].bytes, bytes);
  EXPECT_GE(found->files[0].bytes.data(), body.data()) << "not copied";
  EXPECT_LT(found->files[0].bytes.data(), body.data() + body.size());
}

TEST(Multipart, NamesAreReadAsBrowsersWriteThem) {
  const auto name = [](const std::string& written) {
    const auto found = decode_multipart(kType, part("name=f; filename=" + written, "x") + "--XyZ--");
    return found && found->files.size() == 1 ? found->files[0].name : "-";
  };
  EXPECT_EQ(name("\"a%22b%0D%0Ac%41.txt\""), "a\"b\r\nc%41.txt");
  EXPECT_EQ(name("\"a\\\"b.txt\""), "a\"b.txt");
  EXPECT_EQ(name("\"C:\\docs\\a.txt\""), "C:\\docs\\a.txt");
  EXPECT_EQ(name("plain.txt; x=y"), "plain.txt");
  EXPECT_EQ(name("\"; name=other\""), "; name=other");
  EXPECT_EQ(name("\"\""), "");
}

TEST(Multipart, AFieldWithoutAChosenFileIsLeftOutAndAnEmptyFileIsNot) {
  const auto found =
      decode_multipart(kType, part("name=a; filename=\"\"", "") + part("name=b; filename=\"e.txt\"", "") +
                                  "--XyZ--\r\nepilogue");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->files.size(), 1u);
  EXPECT_EQ(found->files[0].name, "e.txt");
  EXPECT_TRUE(found->files[0].bytes.empty());
  EXPECT_TRUE(decode_multipart(kType, "--XyZ--")->files.empty());
}

TEST(Multipart, TheBoundaryIsTakenFromTheType) {
  const std::string body = part("name=a", "1") + "--XyZ--";
  for (const char* type :
       {"Multipart/Form-Data; charset=utf-8; Boundary=\"XyZ\"", "multipart/form-data;boundary=XyZ "})
    EXPECT_TRUE(decode_multipart(type, body)) << type;
  for (const char* type :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"XyZ",
        "multipart/mixed; boundary=XyZ", "text/plain", ""})
    EXPECT_EQ(error_of(body, type), FormError::bad_parts) << type;
  EXPECT_EQ(error_of(body, "multipart/form-data; boundary=" + std::string(71, 'X')), FormError::bad_parts);
}

TEST(Multipart, WhatIsCutOffOrMalformedIsRefused) {
  const std::string whole =
      part("name=a; filename=\"a.txt\"", "some bytes") + part("name=b", "x") + "--XyZ--";
  ASSERT_TRUE(decode_multipart(kType, whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_multipart(kType, whole.substr(0, size))) << size;
  for (const std::string body : {"preamble --XyZ--", "--XyZ\n\nx\n--XyZ--", "--XyZ\r\n\r\nno name\r\n--XyZ--",
                                 "--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--XyZ--",
                                 "--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--XyZ--"})
    EXPECT_EQ(error_of(body), FormError::bad_parts) << body;
  EXPECT_EQ(error_of("--XyZ\r\nX: " + std::string(9000, 'x') + "\r\n\r\n\r\n--XyZ--"), FormError::bad_parts);
}

TEST(Multipart, TextsMustBeTextsAndPartsMustBeFew) {
  EXPECT_EQ(error_of(part("name=a", "\xFF") + "--XyZ--"), FormError::bad_text);
  EXPECT_EQ(error_of(part("name=\"\xFF\"", "a") + "--XyZ--"), FormError::bad_text);
  EXPECT_EQ(error_of(part("name=a; filename=\"\xFF\"", "a") + "--XyZ--"), FormError::bad_text);
  std::string many;
  for (int i = 0; i < 5; ++i) many += part("name=a", "1");
  EXPECT_TRUE(decode_multipart(kType, many + "--XyZ--", 5));
  EXPECT_EQ(error_of(many + part("name=a", "1") + "--XyZ--"), FormError::too_many);
}

}  // namespace
}  // namespace lotse::http

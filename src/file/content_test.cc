// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <random>

#include "base/fold.h"
#include "file/file.h"

namespace lotse::file {
namespace {

using namespace std::string_literals;

std::string zip_entry(const std::string& name, const std::string& content) {
  const auto u16 = [](std::size_t n) { return std::string{static_cast<char>(n), static_cast<char>(n >> 8)}; };
  const auto u32 = [&](std::size_t n) { return u16(n & 0xFFFF) + u16(n >> 16); };
  return "PK\x03\x04"s + u16(20) + u16(0) + u16(0) + u32(0) + u32(0) + u32(content.size()) +
         u32(content.size()) + u16(name.size()) + u16(0) + name + content;
}
std::string docx(const std::string& more = "") {
  return zip_entry("[Content_Types].xml", "<Types/>") + zip_entry("_rels/.rels", "<x/>") +
         zip_entry("word/document.xml", "<w/>") + more;
}
std::string odt(const std::string& more = "") {
  return zip_entry("mimetype", "application/vnd.oasis.opendocument.text") + zip_entry("content.xml", "<x/>") +
         more;
}
std::string segment(char marker, const std::string& content) {
  const std::size_t length = content.size() + 2;
  return std::string{'\xFF', marker, static_cast<char>(length >> 8), static_cast<char>(length)} + content;
}
const std::string kScan = segment('\xDA', "\x01\x01\x00\x00\x3F\x00"s) +
                          "picture\xFF\x00more\xFF\xD0"
                          "end"s;
// Orientation 6, and a text that stands for a place.
std::string exif(bool little) {
  return little
             ? "Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0Kanarienstrasse 7"s
             : "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0Kanarienstrasse 7"s;
}
std::string jpeg(const std::string& segments = "", const std::string& scan = kScan) {
  return "\xFF\xD8"s + segment('\xE0', "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s) + segments + scan + "\xFF\xD9";
}
std::string chunk(const std::string& name, const std::string& content) {
  const auto n = content.size();
  return std::string{0, 0, static_cast<char>(n >> 8), static_cast<char>(n)} + name + content +
         "\x01\x02\x03\x04";
}
std::string png(const std::string& more = "") {
  return "\x89PNG\r\n\x1A\n"s + chunk("IHDR", "\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0"s) + more +
         chunk("IDAT", "picture") + chunk("IEND", "");
}

std::string reason(const std::string& bytes, std::size_t most = kMostBytes) {
  const auto found = check("a.pdf", bytes, most);
  return found ? "taken as " + std::string(name_of(found->type()))
               : found.error().at(0).text.id.substr(0, 24);
}

TEST(FileContent, WhatIsTakenIsFoundByItsContent) {
  EXPECT_EQ(reason("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"), "taken as pdf");
  EXPECT_EQ(reason(jpeg()), "taken as jpeg");
  EXPECT_EQ(reason(png()), "taken as png");
  EXPECT_EQ(reason("Gr\xC3\xBC\xC3\x9F"
                   "e an alle\n"),
            "taken as text");
  EXPECT_EQ(reason("\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD1\x96\xD1\x82"), "taken as text");
  EXPECT_EQ(reason("name,number\n1,2\n"), "taken as text");
  EXPECT_EQ(reason(docx()), "taken as docx");
  EXPECT_EQ(reason(odt()), "taken as odt");
}

TEST(FileContent, WhatWouldRunOrIsUnknownIsRefusedWhateverItIsCalled) {
  for (const std::string& bytes : {"<!doctype html><html><script>x</script>"s,
                                   "  <script>x</script>"s,
                                   "\n\n<b onclick=x>y</b>"s,
                                   "hello <script>x</script>"s,
                                   "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"s,
                                   "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"s,
                                   "#!/bin/sh\necho\n"s,
                                   "MZ"s + std::string(300, '\0'),
                                   "\x7F"
                                   "ELF\x02\x01\x01"s +
                                       std::string(100, '\0'),
                                   "<?php echo 1;"s,
                                   "@echo off\r\ndel x\r\n"s,
                                   "{\\rtf1 x}"s,
                                   zip_entry("a.txt", "x"),
                                   "GIF89a\x01\0\x01\0\x80\0\0"s,
                                   "something\n%PDF-1.4\n1 0 obj\n"s,
                                   "\0\0\0\x18"
                                   "ftypheic\0\0\0\0mif1heic"s,
                                   "Gr\xFC\xDF"
                                   "e an alle\n"s,
                                   "\xFF\xFEG\0r\0"s,
                                   "a\0b"s,
                                   std::string(500, '\xFF')})
    EXPECT_EQ(reason(bytes), "Files of this kind are n") << bytes.substr(0, 20);
}

TEST(FileContent, EmptyAndTooLargeAreSaidToBeSo) {
  EXPECT_EQ(reason(""), "This file is empty. Plea");
  EXPECT_EQ(reason(std::string(100, 'x'), 100), "taken as text");
  EXPECT_EQ(reason(std::string(101, 'x'), 100), "This file is too large. ");
  EXPECT_EQ(check("a", std::string(kMostBytes + 1, 'x')).error()[0].text.args[0].second, "10");
}

TEST(FileContent, MacrosAreRefused) {
  EXPECT_EQ(reason(docx(zip_entry("word/vbaProject.bin", "x"))), "This document contains m");
  EXPECT_EQ(reason(odt(zip_entry("Basic/Standard/a.xml", "x"))), "This document contains m");
  EXPECT_EQ(reason(odt(zip_entry("Scripts/python/a.py", "x"))), "This document contains m");
}

TEST(FileContent, WherePicturesWereTakenIsTakenOutAndHowTheyAreTurnedStays) {
  for (const bool little : {false, true}) {
    const std::string icc = segment('\xE2', "ICC_PROFILE\0\x01\x01profile"s);
    const std::string taken =
        jpeg(segment('\xE1', exif(little)) + segment('\xE1', "http://ns.adobe.com/xap/1.0/\0Kanarie"s) +
             segment('\xED', "Photoshop Kanarie") + segment('\xFE', "Kanarie") +
             segment('\xE2', "MPF\0Kanarie"s) + icc + segment('\xDB', "table")) +
        "Kanarie after the end";
    const auto ready = check("a.jpg", taken);
    ASSERT_TRUE(ready);
    const std::string kept(ready->bytes());
    EXPECT_EQ(kept.find("Kanarie"), kept.npos);
    EXPECT_NE(kept.find(icc + segment('\xDB', "table") + kScan + "\xFF\xD9"), kept.npos);
    const auto at = kept.find("Exif");
    ASSERT_NE(at, kept.npos) << little;
    EXPECT_EQ(static_cast<int>(kept[at + 25]), 6);
    EXPECT_EQ(without_metadata(Type::jpeg, kept), kept) << "once more changes nothing";
  }
  EXPECT_EQ(without_metadata(Type::jpeg, jpeg()), jpeg());
  const std::string upright = jpeg(segment('\xE1', "Exif\0\0MM\0\x2A\xFF\xFF\xFF\xFFKanarie"s));
  EXPECT_EQ(without_metadata(Type::jpeg, upright), jpeg()) << "what cannot be read tells nothing";
}

TEST(FileContent, NotesInPngAreTakenOut) {
  const std::string taken = png(chunk("tEXt", "Kanarie") + chunk("eXIf", "Kanarie") +
                                chunk("tIME", "Kanarie") + chunk("prVt", "Kanarie") + chunk("gAMA", "1234")) +
                            "Kanarie";
  EXPECT_EQ(without_metadata(Type::png, taken), png(chunk("gAMA", "1234")));
}

TEST(FileContent, APictureThatIsCutOffIsRefused) {
  const std::string whole_jpeg = jpeg(segment('\xE1', exif(false)) + segment('\xDB', "table")),
                    whole_png = png(chunk("gAMA", "1234"));
  for (std::size_t size = 0; size < whole_jpeg.size(); ++size)
    EXPECT_EQ(without_metadata(Type::jpeg, whole_jpeg.substr(0, size)), "") << size;
  for (std::size_t size = 0; size < whole_png.size(); ++size)
    EXPECT_EQ(without_metadata(Type::png, whole_png.substr(0, size)), "") << size;
  EXPECT_EQ(reason(whole_jpeg.substr(0, 100)), "This picture is damaged ");
  EXPECT_EQ(without_metadata(Type::jpeg, "\xFF\xD8\xFF\xD9"), "") << "no picture in it";
}

TEST(FileContent, AnyBytesAreSurvived) {
  const std::string wholes[] = {jpeg(segment('\xE1', exif(true)) + segment('\xDB', "table")),
                                png(chunk("eXIf", "note") + chunk("gAMA", "1234"))};
  std::mt19937 rng(11);
  for (int i = 0; i < 20'000; ++i) {
    const Type type = i % 2 == 0 ? Type::jpeg : Type::png;
    std::string bytes = wholes[i % 2];
    for (unsigned n = rng() % 4 + 1; n > 0; --n) bytes[rng() % bytes.size()] = static_cast<char>(rng());
    const std::string kept = without_metadata(type, bytes);
    EXPECT_LE(kept.size(), bytes.size() + 40);
    EXPECT_TRUE(kept.empty() || without_metadata(type, kept) == kept) << i;
    EXPECT_LE(length(safe_name(is_utf8(bytes) ? bytes : "x", type)), 120u);
  }
}

TEST(FileContent, NamesAreMadeSafe) {
  const auto name = [](std::string_view typed, Type type = Type::pdf) { return safe_name(typed, type); };
  EXPECT_EQ(name("Br\xC3\xBC"
                 "cke \xD0\x9B.pdf"),
            "Br\xC3\xBC"
            "cke \xD0\x9B.pdf");
  EXPECT_EQ(name("C:\\fakepath\\a.pdf"), "a.pdf");
  EXPECT_EQ(name("../../etc/passwd"), "passwd.pdf");
  EXPECT_EQ(name("a.pdf.exe"), "a.pdf.exe.pdf");
  EXPECT_EQ(name("a.html", Type::text), "a.html.txt");
  EXPECT_EQ(name("A.PDF"), "A.PDF");
  EXPECT_EQ(name("a.jpeg", Type::jpeg), "a.jpeg");
  EXPECT_EQ(name("...hidden. . "), "hidden.pdf");
  EXPECT_EQ(name("a\r\nb\x01\x7F\"c\"<d>|?*:.pdf"), "ab_c__d_____.pdf");
  EXPECT_EQ(name("a\xE2\x80\xAE"
                 "fdp.exe"),
            "afdp.exe.pdf")
      << "a sign that turns the direction around";
  EXPECT_EQ(name(""), "file.pdf");
  EXPECT_EQ(name(".pdf"), "pdf.pdf");
  EXPECT_EQ(name("/"), "file.pdf");
  std::string endless;
  for (int i = 0; i < 300; ++i) endless += "\xC3\xBC";
  EXPECT_EQ(length(name(endless + ".pdf")), 120u);
  EXPECT_TRUE(name(endless + ".pdf").ends_with("\xC3\xBC.pdf"));
  EXPECT_EQ(length(name("a." + endless)), 120u);
}

}  // namespace
}  // namespace lotse::file

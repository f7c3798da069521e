// SPDX-License-Identifier: EUPL-1.2
#include "notice/mail.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/check.h"

namespace lotse::notice {
namespace {

Mail mail() {
  return {.id = "0192f000-0000-7000-8000-000000000001",
          .from = "lotse@example.org",
          .to = "olena@example.net",
          .subject = "You have an appointment",
          .body = "Hello,\n\nplease sign in.\n",
          .made = Instant{*instant_of({{2026, 11, 24}, 603})}};
}

std::string body_of(const std::string& text) {
  const auto whole = [&] {
    Mail m = mail();
    m.body = text;
    return written(m);
  }();
  return whole.substr(whole.find("\r\n\r\n") + 4);
}

TEST(Mail, IsThisText) {
  EXPECT_EQ(written(mail()),
            "Date: Tue, 24 Nov 2026 09:03:00 +0000\r\n"
            "From: lotse@example.org\r\n"
            "To: olena@example.net\r\n"
            "Subject: You have an appointment\r\n"
            "Message-ID: <0192f000-0000-7000-8000-000000000001@example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello,\r\n\r\nplease sign in.\r\n");
  EXPECT_EQ(written(mail()), written(mail()));
}

TEST(Mail, DatesAreInUtcWithTheirSeconds) {
  Mail m = mail();
  m.made = {951'782'399'999};
  EXPECT_TRUE(written(m).starts_with("Date: Mon, 28 Feb 2000 23:59:59 +0000\r\n"));
}

TEST(Mail, WordsThatAreNotAsciiAreEncodedAndNoCharacterIsCut) {
  Mail m = mail();
  m.subject = "Neue Nachricht für Sie";
  EXPECT_NE(written(m).find("Subject: =?UTF-8?B?TmV1ZSBOYWNocmljaHQgZsO8ciBTaWU=?=\r\n"), std::string::npos);
  // 4 bytes each: 39 is no multiple of them.
  m.subject.clear();
  for (int i = 0; i < 25; ++i) m.subject += "\U0001F3E1";
  const auto text = written(m);
  const auto begin = text.find("Subject: "), end = text.find("\r\nMessage-ID");
  const auto lines = text.substr(begin, end - begin);
  EXPECT_EQ(lines.find("=?UTF-8?B?8J+PofCfj6Hwn4+h8J+PofCfj6Hwn4+h8J+PofCfj6Hwn4+h?="), 9u) << lines;
  for (std::size_t at = 0; at < lines.size();) {
    const auto stop = std::min(lines.find("\r\n", at), lines.size());
    EXPECT_LE(stop - at, 76u);
    at = stop + 2;
  }
}

TEST(Mail, ASubjectThatLooksEncodedIsEncoded) {
  Mail m = mail();
  for (const std::string& subject : {std::string("=?UTF-8?Q?x?="), std::string(" leading"),
                                     std::string("trailing "), std::string(67, 'x')}) {
    m.subject = subject;
    EXPECT_NE(written(m).find("\r\nSubject: =?UTF-8?B?"), std::string::npos) << subject;
  }
}

TEST(Mail, TheBodyIsQuotedPrintable) {
  EXPECT_EQ(body_of(""), "");
  EXPECT_EQ(body_of("a = b"), "a =3D b\r\n");
  EXPECT_EQ(body_of("für"), "f=C3=BCr\r\n");
  EXPECT_EQ(body_of("a \nb\t\n\n c"), "a=20\r\nb=09\r\n\r\n c\r\n");
  EXPECT_EQ(body_of("a\r\nb\rc\n"), "a\r\nb=0Dc\r\n");
  EXPECT_EQ(body_of(" \r\n"), "=20\r\n");
  EXPECT_EQ(body_of("\x7F\x01"), "=7F=01\r\n");
}

TEST(Mail, LongLinesGoOn) {
  EXPECT_EQ(body_of(std::string(75, 'x')), std::string(75, 'x') + "\r\n");
  EXPECT_EQ(body_of(std::string(76, 'x')), std::string(75, 'x') + "=\r\nx\r\n");
  EXPECT_EQ(body_of(std::string(73, 'x') + "ü"), std::string(73, 'x') + "=\r\n=C3=BC\r\n");
  std::string arabic;
  for (int i = 0; i < 500; ++i) arabic += "م";
  const auto text = body_of(arabic);
  for (std::size_t at = 0; at < text.size();) {
    const auto stop = text.find("\r\n", at);
    ASSERT_NE(stop, text.npos);
    EXPECT_LE(stop - at, 76u);
    at = stop + 2;
  }
}

TEST(Mail, NothingBecomesAnotherHeader) {
  const std::function<void(Mail&)> bad[] = {
      [](Mail& m) { m.to = "a@b.de\r\nBcc: c@d.de"; },
      [](Mail& m) { m.to = "a@b.de\nBcc: c@d.de"; },
      [](Mail& m) { m.from = "a@b.de\r\n"; },
      [](Mail& m) { m.from = ""; },
      [](Mail& m) { m.subject = "x\r\nBcc: c@d.de"; },
      [](Mail& m) { m.subject = "x\ry"; },
      [](Mail& m) { m.subject = "x\ny"; },
      [](Mail& m) { m.subject = std::string("x\0y", 3); },
      [](Mail& m) { m.subject = ""; },
      [](Mail& m) { m.subject = std::string(201, 'x'); },
      [](Mail& m) { m.subject = "\xFF"; },
      [](Mail& m) { m.id = "0192f000-0000-7000-8000-000000000001\r\n"; },
      [](Mail& m) { m.body = "\xC3"; },
  };
  for (std::size_t i = 0; i < std::size(bad); ++i) {
    Mail m = mail();
    bad[i](m);
    try {
      written(m);
      ADD_FAILURE() << i;
    } catch (const Bug& e) {
      EXPECT_EQ(std::string(e.what()).find("d.de"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace lotse::notice

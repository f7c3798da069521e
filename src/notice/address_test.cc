// SPDX-License-Identifier: EUPL-1.2
#include "notice/address.h"

#include <gtest/gtest.h>

#include <string>

namespace lotse::notice {
namespace {

TEST(MailAddress, TakesWhatMailCanBeSentTo) {
  for (const char* good :
       {"a@b.de", "olena.k+kita@sub.example.org", "o'neill@example.org", "A_B-C@EXAMPLE.ORG",
        "x@xn--mnchen-3ya.de", "1@2.de", "!#$%&'*+-/=?^_`{|}~@example.org"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  EXPECT_TRUE(is_mail_address(std::string(64, 'a') + "@example.org"));
  EXPECT_TRUE(is_mail_address("a@" + std::string(63, 'b') + ".de"));
}

TEST(MailAddress, RefusesTheRest) {
  for (const std::string bad : {"",
                                "@",
                                "a",
                                "a@",
                                "@b.de",
                                "a@b",
                                "a@localhost",
                                "a@b.",
                                "a@.de",
                                "a@b..de",
                                ".a@b.de",
                                "a.@b.de",
                                "a..b@c.de",
                                "a@b@c.de",
                                "a b@c.de",
                                " a@b.de",
                                "a@b.de ",
                                "a@-b.de",
                                "a@b-.de",
                                "a@b_c.de",
                                "a@127.0.0.1",
                                "a@[127.0.0.1]",
                                "\"a b\"@c.de",
                                "Anna <a@b.de>",
                                "<a@b.de>",
                                "a@b.de,c@d.de",
                                "a(x)@b.de",
                                "jörg@b.de",
                                "a@münchen.de",
                                "a\\@b.de"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@example.org"));
  EXPECT_FALSE(is_mail_address("a@" + std::string(64, 'b') + ".de"));
  std::string longest = "a@";
  while (longest.size() < 252) longest += "b.";
  EXPECT_TRUE(is_mail_address(longest + "de"));
  EXPECT_FALSE(is_mail_address(longest + "b.de"));
}

TEST(MailAddress, NothingGetsIntoTheNextLine) {
  for (const char* end : {"\n", "\r", "\r\n", "\r\nBcc: c@d.de", "\nRCPT TO:<c@d.de>", "\t", "\v", "\x7F"}) {
    EXPECT_FALSE(is_mail_address(std::string("a@b.de") + end));
    EXPECT_FALSE(is_mail_address(std::string("a") + end + "@b.de"));
  }
  EXPECT_FALSE(is_mail_address(std::string("a@b.de\0", 7)));
  EXPECT_FALSE(is_mail_address(std::string("a\0@b.de", 7)));
}

}  // namespace
}  // namespace lotse::notice

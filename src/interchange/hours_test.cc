// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hours.h"

#include <gtest/gtest.h>

namespace lotse::interchange {
namespace {

std::string shown(std::string_view text) {
  const Hours hours = read_hours(text);
  if (!hours.understood) return "?";
  std::string out = hours.by_appointment ? "appointment " : "";
  for (const auto& s : hours.schedules) out += s.byday + " " + s.opens_at + "-" + s.closes_at + "; ";
  return out;
}

TEST(Hours, ReadsWhatIsClear) {
  EXPECT_EQ(shown("9:00am-5:00pm, Mon-Fri"), "MO,TU,WE,TH,FR 09:00-17:00; ");
  EXPECT_EQ(shown("Mon-Fri 8:30 AM - 12 noon"), "MO,TU,WE,TH,FR 08:30-12:00; ");
  EXPECT_EQ(shown("Mo-Fr 8-12 Uhr, Di 14-18 Uhr"), "MO,TU,WE,TH,FR 08:00-12:00; TU 14:00-18:00; ");
  EXPECT_EQ(shown("Mo-Do 8.00 bis 16.30 Uhr; Fr 8-12 Uhr"), "MO,TU,WE,TH 08:00-16:30; FR 08:00-12:00; ");
  EXPECT_EQ(shown("Mo, Mi und Fr 09:00–12:00"), "MO,WE,FR 09:00-12:00; ");
  EXPECT_EQ(shown("8:00am-4:30pm, Mon, Fri;\\n8:00am-8:00pm, Tue, Wed, Thur"),
            "MO,FR 08:00-16:30; TU,WE,TH 08:00-20:00; ");
  EXPECT_EQ(shown("9:00am-11:30am & 1:00pm-3:30pm, Tue-Fri"),
            "TU,WE,TH,FR 09:00-11:30; TU,WE,TH,FR 13:00-15:30; ");
  EXPECT_EQ(shown("24 hours"), "MO,TU,WE,TH,FR,SA,SU 00:00-24:00; ");
  EXPECT_EQ(shown("24 hours a day, 7 days a week"), "MO,TU,WE,TH,FR,SA,SU 00:00-24:00; ");
  EXPECT_EQ(shown("24/7"), "MO,TU,WE,TH,FR,SA,SU 00:00-24:00; ");
  EXPECT_EQ(shown("Sat-Mon 10am-2pm"), "MO,SA,SU 10:00-14:00; ");
  EXPECT_EQ(shown("4:00pm-8:00am, Mon-Fri"), "MO,TU,WE,TH,FR 16:00-08:00; ");
  EXPECT_EQ(shown("By appointment"), "appointment ");
  EXPECT_EQ(shown("Mo-Fr 8-12 Uhr, nach Vereinbarung"), "appointment MO,TU,WE,TH,FR 08:00-12:00; ");
  EXPECT_EQ(shown("Mon-Fri 9am-5pm; Sun closed"), "MO,TU,WE,TH,FR 09:00-17:00; ");
}

TEST(Hours, TimesWithoutDaysSaySo) {
  const Hours hours = read_hours("07:30-16:30");
  ASSERT_TRUE(hours.understood);
  EXPECT_TRUE(hours.without_days);
  EXPECT_EQ(hours.schedules[0].byday, "");
  EXPECT_EQ(hours.schedules[0].opens_at, "07:30");
  EXPECT_EQ(shown("07:00-17.00"), " 07:00-17:00; ");
}

TEST(Hours, GuessesNothing) {
  for (const char* text :
       {"9-1", "Sat 9-1", "Mon-Fri 9-5", "9:00am-5:00, Mon-Fri", "8:00-4:00pm, Mon-Fri",
        "6:30am-6:300pm, Mon-Fri", "8:00m-5:00pm, Mon-Fri", "9:30pm-5:00pm, Fri",
        "Clinic: 9:00am-5:00pm, Mon-Fri", "9:00am-12:00pm; 1:00pm-4:00pm, Mon-Fri", "Mon-Fri",
        "2nd Sat 9am-1pm", "", "closed", "call", "25:00-26:00", "9:00am & 1:00pm, Tue", "01:00-05:0"})
    EXPECT_EQ(shown(text), "?") << text;
}

TEST(Hours, AClosedDayIsTakenOutOfTheOthers) {
  EXPECT_EQ(shown("Mo-Fr 8-16 Uhr, Mi geschlossen"), "MO,TU,TH,FR 08:00-16:00; ");
  EXPECT_EQ(shown("Mo-Fr 8-16 Uhr; Mi geschlossen"), "MO,TU,TH,FR 08:00-16:00; ");
  EXPECT_EQ(shown("Mi geschlossen; Mo-Fr 8-16 Uhr"), "MO,TU,TH,FR 08:00-16:00; ");
  EXPECT_EQ(shown("daily 9am-5pm; So closed"), "MO,TU,WE,TH,FR,SA 09:00-17:00; ");
  EXPECT_EQ(shown("Mon-Fri 9am-5pm, closed Wed, Thu"), "?");
  EXPECT_EQ(shown("Mi 8-12 Uhr; Mi geschlossen"), "?");
}

TEST(Hours, ClosedDaysAloneKeepTheirText) {
  for (const char* text : {"Mo geschlossen", "Sun closed", "Mo geschlossen, nach Vereinbarung"})
    EXPECT_EQ(shown(text), "?") << text;
}

TEST(Hours, MitIsNoWednesday) {
  EXPECT_EQ(shown("Montag mit Freitag 8-12 Uhr"), "MO,TU,WE,TH,FR 08:00-12:00; ");
  EXPECT_EQ(shown("Mo mit 8-12 Uhr"), "?");
  EXPECT_EQ(weekday_code("mit"), "");
  EXPECT_EQ(weekday_code("die"), "");
  EXPECT_EQ(shown("rund um die Uhr"), "MO,TU,WE,TH,FR,SA,SU 00:00-24:00; ");
}

TEST(Hours, GermanAfternoonsAreNotReadAsNights) {
  for (const char* text : {"Mi 3-5 Uhr", "Mi 3.30 bis 5.30 Uhr", "Di 2-8 Uhr", "Mo 4-6 Uhr"})
    EXPECT_EQ(shown(text), "?") << text;
  EXPECT_EQ(shown("Mi 03-05 Uhr"), "WE 03:00-05:00; ");
  EXPECT_EQ(shown("Mo 6-12 Uhr"), "MO 06:00-12:00; ");
  EXPECT_EQ(shown("Mo 3-15 Uhr"), "MO 03:00-15:00; ");
}

TEST(Hours, ADateIsNoTime) {
  EXPECT_EQ(shown("Mo-Fr 9-17 Uhr, 15.03.-15.10."), "?");
  EXPECT_EQ(shown("Mo-Fr 9.00-17.30 Uhr."), "MO,TU,WE,TH,FR 09:00-17:30; ");
}

TEST(Hours, NoonToNoonIsNoTime) {
  EXPECT_EQ(shown("12:00pm-12:00pm"), "?");
  EXPECT_EQ(shown("Mon 12 noon - 12 noon"), "?");
}

TEST(Hours, LongTextsAreNotReadAtAll) {
  std::string text = "Mo-Fr 8-12 Uhr";
  EXPECT_NE(shown(text), "?");
  while (text.size() <= 500) text += ", Sa 9-10 Uhr";
  EXPECT_EQ(shown(text), "?");
}

TEST(Hours, TwoColumns) {
  EXPECT_EQ(read_times("9:00am", "5:00pm"), (OpenClose{"09:00", "17:00"}));
  EXPECT_EQ(read_times("7:30 am ", "6:00 pm"), (OpenClose{"07:30", "18:00"}));
  EXPECT_EQ(read_times("08:00", "16:00"), (OpenClose{"08:00", "16:00"}));
  EXPECT_EQ(read_times("12:00am", "12:00am"), (OpenClose{"00:00", "24:00"}));
  EXPECT_FALSE(read_times("9:00am", "5:00"));
  EXPECT_FALSE(read_times("9:00am", ""));
  EXPECT_FALSE(read_times("9:00", "5:00"));
}

TEST(Hours, Weekdays) {
  EXPECT_EQ(weekday_code("Monday"), "MO");
  EXPECT_EQ(weekday_code("Do."), "TH");
  EXPECT_EQ(weekday_code("7"), "SU");
  EXPECT_EQ(weekday_code("8"), "");
}

}  // namespace
}  // namespace lotse::interchange

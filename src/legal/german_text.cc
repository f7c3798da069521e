// SPDX-License-Identifier: EUPL-1.2
// The texts with legal force: imprint, privacy notice, accessibility statement. German whatever language the
// page is in.
#include <map>

#include "base/check.h"
#include "legal/parts.h"

namespace lotse::legal {
namespace {

using web::all;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

Html heading(const Text& text) { return el("h2", {cls("kern-heading-medium")}, {german(text)}); }
Html paragraph(const Text& text) { return el("p", {cls("kern-body")}, {german(text)}); }

// Those that there are, each on a line of its own.
Html lines(std::initializer_list<Html> list) {
  Html text;
  for (const auto& each : list)
    if (!each.empty()) text += text.empty() ? each : all({el("br"), each});
  return el("p", {cls("kern-body")}, {text});
}

Html labelled(const Text& label, const std::string& value) {
  return value.empty() ? Html() : el("p", {cls("kern-body")}, {german(label), " ", value});
}

Html mail_link(const std::string& email) {
  if (email.empty()) return {};
  return el("a", {cls("kern-link"), web::href(Url::mail(email))}, {email});
}

Html phone_link(const std::string& phone) {
  if (phone.empty()) return {};
  return all({german(msg("Telephone:")), " ",
              el("a", {cls("kern-link"), web::href(Url::telephone(phone))}, {phone})});
}

Html web_link(const std::string& address) {
  const auto url = Url::web(address);
  return url ? el("p", {cls("kern-body")},
                  {el("a", {cls("kern-link"), web::href(*url), attr("rel", "noreferrer")}, {address})})
             : Html();
}

Html lines_of(const std::string& text) {
  Html items;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    items += el("li", {}, {rest.substr(0, end)});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return items.empty() ? Html() : el("ul", {}, {items});
}

Html address(const unit::Unit& unit, const Duties& d) {
  std::string town = d.postcode;
  if (!d.city.empty()) (town += town.empty() ? "" : " ") += d.city;
  return lines({Html::text(unit.name), Html::text(d.street), Html::text(town), phone_link(d.phone),
                mail_link(d.email)});
}

Html block(const Html& content) {
  return el("section", {cls("lo-text"), attr("lang", "de"), attr("dir", "ltr")}, {content});
}

// The provisions that say the same in each regime: GDPR, or the churches' own law (Art. 91 GDPR).
struct Law {
  Text task, consent, duty, security, rights, complaint;
};
Law law_of(std::string_view regime) {
  if (regime == "kdg")
    return {
        msg("section 6(1)(f) KDG"),
        msg("section 6(1)(b) KDG"),
        msg("section 6(1)(d) KDG"),
        msg("section 6(1)(g) and section 26 KDG"),
        msg("You may ask what is kept about you, have it corrected, deleted or restricted, take it with you, "
            "and object (sections 17 to 23 KDG). You may take back a consent at any time, for the future."),
        msg("You may complain to the data protection supervisor (section 48 KDG).")};
  if (regime == "dsg_ekd")
    return {
        msg("section 6 no. 3 DSG-EKD"),
        msg("section 6 no. 2 DSG-EKD"),
        msg("section 6 no. 1 DSG-EKD"),
        msg("section 6 no. 3 and section 27 DSG-EKD"),
        msg("You may ask what is kept about you, have it corrected, deleted or restricted, take it with you, "
            "and object (sections 19 to 25 DSG-EKD). You may take back a consent at any time, for the "
            "future."),
        msg("You may complain to the supervisory authority (section 46 DSG-EKD).")};
  const bool office = regime == "gdpr_sgb";
  return {
      office ? msg("Art. 6(1)(e) GDPR") : msg("Art. 6(1)(f) GDPR: informing about help for families"),
      msg("Art. 6(1)(a) GDPR"),
      office ? msg("Art. 6(1)(c) and (e) GDPR with the law on equal opportunities of people with "
                   "disabilities")
             : msg("Art. 6(1)(f) GDPR: a website that everybody can use"),
      office ? msg("Art. 6(1)(e) and Art. 32 GDPR") : msg("Art. 6(1)(f) and Art. 32 GDPR"),
      msg("You may ask what is kept about you, have it corrected, deleted or restricted, take it with you, "
          "and object (Art. 15 to 21 GDPR). You may take back a consent at any time, for the future."),
      msg("You may complain to a data protection authority (Art. 77 GDPR).")};
}

Html purposes(const Law& law) {
  const auto item = [&](const Text& what, const Text& basis) {
    return el("li", {}, {german(what), " ", german(msg("Legal basis:")), " ", german(basis), "."});
  };
  return all(
      {paragraph(msg("You can search and read everything here without telling who you are.")),
       el("ul", {},
          {item(
               msg("Visit: your device sends its network address, to which the page is sent. It is not "
                   "written "
                   "down. Against attacks it is counted in memory for some minutes how often a network sends "
                   "something. Your browser keeps your language (one year), your rough place if you ask for "
                   "offers near you (one hour), and a random number that protects forms (until you close "
                   "it). These cookies are needed for what you have asked for (section 25(2) no. 2 TDDDG)."),
               law.task),
           item(msg("Report of a barrier: what you write, and how to reach you if you say so, until it is "
                    "answered, half a year at the longest."),
                law.duty),
           item(msg("Named contacts: name, telephone and e-mail address of staff who have agreed, as long as "
                    "they do."),
                law.consent),
           item(msg("Accounts of staff: name, e-mail address as a number that cannot be turned back, "
                    "functions, "
                    "sign-ins, and a record of who did what."),
                law.security)})});
}

Text state_text(std::string_view state) {
  if (state == "full") return msg("The website meets the requirements of BITV 2.0.");
  if (state == "partial")
    return msg("The website meets most requirements of BITV 2.0. What it does not meet is named below.");
  return msg("The website does not meet the requirements of BITV 2.0. What it does not meet is named below.");
}

Html prepared(const Duties& d) {
  const auto day = Day::parse(d.checked_on);
  if (!day) return {};
  const std::string text = words::day_long(words::german(), *day);
  Html how;
  if (d.method == "self") how = paragraph(msg("The unit has assessed the website itself."));
  if (d.method == "outside") how = paragraph(msg("An independent body has assessed the website."));
  return all({heading(msg("How this statement came about")),
              paragraph(msg("The last check was on {date}.", {{"date", text}})), how});
}

}  // namespace

std::string german(const Text& text) { return words::translate(words::german(), text); }

Html imprint_text(const unit::Unit& unit, const Duties& d) {
  return block(
      all({heading(msg("Provider (section 5 DDG)")), address(unit, d),
           labelled(msg("Represented by:"), d.represented_by), labelled(msg("Register:"), d.register_entry),
           labelled(msg("VAT identification number:"), d.vat_id),
           labelled(msg("Supervising authority:"), d.supervisor),
           labelled(msg("Responsible for editorial texts (section 18(2) MStV):"), d.editor)}));
}

Html privacy_text(const unit::Unit& unit, const Duties& d) {
  const Law law = law_of(unit.legal_regime);
  Html officer;
  if (!d.dpo.empty() || !d.dpo_email.empty() || !d.dpo_phone.empty())
    officer = all({heading(msg("Data protection officer")),
                   lines({Html::text(d.dpo), phone_link(d.dpo_phone), mail_link(d.dpo_email)})});
  Html others;
  if (!d.recipients.empty())
    others = all({paragraph(msg("These process data on behalf of the unit:")), lines_of(d.recipients)});
  Html more;
  if (!d.more.empty()) more = all({heading(msg("Further information")), lines_of(d.more)});
  return block(all(
      {heading(msg("Who is responsible")), address(unit, d),
       labelled(msg("Represented by:"), d.represented_by), officer,
       heading(msg("What is processed, what for, and how long")), purposes(law), heading(msg("Recipients")),
       paragraph(
           msg("Data are not passed on, and do not leave the European Union. No page loads anything from "
               "other companies.")),
       others, heading(msg("Your rights")), paragraph(law.rights), heading(msg("Complaints")),
       paragraph(law.complaint), labelled(msg("Responsible is:"), d.authority), web_link(d.authority_web),
       heading(msg("Do you have to tell anything?")),
       paragraph(
           msg("No. Whoever tells nothing can use all pages for parents; only an answer to a report needs "
               "a way to reach you. No decision is made by a machine alone, and no profile is made.")),
       more}));
}

Html statement_text(const unit::Unit& unit, const Duties& d) {
  Html barriers;
  if (!d.barriers.empty()) barriers = all({heading(msg("What is not accessible yet")), lines_of(d.barriers)});
  Html enforcement;
  if (!d.enforcement.empty())
    enforcement =
        all({heading(msg("Enforcement")),
             paragraph(msg("Does our answer not help you? Then you may turn to this body. The procedure "
                           "is free, and you need no lawyer.")),
             el("p", {cls("kern-body")}, {d.enforcement}), web_link(d.enforcement_web)});
  Html state;
  if (!d.state.empty())
    state = all({heading(msg("How accessible the website is today")), paragraph(state_text(d.state))});
  return block(
      all({paragraph(msg("This statement holds for this website. It follows section 12b BGG or the law "
                         "of the Land, and BITV 2.0.")),
           state, barriers, prepared(d), heading(msg("Who answers")), address(unit, d), enforcement}));
}

}  // namespace lotse::legal

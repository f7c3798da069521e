// SPDX-License-Identifier: EUPL-1.2
// What the law wants behind links at the foot of every page: imprint, data protection, accessibility, easy
// language and sign language.
#include <charconv>

#include "base/check.h"
#include "legal/parts.h"

namespace lotse::legal {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kOpen{&access::kDirectoryRead, access::kDirectoryPurpose, true};

Html paragraphs(std::initializer_list<std::string> list) {
  Html text;
  for (const auto& each : list) text += el("p", {cls("kern-body")}, {each});
  return el("div", {cls("lo-text")}, {text});
}

http::Response page_with(const Ask& ask, const std::string& title, const Html& content) {
  return web::page(ask,
                   {.title = title, .main = all({el("h1", {cls("kern-heading-large")}, {title}), content})});
}

// Said where German follows; in German it is plain to see.
Html german_follows(const Ask& ask) {
  if (ask.language.tag == "de") return {};
  return el("p", {cls("kern-body")}, {ask.t("The text below is in German, because it has legal force.")});
}

Html help_link(const Ask& ask) {
  return el("p", {cls("kern-body")}, {web::link(Url::path("/help"), ask.t("Help and contact"))});
}

http::Response imprint(Ask& ask) {
  const auto unit = provider(ask.desk);
  if (!unit) return page_with(ask, ask.t("Imprint"), help_link(ask));
  const Duties duties = current(ask.desk, unit->id).duties;
  if (ask.json) return web::json({{"unit", unit->id}, {"name", unit->name}, {"duties", to_json(duties)}});
  return page_with(ask, ask.t("Imprint"),
                   all({el("p", {cls("kern-body lo-lead")},
                           {ask.t("This is who runs the website, and how you reach them.")}),
                        german_follows(ask), imprint_text(*unit, duties), help_link(ask)}));
}

http::Response privacy(Ask& ask) {
  const auto units = unit::all(ask.desk);
  if (ask.json) {
    Json list = Json::array();
    for (const auto& u : units)
      list.push_back({{"id", u.id}, {"name", u.name}, {"path", "/privacy/" + std::to_string(u.id)}});
    return web::json({{"units", list}});
  }
  Html items;
  for (const auto& u : units)
    items += el("li", {}, {web::link(Url::path("/privacy/" + std::to_string(u.id)), u.name)});
  Html list;
  if (!items.empty())
    list = all(
        {el("h2", {cls("kern-heading-medium")}, {ask.t("Who is responsible for your data")}),
         el("p", {cls("kern-body")},
            {ask.t("Every institution is responsible for its own data. Choose one to read what it does.")}),
         el("ul", {}, {items})});
  return page_with(
      ask, ask.t("Data protection"),
      all({paragraphs({ask.t("You can search without giving your name. We do not know who you are."),
                       ask.t("We do not write down what you search for, nor the address of your device."),
                       ask.t("Your browser keeps your language, and for one hour your rough place if you "
                             "press \"Near me\". The place is rounded to about one kilometre."),
                       ask.t("No other company sees your visit: nothing is loaded from elsewhere.")}),
           list}));
}

http::Response privacy_of(Ask& ask) {
  const std::string& typed = ask.values.at("unit");
  UnitId id = 0;
  const auto read = std::from_chars(typed.data(), typed.data() + typed.size(), id);
  if (read.ec != std::errc() || read.ptr != typed.data() + typed.size()) throw NotFound();
  const auto unit = unit::find(ask.desk, id);
  if (!unit) throw NotFound();
  const Duties duties = current(ask.desk, id).duties;
  if (ask.json)
    return web::json({{"unit", unit->id},
                      {"name", unit->name},
                      {"legal_regime", unit->legal_regime},
                      {"duties", to_json(duties)}});
  return page_with(
      ask, ask.t("Data protection"),
      all({el("p", {cls("kern-body lo-lead"), attr("lang", "de"), attr("dir", "auto")}, {unit->name}),
           paragraphs({ask.t("In short: you may ask what this institution knows about you. You may have it "
                             "corrected or deleted. You may complain.")}),
           german_follows(ask), privacy_text(*unit, duties),
           el("p", {cls("kern-body")}, {web::link(Url::path("/privacy"), ask.t("All institutions"))})}));
}

std::optional<Url> film(const Ask& ask) {
  const auto unit = provider(ask.desk);
  return unit ? Url::web(current(ask.desk, unit->id).duties.sign_language) : std::nullopt;
}

// § 4 BITV 2.0: what the site offers, how to find one's way, what the statement says, and where there is
// more.
http::Response easy_language(Ask& ask) {
  Html signs;
  if (const auto url = film(ask))
    signs = el("p", {cls("kern-body")},
               {el("a", {cls("kern-link"), web::href(*url), attr("rel", "noreferrer")},
                   {ask.t("Film in German Sign Language (on another website)")})});
  else
    signs =
        paragraphs({ask.t("A film in German Sign Language is not there yet. If you use sign language, "
                          "write to us: we arrange a talk with an interpreter.")});
  Html easy;
  if (ask.language.tag != "de-x-simple")
    easy = el("p", {cls("kern-body")},
              {el("a",
                  {cls("kern-link"), web::href(Url::path("/easy-language", "_language=de-x-simple")),
                   attr("hreflang", "de")},
                  {ask.t("This page in easy language (Leichte Sprache)")})});
  return page_with(
      ask, ask.t("Easy language and sign language"),
      all({paragraphs(
               {ask.t("On this website you can search for offers for families."),
                ask.t("You choose your language at the top of the page. Easy language is one of them: "
                      "Leichte Sprache."),
                ask.t("You can type words, choose a topic, or enter your postcode. Then you see offers near "
                      "you."),
                ask.t("At the foot of every page you find help, the imprint, data protection and the "
                      "accessibility statement."),
                ask.t("The accessibility statement says what does not work well yet. There you can tell us "
                      "about a barrier.")}),
           easy, signs}));
}

}  // namespace

http::Response statement_page(const Ask& ask, const Report& report, Problems problems, int status) {
  const auto unit = provider(ask.desk);
  const web::FormView form{ask, std::move(problems)};
  const std::string title = ask.t("Accessibility");
  Html statement = help_link(ask), fields;
  if (unit) {
    statement = all({german_follows(ask), statement_text(*unit, current(ask.desk, unit->id).duties)});
    fields = report_form(form, report);
  }
  const Html short_text = paragraphs(
      {ask.t("We want everybody to be able to use this website: with a keyboard, with a screen "
             "reader, with large letters, on an old telephone."),
       ask.t("The pages were checked with tools against WCAG 2.2, level AA. They have not yet been "
             "checked by people with disabilities.")});
  return web::page(ask,
                   {.title = title,
                    .main = all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {title}),
                                 short_text, fields, statement}),
                    .problems = !form.problems.empty(),
                    .status = status,
                    .form = unit ? "report" : ""});
}

void install_public(web::Site& site) {
  site.get("/imprint", kOpen, imprint);
  site.get("/privacy", kOpen, privacy);
  site.get("/privacy/{unit}", kOpen, privacy_of);
  site.get("/easy-language", kOpen, easy_language);
}

}  // namespace lotse::legal

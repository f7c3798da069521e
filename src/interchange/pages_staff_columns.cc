// SPDX-License-Identifier: EUPL-1.2
// Staff say what the columns of a table mean.
#include <algorithm>

#include "interchange/pages.h"
#include "interchange/run_store.h"
#include "topic/topic.h"

namespace lotse::interchange {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

std::vector<std::string> columns_in(const Run& run) {
  return run.result.at("columns").get<std::vector<std::string>>();
}

Html sample(const Ask& ask, const Run& run) {
  return table_of("sample", ask.t("The first rows of {file}", {{"file", run.file}}), columns_in(run),
                  run.result.at("rows").get<std::vector<std::vector<std::string>>>());
}

Html topic_boxes(const web::FormView& form, const std::vector<std::string>& selected) {
  std::vector<web::Option> options;
  const auto topics = topic::load(form.ask.desk);
  for (const auto* root : topics.roots())
    for (const auto* child : topics.children(root->key))
      options.push_back({child->key, child->name(form.ask.language)});
  return web::checkboxes(form, "topics", form.ask.t("Topics that all entries get"), options, selected);
}

Html part(const Html& title, const Html& content, bool open) {
  return el("details", {cls("kern-accordion"), web::flag("open", open)},
            {el("summary", {cls("kern-accordion__header")},
                {el("span", {cls("kern-title kern-title--small")}, {title})}),
             el("div", {cls("kern-accordion__body lo-stack")}, {content})});
}

Html choices_form(const web::FormView& form, const Run& run, const Choices& choices) {
  const Ask& ask = form.ask;
  std::vector<web::Option> columns{{"", ask.t("(no column)")}};
  for (const auto& each : columns_in(run)) columns.push_back({each, each});
  Html selects;
  for (const Detail& each : details()) {
    const auto at = choices.columns.find(each.name);
    const bool number = each.name == "service.id";
    selects += web::select_field(
        form, each.name, ask.say(each.label), columns, at == choices.columns.end() ? "" : at->second,
        number ? ask.t("If the list has no numbers, title and street tell the entries apart.") : "");
  }
  return web::post_form(
      ask, "columns", Url::path(path_of(run, "/columns")),
      all({web::text_field(
               form, "source", ask.t("Name of the list"),
               {.hint = ask.t("Take the same name each time you import this list: then its entries are "
                              "updated and not added a second time."),
                .value = choices.source}),
           web::text_field(
               form, "organisation", ask.t("Organisation that runs all of it"),
               {.hint = ask.t("Only if no column names the organisation."), .value = choices.organisation}),
           el("fieldset", {cls("kern-fieldset")},
              {el("legend", {cls("kern-heading-small")}, {ask.t("In which column is what?")}),
               el("div", {cls("kern-fieldset__body lo-stack")}, {selects})}),
           part(Html::text(ask.t("Topics that all entries get")), topic_boxes(form, choices.topics),
                !choices.topics.empty()),
           el("div", {cls("lo-actions")}, {web::button(ask.t("Check, without writing anything"))})}));
}

Html known_form(const Ask& ask, const Run& run) {
  const auto known = known_mappings(ask.desk);
  if (known.empty()) return {};
  std::vector<web::Option> names;
  for (const auto& each : known) names.push_back({each, each});
  const web::FormView form{ask, {}};
  return web::get_form(
      "known", "lo-form", Url::path(path_of(run)),
      all({el("input", {attr("type", "hidden"), attr("name", "columns"), attr("value", "1")}),
           web::select_field(form, "known", ask.t("A mapping that you have used before"), names,
                             ask.asked("known")),
           web::button(ask.t("Take this mapping"), false)}));
}

Html text_part(const web::FormView& form, const Run& run, const ColumnsLook& look) {
  const Ask& ask = form.ask;
  return all(
      {el("p", {cls("kern-body")},
          {ask.t("The same as a mapping file, for what the columns alone cannot say: conditions, constants, "
                 "units. "
                 "The handbook of imports describes it."),
           " ",
           el("a",
              {cls("kern-link"), web::href(Url::path(path_of(run, "/mapping.toml"))), attr("download", "")},
              {ask.t("Download the mapping")})}),
       web::post_form(
           ask, "mapping-text", Url::path(path_of(run, "/mapping")),
           all({web::text_field(form, "mapping", ask.t("Mapping (TOML)"), {.value = look.toml, .rows = 14}),
                el("div", {cls("lo-actions")}, {web::button(ask.t("Check with this mapping"), false)})})),
       web::post_form(
           ask, "mapping-upload", Url::path(path_of(run, "/mapping")),
           all({web::text_field({ask, {}}, "mapping-file", ask.t("Or a mapping file that you have"),
                                {.type = "file", .accept = ".toml"}),
                el("div", {cls("lo-actions")}, {web::button(ask.t("Send the mapping file"), false)})}),
           true)});
}

// What stopped the last check, at the field that it is about.
Problems kept_problems(const Ask& ask, const Run& run) {
  Problems problems;
  const auto at = run.result.find("problems");
  if (at == run.result.end()) return problems;
  for (const auto& each : *at) {
    const std::string field = each.at("field");
    const Text text = text_in(each.at("text"));
    problems.push_back(
        {"", field.empty() ? text : msg("{place}: {reason}", {{"place", field}, {"reason", ask.say(text)}})});
  }
  return problems;
}

}  // namespace

ColumnsLook columns_of(const Ask& ask, const Run& run) {
  ColumnsLook look;
  look.toml = run.mapping;
  if (const std::string name = ask.asked("known"); !name.empty())
    if (const std::string known = known_mapping(ask.desk, name); !known.empty()) look.toml = known;
  if (look.toml.empty()) {
    look.choices = guess(columns_in(run));
    look.toml = toml_of(*look.choices);
  } else if (const auto mapping = read_mapping(look.toml, "mapping")) {
    look.choices = choices_of(*mapping);
  }
  look.problems = kept_problems(ask, run);
  return look;
}

http::Response columns_page(const Ask& ask, const Run& run, ColumnsLook look) {
  const web::FormView form{ask, std::move(look.problems)};
  const bool by_text = !look.choices;
  const Html cancel = web::post_form(ask, "cancel", Url::path(path_of(run, "/cancel")),
                                     web::button(ask.t("Cancel this import"), false));
  const Html choices =
      by_text
          ? all({web::alert(
                     "info", ask.t("This mapping says more than columns"),
                     el("p", {cls("kern-body")},
                        {ask.t(
                            "It is shown below as a text. If you choose columns instead, you begin anew.")})),
                 part(Html::text(ask.t("Choose columns instead")),
                      choices_form(form, run, guess(columns_in(run))), false)})
          : choices_form(form, run, *look.choices);
  const Html main =
      all({el("a", {cls("lo-back"), web::href(Url::path("/staff/import"))},
              {web::icon("arrow-back"), ask.t("All imports")}),
           web::problem_summary(form),
           el("h1", {cls("kern-heading-large")}, {ask.t("What do the columns mean?")}), sample(ask, run),
           known_form(ask, run), choices,
           part(Html::text(ask.t("As a mapping file")), text_part(form, run, look), by_text), cancel});
  return web::page(ask, {.title = ask.t("What do the columns mean?"),
                         .main = main,
                         .current = "/staff/import",
                         .problems = !form.problems.empty(),
                         .status = look.status});
}

}  // namespace lotse::interchange

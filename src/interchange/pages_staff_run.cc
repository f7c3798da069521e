// SPDX-License-Identifier: EUPL-1.2
// Staff see what an import would do, how far it is, what came of it, and take it back.
#include "interchange/pages.h"
#include "interchange/run_store.h"
#include "web/staff_label.h"

namespace lotse::interchange {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr std::size_t kFindingsShown = 50;

std::string kind_label(const Ask& ask, std::string_view kind) {
  if (kind == "organisation") return ask.t("Organisations");
  if (kind == "location") return ask.t("Places");
  if (kind == "service") return ask.t("Offers");
  if (kind == "service_at_location") return ask.t("Offers at places");
  return ask.t("Terms");
}

std::string number(const Ask& ask, const Json& n) {
  return words::number(ask.language, n.get<std::int64_t>());
}

std::string severity_label(const Ask& ask, Severity severity) { return ask.say(label(severity)); }

Html paragraph(const std::string& text) { return el("p", {cls("kern-body")}, {text}); }

Html action(const Ask& ask, const Run& run, std::string_view what, const std::string& label, bool primary) {
  return web::post_form(ask, what, Url::path(path_of(run, "/" + std::string(what))),
                        web::button(label, primary));
}

// What would happen.
Html counts_part(const Ask& ask, const Run& run) {
  const auto kinds = run.result.find("kinds");
  if (kinds == run.result.end()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const auto& [kind, c] : kinds->items()) {
    if (c.at("added") == 0 && c.at("changed") == 0 && c.at("same") == 0 && c.at("vanished") == 0) continue;
    rows.push_back({kind_label(ask, kind), number(ask, c.at("added")), number(ask, c.at("changed")),
                    number(ask, c.at("same")), number(ask, c.at("kept")), number(ask, c.at("vanished"))});
  }
  return all({table_of("counts", ask.t("What the import does"),
                       {ask.t("Kind"), ask.t("New"), ask.t("Changed"), ask.t("Unchanged"),
                        ask.t("Your corrections that stay"), ask.t("No longer in the list")},
                       rows),
              paragraph(ask.t("Rows in the file: {read}. Used: {used}. Refused: {refused}.",
                              {{"read", number(ask, run.result.value("read", Json(0)))},
                               {"used", number(ask, run.result.value("used", Json(0)))},
                               {"refused", number(ask, run.result.value("refused", Json(0)))}})),
              paragraph(ask.t("What is no longer in the list stays as it is. Nothing is deleted."))});
}

Html entries_part(const Ask& ask, const Run& run) {
  const auto entries = run.result.find("entries");
  if (entries == run.result.end() || entries->empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const auto& each : *entries)
    rows.push_back({each.at("title"), each.at("organisation"), each.at("address"), each.at("phone"),
                    each.at("email"), each.at("hours")});
  return table_of("entries", ask.t("The first entries as they will be"),
                  {ask.t("Title"), ask.t("Organisation"), ask.t("Address"), ask.t("Telephone"),
                   ask.t("E-mail"), ask.t("Opening hours")},
                  rows);
}

Html findings_part(const Ask& ask, const Run& run) {
  const auto sums = run.result.find("sums");
  if (sums == run.result.end()) return {};
  if (sums->empty()) return paragraph(ask.t("Everything in the file could be taken as it stands."));
  Html items;
  for (const auto& each : *sums)
    items += el(
        "li", {attr("dir", "auto")},
        {severity_label(ask, static_cast<Severity>(each.at("what").get<int>())), " (",
         number(ask, each.at("count")),
         "): ", each.at("field").get<std::string>().empty() ? "" : each.at("field").get<std::string>() + ": ",
         ask.say(text_in(each.at("reason")))});
  const Report report = report_of(ask.desk, run);
  std::vector<std::vector<std::string>> rows;
  for (const Finding& each : report.findings()) {
    if (rows.size() == kFindingsShown) break;
    rows.push_back({each.line ? ask.t("Row {n}", {{"n", std::to_string(each.line)}}) : each.entry, each.field,
                    each.value, severity_label(ask, each.severity), ask.say(each.reason)});
  }
  const auto file = [&](std::string_view name, const std::string& label) {
    return el("li", {},
              {el("a", {cls("kern-link"), web::href(Url::path(path_of(run, name))), attr("download", "")},
                  {label})});
  };
  return all(
      {el("h2", {cls("kern-heading-medium")}, {ask.t("What cannot be taken as it stands")}),
       el("ul", {}, {items}),
       table_of("findings", ask.t("The first findings, row by row"),
                {ask.t("Where"), ask.t("Column"), ask.t("Value"), ask.t("What"), ask.t("Reason")}, rows),
       paragraph(
           ask.t("Mend these rows in your table and import it again: what is in already is only updated.")),
       el("ul", {},
          {file("/refused.csv", ask.t("Refused rows as a table (CSV)")),
           file("/report.csv", ask.t("All findings as a table (CSV)"))})});
}

// What happened.
Html tally_part(const Ask& ask, const Run& run) {
  const auto done = tally(ask.desk, run);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [kind, c] : done.kinds)
    rows.push_back({kind_label(ask, kind), number(ask, c.added), number(ask, c.changed),
                    number(ask, c.removed), number(ask, c.restored)});
  if (rows.empty()) return paragraph(ask.t("Nothing was changed: the directory said all of it already."));
  Html left;
  if (done.left_count > 0) {
    std::vector<std::vector<std::string>> names;
    for (const auto& each : done.left)
      names.push_back(
          {each.name.empty() ? each.id : each.name, kind_label(ask, each.kind), ask.say(each.why)});
    left = all(
        {table_of("left",
                  ask.tn("{n} entry was left as it is", "{n} entries were left as they are", done.left_count),
                  {ask.t("Title"), ask.t("Kind"), ask.t("Reason")}, names),
         paragraph(ask.t("Please look at these entries and correct them by hand."))});
  }
  return all(
      {table_of("tally", ask.t("What the import did"),
                {ask.t("Kind"), ask.t("New"), ask.t("Changed"), ask.t("Removed again"), ask.t("Restored")},
                rows),
       left});
}

Html progress_part(const Ask& ask, const Run& run) {
  const bool known = run.job && run.job->total > 0;
  const std::string done = std::to_string(run.job ? run.job->progress : 0),
                    total = std::to_string(run.job ? run.job->total : 0);
  const Html bar = known ? el("progress", {web::id("far"), attr("max", total), attr("value", done)})
                         : el("progress", {web::id("far")});
  return el("lo-wait", {cls("lo-stack"), attr("data-state", name_of(run.state))},
            {el("div", {cls("kern-progress"), attr("role", "status")},
                {el("label", {cls("kern-label"), attr("for", "far")}, {state_label(ask, run)}), bar}),
             el("p", {cls("kern-body")},
                {web::link(Url::path(path_of(run)), ask.t("Show how far it is now")), " ",
                 ask.t("You may leave this page; it goes on by itself.")})});
}

Html broken_part(const Ask& ask, const Run& run) {
  return all({web::alert("warning", ask.t("This has broken off"),
                         paragraph(ask.t("What was written until then is kept whole. Go on, or cancel it."))),
              action(ask, run, "go-on", ask.t("Go on"), true)});
}

Html state_part(const Ask& ask, const Run& run) {
  if (is_at_work(run))
    return all({progress_part(ask, run),
                run.state == RunState::undoing ? Html()
                : run.state == RunState::importing
                    ? action(ask, run, "cancel", ask.t("Stop and take back what was written"), false)
                    : action(ask, run, "cancel", ask.t("Cancel this import"), false)});
  if (awaits_job(run))
    return all({broken_part(ask, run), run.state == RunState::undoing
                                           ? Html()
                                           : action(ask, run, "cancel", ask.t("Cancel this import"), false)});
  switch (run.state) {
    case RunState::checked:
      return all(
          {web::alert(
               "info", ask.t("Nothing is written yet"),
               paragraph(ask.t("Look at what the import would do. Then start it, or choose other columns."))),
           counts_part(ask, run), entries_part(ask, run), findings_part(ask, run),
           action(ask, run, "start", ask.t("Start the import"), true),
           el("p", {cls("kern-body")},
              {web::link(Url::path(path_of(run), "columns=1"), ask.t("Choose other columns"))}),
           action(ask, run, "cancel", ask.t("Cancel this import"), false)});
    case RunState::done:
      return all(
          {web::alert("success", ask.t("The import is done"),
                      paragraph(ask.t("Parents find the entries now. The file that you sent was deleted."))),
           tally_part(ask, run), findings_part(ask, run),
           el("h2", {cls("kern-heading-medium")}, {ask.t("Take the import back")}),
           paragraph(
               ask.t("What it made is removed, what it changed is as it was before. Entries that somebody "
                     "changed since are left and named.")),
           action(ask, run, "undo", ask.t("Take the whole import back"), false)});
    case RunState::undone:
      return all({web::alert("success", ask.t("The import was taken back"),
                             paragraph(ask.t("The entries are as they were before the import."))),
                  tally_part(ask, run)});
    default:
      return web::alert("info", ask.t("This import was cancelled"),
                        paragraph(ask.t("Nothing was written. The file that you sent was deleted.")));
  }
}

}  // namespace

std::string state_label(const Ask& ask, const Run& run) {
  switch (run.state) {
    case RunState::draft:
      return ask.t("The columns are to be chosen");
    case RunState::checking:
      return ask.t("It is being checked");
    case RunState::checked:
      return ask.t("Checked, not started");
    case RunState::importing:
      return ask.t("It is being imported");
    case RunState::done:
      return ask.t("Imported");
    case RunState::undoing:
      return ask.t("It is being taken back");
    case RunState::undone:
      return ask.t("Taken back");
    case RunState::cancelled:
      break;
  }
  return ask.t("Cancelled");
}

http::Response run_page(const Ask& ask, const Run& run, const Problems& problems, int status) {
  const web::FormView form{ask, problems};
  const std::string title = ask.t("Import: {file}", {{"file", run.file}});
  const Html main =
      all({el("a", {cls("lo-back"), web::href(Url::path("/staff/import"))},
              {web::icon("arrow-back"), ask.t("All imports")}),
           web::problem_summary(form), el("h1", {cls("kern-heading-large"), attr("dir", "auto")}, {title}),
           el("p", {cls("kern-body lo-lead")}, {web::moment(ask, run.made), " – ", state_label(ask, run)}),
           el("div", {cls("lo-stack")}, {state_part(ask, run)})});
  return web::page(ask, {.title = title,
                         .main = main,
                         .current = "/staff/import",
                         .problems = !problems.empty(),
                         .status = status});
}

Json json_of(const Ask& ask, const Run& run) {
  Json json{{"id", run.id},
            {"file", run.file},
            {"state", name_of(run.state)},
            {"at_work", is_at_work(run)},
            {"progress", run.job ? Json(run.job->progress) : Json(0)},
            {"total", run.job ? Json(run.job->total) : Json(0)},
            {"columns", run.result.at("columns")},
            {"mapping", run.mapping}};
  for (const char* each : {"kinds", "read", "used", "refused", "entries"})
    if (run.result.contains(each)) json[each] = run.result.at(each);
  for (const auto& each : run.result.value("problems", Json::array()))
    json["problems"].push_back({{"field", each.at("field")}, {"reason", ask.say(text_in(each.at("text")))}});
  if (run.state == RunState::done || run.state == RunState::undone) {
    const auto done = tally(ask.desk, run);
    for (const auto& [kind, c] : done.kinds)
      json["did"][kind] = {
          {"added", c.added}, {"changed", c.changed}, {"removed", c.removed}, {"restored", c.restored}};
    json["left"] = done.left_count;
  }
  return json;
}

}  // namespace lotse::interchange

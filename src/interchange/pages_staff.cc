// SPDX-License-Identifier: EUPL-1.2
// Staff send tables, start imports and take them back.
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

constexpr const char* kPath = "/staff/import";
constexpr std::int64_t kShown = 30;
// A form has a little around its file; a file that is only a little too large gets a page that says so.
constexpr web::Access kSend{.right = &access::kDirectoryWrite, .body = kFileBytes + 2 * 1024 * 1024};

Html list_of(const Ask& ask, const std::vector<Run>& all_runs) {
  if (all_runs.empty()) return el("p", {cls("kern-body")}, {ask.t("Nothing was imported here so far.")});
  Html items;
  for (const Run& run : all_runs)
    items +=
        el("li", {},
           {el("a", {cls("kern-link"), web::href(Url::path(path_of(run))), attr("dir", "auto")}, {run.file}),
            " – ", web::moment(ask, run.made), " – ", state_label(ask, run)});
  return el("ul", {}, {items});
}

http::Response list_page(const Ask& ask, const Problems& problems = {}, int status = 200) {
  const web::FormView form{ask, problems};
  const auto newest = runs(ask.desk, kShown);
  const Html main = all(
      {web::problem_summary(form),
       el("h1", {cls("kern-heading-large")}, {ask.t("Import entries from a table")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t(
              "Send a list of offers. You say what its columns mean and see what would come of it. Only then "
              "you start the import, and you can take it back as a whole.")}),
       web::post_form(
           ask, "send", Url::path(kPath),
           all({web::text_field(
                    form, "file", ask.t("Table"),
                    {.hint =
                         ask.t("CSV, TSV, JSON or GeoJSON, at most 10 MB. From Excel, save the table as CSV "
                               "first. The first row holds the names of the columns."),
                     .type = "file",
                     .accept = ".csv,.tsv,.txt,.json,.geojson"}),
                el("div", {cls("lo-actions")}, {web::button(ask.t("Send the file"))})}),
           true),
       el("h2", {cls("kern-heading-medium")}, {ask.t("Imports of the last 90 days")}), list_of(ask, newest)});
  return web::page(ask, {.title = ask.t("Import entries from a table"),
                         .main = main,
                         .current = kPath,
                         .problems = !problems.empty(),
                         .status = status});
}

http::Response list(Ask& ask) {
  if (!ask.json) return list_page(ask);
  Json items = Json::array();
  for (const Run& run : runs(ask.desk, kShown))
    items.push_back(
        {{"id", run.id}, {"file", run.file}, {"state", name_of(run.state)}, {"made_ms", run.made.ms}});
  return web::json({{"imports", items}});
}

http::Response send(Ask& ask) {
  Problems problems;
  for (const auto& file : ask.files) {
    if (file.field != "file" || (file.name.empty() && file.bytes.empty())) continue;
    const auto id = begin(ask.desk, file.name, file.bytes);
    if (id) return ask.json ? web::json({{"id", *id}}, 201) : web::see(Url::path(kPath + ("/" + *id)));
    problems = id.error();
    const int status = file.bytes.size() > kFileBytes ? 413 : 422;
    return ask.json ? web::problem_details(ask, status, problems) : list_page(ask, problems, status);
  }
  problems = {{"file", msg("Choose the file with the table.")}};
  return ask.json ? web::problem_details(ask, 422, problems) : list_page(ask, problems, 422);
}

Run run_in(const Ask& ask) { return find_run(ask.desk, ask.values.at("import")); }

http::Response show(Ask& ask) {
  const Run run = run_in(ask);
  if (ask.json) return web::json(json_of(ask, run));
  const bool columns =
      run.state == RunState::draft || (run.state == RunState::checked && ask.asked("columns") == "1");
  return columns ? columns_page(ask, run, columns_of(ask, run)) : run_page(ask, run);
}

// After a change: to the import as it is then.
http::Response onward(const Ask& ask, const Run& run) {
  return ask.json ? web::json(json_of(ask, find_run(ask.desk, run.id))) : web::see(Url::path(path_of(run)));
}

// Where a mapping is wrong, said with the line.
Problems at_field(const Ask& ask, const Problems& problems) {
  Problems shown;
  for (const auto& each : problems)
    shown.push_back(
        {"mapping", msg("{place}: {reason}", {{"place", each.field}, {"reason", ask.say(each.text)}})});
  return shown;
}

http::Response decide_by(Ask& ask, const Run& run, const std::string& toml,
                         const std::optional<Choices>& choices) {
  const auto decided = decide(ask.desk, run, toml);
  if (decided) return onward(ask, run);
  const auto problems = at_field(ask, decided.error());
  return ask.json ? web::problem_details(ask, 422, problems)
                  : columns_page(ask, run, {choices, toml, problems, 422});
}

http::Response choose_columns(Ask& ask) {
  const Run run = run_in(ask);
  Choices choices{ask.given("source"), ask.given("organisation"), {}, {}};
  for (const Detail& each : details())
    if (const auto column = ask.form.find(each.name).value_or(""); !column.empty())
      choices.columns[each.name] = column;
  for (const auto topic : ask.form.all("topics")) choices.topics.emplace_back(topic);
  const auto problems = check(choices, run.result.at("columns").get<std::vector<std::string>>());
  if (!problems.empty())
    return ask.json ? web::problem_details(ask, 422, problems)
                    : columns_page(ask, run, {choices, toml_of(choices), problems, 422});
  return decide_by(ask, run, toml_of(choices), choices);
}

http::Response take_mapping(Ask& ask) {
  const Run run = run_in(ask);
  std::string toml(ask.form.find("mapping").value_or(""));
  for (const auto& file : ask.files)
    if (!file.bytes.empty()) toml = file.bytes;
  std::erase(toml, '\r');
  if (!sql::is_storable_text(toml)) toml.clear();
  return decide_by(ask, run, toml, std::nullopt);
}

// A file to keep: named by us, never opened inside the page.
http::Response file_of(std::string_view type, const std::string& name, std::string body) {
  http::Response response;
  response.body = std::move(body);
  response.add("Content-Type", std::string(type) + "; charset=utf-8");
  response.add("Content-Disposition", "attachment; filename=\"" + name + "\"");
  return response;
}

http::Response mapping_file(Ask& ask) {
  const Run run = run_in(ask);
  return file_of("application/toml", "lotse-mapping.toml", columns_of(ask, run).toml);
}

http::Response report_file(Ask& ask, bool refused_only) {
  const Run run = run_in(ask);
  Report wanted;
  const Report whole = report_of(ask.desk, run);
  for (const Finding& each : whole.findings())
    if (!refused_only || each.severity == Severity::row_not_used) wanted.add(each);
  // Spreadsheets take a file without the mark for one of their own old encodings.
  return file_of("text/csv", refused_only ? "lotse-refused.csv" : "lotse-report.csv",
                 "\xEF\xBB\xBF" + wanted.csv(ask.language));
}

template <class F>
web::Handler doing(F act) {
  return [act](Ask& ask) {
    const Run run = run_in(ask);
    const Problems problems = act(ask, run);
    if (problems.empty()) return onward(ask, run);
    return ask.json ? web::problem_details(ask, 409, problems) : run_page(ask, run, problems, 409);
  };
}

Problems problems_of(const Result<int>& result) { return result ? Problems{} : result.error(); }

}  // namespace

std::string path_of(const Run& run, std::string_view rest) {
  return std::string(kPath) + "/" + run.id + std::string(rest);
}

Html table_of(std::string_view id, const std::string& caption, const std::vector<std::string>& head,
              const std::vector<std::vector<std::string>>& rows) {
  Html heads, lines;
  for (const auto& each : head)
    heads += el("th", {cls("kern-table__header"), attr("scope", "col"), attr("dir", "auto")}, {each});
  for (const auto& row : rows) {
    Html cells;
    for (std::size_t i = 0; i < row.size(); ++i)
      cells +=
          i == 0 ? el("th", {cls("kern-table__header"), attr("scope", "row"), attr("dir", "auto")}, {row[i]})
                 : el("td", {cls("kern-table__cell"), attr("dir", "auto")}, {row[i]});
    lines += el("tr", {cls("kern-table__row")}, {cells});
  }
  return el("div",
            {cls("kern-table-responsive"), attr("role", "region"), attr("tabindex", "0"),
             attr("aria-labelledby", id)},
            {el("table", {cls("kern-table kern-table--small")},
                {el("caption", {cls("kern-title kern-title--small"), web::id(id)}, {caption}),
                 el("thead", {}, {el("tr", {cls("kern-table__row")}, {heads})}),
                 el("tbody", {cls("kern-table__body")}, {lines})})});
}

void install(web::Site& site) {
  site.add_to_navigation({kPath, msg("Import"), true, &access::kDirectoryWrite});
  site.get(kPath, kImport, list);
  site.post(kPath, kSend, send);
  site.get("/staff/import/{import}", kImport, show);
  site.post("/staff/import/{import}/columns", kImport, choose_columns);
  site.post("/staff/import/{import}/mapping", kImport, take_mapping);
  site.get("/staff/import/{import}/mapping.toml", kImport, mapping_file);
  site.get("/staff/import/{import}/report.csv", kImport, [](Ask& ask) { return report_file(ask, false); });
  site.get("/staff/import/{import}/refused.csv", kImport, [](Ask& ask) { return report_file(ask, true); });
  site.post("/staff/import/{import}/start", kImport,
            doing([](const Ask& ask, const Run& run) { return problems_of(start(ask.desk, run)); }));
  site.post("/staff/import/{import}/cancel", kImport,
            doing([](const Ask& ask, const Run& run) { return cancel(ask.desk, run), Problems{}; }));
  site.post("/staff/import/{import}/go-on", kImport,
            doing([](const Ask& ask, const Run& run) { return go_on(ask.desk, run), Problems{}; }));
  site.post("/staff/import/{import}/undo", kImport,
            doing([](const Ask& ask, const Run& run) { return problems_of(undo(ask.desk, run)); }));
}

}  // namespace lotse::interchange

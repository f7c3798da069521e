// SPDX-License-Identifier: EUPL-1.2
// The files of a record: a list with a form to put one in, downloads, removal.
#include <algorithm>
#include <atomic>
#include <memory>

#include "base/fold.h"
#include "file/file.h"
#include "http/form.h"
#include "web/form.h"

namespace lotse::file {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::id;
using web::Url;

// Room beside the file itself for the other fields and the borders between them.
constexpr std::size_t kAroundFile = 64 * 1024;
// Bytes of downloads that clients have not taken yet, in this process.
constexpr std::size_t kMostWaiting = 64 * 1024 * 1024;

struct Hung {
  Plug plug;
  std::shared_ptr<std::atomic<std::size_t>> waiting = std::make_shared<std::atomic<std::size_t>>(0);
};

Of of(const Hung& hung, const Ask& ask) {
  return {ask.values.at("record"), hung.plug.category, hung.plug.field};
}

access::RecordDoor door(const Hung& hung, Ask& ask, const access::Right& right) {
  return ask.desk.records(right, hung.plug.relation(ask, ask.values.at("record")));
}

Url list_url(const Hung& hung, const Ask& ask, const std::string& below = {}, std::string_view query = {}) {
  constexpr std::string_view kRecord = "{record}";
  std::string path = hung.plug.path;
  path.replace(path.find(kRecord), kRecord.size(), http::percent_encode(ask.values.at("record")));
  return Url::path(path + below, query);
}

std::string size_text(const Ask& ask, std::int64_t bytes) {
  if (bytes < 100'000)
    return ask.t("{n} KB", {{"n", words::number(ask.language, std::max<std::int64_t>(1, bytes / 1000))}});
  return ask.t("{n} MB", {{"n", words::decimal(ask.language, static_cast<double>(bytes) / 1e6, 1)}});
}

std::string type_text(const Ask& ask, Type type) {
  switch (type) {
    case Type::pdf:
      return ask.t("PDF file");
    case Type::jpeg:
    case Type::png:
      return ask.t("Picture");
    case Type::text:
      return ask.t("Plain text");
    case Type::odt:
    case Type::docx:
      return ask.t("Document");
  }
  throw Bug("a type that there is not");
}

Html file_tile(const Hung& hung, const Ask& ask, const Entry& entry, bool removable) {
  const auto wall = wall_time(entry.made);
  const std::string when = ask.t("{day}, {time}", {{"day", words::day_long(ask.language, wall.day)},
                                                   {"time", minute_text(wall.minute)}});
  const std::string below = "/" + http::percent_encode(entry.id);
  Html said;
  if (entry.broken)
    said = all({el("p", {cls("kern-body"), id("file-" + entry.id)},
                   {ask.t("This file is damaged and cannot be opened.")}),
                el("p", {cls("kern-hint")}, {when})});
  else
    said = all({el("p", {cls("kern-body")},
                   {el("a",
                       {cls("kern-link"), id("file-" + entry.id), href(list_url(hung, ask, below)),
                        attr("dir", "auto")},
                       {entry.name})}),
                el("p", {cls("kern-hint")},
                   {ask.t("{type}, {size}, added on {when}", {{"type", type_text(ask, entry.type)},
                                                              {"size", size_text(ask, entry.size)},
                                                              {"when", when}})})});
  Html remove;
  if (removable)
    remove = el("div", {cls("lo-actions")},
                {el("a",
                    {cls("kern-btn kern-btn--secondary"), href(list_url(hung, ask, below + "/removal")),
                     attr("aria-describedby", "file-" + entry.id)},
                    {el("span", {cls("kern-label")}, {ask.t("Remove")})})});
  return el("div", {cls("lo-tile lo-stack")}, {said, remove});
}

Html upload_form(const Hung& hung, const web::FormView& form) {
  const Ask& ask = form.ask;
  const std::string hint = ask.t(
      "PDF, picture (JPEG, PNG), document (ODT, DOCX) or plain text, at most {n} MB. Place and time of a "
      "picture are taken out.",
      {{"n", std::to_string(hung.plug.most_bytes / (1024 * 1024))}});
  return web::post_form(ask, "upload", list_url(hung, ask),
                        all({web::text_field(form, "file", ask.t("File"),
                                             {.hint = hint,
                                              .type = "file",
                                              .needed = true,
                                              .accept = ".pdf,.jpg,.jpeg,.png,.txt,.odt,.docx"}),
                             el("div", {cls("lo-actions")}, {web::button(ask.t("Add this file"))})}),
                        true);
}

Html said(const Ask& ask) {
  const std::string done = ask.request.method == "GET" ? ask.asked("done") : "";
  const auto told = [&](const std::string& heading, const std::string& text) {
    return web::alert("success", heading, el("p", {cls("kern-body")}, {text}));
  };
  if (done == "put") return told(ask.t("The file was added"), ask.t("You find it in the list below."));
  if (done == "removed") return told(ask.t("The file was removed"), ask.t("It cannot be brought back."));
  return {};
}

http::Response list_page(const Hung& hung, Ask& ask, const Problems& problems = {}, int status = 200) {
  const auto reading = door(hung, ask, *hung.plug.read);
  const auto entries = list(reading, of(hung, ask));
  const auto may = [&](access::Action action) {
    return reading.allows(action, hung.plug.category, hung.plug.field);
  };
  if (ask.json) {
    Json files = Json::array();
    for (const auto& each : entries)
      files.push_back({{"id", each.id},
                       {"name", each.name},
                       {"type", std::string(name_of(each.type))},
                       {"size", each.size},
                       {"made_ms", each.made.ms},
                       {"broken", each.broken}});
    return web::json({{"files", files}});
  }
  const web::FormView form{ask, problems};
  Html tiles;
  for (const auto& each : entries) tiles += file_tile(hung, ask, each, may(access::Action::erase));
  const std::string heading = ask.say(hung.plug.heading);
  const Html main =
      all({said(ask), web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {heading}),
           tiles.empty() ? el("p", {cls("kern-body")}, {ask.t("There are no files yet.")}) : tiles,
           may(access::Action::write)
               ? all({el("h2", {cls("kern-heading-medium")}, {ask.t("Add a file")}), upload_form(hung, form)})
               : Html()});
  return web::page(ask, {.title = heading, .main = main, .problems = !problems.empty(), .status = status});
}

http::Response refused(const Hung& hung, Ask& ask, const Problems& problems, int status) {
  return ask.json ? web::problem_details(ask, status, problems) : list_page(hung, ask, problems, status);
}

http::Response take(const Hung& hung, Ask& ask) {
  const auto writing = door(hung, ask, *hung.plug.write);
  const http::File* sent = nullptr;
  for (const auto& each : ask.files)
    if (each.field == "file") sent = &each;
  if (sent == nullptr)
    return refused(hung, ask, {{"file", msg("Please choose the file that you want to add.")}}, 422);
  const auto ready = check(sent->name, sent->bytes, hung.plug.most_bytes);
  if (!ready) return refused(hung, ask, ready.error(), 422);
  const auto id = put(writing, of(hung, ask), *ready, ask.desk.now());
  if (!id) return refused(hung, ask, id.error(), 409);
  return ask.json ? web::json({{"id", *id}, {"name", ready->name()}}, 201)
                  : web::see(list_url(hung, ask, {}, "done=put"));
}

// Asked once more, for nothing brings it back.
http::Response removal_page(const Hung& hung, Ask& ask) {
  const std::string& wanted = ask.values.at("file");
  const auto reading = door(hung, ask, *hung.plug.read);
  const auto entries = list(reading, of(hung, ask));
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& each) { return each.id == wanted; });
  if (entry == entries.end() || !reading.allows(access::Action::erase, hung.plug.category, hung.plug.field))
    reading.absent("file.removal", wanted);
  const std::string heading = ask.t("Remove this file?");
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {heading}), file_tile(hung, ask, *entry, false),
       el("p", {cls("kern-body")}, {ask.t("It is removed for everybody and cannot be brought back.")}),
       web::post_form(
           ask, "removal", list_url(hung, ask, "/" + http::percent_encode(wanted) + "/removal"),
           el("div", {cls("lo-actions")},
              {web::button(ask.t("Remove")), web::link(list_url(hung, ask), ask.t("Back to the files"))}))});
  return web::page(ask, {.title = heading, .main = main});
}

// RFC 6266: the name once for those who know no other signs than ASCII's, once as it is (RFC 8187).
std::string disposition(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // the rest of one sign
    const bool good = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    plain += good ? c : '_';
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + http::percent_encode(name);
}

std::string_view content_type(Type type) {
  constexpr std::string_view kTypes[] = {
      "application/pdf",
      "image/jpeg",
      "image/png",
      "text/plain; charset=utf-8",
      "application/vnd.oasis.opendocument.text",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document"};
  return kTypes[static_cast<std::size_t>(type)];
}

// Room for one download, given back when the answer has gone out; nothing where there is none.
std::shared_ptr<const void> room_for(const Hung& hung, std::size_t bytes) {
  auto& waiting = *hung.waiting;
  if ((waiting += bytes) > kMostWaiting) {
    waiting -= bytes;
    return nullptr;
  }
  return std::shared_ptr<const void>(&waiting, [kept = hung.waiting, bytes](const void*) { *kept -= bytes; });
}

http::Response give(const Hung& hung, Ask& ask) {
  const auto reading = door(hung, ask, *hung.plug.read);
  // Taken before it is opened, by the largest there can be: nothing is entered that is then not given.
  const auto room = room_for(hung, hung.plug.most_bytes);
  if (!room) return web::error(ask, 503).add("Retry-After", "10");
  auto file = open(reading, of(hung, ask), ask.values.at("file"));
  if (!file) return refused(hung, ask, file.error(), 500);
  http::Response response{.body = std::move(file->bytes), .held = room};
  response.add("Content-Type", content_type(file->type))
      .add("Content-Disposition", disposition(file->name))
      .add("Content-Security-Policy", "sandbox; default-src 'none'")
      .add("Cache-Control", "private, no-store");
  return response;
}

}  // namespace

void install(web::Site& site, Plug plug) {
  CHECK(plug.read && plug.write && plug.erase && plug.relation &&
        plug.path.find("/{record}") != plug.path.npos);
  const auto hung = std::make_shared<const Hung>(Hung{std::move(plug)});
  const Plug& own = hung->plug;
  const auto access = [&](const access::Right* right, std::size_t body = 0) {
    return web::Access{.right = right, .purpose = own.purpose, .records = true, .body = body};
  };
  site.get(own.path, access(own.read), [hung](Ask& ask) { return list_page(*hung, ask); });
  site.post(own.path, access(own.write, own.most_bytes + kAroundFile),
            [hung](Ask& ask) { return take(*hung, ask); });
  site.get(own.path + "/{file}", access(own.read), [hung](Ask& ask) { return give(*hung, ask); });
  site.get(own.path + "/{file}/removal", access(own.erase),
           [hung](Ask& ask) { return removal_page(*hung, ask); });
  site.post(own.path + "/{file}/removal", access(own.erase), [hung](Ask& ask) {
    remove(door(*hung, ask, *hung->plug.erase), of(*hung, ask), ask.values.at("file"));
    return ask.json ? web::json({{"removed", true}}) : web::see(list_url(*hung, ask, {}, "done=removed"));
  });
}

}  // namespace lotse::file

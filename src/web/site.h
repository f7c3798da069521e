// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "access/desk.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "http/form.h"
#include "http/http.h"
#include "http/multipart.h"
#include "web/answered.h"
#include "web/html.h"
#include "words/words.h"

namespace lotse::access {
class Gate;
}

namespace lotse::web {

class Site;

/** How a route is declared: what it needs, and whether it is open to everybody. A route without a right stops
 * the start; one that is not open is 404 for whoever lacks the right, before its handler runs. */
struct Access {
  const access::Right* right = nullptr;
  access::Purpose purpose = access::kDirectoryPurpose;
  bool open = false;     // no sign-in needed ("public")
  bool token = true;     // a POST must bring the form's token; false where nothing of anybody's is changed
  bool redraws = false;  // a POST with `_action` "language" shows its form again with what was typed
  bool while_locked = false;  // also for a locked session
  bool records = false;       // its handler asks desk.records for the right: it alone knows the relation
  std::size_t body = 0;       // the largest body of a POST, in bytes; 0: by who may send it
  bool urgent = false;        // gets through when all others wait: sign-in, withdrawal (see Site::is_urgent)
};

/** The same route, in the lane of those that must get through. */
constexpr Access urgent(Access access) {
  access.urgent = true;
  return access;
}

/** One request as a handler sees it: values of the route, query and form read, language chosen, desk set up.
 */
struct Ask {
  const http::Request& request;
  Site& site;
  const words::Language& language;
  access::Desk desk;
  std::map<std::string, std::string> values;  // of the route's placeholders
  http::Form query, form;
  std::string session;              // the secret of the sign-in cookie; empty without
  std::string guard;                // the token that forms of this visitor must bring back
  bool json = false;                // the answer is to be JSON
  std::vector<http::File> files{};  // that came with the form; they live as long as the request

  /** The text in the reader's language. */
  std::string t(std::string_view id, std::vector<std::pair<std::string, std::string>> args = {}) const;
  /** Singular or plural by `n`; "{n}" is the number. */
  std::string tn(std::string_view one, std::string_view many, std::int64_t n,
                 std::vector<std::pair<std::string, std::string>> args = {}) const;
  std::string say(const Text& text) const;
  /** First value of a query parameter or form field, trimmed; empty if absent. */
  std::string asked(std::string_view name) const;
  std::string given(std::string_view name) const;
  /** Where this page is, without `_language`: for coming back after a choice of language. */
  Url here() const;
};

using Handler = std::function<http::Response(Ask&)>;

struct Route {
  std::string method, pattern;
  Access access;
  Handler handler;
};

struct SiteOptions {
  std::string region;          // shown under the name in the head of every page
  bool secure = false;         // reached by https: cookies are Secure and named __Host-
  bool sample = false;         // an invented town: said on every page
  std::string feedback_email;  // where readers can say that a text is wrong
};

/** A page inside the frame (head, language choice, navigation, foot). */
struct Page {
  std::string title;
  Html main;
  std::string_view current = {};  // path of the navigation entry that is shown as current
  bool problems = false;          // "Error:" before the title
  bool leave = false;             // the button that leaves this page at once
  bool index = false;             // may search engines list it?
  int status = 200;
  std::string form;   // id of the page's main form: a choice of language keeps what was typed there
  bool asks = false;  // that form is sent by GET
  std::string description;
};

/**
 * All routes, and what every answer has in common: language, session, forms that are ours, frame, refusals
 * and errors, security headers. `answer` is safe to call from several threads once all routes are added.
 */
class Site {
 public:
  Site(access::Store& store, std::shared_ptr<const Clock> clock, SiteOptions options);
  ~Site();

  void get(std::string pattern, Access access, Handler handler);
  void post(std::string pattern, Access access, Handler handler);
  /** Throws Bug naming the first route without a right or declared twice. To be called before serving. */
  void check() const;
  std::span<const Route> routes() const { return routes_; }

  http::Response answer(const http::Request& request);
  /** What answers a request that no handler hears, 413 or 503: a page in the reader's language. Asks no
   * store, and each page is made once, so that a flood costs little. */
  http::Response refusal(const http::Request& request, int status);
  /** Whether the request is for a route that says so. Quick: for the I/O threads. */
  bool is_urgent(std::string_view method, std::string_view path) const;
  /** What answers whatever a locked session asks, but for routes that are open to it. `form` of its Ask is
   * what a form of ours sent, empty if it cannot have been ours; `session` is the locked one's secret. */
  void when_locked(Handler handler) { locked_ = std::move(handler); }
  /** The page of the form that posts to `path`, with `fields` (as in a body) typed; nothing is done. Nothing
   * where that page cannot be drawn without doing something. For the request of `ask`'s visitor. */
  std::optional<http::Response> redrawn(const Ask& ask, const std::string& path, const std::string& fields);
  /** The largest body, in bytes, that a request for this decoded path may bring: none where nothing is taken,
   * little where everybody may send, room for long texts in forms of staff, and what a route says itself. */
  std::size_t body_limit(std::string_view method, std::string_view path) const;

  access::Gate& gate() { return *gate_; }
  const Clock& clock() const { return *clock_; }
  const SiteOptions& options() const { return options_; }
  std::string_view session_cookie() const { return options_.secure ? "__Host-lotse" : "lotse"; }
  /** What the token of forms is made of; `__Host-`, so that no neighbouring host can plant one it knows. */
  std::string_view guard_cookie() const { return options_.secure ? "__Host-lotse_guard" : "lotse_guard"; }

  /** Entries of the main navigation: path and English message id; `staff` ones are shown to those signed in.
   */
  struct Entry {
    std::string path;
    Text label;
    bool staff = false;
    const access::Right* right = nullptr;  // shown only to those who have it
    access::Purpose purpose = access::kDirectoryPurpose;
  };
  void add_to_navigation(Entry entry) { navigation_.push_back(std::move(entry)); }
  std::span<const Entry> navigation() const { return navigation_; }

 private:
  struct Found;
  Found find(const http::Request& request) const;
  http::Response dispatch(const http::Request& request, std::string& pattern);
  http::Response run(Ask& ask, const Route& route);
  http::Response run_once(Ask& ask, const Route& route);
  void finish(const http::Request& request, http::Response& response) const;
  http::Response choose_language(const Ask& ask) const;
  http::Response answer_locked(Ask& ask, const Found& found);
  access::Store& store_;
  std::shared_ptr<const Clock> clock_;
  SiteOptions options_;
  std::unique_ptr<access::Gate> gate_;
  std::vector<Route> routes_;
  std::vector<Entry> navigation_;
  Handler locked_;
  std::vector<std::pair<std::string, std::string>> urgent_;  // method and pattern
  Answered answered_;
  std::mutex refusals_mutex_;
  std::map<std::tuple<int, std::string_view, bool>, http::Response> refusals_;  // status, language, JSON
};

/** The page in its frame, as the answer. */
http::Response page(const Ask& ask, const Page& page);

/** JSON as the answer (`application/json`). */
http::Response json(const Json& value, int status = 200);

/** 303 to `to`: after every change. */
http::Response see(const Url& to);

/**
 * A refusal: problem details (RFC 9457) with all problems for JSON. Pages show their form again instead; see
 * form.h.
 */
http::Response problem_details(const Ask& ask, int status, const Problems& problems);

/** An error page, or problem details: 400, 403, 404, 405, 409, 413, 500, 503. */
http::Response error(const Ask& ask, int status);

/** For a form that was sent twice, and of whose first answer nothing is known any more. */
http::Response done_before(const Ask& ask);

/** Adds a cookie: HttpOnly, SameSite=Lax, whole site; `max_age` seconds, 0 for the session, negative to
 * remove it. */
void set_cookie(http::Response& response, const Site& site, std::string_view name, std::string_view value,
                int max_age);

}  // namespace lotse::web

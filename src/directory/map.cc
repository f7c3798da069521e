// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "directory/pages.h"

namespace lotse::directory {
namespace {

using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr double kWidth = 400, kHeight = 300, kMargin = 26;
/** Pins stand this far apart, so that each can be touched on a narrow telephone, where the map is three
 * quarters of this size. */
constexpr double kApart = 32, kFromYou = 22;
constexpr int kRounds = 200;
/** A pin that stands farther from its place than this has a line to it. */
constexpr double kLead = 8;

/** From degrees to the picture: equirectangular around the middle, the same scale both ways. */
class Frame {
 public:
  void hold(const Point& p) {
    low_ = any_ ? Point{std::min(low_.lat, p.lat), std::min(low_.lon, p.lon)} : p;
    high_ = any_ ? Point{std::max(high_.lat, p.lat), std::max(high_.lon, p.lon)} : p;
    any_ = true;
  }
  bool empty() const { return !any_; }
  void finish() {
    // One single place gets a kilometre around it.
    middle_ = {(low_.lat + high_.lat) / 2, (low_.lon + high_.lon) / 2};
    squeeze_ = std::cos(middle_.lat * 3.14159265358979 / 180);
    const double high = std::max(high_.lat - low_.lat, 0.012),
                 wide = std::max((high_.lon - low_.lon) * squeeze_, 0.012);
    scale_ = std::min((kWidth - 2 * kMargin) / wide, (kHeight - 2 * kMargin) / high);
  }
  double x(const Point& p) const { return kWidth / 2 + (p.lon - middle_.lon) * squeeze_ * scale_; }
  double y(const Point& p) const { return kHeight / 2 - (p.lat - middle_.lat) * scale_; }

 private:
  Point low_, high_, middle_;
  double squeeze_ = 1, scale_ = 1;
  bool any_ = false;
};

/** A place in the picture. */
struct Dot {
  double x = 0, y = 0;
};

Dot kept_inside(const Dot& d) {
  return {std::clamp(d.x, kApart / 2, kWidth - kApart / 2),
          std::clamp(d.y, kApart / 2, kHeight - kApart / 2)};
}

/** Moves two dots apart along the line between them, halfway each; true if they were too close. */
bool push_apart(Dot& a, Dot& b, double wanted, int turn) {
  double dx = b.x - a.x, dy = b.y - a.y;
  const double far = std::hypot(dx, dy);
  if (far >= wanted) return false;
  if (far < 0.01) {  // the same house: they fan out
    dx = std::cos(2.4 * turn);
    dy = std::sin(2.4 * turn);
  } else {
    dx /= far;
    dy /= far;
  }
  const double step = (wanted + 0.1 - far) / 2;
  a = kept_inside({a.x - dx * step, a.y - dy * step});
  b = kept_inside({b.x + dx * step, b.y + dy * step});
  return true;
}

/** Where the pins are drawn: at their places, but none on another or on where you are. The same for the same
 * pins. */
std::vector<Dot> spread(const Frame& frame, const std::vector<Pin>& pins, const std::optional<Point>& here) {
  std::vector<Dot> dots;
  for (const auto& each : pins) dots.push_back(kept_inside({frame.x(each.at), frame.y(each.at)}));
  for (int round = 0; round < kRounds; ++round) {
    bool moved = false;
    for (std::size_t i = 0; i < dots.size(); ++i) {
      for (std::size_t k = i + 1; k < dots.size(); ++k)
        moved |= push_apart(dots[i], dots[k], kApart, static_cast<int>(i + k) + round);
      if (here) {
        Dot you{frame.x(*here), frame.y(*here)};
        moved |= push_apart(dots[i], you, kFromYou, static_cast<int>(i) + round);
      }
    }
    if (!moved) break;
  }
  return dots;
}

std::string number(double value) {
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1).ptr;
  return {text.data(), end};
}

std::string path(const Frame& frame, const Json& points, bool closed) {
  std::string d;
  for (const auto& each : points) {
    if (!each.is_array() || each.size() < 2 || !each[0].is_number() || !each[1].is_number()) continue;
    const Point p{each[0].get<double>(), each[1].get<double>()};
    d += (d.empty() ? "M" : "L") + number(frame.x(p)) + " " + number(frame.y(p));
  }
  return closed && !d.empty() ? d + "Z" : d;
}

// Land, water, roads of the region as they came with its data; none: a plain ground.
Html ground(const Frame& frame, const std::string& doc) {
  Html shapes;
  // The region's document changes hardly ever; it is parsed once on each thread.
  thread_local std::string parsed;
  thread_local std::optional<Json> json;
  if (parsed != doc) {
    json = parse_json(doc);
    parsed = doc;
  }
  if (!json || !json->contains("map")) return shapes;
  const Json& map = (*json)["map"];
  if (map.contains("outlines"))
    for (const auto& each : map["outlines"])
      shapes += el("path", {cls("lo-map__land"), attr("d", path(frame, each["points"], true))});
  if (map.contains("river"))
    shapes += el("path", {cls("lo-map__water"), attr("d", path(frame, map["river"], false))});
  if (map.contains("roads"))
    for (const auto& each : map["roads"])
      shapes += el("path", {cls("lo-map__road"), attr("d", path(frame, each, false))});
  return shapes;
}

Html pin_mark(const Pin& pin, const Dot& at) {
  const std::string x = number(at.x), y = number(at.y);
  const Html dot =
      web::all({el("circle", {cls("lo-map__pin"), attr("cx", x), attr("cy", y), attr("r", "13")}),
                el("text", {cls("lo-map__num"), attr("x", x), attr("y", y)}, {pin.label})});
  if (pin.target.empty()) return dot;
  return el("a", {web::href(Url::fragment(pin.target)), attr("aria-label", pin.label + ": " + pin.name)},
            {dot});
}

std::string caption(const Ask& ask, bool links, bool here, bool led) {
  if (!links) return ask.t("Here it is.");
  std::string text = here ? ask.t("The numbers are those of the list. The dot is where you search.")
                          : ask.t("The numbers are those of the list.");
  if (led) text += " " + ask.t("Where numbers would cover each other, a line leads to the place.");
  return text;
}

}  // namespace

Html map(const Ask& ask, const std::vector<Pin>& pins, const std::optional<Point>& here) {
  Frame frame;
  for (const auto& each : pins) frame.hold(each.at);
  if (here) frame.hold(*here);
  if (frame.empty()) return {};
  frame.finish();
  const auto regions = unit::regions(ask.desk);
  Html marks = regions.empty() ? Html() : ground(frame, regions.front().doc);
  if (here)
    marks += el("circle", {cls("lo-map__you"), attr("cx", number(frame.x(*here))),
                           attr("cy", number(frame.y(*here))), attr("r", "7")});
  const auto dots = spread(frame, pins, here);
  bool led = false;
  for (std::size_t i = 0; i < pins.size(); ++i) {
    const Dot home{frame.x(pins[i].at), frame.y(pins[i].at)};
    if (std::hypot(dots[i].x - home.x, dots[i].y - home.y) < kLead) continue;
    led = true;
    marks += web::all(
        {el("path", {cls("lo-map__lead"), attr("d", "M" + number(home.x) + " " + number(home.y) + "L" +
                                                        number(dots[i].x) + " " + number(dots[i].y))}),
         el("circle", {cls("lo-map__spot"), attr("cx", number(home.x)), attr("cy", number(home.y)),
                       attr("r", "3.5")})});
  }
  // In the order of the list, which is the order of the keyboard.
  for (std::size_t i = 0; i < pins.size(); ++i) marks += pin_mark(pins[i], dots[i]);
  const std::string title = ask.t("Map: where the offers are");
  const bool links = std::any_of(pins.begin(), pins.end(), [](const Pin& p) { return !p.target.empty(); });
  return el(
      "figure", {cls("lo-map")},
      {el("svg",
          {attr("viewBox", "0 0 400 300"), attr("role", links ? "group" : "img"), attr("aria-label", title)},
          {marks}),
       el("figcaption", {cls("lo-map__caption")}, {caption(ask, links, here.has_value(), led)})});
}

}  // namespace lotse::directory

// SPDX-License-Identifier: EUPL-1.2
#include "directory/plan.h"

#include <deque>

#include "directory/imported.h"
#include "directory/kinds.h"
#include "directory/merge.h"

namespace lotse::directory {
namespace {

using Hads = std::map<std::string, Had>;

void keep(Hads& hads, const sql::Row& r) {
  hads[std::string(r.text(0))] = {std::string(r.text(1)), std::string(r.text(2)), std::string(r.text(5)),
                                  std::string(r.text(6)), r.integer(3),           r.integer(4)};
}

// Only services have texts that stand twice.
template <class T>
void mirror(T&, const T&) {}

// The entries of one kind: as they lie in the store, and as they will be.
template <class T>
struct Shelf {
  Hads had;
  std::map<std::string, const T*> planned;  // new, or other than in the store
  std::deque<T> made;                       // what the pointers need

  const T* find(const std::string& id) {
    if (const auto at = planned.find(id); at != planned.end()) return at->second;
    if (const auto at = read.find(id); at != read.end()) return at->second;
    const auto at = had.find(id);
    if (at == had.end()) return nullptr;
    return read[id] = &made.emplace_back(parsed<T>(at->second.doc));
  }
  bool knows(const std::string& id) const { return planned.contains(id) || had.contains(id); }

 private:
  std::map<std::string, const T*> read;
};

class Planner {
 public:
  Planner(access::View& view, const Batch& batch, const Hand& hand, std::atomic<std::size_t>* done,
          const std::string& run)
      : view_(view),
        batch_(batch),
        hand_(hand),
        run_(run),
        unit_(hand.unit),
        now_(hand.now.ms),
        done_(done) {}

  Plan make() {
    if (done_) *done_ = 0;
    plan_.unit = unit_;
    compare(batch_.organisations, organisations_);
    compare(batch_.locations, locations_);
    compare(batch_.services, services_);
    compare(batch_.placed, placed_);
    compare(batch_.terms, terms_);
    if (plan_.problems.empty()) derive();
    return std::move(plan_);
  }

 private:
  template <class T>
  void compare(const std::vector<Batch::Item<T>>& items, Shelf<T>& shelf);
  template <class T>
  void settle(const Batch::Item<T>& item, const Had* had, Shelf<T>& shelf, Outcome::Counts& counts);
  template <class T>
  void write(const std::string& id, const Had& next, const T& thing, const Had* before);
  template <class T>
  void read_known(const std::vector<Batch::Item<T>>& items, Shelf<T>& shelf);
  template <class T>
  void fetch(const std::set<std::string>& ids, Shelf<T>& shelf);
  template <class T>
  void rest_on(const std::string& id, const Shelf<T>& shelf);
  std::map<std::string, std::set<std::string>> placed_of(const std::set<std::string>& services);
  void gather();
  void derive();
  void count() {
    if (done_) ++*done_;
  }

  access::View& view_;
  const Batch& batch_;
  const Hand& hand_;
  const std::string& run_;
  const UnitId unit_;
  const std::int64_t now_;
  std::atomic<std::size_t>* done_;
  Plan plan_;
  Shelf<Organisation> organisations_;
  Shelf<Location> locations_;
  Shelf<Service> services_;
  Shelf<Placed> placed_;
  Shelf<Term> terms_;
  std::set<std::string> touched_;  // services whose derived rows follow
};

// What there is of the source, and under the ids that the batch gives.
template <class T>
void Planner::read_known(const std::vector<Batch::Item<T>>& items, Shelf<T>& shelf) {
  constexpr Kind kind = KindOf<T>::kind;
  if (run_.empty()) {
    const std::string text = select_entries(kind);
    std::vector<sql::Value> values{batch_.source};
    for (auto& value : reader_of(kind, unit_)) values.push_back(std::move(value));
    view_.each({"directory.entries_of_source", text}, values, [&](const sql::Row& r) { keep(shelf.had, r); });
  }
  std::set<std::string> others;
  for (const auto& item : items)
    if (!shelf.had.contains(id_of(item.thing))) others.insert(id_of(item.thing));
  fetch(others, shelf);
}

template <class T>
void Planner::compare(const std::vector<Batch::Item<T>>& items, Shelf<T>& shelf) {
  const KindFacts& facts = facts_of(KindOf<T>::kind);
  read_known(items, shelf);
  std::set<std::string> gone, given;
  for (const auto& [id, had] : shelf.had)
    if (had.source == batch_.source) gone.insert(id);
  auto& counts = plan_.outcome.kinds[std::string(facts.name)];
  const auto remark = [&](Outcome::Remark::What what, const std::string& foreign_id, std::string ours) {
    plan_.outcome.remarks.push_back({what, std::string(facts.name), foreign_id, "", std::move(ours), ""});
  };
  for (const auto& item : items) {
    const std::string& id = id_of(item.thing);
    if (!given.insert(id).second) continue;
    gone.erase(id);
    const auto at = shelf.had.find(id);
    // A UUID of the source's own may be known from another source already: two would take turns in rewriting
    // it.
    if (at != shelf.had.end() && at->second.source != batch_.source) {
      ++counts.elsewhere;
      remark(Outcome::Remark::What::elsewhere, item.foreign_id, at->second.source);
    } else if (at != shelf.had.end() && at->second.keeper != unit_)
      plan_.problems.push_back({item.foreign_id, msg("Another unit keeps this entry.")});
    else
      settle(item, at == shelf.had.end() ? nullptr : &at->second, shelf, counts);
    count();
  }
  for (const auto& id : gone) {
    const Had& had = shelf.had.at(id);
    const auto json = json_of(had.doc);
    ++counts.vanished;
    // What is kept secret has no name in a report.
    const bool secret = json.value("lotse_confidential", false);
    remark(Outcome::Remark::What::vanished, had.foreign_id, secret ? "" : json.value("name", ""));
  }
}

// What becomes of one entry that the source gives.
template <class T>
void Planner::settle(const Batch::Item<T>& item, const Had* had, Shelf<T>& shelf, Outcome::Counts& counts) {
  const std::string& id = id_of(item.thing);
  Json document = document_of(item.thing);
  std::string theirs = document.dump();
  if (!had) {
    ++counts.added;
    shelf.planned[id] = &item.thing;
    return write(id, {batch_.source, item.foreign_id, "", std::move(theirs), unit_, 0}, item.thing, had);
  }
  const bool corrected = !had->given.empty();
  if (theirs == (corrected ? had->given : had->doc)) {
    ++counts.same;
    return;
  }
  const T* thing = &item.thing;
  const Json was = json_of(had->doc);
  if (corrected) {
    auto merged = merge(json_of(had->given), was, document);
    T& ours = shelf.made.emplace_back(thing_of<T>(merged.doc));
    mirror(ours, thing_of<T>(was));
    thing = &ours;
    document = document_of(ours);
    if (!merged.differences.empty()) ++counts.kept;
    for (auto& each : merged.differences)
      plan_.outcome.remarks.push_back({Outcome::Remark::What::corrected,
                                       std::string(facts_of(KindOf<T>::kind).name), item.foreign_id,
                                       std::move(each.field), std::move(each.ours), std::move(each.theirs)});
  }
  Had next{had->source, had->foreign_id, "", document.dump(), unit_, had->version};
  if (next.doc != theirs) next.given = std::move(theirs);
  plan_.seen[KindOf<T>::kind][id] = had->version;
  write(id, next, *thing, had);
  if constexpr (std::is_same_v<T, Service>)
    if (next.doc != had->doc)
      add_revision(plan_.revisions, hand_, {Way::import, batch_.source, 0}, id, had->version + 1,
                   moved(was, document));
  ++(next.doc == had->doc ? counts.same : counts.changed);
  if (next.doc != had->doc) shelf.planned[id] = thing;
}

template <class T>
void Planner::write(const std::string& id, const Had& next, const T& thing, const Had* before) {
  plan_entry(plan_, id, next, thing, now_);
  if (!run_.empty()) remember(plan_.imported, unit_, run_, KindOf<T>::kind, id, next.version + 1, before);
}

template <class T>
void Planner::fetch(const std::set<std::string>& ids, Shelf<T>& shelf) {
  std::vector<std::string> missing;
  for (const auto& id : ids)
    if (!shelf.knows(id)) missing.push_back(id);
  entries_by_id(KindOf<T>::kind)
      .each(view_, missing, reader_of(KindOf<T>::kind, unit_),
            [&](const sql::Row& r) { keep(shelf.had, r); });
}

template <class T>
void Planner::rest_on(const std::string& id, const Shelf<T>& shelf) {
  if (const auto at = shelf.had.find(id); at != shelf.had.end())
    plan_.seen[KindOf<T>::kind][id] = at->second.version;
}

// All services that say something else once the batch is in.
void Planner::gather() {
  for (const auto& [id, service] : services_.planned) touched_.insert(id);
  for (const auto& [id, placed] : placed_.planned) {
    touched_.insert(placed->service_id.text);
    if (const auto before = placed_.had.find(id); before != placed_.had.end())
      touched_.insert(parsed<Placed>(before->second.doc).service_id.text);
  }
  for (const auto& [id, organisation] : organisations_.planned)
    if (organisations_.had.contains(id)) plan_.organisations.push_back(id);
  for (const auto& [id, location] : locations_.planned)
    if (locations_.had.contains(id)) plan_.locations.push_back(id);
  const auto take = [&](const sql::Row& r) { touched_.emplace(r.text(0)); };
  services_of_organisations().each(view_, plan_.organisations, {}, take);
  services_at_locations().each(view_, plan_.locations, {}, take);
  fetch(touched_, services_);
}

// Where each of the services is, once the batch is in: the ids of what is placed.
std::map<std::string, std::set<std::string>> Planner::placed_of(const std::set<std::string>& services) {
  std::vector<std::string> there;
  for (const auto& id : services)
    if (services_.had.contains(id)) there.push_back(id);
  std::map<std::string, std::set<std::string>> found;
  placed_at().each(view_, there, {}, [&](const sql::Row& r) {
    const std::string id(r.text(0));
    plan_.seen_at_services[id] = r.integer(4);
    keep(placed_.had, r);
  });
  for (const auto& [id, version] : plan_.seen_at_services)
    if (const Placed* placed = placed_.find(id)) found[placed->service_id.text].insert(id);
  for (const auto& [id, placed] : placed_.planned) found[placed->service_id.text].insert(id);
  return found;
}

void Planner::derive() {
  gather();
  const auto placed = placed_of(touched_);
  std::set<std::string> organisations, locations;
  for (const auto& id : touched_) {
    if (const Service* s = services_.find(id)) organisations.insert(s->organization_id.text);
    if (const auto at = placed.find(id); at != placed.end())
      for (const auto& each : at->second) locations.insert(placed_.find(each)->location_id.text);
  }
  fetch(organisations, organisations_);
  fetch(locations, locations_);
  for (const auto& id : organisations) rest_on(id, organisations_);
  for (const auto& id : locations) rest_on(id, locations_);
  std::vector<std::string> there;
  for (const auto& id : touched_) {
    const Service* service = services_.find(id);
    if (!service) continue;
    const auto had = services_.had.find(id);
    const UnitId keeper = had == services_.had.end() ? unit_ : had->second.keeper;
    if (had != services_.had.end()) {
      there.push_back(id);
      plan_.services[keeper].push_back(id);
    }
    rest_on(id, services_);
    // What a batch refers to without its being there is refused by the schema when it is written.
    const Organisation* organisation = organisations_.find(service->organization_id.text);
    if (!organisation) continue;
    std::vector<At> places;
    if (const auto at = placed.find(id); at != placed.end())
      for (const auto& each : at->second)
        if (const Location* location = locations_.find(placed_.find(each)->location_id.text))
          places.push_back(
              {*placed_.find(each), location->lotse_confidential ? public_part(*location) : *location});
    plan_.derived_of.insert(id);
    plan_.derived.add(*service, *organisation, places, keeper);
    count();
  }
  for (const auto& id : offers_there(view_, there)) plan_.offers.insert(id);
  plan_.offers.insert(plan_.derived.offer_ids.begin(), plan_.derived.offer_ids.end());
}

}  // namespace

Plan make_plan(access::View& view, const Batch& batch, const Hand& hand, std::atomic<std::size_t>* done,
               const std::string& run) {
  return Planner(view, batch, hand, done, run).make();
}

bool holds(access::View& view, const Plan& plan) {
  bool good = true;
  for (const auto& [kind, seen] : plan.seen) {
    std::vector<std::string> ids;
    for (const auto& [id, version] : seen) ids.push_back(id);
    std::set<std::string> found;
    versions_by_id(kind).each(view, ids, {}, [&, &known = seen](const sql::Row& r) {
      const auto at = known.find(std::string(r.text(0)));
      good = good && at->second == r.integer(1);
      found.insert(at->first);
    });
    good = good && found.size() == seen.size();
  }
  std::set<std::string> services;
  std::size_t placed = 0;
  for (const auto& [keeper, ids] : plan.services) {
    services.insert(ids.begin(), ids.end());
    placed_at().each(view, ids, {}, [&](const sql::Row& r) {
      const auto at = plan.seen_at_services.find(std::string(r.text(0)));
      good = good && at != plan.seen_at_services.end() && at->second == r.integer(4);
      ++placed;
    });
  }
  const auto among = [&](const sql::Row& r) { good = good && services.contains(std::string(r.text(0))); };
  services_of_organisations().each(view, plan.organisations, {}, among);
  services_at_locations().each(view, plan.locations, {}, among);
  return good && placed == plan.seen_at_services.size();
}

std::vector<std::string> overlooked(access::View& view, const Plan& plan) {
  std::set<std::string> found;
  const auto take = [&](const sql::Row& r) {
    std::string id(r.text(0));
    if (!plan.derived_of.contains(id)) found.insert(std::move(id));
  };
  services_of_organisations().each(view, plan.organisations, {}, take);
  services_at_locations().each(view, plan.locations, {}, take);
  return {found.begin(), found.end()};
}

void carry_out(access::Change& change, const Plan& plan) {
  std::int64_t rows = 0;
  for (const Kind kind : kKinds)
    if (const auto at = plan.rows.find(kind); at != plan.rows.end())
      rows += writing(kind).run(change, at->second);
  clear_secrets().change(change, plan.clear_secrets, {plan.unit});
  secret_rows().run(change, plan.secrets);
  // An entry that another has made or changed meanwhile is left alone by its statement.
  if (rows != static_cast<std::int64_t>(plan.entered.size())) throw Stale();
  write_revisions(change, plan.revisions);
  write_imported(change, plan.imported);
  for (const auto& [keeper, services] : plan.services) Derived::clear(change, services, keeper);
  plan.derived.write(change);
  for (const auto& [what, id] : plan.entered) change.also(what, id);
  for (const auto& id : plan.offers) change.note("offer", id);
}

}  // namespace lotse::directory

// SPDX-License-Identifier: EUPL-1.2
#include "import_commands.h"

#include <algorithm>
#include <ostream>

#include "interchange/interchange.h"

namespace lotse {
namespace {

constexpr std::int64_t kListed = 1000;

std::string english(const Text& text) { return words::translate(*words::language("en"), text); }

}  // namespace

int list_imports(const access::Desk& desk, std::ostream& out) {
  for (const auto& run : interchange::runs(desk, kListed)) {
    const auto made = wall_time(run.made);
    out << run.id << "  " << made.day.text() << " " << minute_text(made.minute) << "  " << name_of(run.state)
        << "  " << run.source << "  " << run.file << "\n";
  }
  return 0;
}

int undo_import(const access::Desk& desk, const std::string& id, std::ostream& out, std::ostream& err) {
  using interchange::RunState;
  const auto all = interchange::runs(desk, kListed);
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.id == id; });
  if (at == all.end() || (at->state != RunState::done && at->state != RunState::undone)) {
    err << (at == all.end() ? "lotse: this unit has no such import; \"lotse import list\" names them\n"
                            : "lotse: this import has not ended, so there is nothing to take back\n");
    return 1;
  }
  if (const auto undone = interchange::undo_here(desk, *at); !undone) {
    for (const auto& each : undone.error()) err << "lotse: " << english(each.text) << "\n";
    return 1;
  }
  const auto tally = interchange::tally(desk, *at);
  out << "Done:\n";
  for (const auto& [kind, counts] : tally.kinds)
    out << "  " << kind << ": " << counts.removed << " removed, " << counts.restored << " as before\n";
  for (const auto& each : tally.left)
    out << "  left: " << each.kind << " " << each.id << ": " << english(each.why) << "\n";
  return 0;
}

}  // namespace lotse

// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>

#include "serve.h"

namespace CLI {
class App;
}

namespace lotse {

/** Adds the commands that work on a store: import, export, units, jobs. `with_store` gives each its store
 * options and what happens. */
void add_commands(CLI::App& app, const std::function<void(CLI::App&)>& with_store);

/** How whoever works on the machine is named in the audit: "operator:<system user>". */
std::string operator_name(unsigned user);

/** Runs one of them on an open store for the system user `user`, whose name goes into the audit; `arguments`
 * are those of the command line, paths are relative to `folder`. */
int command(access::Store& store, std::shared_ptr<const Clock> clock, unsigned user,
            const std::vector<std::string>& arguments, const std::string& folder, const std::stop_token& stop,
            std::ostream& out, std::ostream& err);

}  // namespace lotse

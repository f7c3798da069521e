// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <iosfwd>
#include <string>

#include "access/desk.h"

namespace lotse {

/** Prints the imports that staff of the desk's unit made by pages, the newest first. The exit code. */
int list_imports(const access::Desk& desk, std::ostream& out);

/** Takes the import with this id back as a whole, and says what was left. The exit code. */
int undo_import(const access::Desk& desk, const std::string& id, std::ostream& out, std::ostream& err);

}  // namespace lotse

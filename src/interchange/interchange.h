// SPDX-License-Identifier: EUPL-1.2
#pragma once

/** All that others may use of interchange: reading HSDS, tables and places, imports by pages, and writing
 * HSDS. */
#include "interchange/archive.h"
#include "interchange/hsds.h"
#include "interchange/hsds_export.h"
#include "interchange/mapping.h"
#include "interchange/places.h"
#include "interchange/run.h"
#include "interchange/table_import.h"

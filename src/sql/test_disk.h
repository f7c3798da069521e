// SPDX-License-Identifier: EUPL-1.2
//
// For tests: a disk under SQLite that counts flushes of the write-ahead log and can be made full or faulty.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstddef>

namespace lotse::sql {

/// While one lives, every SQLite file opened goes through it. One at a time.
class TestDisk {
 public:
  TestDisk() {
    below() = sqlite3_vfs_find(nullptr);
    state() = State{};
    vfs_ = *below();
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + below()->szOsFile;
    vfs_.zName = "lotse-test-disk";
    vfs_.pAppData = below();
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~TestDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(below(), 1);
  }
  TestDisk(const TestDisk&) = delete;
  TestDisk& operator=(const TestDisk&) = delete;

  /// Flushes of write-ahead logs so far.
  static int log_syncs() { return state().log_syncs; }
  /// From now on writes to write-ahead logs fail with SQLITE_FULL; false: there is room again.
  static void fill(bool full) { state().full = full; }
  /// The next `count` flushes of write-ahead logs fail with an I/O error.
  static void break_syncs(int count) { state().broken_syncs = count; }
  /// From now on files of this kind (SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL; 0 for none) open for reading only,
  /// as SQLite itself opens what it cannot open for writing.
  static void refuse_writing(int kind) { state().read_only = kind; }

 private:
  struct State {
    std::atomic<int> log_syncs{0};
    std::atomic<bool> full{false};
    std::atomic<int> broken_syncs{0};
    std::atomic<int> read_only{0};
    State& operator=(const State& other) {
      log_syncs = other.log_syncs.load(), full = other.full.load(), broken_syncs = other.broken_syncs.load();
      read_only = other.read_only.load();
      return *this;
    }
  };
  struct File {
    sqlite3_file base;
    bool log;
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static_assert(sizeof(File) % alignof(std::max_align_t) == 0);

  static State& state() {
    static State instance;
    return instance;
  }
  static sqlite3_vfs*& below() {
    static sqlite3_vfs* instance = nullptr;
    return instance;
  }
  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* under(sqlite3_file* file) { return of(file)->below(); }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    of(file)->base.pMethods = nullptr;
    of(file)->log = (flags & SQLITE_OPEN_WAL) != 0;
    if ((flags & state().read_only) != 0) {
      flags &= ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
      flags |= SQLITE_OPEN_READONLY;
    }
    const int code = below()->xOpen(below(), name, under(file), flags, out);
    if (under(file)->pMethods != nullptr) of(file)->base.pMethods = methods();
    return code;
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (of(file)->log && state().full) return SQLITE_FULL;
    return under(file)->pMethods->xWrite(under(file), bytes, size, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (of(file)->log) {
      if (state().broken_syncs > 0) {
        --state().broken_syncs;
        return SQLITE_IOERR_FSYNC;
      }
      ++state().log_syncs;
    }
    return under(file)->pMethods->xSync(under(file), flags);
  }

  static const sqlite3_io_methods* methods() {
    using F = sqlite3_file;
    static const sqlite3_io_methods all{
        3,
        [](F* f) { return under(f)->pMethods->xClose(under(f)); },
        [](F* f, void* b, int n, sqlite3_int64 at) { return under(f)->pMethods->xRead(under(f), b, n, at); },
        write,
        [](F* f, sqlite3_int64 size) { return under(f)->pMethods->xTruncate(under(f), size); },
        sync,
        [](F* f, sqlite3_int64* size) { return under(f)->pMethods->xFileSize(under(f), size); },
        [](F* f, int lock) { return under(f)->pMethods->xLock(under(f), lock); },
        [](F* f, int lock) { return under(f)->pMethods->xUnlock(under(f), lock); },
        [](F* f, int* out) { return under(f)->pMethods->xCheckReservedLock(under(f), out); },
        [](F* f, int op, void* arg) { return under(f)->pMethods->xFileControl(under(f), op, arg); },
        [](F* f) { return under(f)->pMethods->xSectorSize(under(f)); },
        [](F* f) { return under(f)->pMethods->xDeviceCharacteristics(under(f)); },
        [](F* f, int page, int size, int extend, void volatile** out) {
          return under(f)->pMethods->xShmMap(under(f), page, size, extend, out);
        },
        [](F* f, int offset, int n, int flags) {
          return under(f)->pMethods->xShmLock(under(f), offset, n, flags);
        },
        [](F* f) { under(f)->pMethods->xShmBarrier(under(f)); },
        [](F* f, int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); },
        [](F* f, sqlite3_int64 at, int n, void** out) {
          return under(f)->pMethods->xFetch(under(f), at, n, out);
        },
        [](F* f, sqlite3_int64 at, void* p) { return under(f)->pMethods->xUnfetch(under(f), at, p); }};
    return &all;
  }

  sqlite3_vfs vfs_{};
};

}  // namespace lotse::sql

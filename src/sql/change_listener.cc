// SPDX-License-Identifier: EUPL-1.2
#include "sql/change_listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace lotse::sql {

ChangeListener::ChangeListener(std::function<std::unique_ptr<ChangeSource>()> connect)
    : connect_(std::move(connect)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { run(); });
}

ChangeListener::~ChangeListener() {
  stop_ = true;
  wake();
  thread_.join();
  ::close(event_);
}

void ChangeListener::tell() {
  if (!told_.exchange(true)) wake();
}

void ChangeListener::wake() const {
  const std::uint64_t one = 1;
  // Should this fail, the thread looks half a second later by itself.
  [[maybe_unused]] const ssize_t written = ::write(event_, &one, sizeof one);
}

std::int64_t ChangeListener::wait(std::int64_t after, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  moved_.wait_for(lock, timeout, [&] { return position_ > after; });
  return position_;
}

void ChangeListener::run() {
  while (!stop_) {
    try {
      listen();
    } catch (const std::exception&) {
      pause(-1);  // the database is away: waiters run into their own time-out, and we try again
    }
  }
}

void ChangeListener::listen() {
  const std::unique_ptr<ChangeSource> source = connect_();
  while (!stop_) {
    if (told_.exchange(false)) source->announce();
    const std::int64_t newest = source->newest();
    {
      const std::lock_guard lock(mutex_);
      position_ = newest;
    }
    moved_.notify_all();
    pause(source->socket());
    source->drain();
  }
}

void ChangeListener::pause(int socket) const {
  std::array<pollfd, 2> events{pollfd{event_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
  if (::poll(events.data(), socket < 0 ? 1 : 2, 500) <= 0) return;
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(event_, &count, sizeof count);
  // A thousand commits a second shall not be a thousand announcements: what comes in the next moment is one.
  if (!stop_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace lotse::sql

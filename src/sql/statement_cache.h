// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: prepared statements of one connection, the least recently used falling out.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace lotse::sql {

/// Keyed by the text itself, not its address: some texts are put together at run time. Not thread-safe, like
/// its connection.
template <class Handle>
class StatementCache {
 public:
  explicit StatementCache(std::size_t limit = 512) : limit_(limit) {}

  /// The handle for `key`, or nullptr; it stays where it is until it falls out.
  Handle* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }

  /// Adds a handle; `evict(handle)` is called for the one that falls out.
  template <class Evict>
  Handle& add(std::string_view key, Handle handle, Evict&& evict) {
    if (order_.size() >= limit_) {
      evict(order_.back().second);
      index_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(std::string(key), std::move(handle));
    index_.emplace(order_.front().first, order_.begin());
    return order_.front().second;
  }

  void clear() {
    index_.clear();
    order_.clear();
  }

  std::size_t size() const noexcept { return order_.size(); }

 private:
  using Order = std::list<std::pair<std::string, Handle>>;

  std::size_t limit_;
  Order order_;
  std::unordered_map<std::string_view, typename Order::iterator>
      index_;  // views into order_, whose nodes do not move
};

}  // namespace lotse::sql

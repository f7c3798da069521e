// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace lotse::http {

/**
 * Who is connected, and how many of each network: lets in up to a limit of both. From any thread. Inside
 * http/ only. Members are not kept alive by it; each leaves at its end.
 */
template <class Member>
class Crowd {
 public:
  Crowd(std::size_t most, std::size_t most_per_network) : most_(most), most_per_network_(most_per_network) {}

  /** False if it is full. An empty network is not counted. */
  bool enter(const std::shared_ptr<Member>& member, const std::string& network) {
    const std::scoped_lock lock(mutex_);
    if (members_.size() >= most_) return false;
    if (!network.empty()) {
      const auto found = per_network_.find(network);
      if ((found == per_network_.end() ? 0 : found->second) >= most_per_network_) return false;
      ++per_network_[network];
    }
    members_.emplace(member.get(), member);
    return true;
  }

  /** Whether it is full, so that those who wait for nothing must go. True at most once a second: looking at
   * all costs. */
  bool needs_room() {
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (members_.size() < most_ || now < next_room_) return false;
    next_room_ = now + std::chrono::seconds(1);
    return true;
  }

  /** Does nothing for one that was never let in. */
  void leave(const Member* member, const std::string& network) {
    const std::scoped_lock lock(mutex_);
    if (members_.erase(member) == 0 || network.empty()) return;
    const auto found = per_network_.find(network);
    if (--found->second == 0) per_network_.erase(found);
  }

  /** Those who are there now. Not a visitor under the lock: the last reference to a member may go there, and
   * it then leaves. */
  std::vector<std::shared_ptr<Member>> members() const {
    std::vector<std::shared_ptr<Member>> all;
    const std::scoped_lock lock(mutex_);
    all.reserve(members_.size());
    for (const auto& [key, weak] : members_)
      if (auto member = weak.lock()) all.push_back(std::move(member));
    return all;
  }

  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return members_.size();
  }

 private:
  const std::size_t most_;
  const std::size_t most_per_network_;
  mutable std::mutex mutex_;
  std::unordered_map<const Member*, std::weak_ptr<Member>> members_;
  std::unordered_map<std::string, std::size_t> per_network_;
  std::chrono::steady_clock::time_point next_room_{};
};

}  // namespace lotse::http

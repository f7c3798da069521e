// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <nlohmann/json.hpp>

namespace lotse {
namespace {

std::atomic<bool> enabled{true};

spdlog::logger& logger() {
  static const auto log = [] {
    auto made = spdlog::stderr_logger_mt("lotse");
    made->set_pattern("%v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *log;
}

}  // namespace

LogValue LogValue::word(std::string_view text) { return LogValue(std::string(text.substr(0, 200))); }

void log_event(std::string_view event, std::initializer_list<std::pair<std::string_view, LogValue>> values) {
  if (!enabled) return;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  nlohmann::ordered_json line{{"at", now.count()}, {"event", event}};
  for (const auto& [name, value] : values)
    std::visit([&, key = std::string(name)](const auto& v) { line[key] = v; }, value.value());
  logger().info("{}", line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
}

bool log_enabled(bool on) { return enabled.exchange(on); }

}  // namespace lotse

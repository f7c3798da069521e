// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lotse {

/**
 * The socket through which commands reach the process that serves. One request a connection, one connection
 * at a time: a line of JSON there; back come lines "o <text>", "e <text>", and "x <exit code>" at the end. A
 * client that says nothing has five seconds, one that does not read ten; neither holds up the end.
 */
class CommandSocket {
 public:
  /** `user` is the system user who asks. */
  using Run = std::function<int(unsigned user, const std::vector<std::string>& arguments,
                                const std::string& folder, std::ostream& out, std::ostream& err)>;
  CommandSocket(std::string path, Run run);
  /** Turns away who has not said what she wants; waits for a command that runs. */
  ~CommandSocket();
  CommandSocket(const CommandSocket&) = delete;
  CommandSocket& operator=(const CommandSocket&) = delete;

 private:
  void work();
  void serve(int client);
  void answer(int client, const std::string& line);

  const std::string path_;
  const Run run_;
  int fd_ = -1;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  int client_ = -1;  // the connection being served
  std::thread thread_;
};

}  // namespace lotse

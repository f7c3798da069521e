// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <functional>
#include <iosfwd>
#include <list>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lotse {

/**
 * The socket through which commands reach the process that serves. One request a connection: a line of JSON
 * there; back come lines "o <text>", "e <text>", and "x <exit code>" at the end. A client that says nothing
 * has five seconds, one that does not read ten; neither holds up the end. At most eight at a time.
 */
class CommandSocket {
 public:
  /** `user` is the system user who asks; `stop` says that she has gone, or that the process ends. Runs on a
   * thread of its own, several at once. */
  using Run =
      std::function<int(unsigned user, const std::vector<std::string>& arguments, const std::string& folder,
                        const std::stop_token& stop, std::ostream& out, std::ostream& err)>;
  CommandSocket(std::string path, Run run);
  /** Turns away who has not said what she wants; tells those that run to stop, and waits for them. */
  ~CommandSocket();
  CommandSocket(const CommandSocket&) = delete;
  CommandSocket& operator=(const CommandSocket&) = delete;

 private:
  struct Client;
  void work();
  void serve(Client& client);
  void answer(Client& client, const std::string& line);

  const std::string path_;
  const Run run_;
  int fd_ = -1;
  std::atomic<bool> stopping_{false};
  std::list<Client> clients_;  // on the thread alone, while it runs
  std::thread thread_;
};

}  // namespace lotse

// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "notice/smtp.h"

extern char** environ;

namespace lotse::notice {

/** A folder with a certificate for this machine, one for another name, and a password. */
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lotse_notice_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
    certify("ours", "DNS:localhost,IP:127.0.0.1");
    certify("other", "DNS:mail.example.net");
    std::ofstream(path_ / "password") << "correct horse\nsecond line\n";
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  void certify(const std::string& name, const std::string& names) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3 -subj /CN=test "
        "-addext subjectAltName=" +
        names + " -keyout " + file(name + ".key") + " -out " + file(name + ".pem") + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl made no certificate");
  }
  std::filesystem::path path_;
};

/** smtp_test_server.py, running. */
class TestServer {
 public:
  TestServer(const TestFolder& folder, const std::vector<std::string>& how,
             const std::string& certificate = "ours")
      : mails_(folder.file("mails-" + std::to_string(++counter()))) {
    std::filesystem::create_directory(mails_);
    std::vector<std::string> words{"/usr/bin/python3",
                                   "-B",
                                   LOTSE_SOURCE_DIR "/src/notice/smtp_test_server.py",
                                   mails_,
                                   "cert=" + folder.file(certificate + ".pem"),
                                   "key=" + folder.file(certificate + ".key")};
    words.insert(words.end(), how.begin(), how.end());
    start(words);
  }
  ~TestServer() {
    ::close(in_);
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
  }
  TestServer(const TestServer&) = delete;

  std::string port() const { return port_; }
  std::size_t accepted() const {
    std::size_t count = 0;
    while (std::filesystem::exists(mails_ + "/" + std::to_string(count + 1))) ++count;
    return count;
  }
  /** The n-th mail accepted, from 1: sender, recipient, "encrypted" or "plain", and the subject as Python
   * reads it, in lines, then the mail. */
  std::string mail(int n) const { return read(std::to_string(n)); }
  /** Its text as Python reads it. */
  std::string body(int n) const { return read("body-" + std::to_string(n)); }

 private:
  std::string read(const std::string& name) const {
    std::ifstream in(mails_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static int& counter() {
    static int count = 0;
    return count;
  }
  void start(std::vector<std::string>& words) {
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::vector<char*> list;
    for (auto& each : words) list.push_back(each.data());
    list.push_back(nullptr);
    const int failed = ::posix_spawn(&child_, list[0], &actions, nullptr, list.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    std::string line;
    char c = 0;
    while (failed == 0 && ::read(out[0], &c, 1) == 1 && c != '\n') line += c;
    ::close(out[0]);
    if (!line.starts_with("port "))
      throw std::runtime_error(
          "the mail server of the tests did not start (/usr/bin/python3 with Debian's package "
          "python3-aiosmtpd; "
          "tools/setup test installs it)");
    port_ = line.substr(5);
  }

  std::string mails_, port_;
  pid_t child_ = 0;
  int in_ = -1;
};

}  // namespace lotse::notice

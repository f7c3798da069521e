// SPDX-License-Identifier: EUPL-1.2
// The server where it speaks TLS itself, with certificates made here.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "http/client_test_helper.h"
#include "http/http.h"

namespace lotse::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

// A certificate that vouches for itself, and its key, in two files.
void make_certificate(const std::string& certificate_file, const std::string& key_file, long serial) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate made(X509_new(), &X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_sign(made.get(), key.get(), EVP_sha256());
  std::FILE* file = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(file, made.get());
  std::fclose(file);
  file = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lotse_tls_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    make_certificate(certificate(), key(), 1);
  }
  ~TlsTest() override { std::filesystem::remove_all(folder_); }
  std::string certificate() const { return (folder_ / "certificate.pem").string(); }
  std::string key() const { return (folder_ / "key.pem").string(); }
  ServerOptions options() const {
    ServerOptions options;
    options.certificate = certificate();
    options.key = key();
    return options;
  }
  static Response echo(const Request& request) {
    Response response;
    response.body = request.path + " " + request.body;
    return response;
  }

 private:
  std::filesystem::path folder_;
};

// One connection with TLS; speaks at most `newest`.
class SecureClient {
 public:
  explicit SecureClient(std::uint16_t port, int newest = TLS1_3_VERSION)
      : client_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_max_proto_version(context_, newest);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.socket());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~SecureClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  SecureClient(const SecureClient&) = delete;
  SecureClient& operator=(const SecureClient&) = delete;

  bool connected() const { return connected_; }
  std::string version() const { return SSL_get_version(ssl_); }
  long serial() const {
    const Certificate theirs(SSL_get1_peer_certificate(ssl_), &X509_free);
    return ASN1_INTEGER_get(X509_get0_serialNumber(theirs.get()));
  }
  void send(const std::string& bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  // All until the server ends it; properly, or the answer may have been cut off.
  std::string read_all() {
    std::string all;
    std::array<char, 4096> bytes{};
    int count = 0;
    while ((count = SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()))) > 0)
      all.append(bytes.data(), static_cast<std::size_t>(count));
    ended_well_ = SSL_get_error(ssl_, count) == SSL_ERROR_ZERO_RETURN;
    return all;
  }
  bool ended_well() const { return ended_well_; }

 private:
  Client client_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
  bool ended_well_ = false;
};

TEST_F(TlsTest, AnswersAsWithoutIt) {
  Running running(options(), echo);
  SecureClient client(running.port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.version(), "TLSv1.3");
  const std::string large(300'000, 'x');
  client.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\nPOST /b HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" +
              std::string("Content-Length: 300000\r\n\r\n") + large);
  const std::string all = client.read_all();
  EXPECT_NE(all.find("\r\n\r\n/a "), all.npos);
  EXPECT_TRUE(all.ends_with("/b " + large));
  EXPECT_TRUE(client.ended_well());
}

TEST_F(TlsTest, SpeaksNothingOlder) {
  Running running(options(), echo);
  EXPECT_FALSE(SecureClient(running.port(), TLS1_2_VERSION).connected());
  Client plain(running.port());
  plain.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(plain.read_all().find("HTTP/1.1"), std::string::npos);
  EXPECT_TRUE(SecureClient(running.port()).connected());
}

TEST_F(TlsTest, WhoNeverShakesHandsIsCutOff) {
  ServerOptions short_patience = options();
  short_patience.limits.header_time = std::chrono::milliseconds(50);
  Running running(std::move(short_patience), echo);
  Client silent(running.port());
  EXPECT_TRUE(silent.ends_within(30'000));
}

TEST_F(TlsTest, StopsWhileConnectionsAreOpen) {
  Running running(options(), echo);
  SecureClient idle(running.port());
  ASSERT_TRUE(idle.connected());
  idle.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\n");
  running.server.stop();
  running.wait();
}

TEST_F(TlsTest, ANewCertificateIsTakenWhileItServes) {
  Running running(options(), echo);
  SecureClient before(running.port());
  EXPECT_EQ(before.serial(), 1);
  make_certificate(certificate(), key(), 2);
  EXPECT_TRUE(running.server.renew_certificate());
  EXPECT_EQ(SecureClient(running.port()).serial(), 2);
  before.send("GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  EXPECT_NE(before.read_all().find("/a "), std::string::npos) << "who is there stays";
  make_certificate(certificate(), key() + ".other", 3);
  EXPECT_FALSE(running.server.renew_certificate()) << "the key belongs to another one";
  std::ofstream(certificate()) << "nothing";
  EXPECT_FALSE(running.server.renew_certificate());
  EXPECT_EQ(SecureClient(running.port()).serial(), 2);
}

TEST_F(TlsTest, DoesNotStartWithoutItsCertificate) {
  ServerOptions wrong = options();
  wrong.key = certificate();
  EXPECT_THROW(Server(wrong, echo), std::runtime_error);
  wrong.certificate = "/nowhere.pem";
  EXPECT_THROW(Server(wrong, echo), std::runtime_error);
}

}  // namespace
}  // namespace lotse::http

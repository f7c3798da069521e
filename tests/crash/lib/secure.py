# SPDX-License-Identifier: EUPL-1.2
"""The program where it speaks TLS itself. Run by commands.py."""
import http.client
import signal
import ssl
import subprocess
import time

from harness import check


def make_certificate(folder, name):
    done = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3",
                           "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / f"{name}.key"),
                           "-out", str(folder / f"{name}.pem")], capture_output=True, text=True)
    check(done.returncode == 0, done.stderr[-300:])
    return folder / f"{name}.pem", folder / f"{name}.key"


def tls_is_spoken_without_a_proxy(lotse):
    data = lotse.folder / "secure"
    certificate, key = make_certificate(lotse.folder, "first")

    def ask(path, newest=None):
        trusted = ssl.create_default_context(cafile=str(certificate))
        if newest:
            trusted.maximum_version = newest
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=60, context=trusted)
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer, body

    with lotse.serve("--data", data, "--tls-cert", certificate, "--tls-key", key) as server:
        check("https://" in server.said[-1], server.said[-1])
        answer, body = ask("/sign-in")
        check(answer.status == 200 and "</html>" in body)
        check("max-age=63072000" in answer.getheader("Strict-Transport-Security", ""), "browsers are not told to come by https only")
        cookie = answer.getheader("Set-Cookie")
        check(cookie.startswith("__Host-lotse_guard=") and "; Secure" in cookie, cookie)
        try:
            ask("/", ssl.TLSVersion.TLSv1_2)
            check(False, "an older TLS was spoken")
        except ssl.SSLError:
            pass
        fresh = make_certificate(lotse.folder, "second")
        for old, new in zip((certificate, key), fresh):
            new.replace(old)
        server.process.send_signal(signal.SIGHUP)
        for _ in range(600):  # who trusts only the new one is soon served
            try:
                check(ask("/health")[0].status == 200)
                break
            except ssl.SSLError:
                time.sleep(0.05)
        else:
            check(False, "the new certificate was not taken: " + server.errors())
        key.write_text("no key")
        server.process.send_signal(signal.SIGHUP)
        for _ in range(600):
            if "certificate.not_renewed" in server.errors():
                break
            time.sleep(0.05)
        check("certificate.not_renewed" in server.errors() and ask("/health")[0].status == 200, server.errors())
        check(server.stop() == 0, server.errors())
    wrong = lotse.run("serve", "--data", data, "--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key, code=1).stderr
    check("key" in wrong and str(key) in wrong, wrong)
    lotse.run("serve", "--data", data, "--listen", "127.0.0.1:0", "--tls-cert", certificate, code=2)


TESTS = [tls_is_spoken_without_a_proxy]

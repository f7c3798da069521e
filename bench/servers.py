# SPDX-License-Identifier: EUPL-1.2
"""The servers that bench/run.py asks, and people who sign in."""
import concurrent.futures
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLE_PASSWORD = "lotse-sample-town"
SIGN_INS = 4  # at once


class Failure(Exception):
    pass


class Server:
    """A server started by us; the port it says it listens on."""

    def __init__(self, command):
        self.began = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.mail = ""
        for line in self.process.stdout:
            if "@" in line and not self.mail:
                self.mail = line.split()[0]
            if line.startswith("listening on "):
                self.listening = time.monotonic() - self.began
                self.port = int(line.strip().rsplit(":", 1)[1])
                return
        self.process.wait()
        raise Failure(f"{command[0]} did not start: ended with {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def cpu_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return {name: round(int(re.search(name + r":\s+(\d+)", status).group(1)) / 1024, 1) for name in ("VmHWM", "VmRSS")}

    def get(self, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Accept": "text/html", "Accept-Language": "de", **{k.replace("_", "-"): v for k, v in headers.items()}})
        answer = connection.getresponse()
        body = answer.read()
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 19
        connection.close()
        return answer, body, head


class Nginx(Server):
    """The same bytes by a server that does nothing else, as many processes as cores."""

    def __init__(self, page):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.folder.name)
        folder.chmod(0o755)
        (folder / "html").mkdir()
        shutil.copy(page, folder / "html/page.html")
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes auto; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/html;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{self.port}; root {folder}/html; location / {{ try_files /page.html =404; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(100):
            try:
                self.get("/")
                return
            except OSError:
                time.sleep(0.05)
        raise Failure("nginx did not start")

    def cpu_seconds(self):
        children = open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split()
        ticks = 0
        for process in [self.process.pid, *children]:
            fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def __exit__(self, *more):
        super().__exit__(*more)
        self.folder.cleanup()


def sign_ins(server, seconds):
    """Signs in again and again from some connections; how many a second, and how long each took."""
    end, times = time.monotonic() + seconds, []

    def again():
        while time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("GET", "/sign-in")
            answer = connection.getresponse()
            guard = re.search(r'name="_guard" value="([^"]+)"', answer.read().decode())[1]
            cookies = "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie")
            form = urllib.parse.urlencode({"_guard": guard, "email": server.mail, "password": SAMPLE_PASSWORD})
            begun = time.monotonic()
            connection.request("POST", "/sign-in", form, {"Cookie": cookies, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            if answer.status not in (303, 503):
                raise Failure(f"a sign-in was answered with {answer.status}")
            if answer.status == 303:
                times.append(time.monotonic() - begun)

    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(SIGN_INS) as people:
        for each in [people.submit(again) for _ in range(SIGN_INS)]:
            each.result()
    took = time.monotonic() - begun
    times.sort()
    return {"per_second": round(len(times) / took, 1), "p50_ms": round(times[len(times) // 2] * 1000, 1), "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1)}

# SPDX-License-Identifier: EUPL-1.2
"""The program as a test starts it: commands, a served store, small directories to bring in."""
import http.client
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

FRUITS = ["Apfel", "Birne", "Kirsche", "Traube", "Zitrone", "Mango"]
CSV_FILES = {
    "organizations.csv": "id,name,description\no1,House of Sun,A house\n",
    "services.csv": "id,organization_id,name,description,status\ns1,o1,Parents café,Coffee,active\n"
                    "s2,missing,Lost,No such house,active\ns3,o1,,No name,active\n",
    "locations.csv": "id,organization_id,name,latitude,longitude\nl1,o1,Sun,52.05,7.95\n",
    "services_at_location.csv": "id,service_id,location_id\np1,s1,l1\n",
    "regular_schedules.csv": "id,service_id,weekday,opens_at,closes_at,original_text\n,s1,Monday,9:00am,5:00pm,\"9:00am-5:00pm, Mon-Fri\"\n",
    "languages.csv": "id,service_id,language\n1,s1,Spanish (limited)\n",
    "eligibility.csv": "id,service_id,eligibility\n,,\"Women, 18 and older\"\n",
}


class Skipped(Exception):
    """What a test needs is not here."""


class Lotse:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def run(self, *arguments, code=0, cwd=None, path=None):
        """`path`: what the program finds as PATH."""
        environment = os.environ if path is None else os.environ | {"PATH": str(path)}
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, timeout=240, cwd=cwd,
                              stdin=subprocess.DEVNULL, env=environment)
        if code is not None and done.returncode != code:
            raise AssertionError(f"exit {done.returncode} instead of {code}: {done.stdout[-500:]} {done.stderr[-800:]}")
        return done

    def serve(self, *arguments):
        return Served(self, arguments)

    def hsds(self, files=CSV_FILES):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder


class Served:
    def __init__(self, lotse, arguments):
        self.log = tempfile.TemporaryFile("w+", dir=lotse.folder)
        self.process = subprocess.Popen([lotse.binary, "serve", "--listen", "127.0.0.1:0", *map(str, arguments)],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, stdin=subprocess.DEVNULL)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            found = re.match(r"listening on https?://127\.0\.0\.1:(\d+)$", line.strip())
            if found:
                self.port = int(found[1])
                return
        self.log.seek(0)
        raise AssertionError(f"did not serve, exit {self.process.wait()}: {self.log.read()[-800:]}")

    def get(self, path, accept="application/json", **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Accept": accept, **fields})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def post(self, path, body, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", path, body, {"Sec-Fetch-Site": "same-origin", **fields})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body, "; ".join(v.split(";")[0] for k, v in answer.getheaders() if k == "Set-Cookie")

    def sign_in(self, function):
        """Signs the first person of the sample with this function in; returns the cookies."""
        mail = next(line.split()[0] for line in self.said if "@" in line and function in line)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        guard = re.search(r'name="_guard" value="([^"]+)"', answer.read().decode())[1]
        cookies = "; ".join(v.split(";")[0] for k, v in answer.getheaders() if k == "Set-Cookie")
        connection.close()
        form = urllib.parse.urlencode({"_guard": guard, "email": mail, "password": "lotse-sample-town"})
        more = self.post("/sign-in", form, Cookie=cookies, **{"Content-Type": "application/x-www-form-urlencoded"})
        check(more[0] == 303, f"sign-in answered {more[0]}")
        return f"{cookies}; {more[2]}"

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)

    def errors(self):
        self.log.seek(0)
        return self.log.read()[-1200:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()


def check(condition, text=""):
    if not condition:
        raise AssertionError(text or "not as expected")

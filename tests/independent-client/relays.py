"""A relay of the product as a program of its own: the one thing here that is not this client's."""

import os
import socket
import subprocess
import time

DISTRICT = "340603"
START_LIMIT_S = 60


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Program:
    """`linli-relay` with its data in a folder, on a port that it keeps."""

    def __init__(self, program, folder, data="relay"):
        self.program, self.folder, self.process = program, folder, None
        self.data, self.port = os.path.join(folder, data), free_port()
        self.scheme = "http"

    @property
    def address(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"linli-relay {arguments}: {done.stderr}{done.stdout}")
        return done.stdout.strip()

    def found(self):
        """Makes the demonstration; gives its people as (name, password, role)."""
        accounts = os.path.join(self.folder, "accounts.txt")
        self.run("demo", "--seed", "1", "--data", self.data, "--accounts", accounts)
        with open(accounts, encoding="utf-8") as file:
            return [line.split("\t")[:3] for line in file if not line.startswith("#")]

    def start(self):
        with open(os.path.join(self.folder, "relay.log"), "a", encoding="utf-8") as log:
            command = [self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        begun = time.monotonic()
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() - begun > START_LIMIT_S:
                    with open(os.path.join(self.folder, "relay.log"), encoding="utf-8") as log:
                        raise RuntimeError("the relay did not start: " + log.read()[-2000:]) from None
                time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def code(self, *for_whom):
        return self.run("code", "--data", self.data, "--relay", self.address, *for_whom)

    def backup(self):
        into = os.path.join(self.folder, "backups")
        os.makedirs(into, exist_ok=True)
        self.run("backup", "--plain", "--data", self.data, "--into", into)
        (only,) = os.listdir(into)
        return os.path.join(into, only)

    def restore(self, backup):
        """Into another folder, as if the machine had been lost."""
        self.data += "-restored"
        self.run("restore", "--data", self.data, "--from", backup)

    def secure(self):
        """Serves over TLS from the next start on, and lets nobody call often."""
        tls = os.path.join(self.folder, "tls")
        self.run("certificate", "--names", "127.0.0.1", "--into", tls)
        names = ", ".join(f'"{tls}/{name}.pem"' for name in ("authority", "spare-authority"))
        limits = "[limits]\ndevice_calls_per_second = 5\ndevice_burst = 40\n"
        settings = f'authorities = [{names}]\n{limits}[tls]\ncertificate = "{tls}/relay.pem"\nkey = "{tls}/relay.key"\n'
        with open(os.path.join(self.data, "relay.toml"), "w", encoding="utf-8") as file:
            file.write(settings)
        self.scheme = "https"



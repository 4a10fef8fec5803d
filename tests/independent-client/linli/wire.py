"""Calls over HTTP (section 12). What answers must prove to be the relay before a byte of it is believed."""

import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit

import zstandard

from .canonical import sha256
from .values import read_json

PATIENCE_S = 20
WORTH_PACKING = 512
MOST_RATIO = 100


class Unreachable(Exception):
    """No answer came. Nothing is known of what the call did."""


class NotTheRelay(Exception):
    """Something else answered (HTTP-5)."""


class Problem(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status} {body.get('code')}")
        self.status, self.code, self.retry_after_s = status, body.get("code"), body.get("retry_after_s")

    def may_repeat(self):
        """Whether the same call may succeed later (ERR-1)."""
        return self.status >= 500 or self.status == 429


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return read_json(self.body.decode())


class Relay:
    """A relay at an address. `authority` is the certificate (DER) that alone may vouch for it over https (TRUST-1)."""

    def __init__(self, address, token=None, authority=None):
        self.address, self.token, self.authority = address, token, authority

    def connection(self):
        at = urlsplit(self.address)
        if at.scheme == "http":
            return http.client.HTTPConnection(at.hostname, at.port or 80, timeout=PATIENCE_S)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(cadata=self.authority)
        return http.client.HTTPSConnection(at.hostname, at.port or 443, timeout=PATIENCE_S, context=context)

    def ask(self, method, path, body=None, headers=None):
        """One call as it is, whatever comes."""
        line = self.connection()
        headers = {"Accept-Encoding": "zstd", **(headers or {})}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            said = Answer(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error
        finally:
            line.close()
        if said.headers.get("Content-Encoding") == "zstd":
            said.body = zstandard.ZstdDecompressor().decompressobj().decompress(said.body)
        return said

    def believed(self, said, media="application/json"):
        """HTTP-4, HTTP-5 and HTTP-8."""
        own = said.headers.get_content_type()
        if own.endswith("json") and said.headers.get("Linli-Body-Sha256") != sha256(said.body).hex():
            raise NotTheRelay("not the body that the relay wrote")
        try:
            if 200 <= said.status < 300 and (own == media or said.status == 204):
                return said
            if said.status >= 400 and own == "application/problem+json":
                raise Problem(said.status, said.json())
        except ValueError as error:
            raise NotTheRelay(str(error)) from error
        raise NotTheRelay(f"{said.status} {own}")

    def call(self, method, path, body=None):
        headers = {}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body, ensure_ascii=False).encode()
            packed = zstandard.ZstdCompressor(level=6).compress(body)
            # What is nearly nothing but repetition would be taken for a trap (HTTP-2).
            if WORTH_PACKING < len(body) < MOST_RATIO * len(packed):
                headers["Content-Encoding"], body = "zstd", packed
        said = self.believed(self.ask(method, path, body, headers))
        return said.json() if said.body else None

    def changes(self):
        """The events of CHANGES-1, as they come."""
        line = self.connection()
        line.request("GET", "/v1/changes", headers={"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"})
        answer = line.getresponse()
        if answer.status != 200 or answer.headers.get_content_type() != "text/event-stream":
            raise NotTheRelay(f"{answer.status}")
        event, data = None, []
        try:
            for text in iter(answer.readline, b""):
                text = text.decode().rstrip("\n")
                name, _, value = text.partition(":")
                if name == "event":
                    event = value.strip()
                elif name == "data":
                    data.append(value.strip())
                elif text == "" and data:
                    yield event, read_json("\n".join(data))
                    event, data = None, []
        finally:
            line.close()


def presented(address, certificate_pin):
    """The certificate with this pin among those that somebody presents. No byte of HTTP is sent (TRUST-1)."""
    at = urlsplit(address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # Only looks: whoever has the pin is then the one authority that the real connection is verified by.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((at.hostname, at.port or 443), PATIENCE_S) as plain:
        with context.wrap_socket(plain, server_hostname=at.hostname) as line:
            chain = line._sslobj.get_unverified_chain() or []
    for one in chain:
        der = ssl.PEM_cert_to_DER_cert(one.public_bytes())
        if sha256(der).hex() == certificate_pin:
            return der
    raise NotTheRelay("nobody with the pin of the link")

"""A proxy before a server, which does to the requests that pass whatever it is told to."""

from __future__ import annotations

import http.client
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PASS = "pass"
STATUSES = {"401": 401, "403": 403, "429": 429, "500": 500}
FAULTS = ("refuse", "hang", "drop the request", "drop the reply", "delay", "garbage", *STATUSES)
SHORT_S = 0.02


class Proxy:
    """Forwards requests, but for a part of them that meet a fault, as the seed has it."""

    def __init__(self, server: str, seed: int = 0) -> None:
        self.fault = PASS
        self.part = 1.0
        self.met = 0  # requests that met a fault
        self._draw = random.Random(seed)
        self._over = threading.Event()
        proxy, host = self, urlsplit(server).netloc

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                self.close_connection = True
                if proxy._meets("refuse"):
                    return
                super().handle_one_request()

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fault = proxy._next()
                if fault == "hang":
                    proxy._over.wait()
                if fault == "delay":
                    time.sleep(SHORT_S)
                if fault == "garbage":
                    self.wfile.write(b"\x00\xff garbage\r\n\r\n")
                elif fault in STATUSES:
                    self.send_error(STATUSES[fault])
                elif fault in (PASS, "delay", "drop the reply"):
                    self._forward(body, reply=fault != "drop the reply")
                self.close_connection = True

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

            def _forward(self, body: bytes, *, reply: bool) -> None:
                ahead = http.client.HTTPConnection(host, timeout=60)
                ahead.request(self.command, self.path, body, dict(self.headers) | {"Host": host})
                answer = ahead.getresponse()
                content = answer.read()
                ahead.close()
                if reply:
                    self.send_response(answer.status)
                    for name, value in answer.getheaders():
                        if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                            self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.uri = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._http.shutdown()
        self._http.server_close()

    def _next(self) -> str:
        """Tell what the next request meets."""
        fault = self.fault
        if fault in (PASS, "refuse") or self._draw.random() >= self.part:
            return PASS
        self.met += 1
        return fault

    def _meets(self, fault: str) -> bool:
        met = self.fault == fault and self._draw.random() < self.part
        self.met += met
        return met

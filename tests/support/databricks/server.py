"""Serves a workspace (workspace.py) over HTTP on loopback, with rules that make requests fail.

Rule("POST /api/2.2/jobs/create", when="after", do=503, times=1). `when`: before the handler (nothing
was done) or after it (done, the answer is lost). `do`: a status, "cut" (the connection ends without
an answer), "html", "private-link", (status, bytes), or a callable, e.g. to kill a process.
"""
import email.parser
import email.policy
import http.server
import json
import threading
import urllib.parse

from workspace import WORDS, WORKSPACE_ID, Refused


class Rule:
    def __init__(self, request, when="before", do=503, times=1, headers=None):
        self.request, self.when, self.do, self.times, self.headers = request, when, do, times, headers or {}


def parse_body(headers, data):
    kind = headers.get("Content-Type", "")
    if kind.startswith("multipart/form-data"):
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            f"Content-Type: {kind}\r\n\r\n".encode() + data)
        return {part.get_param("name", header="content-disposition"):
                part.get_payload(decode=True) if part.get_param("name", header="content-disposition") == "content"
                else part.get_payload(decode=True).decode() for part in message.iter_parts()}
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(urllib.parse.parse_qsl(data.decode()))
    if kind.startswith("application/octet-stream"):
        return data
    return json.loads(data) if data else {}


def serve(workspace, port=0):
    """A running server on loopback; workspace.address is set. End it with server.shutdown()."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: the second one would wait for an answer

        def log_message(self, *_):
            pass

        def rule(self, when):
            for rule in workspace.rules:
                method, _, path = rule.request.partition(" ")
                if rule.when == when and rule.times != 0 and method == self.command and self.path.startswith(path):
                    rule.times -= 1
                    return rule
            return None

        def send(self, status, body, headers=None):
            data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)),
                                "x-request-id": "fake-request", "x-databricks-org-id": WORKSPACE_ID, **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def obey(self, rule):
            """True when the rule has answered, or the connection is over."""
            if callable(rule.do):
                rule.do()
                rule.do = "cut"
            if rule.do == "cut":
                self.close_connection = True
                self.connection.close()
            elif isinstance(rule.do, tuple):  # status, bytes
                self.send(*rule.do, {"Content-Type": "application/json", **rule.headers})
            elif rule.do == "html":
                self.send(502, b"<html><title>502 Bad Gateway</title></html>", {"Content-Type": "text/html", **rule.headers})
            elif rule.do == "private-link":
                self.send(302, None, {"Location": workspace.address + "/login.html?error=private-link-validation-error"})
            else:
                self.send(rule.do, {"error_code": WORDS.get(rule.do, "UNKNOWN"), "message": "as the test wants it"}, rule.headers)

        def answer(self):
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(url.query))
            with workspace.lock:
                body = parse_body(self.headers, data)
                workspace.schemes.add(self.headers.get("Authorization", "none").split()[0])
                workspace.state.log.append((self.command, self.path, body))
                if rule := self.rule("before"):
                    return self.obey(rule)
                try:
                    status, answer = workspace.handle(self.command, urllib.parse.unquote(url.path), query, body, self.headers)
                except Refused as refused:
                    status, answer = refused.status, refused.body
                if rule := self.rule("after"):
                    return self.obey(rule)
            return self.send(status, answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            pass  # a client that was killed

    server = Server(("127.0.0.1", port), Handler)
    workspace.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server

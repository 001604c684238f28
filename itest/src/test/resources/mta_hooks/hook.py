"""A mail filter over HTTP: hook.py PORT"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOBODY = {"status": 550, "enhancedStatus": "5.1.1", "message": "nobody lives here"}


def judge(stage, envelope, message):
    if stage == "rcpt" and envelope["to"][-1]["address"] == "nobody@example.com":
        return {"action": "reject", "response": NOBODY}
    if stage != "data":
        return {"action": "accept"}
    subject = next(v.strip() for n, v in message["headers"] if n.lower() == "subject")
    if subject == "throw away":
        return {"action": "discard"}
    return {"action": "accept", "modifications": [
        {"type": "changeHeader", "name": "Subject", "index": 1, "value": "new " + subject},
        {"type": "replaceContents", "value": message["contents"].upper()}]}


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # a connection serves many requests

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        verdict = judge(asked["context"]["stage"], asked.get("envelope"), asked.get("message"))
        answer = json.dumps(verdict).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()

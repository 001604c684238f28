"""What a mailing list does to a message, as a program of MTA Hooks: list.py PORT"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def changes(envelope, message):
    if not envelope["to"][0]["address"].startswith("list@"):
        return []
    subject = next(v.strip() for n, v in message["headers"] if n.lower() == "subject")
    return [
        {"type": "changeFrom", "value": "list-bounces@lists.example"},
        {"type": "changeHeader", "name": "Subject", "index": 1, "value": "[list] " + subject},
        {"type": "replaceContents", "value": message["contents"] + "-- \r\nthe list\r\n"}]


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        verdict = {"action": "accept", "modifications": changes(asked["envelope"], asked["message"])}
        answer = json.dumps(verdict).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook)
print("listening", flush=True)
server.serve_forever()

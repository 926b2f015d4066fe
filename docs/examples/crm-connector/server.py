"""An example of the other side of a connector: one address that answers with a customer's record as JSON.

    python3 server.py 9300

Settings → Own systems → Connect: the address `http://127.0.0.1:9300/customers?email={{contact.email}}`, the header
`Authorization` with `Bearer example`, the fields Plan = account.plan, Balance = account.balance, Last order =
orders.0.number, Record = url. On the same machine okno needs OKNO_CONNECT_NETWORKS=127.0.0.0/8.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CUSTOMERS = {
    "anna@shop.example": {
        "account": {"plan": "Gold", "balance": 1250.5, "active": True},
        "orders": [{"number": "A-17", "total": 4990}, {"number": "A-12", "total": 1200}],
        "url": "https://crm.example/customers/42",
    }
}
TOKEN = "Bearer example"


class Customers(BaseHTTPRequestHandler):
    """GET /customers?email=…: 200 with the record, 404 for somebody unknown, 401 without the token."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        email = parse_qs(asked.query).get("email", [""])[0].lower()
        if self.headers.get("authorization") != TOKEN:
            self.answer(401, {"error": "who asks?"})
        elif asked.path != "/customers" or email not in CUSTOMERS:
            self.answer(404, {"error": "no such customer"})
        else:
            self.answer(200, CUSTOMERS[email])

    def answer(self, status: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9300
    ThreadingHTTPServer(("127.0.0.1", port), Customers).serve_forever()


if __name__ == "__main__":
    main()

"""Verifies or signs messages by python3-dkim.

verify KEYS FILE...   prints "FILE RESULT..." with a result for each signature
sign KEY TYPE FILE FOLDER   signs FILE in each form into FOLDER; TYPE is rsa or ed25519
KEYS has lines of a name, a blank and a record.
"""
import sys

import dkim


def read(path):
    with open(path, "rb") as file:
        return file.read()


def verify(keys, files):
    records = dict(line.split(b" ", 1) for line in read(keys).splitlines())

    def texts(name, timeout=5):
        return records.get(name.rstrip(b"."))

    for path in files:
        message = read(path)
        count = sum(1 for field, _ in dkim.rfc822_parse(message)[0] if field.lower() == b"dkim-signature")
        results = []
        for index in range(count):
            try:
                good = dkim.DKIM(message).verify(idx=index, dnsfunc=texts)
            except dkim.DKIMException as fault:
                good = False
                print(path, fault, file=sys.stderr)
            results.append("pass" if good else "fail")
        print(path, *results)


def sign(key, kind, path, folder):
    message = read(path)
    algorithm = b"rsa-sha256" if kind == "rsa" else b"ed25519-sha256"
    for header in (b"simple", b"relaxed"):
        for body in (b"simple", b"relaxed"):
            field = dkim.DKIM(message, signature_algorithm=algorithm).sign(
                kind.encode(), b"example.org", read(key).strip(), canonicalize=(header, body))
            name = "%s/%s-%s-%s" % (folder, kind, header.decode(), body.decode())
            with open(name, "wb") as out:
                out.write(field + message)


if sys.argv[1] == "verify":
    verify(sys.argv[2], sys.argv[3:])
else:
    sign(*sys.argv[2:6])

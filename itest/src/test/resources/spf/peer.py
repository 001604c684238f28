"""Checks what the lines of a file ask, by pyspf, with the records of the same lines and without any network.

An empty line begins a case; then come "client", "helo" and "sender", a blank and the value, and for each record
"rr", the name, the type and the value, with blanks between. Writes the result of each case, and why.
"""
import socket
import sys

import spf

zone = {}


def look_up(name, kind, strict=True, timeout=20):
    records = zone.get(name.lower().rstrip("."), [])
    if any(each == "TIMEOUT" for each, _ in records):
        raise spf.TempError("DNS timeout")
    return [((name, kind), value(kind, text)) for each, text in records if each == kind]


def value(kind, text):
    if kind == "TXT":
        return (text.encode("latin-1"),)
    if kind == "MX":
        preference, host = text.split(" ")
        return int(preference), host
    if kind == "AAAA":
        return spf.ipaddress.IPv6Address(text).compressed
    return text


def check(fields):
    query = spf.query(i=fields["client"], s=fields.get("sender", ""), h=fields["helo"], receiver="mx.example.net")
    result, _, why = query.check()
    return result, why


def answer(fields):
    if fields:
        result, why = check(fields)
        print(result + "\t" + why.replace("\n", " "))


def main():
    spf.DNSLookup = look_up
    socket.setdefaulttimeout(0)
    fields = {}
    with open(sys.argv[1], encoding="latin-1", newline="\n") as file:
        for line in file:
            line = line.rstrip("\n")
            if not line:
                answer(fields)
                fields = {}
                zone.clear()
                continue
            word, rest = line.split(" ", 1)
            if word == "rr":
                name, kind, text = rest.split(" ", 2)
                zone.setdefault(name, []).append((kind, text))
            else:
                fields[word] = rest
    answer(fields)


main()

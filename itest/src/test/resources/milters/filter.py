"""A mail filter made with python3-milter: filter.py PLACE"""

import sys

import Milter


class Filter(Milter.Base):
    def __init__(self):
        self.size = 0

    def connect(self, name, family, address):
        return Milter.CONTINUE

    def hello(self, name):
        if name == "refused.example.net":
            self.setreply("550", "5.7.1", "not this one,", "nor another")
            return Milter.REJECT
        return Milter.CONTINUE

    def envfrom(self, sender, *parameters):
        self.size = 0
        return Milter.CONTINUE

    def envrcpt(self, recipient, *parameters):
        if recipient.startswith("<nobody@"):
            self.setreply("550", "5.1.1", "nobody lives here")
            return Milter.REJECT
        return Milter.CONTINUE

    def header(self, name, value):
        if name == "Subject" and value == "throw away":
            return Milter.DISCARD
        return Milter.CONTINUE

    def body(self, chunk):
        self.size += len(chunk)
        return Milter.CONTINUE

    def eom(self):
        self.progress()
        sender = self.getsymval("{mail_addr}")
        self.addheader("X-Filter", "%s sent %d octets" % (sender, self.size))
        self.chgheader("Subject", 1, "changed")
        self.addheader("X-Top", "top", 0)
        self.addrcpt("<added@example.com>")
        for line in range(100):
            self.replacebody(b"line %d\r\n" % line)
        return Milter.CONTINUE


Milter.factory = Filter
Milter.set_flags(Milter.CHGBODY + Milter.ADDHDRS + Milter.CHGHDRS + Milter.ADDRCPT)
Milter.runmilter("filter", sys.argv[1], 60)

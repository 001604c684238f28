"""SCRAM-SHA-256-PLUS (RFC 5802, 7677) bound to the server's certificate (RFC 5929): PORT FILE USER PASSWORD [CERTIFICATE].

With CERTIFICATE the client believes that it sees that one, as behind a man in the middle. Prints the server's last reply.
"""
import base64
import hashlib
import hmac
import smtplib
import ssl
import sys

port, file, user, password = sys.argv[1:5]
context = ssl.create_default_context(cafile=file)


def mac(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def encoded(octets):
    return base64.b64encode(octets).decode()


with smtplib.SMTP("localhost", int(port)) as client:
    client.starttls(context=context)
    client.ehlo()
    assert "SCRAM-SHA-256-PLUS" in client.esmtp_features["auth"].split(), client.esmtp_features
    seen = client.sock.getpeercert(binary_form=True)
    if len(sys.argv) > 5:
        with open(sys.argv[5]) as other:
            seen = ssl.PEM_cert_to_DER_cert(other.read())
    header = b"p=tls-server-end-point,,"
    bare = f"n={user},r=fyko+d2lbbFgONRv9qkxdawL"
    code, challenge = client.docmd("AUTH", "SCRAM-SHA-256-PLUS " + encoded(header + bare.encode()))
    assert code == 334, (code, challenge)
    first = base64.b64decode(challenge).decode()
    values = dict(word.split("=", 1) for word in first.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(values["s"]), int(values["i"]))
    binding = encoded(header + hashlib.sha256(seen).digest())
    final = f"c={binding},r={values['r']}"
    signed = ",".join([bare, first, final]).encode()
    key = mac(salted, b"Client Key")
    proof = bytes(a ^ b for a, b in zip(key, mac(hashlib.sha256(key).digest(), signed)))
    code, reply = client.docmd(encoded(f"{final},p={encoded(proof)}".encode()))
    if code == 334:
        assert base64.b64decode(reply) == b"v=" + base64.b64encode(mac(mac(salted, b"Server Key"), signed)), reply
        code, reply = client.docmd("")
    print(code, reply.decode())

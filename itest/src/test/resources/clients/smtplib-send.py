# Sends a file by smtplib: PORT SENDER FILE RECIPIENT...
import smtplib
import sys

port, sender, file, recipients = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
with open(file, "rb") as message, smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
    options = ["BODY=8BITMIME"]
    if not all(address.isascii() for address in [sender, *recipients]):
        options.append("SMTPUTF8")
    # Line ends in octets are left to the caller.
    octets = message.read().replace(b"\n", b"\r\n")
    refused = smtp.sendmail(sender, recipients, octets, mail_options=options)
    if refused:
        sys.exit(str(refused))

package org.qpsmtpd.core.session;

import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Recipient;

/** A recipient. */
final class SmtpRecipient implements Recipient {
    private final Address address;
    private final Parameters parameters;
    private final LookUps lookUps;
    private final NoteMap notes = new NoteMap();

    SmtpRecipient(Address address, Parameters parameters, LookUps lookUps) {
        this.address = address;
        this.parameters = parameters;
        this.lookUps = lookUps;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Config config() {
        return lookUps.configFor(address);
    }

    @Override
    public String toString() {
        return address.format();
    }
}

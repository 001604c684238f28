package org.qpsmtpd.core.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Recipient;

/** A recipient. */
final class SmtpRecipient implements Recipient {
    private final Address address;
    private final Parameters parameters;
    private final Session session;
    private final NoteMap notes = new NoteMap();
    private @Nullable SmtpTransaction transaction;
    private @Nullable HookResult verdict;

    SmtpRecipient(Address address, Parameters parameters, Session session) {
        this.address = address;
        this.parameters = parameters;
        this.session = session;
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

    /** Becomes a recipient. */
    void join(SmtpTransaction of) {
        transaction = of;
    }

    @Override
    public void settle(HookResult answer) {
        SmtpTransaction of = transaction;
        if (of == null) {
            throw new IllegalStateException(this + " is no recipient yet");
        }
        of.settle(this, answer);
    }

    /** Takes the verdict. */
    void decide(HookResult answer) {
        verdict = answer;
    }

    @Override
    public Optional<HookResult> verdict() {
        return Optional.ofNullable(verdict);
    }

    @Override
    public Config config() {
        return session.configFor(address);
    }

    @Override
    public String toString() {
        return address.format();
    }
}

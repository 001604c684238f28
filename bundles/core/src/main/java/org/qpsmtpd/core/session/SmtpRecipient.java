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
    private final LookUps lookUps;
    private final NoteMap notes = new NoteMap();
    private boolean named;
    private @Nullable Judge judge;
    private @Nullable HookResult verdict;

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

    /** Takes the verdicts of single recipients of a message. */
    interface Judge {
        void settle(SmtpRecipient recipient, HookResult verdict);
    }

    /** Says that the client named it, and is told that it is good. */
    void setNamed() {
        named = true;
    }

    boolean isNamed() {
        return named;
    }

    /** Becomes a recipient. */
    void join(Judge of) {
        judge = of;
    }

    @Override
    public void settle(HookResult answer) {
        Judge of = judge;
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
        return lookUps.configFor(address);
    }

    @Override
    public String toString() {
        return address.format();
    }
}

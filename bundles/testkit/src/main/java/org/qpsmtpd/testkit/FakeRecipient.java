package org.qpsmtpd.testkit;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Recipient;

/** A recipient. The methods that begin with {@code with} set it up and return it. */
public final class FakeRecipient implements Recipient {
    private final Address address;
    private final FakeNotes notes = new FakeNotes();
    private final Map<String, String> parameters = new HashMap<>();
    private @Nullable HookResult verdict;
    private FakeConfig config = new FakeConfig();

    private FakeRecipient(Address address) {
        this.address = address;
    }

    /**
     * A recipient with an empty configuration of its own.
     *
     * @param address {@code user@host} without brackets; without {@code @} it is a user without
     *     host
     */
    public static FakeRecipient of(String address) {
        return of(address(address));
    }

    /** A recipient with an empty configuration of its own. */
    public static FakeRecipient of(Address address) {
        return new FakeRecipient(address);
    }

    /** Adds a parameter of the RCPT command. */
    public FakeRecipient withParameter(String keyword, String value) {
        parameters.put(keyword.toLowerCase(Locale.ROOT), value);
        return this;
    }

    /** Uses this configuration, such as the connection's. */
    public FakeRecipient withConfig(FakeConfig newConfig) {
        config = newConfig;
        return this;
    }

    /** Sets a note. */
    public <T> FakeRecipient withNote(NoteKey<T> key, T value) {
        notes.put(key, value);
        return this;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public Parameters parameters() {
        return new Parameters(parameters);
    }

    @Override
    public Notes notes() {
        return notes;
    }

    /** Keeps the verdict, in whatever hook it is given. */
    @Override
    public void settle(HookResult answer) {
        boolean fits = answer.action().refuses() && !answer.action().disconnects();
        if (answer.pending().isPresent() || !(fits || answer.action() == Action.OK)) {
            throw new IllegalArgumentException(
                    "a recipient is settled with OK, DENY or DENYSOFT, not with " + answer);
        }
        if (verdict != null) {
            throw new IllegalStateException(this + " is settled already");
        }
        verdict = answer;
    }

    @Override
    public Optional<HookResult> verdict() {
        return Optional.ofNullable(verdict);
    }

    @Override
    public FakeConfig config() {
        return config;
    }

    @Override
    public String toString() {
        return address.format();
    }

    static Address address(String text) {
        return text.indexOf('@') < 0 ? new Address(text, "") : Address.of(text);
    }
}

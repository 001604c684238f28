package org.qpsmtpd.api.scan;

import java.util.List;
import java.util.Locale;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Transaction;

/**
 * What a plugin does about viruses, and what it says of them in the header of messages: the fields
 * {@code X-Virus-Found}, {@code X-Virus-Details} and {@code X-Virus-Checked}.
 *
 * @param deny what is done about a message with a virus
 * @param prefix with which the fields' names begin, such as {@code X-Virus-}
 */
public record VirusReport(Deny deny, String prefix) {
    private static final int LONGEST_NAME = 200;

    /** What is done about a message with a virus. */
    public enum Deny {
        /** It is refused. */
        YES,

        /** The header says so. */
        NO,

        /** The header says so, and the plugin naughty refuses. */
        NAUGHTY,

        /** The header says so, and it is put where somebody looks at it. */
        QUARANTINE
    }

    /**
     * One with the usual names of fields.
     *
     * @param text value of the option {@code deny_viruses}: a word of {@link Deny}, or a flag
     * @throws IllegalArgumentException naming the option, the text and what is allowed
     */
    public static VirusReport of(String text) {
        Deny deny =
                switch (text.toLowerCase(Locale.ROOT)) {
                    case "1", "true", "on" -> Deny.YES;
                    case "0", "false", "off" -> Deny.NO;
                    default -> Choice.of(Deny.class, "deny_viruses", text);
                };
        return new VirusReport(deny, "X-Virus-");
    }

    /**
     * Removes the fields that came with the message; those that another scanner of this server has
     * written stay. To be called before anything else, for each message.
     */
    public void forgetOthers(Transaction transaction) {
        NoteKey<Boolean> done = new NoteKey<>("fields " + prefix, Boolean.class);
        if (transaction.notes().has(done)) {
            return;
        }
        transaction.notes().put(done, true);
        for (String field : List.of("Found", "Details", "Checked")) {
            var unused = transaction.headers().remove(prefix + field);
        }
    }

    /**
     * The answer for a message without a virus, whose header says that it was looked at.
     *
     * @param by who looked: {@code Checked by ClamAV}; the server's name is put behind it
     */
    public HookResult clean(Transaction transaction, String by) {
        String me =
                transaction.connection().config().value("me").orElseGet(HostName::ofThisMachine);
        transaction.headers().prepend(prefix + "Checked", by + " on " + me);
        return HookResult.pass("clean");
    }

    /**
     * The answer for a message with a virus.
     *
     * @param text what the client reads when it is refused
     * @param name of the virus, as {@link #name} gives it
     */
    public HookResult found(Transaction transaction, String text, String name) {
        String found = "found virus " + name;
        if (deny != Deny.YES) {
            Headers headers = transaction.headers();
            headers.prepend(prefix + "Details", name);
            headers.prepend(prefix + "Found", "Yes");
        }
        if (deny == Deny.QUARANTINE) {
            transaction.quarantine("virus " + name);
        }
        return answer(text, found).withKarma(-1);
    }

    private HookResult answer(String text, String found) {
        return switch (deny) {
            case YES -> HookResult.deny(text, found);
            case NO, QUARANTINE -> HookResult.DECLINED.because("fail, tolerated: " + found);
            case NAUGHTY ->
                    HookResult.naughty(Action.DECLINED, text).because("fail, NAUGHTY: " + found);
        };
    }

    /** What a scanner calls a virus, in at most 200 printable characters; never empty. */
    public static String name(String said) {
        StringBuilder name = new StringBuilder();
        String plain = said.strip();
        for (int i = 0; i < plain.length() && i < LONGEST_NAME; i++) {
            char c = plain.charAt(i);
            name.append(c < ' ' || c > '~' ? '?' : c);
        }
        return name.isEmpty() ? "unnamed" : name.toString();
    }
}

package org.qpsmtpd.core.message;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.TlsInfo;
import org.qpsmtpd.api.session.Transaction;

/**
 * The fields the server itself puts on top of a message.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/SMTP.pm}; RFC 5321 section 4.4, RFC 8601 section 5.
 */
public final class TraceFields {
    private static final String RESULTS = "Authentication-Results";
    private static final int MOST_COLUMNS = 76;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT);

    private TraceFields() {}

    /**
     * What the client spoke: {@code SMTP}, {@code ESMTP}, {@code LMTP}, and their forms (RFC 3848,
     * RFC 6531).
     */
    public static String protocol(Connection connection, Transaction transaction) {
        if (!connection.hello().isExtended()) {
            return "SMTP";
        }
        boolean local = connection.hello() == Hello.LHLO;
        String usual = local ? "LMTP" : "ESMTP";
        return (transaction.smtpUtf8() ? "UTF8" + (local ? "LMTP" : "SMTP") : usual)
                + (connection.tls().isPresent() ? "S" : "")
                + (connection.authUser().isEmpty() ? "" : "A");
    }

    /** The value of the Received field. */
    public static String received(
            Transaction transaction, String protocol, String me, String version, Instant now) {
        Connection connection = transaction.connection();
        Optional<TlsInfo> tls = connection.tls();
        List<Recipient> recipients = transaction.recipients();
        // RFC 5321 7.2: with several recipients the field would tell each of the others.
        String recipient =
                recipients.size() == 1 ? "\n for " + recipients.get(0).address().format() : "";
        return "from "
                + word(connection.remoteInfo())
                + " (HELO "
                + comment(connection.helloHost())
                + ") ("
                + connection.remoteIp()
                + ")\n by "
                + me
                + " (qpsmtpd/"
                + version
                + ") with "
                + protocol
                + tls.map(info -> " (" + info.cipher() + " encrypted)").orElse("")
                + " id "
                + transaction.id()
                + recipient
                + "; "
                + DATE.format(now.atZone(ZoneId.systemDefault()));
    }

    /** The value of the Authentication-Results field (RFC 8601), folded. */
    public static String authenticationResults(
            String authservId, List<AuthenticationResult> results) {
        StringBuilder value = new StringBuilder(authservId);
        int column = RESULTS.length() + 2 + authservId.length();
        for (AuthenticationResult result : results) {
            value.append(';');
            column++;
            for (String part : result.parts()) {
                boolean folds = column + 1 + part.length() > MOST_COLUMNS;
                value.append(folds ? "\n " : " ").append(part);
                column = (folds ? 1 : column + 1) + part.length();
            }
        }
        return value.toString();
    }

    /** Text as it may stand in a comment: it cannot end it or begin another (RFC 5322 3.2.2). */
    private static String comment(String text) {
        return Characters.any(text, c -> c > 126 || "()\\".indexOf(c) >= 0)
                ? escaped(Hosts.comparable(text), "()\\")
                : text;
    }

    /** Text as one word: quoted unless it is what a host name, or an ident answer, may hold. */
    private static String word(String text) {
        boolean plain =
                Characters.all(
                        text,
                        c ->
                                (c < 127 && Character.isLetterOrDigit(c))
                                        || ".-_@[]:".indexOf(c) >= 0);
        return plain ? text : "\"" + escaped(text, "\"\\") + "\"";
    }

    private static String escaped(String text, String specials) {
        StringBuilder safe = new StringBuilder(text.length() + 8);
        text.codePoints()
                .forEach(
                        c -> {
                            if (specials.indexOf(c) >= 0) {
                                safe.append('\\');
                            }
                            safe.append(c < 32 || c > 126 ? '?' : (char) c);
                        });
        return safe.toString();
    }

    /**
     * Renames every Authentication-Results field that came with the message, so that nobody takes a
     * forged one for ours. Left alone when a DKIM signature covers the field and its result is not
     * in our name.
     *
     * @param authservId our own name; {@code none} when we add no such field
     */
    public static void renameAuthenticationResults(HeaderBlock headers, String authservId) {
        if (authservId.equals("none") || !headers.mayContain("authentication-results")) {
            return;
        }
        boolean signed = isSigned(headers);
        headers.rename(
                RESULTS, "Original-" + RESULTS, field -> !signed || mayBeOurs(field, authservId));
    }

    /**
     * Whether a reader could take the field for ours: our name comes before the results, however
     * quoted, commented or followed by a version (RFC 8601 section 2.2). Letters beyond ASCII may
     * be another spelling of it.
     */
    private static boolean mayBeOurs(HeaderField field, String authservId) {
        String value = field.unfolded();
        int end = value.indexOf(';');
        String id = (end < 0 ? value : value.substring(0, end)).toLowerCase(Locale.ROOT);
        return id.contains(Hosts.comparable(authservId))
                || Characters.any(id, c -> c > 127)
                || Characters.any(id, c -> "(\"\\".indexOf(c) >= 0);
    }

    private static boolean isSigned(HeaderBlock headers) {
        for (HeaderField signature : headers.all("DKIM-Signature")) {
            for (String tag : signature.unfolded().split(";", -1)) {
                String trimmed = tag.strip();
                int equals = trimmed.indexOf('=');
                boolean names = equals > 0 && trimmed.substring(0, equals).strip().equals("h");
                if (names && lists(trimmed.substring(equals + 1))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean lists(String names) {
        for (String name : names.split(":", -1)) {
            if (name.strip().equalsIgnoreCase(RESULTS)) {
                return true;
            }
        }
        return false;
    }
}

package org.qpsmtpd.plugin.logging.logterse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * The fields of a line: address, name and HELO of the client, sender, recipients, then the plugin
 * that refused, its answer as a number and its text, or {@code queued}, nothing and the Message-Id.
 * The last field says what SpamAssassin found; it is missing in a message that was queued unseen.
 */
final class TerseLine {
    private static final String UNSEEN = "msg denied before queued";
    private static final int MOST_RECIPIENTS_LENGTH = 1900;

    private final List<String> fields = new ArrayList<>();

    private TerseLine(Connection connection, Optional<Transaction> transaction) {
        add(connection.remoteIp());
        add(connection.remoteHost());
        add(connection.helloHost());
        add(transaction.filter(Transaction::hasSender).map(it -> it.sender().format()).orElse(""));
        add(transaction.map(TerseLine::recipients).orElse(""));
    }

    static List<String> refused(
            Connection connection,
            Optional<Transaction> transaction,
            String plugin,
            HookResult answer) {
        TerseLine line = new TerseLine(connection, transaction);
        line.add(plugin.replace("/", "::"));
        line.add(Integer.toString(answer.action().number()));
        line.add(answer.text());
        line.add(spamStatus(transaction).orElse(UNSEEN));
        return line.fields;
    }

    static List<String> queued(Connection connection, Transaction transaction) {
        TerseLine line = new TerseLine(connection, Optional.of(transaction));
        line.add("queued");
        line.add("");
        line.add(messageId(transaction));
        spamStatus(Optional.of(transaction)).ifPresent(line::add);
        return line.fields;
    }

    /** A tab, or the end of a line, would be read as the end of the field. */
    private void add(String field) {
        fields.add(field.replace('\t', '_').replaceAll("[\r\n]+", " "));
    }

    /** Those that fit into a field of the log, whole. */
    private static String recipients(Transaction transaction) {
        StringBuilder all = new StringBuilder();
        for (Recipient recipient : transaction.recipients()) {
            String next = recipient.address().format();
            if (all.length() + next.length() >= MOST_RECIPIENTS_LENGTH) {
                break;
            }
            all.append(all.length() == 0 ? "" : ",").append(next);
        }
        return all.toString();
    }

    private static String messageId(Transaction transaction) {
        String id = transaction.headers().first("Message-Id").map(HeaderField::value).orElse("");
        String line = firstLine(id);
        return line.startsWith("<") && line.endsWith(">") ? line : "<" + line + ">";
    }

    private static Optional<String> spamStatus(Optional<Transaction> transaction) {
        return transaction
                .flatMap(it -> it.headers().first("X-Spam-Status"))
                .map(field -> firstLine(field.value()));
    }

    private static String firstLine(String value) {
        String text = value.strip();
        int end = 0;
        while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
            end++;
        }
        return text.substring(0, end);
    }
}

package org.qpsmtpd.core.session;

import java.util.Map;
import java.util.regex.Pattern;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.mail.DeliverBy;
import org.qpsmtpd.api.mail.DeliveryNotice;
import org.qpsmtpd.api.mail.XText;

/** The parameters that the server knows. Those of DSN are taken also when it is not offered. */
final class EsmtpParameters {
    private static final Pattern RET = form("FULL|HDRS");
    private static final Pattern PRIORITY = form("[+-]?[0-9]");
    private static final Pattern ORCPT = form("[A-Z0-9][A-Z0-9.-]*;(.+)");

    static final Map<String, EsmtpParameter> OF_MAIL =
            Map.of(
                    "size",
                    EsmtpParameter.upTo(20),
                    "body",
                    EsmtpParameter.upTo(20),
                    "smtputf8",
                    EsmtpParameter.upTo(0),
                    "prdr",
                    EsmtpParameter.upTo(0),
                    "ret",
                    EsmtpParameter.of(4, value -> RET.matcher(value).matches()),
                    "envid",
                    EsmtpParameter.of(100, EsmtpParameters::isXText),
                    "auth",
                    EsmtpParameter.of(500, value -> value.equals("<>") || isXText(value)),
                    "requiretls",
                    EsmtpParameter.upTo(0).with(QueueExtension.REQUIRETLS),
                    "by",
                    EsmtpParameter.of(13, value -> DeliverBy.parse(value).isPresent())
                            .with(QueueExtension.DELIVERBY),
                    "mt-priority",
                    EsmtpParameter.of(2, value -> PRIORITY.matcher(value).matches())
                            .with(QueueExtension.MT_PRIORITY));

    static final Map<String, EsmtpParameter> OF_RCPT =
            Map.of(
                    "notify",
                    EsmtpParameter.of(28, value -> DeliveryNotice.parse(value).isPresent()),
                    "orcpt",
                    EsmtpParameter.of(500, EsmtpParameters::isOriginalRecipient));

    private EsmtpParameters() {}

    private static Pattern form(String text) {
        return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
    }

    private static boolean isXText(String value) {
        return !value.isEmpty() && XText.decode(value).isPresent();
    }

    /** A type and an address (RFC 3461 section 4.2, RFC 6533 section 3 for UTF-8). */
    private static boolean isOriginalRecipient(String value) {
        return ORCPT.matcher(value).matches();
    }
}

package org.qpsmtpd.plugin.submission;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.Transaction;

/**
 * Takes mail of users alone, and completes its header, as a server for submission does: for a
 * plugin list of its own, behind another port.
 *
 * <p>{@code mail}: DENY with 530 for a client that has not authenticated itself. {@code data_post}:
 * DENY for a message without From, or with Bcc on wish; else adds Date and Message-ID where they
 * are missing, and removes Bcc.
 *
 * <p>Settings: those of {@link SubmissionConfig}.
 *
 * <p>Source: RFC 6409 sections 4.3, 8.1 to 8.3, RFC 4954 section 6, RFC 5322 section 3.6.3.
 */
@Component(configurationPid = "submission", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SubmissionConfig.class, factory = true)
@Plugin(name = "submission")
@NonBlocking
public final class SubmissionPlugin implements MailHook, DataPostHook {
    private static final int AUTHENTICATION_REQUIRED = 530;
    private static final int RADIX = 36;

    private static final HookResult NO_USER =
            HookResult.deny("Authentication required (#5.7.0)", "no user")
                    .withCode(AUTHENTICATION_REQUIRED);
    private static final HookResult NO_AUTHOR =
            HookResult.deny("The message has no From header (#5.6.0)", "no From");
    private static final HookResult HIDDEN =
            HookResult.deny("The message has a Bcc header (#5.6.0)", "Bcc");

    private static final List<String> HIDING = List.of("Bcc", "Resent-Bcc");

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);

    private final SecureRandom random = new SecureRandom();
    private final Clients clients;
    private final boolean addsDate;
    private final boolean addsMessageId;
    private final boolean requiresFrom;
    private final Bcc bcc;

    /** Whose mail is taken. */
    enum Clients {
        /** Of those who authenticated themselves. */
        USERS,
        /** Of all that may relay. */
        RELAY
    }

    /** What becomes of the fields that name hidden recipients. */
    enum Bcc {
        REMOVE,
        KEEP,
        REFUSE
    }

    /**
     * Takes the settings.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public SubmissionPlugin(SubmissionConfig config) {
        clients = Choice.of(Clients.class, "clients", config.clients());
        addsDate = config.add__date();
        addsMessageId = config.add__message__id();
        requiresFrom = config.require__from();
        bcc = Choice.of(Bcc.class, "bcc", config.bcc());
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return maySubmit(transaction.connection()) ? HookResult.DECLINED : NO_USER;
    }

    private boolean maySubmit(Connection connection) {
        boolean isUser = !connection.authUser().isEmpty();
        return isUser || (clients == Clients.RELAY && connection.isRelayClient());
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        Headers headers = transaction.headers();
        if (requiresFrom && headers.count("From") == 0) {
            return NO_AUTHOR;
        }
        if (bcc == Bcc.REFUSE && HIDING.stream().anyMatch(name -> headers.count(name) > 0)) {
            return HIDDEN;
        }
        return complete(headers, transaction.connection());
    }

    private HookResult complete(Headers headers, Connection connection) {
        List<String> done = new ArrayList<>();
        for (String name : bcc == Bcc.REMOVE ? HIDING : List.<String>of()) {
            if (headers.remove(name) > 0) {
                done.add(name + " removed");
            }
        }
        if (addsDate && headers.count("Date") == 0) {
            headers.append("Date", date(connection.clock().now()));
            done.add("Date added");
        }
        if (addsMessageId && headers.count("Message-ID") == 0) {
            headers.append("Message-ID", messageId(connection));
            done.add("Message-ID added");
        }
        return HookResult.pass(done.isEmpty() ? "complete" : String.join(", ", done));
    }

    private static String date(Instant now) {
        return DATE.format(now.atZone(ZoneId.systemDefault()));
    }

    private String messageId(Connection connection) {
        String host = connection.config().value("me").orElseGet(HostName::ofThisMachine);
        return "<"
                + Long.toString(connection.clock().now().toEpochMilli(), RADIX)
                + "."
                + Long.toUnsignedString(random.nextLong(), RADIX)
                + "@"
                + host
                + ">";
    }
}

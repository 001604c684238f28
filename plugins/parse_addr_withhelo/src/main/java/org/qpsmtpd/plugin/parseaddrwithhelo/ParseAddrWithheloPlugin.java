package org.qpsmtpd.plugin.parseaddrwithhelo;

import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.hook.CommandParser;
import org.qpsmtpd.api.hook.MailParseHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptParseHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Hello;

/**
 * Refuses parameters of MAIL and RCPT from clients that said HELO, as RFC 821 knows none.
 *
 * <p>{@code mail_parse} and {@code rcpt_parse}: reads the path itself after HELO; leaves the
 * command to the server after EHLO.
 *
 * <p>Source: qpsmtpd {@code plugins/parse_addr_withhelo @ df5b04d}, RFC 821 section 4.1.2.
 */
@Component(
        configurationPid = "parse_addr_withhelo",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "parse_addr_withhelo")
@NonBlocking
public final class ParseAddrWithheloPlugin implements MailParseHook, RcptParseHook {
    private static final CommandParser MAIL =
            (connection, argument) -> PlainPath.MAIL.parse(argument);
    private static final CommandParser RCPT =
            (connection, argument) -> PlainPath.RCPT.parse(argument);

    @Override
    public Optional<CommandParser> onMailParse(Connection connection) {
        return connection.hello() == Hello.HELO ? Optional.of(MAIL) : Optional.empty();
    }

    @Override
    public Optional<CommandParser> onRcptParse(Connection connection) {
        return connection.hello() == Hello.HELO ? Optional.of(RCPT) : Optional.empty();
    }
}

package org.qpsmtpd.plugin.helo;

import java.net.InetAddress;
import java.util.Optional;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.session.Connection;

/**
 * The tests that need no DNS.
 *
 * @param policy which of them are made
 * @param badNames the file {@code badhelo}
 */
record NameTests(Policy policy, ConfigView<BadNames> badNames) {
    private static final Fault NOT_LOCALHOST =
            new Fault("You are not localhost", "invalid localhost");
    private static final Fault FORGED_LITERAL =
            new Fault("Forged IPs not accepted here", "forged IP literal");
    private static final Fault PLAIN_IP =
            new Fault("Plain IP is invalid HELO hostname (RFC 2821)", "plain IP");
    private static final Fault UNQUALIFIED =
            new Fault("HELO name is not fully qualified. Read RFC 2821", "not FQDN");
    private static final Fault WRONG_CHARACTERS =
            new Fault(
                    "HELO name contains invalid FQDN characters. Read RFC 1035",
                    "invalid FQDN characters");
    private static final Fault LITERAL =
            new Fault("RFC 2821 allows an address literal, but we do not", "address literal");

    /** The first fault of the name; absent when there is none. */
    Optional<Fault> fault(Connection connection, String host) {
        if (badNames.in(connection.config()).contains(host)) {
            return Optional.of(new Fault("I do not believe you are " + host + ".", "in badhelo"));
        }
        String name = Hosts.comparable(host);
        if (name.equals("localhost") && !connection.isLocalhost()) {
            return Optional.of(NOT_LOCALHOST);
        }
        Optional<InetAddress> literal = Literals.bracketed(name);
        if (literal.isPresent()) {
            return literalFault(connection, literal.get());
        }
        if (Literals.plain(name).isPresent()) {
            return Optional.of(PLAIN_IP);
        }
        return policy == Policy.LENIENT ? Optional.empty() : nameFault(host);
    }

    private Optional<Fault> literalFault(Connection connection, InetAddress literal) {
        if (!literal.equals(connection.remoteAddress())) {
            return Optional.of(FORGED_LITERAL);
        }
        return policy == Policy.STRICT ? Optional.of(LITERAL) : Optional.empty();
    }

    private static Optional<Fault> nameFault(String host) {
        if (host.indexOf('.') < 0) {
            return Optional.of(UNQUALIFIED);
        }
        return host.chars().allMatch(NameTests::isNameCharacter)
                ? Optional.empty()
                : Optional.of(WRONG_CHARACTERS);
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.';
    }
}

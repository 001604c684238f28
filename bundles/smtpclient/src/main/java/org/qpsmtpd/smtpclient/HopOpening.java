package org.qpsmtpd.smtpclient;

import java.net.Inet6Address;
import java.net.InetAddress;

/** What is said before the first message: greeting, EHLO, STARTTLS, XCLIENT. */
final class HopOpening {
    private final NextHop hop;
    private final MailClient client;
    private final HopConnection connection;

    /**
     * @param client whose mail the connection is opened for
     */
    HopOpening(NextHop hop, MailClient client, HopConnection connection) {
        this.hop = hop;
        this.client = client;
        this.connection = connection;
    }

    /**
     * Brings the connection to where MAIL can be said.
     *
     * @throws NextHopException.Tls when TLS was begun and failed
     */
    void run(TlsPlan plan) throws NextHopException {
        require(connection.readReply());
        hello(ownName());
        if (plan.isWanted()) {
            startTls(plan);
        }
        if (hop.xclient()) {
            xclient();
        }
    }

    /** RFC 5321 3.2: HELO for servers that do not know EHLO. */
    private void hello(String name) throws NextHopException {
        HopReply reply = connection.command((hop.isLmtp() ? "LHLO " : "EHLO ") + name);
        if (reply.isPermanent() && !hop.isLmtp()) {
            require(connection.command("HELO " + name));
            connection.setExtensions(Extensions.NONE);
            return;
        }
        require(reply);
        connection.setExtensions(Extensions.of(reply));
    }

    /** RFC 3207; what was offered in clear is forgotten by the second EHLO. */
    private void startTls(TlsPlan plan) throws NextHopException {
        boolean agreed =
                connection.extensions().has("STARTTLS")
                        && connection.command("STARTTLS").isPositive();
        if (agreed) {
            connection.startTls(plan);
            hello(ownName());
        } else if (plan.isRequired()) {
            throw new NextHopException("the next hop does not start TLS", "4.7.4", null);
        }
    }

    private void xclient() throws NextHopException {
        if (!connection.extensions().has("XCLIENT")) {
            throw new NextHopException("Server does not advertise XCLIENT support");
        }
        for (String line : HopXclient.commands(client, connection.extensions().words("XCLIENT"))) {
            if (!connection.command(line).isPositive()) {
                throw new NextHopException("XCLIENT failed");
            }
        }
        String name = client.helloHost();
        hello(isName(name) ? name : literal(client.address()));
    }

    private String ownName() {
        String name = client.ownName();
        return isName(name) ? name : literal(connection.localAddress());
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= 255
                && text.chars()
                        .allMatch(
                                c ->
                                        c < 127
                                                && (Character.isLetterOrDigit(c)
                                                        || ".-_:[]".indexOf(c) >= 0));
    }

    /** RFC 5321 4.1.3. */
    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        return address instanceof Inet6Address ? "[IPv6:" + plain + "]" : "[" + plain + "]";
    }

    private static void require(HopReply reply) throws NextHopException {
        if (!reply.isPositive()) {
            throw new NextHopException("the next hop refuses the session: " + reply.shown());
        }
    }
}

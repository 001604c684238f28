package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.smtpclient.Forwarder;
import org.qpsmtpd.smtpclient.HopAnswer;
import org.qpsmtpd.smtpclient.Mail;
import org.qpsmtpd.smtpclient.MailClient;
import org.qpsmtpd.smtpclient.NextHop;
import org.qpsmtpd.smtpclient.TlsMode;

/** A mail server that takes reports. */
final class SmtpHop implements Hop {
    private static final int PORT = 25;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration MAX_TIME = Duration.ofMinutes(10);
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int MESSAGES = 100;
    private static final Pattern WITH_PORT =
            Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]+):([0-9]{1,5})");

    private final Forwarder forwarder;
    private final Supplier<String> ownName;

    /**
     * Connects to nobody yet.
     *
     * @param place {@code HOST} or {@code HOST:PORT}
     * @throws IllegalArgumentException naming the setting and what is wrong with it
     */
    SmtpHop(String place, String tls, Supplier<String> ownName) {
        this.ownName = ownName;
        Matcher own = WITH_PORT.matcher(place);
        boolean hasPort = own.matches();
        int port = hasPort ? Integer.parseInt(own.group(2)) : PORT;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("report_host: port of '" + place + "' is none");
        }
        String host;
        TlsMode mode;
        try {
            host = NextHop.host(hasPort ? own.group(1) : place);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("report_host: " + e.getMessage(), e);
        }
        mode = TlsMode.of(tls);
        forwarder =
                new Forwarder(
                        new NextHop(
                                NextHop.Protocol.SMTP,
                                host,
                                port,
                                false,
                                mode,
                                NextHop.sockets(mode, ""),
                                TIMEOUT,
                                MAX_TIME,
                                1,
                                IDLE,
                                MESSAGES,
                                false));
    }

    @Override
    public HopAnswer send(Address sender, Address recipient, byte[] message) throws IOException {
        return forwarder.handOn(new Report(ownName.get(), sender, recipient, message)).answer();
    }

    @Override
    public void close() {
        forwarder.close();
    }

    /** Not a record: the octets are not to be compared. */
    private static final class Report implements Mail {
        private final String ownName;
        private final Address sender;
        private final To recipient;
        private final byte[] message;

        Report(String ownName, Address sender, Address recipient, byte[] message) {
            this.ownName = ownName;
            this.sender = sender;
            this.recipient = new Addressee(recipient);
            this.message = message;
        }

        @Override
        public MailClient client() {
            InetAddress here = InetAddress.getLoopbackAddress();
            return new MailClient(
                    ownName, here, here.getHostAddress(), 0, "localhost", ownName, true);
        }

        @Override
        public Address sender() {
            return sender;
        }

        @Override
        public Parameters parameters() {
            return Parameters.NONE;
        }

        @Override
        public BodyType bodyType() {
            return BodyType.SEVEN_BIT;
        }

        @Override
        public boolean smtpUtf8() {
            return false;
        }

        @Override
        public List<? extends To> recipients() {
            return List.of(recipient);
        }

        @Override
        public boolean isAnsweredEach() {
            return false;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(message);
        }
    }

    /** Not a record: it is equal to itself alone. */
    private static final class Addressee implements Mail.To {
        private final Address address;

        Addressee(Address address) {
            this.address = address;
        }

        @Override
        public Address address() {
            return address;
        }

        @Override
        public Parameters parameters() {
            return Parameters.NONE;
        }

        @Override
        public void settle(HookResult verdict, HopAnswer answer) {
            throw new IllegalStateException("there is one recipient");
        }
    }
}

package org.qpsmtpd.brokers;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Authorities;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.plugin.Choice;

/**
 * How messages are handed to a broker.
 *
 * @param servers where it is, at least one
 * @param key of each message
 * @param maxOctets largest mail
 * @param isPerRecipient whether each recipient has a message of the broker's
 * @param declinesLarger whether a larger mail is left to the next plugin
 * @param timeout until when the broker must have answered
 * @param mostMessages mails that wait for the broker at a time
 * @param mostOctets their octets, all together
 * @param user who logs in; empty for nobody
 * @param password of the user; empty for none
 * @param isEncrypted whether TLS is used
 * @param caFile the authorities that TLS trusts; null for those of the JDK
 */
public record BrokerSettings(
        List<PeerAddress> servers,
        KeyPattern key,
        int maxOctets,
        boolean isPerRecipient,
        boolean declinesLarger,
        Duration timeout,
        int mostMessages,
        int mostOctets,
        String user,
        String password,
        boolean isEncrypted,
        @Nullable Path caFile) {

    private static final int MOST_SECONDS = 280;
    private static final int MOST_MESSAGES = 100_000;
    private static final int MOST_OCTETS = 2_000_000_000;

    private enum Per {
        MESSAGE,
        RECIPIENT
    }

    private enum Larger {
        DENY,
        DECLINE
    }

    private enum Tls {
        NONE,
        VERIFY
    }

    /** Copies the list. */
    public BrokerSettings {
        servers = List.copyOf(servers);
    }

    /**
     * Reads the options; the files, too.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    public static BrokerSettings of(
            List<PeerAddress> servers, KeyPattern key, int maxOctets, BrokerOptions options) {
        boolean isEncrypted = Choice.of(Tls.class, "tls", options.tls()) == Tls.VERIFY;
        if (!isEncrypted && !options.ca__file().isEmpty()) {
            throw new IllegalArgumentException(
                    "ca_file is given, but tls is none: write tls verify");
        }
        int mostOctets = number("most_octets", options.most__octets(), MOST_OCTETS);
        if (maxOctets < 1 || maxOctets > mostOctets) {
            throw new IllegalArgumentException(
                    "max_octets "
                            + maxOctets
                            + " is not a number from 1 to that of most_octets, "
                            + mostOctets);
        }
        BrokerSettings settings =
                new BrokerSettings(
                        servers,
                        key,
                        maxOctets,
                        Choice.of(Per.class, "per", options.per()) == Per.RECIPIENT,
                        Choice.of(Larger.class, "larger", options.larger()) == Larger.DECLINE,
                        Duration.ofSeconds(
                                number("timeoutSeconds", options.timeoutSeconds(), MOST_SECONDS)),
                        number("most_messages", options.most__messages(), MOST_MESSAGES),
                        mostOctets,
                        options.user(),
                        password(options.password__file()),
                        isEncrypted,
                        options.ca__file().isEmpty() ? null : Path.of(options.ca__file()));
        settings.sslContext();
        return settings;
    }

    /**
     * Reads where a broker is.
     *
     * @param text {@code HOST} or {@code HOST:PORT}, several with commas between them
     * @throws IllegalArgumentException naming the option {@code servers}, and saying what is wrong
     */
    public static List<PeerAddress> servers(String text, int port) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("servers is missing: HOST[:PORT],...");
        }
        List<PeerAddress> servers = PeerAddress.parseAll("servers", text, port);
        for (PeerAddress server : servers) {
            if (server.socket().isPresent()) {
                throw new IllegalArgumentException("servers '" + server + "' is no HOST:PORT");
            }
        }
        return servers;
    }

    /** TLS with what is trusted; absent without TLS. */
    public Optional<SSLContext> sslContext() {
        if (!isEncrypted) {
            return Optional.empty();
        }
        TrustManager @Nullable [] trusted =
                caFile == null ? null : Authorities.of("ca_file", caFile);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted, null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    private static String password(String file) {
        if (file.isEmpty()) {
            return "";
        }
        String what = "password_file '" + file + "' ";
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            if (lines.isEmpty() || lines.get(0).isEmpty()) {
                throw new IllegalArgumentException(what + "has no password on its first line");
            }
            return lines.get(0);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(what + "is not there", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + "is no text in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(what + "cannot be read: " + e, e);
        }
    }

    private static int number(String option, String text, int most) {
        long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : 0;
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(
                    option + " '" + text + "' is not a whole number from 1 to " + most);
        }
        return (int) number;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "broker at " + servers;
    }
}

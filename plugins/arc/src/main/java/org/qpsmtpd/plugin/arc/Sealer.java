package org.qpsmtpd.plugin.arc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.arc.ArcResult;
import org.qpsmtpd.mailauth.arc.ArcSealing;
import org.qpsmtpd.mailauth.dkim.DkimForm;
import org.qpsmtpd.mailauth.dkim.DkimSigning;
import org.qpsmtpd.mailauth.server.ArrivingBody;
import org.qpsmtpd.mailauth.server.KeyFolders;
import org.qpsmtpd.mailauth.signature.SigningKey;

/** Adds a set to the chain of a message. */
final class Sealer {
    private static final HookResult LATER =
            HookResult.denySoft("Unable to seal the message, try again later (#4.3.0)");

    /** RFC 8617 section 4.1.2: as DKIM advises, and the signatures themselves. */
    private static final Set<String> SIGNED =
            Stream.concat(
                            DkimForm.USUAL.names().stream(),
                            Stream.of(DkimSigning.NAME.toLowerCase(Locale.ROOT)))
                    .collect(Collectors.toUnmodifiableSet());

    private final String domain;
    private final KeyFolders folders;

    /**
     * @param as whom; empty for nobody
     * @throws IllegalArgumentException when that is no domain
     */
    Sealer(String as, List<Path> directories) {
        domain =
                as.isEmpty()
                        ? ""
                        : DomainName.of(as)
                                .orElseThrow(
                                        () ->
                                                new IllegalArgumentException(
                                                        "seal '" + as + "' is no domain"));
        folders = new KeyFolders(directories);
    }

    boolean isOn() {
        return !domain.isEmpty();
    }

    /**
     * Seals.
     *
     * @param chain what was found when the message came
     */
    HookResult seal(Transaction transaction, ArcResult chain) {
        if (chain.isTemporary()) {
            return HookResult.skip("not sealed, the DNS does not answer for a key of the chain");
        }
        try {
            return seal(transaction, chain, key());
        } catch (IOException | IllegalStateException e) {
            String fault = "a message is deferred since it cannot be sealed: " + e.getMessage();
            transaction.connection().log(LogLevel.ERROR, List.of(fault));
            return LATER.because("error: " + e.getMessage());
        }
    }

    /** The first key: a set has one signature. */
    private SigningKey key() throws IOException {
        @Nullable Path folder = folders.find(domain);
        if (folder == null) {
            throw new IOException(
                    folders.home(domain) + " is not there; `dkim keygen " + domain + "` makes it");
        }
        return folders.keys(folder).get(0);
    }

    private static HookResult seal(Transaction transaction, ArcResult chain, SigningKey key)
            throws IOException {
        ArcSealing sealing = new ArcSealing();
        ArrivingBody.read(transaction.body(), sealing::body);
        List<ArcSealing.NewField> set =
                sealing.seal(
                        transaction.headers().octets(),
                        chain,
                        results(transaction),
                        names(transaction),
                        key,
                        transaction.connection().clock().now());
        for (int i = set.size() - 1; i >= 0; i--) {
            transaction.headers().prepend(set.get(i).name(), set.get(i).value());
        }
        return set.isEmpty()
                ? HookResult.skip("not sealed, the chain was broken before")
                : HookResult.pass("sealed as " + key.domain() + " by " + key.selector());
    }

    private static List<String> names(Transaction transaction) {
        return transaction.headers().fields().stream()
                .map(HeaderField::name)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(SIGNED::contains)
                .toList();
    }

    /** What is said of the message, as in the field Authentication-Results. */
    private static String results(Transaction transaction) {
        Connection connection = transaction.connection();
        String me = connection.config().value("me").orElse("localhost");
        String server =
                connection
                        .config()
                        .value("me-auth-results")
                        .filter(name -> !name.equals("none"))
                        .orElse(me);
        return server
                + transaction.authenticationResults().stream()
                        .map(AuthenticationResult::toString)
                        .collect(Collectors.joining(";\r\n ", ";\r\n ", ""));
    }
}

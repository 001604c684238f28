package org.qpsmtpd.plugin.dkim;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.mailauth.dkim.DkimForm;
import org.qpsmtpd.mailauth.dkim.DkimSigning;
import org.qpsmtpd.mailauth.server.ArrivingBody;
import org.qpsmtpd.mailauth.server.KeyFolders;
import org.qpsmtpd.mailauth.signature.Canonicalization;
import org.qpsmtpd.mailauth.signature.SigningKey;

/** Signs mail of clients that may relay. */
final class Outgoing {
    private static final HookResult LATER =
            HookResult.denySoft("Unable to sign the message, try again later (#4.3.0)");

    private final boolean signs;
    private final DkimForm form;
    private final KeyFolders folders;

    Outgoing(DkimConfig config, KeyFolders folders) {
        this.folders = folders;
        signs = config.sign();
        form = form(config.canonicalization()).lasting(Duration.ofDays(config.expire()));
    }

    private static DkimForm form(String words) {
        String[] both = words.split("/", -1);
        if (both.length != 2) {
            throw new IllegalArgumentException(
                    "canonicalization '" + words + "' is not such as relaxed/simple");
        }
        return DkimForm.USUAL.in(
                Choice.of(Canonicalization.class, "canonicalization", both[0]),
                Choice.of(Canonicalization.class, "canonicalization", both[1]));
    }

    HookResult sign(Transaction transaction) {
        if (!signs || !transaction.connection().isRelayClient()) {
            return HookResult.DECLINED;
        }
        return HookResult.onChild(() -> signIfKnown(transaction));
    }

    private HookResult signIfKnown(Transaction transaction) {
        List<String> domains = domains(transaction);
        @Nullable Path folder = folder(domains);
        if (folder == null) {
            String whose = domains.isEmpty() ? "it" : String.join(" or ", domains);
            return HookResult.skip("no key for " + whose);
        }
        try {
            return sign(transaction, folders.keys(folder));
        } catch (IOException | IllegalStateException e) {
            String fault = "a message is deferred since it cannot be signed: " + e.getMessage();
            transaction.connection().log(LogLevel.ERROR, List.of(fault));
            return LATER.because("error: " + e.getMessage());
        }
    }

    /** Of whom the message says that it is: the field From first, then the sender. */
    private static List<String> domains(Transaction transaction) {
        return Stream.of(
                        Author.domain(transaction.headers()),
                        Author.domain(transaction.sender().host()))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    private @Nullable Path folder(List<String> domains) {
        for (String domain : domains) {
            Path folder = folders.find(domain);
            if (folder != null) {
                return folder;
            }
        }
        return null;
    }

    private HookResult sign(Transaction transaction, List<SigningKey> keys) throws IOException {
        DkimSigning signing = new DkimSigning(form);
        ArrivingBody.read(transaction.body(), signing::body);
        List<String> values =
                new ArrayList<>(
                        signing.sign(
                                transaction.headers().octets(),
                                keys,
                                transaction.connection().clock().now()));
        Collections.reverse(values); // so that the first key's comes to stand on top
        values.forEach(value -> transaction.headers().prepend(DkimSigning.NAME, value));
        String selectors =
                keys.stream().map(SigningKey::selector).collect(Collectors.joining(", "));
        return HookResult.pass("signed for " + keys.get(0).domain() + " by " + selectors);
    }
}

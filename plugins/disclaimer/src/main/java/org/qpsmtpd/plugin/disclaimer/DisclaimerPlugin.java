package org.qpsmtpd.plugin.disclaimer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.Transaction;

/**
 * Adds a text to the end of mail that our users send.
 *
 * <p>{@code data_post}: always DECLINED. The text of the file {@code disclaimer_text}, and for HTML
 * that of {@code disclaimer_html}, comes behind the parts that a reader shows as the message. Mail
 * that is signed or encrypted stays as it is. Waits for the disk.
 *
 * <p>Settings: {@code whose}, mail of clients that may relay, of the domains of {@code
 * disclaimer_domains}, of either or both (relay); {@code dkim_signed}, whether mail with a DKIM
 * signature is left alone (skip).
 *
 * <p>Faults: a message that cannot be rewritten goes on as it is, and the log says so.
 */
@Component(configurationPid = "disclaimer", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DisclaimerConfig.class, factory = true)
@Plugin(
        name = "disclaimer",
        files = {DisclaimerPlugin.DOMAINS, Texts.PLAIN_FILE, Texts.PAGE_FILE})
public final class DisclaimerPlugin implements DataPostHook, FileCheck {
    static final String DOMAINS = "disclaimer_domains";

    private static final HookResult NOT_OURS = HookResult.skip("not of our users");
    private static final HookResult NO_TEXT = HookResult.skip("there is no " + Texts.PLAIN_FILE);

    private final Whose whose;
    private final boolean skipsSigned;
    private final List<Path> folders;
    private final ConfigView<DomainList> domains = DomainList.view(DOMAINS);

    private enum Whose {
        RELAY,
        DOMAINS,
        EITHER,
        BOTH
    }

    private enum Signed {
        SKIP,
        APPEND
    }

    /** Makes the plugin. */
    @Activate
    public DisclaimerPlugin(DisclaimerConfig config, @Reference ServerHome home) {
        this(config, home.configDirectories());
    }

    DisclaimerPlugin(DisclaimerConfig config, List<Path> folders) {
        this.folders = folders;
        whose = Choice.of(Whose.class, "whose", config.whose());
        skipsSigned = Choice.of(Signed.class, "dkim_signed", config.dkim__signed()) == Signed.SKIP;
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals(DOMAINS)) {
            var unused = DomainList.parse(line);
        }
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        if (!isOurs(transaction)) {
            return NOT_OURS;
        }
        if (skipsSigned && transaction.headers().count("DKIM-Signature") > 0) {
            return HookResult.skip("it has a DKIM signature");
        }
        try {
            Optional<Texts> texts = Texts.read(folders);
            return texts.isPresent() ? add(texts.get(), transaction) : NO_TEXT;
        } catch (LeftAlone e) {
            return HookResult.skip(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            String fault = "a message goes without disclaimer: " + e.getMessage();
            transaction.connection().log(LogLevel.ERROR, List.of(fault));
            return HookResult.DECLINED.because("error: " + e.getMessage());
        }
    }

    private boolean isOurs(Transaction transaction) {
        boolean mayRelay = transaction.connection().isRelayClient();
        boolean isListed =
                domains.in(transaction.connection().config())
                        .contains(transaction.sender().comparableHost());
        return switch (whose) {
            case RELAY -> mayRelay;
            case DOMAINS -> isListed;
            case EITHER -> mayRelay || isListed;
            case BOTH -> mayRelay && isListed;
        };
    }

    /** Goes through the message once to see what would be done, and once more to do it. */
    private static HookResult add(Texts texts, Transaction transaction) throws IOException {
        Head head = head(transaction.headers());
        Pass trial = new Pass(transaction, head, texts);
        trial.writeTo(OutputStream.nullOutputStream());
        if (trial.changed == 0) {
            return HookResult.skip("no part is a text");
        }
        transaction.replaceBody(new Pass(transaction, head, texts)::writeTo);
        Leaf leaf = trial.leaf;
        if (leaf != null && leaf.changesHead()) {
            change(transaction.headers(), head, leaf);
        }
        return HookResult.pass(
                "added to " + trial.changed + (trial.changed == 1 ? " part" : " parts"));
    }

    private static Head head(Headers headers) {
        List<String> lines = new ArrayList<>();
        for (HeaderField field : headers.fields()) {
            lines.add(field.name() + ": " + field.unfolded());
        }
        return new Head(lines, "text/plain");
    }

    private static void change(Headers headers, Head head, Leaf leaf) {
        if (headers.count("MIME-Version") == 0) {
            headers.append("MIME-Version", "1.0");
        }
        headers.replace(Head.TYPE, head.typeWith(leaf.to().name()));
        headers.replace(Head.ENCODING, Rewriting.encodingName(leaf, head));
    }

    /** One way through the message. */
    private static final class Pass {
        private final Transaction transaction;
        private final Head head;
        private final Texts texts;
        private int changed;
        private @Nullable Leaf leaf;

        Pass(Transaction transaction, Head head, Texts texts) {
            this.transaction = transaction;
            this.head = head;
            this.texts = texts;
        }

        void writeTo(OutputStream out) throws IOException {
            try (InputStream body = transaction.body().openBody()) {
                var unused = body.readNBytes(2); // the empty line
                Rewriting rewriting = new Rewriting(body, texts, out);
                leaf = rewriting.run(head);
                changed = rewriting.changed();
            }
        }
    }
}

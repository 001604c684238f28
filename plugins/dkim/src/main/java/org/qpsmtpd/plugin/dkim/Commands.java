package org.qpsmtpd.plugin.dkim;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.mailauth.DomainName;
import org.qpsmtpd.mailauth.server.KeyFolders;
import org.qpsmtpd.mailauth.signature.FoundKey;
import org.qpsmtpd.mailauth.signature.Keys;
import org.qpsmtpd.mailauth.signature.SigningKey;

/** The commands of the console. */
final class Commands {
    static final List<String> USAGE =
            List.of(
                    "keygen DOMAIN [SELECTOR]  make keys, and show the records for the DNS",
                    "check DOMAIN  see whether the records in the DNS fit the keys");

    private static final int WAIT_SECONDS = 30;

    private final KeyFolders folders;
    private final Keys keys;

    Commands(KeyFolders folders, Keys keys) {
        this.folders = folders;
        this.keys = keys;
    }

    boolean run(List<String> words, PrintWriter out) throws IOException {
        String what = words.isEmpty() ? "" : words.get(0);
        boolean isKeygen = what.equals("keygen") && (words.size() == 2 || words.size() == 3);
        boolean isCheck = what.equals("check") && words.size() == 2;
        if (!isKeygen && !isCheck) {
            throw new IllegalArgumentException("keygen or check which domain?");
        }
        String domain =
                DomainName.of(words.get(1))
                        .filter(name -> name.matches("[a-z0-9_-]+(\\.[a-z0-9_-]+)+"))
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "'" + words.get(1) + "' is no domain"));
        return isKeygen ? keygen(domain, words, out) : check(domain, out);
    }

    private boolean keygen(String domain, List<String> words, PrintWriter out) throws IOException {
        NewKeys made = new NewKeys(folders.home(domain), words.size() > 2 ? words.get(2) : "");
        Path folder = made.write();
        out.println("made " + folder + "; the server's user must be able to read it");
        show(folders.keys(folder), out);
        return true;
    }

    private static void show(List<SigningKey> all, PrintWriter out) {
        out.println("for the zone:");
        for (SigningKey key : all) {
            out.println(ZoneLine.of(key));
        }
    }

    private boolean check(String domain, PrintWriter out) throws IOException {
        @Nullable Path folder = folders.find(domain);
        if (folder == null) {
            out.println("there is no key for " + domain + ": no folder " + folders.home(domain));
            return false;
        }
        boolean all = true;
        for (SigningKey key : folders.keys(folder)) {
            String fault = fault(key);
            out.println(key + ": " + (fault.isEmpty() ? "the record fits" : fault));
            if (!fault.isEmpty()) {
                out.println(ZoneLine.of(key));
                all = false;
            }
        }
        return all;
    }

    private String fault(SigningKey key) throws IOException {
        FoundKey found = found(key);
        if (found.record().isEmpty()) {
            return found.fault();
        }
        boolean fits = found.record().get().key().equals(key.publicKey());
        return fits ? "" : "the record holds another key";
    }

    private FoundKey found(SigningKey key) throws IOException {
        try {
            return keys.find(key.selector(), key.domain(), key.algorithm())
                    .toCompletableFuture()
                    .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            boolean isLate = e.getCause() instanceof TimeoutException;
            throw new IOException(isLate ? "the DNS does not answer" : String.valueOf(e), e);
        }
    }
}

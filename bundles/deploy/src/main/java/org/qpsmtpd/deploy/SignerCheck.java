package org.qpsmtpd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * Whether a jar is signed by someone the administrator trusts. The configuration file {@value
 * #FILE} names a PEM file with certificates on each line, relative to its own folder; as soon as it
 * is there every entry of every jar must be signed with the key of one of the certificates. A
 * certificate that only issued the signer's is not enough. When the file or a certificate cannot be
 * used, no jar is taken.
 */
final class SignerCheck {
    static final String FILE = "deploy_signers";

    /** The files that make up a signature, and so cannot be signed by it. */
    private static final Pattern SIGNATURE =
            Pattern.compile("META-INF/([^/]+\\.(SF|RSA|DSA|EC)|SIG-[^/]*)");

    private final Path file;
    private final Set<Certificate> trusted;

    private SignerCheck(Path file, Set<Certificate> trusted) {
        this.file = file;
        this.trusted = trusted;
    }

    /**
     * Reads the list of signers.
     *
     * @param directories configuration directories, most important first
     * @return empty when there is no list, so that jars need no signature
     */
    static Optional<SignerCheck> read(List<Path> directories) throws JarFault {
        Optional<Path> file = file(directories);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        Set<Certificate> trusted = certificates(file.get());
        if (trusted.isEmpty()) {
            throw unsigned(file.get() + " names no certificate", "name one, or remove the file");
        }
        return Optional.of(new SignerCheck(file.get(), trusted));
    }

    /** Where the list of signers is, readable or not. */
    static Optional<Path> file(List<Path> directories) {
        return directories.stream()
                .map(directory -> directory.resolve(FILE))
                .filter(path -> !Files.notExists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                .findFirst();
    }

    private static Set<Certificate> certificates(Path file) throws JarFault {
        Set<Certificate> all = new HashSet<>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            String name = line.strip();
            if (!name.isEmpty() && !name.startsWith("#")) {
                all.addAll(certificates(file.resolveSibling(name), file + ":" + number));
            }
        }
        return all;
    }

    private static List<String> lines(Path file) throws JarFault {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw JarFault.unreadable(file + " cannot be read: " + text(e));
        }
    }

    private static Set<Certificate> certificates(Path pem, String place) throws JarFault {
        Set<Certificate> all = new HashSet<>();
        try (InputStream in = Files.newInputStream(pem)) {
            all.addAll(CertificateFactory.getInstance("X.509").generateCertificates(in));
            for (Certificate certificate : all) {
                ((X509Certificate) certificate).checkValidity();
            }
        } catch (IOException e) {
            throw JarFault.unreadable(
                    place + ": the certificate " + pem + " cannot be read: " + text(e));
        } catch (CertificateException e) {
            throw unsigned(
                    place + ": the certificate " + pem + " cannot be used: " + text(e),
                    "mend or remove the line");
        }
        if (all.isEmpty()) {
            throw unsigned(place + ": " + pem + " holds no certificate", "mend or remove the line");
        }
        return all;
    }

    private static String text(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return OneLine.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }

    /**
     * Checks a jar.
     *
     * @param entries all entries of a jar that was opened for verification, read to their ends
     */
    void check(List<JarEntry> entries) throws JarFault {
        List<String> unsigned = new ArrayList<>();
        for (JarEntry entry : entries) {
            if (needsSignature(entry) && !isTrusted(entry)) {
                unsigned.add(entry.getName());
            }
        }
        if (!unsigned.isEmpty()) {
            throw unsigned(
                    "its entry '"
                            + OneLine.of(unsigned.get(0))
                            + "' is not signed by a certificate that "
                            + file
                            + " names",
                    "sign the jar with jarsigner, or name its certificate there");
        }
    }

    private static boolean needsSignature(JarEntry entry) {
        String name = entry.getName().toUpperCase(Locale.ROOT);
        return !entry.isDirectory()
                && !JarFile.MANIFEST_NAME.equals(name)
                && !SIGNATURE.matcher(name).matches();
    }

    private boolean isTrusted(JarEntry entry) {
        CodeSigner[] signers = entry.getCodeSigners();
        if (signers == null) {
            return false;
        }
        for (CodeSigner signer : signers) {
            List<? extends Certificate> path = signer.getSignerCertPath().getCertificates();
            if (!path.isEmpty() && trusted.contains(path.get(0))) {
                return true;
            }
        }
        return false;
    }

    private static JarFault unsigned(String reason, String advice) {
        return new JarFault(JarFault.Kind.UNSIGNED, reason, advice);
    }
}

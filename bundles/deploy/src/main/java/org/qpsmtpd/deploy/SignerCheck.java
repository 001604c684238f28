package org.qpsmtpd.deploy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
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

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final String MANIFEST = JarFile.MANIFEST_NAME;

    /** The files that make up a signature, and so cannot be signed by it; in upper case. */
    private static final Pattern SIGNATURE = Pattern.compile("META-INF/([^/]+)\\.(SF|RSA|DSA|EC)");

    /** Digests that nobody has found two contents for. */
    private static final List<String> STRONG =
            List.of("SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512");

    private static final String SIGN = "sign the jar with jarsigner";
    private static final String SIGN_STRONGLY = SIGN + " anew, whose usual digests will do";

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
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).lines().toList();
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

    /** Whether a name, in upper case, belongs to the manifest or a signature. */
    static boolean isOfSignature(String upper) {
        return upper.equals(MANIFEST) || SIGNATURE.matcher(upper).matches();
    }

    /**
     * Checks a jar: one trusted signature covers the manifest as a whole, the manifest each entry,
     * and nothing that it covers is missing. So the jar is what the signer made, no selection or
     * mixture of what he signed at other times.
     */
    void check(Path jar) throws JarFault {
        try (JarFile signed = new JarFile(jar.toFile(), true)) {
            Manifest manifest = signed.getManifest();
            List<JarEntry> entries = signed.stream().toList();
            Set<String> names = new HashSet<>();
            for (JarEntry entry : entries) {
                readToItsEnd(signed, entry); // only then it knows its signers
                names.add(entry.getName());
            }
            checkEntries(entries, names, manifest);
            checkComplete(names, manifest);
            checkWhole(signed, entries);
        } catch (SecurityException e) {
            throw unsigned(
                    "its signature does not hold: " + OneLine.of(String.valueOf(e.getMessage())),
                    SIGN);
        } catch (IOException | NoSuchAlgorithmException | IllegalArgumentException e) {
            throw unsigned("its signature cannot be read: " + text(e), SIGN);
        }
    }

    private static void readToItsEnd(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private void checkEntries(List<JarEntry> entries, Set<String> names, Manifest manifest)
            throws JarFault {
        for (JarEntry entry : entries) {
            if (!needsSignature(entry, names)) {
                continue;
            }
            String quoted = "its entry '" + OneLine.of(entry.getName()) + "' is ";
            if (!isTrusted(entry)) {
                throw unsigned(
                        quoted + "not signed by a certificate that " + file + " names",
                        SIGN + ", or name its certificate there");
            }
            Attributes attributes = manifest.getAttributes(entry.getName());
            if (attributes == null || digests(attributes, "-Digest").isEmpty()) {
                throw unsigned(quoted + "signed with a weak digest", SIGN_STRONGLY);
            }
        }
    }

    private static boolean needsSignature(JarEntry entry, Set<String> names) {
        Matcher signature = SIGNATURE.matcher(entry.getName().toUpperCase(Locale.ROOT));
        if (entry.isDirectory() || entry.getName().equals(MANIFEST)) {
            return false;
        }
        if (!signature.matches()) {
            return true;
        }
        // One of the two alone is no signature, but a file that nothing covers.
        boolean isText = signature.group(2).equals("SF");
        return names.stream()
                .map(name -> SIGNATURE.matcher(name.toUpperCase(Locale.ROOT)))
                .noneMatch(
                        other ->
                                other.matches()
                                        && other.group(1).equals(signature.group(1))
                                        && other.group(2).equals("SF") != isText);
    }

    /** A section of the manifest may be about a package, which has no entry. */
    private static void checkComplete(Set<String> names, Manifest manifest) throws JarFault {
        for (String name : manifest.getEntries().keySet()) {
            if (!name.endsWith("/") && !names.contains(name)) {
                throw unsigned(
                        "its entry '" + OneLine.of(name) + "', which was signed, is not there",
                        SIGN);
            }
        }
    }

    private static void checkWhole(JarFile jar, List<JarEntry> entries)
            throws IOException, NoSuchAlgorithmException, JarFault {
        byte[] manifest = bytes(jar, jar.getJarEntry(MANIFEST));
        for (JarEntry entry : entries) {
            if (!entry.getName().toUpperCase(Locale.ROOT).matches("META-INF/[^/]+\\.SF")) {
                continue;
            }
            Attributes attributes =
                    new Manifest(new ByteArrayInputStream(bytes(jar, entry))).getMainAttributes();
            boolean whole = false;
            for (String digest : digests(attributes, "-Digest-Manifest")) {
                byte[] told =
                        Base64.getDecoder()
                                .decode(attributes.getValue(digest + "-Digest-Manifest"));
                whole |= Arrays.equals(told, MessageDigest.getInstance(digest).digest(manifest));
            }
            if (!whole) {
                throw unsigned(
                        "its signature '"
                                + OneLine.of(entry.getName())
                                + "' does not cover the manifest as it is now with a strong digest",
                        SIGN_STRONGLY);
            }
        }
    }

    /** The strong digests for which there is an attribute with such an ending. */
    private static List<String> digests(Attributes attributes, String ending) {
        return STRONG.stream().filter(name -> attributes.getValue(name + ending) != null).toList();
    }

    private static byte[] bytes(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
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

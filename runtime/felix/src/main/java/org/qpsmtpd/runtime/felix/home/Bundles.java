package org.qpsmtpd.runtime.felix.home;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which bundles of the distribution are started: all, or for a process that serves a single
 * connection only those that it needs, because a client waits for them.
 */
public final class Bundles {
    private static final List<String> FOR_A_DAEMON =
            List.of(
                    "org.qpsmtpd.console-",
                    "org.qpsmtpd.deploy-",
                    "org.apache.felix.gogo.",
                    "netty-transport-classes-epoll-",
                    "netty-transport-native-epoll-");
    private static final String PLUGIN = "org.qpsmtpd.plugin.";
    private static final long LARGEST = 1 << 20;

    /** A mark of the byte order in UTF-8, an octet each. */
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";

    /** The first words of all lines of the configuration; null when every plugin may be needed. */
    private final @Nullable Set<String> words;

    private final boolean daemon;

    private Bundles(boolean daemon, @Nullable Set<String> words) {
        this.daemon = daemon;
        this.words = words;
    }

    public static Bundles all() {
        return new Bundles(true, null);
    }

    /** Those for one connection: no console, no watch over folders, and the plugins in use. */
    public static Bundles few(Home home) {
        Set<String> words = new HashSet<>();
        Path usual = home.directory().resolve("config");
        boolean known = read(home.config(), words);
        known &= home.config().equals(usual) || read(usual, words);
        boolean watched = readDeployFolder(home.deploy(), words);
        return new Bundles(watched, known ? words : null);
    }

    public boolean includesLibrary(String jar) {
        return daemon || FOR_A_DAEMON.stream().noneMatch(jar::startsWith);
    }

    public boolean includesPlugin(String jar) {
        Set<String> named = words;
        if (named == null || !jar.startsWith(PLUGIN)) {
            return true;
        }
        String name = jar.substring(PLUGIN.length());
        return named.stream().anyMatch(word -> name.startsWith(word + "-"));
    }

    /** What is in the deploy folder needs what watches over it, and the plugins it configures. */
    private static boolean readDeployFolder(Path deploy, Set<String> words) {
        boolean any = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(deploy, "*.{jar,cfg}")) {
            for (Path file : files) {
                any = true;
                words.add(word(file.getFileName().toString().split("[-~]", 2)[0]));
            }
            return any;
        } catch (IOException | DirectoryIteratorException e) {
            return any;
        }
    }

    /** Collects first words; false when files elsewhere may name more plugins. */
    private static boolean read(Path folder, Set<String> words) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (Files.isRegularFile(file) && Files.size(file) <= LARGEST) {
                    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                    text.lines().forEach(line -> words.add(word(line)));
                    if (text.contains("$include")) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
    }

    /** The plugin's name as its bundle has it: {@code queue/smtp-forward} is queue.smtpforward. */
    private static String word(String line) {
        String plain = line.startsWith(BYTE_ORDER_MARK) ? line.substring(3) : line;
        String first = plain.strip().split("[\\s:]", 2)[0];
        return first.replace('/', '.').replace("_", "").replace("-", "");
    }
}

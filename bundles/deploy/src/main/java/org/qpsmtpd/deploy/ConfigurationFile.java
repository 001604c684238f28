package org.qpsmtpd.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.gate.OptionValue;
import org.qpsmtpd.deploy.JarFault.Kind;

/**
 * A file {@code NAME-INSTANCE.cfg} of the deploy folder, which configures an instance of the plugin
 * whose pid is its NAME. Whether it may be trusted is looked at elsewhere, and before.
 */
final class ConfigurationFile {
    /** Most bytes of a configuration. */
    static final int MOST_BYTES = 64 << 10;

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String ENDING = ".cfg";
    private static final String OTHER_ENDING = ".config";

    /** As FileInstall divides it: at the first of the two marks. */
    private static final Pattern NAME =
            Pattern.compile("([A-Za-z0-9._]+)[-~]([A-Za-z0-9._-]+)\\.cfg");

    /** What frameworks write into configurations; nobody but them can mean it. */
    private static final List<String> RESERVED = List.of("felix.fileinstall.", "service.pid");

    private ConfigurationFile() {}

    /** Whether a file is meant to be a configuration. */
    static boolean isNamed(String file) {
        return file.endsWith(ENDING) || file.endsWith(OTHER_ENDING);
    }

    /**
     * Checks what can be seen from outside, before anything is opened.
     *
     * @param file what the file system says of it
     */
    static void checkKind(UnixFile file) throws JarFault {
        String kind = file.isLink() ? "a symbolic link" : file.isRegular() ? "" : "no regular file";
        if (!kind.isEmpty()) {
            throw new JarFault(Kind.UNTRUSTED, "it is " + kind, "put the file itself there");
        }
        if (file.size() > MOST_BYTES) {
            throw illWritten(
                    "it has " + file.size() + " bytes, and " + MOST_BYTES + " is the most",
                    "write a shorter one");
        }
    }

    /** The pid that the name of a file tells, if it may have that name. */
    static String checkedPid(String file) throws JarFault {
        return name(file).group(1);
    }

    /**
     * Reads a file. A symbolic link is not followed.
     *
     * @param property gives the value of a property of the framework; null when not set
     */
    static ConfiguredInstance read(Path path, Function<String, @Nullable String> property)
            throws IOException, JarFault {
        Matcher name = name(String.valueOf(path.getFileName()));
        Map<String, OptionValue> options = OptionText.read(text(path), property);
        for (String option : options.keySet()) {
            if (RESERVED.stream().anyMatch(option::startsWith)) {
                throw illWritten(
                        "'" + OneLine.of(option) + "' is no option of a plugin",
                        "remove that line");
            }
        }
        return new ConfiguredInstance(name.group(1), name.group(2), options, path.toString());
    }

    /** The pid that the name of a file tells; empty when it tells none. */
    static Optional<String> pid(String file) {
        Matcher name = NAME.matcher(file);
        return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
    }

    private static Matcher name(String file) throws JarFault {
        if (file.endsWith(OTHER_ENDING)) {
            throw illWritten(
                    "no file that ends in .config is read here", "call it NAME-INSTANCE.cfg");
        }
        Matcher name = NAME.matcher(file);
        boolean plain = name.matches() && !file.contains("..");
        if (!plain) {
            throw illWritten(
                    "it is not called NAME-INSTANCE.cfg; the name of a configuration may hold"
                            + " letters, digits, '-', '_' and '.' only",
                    "give it the pid of a plugin as NAME; a server is configured in the folder of"
                            + " its host");
        }
        return name;
    }

    private static String text(Path path) throws IOException, JarFault {
        Set<? extends java.nio.file.OpenOption> options =
                Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        byte[] bytes;
        try (InputStream in = Channels.newInputStream(Files.newByteChannel(path, options))) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw illWritten("it has more than " + MOST_BYTES + " bytes", "write a shorter one");
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw illWritten("it is not UTF-8", "save it as UTF-8, or write \\uXXXX");
        }
    }

    private static JarFault illWritten(String reason, String advice) {
        return new JarFault(Kind.ILL_WRITTEN, reason, advice);
    }
}

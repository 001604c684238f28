package org.qpsmtpd.itest.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;

/**
 * Writes down, in the notes of a connection, which version of each plugin it has met, and says when
 * it met two of one. Each jar of the tests has a copy of this class, so the notes hold JDK types.
 */
final class Witness {
    /**
     * The version that a jar was made for; whoever makes the jar replaces it in the class files,
     * for which it must keep its length.
     */
    static final String VERSION = "v0000000";

    /** System property with the file for what cannot be said in a reply. */
    static final String JOURNAL = "itest.journal";

    private static final NoteKey<String> TORN = new NoteKey<>("swap.torn", String.class);
    private static final Address SOMEBODY = Address.of("amy@example.com");

    private Witness() {}

    /** A plugin of this jar was called for the connection. */
    static void met(Connection connection, HookPoint point) {
        note(connection, point, VERSION);
        note(connection, HookPoint.CONFIG, value(connection, HookPoint.CONFIG));
        note(connection, HookPoint.USER_CONFIG, value(connection, HookPoint.USER_CONFIG));
    }

    private static String value(Connection connection, HookPoint point) {
        boolean user = point == HookPoint.USER_CONFIG;
        return (user ? connection.configFor(SOMEBODY) : connection.config())
                .value(fileOf(point))
                .orElse("absent");
    }

    /** What the plugins of the hooks {@code config} and {@code user_config} are asked for. */
    static String fileOf(HookPoint point) {
        return "swap_" + point.hookName();
    }

    private static void note(Connection connection, HookPoint point, String version) {
        NoteKey<String> key = key(point);
        String before = connection.notes().get(key).orElse(version);
        connection.notes().put(key, version);
        if (!before.equals(version)) {
            String torn = point.hookName() + " " + before + " then " + version;
            String others = connection.notes().get(TORN).map(text -> text + "; ").orElse("");
            connection.notes().put(TORN, others + torn);
        }
    }

    private static NoteKey<String> key(HookPoint point) {
        return new NoteKey<>("swap." + point.hookName(), String.class);
    }

    /** The plugins of which the connection met two versions; empty for none. */
    static String torn(Connection connection) {
        return connection.notes().get(TORN).orElse("");
    }

    /** The versions that the connection met, each {@code HOOK=VERSION}. */
    static String report(Connection connection, String separator) {
        StringBuilder report = new StringBuilder();
        for (HookPoint point : HookPoint.values()) {
            connection
                    .notes()
                    .get(key(point))
                    .ifPresent(
                            version ->
                                    report.append(separator)
                                            .append(point.hookName())
                                            .append('=')
                                            .append(version));
        }
        String torn = torn(connection);
        return torn.isEmpty() ? report.toString() : report + separator + "TORN " + torn;
    }

    /** Appends a line to the journal. */
    static void journal(String line) {
        try {
            Files.write(
                    Path.of(System.getProperty(JOURNAL)),
                    List.of(line),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

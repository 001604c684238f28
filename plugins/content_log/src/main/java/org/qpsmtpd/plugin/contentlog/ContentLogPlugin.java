package org.qpsmtpd.plugin.contentlog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.TimeFormat;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Appends each message to a file, as it would be queued but with LF as the end of a line.
 *
 * <p>{@code data_post}: always DECLINED. Waits for the disk. The messages of several sessions, and
 * of several processes, stand one behind the other.
 *
 * <p>Files: {@code content_log_enabled}, yes for any of this to happen; {@code content_log_file},
 * the file's path with conversions of strftime ({@code mail/%Y%m%d}). Setting: {@code file_limit},
 * MiB of a file (1024).
 *
 * <p>Faults: a message that cannot be written is left out of the file whole, and the log says so
 * once an hour; mail goes on.
 *
 * <p>Source: qpsmtpd {@code plugins/content_log @ df5b04d}.
 */
@Component(configurationPid = "content_log", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ContentLogConfig.class, factory = true)
@Plugin(
        name = "content_log",
        files = {ContentLogPlugin.ENABLED, ContentLogPlugin.FILE})
public final class ContentLogPlugin implements DataPostHook, FileCheck {
    static final String ENABLED = "content_log_enabled";
    static final String FILE = "content_log_file";

    private static final String DEFAULT_FILE = "mail/%Y%m%d";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MIB = 1 << 20;
    private static final HookResult OFF = HookResult.skip(ENABLED + " does not say yes");

    private final Path home;
    private final ZoneId zone;
    private final MessageFiles files;
    private final Complaints complaints = new Complaints();
    private final AtomicBoolean saidThatItIsOff = new AtomicBoolean();

    /** Makes the plugin. */
    @Activate
    public ContentLogPlugin(ContentLogConfig config) {
        this(
                config,
                Path.of(System.getProperty("org.qpsmtpd.home", "")),
                ZoneId.systemDefault(),
                PATIENCE);
    }

    /**
     * @param home where a relative path begins
     * @param zone whose time the name of a file tells
     * @param patience how long to wait for others that write, those here and those elsewhere
     */
    ContentLogPlugin(ContentLogConfig config, Path home, ZoneId zone, Duration patience) {
        this.home = home;
        this.zone = zone;
        this.files = new MessageFiles((long) config.file__limit() * MIB, patience);
    }

    @Override
    public void checkLine(String file, String line) {
        if (file.equals(FILE)) {
            var unused = path(line, Instant.EPOCH);
            return;
        }
        switch (line.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on", "0", "false", "no", "off" -> {}
            default ->
                    throw new IllegalArgumentException(
                            "'" + line + "' is neither yes nor no, and counts as no");
        }
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        Connection connection = transaction.connection();
        Config config = connection.config();
        if (!config.flag(ENABLED)) {
            sayOnceThatItIsOff(connection);
            return OFF;
        }
        String pattern = config.value(FILE).orElse(DEFAULT_FILE);
        Instant now = connection.clock().now();
        try {
            Path path = path(pattern, now);
            files.append(path, transaction);
            return HookResult.pass("kept in " + path);
        } catch (IllegalArgumentException | IOException e) {
            String fault = FILE + " " + pattern + ": " + e.getMessage();
            if (complaints.isNew(fault, now)) {
                connection.log(LogLevel.ERROR, List.of("a message is not kept: " + fault));
            }
            return HookResult.DECLINED.because("error: " + fault);
        }
    }

    /** Where qpsmtpd would keep all messages of a site that has only the line of the plugin. */
    private void sayOnceThatItIsOff(Connection connection) {
        boolean isSaid = connection.config().value(ENABLED).isPresent();
        if (!isSaid && !saidThatItIsOff.getAndSet(true)) {
            String text = "no message is kept until the file " + ENABLED + " says yes";
            connection.log(LogLevel.WARN, List.of(text));
        }
    }

    private Path path(String pattern, Instant now) {
        if (pattern.startsWith("~") || "$'`\"".chars().anyMatch(c -> pattern.indexOf(c) >= 0)) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' is written for a shell; write the path as it is");
        }
        String name = new TimeFormat(pattern).format(now.atZone(zone), "");
        return home.resolve(name).toAbsolutePath().normalize();
    }
}

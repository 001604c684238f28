package org.qpsmtpd.plugin.help;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers HELP from files.
 *
 * <p>Hook {@code help}: OK with the file of the command asked for; DENY with code 502 for a name
 * that is not letters, digits and {@code _}, and for everything when told that HELP is not
 * implemented.
 *
 * <p>Settings, pairs of words in any order: {@code help_dir DIRECTORY}, which holds a file for each
 * command, in lower case ({@code help} when there are no settings at all); {@code COMMAND FILE} for
 * single commands; {@code not_implemented 1}.
 *
 * <p>A missing or unreadable file is the same as an empty one for the client; the log has an
 * unreadable one at ERROR. Of a file, 16384 octets and 100 lines are shown. What a client asks for
 * never leads out of the directory: its name holds no separator and no dot.
 *
 * <p>Source: qpsmtpd {@code plugins/help @ df5b04d}.
 */
@Component(configurationPid = "help", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HelpConfig.class, factory = true)
@Plugin(name = "help", positional = "arguments...")
public final class HelpPlugin implements HelpHook {
    private static final Logger LOG = LoggerFactory.getLogger(HelpPlugin.class);
    private static final int MAX_OCTETS = 16_384;
    private static final int MAX_LINES = 100;
    private static final HookResult NOT_IMPLEMENTED =
            HookResult.deny("Not implemented.").withCode(502);
    private static final HookResult INVALID_NAME =
            HookResult.deny("Invalid command name").withCode(502);
    private static final HookResult USAGE =
            HookResult.ok("Try 'HELP COMMAND' for getting help on COMMAND");

    private final boolean implemented;
    private final @Nullable Path directory;
    private final Map<String, Path> files;

    /**
     * @throws IllegalArgumentException naming the word that is wrong and what is allowed
     */
    @Activate
    public HelpPlugin(HelpConfig config) {
        Map<String, String> pairs = pairs(List.of(config.arguments()));
        this.implemented = !isTrue(pairs.remove("not_implemented"));
        String named = pairs.remove("help_dir");
        boolean asIs = config.arguments().length == 0;
        this.directory = named != null ? resolve(named) : asIs ? resolve("help") : null;
        Map<String, Path> found = new HashMap<>();
        pairs.forEach((command, file) -> found.put(command, fileFor(command, file)));
        this.files = Map.copyOf(found);
    }

    @Override
    public HookResult onHelp(Connection connection, String argument) {
        if (!implemented) {
            return NOT_IMPLEMENTED;
        }
        String asked = argument.strip();
        if (asked.isEmpty()) {
            return USAGE;
        }
        int blank = asked.indexOf(' ');
        String command = (blank < 0 ? asked : asked.substring(0, blank)).toLowerCase(Locale.ROOT);
        if (!isName(command)) {
            return INVALID_NAME;
        }
        String text = find(command).map(HelpPlugin::read).orElse("");
        return HookResult.ok(
                text.isEmpty() ? "No help available for SMTP command: " + command : text);
    }

    private Optional<Path> find(String command) {
        Path own = files.get(command);
        if (own != null) {
            return Optional.of(own);
        }
        return Optional.ofNullable(directory)
                .map(place -> place.resolve(command))
                .filter(Files::isRegularFile);
    }

    private static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_OCTETS), StandardCharsets.UTF_8);
            return String.join("\n", text.lines().limit(MAX_LINES).toList());
        } catch (IOException e) {
            LOG.error("help file cannot be read: {}", e.toString());
            return "";
        }
    }

    private static Map<String, String> pairs(List<String> words) {
        if (words.size() % 2 != 0) {
            throw new IllegalArgumentException(
                    "'"
                            + words.get(words.size() - 1)
                            + "' has no value: help takes pairs of words");
        }
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            String name = words.get(i).toLowerCase(Locale.ROOT);
            if (!isName(name)) {
                throw new IllegalArgumentException(
                        "'" + words.get(i) + "' is not help_dir, not_implemented or a command");
            }
            pairs.put(name, words.get(i + 1));
        }
        return pairs;
    }

    /** A plain name lies in the help directory; a path is the administrator's own choice. */
    private Path fileFor(String command, String name) {
        Path place = directory == null ? resolve("help") : directory;
        Path file = name.indexOf('/') < 0 ? place.resolve(name) : resolve(name);
        if (!Files.isRegularFile(file)) {
            LOG.warn("no help file for command '{}': {}", command, file);
        }
        return file;
    }

    private static Path resolve(String path) {
        Path home = Path.of(System.getProperty("org.qpsmtpd.home", ""));
        return home.resolve(path).toAbsolutePath().normalize();
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null && !value.equals("0");
    }

    private static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
            if (!good) {
                return false;
            }
        }
        return true;
    }
}

package org.qpsmtpd.plugin.userconfig;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.ServerHome;

/**
 * Gives each user and domain configuration files of its own.
 *
 * <p>{@code user_config}: the values of the file in the first folder of the address that has it,
 * even when there are none; absent without such a file.
 *
 * <p>Faults: an address that makes no name of a folder has no files. A file that cannot be read
 * counts as it was when it could be, else as if it were not there; the log says why.
 *
 * <p>Source: qpsmtpd {@code plugins/user_config @ df5b04d}.
 */
@Component(configurationPid = "user_config", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = UserConfigConfig.class, factory = true)
@Plugin(
        name = "user_config",
        positional = {"pattern", "more..."})
public final class UserConfigPlugin implements UserConfigHook {
    private static final int LONGEST_NAME = 200;

    private final List<FolderPattern> patterns = new ArrayList<>();
    private final UserFiles files;

    /**
     * Makes the plugin; looks at no file yet.
     *
     * @throws IllegalArgumentException naming an option, its value and what is allowed
     */
    @Activate
    public UserConfigPlugin(UserConfigConfig config, @Reference ServerHome server) {
        this(config, server.configDirectories().get(0), System::nanoTime);
    }

    UserConfigPlugin(UserConfigConfig config, Path home, LongSupplier nanos) {
        Path absolute = home.toAbsolutePath();
        patterns.add(FolderPattern.parse(config.pattern(), absolute));
        for (String further : config.more()) {
            patterns.add(FolderPattern.parse(further, absolute));
        }
        files = new UserFiles(config.links(), nanos);
    }

    @Override
    public Optional<List<String>> onUserConfig(Address address, String name) {
        if (address.isNull() || !isName(name)) {
            return Optional.empty();
        }
        for (FolderPattern pattern : patterns) {
            Optional<List<String>> values =
                    pattern.namesFor(address)
                            .flatMap(folder -> files.values(pattern.base(), with(folder, name)));
            if (values.isPresent()) {
                return values;
            }
        }
        return Optional.empty();
    }

    /** How many files are remembered, there or not. */
    int kept() {
        return files.kept();
    }

    private static List<String> with(List<String> folder, String name) {
        List<String> all = new ArrayList<>(folder);
        all.addAll(List.of(name.split("/", -1)));
        return List.copyOf(all);
    }

    /** A file, or one in a folder; neither is hidden, or climbs. */
    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && !name.startsWith(".")
                && !name.startsWith("/")
                && !name.endsWith("/")
                && !name.contains("//")
                && !name.contains("/.")
                && name.chars().noneMatch(Character::isISOControl);
    }
}

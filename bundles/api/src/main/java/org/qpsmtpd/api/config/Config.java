package org.qpsmtpd.api.config;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;
import java.util.Optional;

/**
 * qpsmtpd's configuration as a connection sees it. A look-up asks the {@code config} hooks, then
 * the file of that name in the configuration directory, then the built-in default. Contents are
 * cached; a changed file is noticed within a second. Safe for use by several threads; does not
 * block on files once a name has been read.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Config.pm}.
 */
@ProviderType
public interface Config {
    /**
     * All values of a name in file order, comments and empty lines left out, {@code $include}
     * followed. The same list instance is returned until the contents change. Empty when there is
     * no such file.
     *
     * @param name plain file name, or that of a file in a folder, such as {@code peers/0}
     */
    List<ConfigLine> lines(String name);

    /** The texts of {@link #lines}. */
    default List<String> list(String name) {
        return lines(name).stream().map(ConfigLine::text).toList();
    }

    /** The first value of a name; absent when there is none. */
    default Optional<String> value(String name) {
        List<ConfigLine> lines = lines(name);
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(0).text());
    }

    /**
     * The first value as a flag: {@code 1}, {@code true}, {@code yes}, {@code on} in any case is
     * true.
     */
    default boolean flag(String name) {
        return value(name).map(ConfigValues::isTrue).orElse(false);
    }

    /**
     * The first value as a number.
     *
     * @param fallback the value when there is none, or when it is not a whole number
     */
    default long number(String name, long fallback) {
        return value(name).map(text -> ConfigValues.number(text, fallback)).orElse(fallback);
    }

    /**
     * Whether a key is in a map file ({@code NAME.cdb}).
     *
     * @param key looked up as it is, usually lower case
     * @return the value of the key; absent when the key or the file is missing
     */
    Optional<String> map(String name, String key);
}

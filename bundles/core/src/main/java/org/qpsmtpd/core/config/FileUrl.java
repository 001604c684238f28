package org.qpsmtpd.core.config;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;

/** The name by which FileInstall tells the file of a configuration. */
public final class FileUrl {
    private static final String SCHEME = "file:";

    private FileUrl() {}

    /**
     * The path as an administrator writes it.
     *
     * @param name a URL, in which a blank is {@code %20}; anything else is taken as it is
     */
    public static String path(String name) {
        if (!name.startsWith(SCHEME)) {
            return name;
        }
        try {
            return Path.of(URI.create(name)).toString();
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            return name.substring(SCHEME.length());
        }
    }
}

package org.qpsmtpd.core.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.core.message.PrivateFolder;

/** A server's name, folders and configuration, as plugins and services see them. */
final class ServerFolders implements ServerHome {
    private static final Pattern OWNER =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)?");

    private final ServerOptions options;
    private final Config config;

    ServerFolders(ServerOptions options, Config config) {
        this.options = options;
        this.config = config;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public List<Path> configDirectories() {
        return options.configDirectories();
    }

    @Override
    public Path state(String owner) throws IOException {
        if (owner.length() > 100 || !OWNER.matcher(owner).matches()) {
            throw new IllegalArgumentException(
                    "'" + owner + "' is not the name of a plugin, such as queue/spool");
        }
        Path folder = options.stateDirectory();
        try {
            PrivateFolder.make(folder);
            for (String part : owner.split("/", -1)) {
                folder = folder.resolve(part);
                PrivateFolder.make(folder);
            }
        } catch (IOException e) {
            throw new IOException(
                    "the folder " + folder + " of " + owner + " cannot be used: " + e, e);
        }
        return folder;
    }

    @Override
    public Config config() {
        return config;
    }
}

package org.qpsmtpd.runtime.felix.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.connect.ConnectContent;

/** The entries of a jar on the class path, for the bundle that it is. */
public final class JarContent implements ConnectContent {
    private final Path jar;
    private @Nullable ZipFile file;

    JarContent(Path jar) {
        this.jar = jar;
    }

    /** None: the framework reads the manifest itself. */
    @Override
    public Optional<Map<String, String>> getHeaders() {
        return Optional.empty();
    }

    @Override
    public Iterable<String> getEntries() throws IOException {
        return file().stream().map(ZipEntry::getName).toList();
    }

    @Override
    public Optional<ConnectEntry> getEntry(String name) {
        ZipFile open = file();
        return Optional.ofNullable(open.getEntry(name)).map(entry -> new JarEntry(open, entry));
    }

    @Override
    public Optional<ClassLoader> getClassLoader() {
        return Optional.of(JarContent.class.getClassLoader());
    }

    @Override
    public synchronized void open() throws IOException {
        if (file == null) {
            file = new ZipFile(jar.toFile());
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private synchronized ZipFile file() {
        ZipFile open = file;
        if (open == null) {
            throw new IllegalStateException(jar + " is not open");
        }
        return open;
    }

    private record JarEntry(ZipFile file, ZipEntry entry) implements ConnectEntry {
        @Override
        public String getName() {
            return entry.getName();
        }

        @Override
        public long getContentLength() {
            return entry.getSize();
        }

        @Override
        public long getLastModified() {
            return entry.getTime();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return file.getInputStream(entry);
        }
    }
}

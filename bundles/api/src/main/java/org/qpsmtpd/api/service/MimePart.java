package org.qpsmtpd.api.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A part of a message while it is shown to a {@link MimeReader.Visitor}. */
@ProviderType
public interface MimePart {
    /** How many parts it is within; 0 for the message itself. */
    int depth();

    /** Whether it holds other parts, which follow; it has no content of its own then. */
    boolean isContainer();

    /** Type and subtype in lower case, such as {@code text/html}; {@code text/plain} by default. */
    String type();

    /** {@code attachment}, {@code inline} or what else it says, in lower case; empty without. */
    String disposition();

    /**
     * All names that mail readers may show for it, each once: what Content-Disposition and
     * Content-Type say, in each of the ways that RFC 2231, RFC 2047 and common practice read it.
     * Without control and formatting characters; at most 32 names of at most 1000 characters, the
     * last ones of a longer name.
     */
    List<String> fileNames();

    /** The charset that its type names, as it stands there. */
    Optional<String> charset();

    /**
     * The first field of a name in the part's header, unfolded; octets beyond ASCII are Latin-1.
     */
    Optional<String> field(String name);

    /** The content with its transfer encoding taken off. To be opened once. */
    InputStream open() throws IOException;

    /**
     * The content as text, by its charset; UTF-8 or Latin-1 when that is not known. To be opened
     * once, in place of {@link #open}.
     */
    Reader text() throws IOException;
}

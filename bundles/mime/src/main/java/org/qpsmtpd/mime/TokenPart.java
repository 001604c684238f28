package org.qpsmtpd.mime;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.MimePart;

/** A part at the place where the tokens have come to. */
final class TokenPart implements MimePart {
    private final MimeTokenStream tokens;
    private final @Nullable BodyDescriptor descriptor;
    private final PartFields fields;
    private final int depth;
    private final boolean isContainer;

    /**
     * @param descriptor how mime4j reads the header; null for a message within, of which it does
     *     not say
     */
    TokenPart(
            MimeTokenStream tokens,
            @Nullable BodyDescriptor descriptor,
            PartFields fields,
            int depth,
            boolean isContainer) {
        this.tokens = tokens;
        this.descriptor = descriptor;
        this.fields = fields;
        this.depth = depth;
        this.isContainer = isContainer;
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public boolean isContainer() {
        return isContainer;
    }

    /** What is no type at all is read as text, as mail readers do. */
    @Override
    public String type() {
        String written = fields.value("Content-Type");
        String read = descriptor == null ? null : descriptor.getMimeType();
        if (read != null && (isContainer || written.isEmpty())) {
            return read.toLowerCase(Locale.ROOT);
        }
        return written.indexOf('/') > 0 ? written : "text/plain";
    }

    @Override
    public String disposition() {
        return fields.value("Content-Disposition");
    }

    @Override
    public List<String> fileNames() {
        return FileNames.of(fields);
    }

    @Override
    public Optional<String> charset() {
        return Optional.ofNullable(descriptor).map(BodyDescriptor::getCharset);
    }

    @Override
    public Optional<String> field(String name) {
        return fields.first(name);
    }

    @Override
    public InputStream open() {
        return isContainer
                ? InputStream.nullInputStream()
                : new Content(tokens.getDecodedInputStream());
    }

    @Override
    public Reader text() {
        CharsetDecoder decoder =
                Charsets.named(charset().orElse(""))
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE);
        return new BufferedReader(new InputStreamReader(open(), decoder));
    }
}

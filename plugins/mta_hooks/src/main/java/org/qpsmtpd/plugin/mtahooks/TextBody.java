package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import org.qpsmtpd.api.session.BodyWriter;

/** A new body, written in UTF-8. */
record TextBody(String text) implements BodyWriter {
    @Override
    public void writeTo(OutputStream out) throws IOException {
        Writer writer = new OutputStreamWriter(out, UTF_8);
        writer.write(text);
        writer.flush();
    }
}

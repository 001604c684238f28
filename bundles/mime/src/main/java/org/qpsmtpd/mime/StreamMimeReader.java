package org.qpsmtpd.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.MimeIOException;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.qpsmtpd.api.service.MimeReader;

/** Goes through a message by the tokens that mime4j cuts it into. */
@Component
public final class StreamMimeReader implements MimeReader {
    private static final MimeConfig LIMITS =
            MimeConfig.custom()
                    .setMaxLineLen(-1)
                    .setMaxHeaderLen(256 * 1024)
                    .setMaxHeaderCount(10_000)
                    .setMaxTotalHeaderLen(8 << 20)
                    .setMaxTotalHeaderCount(100_000)
                    .setMaxPartCount(10_000)
                    .setMaxNestingDepth(50)
                    .build();

    @Override
    public Optional<String> read(InputStream message, Visitor visitor) throws IOException {
        return new Reading(message, visitor).run();
    }

    /** One message on its way. */
    private static final class Reading {
        private final MimeTokenStream tokens = new MimeTokenStream(LIMITS);
        private final Visitor visitor;
        private List<Field> fields = new ArrayList<>();
        private int depth;
        private boolean isWithin;
        private @Nullable String fault;

        Reading(InputStream message, Visitor visitor) {
            this.visitor = visitor;
            tokens.setRecursionMode(RecursionMode.M_RECURSE);
            tokens.parse(message);
        }

        Optional<String> run() throws IOException {
            EntityState state = tokens.getState();
            while (state != EntityState.T_END_OF_STREAM && fault == null && take(state)) {
                state = next();
            }
            return Optional.ofNullable(fault);
        }

        /**
         * The next token; what breaks mime4j ends the message, and is no fault of the visitor's.
         */
        private EntityState next() throws IOException {
            try {
                return tokens.next();
            } catch (MimeException | MimeIOException | RuntimeException e) {
                fault = "the message cannot be taken apart to its end: " + e.getMessage();
                return EntityState.T_END_OF_STREAM;
            }
        }

        private boolean take(EntityState state) throws IOException {
            switch (state) {
                case T_START_MESSAGE -> {
                    boolean goesOn = !isWithin || visit(null, true);
                    depth += isWithin ? 1 : 0;
                    isWithin = true;
                    return goesOn;
                }
                case T_START_HEADER -> fields = new ArrayList<>();
                case T_FIELD -> fields.add(tokens.getField());
                case T_START_MULTIPART -> {
                    boolean goesOn = visit(tokens.getBodyDescriptor(), true);
                    depth++;
                    return goesOn;
                }
                case T_END_MULTIPART, T_END_MESSAGE -> depth--;
                case T_BODY -> {
                    return visit(tokens.getBodyDescriptor(), false);
                }
                default -> {
                    // preamble, epilogue, and ends of parts say nothing
                }
            }
            return true;
        }

        private boolean visit(@Nullable BodyDescriptor descriptor, boolean isContainer)
                throws IOException {
            PartFields header = new PartFields(List.copyOf(fields));
            return visitor.visit(new TokenPart(tokens, descriptor, header, depth, isContainer));
        }
    }
}

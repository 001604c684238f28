package org.qpsmtpd.runtime.felix.report;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Text fit for one line of a log or a terminal: control characters appear as {@code \x1b}. */
public final class OneLine {
    private OneLine() {}

    public static String of(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                line.append(String.format("\\x%02x", (int) c));
            } else {
                line.append(c);
            }
        }
        return line.toString();
    }

    /**
     * The reason of a failure: its message, or its type when it carries none. Java's file
     * exceptions say only which file; their types say why.
     */
    public static String reason(Throwable failure) {
        @Nullable String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        if (failure instanceof AccessDeniedException) {
            return message + ": permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return message + ": no such file or folder";
        }
        return failure instanceof FileAlreadyExistsException
                ? message + ": there is a file in its place"
                : message;
    }
}

package org.qpsmtpd.mailauth.report;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A report cannot be read; the message says where and why. */
public final class ReportException extends IOException {
    private static final long serialVersionUID = 1L;

    ReportException(String message) {
        super(message);
    }

    ReportException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package org.qpsmtpd.maildir;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Puts faults of the file system into words. */
public final class Faults {
    private Faults() {}

    /** Where and what, on one line: {@code /mail/tmp: permission denied}. */
    public static String describe(IOException fault) {
        boolean named = fault instanceof FileSystemException f && f.getReason() == null;
        return named ? fault.getMessage() + ": " + kind(fault) : String.valueOf(fault.getMessage());
    }

    private static String kind(IOException fault) {
        if (fault instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (fault instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (fault instanceof FileAlreadyExistsException) {
            return "is there already";
        }
        return fault.getClass().getSimpleName();
    }
}

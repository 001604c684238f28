package org.qpsmtpd.sql;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;

/** A database could not be asked, or did not answer the query. */
public final class DatabaseException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 250;

    private final boolean down;

    DatabaseException(SQLException failure) {
        super(shown(failure), failure);
        down = isDown(failure);
    }

    /** What happened, in a line for the log. */
    private static String shown(SQLException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String text = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    private static boolean isDown(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        return failure instanceof SQLTransientConnectionException
                || failure instanceof SQLNonTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("28")
                || state.startsWith("57");
    }

    /** Whether the next query would fail, too. */
    public boolean isDown() {
        return down;
    }
}

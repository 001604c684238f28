package org.qpsmtpd.sql;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A row that a query found. Its text shows nothing of it. */
public final class Row {
    private final Map<String, String> byLabel;
    private final Optional<String> first;

    private Row(Map<String, String> byLabel, Optional<String> first) {
        this.byLabel = byLabel;
        this.first = first;
    }

    /** The row that is read now. */
    static Row of(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        Map<String, String> byLabel = new HashMap<>();
        for (int at = columns.getColumnCount(); at >= 1; at--) {
            String value = rows.getString(at);
            if (value != null) {
                byLabel.put(columns.getColumnLabel(at).toLowerCase(Locale.ROOT), value);
            }
        }
        return new Row(byLabel, Optional.ofNullable(rows.getString(1)));
    }

    /**
     * What is in a column; absent when it is null, or there is none of that name.
     *
     * @param label in lower case
     */
    public Optional<String> value(String label) {
        return Optional.ofNullable(byLabel.get(label));
    }

    /** What is in the first column; absent when it is null. */
    public Optional<String> first() {
        return first;
    }

    /**
     * Whether a column says yes: anything but {@code 0}, {@code f}, {@code false}, {@code n},
     * {@code no}, {@code off}, nothing or null.
     *
     * @param label in lower case
     */
    public boolean isTrue(String label) {
        return switch (value(label).orElse("").strip().toLowerCase(Locale.ROOT)) {
            case "", "0", "f", "false", "n", "no", "off" -> false;
            default -> true;
        };
    }
}

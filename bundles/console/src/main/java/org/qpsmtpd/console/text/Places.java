package org.qpsmtpd.console.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Places of lines in files, {@code FILE:LINE}, as a table shows them: without what all share. */
public final class Places {
    private final String common;

    private Places(String common) {
        this.common = common;
    }

    /** Of these places; what is no absolute path among them is shown as it is. */
    public static Places of(List<String> places) {
        @Nullable String common = null;
        for (String place : places) {
            if (place.startsWith("/")) {
                String folder = place.substring(0, place.lastIndexOf('/') + 1);
                common = common == null ? folder : common(common, folder);
            }
        }
        return new Places(common == null ? "/" : common);
    }

    private static String common(String one, String other) {
        int same = 0;
        while (same < Math.min(one.length(), other.length())
                && one.charAt(same) == other.charAt(same)) {
            same++;
        }
        return one.substring(0, one.lastIndexOf('/', same - 1) + 1);
    }

    /** Relative to the innermost folder of all; where that is the root, the last two names. */
    public String shortened(String place) {
        if (!place.startsWith("/")) {
            return place;
        }
        if (common.length() > 1) {
            return place.substring(common.length());
        }
        int folder = place.lastIndexOf('/', place.lastIndexOf('/') - 1);
        return folder <= 0 ? place : "..." + place.substring(folder);
    }
}

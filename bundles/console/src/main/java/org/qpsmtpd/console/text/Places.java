package org.qpsmtpd.console.text;

import java.util.List;

/** Places of lines in files, {@code FILE:LINE}. */
public final class Places {
    private Places() {}

    /**
     * The innermost folder that the files of all places are in, with the last {@code /}; empty when
     * there is none. What is no absolute path counts for nothing.
     */
    public static String commonFolder(List<String> places) {
        String common = null;
        for (String place : places) {
            if (place.startsWith("/")) {
                String folder = place.substring(0, place.lastIndexOf('/') + 1);
                common = common == null ? folder : common(common, folder);
            }
        }
        return common == null || common.equals("/") ? "" : common;
    }

    private static String common(String one, String other) {
        int same = 0;
        while (same < one.length()
                && same < other.length()
                && one.charAt(same) == other.charAt(same)) {
            same++;
        }
        return one.substring(0, one.lastIndexOf('/', same - 1) + 1);
    }
}

package org.qpsmtpd.core.chain;

import org.osgi.framework.Bundle;

/**
 * Where a plugin comes from, in words: no reference to the bundle, so that a record of its answers
 * does not keep it.
 *
 * @param bundle symbolic name of its bundle
 * @param version version of its bundle
 * @param place file and line that names it, or the bundle when no line does
 * @param optional whether mail flows without it
 */
public record Origin(String bundle, String version, String place, boolean optional) {
    /** Of a plugin without a bundle. */
    public static final Origin NONE = new Origin("", "", "", false);

    /**
     * Of a plugin that a bundle provides.
     *
     * @param place file and line that names it, or the bundle when no line does
     */
    public static Origin of(Bundle bundle, String place, boolean optional) {
        String name = bundle.getSymbolicName();
        return new Origin(
                name == null ? "" : name, bundle.getVersion().toString(), place, optional);
    }
}

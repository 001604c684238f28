package org.qpsmtpd.plugin.logging.logterse;

/** How a line names the plugin, which programs that count such lines look for. */
enum Style {
    PLUGIN {
        @Override
        String before(String hook) {
            return "logging::logterse plugin (" + hook + "): ";
        }
    },
    COLON {
        @Override
        String before(String hook) {
            return "logging::logterse: ";
        }
    },
    NONE {
        @Override
        String before(String hook) {
            return "";
        }
    };

    /** What stands before the prefix. */
    abstract String before(String hook);
}

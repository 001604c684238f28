/** The plugin count_unrecognized_commands. */
@NullMarked
package org.qpsmtpd.plugin.countunrecognizedcommands;

import org.jspecify.annotations.NullMarked;

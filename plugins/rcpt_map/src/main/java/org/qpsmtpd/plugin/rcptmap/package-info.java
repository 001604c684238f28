/** The plugin rcpt_map. */
@NullMarked
package org.qpsmtpd.plugin.rcptmap;

import org.jspecify.annotations.NullMarked;

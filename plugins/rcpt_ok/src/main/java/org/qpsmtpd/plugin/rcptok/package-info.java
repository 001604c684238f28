/** The plugin {@code rcpt_ok}. */
@NullMarked
package org.qpsmtpd.plugin.rcptok;

import org.jspecify.annotations.NullMarked;

/** The plugin rcpt_regexp. */
@NullMarked
package org.qpsmtpd.plugin.rcptregexp;

import org.jspecify.annotations.NullMarked;

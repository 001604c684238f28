/** The plugin rcpt_callout. */
@NullMarked
package org.qpsmtpd.plugin.rcptcallout;

import org.jspecify.annotations.NullMarked;

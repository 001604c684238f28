/** The plugin queue/maildir. */
@NullMarked
package org.qpsmtpd.plugin.queue.maildir;

import org.jspecify.annotations.NullMarked;

/** The plugin queue/qmail-queue. */
@NullMarked
package org.qpsmtpd.plugin.queue.qmailqueue;

import org.jspecify.annotations.NullMarked;

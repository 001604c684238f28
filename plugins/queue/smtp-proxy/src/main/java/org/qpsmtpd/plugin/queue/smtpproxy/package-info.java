/** The plugin queue/smtp-proxy. */
@NullMarked
package org.qpsmtpd.plugin.queue.smtpproxy;

import org.jspecify.annotations.NullMarked;

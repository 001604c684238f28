/** The plugin queue/smtp-forward. */
@NullMarked
package org.qpsmtpd.plugin.queue.smtpforward;

import org.jspecify.annotations.NullMarked;

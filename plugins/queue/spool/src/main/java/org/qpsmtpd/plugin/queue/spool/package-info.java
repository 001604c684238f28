/** The plugin queue/spool. */
@NullMarked
package org.qpsmtpd.plugin.queue.spool;

import org.jspecify.annotations.NullMarked;

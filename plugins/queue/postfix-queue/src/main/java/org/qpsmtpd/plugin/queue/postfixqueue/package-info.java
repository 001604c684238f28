/** The plugin queue/postfix-queue. */
@NullMarked
package org.qpsmtpd.plugin.queue.postfixqueue;

import org.jspecify.annotations.NullMarked;

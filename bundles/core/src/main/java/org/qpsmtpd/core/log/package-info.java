/**
 * The way of a log line: from the core and from plugins to the logging plugins, or to standard
 * error or the host's log.
 */
@NullMarked
package org.qpsmtpd.core.log;

import org.jspecify.annotations.NullMarked;

/** The plugin logging/syslog. */
@NullMarked
package org.qpsmtpd.plugin.logging.syslog;

import org.jspecify.annotations.NullMarked;

/** The plugin connection_time. */
@NullMarked
package org.qpsmtpd.plugin.connectiontime;

import org.jspecify.annotations.NullMarked;

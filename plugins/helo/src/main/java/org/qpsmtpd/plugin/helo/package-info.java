/** The plugin helo. */
@NullMarked
package org.qpsmtpd.plugin.helo;

import org.jspecify.annotations.NullMarked;

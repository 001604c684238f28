/** The plugin stunnel. */
@NullMarked
package org.qpsmtpd.plugin.stunnel;

import org.jspecify.annotations.NullMarked;

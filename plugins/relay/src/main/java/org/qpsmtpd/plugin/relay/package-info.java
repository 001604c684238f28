/** The plugin {@code relay}. */
@NullMarked
package org.qpsmtpd.plugin.relay;

import org.jspecify.annotations.NullMarked;

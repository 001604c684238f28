/** The operating system: user, priority, capabilities, signals, native libraries. */
@NullMarked
package org.qpsmtpd.runtime.felix.host;

import org.jspecify.annotations.NullMarked;

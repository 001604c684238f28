/** The plugin parse_addr_withhelo. */
@NullMarked
package org.qpsmtpd.plugin.parseaddrwithhelo;

import org.jspecify.annotations.NullMarked;

/** The plugin dnsbl. */
@NullMarked
package org.qpsmtpd.plugin.dnsbl;

import org.jspecify.annotations.NullMarked;

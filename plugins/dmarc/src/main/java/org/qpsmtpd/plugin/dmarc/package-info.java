/** The plugin dmarc. */
@NullMarked
package org.qpsmtpd.plugin.dmarc;

import org.jspecify.annotations.NullMarked;

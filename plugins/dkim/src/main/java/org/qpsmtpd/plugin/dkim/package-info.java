/** The plugin dkim. */
@NullMarked
package org.qpsmtpd.plugin.dkim;

import org.jspecify.annotations.NullMarked;

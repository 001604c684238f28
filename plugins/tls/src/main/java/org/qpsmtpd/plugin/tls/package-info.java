/** The plugin tls. */
@NullMarked
package org.qpsmtpd.plugin.tls;

import org.jspecify.annotations.NullMarked;

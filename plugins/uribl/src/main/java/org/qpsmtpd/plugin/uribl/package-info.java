/** The plugin uribl. */
@NullMarked
package org.qpsmtpd.plugin.uribl;

import org.jspecify.annotations.NullMarked;
